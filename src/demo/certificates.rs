//! What the demo's center certified: three volunteers' hours, one of them revoked since; one who asked for it by phone and waits; and a list
//! that hangs out.

use super::{Builder, Made};
use crate::certificates::{self, forms, publicity, requests};
use crate::error::Result;
use crate::people::PersonId;
use crate::phones::{self, ConfirmedHow};
use crate::store::Conn;
use crate::web::Fields;

pub(super) async fn certify(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let (by, center, today) = (&made.coordinator, &made.center, b.today());
    let signs =
        Fields::default().with("in_charge", "何伟明").with("handled_by", "陈静雯").with("contact", "0769-22101001");
    certificates::set_signing(by, b.now, tx, center, &forms::settings(&signs)?).await?;
    let served: Vec<PersonId> = sqlx::query_scalar(
        "select h.person_id from hours_entries h join sessions s on s.id = h.session_id
         where s.center_id = $1 group by h.person_id having sum(h.minutes) >= 60 order by sum(h.minutes) desc, h.person_id limit 4",
    )
    .bind(center.id())
    .fetch_all(&mut *tx)
    .await?;
    let [first, second, third, asking] = served.as_slice() else { return Ok(()) };
    let period = |fields: Fields| fields.with("from", today.minus_days(89)).with("to", today);
    let mut issued = Vec::new();
    for person in [first, second, third] {
        let input = forms::issuing(&period(signs.clone()).with("person", person), today)?;
        issued.extend(certificates::issue(by, b.now, tx, &b.sealer, center, &input).await?);
    }
    if let Some(last) = issued.pop() {
        certificates::revoke(by, b.now, tx, center, last, "有一场的时数记错了，更正后重新出具").await?;
    }
    let days = Fields::default().with("public_from", today).with("public_to", today.plus_days(publicity::USUAL - 1));
    let list = issued.iter().fold(days, |fields, id| fields.with("certificate", id));
    let list = list.with("objections", "罗沙社区综合服务中心办公室 陈静雯 0769-22101001");
    publicity::publish(by, b.now, tx, center, &forms::publishing(&list, today)?).await?;
    // From a phone that a worker knows to be theirs.
    let agent = "Mozilla/5.0 (Linux; Android 14) Mobile";
    let (phone, _) = phones::known_or_new(None, agent, b.now, tx).await?;
    phones::add_applicant(b.now, tx, phone.id, *asking).await?;
    phones::confirm((by, ConfirmedHow::Worker), b.now, tx, (center, *asking), phone.id).await?;
    let owner = phones::confirmed_for(tx, &phone, *asking).await?;
    let wish = period(Fields::default()).with("center", center.id()).with("purpose", "孩子入学积分");
    requests::ask((&owner, &phone), b.now, tx, &forms::asking(&wish, today)?).await?;
    Ok(())
}
