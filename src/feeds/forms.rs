//! Reading of what a link is to be made.

use super::types::FeedSubject;
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::ids::PersonId;

/// One of the fields `center`, `room`, `team` and `worker`: a number.
pub fn subject(fields: &Fields) -> Result<FeedSubject> {
    let mut read = fields.read();
    let subject = if !fields.get("room").is_empty() {
        read.required("room", parse::choice).map(FeedSubject::Room)
    } else if !fields.get("team").is_empty() {
        read.required("team", parse::choice).map(FeedSubject::Team)
    } else if !fields.get("worker").is_empty() {
        read.required("worker", parse::choice).map(FeedSubject::Worker)
    } else {
        read.required("center", parse::choice).map(FeedSubject::Center)
    };
    read.finish(|| subject)
}

/// Field `person`: for whom.
pub fn person(fields: &Fields) -> Result<PersonId> {
    let mut read = fields.read();
    let person = read.required("person", parse::choice);
    read.finish(|| person)
}
