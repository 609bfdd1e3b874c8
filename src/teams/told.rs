//! What somebody is told of the teams in which they serve or served, and of those they lead.

use super::number::VolunteerNumber;
use super::types::{ChangedBy, MemberChange};
use crate::auth::Viewer;
use crate::clock::{Date, Timestamp};
use crate::error::Result;
use crate::people::PersonId;
use crate::store::{Conn, Flag};
use crate::told::{ToldPart, ToldValue};

#[derive(sqlx::FromRow)]
struct TeamTold {
    center: String,
    team: String,
    kind: String,
    kind_en: String,
    leads: Flag,
    joined_on: Option<Date>,
    left_on: Option<Date>,
}

/// The person's teams in the reader's centers; once as whoever leads one, once for each time they joined.
pub async fn told(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    let rows: Vec<TeamTold> = sqlx::query_as(
        "select c.name as center, t.name as team, k.name as kind, k.name_en as kind_en, x.leads, x.joined_on, x.left_on
         from (select m.team_id, 0 as leads, m.joined_on, m.left_on, m.id from team_members m where m.person_id = $1
               union all select l.id, 1, null, null, 0 from teams l where l.leader_id = $1) x
         join teams t on t.id = x.team_id join team_kinds k on k.id = t.kind_id join centers c on c.id = t.center_id
         where t.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         order by t.id, x.leads desc, x.joined_on, x.id",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(&mut *conn)
    .await?;
    let row = |row: TeamTold| {
        [
            ToldValue::Text(row.center),
            ToldValue::Text(row.team),
            ToldValue::Named(row.kind, row.kind_en),
            ToldValue::Truth(row.leads.is_set()),
            ToldValue::day(row.joined_on),
            ToldValue::day(row.left_on),
        ]
    };
    let heads = ["told.center", "teams.name", "teams.kind", "told.leads", "told.joined_on", "told.left_on"];
    let teams = ToldPart::new("told.teams", heads, rows.into_iter().map(row));
    Ok(vec![teams, changes(by, conn, person).await?, numbers(conn, person).await?])
}

/// What became of them in the teams of the reader's centers.
async fn changes(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<ToldPart> {
    let rows: Vec<(String, MemberChange, Date, Option<String>, ChangedBy)> = sqlx::query_as(
        "select t.name, x.change, x.changed_on, x.reason, x.by_whom
         from team_member_changes x join teams t on t.id = x.team_id
         where x.person_id = $1 and t.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         order by x.id",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    let row = |(team, change, day, reason, by_whom): (String, MemberChange, Date, Option<String>, ChangedBy)| {
        [
            ToldValue::Text(team),
            ToldValue::Word(change.key().to_owned()),
            ToldValue::Day(day),
            ToldValue::text(reason),
            ToldValue::Word(by_whom.key().to_owned()),
        ]
    };
    let heads = ["teams.name", "told.change", "told.changed_on", "teams.why", "told.by_whom"];
    Ok(ToldPart::new("told.team_changes", heads, rows.into_iter().map(row)))
}

/// Their numbers, and since when; two, where they were two.
async fn numbers(conn: &mut Conn, person: PersonId) -> Result<ToldPart> {
    let rows: Vec<(VolunteerNumber, Timestamp)> =
        sqlx::query_as("select v.id, v.given_at from volunteers v where v.person_id = $1 order by v.id")
            .bind(person)
            .fetch_all(conn)
            .await?;
    let row = |(number, at): (VolunteerNumber, Timestamp)| [ToldValue::Text(number.to_string()), ToldValue::At(at)];
    Ok(ToldPart::new("told.volunteers", ["volunteers.number", "told.given_at"], rows.into_iter().map(row)))
}
