//! Before a report is submitted its words are compared with the names of whoever is enrolled at its centers or works there, with parts of
//! them and with what people are called by (陈阿姨), and looked through for numbers of phones. Each sentence that holds one is changed, or
//! kept for a reason that somebody gives.

use std::collections::BTreeSet;

use serde_json::json;

use super::canonical::sha256;
use super::rights::ReportWriter;
use super::rules::{self, ReportStep};
use super::types::{Chapter, PeriodicReport, PeriodicReportId};
use super::{evidence, queries};
use crate::activities::ActivityId;
use crate::audit;
use crate::centers::CenterId;
use crate::clock::Now;
use crate::closings::WechatOmission;
use crate::closings::queries::name_keys_of;
use crate::closings::rules::{SecretNames, numbers_in, sentences};
use crate::error::{Error, Result};
use crate::indicators::IndicatorId;
use crate::store::{Conn, rows};

/// A sentence in which somebody may be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivacyHit {
    /// By which its answer is known: of the sentence, and of where it stands.
    pub hit: String,
    /// None for what stands below a picture, for titles, and for what indicators are called.
    pub chapter: Option<Chapter>,
    /// Of an activity that is called so, and its center.
    pub activity: Option<(CenterId, ActivityId)>,
    /// Of an indicator that is called so, and the key of which of its names that is.
    pub indicator: Option<(IndicatorId, &'static str)>,
    pub sentence: String,
    pub why: WechatOmission,
    /// What was found in it, as it is compared: names, parts of them, what somebody is called by, numbers.
    pub words: Vec<String>,
}

impl PrivacyHit {
    fn of(place: &str, chapter: Option<Chapter>, sentence: &str, (why, words): (WechatOmission, Vec<String>)) -> Self {
        let hit = sha256(&format!("{place}\n{sentence}"));
        Self { hit, chapter, activity: None, indicator: None, sentence: sentence.to_owned(), why, words }
    }

    fn of_indicator(self, id: IndicatorId, name: &'static str) -> Self {
        Self { indicator: Some((id, name)), ..self }
    }
}

/// The sentences of a draft in which somebody may be named, and for which nobody answered yet: in the order of the report.
///
/// # Errors
/// As the database says.
pub async fn check_privacy(conn: &mut Conn, draft: &PeriodicReport) -> Result<Vec<PrivacyHit>> {
    let answered: BTreeSet<String> = answers(conn, draft.id).await?.into_iter().map(|(hit, _)| hit).collect();
    let mut hits = all_hits(conn, draft).await?;
    hits.retain(|hit| !answered.contains(&hit.hit));
    Ok(hits)
}

async fn all_hits(conn: &mut Conn, draft: &PeriodicReport) -> Result<Vec<PrivacyHit>> {
    let centers: Vec<CenterId> = sqlx::query_scalar("select center_id from agreement_centers where agreement_id = $1")
        .bind(draft.agreement_id)
        .fetch_all(&mut *conn)
        .await?;
    let names = SecretNames::of(name_keys_of(conn, &centers).await?);
    let mut hits = Vec::new();
    for text in queries::chapters(conn, draft.id).await? {
        let place = text.chapter.to_string();
        hits.extend(hits_of(&place, Some(text.chapter), &text.content, &names));
    }
    for one in evidence::of_report(conn, draft.id).await? {
        let place = format!("evidence.{}", one.id);
        hits.extend(hits_of(&place, None, one.caption.as_deref().unwrap_or_default(), &names));
    }
    for (id, name, name_en) in indicators(conn, draft).await? {
        let own = hits_of(&format!("indicator.{id}"), None, &name, &names);
        hits.extend(own.into_iter().map(|hit| hit.of_indicator(id, "periodic.indicator_name")));
        // Called the same in both it is asked about once.
        if name_en != name {
            let english = hits_of(&format!("indicator.{id}.en"), None, &name_en, &names);
            hits.extend(english.into_iter().map(|hit| hit.of_indicator(id, "periodic.indicator_name_en")));
        }
    }
    for (center, activity, title) in titles(conn, draft).await? {
        let found = hits_of(&format!("title.{activity}"), None, &title, &names);
        hits.extend(found.into_iter().map(|hit| PrivacyHit { activity: Some((center, activity)), ..hit }));
    }
    Ok(hits)
}

/// What the agreement's indicators are called, in both languages: both stand in the report.
async fn indicators(conn: &mut Conn, draft: &PeriodicReport) -> Result<Vec<(IndicatorId, String, String)>> {
    Ok(sqlx::query_as(
        "select id, name, name_en from indicators where agreement_id = $1 and voided_at is null order by place, id",
    )
    .bind(draft.agreement_id)
    .fetch_all(conn)
    .await?)
}

