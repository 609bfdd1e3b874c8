//! How the demo's volunteers are insured: a policy of last year, one of named people that ends soon, and a team that serves where
//! somebody may come to harm.

use super::{Builder, Made};
use crate::activities::{self, SessionId};
use crate::error::Result;
use crate::insurance::{self, forms, queries};
use crate::people::PersonId;
use crate::store::Conn;
use crate::web::Fields;

pub(super) async fn insure(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let (by, center, today) = (&made.coordinator, &made.center, b.today());
    for (number, covers, from, to) in
        [("PDAA2025441900001", "volunteers", 400_i64, -36_i64), ("PDAA2026441900017", "people", 345, 19)]
    {
        let valid_to = if to < 0 { today.minus_days(to.unsigned_abs()) } else { today.plus_days(to.unsigned_abs()) };
        let fields = Fields::default()
            .with("insurer", "中国人民财产保险股份有限公司东莞分公司")
            .with("policy_number", number)
            .with("covers", covers)
            .with("valid_from", today.minus_days(from.unsigned_abs()))
            .with("valid_to", valid_to);
        insurance::add(by, b.now, tx, center, &forms::insurance(&fields, today)?).await?;
    }
    let Some(named) =
        queries::list(tx, center.id()).await?.into_iter().find(|one| one.team_id.is_none() && one.valid_to >= today)
    else {
        return Ok(());
    };
    let served: Option<(SessionId, i64)> = sqlx::query_as(
        "select s.id, s.team_id from sessions s
         where s.center_id = $1 and s.team_id is not null and s.status = 'planned' and s.starts_at > $2
         order by s.starts_at, s.id limit 1",
    )
    .bind(center.id())
    .bind(b.now.0)
    .fetch_optional(&mut *tx)
    .await?;
    let Some((session, team)) = served else { return Ok(()) };
    let members: Vec<PersonId> =
        sqlx::query_scalar("select person_id from team_members where team_id = $1 and left_on is null order by id")
            .bind(team)
            .fetch_all(&mut *tx)
            .await?;
    for member in members.iter().skip(2) {
        insurance::insure(by, b.now, tx, center, &named, *member).await?;
    }
    let session = activities::queries::session(by, tx, center.id(), session).await?;
    insurance::mark(by, b.now, tx, &session, (true, false)).await
}
