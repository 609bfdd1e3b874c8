//! Reading policies, always within a center that the viewer was let into.

use super::types::{Insurance, InsuranceId, Insured};
use crate::activities::SessionId;
use crate::auth::Viewer;
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::people::{PersonId, PersonRow};
use crate::store::Conn;

const INSURANCE: &str =
    "select i.id, i.insurer, i.policy_number, i.covers, i.team_id, t.name as team, i.valid_from, i.valid_to, i.note,
        i.voided_at, i.void_reason
     from insurances i left join teams t on t.id = i.team_id";

/// The center's policies, the latest first.
pub async fn list(conn: &mut Conn, center: CenterId) -> Result<Vec<Insurance>> {
    let sql = format!(
        "{INSURANCE} where i.center_id = $1
         order by case when i.voided_at is null then 0 else 1 end, i.valid_to desc, i.id desc"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).fetch_all(conn).await?)
}

/// One policy.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn find(conn: &mut Conn, center: CenterId, id: InsuranceId) -> Result<Insurance> {
    let sql = format!("{INSURANCE} where i.center_id = $1 and i.id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The center of a policy that the viewer may reach.
pub(super) async fn center_of(by: &Viewer, conn: &mut Conn, id: InsuranceId) -> Result<Option<CenterId>> {
    Ok(sqlx::query_scalar(
        "select i.center_id from insurances i join account_centers r on r.center_id = i.center_id
         where i.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(conn)
    .await?)
}

/// The condition that policy `i` covers person `p` on a day, a place of the statement; whether it runs then is another matter.
fn covers(day: &str) -> String {
    let serves = format!("m.person_id = p.id and m.joined_on <= {day} and (m.left_on is null or m.left_on > {day})");
    format!(
        "case i.covers
            when 'people' then exists (select 1 from insured_people x where x.insurance_id = i.id and x.person_id = p.id
                and x.from_date <= {day} and (x.to_date is null or x.to_date > {day}))
            when 'team' then exists (select 1 from team_members m where m.team_id = i.team_id and {serves})
            else exists (select 1 from team_members m join teams t on t.id = m.team_id
                where t.center_id = i.center_id and {serves})
         end"
    )
}

/// Whom the policy covers on a day: the named people, or who serves then.
pub async fn insured(conn: &mut Conn, insurance: InsuranceId, day: Date) -> Result<Vec<Insured>> {
    let sql = format!(
        "select p.id, p.name, p.birth_date, p.phone_last4,
                coalesce((select max(x.from_date) from insured_people x
                          where x.insurance_id = i.id and x.person_id = p.id and x.to_date is null), i.valid_from) as from_date,
                (select max(x.to_date) from insured_people x where x.insurance_id = i.id and x.person_id = p.id
                    and x.to_date > $2) as to_date
         from insurances i join enrolments e on e.center_id = i.center_id join people p on p.id = e.person_id
         where i.id = $1 and {}
         order by p.pinyin, p.id",
        covers("$2")
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(insurance).bind(day).fetch_all(conn).await?)
}

/// How a session stands to the law: whether it is marked risky, and who of the team that helps is not covered on its day.
pub struct Gap {
    pub is_risky: bool,
    /// None where the session is not risky.
    pub uncovered: Vec<PersonRow>,
}

/// The gap before a session.
pub async fn gap(conn: &mut Conn, session: SessionId) -> Result<Gap> {
    let risky: i64 = sqlx::query_scalar("select count(*) from risky_sessions where session_id = $1")
        .bind(session)
        .fetch_one(&mut *conn)
        .await?;
    if risky == 0 {
        return Ok(Gap { is_risky: false, uncovered: Vec::new() });
    }
    let sql = format!(
        "select p.id, p.name, p.birth_date, p.phone_last4
         from sessions s join team_members o on o.team_id = s.team_id and o.left_on is null join people p on p.id = o.person_id
         where s.id = $1 and not exists (
             select 1 from insurances i where i.center_id = s.center_id and i.voided_at is null
               and i.valid_from <= s.local_date and i.valid_to >= s.local_date and {})
         order by p.pinyin, p.id",
        covers("s.local_date")
    );
    let uncovered = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(session).fetch_all(conn).await?;
    Ok(Gap { is_risky: true, uncovered })
}

/// Whether nothing insures somebody at a session that is risky, on its day.
pub async fn leaves_uncovered(conn: &mut Conn, session: SessionId, person: PersonId) -> Result<bool> {
    let sql = format!(
        "select count(*) from risky_sessions r join sessions s on s.id = r.session_id join people p on p.id = $2
         where r.session_id = $1 and not exists (
             select 1 from insurances i where i.center_id = s.center_id and i.voided_at is null
               and i.valid_from <= s.local_date and i.valid_to >= s.local_date and {})",
        covers("s.local_date")
    );
    let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(session).bind(person).fetch_one(conn).await?;
    Ok(count > 0)
}

/// Who holds a shift at a risky session and is not covered on its day.
pub async fn uncovered_takers(conn: &mut Conn, session: SessionId) -> Result<Vec<PersonId>> {
    let sql = format!(
        "select p.id from risky_sessions r join sessions s on s.id = r.session_id
         join shifts f on f.session_id = s.id and f.state = 'taken' join people p on p.id = f.person_id
         where r.session_id = $1 and not exists (
             select 1 from insurances i where i.center_id = s.center_id and i.voided_at is null
               and i.valid_from <= s.local_date and i.valid_to >= s.local_date and {})",
        covers("s.local_date")
    );
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(session).fetch_all(conn).await?)
}
