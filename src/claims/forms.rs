//! Reading what somebody says of hours, and the answer.

use std::collections::HashMap;

use super::types::{Claim, ClaimAnswer, ClaimId, ClaimOverlap};
use crate::clock::Date;
use crate::error::{Error, Fault, Result};
use crate::fields::{Fields, Reader, parse};
use crate::hours::{EntryId, MAX_MINUTES};
use crate::ids::{CenterId, PersonId, RequestId, TeamId};

/// Service that somebody tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfReport {
    pub team: Option<TeamId>,
    pub served_on: Date,
    /// Minutes after midnight, as a clock on the wall shows them; one that is not after `from` is the next day's.
    pub from: i64,
    pub to: i64,
    pub content: String,
    /// Where, or for whom.
    pub place: Option<String>,
    /// Of the form that a phone sent.
    pub request: Option<RequestId>,
}

/// Fields `request_id team served_on from_time to_time content place`.
pub fn report(fields: &Fields, today: Date) -> Result<SelfReport> {
    let mut read = fields.read();
    let team = read.optional("team", parse::choice);
    let report = read_report(&mut read, today);
    read.finish(|| Some(SelfReport { team: team?, ..report? }))
}

/// As [`report`], of somebody: field `person`.
pub fn report_of(fields: &Fields, today: Date) -> Result<(PersonId, SelfReport)> {
    let mut read = fields.read();
    let person = read.required("person", parse::choice);
    let team = read.optional("team", parse::choice);
    let report = read_report(&mut read, today);
    read.finish(|| Some((person?, SelfReport { team: team?, ..report? })))
}

/// As [`report_of`], of service in a team.
pub fn members_report(fields: &Fields, today: Date, team: TeamId) -> Result<(PersonId, SelfReport)> {
    let mut read = fields.read();
    let person = read.required("person", parse::choice);
    let report = read_report(&mut read, today);
    read.finish(|| Some((person?, SelfReport { team: Some(team), ..report? })))
}

fn read_report(read: &mut Reader<'_>, today: Date) -> Option<SelfReport> {
    let request = read.optional("request_id", request_id);
    let served_on = read.required("served_on", |text| match parse::day(today, parse::PLANS)(text)? {
        day if day > today => Err(Fault::new("field.in_the_future")),
        day => Ok(day),
    });
    let from = read.required("from_time", parse::minute_of_day);
    let to = read.required("to_time", parse::minute_of_day);
    let content = read.required("content", parse::line(80));
    let place = read.optional("place", parse::line(60));
    Some(SelfReport {
        team: None,
        served_on: served_on?,
        from: from?,
        to: to?,
        content: content?,
        place: place?,
        request: request?,
    })
}

fn request_id(text: &str) -> Result<RequestId, Fault> {
    text.parse().map_err(|_| Fault::new("field.not_a_uuid"))
}

/// What a row of the ledger should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorrectionAsked {
    /// Minutes after midnight of the row's day.
    pub span: Option<(i64, i64)>,
    /// Left out where the stretch says them.
    pub minutes: Option<i64>,
    pub reason: String,
    pub request: Option<RequestId>,
}

/// Fields `request_id from_time to_time minutes reason`: minutes, or from when to when, or both.
pub fn correction(fields: &Fields) -> Result<CorrectionAsked> {
    let mut read = fields.read();
    let correction = read_correction(&mut read);
    read.finish(|| correction)
}

/// As [`correction`], of somebody's row: fields `person entry`.
pub fn correction_of(fields: &Fields) -> Result<(PersonId, EntryId, CorrectionAsked)> {
    let mut read = fields.read();
    let person = read.required("person", parse::choice);
    let entry = read.required("entry", parse::choice);
    let correction = read_correction(&mut read);
    read.finish(|| Some((person?, entry?, correction?)))
}

fn read_correction(read: &mut Reader<'_>) -> Option<CorrectionAsked> {
    let request = read.optional("request_id", request_id);
    let from = read.optional("from_time", parse::minute_of_day);
    let to = read.optional("to_time", parse::minute_of_day);
    let minutes = read.optional("minutes", parse::integer(0..=MAX_MINUTES));
    let reason = read.required("reason", parse::line(80));
    match (from, to, minutes) {
        (Some(None), Some(None), Some(None)) => read.fault::<()>("minutes", Fault::new("field.required")),
        (Some(Some(_)), Some(None), _) => read.fault("to_time", Fault::new("field.required")),
        (Some(None), Some(Some(_)), _) => read.fault("from_time", Fault::new("field.required")),
        _ => None,
    };
    Some(CorrectionAsked { span: from?.zip(to?), minutes: minutes?, reason: reason?, request: request? })
}

