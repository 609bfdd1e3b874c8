//! The list of a center's people: cut to some of them, in an order, and what is told of each.

use serde_json::json;

use super::consent;
use super::groups::{self, AgeBands, PriorityGroup};
use super::queries;
use super::types::{Person, PersonRow};
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, parse};
use crate::ids::{SubgroupId, TeamId};
use crate::store::{self, Conn, Flag, Sealer, text_enum};

text_enum!(
    /// In which order people are listed.
    PeopleOrder in "people_order" {
        /// By pinyin.
        Name = "name",
        /// The oldest first, whose age nobody knows last.
        Age = "age",
        /// The last enrolled first.
        Newest = "newest",
    }
);

impl PeopleOrder {
    fn by(self, table: &str) -> String {
        match self {
            Self::Name => format!("{table}.pinyin, {table}.id"),
            Self::Age => format!(
                "case when {table}.birth_date is null then 1 else 0 end, {table}.birth_date, {table}.pinyin, {table}.id"
            ),
            Self::Newest => format!("{table}.enrolled_at desc, {table}.id desc"),
        }
    }
}

/// How a list is cut and put in order, as its address says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeopleCut {
    pub group: Option<PriorityGroup>,
    pub subgroup: Option<SubgroupId>,
    /// Only those whose birth date nobody knows, whom no age group counts.
    pub missing_birth: bool,
    /// Only whom nobody asked whether a service record may be kept of them.
    pub unasked: bool,
    /// Only who has not come for so many days.
    pub unseen_days: Option<u64>,
    pub team: Option<TeamId>,
    pub order: PeopleOrder,
}

impl Default for PeopleCut {
    fn default() -> Self {
        Self {
            group: None,
            subgroup: None,
            missing_birth: false,
            unasked: false,
            unseen_days: None,
            team: None,
            order: PeopleOrder::Name,
        }
    }
}

/// The longest absence that is asked about: ten years.
const LONGEST: i64 = 3_660;

/// What the list may be asked for as missing.
const BIRTH: &str = "birth";
const CONSENT: &str = "consent";

impl PeopleCut {
    /// Fields `group subgroup missing unseen team sort`.
    ///
    /// # Errors
    /// A fault for each word that means nothing.
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let group = read.optional("group", parse::choice);
        let subgroup = read.optional("subgroup", parse::choice);
        let missing = read.optional("missing", |word| match word {
            BIRTH | CONSENT => Ok(word.to_owned()),
            _ => Err(Fault::new("field.not_a_choice")),
        });
        let unseen_days = read.optional("unseen", parse::integer(1..=LONGEST));
        let team = read.optional("team", parse::choice);
        let order = read.optional("sort", parse::choice);
        read.finish(|| {
            let missing = missing?;
            Some(Self {
                group: group?,
                subgroup: subgroup?,
                missing_birth: missing.as_deref() == Some(BIRTH),
                unasked: missing.as_deref() == Some(CONSENT),
                unseen_days: unseen_days?.map(i64::unsigned_abs),
                team: team?,
                order: order?.unwrap_or(PeopleOrder::Name),
            })
        })
    }

    /// As it stands in an address and in a form.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let order = (self.order != PeopleOrder::Name).then(|| self.order.to_string());
        let missing = match (self.missing_birth, self.unasked) {
            (true, _) => Some(BIRTH.to_owned()),
            (false, true) => Some(CONSENT.to_owned()),
            (false, false) => None,
        };
        let parts = [
            ("group", self.group.map(|group| group.to_string())),
            ("subgroup", self.subgroup.map(|id| id.to_string())),
            ("missing", missing),
            ("unseen", self.unseen_days.map(|days| days.to_string())),
            ("team", self.team.map(|id| id.to_string())),
            ("sort", order),
        ];
        parts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Whether it is a list of whom the center is to care for: whoever wants no service record is on none.
    fn is_for_care(&self) -> bool {
        self.group.is_some() || self.subgroup.is_some() || self.unseen_days.is_some()
    }

    /// Whether everybody is listed.
    pub fn is_whole(&self) -> bool {
        Self { order: PeopleOrder::Name, ..*self } == Self::default()
    }
}

/// A person as the list shows them: groups on the day, and how often they came to this center.
#[derive(Debug, sqlx::FromRow)]
pub struct Listed {
    #[sqlx(flatten)]
    pub person: PersonRow,
    disabled: Flag,
    needy: Flag,
    pub last_came: Option<Date>,
    /// Participant attendances since the year began.
    pub visits: i64,
}

