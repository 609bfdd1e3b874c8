//! The sessions of a report by activity: one line each, however often it met.

use std::collections::BTreeMap;

use serde_json::json;

use crate::activities::{ActivityId, SessionId};
use crate::documents::PaperCell;
use crate::error::Result;
use crate::figures::{Measure, Tally};
use crate::papers::PaperActivity;
use crate::reports::sheet::SessionLine;
use crate::store::{Conn, rows};
use crate::web::Lang;

/// Whose line a session stands in.
#[derive(PartialEq, Eq)]
enum LineOf {
    Activity(ActivityId),
    /// All of a confidential kind together, whoever prints it: paper goes on to others, and a title may name a person.
    Kind(String),
    /// Nothing is known of its activity any more.
    Alone(SessionId),
}

/// A line for each activity and each confidential kind, in the order of their first sessions, kind by kind.
pub(super) async fn grouped(conn: &mut Conn, sessions: &[SessionLine], lang: Lang) -> Result<Vec<PaperActivity>> {
    let activities = activities_of(conn, sessions).await?;
    let mut lines: Vec<(LineOf, PaperActivity, Tally)> = Vec::new();
    let mut places: Vec<(SessionId, usize)> = Vec::with_capacity(sessions.len());
    for session in sessions {
        let title = &session.title;
        let of = match (title.is_confidential(), activities.get(&session.id.0)) {
            (true, _) => LineOf::Kind(title.kind.clone()),
            (false, Some(activity)) => LineOf::Activity(*activity),
            (false, None) => LineOf::Alone(session.id),
        };
        let place = lines.iter().position(|(other, ..)| *other == of).unwrap_or_else(|| {
            let line = PaperActivity {
                title: title.for_all(lang).to_owned(),
                kind: lang.pick(&title.kind, &title.kind_en).to_owned(),
                days: Vec::new(),
                sessions: 0,
                visits: PaperCell::Empty,
                persons: PaperCell::Empty,
            };
            lines.push((of, line, Tally::default()));
            lines.len() - 1
        });
        let (_, line, tally) = &mut lines[place];
        line.days.push(session.date);
        line.sessions += 1;
        tally.visits += session.tally.visits;
        tally.hidden.extend(&session.tally.hidden);
        // Of one session it is told with it; who came to several is told to nobody from whom any of it is hidden.
        tally.persons = session.tally.persons;
        places.push((session.id, place));
    }
    let is_all_told = lines.iter().all(|(.., tally)| tally.hidden.is_empty());
    let persons = if is_all_told { persons_of(conn, &places).await? } else { Vec::new() };
    for (place, persons) in persons {
        let Ok(place) = usize::try_from(place) else { continue };
        if let Some((.., tally)) = lines.get_mut(place) {
            tally.persons = persons;
        }
    }
    let told = |(_, line, mut tally): (LineOf, PaperActivity, Tally)| {
        if !is_all_told && line.sessions > 1 {
            tally.persons = 0;
            tally.hidden.push(Measure::Persons);
        }
        let [visits, persons] = [Measure::Visits, Measure::Persons].map(|measure| super::cell(lang, &tally, measure));
        PaperActivity { visits, persons, ..line }
    };
    let mut lines: Vec<PaperActivity> = lines.into_iter().map(told).collect();
    lines.sort_by_cached_key(|line| line.kind.clone());
    Ok(lines)
}

async fn activities_of(conn: &mut Conn, sessions: &[SessionLine]) -> Result<BTreeMap<i64, ActivityId>> {
    let found: Vec<(i64, ActivityId)> = sqlx::query_as(
        "select s.id, s.activity_id from sessions s
         where s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(sessions, |session| json!(session.id)))
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}

/// How many different people came to the sessions of each line, by its place.
async fn persons_of(conn: &mut Conn, places: &[(SessionId, usize)]) -> Result<Vec<(i64, i64)>> {
    Ok(sqlx::query_as(
        "with told (session_id, place) as (
             select cast(j.value ->> 'session' as bigint), cast(j.value ->> 'place' as bigint)
             from json_each(cast($1 as json_text)) j)
         select x.place, count(distinct t.person_id) as persons
         from told x join attendances t on t.session_id = x.session_id
         where t.part = 'participant' and t.voided_at is null
         group by x.place",
    )
    .bind(rows(places, |(session, place)| json!({"session": session, "place": place})))
    .fetch_all(conn)
    .await?)
}