/// What the activities are called that a report of these days lists; those of a confidential kind are not.
async fn titles(conn: &mut Conn, draft: &PeriodicReport) -> Result<Vec<(CenterId, ActivityId, String)>> {
    Ok(sqlx::query_as(
        "select distinct s.center_id, a.id, a.title
         from agreement_centers x join sessions s on s.center_id = x.center_id
         join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         where x.agreement_id = $1 and k.confidential = 0 and s.status = 'completed'
           and s.local_date >= $2 and s.local_date <= $3 and s.local_date >= x.starts_on and s.local_date <= x.ends_on
         order by s.center_id, a.id",
    )
    .bind(draft.agreement_id)
    .bind(draft.starts_on)
    .bind(draft.ends_on)
    .fetch_all(conn)
    .await?)
}

/// The hits of a text. It is looked through as a whole first: a name may stand on both sides of a break.
fn hits_of(place: &str, chapter: Option<Chapter>, text: &str, names: &SecretNames) -> Vec<PrivacyHit> {
    let mut unseen = names.whole_in(text);
    let mut hits = Vec::new();
    for sentence in sentences(text) {
        let mut words = names.words_in(&sentence);
        let why = if words.is_empty() { WechatOmission::Number } else { WechatOmission::Name };
        // Whoever is asked about by a part of their name is asked about.
        unseen.retain(|name| !words.iter().any(|word| word.contains(*name) || name.contains(word.as_str())));
        words.extend(numbers_in(&sentence));
        if !words.is_empty() {
            hits.push(PrivacyHit::of(place, chapter, &sentence, (why, words)));
        }
    }
    if !unseen.is_empty() {
        let words = unseen.into_iter().map(str::to_owned).collect();
        hits.push(PrivacyHit::of(place, chapter, text, (WechatOmission::Name, words)));
    }
    hits
}

/// What was answered: hit and reason.
pub async fn answers(conn: &mut Conn, report: PeriodicReportId) -> Result<Vec<(String, String)>> {
    Ok(sqlx::query_as("select hit, reason from privacy_answers where report_id = $1 order by answered_at, hit")
        .bind(report)
        .fetch_all(conn)
        .await?)
}

/// Says of a sentence that it stays, and why.
///
/// # Errors
/// `NotFound` for what is no hit of the draft, also one that was answered already; those of [`rules::after`].
pub async fn answer(
    by: &ReportWriter,
    now: Now,
    tx: &mut Conn,
    draft: &PeriodicReport,
    (hit, reason): (&str, &str),
) -> Result<()> {
    rules::after(ReportStep::Write, draft.state)?;
    if check_privacy(tx, draft).await?.iter().all(|known| known.hit != hit) {
        return Err(Error::NotFound);
    }
    sqlx::query(
        "insert into privacy_answers (report_id, hit, reason, answered_at, answered_by) values ($1, $2, $3, $4, $5)
         on conflict (report_id, hit) do nothing",
    )
    .bind(draft.id)
    .bind(hit)
    .bind(reason)
    .bind(now.0)
    .bind(by.account)
    .execute(&mut *tx)
    .await?;
    let entry = audit::entry("periodic_report.name_kept", draft.id.0).at(draft.center_id);
    audit::record(tx, by, now, entry).await
}

/// Forgets what was said of the sentences of a text that is taken out: where they are written again somebody is asked again.
pub(super) async fn ask_anew(tx: &mut Conn, report: &PeriodicReport, text: &str) -> Result<()> {
    let mut gone: BTreeSet<String> = sentences(text).into_iter().collect();
    gone.insert(text.to_owned());
    let mut hits = all_hits(tx, report).await?;
    hits.retain(|hit| gone.contains(&hit.sentence));
    sqlx::query(
        "delete from privacy_answers
         where report_id = $1 and hit in (select j.value ->> 'hit' from json_each(cast($2 as json_text)) j)",
    )
    .bind(report.id)
    .bind(rows(hits, |hit| json!({"hit": hit.hit})))
    .execute(tx)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spelling;

    #[test]
    fn who_is_named_is_found_and_who_is_not_is_left_alone() {
        let names = SecretNames::of(["陈秀英", "王芳", "李"].map(spelling::key));
        let found = |text: &str| -> Vec<(String, WechatOmission)> {
            hits_of("overview", None, text, &names).into_iter().map(|hit| (hit.sentence, hit.why)).collect()
        };
        assert!(found("本月开展活动四场。精神文明。").is_empty());
        assert_eq!(
            found("本月四场。陈 秀英得到帮助！电话13800138000。李子很甜"),
            [
                ("陈 秀英得到帮助！".to_owned(), WechatOmission::Name),
                ("电话13800138000。".to_owned(), WechatOmission::Number)
            ]
        );
        assert_eq!(found("谢谢陈\n秀英").len(), 1, "over a break");
        assert_eq!(found("谢谢陈秀\n英").len(), 1, "over another");
    }

    #[test]
    fn what_was_found_is_told() {
        let names = SecretNames::of(["陈秀英", "王芳"].map(spelling::key));
        let hits = hits_of("overview", None, "秀英和芳姐来了，电话13800138000。好", &names);
        assert_eq!(hits.len(), 1);
        assert_eq!((hits[0].why, hits[0].words.join(" ")), (WechatOmission::Name, "秀英 芳姐 13800138000".to_owned()));
    }
}
