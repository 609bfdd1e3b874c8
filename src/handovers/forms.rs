//! Reading a handover's form.

use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, parse};
use crate::workers::WorkerId;

/// Who takes over what, from a day on. Where nobody is named for a kind, it is whoever takes over everything.
#[derive(Clone, Debug)]
pub struct HandoverInput {
    pub from: Date,
    /// Everything for which nobody else is named.
    pub successor: Option<WorkerId>,
    pub sessions: Option<WorkerId>,
    pub appointments: Option<WorkerId>,
    /// Why appointments are called off instead, where they are.
    pub appointments_off: Option<String>,
    pub supervisor: Option<WorkerId>,
    pub posts: Option<WorkerId>,
    pub liaison: Option<WorkerId>,
    /// What is only listed.
    pub rest: Option<WorkerId>,
    /// Whether their time in the center ends on that day, too.
    pub leaves: bool,
}

impl HandoverInput {
    pub fn leads_sessions(&self) -> Option<WorkerId> {
        self.sessions.or(self.successor)
    }

    pub fn takes_appointments(&self) -> Option<WorkerId> {
        self.appointments.or(self.successor)
    }

    pub fn supervises(&self) -> Option<WorkerId> {
        self.supervisor.or(self.successor)
    }

    pub fn fills_posts(&self) -> Option<WorkerId> {
        self.posts.or(self.successor)
    }

    pub fn liaises(&self) -> Option<WorkerId> {
        self.liaison.or(self.successor)
    }

    /// Everybody who is named for something.
    pub fn named(&self) -> impl Iterator<Item = WorkerId> {
        let led = [self.successor, self.sessions, self.appointments, self.supervisor];
        let others = [self.posts, self.liaison, self.rest];
        led.into_iter().chain(others).flatten()
    }

    pub fn looks_after(&self) -> Option<WorkerId> {
        self.rest.or(self.successor)
    }
}

/// Fields `from successor sessions appointments cancel_appointments appointments_reason supervisor posts liaison rest leaves`.
pub fn handover(fields: &Fields, today: Date) -> Result<HandoverInput> {
    let mut read = fields.read();
    let from = read.required("from", parse::day(today, parse::ENDINGS));
    let successor = read.optional("successor", parse::choice);
    let sessions = read.optional("sessions", parse::choice);
    let appointments = read.optional("appointments", parse::choice);
    let are_off = read.flag("cancel_appointments");
    let reason = read.optional("appointments_reason", parse::line(80));
    if are_off && reason == Some(None) {
        read.fault::<String>("appointments_reason", Fault::new("field.required"));
    }
    let supervisor = read.optional("supervisor", parse::choice);
    let posts = read.optional("posts", parse::choice);
    let liaison = read.optional("liaison", parse::choice);
    let rest = read.optional("rest", parse::choice);
    let leaves = read.flag("leaves");
    read.finish(|| {
        Some(HandoverInput {
            from: from?,
            successor: successor?,
            sessions: sessions?,
            appointments: appointments?,
            appointments_off: reason?.filter(|_| are_off),
            supervisor: supervisor?,
            posts: posts?,
            liaison: liaison?,
            rest: rest?,
            leaves,
        })
    })
}
