//! Minors who said yes to a shift that was moved since to an hour at which they do not serve, or that is too long for them with their others.

use std::collections::BTreeSet;

use super::queries;
use super::rules::{self, ShiftSpan};
use super::types::ShiftNeedId;
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::ids::{PersonId, SessionId};
use crate::store::Conn;

/// A shift of somebody who may be under age on its day.
#[derive(sqlx::FromRow)]
struct YoungShift {
    need_id: ShiftNeedId,
    session_id: SessionId,
    person_id: PersonId,
    birth_date: Option<Date>,
    #[sqlx(flatten)]
    span: ShiftSpan,
}

/// Whose shift is where none of theirs may be, with the need: of the center's coming sessions until a day, or of one of them.
pub(super) async fn misplaced(
    conn: &mut Conn,
    now: Now,
    center: &Center,
    until: Date,
    session: Option<SessionId>,
) -> Result<Vec<(ShiftNeedId, PersonId)>> {
    let today = center.zone.date(now.0);
    let young: Vec<YoungShift> = sqlx::query_as(
        "select f.need_id, f.session_id, f.person_id, p.birth_date, s.starts_at, s.ends_at, s.local_date
         from sessions s join shifts f on f.session_id = s.id and f.state = 'taken'
         join people p on p.id = f.person_id and p.birth_date > $4
         where s.center_id = $1 and s.status = 'planned' and s.ends_at > $2 and s.local_date <= $3
           and (cast($5 as bigint) is null or s.id = $5)
         order by f.id",
    )
    .bind(center.id())
    .bind(now.0)
    .bind(until)
    .bind(today.minus_years(rules::ADULT))
    .bind(session)
    .fetch_all(&mut *conn)
    .await?;
    if young.is_empty() {
        return Ok(Vec::new());
    }
    let limits = queries::limits(conn).await?;
    let people: BTreeSet<PersonId> = young.iter().map(|one| one.person_id).collect();
    let people: Vec<PersonId> = people.into_iter().collect();
    let spans = queries::spans(conn, &people, (today, until), 0).await?;
    let is_misplaced = |one: &YoungShift| {
        let others = spans.iter().filter(|(person, at, _)| *person == one.person_id && *at != one.session_id);
        let others: Vec<ShiftSpan> = others.map(|(.., span)| *span).collect();
        let begins = center.zone.midnight(one.span.local_date).minutes_until(one.span.starts_at);
        rules::is_minor(one.birth_date, one.span.local_date)
            && rules::minors_hours(&one.span, begins, &others, &limits).is_err()
    };
    Ok(young.into_iter().filter(is_misplaced).map(|one| (one.need_id, one.person_id)).collect())
}
