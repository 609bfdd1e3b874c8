//! Two rows of one human made one: what is known of both, where they are enrolled, and their papers (DECISIONS 13).

use serde_json::{Map, Value, json};

use super::numbers::IdNumber;
use super::types::PersonId;
use super::{groups, memberships};
use crate::centers::CenterId;
use crate::clock::{Date, Timestamp};
use crate::error::{Error, Refusal, Result};
use crate::journal::{Journal, JournalTable, RowKey};
use crate::store::{Conn, text_enum};

text_enum!(
    /// What is known of both; where the two differ, one of them holds.
    Differing in "differing" {
        Name = "name",
        Sex = "sex",
        BirthDate = "birth_date",
        Residence = "residence",
        Languages = "languages",
        Phone = "phone",
        IdNumber = "id_number",
        Address = "address",
    }
);

impl Differing {
    /// The columns of `people` that hold it; the first is empty where it is not known.
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Name => &["name", "name_key", "name_fold", "pinyin", "sounds"],
            Self::Sex => &["sex"],
            Self::BirthDate => &["birth_date"],
            Self::Residence => &["residence"],
            Self::Languages => &["languages"],
            Self::Phone => &["phone_hash", "phone_last4", "phone_sealed"],
            Self::IdNumber => &["id_number_hash", "id_number_sealed"],
            Self::Address => &[],
        }
    }
}

const PEOPLE: JournalTable = JournalTable {
    name: "people",
    key: &["id"],
    numbers: &["merged_into"],
    texts: &[
        "name",
        "name_key",
        "name_fold",
        "pinyin",
        "sounds",
        "sex",
        "birth_date",
        "residence",
        "languages",
        "phone_hash",
        "phone_last4",
        "id_number_hash",
    ],
    sealed: &["phone_sealed", "id_number_sealed"],
    again: &[],
    stays: None,
};

const ENROLMENTS: JournalTable = JournalTable {
    name: "enrolments",
    key: &["person_id", "center_id"],
    numbers: &["enrolled_at", "as_staff"],
    texts: &["address", "note", "door_key"],
    sealed: &["note_sealed", "care_sealed", "emergency_sealed"],
    // Somebody else may be found by it meanwhile.
    again: &[(
        "door_key",
        "case when exists (select 1 from enrolments o where o.center_id = {center_id} and o.door_key = {door_key}
                and o.person_id <> {person_id})
            then null else {door_key} end",
    )],
    stays: None,
};

const PHONES: JournalTable = JournalTable {
    name: "person_phones",
    key: &["id"],
    numbers: &["person_id", "created_at"],
    texts: &["label", "phone_hash", "phone_last4"],
    sealed: &["phone_sealed"],
    again: &[],
    stays: None,
};

const MEMBERSHIPS: JournalTable = JournalTable::plain("group_memberships", &["id"], &["person_id"], &[]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&PEOPLE, &ENROLMENTS, &PHONES, &MEMBERSHIPS];

/// What a number is called that was the first of the one who is no more.
const FORMER_FIRST: &str = "合并前";

/// Makes the merged person's facts, enrolments, numbers and papers the other's. `taken` is what holds from the merged one though the
/// other has it too.
///
/// # Errors
/// `Refused("merge_born_after_paper")` where a paper begins before the birth date that would hold.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>, taken: &[Differing]) -> Result<()> {
    let (kept, merged) = (journal.kept, journal.merged);
    let known = journal.standing(tx, &PEOPLE, &[kept.0.into(), merged.0.into()]).await?;
    let of = |id: PersonId| known.iter().find(|(key, _)| *key == id.0.into()).map(|(_, row)| row);
    let (Some(one), Some(other)) = (of(kept), of(merged)) else { return Err(Error::NotFound) };
    let one_row = one.clone();
    let holds = holding(&one_row, other, taken);
    let number_moves = holds.get("id_number_hash") == other.get("id_number_hash") && !holds["id_number_hash"].is_null();
    if number_moves {
        let columns = ["id_number_hash", "id_number_sealed"];
        journal.change(tx, &PEOPLE, &columns, vec![(merged.0.into(), vec![Value::Null, Value::Null])]).await?;
    }
    // What is called otherwise from now on stays with the row that leads here: by that they are found as well.
    let lost: Vec<&str> = [Differing::Name, Differing::Phone]
        .into_iter()
        .filter(|fact| taken.contains(fact))
        .flat_map(|fact| fact.columns().iter().copied())
        .filter(|column| one_row.get(*column).is_some_and(|value| !value.is_null()))
        .collect();
    let former = lost.iter().map(|column| one_row.get(*column).cloned().unwrap_or_default()).collect();
    journal.change(tx, &PEOPLE, &lost, vec![(merged.0.into(), former)]).await?;
    let changed: Vec<&str> = facts().filter(|column| holds.get(*column) != one_row.get(*column)).collect();
    let values = changed.iter().map(|column| holds.get(*column).cloned().unwrap_or_default()).collect();
    journal.change(tx, &PEOPLE, &changed, vec![(kept.0.into(), values)]).await?;
    take_numbers(tx, journal, &holds, [&one_row, other]).await?;
    let found = ["name_key", "phone_hash"].iter().any(|column| holds.get(*column) != one_row.get(*column));
    join_enrolments(tx, journal, taken.contains(&Differing::Address), found.then_some(&holds)).await?;
    journal.take_over(tx, &MEMBERSHIPS, "person_id").await?;
    let born = holds["birth_date"].as_str().and_then(Date::parse);
    memberships::can_be_born_on(tx, kept, born).await.map_err(|error| match error {
        Error::Invalid(_) => Refusal::new("merge_born_after_paper").into(),
        error => error,
    })?;
    let led: Vec<i64> =
        sqlx::query_scalar("select id from people where merged_into = $1").bind(merged).fetch_all(&mut *tx).await?;
    let pointers = led.into_iter().chain([merged.0]);
    let pointers = pointers.map(|id| (RowKey::from(id), vec![json!(kept)])).collect();
    journal.change(tx, &PEOPLE, &["merged_into"], pointers).await?;
    touched(tx, journal.at, [kept, merged]).await
}

