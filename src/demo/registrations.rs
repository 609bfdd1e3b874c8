//! Who registered for the demo's coming sessions: one activity whose next date is fuller than it has seats, with some kept for priority groups,
//! and one that is taken with all its dates.

use super::{Builder, Made};
use crate::activities;
use crate::error::{Error, Result};
use crate::ids::{ActivityId, PersonId, RequestId, SessionId};
use crate::registrations::{self, RegistrationMode, RegistrationTerms, forms::Guest, terms};
use crate::store::{Conn, Flag};

/// Who comes beside those for whom there are seats.
const BEYOND: i64 = 3;

/// Who takes the course.
const COURSE: i64 = 6;

pub(super) async fn register(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let next: Vec<(ActivityId, SessionId, i64)> = sqlx::query_as(
        "select a.id, min(s.id), coalesce(min(s.capacity), 0)
         from activities a join service_kinds k on k.id = a.kind_id
         join sessions s on s.activity_id = a.id and s.status = 'planned' and s.starts_at > $2
         where a.center_id = $1 and a.published = 1 and k.confidential = 0 and s.capacity is not null
         group by a.id order by min(s.capacity), a.id limit 2",
    )
    .bind(made.center.id())
    .bind(b.now.0.0 + 2 * 86_400_000)
    .fetch_all(&mut *tx)
    .await?;
    let one = RegistrationTerms { mode: RegistrationMode::Recommended, kept: 2, ..RegistrationTerms::default() };
    let all = RegistrationTerms { mode: RegistrationMode::Required, whole: Flag::from(true), ..one };
    for ((activity, session, seats), terms) in next.into_iter().zip([one, all]) {
        terms::set_for_activity(&made.coordinator, b.now, tx, (&made.center, activity), &terms).await?;
        let (_, session) = activities::queries::open_to(&made.coordinator, b.now, tx, session).await?;
        let people: Vec<PersonId> = sqlx::query_scalar(
            "select person_id from enrolments where center_id = $1 order by enrolled_at, person_id limit $2",
        )
        .bind(made.center.id())
        .bind(if terms.whole.is_set() { COURSE } else { seats + BEYOND })
        .fetch_all(&mut *tx)
        .await?;
        for (number, person) in people.into_iter().enumerate() {
            let companions = i64::from(number % 7 == 3);
            let guest = Guest { request: RequestId::random(), person, companions, anyway: true };
            match registrations::register_guest(&made.coordinator, b.now, tx, &session, &guest).await {
                // Whoever serves there takes no part.
                Ok(_) | Err(Error::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}
