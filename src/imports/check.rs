//! Whom the rows of a roster are about: somebody of an earlier row, somebody whom the center knows, or nobody yet.

use std::collections::HashMap;

use serde_json::json;

use super::rows::ReadRow;
use super::types::{RowFault, Verdict};
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::Result;
use crate::people::{PersonId, PersonInput};
use crate::store::{self, Conn, Flag, Sealer};

/// A row whose verdict is said, and whom it is about where somebody is known.
pub struct CheckedRow {
    pub row: ReadRow,
    pub person: Option<PersonId>,
}

/// By what somebody is found again.
struct Keys {
    id_number: Option<String>,
    name: String,
    phone: Option<String>,
    birth_date: Option<Date>,
}

impl Keys {
    fn of(sealer: &Sealer, input: &PersonInput) -> Self {
        let facts = &input.facts;
        Self {
            id_number: facts.id_number.as_ref().map(|number| sealer.hash("id_number", number.as_str())),
            name: facts.name.key(),
            phone: facts.phone.as_ref().map(|phone| sealer.hash("phone", phone.as_str())),
            birth_date: facts.birth_date,
        }
    }
}

/// Somebody whom a row may mean.
#[derive(Clone, Debug, sqlx::FromRow)]
struct MaybeKnown {
    n: i64,
    id: PersonId,
    id_number_hash: Option<String>,
    name_key: String,
    phone_hash: Option<String>,
    birth_date: Option<Date>,
    here: Flag,
}

/// Whether two say the same human: by the ID number, by name and phone, or by name and birth date where no number says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Alike {
    /// The name is the same, and nothing tells them apart.
    Perhaps,
    ByBirth,
    ByPhone,
    ByCard,
}

fn alike(one: &Keys, id_number: Option<&str>, name: &str, phone: Option<&str>, born: Option<Date>) -> Option<Alike> {
    let differs = |mine: Option<&str>, theirs: Option<&str>| matches!((mine, theirs), (Some(a), Some(b)) if a != b);
    let mine = (one.id_number.as_deref(), one.phone.as_deref());
    if mine.0.is_some() && mine.0 == id_number {
        return Some(Alike::ByCard);
    }
    if one.name != name || differs(mine.0, id_number) {
        return None;
    }
    if mine.1.is_some() && mine.1 == phone {
        return Some(Alike::ByPhone);
    }
    match (one.birth_date, born) {
        (Some(a), Some(b)) if a == b => return Some(Alike::ByBirth),
        (Some(_), Some(_)) => return None,
        _ => {}
    }
    // One of them has a phone that the other has not, or none has: the name alone tells nothing.
    (!differs(mine.1, phone)).then_some(Alike::Perhaps)
}

/// Those whom these rows may mean, each with the row's place.
async fn known(conn: &mut Conn, center: CenterId, keys: &[(usize, Keys)]) -> Result<Vec<MaybeKnown>> {
    let asked = store::rows(keys, |(n, keys)| json!({ "n": n, "card": keys.id_number, "name": keys.name }));
    Ok(sqlx::query_as(
        "with asked as materialized (
            select cast(j.value ->> 'n' as bigint) as n, j.value ->> 'card' as card, j.value ->> 'name' as name
            from json_each(cast($2 as json_text)) j
         )
         select q.n, p.id, p.id_number_hash, p.name_key, p.phone_hash, p.birth_date, 1 as here
         from asked q join people p on p.name_key = q.name
         join enrolments e on e.person_id = p.id and e.center_id = $1
         union
         select q.n, p.id, p.id_number_hash, p.name_key, p.phone_hash, p.birth_date,
                case when e.person_id is null then 0 else 1 end as here
         from asked q join people p on p.id_number_hash = q.card
         left join enrolments e on e.person_id = p.id and e.center_id = $1",
    )
    .bind(center)
    .bind(asked)
    .fetch_all(conn)
    .await?)
}

/// How many rows are asked about at once.
const RUN: usize = 1_000;