/// After a merge, and after it was taken back: forms that were open before are told, and attendances follow what holds now.
///
/// # Errors
/// The database's.
pub async fn touched(tx: &mut Conn, at: Timestamp, [kept, merged]: [PersonId; 2]) -> Result<()> {
    sqlx::query("update people set version = version + 1, updated_at = $3 where id = $1 or id = $2")
        .bind(kept)
        .bind(merged)
        .bind(at)
        .execute(tx)
        .await?;
    Ok(())
}

/// Lets the attendances of both follow what is known and granted.
///
/// # Errors
/// The database's.
pub async fn follow(tx: &mut Conn, people: &[PersonId]) -> Result<()> {
    for person in people {
        groups::follow_birth_date(tx, *person).await?;
        groups::follow_memberships(tx, *person).await?;
    }
    Ok(())
}

/// The columns that hold facts.
fn facts() -> impl Iterator<Item = &'static str> {
    Differing::ALL.iter().flat_map(|fact| fact.columns()).copied()
}

/// What holds of two rows: what was chosen, what only one knows, and else what the first knows. An ID number says birth date and sex.
fn holding(one: &Map<String, Value>, other: &Map<String, Value>, taken: &[Differing]) -> Map<String, Value> {
    let mut holds = one.clone();
    for fact in Differing::ALL {
        let Some(lead) = fact.columns().first() else { continue };
        let known = |row: &Map<String, Value>| row.get(*lead).is_some_and(|value| !value.is_null());
        if known(other) && (!known(one) || taken.contains(fact)) {
            let columns = fact.columns().iter();
            holds.extend(columns.map(|column| ((*column).to_owned(), other.get(*column).cloned().unwrap_or_default())));
        }
    }
    let number = holds.get("id_number_sealed").and_then(Value::as_str).and_then(|text| IdNumber::parse(text).ok());
    if let Some(number) = number {
        holds.insert("sex".to_owned(), json!(number.sex().code()));
        holds.insert("birth_date".to_owned(), json!(number.birth_date().map(|date| date.to_string())));
    }
    holds
}

/// Further numbers: those of the merged person, and the first one of either that is not the first any more.
async fn take_numbers(
    tx: &mut Conn,
    journal: &mut Journal<'_>,
    holds: &Map<String, Value>,
    firsts: [&Map<String, Value>; 2],
) -> Result<()> {
    let numbers: Vec<(i64, PersonId, String)> =
        sqlx::query_as("select id, person_id, phone_hash from person_phones where person_id in ($1, $2) order by id")
            .bind(journal.kept)
            .bind(journal.merged)
            .fetch_all(&mut *tx)
            .await?;
    let first = holds.get("phone_hash").and_then(Value::as_str);
    let known = |hash: &str| numbers.iter().any(|(_, of, known)| *of == journal.kept && known == hash);
    // What stands there twice, or as the first number.
    let twice: Vec<RowKey> = numbers
        .iter()
        .filter(|(_, of, hash)| Some(hash.as_str()) == first || (*of == journal.merged && known(hash)))
        .map(|(id, ..)| RowKey::from(*id))
        .collect();
    journal.remove(tx, &PHONES, &twice).await?;
    journal.take_over(tx, &PHONES, "person_id").await?;
    for row in firsts {
        let value = |column: &str| row.get(column).and_then(Value::as_str);
        let (Some(hash), Some(last4), Some(number)) =
            (value("phone_hash"), value("phone_last4"), value("phone_sealed"))
        else {
            continue;
        };
        if Some(hash) == first || numbers.iter().any(|(.., known)| known == hash) {
            continue;
        }
        let made: i64 = sqlx::query_scalar(
            "insert into person_phones (person_id, label, phone_sealed, phone_hash, phone_last4, created_at)
             values ($1, $2, $3, $4, $5, $6) returning id",
        )
        .bind(journal.kept)
        .bind(FORMER_FIRST)
        .bind(journal.sealer().seal(number))
        .bind(hash.to_owned())
        .bind(last4.to_owned())
        .bind(journal.at)
        .fetch_one(&mut *tx)
        .await?;
        journal.made(&PHONES, vec![made.into()]);
    }
    Ok(())
}

