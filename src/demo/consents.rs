//! What the demo's residents agreed to: most to both, some to no pictures; a grandmother for a child; one took it back; and many whom
//! nobody has asked yet.

use super::names::Inventor;
use super::{Builder, Made};
use crate::auth::CityAdmin;
use crate::clock::Date;
use crate::consents::{self, Purpose, forms};
use crate::error::Result;
use crate::people::PersonId;
use crate::store::Conn;
use crate::web::Fields;

/// Residents whom the center has asked by now.
const ASKED: i64 = 70;

/// Words that hold from the next month on.
pub(super) async fn publish(b: &Builder, admin: &CityAdmin, tx: &mut Conn) -> Result<()> {
    let wording =
        "活动中拍到我的照片，本中心可以用在公告栏、公众号和工作报告里；不拍录像。不同意也可以参加活动，可以随时撤回。";
    let wording_en = "The center may use pictures of activities in which I am seen on its notice board, in its social media and in its \
                      reports; no films are made. I may take part without agreeing, and can withdraw this consent at any time.";
    let words =
        Fields::default().with("purpose", Purpose::Photos).with("wording", wording).with("wording_en", wording_en);
    let input = forms::text(&words.with("effective_from", b.today().plus_days(30)), b.today())?;
    consents::publish(admin, b.now, tx, &input).await?;
    Ok(())
}

/// Asks some of a center's residents.
pub(super) async fn ask(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let residents: Vec<(PersonId, Option<Date>)> = sqlx::query_as(
        "select p.id, p.birth_date from people p join enrolments e on e.person_id = p.id
         where e.center_id = $1 and e.as_staff = 0 order by p.id limit $2",
    )
    .bind(made.center.id())
    .bind(ASKED)
    .fetch_all(&mut *tx)
    .await?;
    // Dice of its own: the rest of the city is as it was before anybody was asked.
    let mut dice = Inventor::new(made.center.id().0.unsigned_abs() + 77, b.today());
    for (person, born) in residents {
        for purpose in Purpose::ASKED {
            let answer = match (purpose, dice.between(0..10)) {
                (_, 0) => continue,
                (Purpose::Photos, 1..=2) => "declined",
                (..) => "given",
            };
            let on = b.today().minus_days(dice.between(3..60).unsigned_abs());
            let method = if dice.chance(0.6) { "paper" } else { "spoken" };
            let said = Fields::default().with("purpose", purpose).with("answer", answer).with("given_on", on);
            let said = said.with("given_method", method);
            let is_child = consents::rules::needs_guardian(born, on);
            let said =
                if is_child { said.with("guardian", "陈桂英").with("guardianship", "grandparent") } else { said };
            let input = forms::consent(&said, b.today())?;
            consents::give(&made.coordinator, b.now, tx, &b.sealer, (&made.center, person), &input).await?;
        }
    }
    take_back(b, tx, made).await
}

/// The last who agreed to a service record has called since.
async fn take_back(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let person: Option<PersonId> =
        sqlx::query_scalar("select max(c.person_id) from consents_held c where c.center_id = $1 and c.purpose = $2")
            .bind(made.center.id())
            .bind(Purpose::Service)
            .fetch_one(&mut *tx)
            .await?;
    let Some(person) = person else { return Ok(()) };
    let said = Fields::default().with("purpose", Purpose::Service).with("withdrawn_on", b.today());
    let input = forms::withdrawal(&said.with("withdrawn_method", "call"), "", b.today())?;
    consents::withdraw(&made.coordinator, b.now, tx, (&made.center, person), &input).await
}