impl Listed {
    pub fn groups(&self, bands: AgeBands, today: Date) -> Vec<PriorityGroup> {
        let mut found = groups::groups_on(self.person.birth_date, &[], bands, today);
        found.disabled = self.disabled.is_set();
        found.needy = self.needy.is_set();
        found.iter().collect()
    }
}

/// The rows of a list: whom `cut` leaves, of them those whom `page` takes. What is told of each is looked up for these alone,
/// not for all whom a page skips.
fn listed(cut: &str, order: PeopleOrder, page: &str) -> String {
    let (inside, outside) = (order.by("x"), order.by("q"));
    format!(
        "with page as materialized (
            select x.* from (
                select p.id, p.name, p.birth_date, p.phone_last4, p.pinyin, e.center_id, e.enrolled_at
                from enrolments e join people p on p.id = e.person_id
                where e.center_id = $1 and {cut}) x
            order by {inside} {page}
         ), told as (
            select a.person_id, max(a.local_date) as last_came,
                   count(case when a.part = 'participant' and a.local_date >= $9 then 1 end) as visits
            from page q cross join attendances_of_people a
            where a.person_id = q.id and a.center_id = q.center_id and a.voided_at is null
            group by a.person_id
         )
         select q.id, q.name, q.birth_date, q.phone_last4,
            case when exists (select 1 from memberships_held g where g.person_id = q.id and g.priority_group = 'disabled'
                and g.valid_from <= $2 and (g.valid_to is null or g.valid_to >= $2)) then 1 else 0 end as disabled,
            case when exists (select 1 from memberships_held g where g.person_id = q.id and g.priority_group = 'needy'
                and g.valid_from <= $2 and (g.valid_to is null or g.valid_to >= $2)) then 1 else 0 end as needy,
            t.last_came, coalesce(t.visits, 0) as visits
         from page q left join told t on t.person_id = q.id order by {outside}"
    )
}

/// The condition, over enrolment `e`, that somebody is counted among a center's residents: not who was entered only as staff. A
/// column alone: whether they ever came as something else, asked of every row, cost PostgreSQL 150 ms a page.
pub const RESIDENT: &str = "e.as_staff = 0";

/// The condition of a [`PeopleCut`]: `$2` is today, `$3` to `$8` its parts, each null where it does not cut.
const AMONG: &str = "($3 is null or p.birth_date > $3) and ($4 is null or p.birth_date <= $4)
     and ($5 is null or exists (select 1 from memberships_held g where g.person_id = p.id and g.priority_group = $5
         and g.valid_from <= $2 and (g.valid_to is null or g.valid_to >= $2)))
     and (cast($6 as bigint) is null or exists (select 1 from memberships_held g where g.person_id = p.id
         and g.subgroup_id = $6 and g.valid_from <= $2 and (g.valid_to is null or g.valid_to >= $2)))
     and (cast($8 as bigint) is null or exists (select 1 from team_members m where m.person_id = p.id
         and m.team_id = $8 and m.left_on is null))";

/// The condition of a list of certain people: `$3` are their ids, as one JSON parameter. The rest stands for parts that do not cut.
const THESE: &str = "p.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($3 as json_text)) j)
     and coalesce(cast($5 as bigint), cast($6 as bigint), cast($7 as bigint), cast($8 as bigint)) is null";

/// Of those who have not come since `$7`: read from the sessions of the time, which are few beside a person's years.
const UNSEEN: &str = "p.id not in (select t.person_id from sessions s join attendances t on t.session_id = s.id
     where s.center_id = $1 and s.local_date > $7 and t.voided_at is null)";

fn condition(cut: &PeopleCut) -> String {
    let unborn = if cut.missing_birth { "and p.birth_date is null" } else { "" };
    let unseen = if cut.unseen_days.is_some() { UNSEEN } else { "cast($7 as text) is null" };
    let served = if cut.is_for_care() { format!("and {}", consent::SERVED) } else { String::new() };
    let unasked = if cut.unasked { format!("and {}", consent::UNASKED) } else { String::new() };
    format!("{RESIDENT} and {AMONG} and {unseen} {unborn} {served} {unasked}")
}

/// The parts of [`AMONG`], in their order.
struct Parts {
    born_after: Option<Date>,
    born_by: Option<Date>,
    granted: Option<PriorityGroup>,
    subgroup: Option<SubgroupId>,
    seen_until: Option<Date>,
    team: Option<TeamId>,
}

