//! Reading profiles, and the rows that fill one: of a center that the viewer was let into.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::rules::MOST_ROWS;
use super::types::{
    ExportColumn, ExportColumnId, ExportProfile, ExportProfileId, FilingAsked, FilingField, FilingRow, FilingSubject,
    FilingValue, FilledProfile,
};
use crate::activities::title::{self, Sight};
use crate::centers::Center;
use crate::clock::{Date, Timestamp};
use crate::error::{Error, Result};
use crate::hours::Source;
use crate::ids::{PersonId, SessionId, TeamId};
use crate::people::{IdNumber, PersonRow, PhoneNumber, Sex};
use crate::store::{Conn, Flag, Sealed, Sealer, rows};
use crate::teams::{TeamName, VolunteerNumber};
use crate::web::Lang;

const PROFILE: &str = "select id, name, subject, file_name, format, note, version, retired_at from export_profiles";

/// All profiles, those in use first.
pub async fn profiles(conn: &mut Conn) -> Result<Vec<ExportProfile>> {
    let sql = format!("{PROFILE} order by case when retired_at is null then 0 else 1 end, id");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).fetch_all(conn).await?)
}

/// One profile.
///
/// # Errors
/// `NotFound` where there is none of the number.
pub async fn profile(conn: &mut Conn, id: ExportProfileId) -> Result<ExportProfile> {
    let sql = format!("{PROFILE} where id = $1");
    sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// Its columns, in their order.
pub async fn columns(conn: &mut Conn, profile: ExportProfileId) -> Result<Vec<ExportColumn>> {
    Ok(sqlx::query_as(
        "select id, place, title, field, constant, required, date_form from export_columns where profile_id = $1
         order by place, id",
    )
    .bind(profile)
    .fetch_all(conn)
    .await?)
}

/// One of them.
///
/// # Errors
/// `NotFound` for another profile's.
pub async fn column(conn: &mut Conn, profile: ExportProfileId, id: ExportColumnId) -> Result<ExportColumn> {
    columns(conn, profile).await?.into_iter().find(|column| column.id == id).ok_or(Error::NotFound)
}

/// A profile filled with what a center knows: numbers in full where `asked` has a reason, else masked. Whoever shows the numbers in full
/// has looked whether that is allowed.
///
/// # Errors
/// `Internal` for a number that the key does not open: nobody is told that it is not there.
pub(super) async fn filling(
    conn: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    profile: ExportProfile,
    asked: &FilingAsked,
) -> Result<FilledProfile> {
    let columns = columns(conn, profile.id).await?;
    let in_full = asked.reason.is_some();
    let (mut found, homeless) = match profile.subject {
        FilingSubject::Volunteers => (volunteers(conn, sealer, center, asked, in_full).await?, 0),
        FilingSubject::ServiceRecords => {
            (services(conn, sealer, center, asked, in_full).await?, homeless(conn, center, asked).await?)
        }
    };
    let is_cut = found.is_cut || found.rows.len() > MOST_ROWS;
    found.rows.truncate(MOST_ROWS);
    Ok(FilledProfile { profile, columns, rows: found.rows, is_cut, forgotten: found.forgotten, homeless })
}

/// The rows of a subject.
#[derive(Default)]
struct FoundRows {
    rows: Vec<FilingRow>,
    forgotten: i64,
    is_cut: bool,
}

/// The center's teams, those too that are no more: their hours are filed all the same.
pub async fn teams(conn: &mut Conn, center: &Center) -> Result<Vec<TeamName>> {
    Ok(sqlx::query_as(
        "select t.id, t.name, c.name as center from teams t join centers c on c.id = t.center_id where t.center_id = $1
         order by case when t.disbanded_on is null then 0 else 1 end, t.kind_id, t.name",
    )
    .bind(center.id())
    .fetch_all(conn)
    .await?)
}

/// What is known of whom a row is about. Where the center forgot them `enrolled` is null, and no row is made of it.
#[derive(sqlx::FromRow)]
struct Whom {
    person_id: PersonId,
    enrolled: Option<PersonId>,
    name: String,
    sex: Option<Sex>,
    birth_date: Option<Date>,
    phone_sealed: Option<Sealed>,
    phone_last4: Option<String>,
    id_number_sealed: Option<Sealed>,
    address: Option<String>,
    number: Option<VolunteerNumber>,
}

/// The columns of [`Whom`], of person `p` and enrolment `e`.
const WHOM: &str =
    "p.id as person_id, e.person_id as enrolled, p.name, p.sex, p.birth_date, p.phone_sealed, p.phone_last4, p.id_number_sealed,
     e.address, (select min(v.id) from volunteers v where v.person_id = p.id and v.came_with is null) as number";

impl Whom {
    /// A row about them, with what is known of them.
    fn row(&self, sealer: &Sealer, in_full: bool) -> Result<FilingRow> {
        let open = |sealed: &Option<Sealed>| match sealed {
            Some(sealed) => match sealer.open(sealed) {
                Some(text) => Ok(Some(text)),
                None => Err(Error::internal("a sealed number does not open with this key")),
            },
            None => Ok(None),
        };
        let phone = open(&self.phone_sealed)?.and_then(|text| PhoneNumber::parse(&text).ok());
        let id_number = open(&self.id_number_sealed)?.and_then(|text| IdNumber::parse(&text).ok());
        let phone = phone.map(|phone| if in_full { phone.as_str().to_owned() } else { phone.masked() });
        let id_kind = id_number.as_ref().map(|_| Lang::Zh.text("filings.resident_id_card"));
        let id_number = id_number.map(|number| if in_full { number.as_str().to_owned() } else { number.masked() });
        let person = PersonRow {
            id: self.person_id,
            name: self.name.clone(),
            birth_date: self.birth_date,
            phone_last4: self.phone_last4.clone(),
        };
        let mut row = FilingRow { person, session: None, team: None, values: BTreeMap::new() };
        row.put(FilingField::Name, Some(self.name.clone()));
        row.put(FilingField::VolunteerNumber, self.number.map(|number| number.to_string()));
        row.put(FilingField::IdKind, id_kind);
        row.put(FilingField::IdNumber, id_number);
        row.put(FilingField::Sex, self.sex.map(|sex| Lang::Zh.text(sex.key())));
        row.put_day(FilingField::BirthDate, self.birth_date);
        row.put(FilingField::Phone, phone);
        row.put(FilingField::Address, self.address.clone());
        Ok(row)
    }
}

impl FilingRow {
    /// Nothing, and nothing but spaces, is not known.
    fn put(&mut self, field: FilingField, text: Option<String>) {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            self.values.insert(field, FilingValue::Text(text));
        }
    }

    fn put_day(&mut self, field: FilingField, day: Option<Date>) {
        if let Some(day) = day {
            self.values.insert(field, FilingValue::Day(day));
        }
    }
}