/// Says of each row whom it is about. Rows that say nobody keep their verdict.
pub async fn check(conn: &mut Conn, sealer: &Sealer, center: CenterId, rows: Vec<ReadRow>) -> Result<Vec<CheckedRow>> {
    let keys: Vec<(usize, Keys)> =
        rows.iter().enumerate().filter_map(|(n, row)| Some((n, Keys::of(sealer, row.input.as_ref()?)))).collect();
    let mut found: HashMap<usize, Vec<MaybeKnown>> = HashMap::new();
    for run in keys.chunks(RUN) {
        for known in known(conn, center, run).await? {
            found.entry(usize::try_from(known.n).unwrap_or(0)).or_default().push(known);
        }
    }
    let mut keys: HashMap<usize, Keys> = keys.into_iter().collect();
    let mut earlier = RowsBefore::default();
    let mut checked = Vec::with_capacity(rows.len());
    for (n, mut row) in rows.into_iter().enumerate() {
        let Some(keys) = keys.remove(&n) else {
            checked.push(CheckedRow { row, person: None });
            continue;
        };
        if let Some(first) = earlier.same(&keys) {
            row.verdict = Verdict::Duplicate;
            row.faults = vec![said("name", "import.duplicate", Some(first.to_string()))];
            row.input = None;
            checked.push(CheckedRow { row, person: None });
            continue;
        }
        earlier.add(row.number, &keys);
        checked.push(judged(row, &keys, found.remove(&n).unwrap_or_default()));
    }
    Ok(checked)
}

fn judged(mut row: ReadRow, keys: &Keys, found: Vec<MaybeKnown>) -> CheckedRow {
    let how = |known: &MaybeKnown| {
        alike(keys, known.id_number_hash.as_deref(), &known.name_key, known.phone_hash.as_deref(), known.birth_date)
    };
    let best = found.into_iter().filter_map(|known| Some((how(&known)?, known))).max_by_key(|(how, _)| *how);
    let Some((how, known)) = best else { return CheckedRow { row, person: None } };
    match how {
        // An ID number under another name: one of the two is mistyped.
        Alike::ByCard if known.name_key != keys.name => {
            row.verdict = Verdict::Other;
            row.faults = vec![said("id_number", "field.id_number_other_name", None)];
            row.input = None;
            CheckedRow { row, person: None }
        }
        Alike::Perhaps => {
            row.verdict = Verdict::Namesake;
            row.faults = vec![said("name", "import.namesake", None)];
            CheckedRow { row, person: Some(known.id) }
        }
        _ => CheckedRow { row, person: known.here.is_set().then_some(known.id) },
    }
}

fn said(field: &str, key: &str, bound: Option<String>) -> RowFault {
    RowFault { field: field.to_owned(), key: key.to_owned(), bound }
}

/// The people of the rows before, by what finds them again.
#[derive(Default)]
struct RowsBefore {
    by_card: HashMap<String, u32>,
    by_name: HashMap<String, Vec<(u32, Keys)>>,
}

impl RowsBefore {
    fn same(&self, keys: &Keys) -> Option<u32> {
        let by_card = keys.id_number.as_ref().and_then(|card| self.by_card.get(card)).copied();
        let of_name = self.by_name.get(&keys.name).into_iter().flatten();
        let by_name = of_name.filter(|(_, other)| {
            let card = other.id_number.as_deref();
            alike(keys, card, &other.name, other.phone.as_deref(), other.birth_date) > Some(Alike::Perhaps)
        });
        by_card.or_else(|| by_name.map(|(row, _)| *row).next())
    }

    fn add(&mut self, row: u32, keys: &Keys) {
        if let Some(card) = &keys.id_number {
            self.by_card.insert(card.clone(), row);
        }
        let Keys { id_number, name, phone, birth_date } = keys;
        let copy =
            Keys { id_number: id_number.clone(), name: name.clone(), phone: phone.clone(), birth_date: *birth_date };
        self.by_name.entry(name.clone()).or_default().push((row, copy));
    }
}
