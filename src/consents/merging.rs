//! What two agreed to who are one.

use std::collections::HashMap;

use serde_json::json;

use super::types::{ConsentAnswer, ConsentMethod, Purpose};
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::Result;
use crate::journal::{Changes, Journal, JournalTable, MERGED};
use crate::store::Conn;

const CONSENTS: JournalTable = JournalTable::plain(
    "consents",
    &["id"],
    &["person_id", "withdrawn_at", "withdrawn_by", "voided_at", "voided_by"],
    &["withdrawn_on", "withdrawn_method", "void_reason"],
);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&CONSENTS];

#[derive(sqlx::FromRow)]
struct Said {
    id: i64,
    center_id: CenterId,
    purpose: Purpose,
    text_id: i64,
    answer: ConsentAnswer,
    given_on: Date,
    method: ConsentMethod,
    withdrawn_on: Option<Date>,
    withdrawn_method: Option<ConsentMethod>,
}

impl Said {
    fn holds(&self) -> bool {
        self.answer == ConsentAnswer::Given && self.withdrawn_on.is_none()
    }

    /// When a no was said, and how.
    fn no(&self) -> Option<(Date, ConsentMethod)> {
        match (self.answer, self.withdrawn_on) {
            (_, Some(day)) => Some((day, self.withdrawn_method.unwrap_or(self.method))),
            (ConsentAnswer::Declined, None) => Some((self.given_on, self.method)),
            (ConsentAnswer::Given, None) => None,
        }
    }
}

/// All that either said, the one who stays has said. A yes that is older than the other's no is taken back with it: nobody loses a no by
/// having stood there twice.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>) -> Result<()> {
    let said: Vec<Said> = sqlx::query_as(
        "select id, center_id, purpose, text_id, answer, given_on, method, withdrawn_on, withdrawn_method from consents
         where person_id in ($1, $2) and voided_at is null
         order by case when guardianship is null then 1 else 0 end, id",
    )
    .bind(journal.kept)
    .bind(journal.merged)
    .fetch_all(&mut *tx)
    .await?;
    let mut last_no: HashMap<(CenterId, Purpose), (Date, ConsentMethod)> = HashMap::new();
    for row in &said {
        if let Some(no) = row.no() {
            let known = last_no.entry((row.center_id, row.purpose)).or_insert(no);
            if known.0 <= no.0 {
                *known = no;
            }
        }
    }
    let (mut twice, mut ended): (Changes, Changes) = (Vec::new(), Vec::new());
    for (place, row) in said.iter().enumerate() {
        let alike = |other: &Said| {
            (other.center_id, other.text_id, other.answer, other.given_on)
                == (row.center_id, row.text_id, row.answer, row.given_on)
                && other.withdrawn_on.is_none()
        };
        if row.withdrawn_on.is_none() && said[..place].iter().any(alike) {
            twice.push((row.id.into(), vec![json!(journal.at.0), json!(journal.by), json!(MERGED)]));
        } else if let Some((day, method)) = last_no.get(&(row.center_id, row.purpose))
            && row.holds()
            && row.given_on < *day
        {
            let no = vec![json!(day.to_string()), json!(method.code()), json!(journal.at.0), json!(journal.by)];
            ended.push((row.id.into(), no));
        }
    }
    journal.change(tx, &CONSENTS, &["voided_at", "voided_by", "void_reason"], twice).await?;
    journal.change(tx, &CONSENTS, &["withdrawn_on", "withdrawn_method", "withdrawn_at", "withdrawn_by"], ended).await?;
    journal.take_over(tx, &CONSENTS, "person_id").await
}
