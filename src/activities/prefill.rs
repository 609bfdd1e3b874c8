//! An activity planned again: the fields of the form that would make the like of it at another time, and what took place in a
//! period.

use std::collections::BTreeMap;

use chrono::Timelike as _;
use serde_json::json;

use super::placing::{self, Placing, SetField};
use super::queries::{self, activity_columns};
use super::repeat::{Cadence, Rhythm, WeekdaySet};
use super::title::Sight;
use super::types::{Activity, ActivityId, Session, SessionStatus};
use crate::auth::Coordinator;
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::fields::{Fields, time_value};
use crate::store::{Conn, rows};

/// An activity that took place, with the session that shows how.
pub struct HeldActivity {
    pub activity: Activity,
    /// One that was changed by hand as little as any, and late.
    pub session: Session,
    pub placing: Placing,
    /// The first and the last of its dates, whenever they are, and how many there are. What was cancelled or skipped counts only where
    /// nothing else is there: a series that was stopped in August ended in August.
    pub first: Date,
    pub last: Date,
    pub dates: i64,
}

impl HeldActivity {
    pub fn cadence(&self) -> Option<Cadence> {
        self.activity.rule.as_deref().and_then(Cadence::of)
    }

    /// The fields of the form that plans it again, but for when: neither a date nor an end of the series. It is a draft.
    pub fn fields(&self) -> Fields {
        let (activity, session) = (&self.activity, &self.session);
        let minutes = |at: chrono::NaiveDateTime| time_value(i64::from(at.hour()) * 60 + i64::from(at.minute()));
        let said = |value: Option<String>| value.unwrap_or_default();
        let mut fields = Fields::default()
            .unheard()
            .with("title", activity.title.own().unwrap_or_default())
            .with("description", activity.description.as_deref().unwrap_or_default())
            .with("kind", activity.kind_id)
            .with("admission", activity.admission)
            .with("venue", self.placing.venue.as_deref().unwrap_or_default())
            .with("worker", said(session.worker_id.map(|id| id.to_string())))
            .with("team", said(session.team_id.map(|id| id.to_string())))
            .with("capacity", said(session.capacity.map(|seats| seats.to_string())))
            .with("starts", minutes(session.starts()))
            .with("ends", minutes(session.ends()));
        fields = activity.attributes.fill(fields);
        let mut rooms = self.placing.rooms.iter();
        fields.add("room", &said(rooms.next().map(ToString::to_string)));
        for room in rooms {
            fields.add("more_rooms", &room.to_string());
        }
        match self.cadence() {
            Some(cadence) => rhythm(&cadence, fields),
            None => fields.with("repeat", Rhythm::Once),
        }
    }
}

/// How something repeats, as the form holds it.
fn rhythm(cadence: &Cadence, fields: Fields) -> Fields {
    let rhythm = cadence.rhythm();
    let apart =
        |fields: Fields, every: i64, usual: i64| if every == usual { fields } else { fields.with("every", every) };
    let on = |mut fields: Fields, days: WeekdaySet| {
        for day in days.days() {
            fields.add("weekdays", &day.to_string());
        }
        fields
    };
    let fields = fields.with("repeat", rhythm);
    match cadence {
        Cadence::Weeks { .. } if rhythm == Rhythm::Workdays => fields,
        Cadence::Weeks { every, on: days } => {
            on(apart(fields, *every, if rhythm == Rhythm::Fortnightly { 2 } else { 1 }), *days)
        }
        Cadence::Day { every, .. } => apart(fields, *every, 1),
        Cadence::Nth { every, nth, on: days } => on(apart(fields, *every, 1).with("nth", *nth), *days),
    }
}

/// How little a session tells of its series: what was set by hand in it, its date before all.
fn strangeness(placing: &Placing) -> (bool, usize) {
    (placing.by_hand.has(SetField::Date), placing.by_hand.list().count())
}