#[derive(sqlx::FromRow)]
struct FoundMember {
    #[sqlx(flatten)]
    whom: Whom,
    team_id: TeamId,
    team: String,
    team_kind: String,
    joined_on: Date,
}

/// The condition that team `t` is one of those asked for: any, where the place `some` is 0, else one of the list at the place `list`.
fn asked_teams(some: &str, list: &str) -> String {
    format!(
        "({some} = 0 or t.id in (select cast(cast(j.value as text) as bigint) from json_each(cast({list} as json_text)) j))"
    )
}

/// Who served in the center's teams within the days: one row each, with all their teams, and since when.
async fn volunteers(
    conn: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    asked: &FilingAsked,
    in_full: bool,
) -> Result<FoundRows> {
    let sql = format!(
        "select {WHOM}, t.id as team_id, t.name as team, k.name as team_kind, m.joined_on
         from team_members m
         join teams t on t.id = m.team_id join team_kinds k on k.id = t.kind_id
         join people p on p.id = m.person_id
         left join enrolments e on e.person_id = m.person_id and e.center_id = t.center_id
         where t.center_id = $1 and m.joined_on <= $3 and (m.left_on is null or m.left_on > $2) and {}
         order by p.pinyin, p.id, m.joined_on, m.id",
        asked_teams("$4", "$5")
    );
    let found: Vec<FoundMember> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(center.id())
        .bind(asked.from)
        .bind(asked.to)
        .bind(Flag::from(!asked.teams.is_empty()))
        .bind(rows(&asked.teams, |id| json!(id)))
        .fetch_all(conn)
        .await?;
    let mut made = FoundRows::default();
    for theirs in found.chunk_by(|a, b| a.whom.person_id == b.whom.person_id) {
        let [first, ..] = theirs else { continue };
        if first.whom.enrolled.is_none() {
            made.forgotten += 1;
            continue;
        }
        let mut row = first.whom.row(sealer, in_full)?;
        row.team = Some(first.team_id);
        row.put(FilingField::Team, Some(each_once(theirs.iter().map(|one| one.team.as_str()))));
        row.put(FilingField::TeamKind, Some(each_once(theirs.iter().map(|one| one.team_kind.as_str()))));
        row.put_day(FilingField::JoinedOn, Some(first.joined_on));
        made.rows.push(row);
    }
    Ok(made)
}

