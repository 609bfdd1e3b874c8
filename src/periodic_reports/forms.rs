//! Reading what the reports' forms bring.

use super::periods::ReportedPeriod;
use super::types::{AgreementFrame, Chapter, LONGEST_CHAPTER, ReportComment};
use crate::agreements::AgreementId;
use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, parse};
use crate::ids::SessionPhotoId;

/// The longest comment of a purchaser, in characters.
const LONGEST_COMMENT: usize = 500;

/// Fields `agreement` and `period`, one for each draft that is to be begun.
pub fn begun(fields: &Fields) -> Result<(AgreementId, Vec<String>)> {
    let mut read = fields.read();
    let agreement = read.required("agreement", parse::choice);
    let periods = read.every("period", parse::line(40));
    if periods.as_ref().is_some_and(Vec::is_empty) {
        read.fault::<()>("period", Fault::new("field.required"));
    }
    read.finish(|| Some((agreement?, periods?)))
}

/// Fields `content` and `version`: a chapter as it is to be, over the text that was seen. Nothing takes all of it out.
pub fn chapter(fields: &Fields) -> Result<(String, i64)> {
    let mut read = fields.read();
    let content = read.optional("content", parse::text(LONGEST_CHAPTER));
    let version = read.required("version", parse::integer(0..=i64::MAX));
    read.finish(|| Some((content?.unwrap_or_default(), version?)))
}

/// Field `photo`, once for each picture that is to go with the report.
pub fn photos(fields: &Fields) -> Result<Vec<SessionPhotoId>> {
    let mut read = fields.read();
    let photos = read.every("photo", parse::choice);
    read.finish(|| photos)
}

/// Field `caption`: what stands below a picture.
pub fn caption(fields: &Fields) -> Result<Option<String>> {
    let mut read = fields.read();
    let caption = read.optional("caption", parse::line(60));
    read.finish(|| caption)
}

/// Fields `hit` and `reason`: that a sentence stays in which somebody may be named, and why.
pub fn kept(fields: &Fields) -> Result<(String, String)> {
    let mut read = fields.read();
    let hit = read.required("hit", parse::line(64));
    let reason = read.required("reason", parse::line(80));
    read.finish(|| Some((hit?, reason?)))
}

/// Fields `place` and `reason`: which words are taken out of a version, and why.
pub fn redaction(fields: &Fields) -> Result<(String, String)> {
    let mut read = fields.read();
    let place = read.required("place", parse::line(40));
    let reason = read.required("reason", parse::line(80));
    read.finish(|| Some((place?, reason?)))
}

/// Which version the purchaser answers, and what it says of it.
pub struct PurchaserAnswer {
    pub version: i64,
    pub comments: Vec<ReportComment>,
}

/// Field `version`: which one is accepted, or came.
pub fn version(fields: &Fields) -> Result<i64> {
    let mut read = fields.read();
    let version = read.required("version", parse::integer(1..=i64::MAX));
    read.finish(|| version)
}

/// Fields `version` and `reason`: of which one the acceptance is taken back, and why.
pub fn acceptance_undone(fields: &Fields) -> Result<(i64, String)> {
    let mut read = fields.read();
    let version = read.required("version", parse::integer(1..=i64::MAX));
    let reason = read.required("reason", parse::line(80));
    read.finish(|| Some((version?, reason?)))
}

/// Fields `version comment` and `comments.<chapter>`: there is something to say.
pub fn returned(fields: &Fields) -> Result<PurchaserAnswer> {
    let mut read = fields.read();
    let version = read.required("version", parse::integer(1..=i64::MAX));
    let mut comments = Vec::new();
    let places = std::iter::once(None).chain(Chapter::ALL.iter().copied().map(Some));
    for chapter in places {
        let name = chapter.map_or_else(|| "comment".to_owned(), |chapter| format!("comments.{chapter}"));
        if let Some(Some(words)) = read.optional(&name, parse::text(LONGEST_COMMENT)) {
            comments.push(ReportComment { chapter, words });
        }
    }
    if comments.is_empty() {
        read.fault::<()>("comment", Fault::new("field.required"));
    }
    read.finish(|| Some(PurchaserAnswer { version: version?, comments }))
}

/// Field `agreement`, where there is a `period` beside it, which [`reminded`] reads.
pub fn agreement(fields: &Fields) -> Result<AgreementId> {
    let mut read = fields.read();
    let agreement = read.required("agreement", parse::choice);
    let period = read.required("period", parse::line(40));
    read.finish(|| period.and(agreement))
}

/// Field `period`: one of the agreement's that is over by today, and for whose report somebody waits.
pub fn reminded(fields: &Fields, agreement: &AgreementFrame, today: Date) -> Result<ReportedPeriod> {
    let mut read = fields.read();
    let period = read.required("period", |word| {
        let is_due = |period: &ReportedPeriod| period.days.to <= today && agreement.awaits(period);
        agreement.named(word).filter(is_due).ok_or(Fault::new("field.not_a_choice"))
    });
    read.finish(|| period)
}