impl Parts {
    fn of(cut: &PeopleCut, bands: AgeBands, today: Date) -> Self {
        let born = cut.group.and_then(|group| bands.born(group, today));
        Self {
            born_after: born.and_then(|(after, _)| after),
            born_by: born.map(|(_, by)| by),
            granted: cut.group.filter(|_| born.is_none()),
            subgroup: cut.subgroup,
            seen_until: cut.unseen_days.map(|days| today.minus_days(days)),
            team: cut.team,
        }
    }
}

/// The `size` people of the center after the first `skip`, in the cut's order.
pub async fn list(
    conn: &mut Conn,
    center: CenterId,
    (today, bands): (Date, AgeBands),
    cut: &PeopleCut,
    (skip, size): (i64, i64),
) -> Result<Vec<Listed>> {
    let parts = Parts::of(cut, bands, today);
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(listed(&condition(cut), cut.order, "limit $10 offset $11")))
        .bind(center)
        .bind(today)
        .bind(parts.born_after)
        .bind(parts.born_by)
        .bind(parts.granted)
        .bind(parts.subgroup)
        .bind(parts.seen_until)
        .bind(parts.team)
        .bind(today.year_start())
        .bind(size)
        .bind(skip)
        .fetch_all(conn)
        .await?)
}

/// As [`list`], by number, for the API's pages: up to `limit` with ids above `after`.
pub(super) async fn after(
    conn: &mut Conn,
    center: CenterId,
    (today, bands): (Date, AgeBands),
    cut: &PeopleCut,
    (after, limit): (i64, i64),
) -> Result<Vec<Person>> {
    let parts = Parts::of(cut, bands, today);
    let sql = format!(
        "{} where e.center_id = $1 and {} and p.id > $9 order by p.id limit $10",
        queries::PERSON,
        condition(cut)
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(center)
        .bind(today)
        .bind(parts.born_after)
        .bind(parts.born_by)
        .bind(parts.granted)
        .bind(parts.subgroup)
        .bind(parts.seen_until)
        .bind(parts.team)
        .bind(after)
        .bind(limit)
        .fetch_all(conn)
        .await?)
}

/// As [`list`], those who fit `text` as in [`queries::search`].
pub async fn list_found(
    conn: &mut Conn,
    sealer: &Sealer,
    center: CenterId,
    today: Date,
    text: &str,
    limit: usize,
) -> Result<Vec<Listed>> {
    let found = queries::search(conn, sealer, center, text, limit).await?;
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(listed(THESE, PeopleOrder::Name, "limit $4")))
        .bind(center)
        .bind(today)
        .bind(store::rows(found, |person| json!(person.id)))
        .bind(limit as i64)
        .bind(None::<i64>)
        .bind(None::<i64>)
        .bind(None::<i64>)
        .bind(None::<i64>)
        .bind(today.year_start())
        .fetch_all(conn)
        .await?)
}

/// The center's teams that are there now, by number and name: whom a list may be cut to.
pub async fn teams(conn: &mut Conn, center: CenterId) -> Result<Vec<(i64, String)>> {
    Ok(sqlx::query_as("select id, name from teams where center_id = $1 and disbanded_on is null order by name")
        .bind(center)
        .fetch_all(conn)
        .await?)
}

/// How many people of the center the cut leaves.
pub async fn count(
    conn: &mut Conn,
    center: CenterId,
    (today, bands): (Date, AgeBands),
    cut: &PeopleCut,
) -> Result<i64> {
    let parts = Parts::of(cut, bands, today);
    let sql = format!(
        "select count(*) from enrolments e join people p on p.id = e.person_id where e.center_id = $1 and {}",
        condition(cut)
    );
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(center)
        .bind(today)
        .bind(parts.born_after)
        .bind(parts.born_by)
        .bind(parts.granted)
        .bind(parts.subgroup)
        .bind(parts.seen_until)
        .bind(parts.team)
        .fetch_one(conn)
        .await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plan::by_person;

    #[rocket::async_test]
    async fn people_are_listed_without_reading_all_attendances() {
        let cut = PeopleCut::default();
        by_person(&listed(&condition(&cut), cut.order, "limit $10 offset $11"), 1).await;
        by_person(&listed(THESE, PeopleOrder::Name, "limit $4"), 1).await;
    }
}