fn each_once<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen.join("、")
}

#[derive(sqlx::FromRow)]
struct ServiceFound {
    #[sqlx(flatten)]
    whom: Whom,
    session_id: Option<SessionId>,
    title: Option<String>,
    kind: Option<String>,
    description: Option<String>,
    summary: Option<String>,
    confidential: Option<Flag>,
    served_on: Option<Date>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    rooms: Option<String>,
    venue: Option<String>,
    content: Option<String>,
    unit: Option<String>,
    /// Whether a worker of the center confirmed it, though no session was.
    counts_here: Flag,
    minutes: i64,
    source: Source,
    team_id: Option<TeamId>,
    team: Option<String>,
    team_kind: Option<String>,
    in_charge: Option<String>,
}

/// The condition that entry `h` counts: no reversal, not reversed, and service was given.
const COUNTS: &str = "h.reverses_id is null and h.minutes > 0
     and not exists (select 1 from hours_entries r where r.reverses_id = h.id)";

/// What was confirmed of the center's sessions within the days, and what was brought from elsewhere for its teams: a row for each person and
/// session. Titles of confidential kinds stay here: the kind's name goes out (see [`Sight`]).
async fn services(
    conn: &mut Conn,
    sealer: &Sealer,
    center: &Center,
    asked: &FilingAsked,
    in_full: bool,
) -> Result<FoundRows> {
    let [description, summary] =
        [("a", "description"), ("s", "summary")].map(|(table, name)| title::column("$1", table, name));
    let sql = format!(
        "select {WHOM}, h.session_id, {}, {description}, {summary}, coalesce(s.local_date, h.served_on) as served_on,
                s.starts_at, s.ends_at, s.venue, h.content, h.unit, case when h.center_id is null then 0 else 1 end as counts_here, h.minutes, h.source, h.team_id, t.name as team, y.name as team_kind,
                (select string_agg(x.name, '、' order by x.name) from session_rooms x where x.session_id = h.session_id) as rooms,
                coalesce(w.name, l.name) as in_charge
         from hours_entries h
         join people p on p.id = h.person_id
         left join enrolments e on e.person_id = h.person_id and e.center_id = $2
         left join sessions s on s.id = h.session_id left join activities a on a.id = s.activity_id
         left join service_kinds k on k.id = a.kind_id
         left join workers i on i.id = s.worker_id left join people w on w.id = i.person_id
         left join teams t on t.id = h.team_id left join team_kinds y on y.id = t.kind_id left join people l on l.id = t.leader_id
         where coalesce(s.center_id, h.center_id, t.center_id) = $2 and {COUNTS}
           and coalesce(s.local_date, h.served_on) >= $3 and coalesce(s.local_date, h.served_on) <= $4 and {}
         order by coalesce(s.local_date, h.served_on), coalesce(s.starts_at, 0), coalesce(h.session_id, 0), p.pinyin, p.id, h.id limit $7",
        title::columns("$1"),
        asked_teams("$5", "$6")
    );
    let found: Vec<ServiceFound> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(Sight::Public.reader())
        .bind(center.id())
        .bind(asked.from)
        .bind(asked.to)
        .bind(Flag::from(!asked.teams.is_empty()))
        .bind(rows(&asked.teams, |id| json!(id)))
        .bind(i64::try_from(MOST_ROWS).unwrap_or(i64::MAX) + 1)
        .fetch_all(conn)
        .await?;
    let mut made = FoundRows { is_cut: found.len() > MOST_ROWS, ..FoundRows::default() };
    for one in found {
        if one.whom.enrolled.is_none() {
            made.forgotten += 1;
            continue;
        }
        // Two entries of one session, as an imported ledger may have them, are one service.
        if let Some(last) = made.rows.last_mut()
            && one.session_id.is_some()
            && (last.session, last.person.id) == (one.session_id, one.whom.person_id)
        {
            last.add(one.minutes);
            continue;
        }
        made.rows.push(one.row(sealer, center, in_full)?);
    }
    Ok(made)
}

