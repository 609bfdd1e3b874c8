//! The priority groups (重点服务对象): who belongs to which on a given day.
//!
//! Elderly and youth follow from the birth date by age bands kept in the settings; disabled and needy are granted for
//! a time. What counts is the session's local date, so the answer is copied into the attendance when it is made.

use crate::clock::{Date, Timestamp};
use crate::error::Result;
use crate::ids::{FileId, SessionId};
use crate::people::types::PersonId;
use crate::store::{Conn, text_enum};
use crate::{locks, marks};

text_enum!(
    /// 老年人, 残疾人, 困难居民, 青少年: the notice's order.
    PriorityGroup in "group" { Elderly = "elderly", Disabled = "disabled", Needy = "needy", Youth = "youth" }
);

/// Membership of one person on one day. A person may be in several groups, or in none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    pub elderly: bool,
    pub disabled: bool,
    pub needy: bool,
    pub youth: bool,
}

impl Groups {
    pub fn contains(self, group: PriorityGroup) -> bool {
        match group {
            PriorityGroup::Elderly => self.elderly,
            PriorityGroup::Disabled => self.disabled,
            PriorityGroup::Needy => self.needy,
            PriorityGroup::Youth => self.youth,
        }
    }

    pub fn iter(self) -> impl Iterator<Item = PriorityGroup> {
        PriorityGroup::ALL.iter().copied().filter(move |group| self.contains(*group))
    }
}

/// Ages in whole years, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgeBands {
    pub elderly_from: u32,
    pub youth_from: u32,
    pub youth_to: u32,
}

impl Default for AgeBands {
    fn default() -> Self {
        Self { elderly_from: 60, youth_from: 6, youth_to: 18 }
    }
}

impl sqlx::FromRow<'_, sqlx::any::AnyRow> for AgeBands {
    fn from_row(row: &sqlx::any::AnyRow) -> sqlx::Result<Self> {
        use sqlx::Row;
        Ok((row.try_get("elderly_from")?, row.try_get("youth_from")?, row.try_get("youth_to")?).into())
    }
}

impl AgeBands {
    /// True from the birthday on which the person turns `elderly_from`.
    pub fn is_elderly(self, birth: Date, on: Date) -> bool {
        birth.plus_years(self.elderly_from) <= on
    }

    /// True from the birthday of `youth_from` until the day before that of `youth_to` + 1.
    pub fn is_youth(self, birth: Date, on: Date) -> bool {
        birth.plus_years(self.youth_from) <= on && on < birth.plus_years(self.youth_to + 1)
    }

    /// The last birth date of somebody who is at least `years` old on `on`: the rule above turned round, leap days included.
    fn born_by(years: u32, on: Date) -> Date {
        let same_day = Date(on.0.checked_sub_months(chrono::Months::new(years * 12)).unwrap_or(on.0));
        let day_after = same_day.plus_days(1);
        if day_after.plus_years(years) <= on { day_after } else { same_day }
    }

    /// The birth dates (after the first, up to the second) of a group that follows from age; none for a granted one.
    pub fn born(self, group: PriorityGroup, on: Date) -> Option<(Option<Date>, Date)> {
        match group {
            PriorityGroup::Elderly => Some((None, Self::born_by(self.elderly_from, on))),
            PriorityGroup::Youth => {
                Some((Some(Self::born_by(self.youth_to + 1, on)), Self::born_by(self.youth_from, on)))
            }
            PriorityGroup::Disabled | PriorityGroup::Needy => None,
        }
    }
}

/// A granted membership; both dates are included, an open end has none.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Membership {
    pub id: i64,
    /// The one of the four that it grants, or under which its subgroup stands; none for a subgroup under none.
    pub priority_group: Option<PriorityGroup>,
    /// What the subgroup is called, where it is one.
    pub subgroup: Option<String>,
    pub subgroup_en: Option<String>,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
    pub document: String,
    /// A scan of the paper.
    pub file_id: Option<FileId>,
    pub voided_at: Option<Timestamp>,
    pub void_reason: Option<String>,
}

impl Membership {
    /// One of a group, of which no more is known.
    pub fn of(group: PriorityGroup, valid_from: Date, valid_to: Option<Date>) -> Self {
        Self {
            id: 0,
            priority_group: Some(group),
            subgroup: None,
            subgroup_en: None,
            valid_from,
            valid_to,
            document: String::new(),
            file_id: None,
            voided_at: None,
            void_reason: None,
        }
    }

    pub fn holds_on(&self, date: Date) -> bool {
        self.voided_at.is_none() && self.valid_from <= date && self.valid_to.is_none_or(|end| date <= end)
    }
}

