//! Whom the rows of a roster are about: somebody of an earlier row, somebody whom the center knows, or nobody yet.

use std::collections::{BTreeSet, HashMap};

use serde_json::json;

use super::judging::{self, PlannedService};
use super::rows::ReadRow;
use super::service::{self, SaidService};
use super::types::{RowFault, Verdict};
use crate::centers::{Center, CenterId};
use crate::clock::Date;
use crate::error::Result;
use crate::people::{PersonId, PersonInput};
use crate::store::{self, Conn, Flag, Sealer};

/// A row whose verdict is said, and whom it is about where somebody is known.
pub struct CheckedRow {
    pub row: ReadRow,
    pub person: Option<PersonId>,
    /// When they were born, as far as the row or the center knows.
    pub born: Option<Date>,
    /// The row of the same person that comes first.
    pub same_row: Option<u32>,
    /// What it says of service.
    pub said: SaidService,
    pub service: PlannedService,
}

impl CheckedRow {
    fn of(row: ReadRow, said: SaidService) -> Self {
        let born = row.input.as_ref().and_then(|input| input.facts.birth_date);
        Self { row, person: None, born, same_row: None, said, service: PlannedService::default() }
    }
}

/// By what somebody is found again.
#[derive(Clone)]
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

/// Says of each row whom it is about, and what becomes of the service that it says. Rows that say nobody keep their verdict.
pub async fn check(
    conn: &mut Conn,
    sealer: &Sealer,
    (center, today): (&Center, Date),
    rows: Vec<ReadRow>,
) -> Result<Vec<CheckedRow>> {
    let keys: Vec<(usize, Keys)> =
        rows.iter().enumerate().filter_map(|(n, row)| Some((n, Keys::of(sealer, row.input.as_ref()?)))).collect();
    let mut found: HashMap<usize, Vec<MaybeKnown>> = HashMap::new();
    for run in keys.chunks(RUN) {
        for known in known(conn, center.id(), run).await? {
            found.entry(usize::try_from(known.n).unwrap_or(0)).or_default().push(known);
        }
    }
    let mut keys: HashMap<usize, Keys> = keys.into_iter().collect();
    let mut earlier = RowsBefore::default();
    let mut checked: Vec<CheckedRow> = Vec::with_capacity(rows.len());
    for (n, row) in rows.into_iter().enumerate() {
        let born = row.input.as_ref().and_then(|input| input.facts.birth_date);
        let one = CheckedRow::of(row, SaidService::default());
        let said = service::read(&one.row.fields, today, born);
        let one = CheckedRow { said, ..one };
        let Some(keys) = keys.remove(&n) else {
            checked.push(one);
            continue;
        };
        let next = match earlier.same(&keys) {
            Some(first) if one.said.is_some() => {
                // Rows are numbered upwards.
                let root = checked.binary_search_by_key(&first, |other| other.row.number).ok();
                let root = root.and_then(|place| checked.get(place));
                earlier.add((first, root.and_then(|root| root.same_row).unwrap_or(first)), &keys);
                follows(one, first, root)
            }
            Some(first) => twice(one, first),
            None => {
                let namesakes = if one.said.is_some() { earlier.perhaps(&keys) } else { BTreeSet::new() };
                let number = one.row.number;
                let one = judged(one, &keys, found.remove(&n).unwrap_or_default(), &namesakes);
                earlier.add((number, one.same_row.unwrap_or(number)), &keys);
                one
            }
        };
        checked.push(next);
    }
    judging::judge(conn, center, today, &mut checked).await?;
    Ok(checked)
}

/// A row of somebody who stands in an earlier one, and that says no more than who they are.
fn twice(mut one: CheckedRow, first: u32) -> CheckedRow {
    one.row.verdict = Verdict::Duplicate;
    one.row.faults = vec![RowFault::bound("name", "import.duplicate", first)];
    one.row.input = None;
    one
}