/// The activities of which a session took place or is to, of the local days [from, to): by the beginning of the session that shows
/// how they are. Four queries, however many there are.
pub async fn held(
    by: &Coordinator,
    conn: &mut Conn,
    center: CenterId,
    (from, to): (Date, Date),
) -> Result<Vec<HeldActivity>> {
    let mut sessions = queries::sessions(by, conn, center, from, to).await?;
    sessions.retain(|session| matches!(session.status, SessionStatus::Planned | SessionStatus::Completed));
    let mut placings = placing::of_sessions(conn, sessions.iter().map(|session| session.id)).await?;
    let mut models: BTreeMap<ActivityId, (Session, Placing)> = BTreeMap::new();
    for session in sessions {
        let placing = placings.remove(&session.id).unwrap_or_default();
        let is_better =
            models.get(&session.activity_id).is_none_or(|(_, known)| strangeness(&placing) <= strangeness(known));
        if is_better {
            models.insert(session.activity_id, (session, placing));
        }
    }
    with_models(by, conn, center, models).await
}

/// One activity of the center with the session that shows how it is, whatever became of that.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn one(by: &Coordinator, conn: &mut Conn, center: CenterId, id: ActivityId) -> Result<HeldActivity> {
    let activity = queries::activity(by, conn, center, id).await?;
    let sessions = queries::of_activity(by, conn, activity.id).await?;
    let mut placings = placing::of_activity(conn, activity.id).await?;
    let placed = sessions.into_iter().map(|session| {
        let placing = placings.remove(&session.id).unwrap_or_default();
        (session, placing)
    });
    let model = placed.min_by_key(|(session, placing)| {
        let takes_place = matches!(session.status, SessionStatus::Planned | SessionStatus::Completed);
        (!takes_place, strangeness(placing), std::cmp::Reverse(session.starts_at))
    });
    let models = model.into_iter().map(|model| (activity.id, model)).collect();
    with_models(by, conn, center, models).await?.pop().ok_or(Error::NotFound)
}

async fn with_models(
    by: &Coordinator,
    conn: &mut Conn,
    center: CenterId,
    mut models: BTreeMap<ActivityId, (Session, Placing)>,
) -> Result<Vec<HeldActivity>> {
    let ids = rows(models.keys(), |id| json!(id));
    let given = "(select cast(cast(j.value as text) as bigint) from json_each(cast($3 as json_text)) j)";
    let sql = format!(
        "select {} from activities a join service_kinds k on k.id = a.kind_id where a.center_id = $2 and a.id in {given}",
        activity_columns()
    );
    let activities: Vec<Activity> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(center)
        .bind(&ids)
        .fetch_all(&mut *conn)
        .await?;
    let spans: Vec<(ActivityId, Date, Date, i64)> = sqlx::query_as(
        "with dates (activity_id, local_date, held_on) as
             (select s.activity_id, s.local_date, case when s.status in ('planned', 'completed') then s.local_date end
              from sessions s
              where s.activity_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j))
         select d.activity_id, coalesce(min(d.held_on), min(d.local_date)), coalesce(max(d.held_on), max(d.local_date)),
                coalesce(nullif(count(d.held_on), 0), count(*))
         from dates d group by d.activity_id",
    )
    .bind(ids)
    .fetch_all(conn)
    .await?;
    let spans: BTreeMap<ActivityId, (Date, Date, i64)> =
        spans.into_iter().map(|(id, first, last, dates)| (id, (first, last, dates))).collect();
    let mut found: Vec<HeldActivity> = activities
        .into_iter()
        .filter_map(|activity| {
            let (session, placing) = models.remove(&activity.id)?;
            let (first, last, dates) = spans.get(&activity.id).copied()?;
            Some(HeldActivity { activity, session, placing, first, last, dates })
        })
        .collect();
    found.sort_by_key(|one| (one.session.local_date.weekday(), one.session.starts().time(), one.activity.id));
    Ok(found)
}