/// The groups of a person with this birth date and these memberships on `date`.
pub fn groups_on(birth: Option<Date>, memberships: &[Membership], bands: AgeBands, date: Date) -> Groups {
    let granted = |group| memberships.iter().any(|m| m.priority_group == Some(group) && m.holds_on(date));
    Groups {
        elderly: birth.is_some_and(|birth| bands.is_elderly(birth, date)),
        disabled: granted(PriorityGroup::Disabled),
        needy: granted(PriorityGroup::Needy),
        youth: birth.is_some_and(|birth| bands.is_youth(birth, date)),
    }
}

/// The age bands that hold on `date`.
pub async fn age_bands(conn: &mut Conn, date: Date) -> Result<AgeBands> {
    let row: Option<(i64, i64, i64)> = sqlx::query_as(
        "select elderly_from, youth_from, youth_to from age_bands where valid_from <= $1 order by valid_from desc limit 1",
    )
    .bind(date)
    .fetch_optional(conn)
    .await?;
    Ok(row.map_or_else(AgeBands::default, AgeBands::from))
}

/// Sets the age bands from `valid_from` on.
pub async fn set_age_bands(tx: &mut Conn, valid_from: Date, bands: AgeBands) -> Result<()> {
    sqlx::query(
        "insert into age_bands (valid_from, elderly_from, youth_from, youth_to) values ($1, $2, $3, $4)
         on conflict (valid_from) do update set elderly_from = excluded.elderly_from,
             youth_from = excluded.youth_from, youth_to = excluded.youth_to",
    )
    .bind(valid_from)
    .bind(i64::from(bands.elderly_from))
    .bind(i64::from(bands.youth_from))
    .bind(i64::from(bands.youth_to))
    .execute(tx)
    .await?;
    Ok(())
}

impl From<(i64, i64, i64)> for AgeBands {
    fn from((elderly_from, youth_from, youth_to): (i64, i64, i64)) -> Self {
        let years = |age| u32::try_from(age).unwrap_or(0);
        Self { elderly_from: years(elderly_from), youth_from: years(youth_from), youth_to: years(youth_to) }
    }
}

/// A person's memberships, the latest first; those that were a mistake too.
pub async fn memberships(conn: &mut Conn, person: PersonId) -> Result<Vec<Membership>> {
    Ok(sqlx::query_as(
        "select m.id, coalesce(m.priority_group, s.priority_group) as priority_group, s.name as subgroup,
                s.name_en as subgroup_en, m.valid_from, m.valid_to, m.document, m.file_id, m.voided_at, m.void_reason
         from group_memberships m left join subgroups s on s.id = m.subgroup_id
         where m.person_id = $1 order by m.valid_from desc, m.id desc",
    )
    .bind(person)
    .fetch_all(conn)
    .await?)
}

/// The groups of `person` on `date`, as attendances copy them.
pub async fn of_person(conn: &mut Conn, person: PersonId, date: Date) -> Result<Groups> {
    let birth: Option<Date> =
        sqlx::query_scalar("select birth_date from people where id = $1").bind(person).fetch_one(&mut *conn).await?;
    let bands = age_bands(conn, date).await?;
    Ok(groups_on(birth, &memberships(conn, person).await?, bands, date))
}

/// Holds everything that copies this person's groups until the transaction ends: the sessions of their attendances, in
/// the order of all ([`locks`]), then their own row, for which a check-in under way is waited. Before
/// what the groups follow from is written, and before [`follow_birth_date`] and [`follow_memberships`], which else would
/// not see the attendance that is just being made.
pub async fn hold(tx: &mut Conn, person: PersonId) -> Result<()> {
    hold_sessions(tx, person).await?;
    locks::person(tx, person).await
}

/// Holds the sessions alone, for whoever holds more before the person.
pub async fn hold_sessions(tx: &mut Conn, person: PersonId) -> Result<()> {
    let sessions: Vec<SessionId> = sqlx::query_scalar(SESSIONS).bind(person).fetch_all(&mut *tx).await?;
    locks::sessions(tx, sessions).await
}

/// Lets elderly and youth in the person's attendances follow a corrected birth date, each by its session's local date
/// and the age bands of that date: one statement for each time the bands were changed, however many attendances there are.
pub async fn follow_birth_date(tx: &mut Conn, person: PersonId) -> Result<()> {
    let birth: Option<Date> =
        sqlx::query_scalar("select birth_date from people where id = $1").bind(person).fetch_one(&mut *tx).await?;
    let spans: Vec<(Date, Option<Date>, i64, i64, i64)> = sqlx::query_as(
        "select b.valid_from, (select min(n.valid_from) from age_bands n where n.valid_from > b.valid_from) as until,
                b.elderly_from, b.youth_from, b.youth_to
         from age_bands b",
    )
    .fetch_all(&mut *tx)
    .await?;
    for (from, until, elderly_from, youth_from, youth_to) in spans {
        let bands = AgeBands::from((elderly_from, youth_from, youth_to));
        sqlx::query(FOLLOW_BIRTH_DATE)
            .bind(person)
            // Without a birth date the bounds are null, no date compares to them, and the flags are 0.
            .bind(birth.map(|birth| birth.plus_years(bands.elderly_from)))
            .bind(birth.map(|birth| birth.plus_years(bands.youth_from)))
            .bind(birth.map(|birth| birth.plus_years(bands.youth_to + 1)))
            .bind(from)
            .bind(until)
            .execute(&mut *tx)
            .await?;
    }
    marks::people(tx, &[person]).await
}