/// Which of their centers somebody means: field `center`.
pub fn center(fields: &Fields) -> Result<CenterId> {
    let mut read = fields.read();
    let center = read.required("center", parse::choice);
    read.finish(|| center)
}

/// For whom: field `person`.
pub fn person(fields: &Fields) -> Result<PersonId> {
    let mut read = fields.read();
    let person = read.required("person", parse::choice);
    read.finish(|| person)
}

/// Why a decision is undone: field `reason`.
pub fn reason(fields: &Fields) -> Result<String> {
    let mut read = fields.read();
    let reason = read.required("reason", parse::line(80));
    read.finish(|| reason)
}

/// What is answered to those that are ticked, and the word that whoever asked is shown: fields `answer word`. A no says why.
pub fn answer(fields: &Fields) -> Result<(ClaimAnswer, Option<String>)> {
    let mut read = fields.read();
    let answer = read.required("answer", parse::choice);
    let word = match answer {
        Some(ClaimAnswer::Decline) => read.required("word", parse::line(80)).map(Some),
        Some(ClaimAnswer::Confirm) | None => read.optional("word", parse::line(80)),
    };
    read.finish(|| Some((answer?, word?)))
}

/// The claims that are ticked: fields `pick.N`.
pub fn ticks(fields: &Fields) -> Vec<ClaimId> {
    let ids = fields.names().filter_map(|name| name.strip_prefix("pick."));
    ids.filter_map(|id| id.parse().ok()).map(ClaimId).collect()
}

/// The claim's fields on a page: of the minutes, and of the reason.
pub fn names(claim: ClaimId) -> (String, String) {
    (format!("minutes.{claim}"), format!("why.{claim}"))
}

/// What a worker confirms of a claim.
#[derive(Clone, Debug)]
pub struct Confirming {
    pub claim: Claim,
    pub minutes: i64,
    pub reason: Option<String>,
}

/// Of each claim that is ticked, the minutes (`minutes.N`, as claimed where they are left out) and the reason (`why.N`), which is needed where
/// the minutes are others, or the same time is told of twice.
///
/// # Errors
/// `Invalid` with a fault at each field.
pub fn confirmations(
    fields: &Fields,
    claims: Vec<Claim>,
    overlaps: &HashMap<ClaimId, Vec<ClaimOverlap>>,
) -> Result<Vec<Confirming>> {
    let mut read = fields.read();
    let mut all = Vec::new();
    for claim in claims {
        // An unticked box of a program says `false`.
        if read.flag(&format!("pick.{}", claim.id)) {
            let overlap = overlaps.get(&claim.id).and_then(|overlaps| overlaps.first());
            all.extend(confirming(&mut read, claim, overlap));
        }
    }
    let all = read.finish(|| Some(all))?;
    if all.is_empty() { Err(Error::refused("nothing_ticked")) } else { Ok(all) }
}

fn confirming(read: &mut Reader<'_>, claim: Claim, overlap: Option<&ClaimOverlap>) -> Option<Confirming> {
    let (minutes, why) = names(claim.id);
    let minutes = read.optional(&minutes, parse::integer(claim.least()..=claim.most()));
    let reason = read.optional(&why, parse::line(80));
    let (minutes, reason) = (minutes?.unwrap_or(claim.minutes), reason?);
    match (overlap, &reason) {
        (_, Some(_)) => {}
        (Some(other), None) if other.elsewhere => {
            return read.fault(&why, Fault::new("field.reason_for_elsewhere"));
        }
        (Some(other), None) => return read.fault(&why, Fault::bound("field.reason_for_overlap", &other.at)),
        (None, None) if minutes != claim.minutes => {
            return read.fault(&why, Fault::bound("field.reason_for_minutes", claim.minutes));
        }
        (None, None) => {}
    }
    Some(Confirming { claim, minutes, reason })
}
