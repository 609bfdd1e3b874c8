//! Reading certificates, of people whom the viewer was let to.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;

use super::rules;
use super::types::{Certificate, QualificationId, QualificationKind, QualificationState, WorkStanding};
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::files::FileId;
use crate::ids::TeamKindId;
use crate::people::PersonId;
use crate::store::{self, Conn, Flag};

/// The kinds of certificates there are, those that a kind of team needs first.
pub async fn kinds(conn: &mut Conn) -> Result<Vec<QualificationKind>> {
    Ok(sqlx::query_as(
        "select k.id, k.name, k.name_en, t.id as team_kind_id
         from qualification_kinds k left join team_kinds t on t.code = k.team_kind
         order by case when t.id is null then 1 else 0 end, t.id, k.id",
    )
    .fetch_all(conn)
    .await?)
}

pub(super) const QUALIFICATION: &str = "select q.id, q.person_id, q.kind_id, k.name as kind, k.name_en as kind_en, t.id as team_kind_id, q.number,
        q.issuer, q.issued_on, q.valid_to, q.file_id, q.recorded_at, r.name as recorded_by, q.confirmed_how, q.confirmed_at,
        c.name as confirmed_by, q.voided_at, q.void_reason
     from qualifications q join qualification_kinds k on k.id = q.kind_id
     left join team_kinds t on t.code = k.team_kind
     left join accounts r on r.id = q.recorded_by left join accounts c on c.id = q.confirmed_by";

/// All of a person's, the latest first; mistaken ones too.
pub async fn of_person(conn: &mut Conn, person: PersonId) -> Result<Vec<Certificate>> {
    let sql = format!("{QUALIFICATION} where q.person_id = $1 order by q.id desc");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(person).fetch_all(conn).await?)
}

/// One of a person's.
///
/// # Errors
/// `NotFound` for another's.
pub async fn find(conn: &mut Conn, person: PersonId, id: QualificationId) -> Result<Certificate> {
    let sql = format!("{QUALIFICATION} where q.person_id = $1 and q.id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(person).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The scan of the certificate.
///
/// # Errors
/// As [`find`]'s, and `NotFound` for a mistaken entry.
pub async fn paper(conn: &mut Conn, person: PersonId, id: QualificationId) -> Result<Option<FileId>> {
    let one = find(conn, person, id).await?;
    if one.voided_at.is_some() { Err(Error::NotFound) } else { Ok(one.file_id) }
}

/// How these people stand to the work of a kind of team on a day; of nobody, where the work needs no qualification.
pub async fn standings(
    conn: &mut Conn,
    (kind, people): (TeamKindId, &[PersonId]),
    day: Date,
) -> Result<HashMap<PersonId, WorkStanding>> {
    let needs: Option<Flag> = sqlx::query_scalar("select needs_qualification from team_kinds where id = $1")
        .bind(kind)
        .fetch_optional(&mut *conn)
        .await?;
    if !needs.is_some_and(Flag::is_set) {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "{QUALIFICATION} where t.id = $1
         and q.person_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($2 as json_text)) j)"
    );
    let found: Vec<Certificate> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(kind)
        .bind(store::rows(people, |person| json!(person)))
        .fetch_all(conn)
        .await?;
    let mut of_each: BTreeMap<i64, Vec<&Certificate>> = BTreeMap::new();
    for one in &found {
        of_each.entry(one.person_id.0).or_default().push(one);
    }
    let standing = |person: &PersonId| {
        let theirs = of_each.get(&person.0).map(Vec::as_slice).unwrap_or_default();
        (*person, rules::standing(theirs.iter().copied(), day))
    };
    Ok(people.iter().map(standing).collect())
}

/// Somebody in a team of a center whose work needs a qualification.
#[derive(sqlx::FromRow)]
struct Serving {
    person_id: PersonId,
    kind_id: TeamKindId,
}

/// How many members of the center's teams whose work needs a qualification have none that is good, and how many have one that
/// runs out soon.
pub async fn lacking(conn: &mut Conn, center: CenterId, today: Date) -> Result<(i64, i64)> {
    let serving: Vec<Serving> = sqlx::query_as(
        "select distinct m.person_id, t.kind_id from team_members m join teams t on t.id = m.team_id
         join team_kinds k on k.id = t.kind_id
         where t.center_id = $1 and m.left_on is null and t.disbanded_on is null and k.needs_qualification = 1",
    )
    .bind(center)
    .fetch_all(&mut *conn)
    .await?;
    if serving.is_empty() {
        return Ok((0, 0));
    }
    let certificates = of_people(conn, serving.iter().map(|one| one.person_id)).await?;
    let state = |one: &Serving| {
        let theirs = certificates.get(&one.person_id).map(Vec::as_slice).unwrap_or_default();
        let fitting = theirs.iter().filter(|certificate| certificate.team_kind_id == Some(one.kind_id));
        rules::standing(fitting, today).state
    };
    let states: Vec<QualificationState> = serving.iter().map(state).collect();
    let count =
        |wanted: &dyn Fn(QualificationState) -> bool| states.iter().filter(|state| wanted(**state)).count() as i64;
    Ok((count(&|state| !state.is_good()), count(&|state| state == QualificationState::Expiring)))
}

/// The certificates of these people.
pub(super) async fn of_people(
    conn: &mut Conn,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, Vec<Certificate>>> {
    let sql = format!(
        "{QUALIFICATION} where q.voided_at is null
         and q.person_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j) order by q.id"
    );
    let found: Vec<Certificate> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(store::rows(people, |person| json!(person)))
        .fetch_all(conn)
        .await?;
    let mut of_each: HashMap<PersonId, Vec<Certificate>> = HashMap::new();
    for one in found {
        of_each.entry(one.person_id).or_default().push(one);
    }
    Ok(of_each)
}