/// Lets disabled, needy and subgroups in the person's attendances follow what was granted or ended.
pub async fn follow_memberships(tx: &mut Conn, person: PersonId) -> Result<()> {
    sqlx::query(FOLLOW_MEMBERSHIPS).bind(person).execute(&mut *tx).await?;
    marks::people(tx, &[person]).await
}

const SESSIONS: &str = "select distinct session_id from attendances_of_people where person_id = $1";

const FOLLOW_BIRTH_DATE: &str = "update attendances set
        elderly = case when (select s.local_date from sessions s where s.id = attendances.session_id) >= $2
            then 1 else 0 end,
        youth = case when (select s.local_date from sessions s where s.id = attendances.session_id) >= $3
            and (select s.local_date from sessions s where s.id = attendances.session_id) < $4 then 1 else 0 end
     where id in (select id from attendances_of_people
        where person_id = $1 and local_date >= $5 and (local_date < $6 or $6 is null))";

const FOLLOW_MEMBERSHIPS: &str = "update attendances set
        disabled = case when exists (
            select 1 from memberships_held g join sessions s on s.id = attendances.session_id
            where g.person_id = attendances.person_id and g.priority_group = 'disabled'
            and g.valid_from <= s.local_date and (g.valid_to is null or s.local_date <= g.valid_to)) then 1 else 0 end,
        needy = case when exists (
            select 1 from memberships_held g join sessions s on s.id = attendances.session_id
            where g.person_id = attendances.person_id and g.priority_group = 'needy'
            and g.valid_from <= s.local_date and (g.valid_to is null or s.local_date <= g.valid_to)) then 1 else 0 end,
        subgroups = (select cast(coalesce(sum(distinct cast(1 as bigint) << cast(g.bit as int)), 0) as bigint)
            from memberships_held g join sessions s on s.id = attendances.session_id
            where g.person_id = attendances.person_id and g.bit is not null
            and g.valid_from <= s.local_date and (g.valid_to is null or s.local_date <= g.valid_to))
     where id in (select id from attendances_of_people where person_id = $1)";

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn ages_turn_on_the_birthday() {
        let bands = AgeBands::default();
        assert!(!bands.is_elderly(date("1966-03-15"), date("2026-03-14")));
        assert!(bands.is_elderly(date("1966-03-15"), date("2026-03-15")));
        assert!(!bands.is_youth(date("2020-03-15"), date("2026-03-14")));
        assert!(bands.is_youth(date("2020-03-15"), date("2026-03-15")));
        assert!(bands.is_youth(date("2007-03-15"), date("2026-03-14")), "18 is included to its last day");
        assert!(!bands.is_youth(date("2007-03-15"), date("2026-03-15")));
    }

    #[test]
    fn birth_dates_of_an_age_are_the_same_rule_turned_round() {
        let bands = AgeBands::default();
        for on in ["2024-02-29", "2026-02-28", "2026-03-01", "2028-02-29"].map(date) {
            let (_, elderly_by) = bands.born(PriorityGroup::Elderly, on).unwrap();
            let (youth_after, youth_by) = bands.born(PriorityGroup::Youth, on).unwrap();
            for birth in date("1960-01-01").until(date("2024-01-01")) {
                assert_eq!(birth <= elderly_by, bands.is_elderly(birth, on), "{birth} {on}");
                let youth = birth <= youth_by && youth_after.is_some_and(|after| birth > after);
                assert_eq!(youth, bands.is_youth(birth, on), "{birth} {on}");
            }
        }
    }

    #[test]
    fn a_membership_holds_on_both_its_dates() {
        let membership = Membership::of(PriorityGroup::Needy, date("2026-03-01"), Some(date("2026-03-15")));
        let needy = |on| groups_on(None, std::slice::from_ref(&membership), AgeBands::default(), date(on)).needy;
        assert_eq!(
            [needy("2026-02-28"), needy("2026-03-01"), needy("2026-03-15"), needy("2026-03-16")],
            [false, true, true, false]
        );
    }

    #[rocket::async_test]
    async fn what_follows_is_found_without_reading_all_attendances() {
        for statement in [SESSIONS, FOLLOW_BIRTH_DATE, FOLLOW_MEMBERSHIPS] {
            crate::store::plan::by_person(statement, 1).await;
        }
    }
}
