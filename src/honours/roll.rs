//! The list from which a year's commendations are chosen: who served the center on how many days and for how many confirmed hours, what they
//! were trained in, and whether they were commended for it already.

use std::cmp::Reverse;

use super::queries;
use super::rules;
use crate::auth::Viewer;
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::ids::TeamId;
use crate::people::PersonRow;
use crate::store::{Conn, text_enum};
use crate::teams::VolunteerNumber;

text_enum!(
    RollOrder in "roll_order" {
        /// The most first.
        Hours = "hours",
        /// The most first.
        Dates = "dates",
        Name = "name",
    }
);

text_enum!(
    /// Whether somebody was commended for the list's days already.
    RollState in "roll_state" { Commended = "commended", NotYet = "not_yet" }
);

/// Which days the list is about, whom it names, and in which order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollCut {
    /// Both are included.
    pub from: Date,
    pub to: Date,
    /// The fewest whole hours, and the fewest days on which somebody served.
    pub hours: i64,
    pub dates: i64,
    pub team: Option<TeamId>,
    pub state: Option<RollState>,
    pub order: RollOrder,
}

impl RollCut {
    /// Of a day's year, without thresholds.
    pub fn of(today: Date) -> Self {
        let from = today.year_start();
        Self {
            from,
            to: from.plus_years(1).minus_days(1),
            hours: 0,
            dates: 0,
            team: None,
            state: None,
            order: RollOrder::Hours,
        }
    }

    /// Fields `year`, or `from to`; `hours dates team state sort`. No name: the list has an address, and names do not belong there.
    ///
    /// # Errors
    /// A fault for each word that means nothing.
    pub fn read(fields: &Fields, today: Date) -> Result<Self> {
        let mut read = fields.read();
        let year = read.optional("year", parse::integer(1_990..=2_199));
        let from = read.optional("from", parse::date);
        let to = read.optional("to", parse::date);
        let days = match (year, from, to) {
            (Some(year), Some(from), Some(to)) => match rules::days(year, (from, to), today) {
                Ok(days) => Some(days),
                Err(fault) => read.fault("to", fault),
            },
            _ => None,
        };
        let hours = read.optional("hours", parse::integer(0..=9_999));
        let dates = read.optional("dates", parse::integer(0..=366));
        let team = read.optional("team", parse::choice);
        let state = read.optional("state", parse::choice);
        let order = read.optional("sort", parse::choice);
        read.finish(|| {
            let ((from, to), hours, dates) = (days?, hours?.unwrap_or(0), dates?.unwrap_or(0));
            let order = order?.unwrap_or(RollOrder::Hours);
            Some(Self { from, to, hours, dates, team: team?, state: state?, order })
        })
    }

    /// The year that the list is about: that of its last day.
    pub fn year(&self) -> i64 {
        i64::from(chrono::Datelike::year(&self.to.0))
    }

    /// As it stands in an address and in a form.
    pub fn words(&self) -> Vec<(&'static str, String)> {
        let number = |number: i64| if number == 0 { String::new() } else { number.to_string() };
        let words = [
            ("from", self.from.to_string()),
            ("to", self.to.to_string()),
            ("hours", number(self.hours)),
            ("dates", number(self.dates)),
            ("team", self.team.map(|team| team.to_string()).unwrap_or_default()),
            ("state", self.state.map(|state| state.to_string()).unwrap_or_default()),
            ("sort", self.order.to_string()),
        ];
        words.into_iter().filter(|(_, word)| !word.is_empty()).collect()
    }

    /// As its form is filled.
    pub fn as_fields(&self) -> Fields {
        self.words().into_iter().fold(Fields::default(), |fields, (name, word)| fields.with(name, word))
    }

    /// What follows the list's address.
    pub fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::for_suffix(String::from("?"), 1);
        query.extend_pairs(self.words()).finish()
    }
}

