//! The sessions of a report by activity: one line each, however often it met.

use std::collections::BTreeMap;

use serde_json::json;

use crate::activities::{ActivityId, SessionId};
use crate::error::Result;
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
    let mut lines: Vec<(LineOf, PaperActivity)> = Vec::new();
    let mut places: Vec<(SessionId, usize)> = Vec::with_capacity(sessions.len());
    for session in sessions {
        let title = &session.title;
        let of = match (title.is_confidential(), activities.get(&session.id.0)) {
            (true, _) => LineOf::Kind(title.kind.clone()),
            (false, Some(activity)) => LineOf::Activity(*activity),
            (false, None) => LineOf::Alone(session.id),
        };
        let place = lines.iter().position(|(other, _)| *other == of).unwrap_or_else(|| {
            let line = PaperActivity {
                title: title.for_all(lang).to_owned(),
                kind: lang.pick(&title.kind, &title.kind_en).to_owned(),
                days: Vec::new(),
                sessions: 0,
                visits: 0,
                persons: 0,
            };
            lines.push((of, line));
            lines.len() - 1
        });
        let line = &mut lines[place].1;
        line.days.push(session.date);
        line.sessions += 1;
        line.visits += session.visits;
        places.push((session.id, place));
    }
    for (place, persons) in persons_of(conn, &places).await? {
        let Ok(place) = usize::try_from(place) else { continue };
        if let Some((_, line)) = lines.get_mut(place) {
            line.persons = persons;
        }
    }
    let mut lines: Vec<PaperActivity> = lines.into_iter().map(|(_, line)| line).collect();
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
