//! Reading what is written down of a session.

use super::types::{MOST_CHOSEN, SessionNotes, SessionPhotoId};
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};

/// Characters of what was used up, and of the word for next time.
const NOTE: usize = 500;

/// A session's record as it is put right.
pub struct RevisedRecord {
    pub summary: String,
    pub notes: SessionNotes,
    /// The mark of what was shown ([`super::rules::mark`]); whoever sends none changes what is there now.
    pub seen: Option<String>,
}

/// Fields `materials next_time`: what a program does not send stays as it is `known`.
pub fn notes(fields: &Fields, known: &SessionNotes) -> Result<SessionNotes> {
    let mut read = fields.read();
    let notes = read_notes(&mut read, fields, known);
    read.finish(|| notes)
}

/// Fields `summary materials next_time seen`.
pub fn record(fields: &Fields, known: &SessionNotes) -> Result<RevisedRecord> {
    let mut read = fields.read();
    let summary = read.required("summary", parse::text(2_000));
    let notes = read_notes(&mut read, fields, known);
    // Nothing but compared.
    let seen = read.optional("seen", |mark| Ok(mark.to_owned()));
    read.finish(|| Some(RevisedRecord { summary: summary?, notes: notes?, seen: seen? }))
}

fn read_notes(read: &mut Reader<'_>, fields: &Fields, known: &SessionNotes) -> Option<SessionNotes> {
    let is_sent = |wanted: &str| fields.names().any(|name| name == wanted);
    let materials = match is_sent("materials") {
        true => read.optional("materials", parse::text(NOTE)),
        false => Some(known.materials.clone()),
    };
    let next_time = match is_sent("next_time") {
        true => read.optional("next_time", parse::text(NOTE)),
        false => Some(known.next_time.clone()),
    };
    Some(SessionNotes { materials: materials?, next_time: next_time? })
}

/// The pictures that are ticked: field `photo`, several.
pub fn chosen(fields: &Fields) -> Result<Vec<SessionPhotoId>> {
    let mut read = fields.read();
    let photos: Option<Vec<SessionPhotoId>> = read.every("photo", parse::choice);
    if photos.as_ref().is_some_and(|photos| photos.len() > MOST_CHOSEN) {
        read.fault::<()>("photo", Fault::bound("field.too_many_chosen", MOST_CHOSEN));
    }
    read.finish(|| photos)
}