/// Somebody on the list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RollRow {
    #[sqlx(flatten)]
    pub person: PersonRow,
    pub number: Option<VolunteerNumber>,
    /// Confirmed minutes in the center on the list's days, corrections included; of the team alone, where the list is a team's.
    pub minutes: i64,
    /// Days of them on which something is left of what was confirmed.
    pub dates: i64,
    /// Trainings of the center on those days.
    pub trainings: i64,
    /// Commendations by the center: of those days, or for their year.
    pub commended: i64,
    /// All confirmed minutes until the list's last day, of all centers that the reader may see.
    pub total: i64,
    /// Of how many stars they have the hours by then; none before the levels are known.
    #[sqlx(skip)]
    pub stars: Option<i64>,
}

const ROLL: &str = "with served as (
         select h.person_id, s.local_date as day, h.minutes
         from sessions s join hours_entries h on h.session_id = s.id
         where s.center_id = $1 and s.local_date >= $2 and s.local_date <= $3
           and (cast($4 as bigint) is null or h.team_id = $4)
         union all
         select h.person_id, h.served_on, h.minutes
         from hours_entries h
         where h.center_id = $1 and h.session_id is null and h.served_on >= $2 and h.served_on <= $3
           and (cast($4 as bigint) is null or h.team_id = $4)
         union all
         select h.person_id, h.served_on, h.minutes
         from teams t join hours_entries h on h.team_id = t.id and h.session_id is null and h.center_id is null
         where t.center_id = $1 and h.served_on >= $2 and h.served_on <= $3
           and (cast($4 as bigint) is null or h.team_id = $4)
     ),
     days as (select person_id, day, sum(minutes) as minutes from served group by person_id, day),
     sums as (
         select person_id, cast(sum(minutes) as bigint) as minutes, count(case when minutes > 0 then 1 end) as dates
         from days group by person_id
     )
     select p.id, p.name, p.birth_date, p.phone_last4, x.minutes, x.dates,
            (select min(v.id) from volunteers v where v.person_id = p.id and v.came_with is null) as number,
            (select count(*) from trained_people y join trainings g on g.id = y.training_id
             where y.person_id = p.id and y.removed_at is null and g.voided_at is null
               and g.center_id = $1 and g.held_on >= $2 and g.held_on <= $3) as trainings,
            (select count(*) from commendations c
             where c.person_id = p.id and c.voided_at is null and c.center_id = $1
               and (c.for_year = $8 or c.for_year is null and c.given_on >= $2 and c.given_on <= $3)) as commended,
            cast(coalesce((select sum(h.minutes) from hours_entries h
                left join sessions s on s.id = h.session_id left join teams t on t.id = h.team_id
                where h.person_id = p.id and coalesce(s.local_date, h.served_on) <= $3
                  and coalesce(s.center_id, h.center_id, h.brought_to, t.center_id) in
                      (select r.center_id from account_centers r where r.account_id = $7)), 0) as bigint) as total
     from sums x join people p on p.id = x.person_id join enrolments e on e.person_id = p.id and e.center_id = $1
     where x.minutes > 0 and x.minutes >= $5 and x.dates >= $6
     order by x.minutes desc, x.dates desc, p.pinyin, p.id";

/// The list as it is cut, in its order.
pub async fn roll(by: &Viewer, conn: &mut Conn, center: CenterId, cut: &RollCut) -> Result<Vec<RollRow>> {
    let mut found: Vec<RollRow> = sqlx::query_as(ROLL)
        .bind(center)
        .bind(cut.from)
        .bind(cut.to)
        .bind(cut.team)
        .bind(cut.hours * 60)
        .bind(cut.dates)
        .bind(by.account)
        .bind(cut.year())
        .fetch_all(&mut *conn)
        .await?;
    let levels = queries::levels(conn).await?;
    found.retain(|row| {
        let state = if row.commended > 0 { RollState::Commended } else { RollState::NotYet };
        cut.state.is_none_or(|wanted| wanted == state)
    });
    for row in &mut found {
        row.stars = rules::reached(row.total, &levels);
    }
    match cut.order {
        RollOrder::Hours => {}
        RollOrder::Dates => found.sort_by_key(|row| (Reverse(row.dates), Reverse(row.minutes))),
        RollOrder::Name => found.sort_by(|a, b| a.person.name.cmp(&b.person.name)),
    }
    Ok(found)
}