/// A row with more service of somebody who stands in an earlier one: it goes the way of that.
fn follows(mut one: CheckedRow, first: u32, root: Option<&CheckedRow>) -> CheckedRow {
    one.same_row = Some(first);
    one.person = root.and_then(|root| root.person);
    one.born = one.born.or(root.and_then(|root| root.born));
    if !root.is_some_and(|root| root.row.verdict == Verdict::Ok || root.row.verdict.waits()) {
        one.row.verdict = Verdict::Other;
        one.row.faults = vec![RowFault::bound("name", "import.first_row_faulty", first)];
        one.row.input = None;
    }
    one
}

/// Whom a row is about: of those who may be meant, the likeliest; or, where nothing tells, perhaps whom one of `rows` is about.
fn judged(mut one: CheckedRow, keys: &Keys, found: Vec<MaybeKnown>, rows: &BTreeSet<u32>) -> CheckedRow {
    let how = |known: &MaybeKnown| {
        alike(keys, known.id_number_hash.as_deref(), &known.name_key, known.phone_hash.as_deref(), known.birth_date)
    };
    let mut found: Vec<(Alike, MaybeKnown)> =
        found.into_iter().filter_map(|known| Some((how(&known)?, known))).collect();
    found.sort_by_key(|(how, _)| *how);
    let namesakes = found.iter().map(|(_, known)| known.id).collect::<BTreeSet<_>>().len();
    let mut is_namesake = |fault: RowFault| {
        one.row.verdict = Verdict::Namesake;
        one.row.faults = vec![fault];
    };
    match (found.pop(), rows.first()) {
        // An ID number under another name: one of the two is mistyped.
        (Some((Alike::ByCard, known)), _) if known.name_key != keys.name => {
            one.row.verdict = Verdict::Other;
            one.row.faults = vec![RowFault::new("id_number", "field.id_number_other_name")];
            one.row.input = None;
        }
        (Some((how, known)), _) if how > Alike::Perhaps => {
            one.person = known.here.is_set().then_some(known.id);
            one.born = one.born.or(known.birth_date);
        }
        (_, Some(first)) if rows.len() == 1 => {
            is_namesake(RowFault::bound("name", "import.namesake_row", first));
            one.same_row = Some(*first);
        }
        // Of several of the name nobody can say that it is this one.
        (_, Some(_)) => is_namesake(RowFault::new("name", "import.namesakes")),
        (Some(_), None) if namesakes > 1 => is_namesake(RowFault::new("name", "import.namesakes")),
        (Some((_, known)), None) => {
            is_namesake(RowFault::new("name", "import.namesake"));
            one.person = Some(known.id);
            one.born = one.born.or(known.birth_date);
        }
        (None, None) => {}
    }
    one
}

/// The people of the rows before, by what finds them again.
#[derive(Default)]
struct RowsBefore {
    by_card: HashMap<String, u32>,
    by_name: HashMap<String, Vec<RowBefore>>,
}

/// What a row said of somebody.
struct RowBefore {
    row: u32,
    /// The first row that may be about the same person.
    root: u32,
    keys: Keys,
}

impl RowBefore {
    fn alike(&self, keys: &Keys) -> Option<Alike> {
        let other = &self.keys;
        alike(keys, other.id_number.as_deref(), &other.name, other.phone.as_deref(), other.birth_date)
    }
}

impl RowsBefore {
    fn same(&self, keys: &Keys) -> Option<u32> {
        let by_card = keys.id_number.as_ref().and_then(|card| self.by_card.get(card)).copied();
        let of_name = self.by_name.get(&keys.name).into_iter().flatten();
        let mut by_name = of_name.filter(|before| before.alike(keys) > Some(Alike::Perhaps));
        by_card.or_else(|| by_name.next().map(|before| before.row))
    }

    /// The first rows of those whose person may be the same, where nothing but the name tells.
    fn perhaps(&self, keys: &Keys) -> BTreeSet<u32> {
        let of_name = self.by_name.get(&keys.name).into_iter().flatten();
        of_name.filter(|before| before.alike(keys).is_some()).map(|before| before.root).collect()
    }

    fn add(&mut self, (row, root): (u32, u32), keys: &Keys) {
        if let Some(card) = &keys.id_number {
            self.by_card.insert(card.clone(), row);
        }
        self.by_name.entry(keys.name.clone()).or_default().push(RowBefore { row, root, keys: keys.clone() });
    }
}