impl FilingRow {
    fn add(&mut self, minutes: i64) {
        for field in [FilingField::Hours, FilingField::Minutes] {
            if let Some(FilingValue::Minutes(known)) = self.values.get_mut(&field) {
                *known += minutes;
            }
        }
    }
}

impl ServiceFound {
    fn row(self, sealer: &Sealer, center: &Center, in_full: bool) -> Result<FilingRow> {
        let mut row = self.whom.row(sealer, in_full)?;
        (row.session, row.team) = (self.session_id, self.team_id);
        let is_confidential = self.confidential.is_some_and(Flag::is_set);
        // Of case work goes out that it was case work, and no more.
        let own_words = self.summary.or(self.description).filter(|_| !is_confidential);
        let (activity, content, organizer) = match self.session_id {
            Some(_) => (
                self.title.or_else(|| self.kind.clone()),
                own_words.or_else(|| self.kind.clone().filter(|_| is_confidential)),
                Some(center.head.name.clone()),
            ),
            // What a worker here confirmed of it is this center's; where it was stands in the ledger's words.
            None if self.counts_here.is_set() => (self.content.clone(), self.content, Some(center.head.name.clone())),
            None => (self.content.clone(), self.content, self.unit.clone()),
        };
        // A room is somewhere in the center; a venue is told whole.
        let place = self.rooms.map(|rooms| format!("{} {rooms}", center.head.name)).or(self.venue);
        let place = place.or(self.unit.filter(|_| self.counts_here.is_set()));
        let clock = |at: Option<Timestamp>| at.map(|at| center.zone.local(at).format("%H:%M").to_string());
        row.put(FilingField::Team, self.team);
        row.put(FilingField::TeamKind, self.team_kind);
        row.put(FilingField::Activity, activity);
        row.put(FilingField::ServiceKind, self.kind);
        row.put_day(FilingField::ServedOn, self.served_on);
        row.put(FilingField::StartsAt, clock(self.starts_at));
        row.put(FilingField::EndsAt, clock(self.ends_at));
        row.put(FilingField::Place, place);
        row.put(FilingField::Content, content.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")));
        row.put(FilingField::Organizer, organizer);
        row.put(FilingField::InCharge, self.in_charge);
        row.put(FilingField::Source, Some(Lang::Zh.text(self.source.key())));
        row.put(FilingField::SessionCode, self.session_id.map(|id| id.to_string()));
        for field in [FilingField::Hours, FilingField::Minutes] {
            row.values.insert(field, FilingValue::Minutes(self.minutes));
        }
        Ok(row)
    }
}

/// Hours of the center's people that name neither a session nor a team: it may be another center's matter to file them.
async fn homeless(conn: &mut Conn, center: &Center, asked: &FilingAsked) -> Result<i64> {
    let sql = format!(
        "select count(*) from hours_entries h join enrolments e on e.person_id = h.person_id and e.center_id = $1
         where h.session_id is null and h.team_id is null and h.center_id is null and h.served_on >= $2 and h.served_on <= $3 and {COUNTS}"
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(sql)).bind(center.id()).bind(asked.from).bind(asked.to).fetch_one(conn).await?)
}