/// Centers know the one who stays: with the earlier day and both notes, where they knew both.
async fn join_enrolments(
    tx: &mut Conn,
    journal: &mut Journal<'_>,
    takes_address: bool,
    renamed: Option<&Map<String, Value>>,
) -> Result<()> {
    let (kept, merged) = (journal.kept, journal.merged);
    let both: Vec<CenterId> = sqlx::query_scalar(
        "select e.center_id from enrolments e join enrolments o on o.center_id = e.center_id and o.person_id = $2
         where e.person_id = $1",
    )
    .bind(kept)
    .bind(merged)
    .fetch_all(&mut *tx)
    .await?;
    let key = |person: PersonId, center: CenterId| RowKey(vec![person.0, center.0]);
    let keys: Vec<RowKey> = both.iter().flat_map(|center| [key(kept, *center), key(merged, *center)]).collect();
    let known = journal.standing(tx, &ENROLMENTS, &keys).await?;
    let of = |person: PersonId, center: CenterId| {
        known.iter().find(|(known, _)| *known == key(person, center)).map(|(_, row)| row)
    };
    let mut joined = Vec::new();
    for center in &both {
        if let (Some(one), Some(other)) = (of(kept, *center), of(merged, *center)) {
            joined.push((key(kept, *center), join(one, other, takes_address)));
        }
    }
    let gone: Vec<RowKey> = both.iter().map(|center| key(merged, *center)).collect();
    journal.remove(tx, &ENROLMENTS, &gone).await?;
    journal.change(tx, &ENROLMENTS, &JOINED, joined).await?;
    journal.take_over(tx, &ENROLMENTS, "person_id").await?;
    if let Some(holds) = renamed {
        follow_name(tx, journal, holds).await?;
    }
    Ok(())
}

const JOINED: [&str; 6] = ["enrolled_at", "as_staff", "address", "note_sealed", "care_sealed", "emergency_sealed"];

fn join(one: &Map<String, Value>, other: &Map<String, Value>, takes_address: bool) -> Vec<Value> {
    let number = |row: &Map<String, Value>, column: &str| row.get(column).and_then(Value::as_i64).unwrap_or_default();
    let text = |row: &Map<String, Value>, column: &str| row.get(column).and_then(Value::as_str).map(str::to_owned);
    let both = |column: &str| match (text(one, column), text(other, column)) {
        (Some(one), Some(other)) if one != other => Some(format!("{one}；{other}")),
        (one, other) => one.or(other),
    };
    let (address, another) = (text(one, "address"), text(other, "address"));
    let address = if takes_address { another.or(address) } else { address.or(another) };
    let least = |column: &str| number(one, column).min(number(other, column));
    let (note, care, emergency) = (both("note_sealed"), both("care_sealed"), both("emergency_sealed"));
    vec![
        json!(least("enrolled_at")),
        json!(least("as_staff")),
        json!(address),
        json!(note),
        json!(care),
        json!(emergency),
    ]
}

/// The door finds them by the name and number that hold, wherever nobody else is found by these.
async fn follow_name(tx: &mut Conn, journal: &mut Journal<'_>, holds: &Map<String, Value>) -> Result<()> {
    let text = |column: &str| holds.get(column).and_then(Value::as_str);
    let number = text("phone_sealed");
    let key =
        number.zip(text("name_key")).map(|(phone, name)| super::actions::key_at_door(journal.sealer(), name, phone));
    let centers: Vec<CenterId> = sqlx::query_scalar(
        "select e.center_id from enrolments e where e.person_id = $1 and not exists (
             select 1 from enrolments o where o.center_id = e.center_id and o.door_key = $2 and o.person_id <> $1)",
    )
    .bind(journal.kept)
    .bind(key.clone())
    .fetch_all(&mut *tx)
    .await?;
    let rows = centers.iter().map(|center| (RowKey(vec![journal.kept.0, center.0]), vec![json!(key)])).collect();
    journal.change(tx, &ENROLMENTS, &["door_key"], rows).await
}
