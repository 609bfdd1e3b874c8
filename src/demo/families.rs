//! Who lives together in the demo, what the center wrote down of some, the lists that some stand on, and who wants to be forgotten.

use super::names::Inventor;
use super::{Builder, Made};
use crate::audit;
use crate::clock::Now;
use crate::erasure::{self, ErasureInput, ErasureState, Extent, WantedBy};
use crate::error::Result;
use crate::households::{self, Relation};
use crate::imports::NamedRosters;
use crate::merges;
use crate::people::{self, Forgetting, GrantedCode, MembershipInput, PersonId, other_phones};
use crate::store::Conn;
use crate::web::Fields;

/// Street, and how many households are in it.
const STREETS: [(&str, u32); 3] = [("莞城街道罗沙路", 14), ("莞城街道东正路", 9), ("莞城街道新村三巷", 7)];

/// Code, the years of age from which somebody may be on the list, the paper, and one in how many is.
const LISTS: [(&str, u32, &str, i64); 4] = [
    ("living_alone", 65, "社区走访登记表", 9),
    ("subsistence", 18, "低保证", 20),
    ("dependent", 70, "失能评估表", 25),
    ("severely_disabled", 18, "残疾人证（一级）", 40),
];

/// Lets some of a center's residents live together, and puts some on lists.
pub(super) async fn settle(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let residents: Vec<PersonId> = sqlx::query_scalar(
        "select p.id from people p join enrolments e on e.person_id = p.id
         where e.center_id = $1 and e.as_staff = 0 and p.birth_date is not null order by p.id",
    )
    .bind(made.center.id())
    .fetch_all(&mut *tx)
    .await?;
    // Dice of its own: the rest of the city is as it was without families.
    let mut dice = Inventor::new(made.center.id().0.unsigned_abs(), b.today());
    move_in(b, tx, made, &mut dice, &residents).await?;
    list(b, tx, made, &mut dice, &residents).await?;
    write_down(b, tx, made, &residents).await?;
    double(b, tx, made, &residents).await?;
    leave(b, tx, made, &residents).await
}

/// Of the last two one was erased some days ago, and the other's erasure waits for the manager's word.
async fn leave(b: &Builder, tx: &mut Conn, made: &Made, residents: &[PersonId]) -> Result<()> {
    const WISHES: [(WantedBy, &str, u64); 2] =
        [(WantedBy::Person, "搬回老家，本人书面要求", 6), (WantedBy::Kin, "家属来信要求", 1)];
    for ((wanted_by, reason, days), &id) in WISHES.into_iter().zip(residents.iter().rev()) {
        let then = Now(made.center.zone.at_minute(b.today().minus_days(days), 15 * 60));
        let person = people::queries::find(tx, made.center.id(), id).await?;
        let input = ErasureInput { wanted_by, reason: reason.to_owned() };
        let asked = erasure::ask(&made.coordinator, then, tx, (&made.center, &person), &input).await?;
        if wanted_by != WantedBy::Person {
            continue;
        }
        let gone = Forgetting::everywhere(vec![id], then);
        erasure::forget_everything(tx, &gone, &NamedRosters::default()).await?;
        sqlx::query(
            "update erasures set state = $1, decided_at = $2, wiped_at = $2, extent = $3, decided_by =
                 (select min(id) from accounts) where id = $4",
        )
        .bind(ErasureState::Erased)
        .bind(then.0)
        .bind(Extent::Everywhere)
        .bind(asked)
        .execute(&mut *tx)
        .await?;
        let entry = audit::entry("person.erased", id.0).at(made.center.id()).because(reason);
        audit::record(tx, &made.coordinator, then, entry).await?;
    }
    Ok(())
}

/// Two residents who were registered once more: one of them is found among the likely doubles, the other was made one already.
async fn double(b: &Builder, tx: &mut Conn, made: &Made, residents: &[PersonId]) -> Result<()> {
    for (&id, is_merged) in residents.iter().zip([false, true]) {
        let person = people::queries::find(tx, made.center.id(), id).await?;
        let born = person.birth_date.map(|date| date.to_string()).unwrap_or_default();
        let said = Fields::default().with("name", &person.name).with("birth_date", born).with("anyway", "1");
        let input = people::forms::person(&said.with("address", "罗沙路"), b.today())?;
        let again = people::register(&made.coordinator, b.now, tx, &b.sealer, &made.center, &input).await?;
        if is_merged {
            merges::merge(&made.coordinator, b.now, tx, &b.sealer, &made.center, (id, again), &[]).await?;
        }
    }
    Ok(())
}

/// Households of one to four, from the first resident on.
async fn move_in(b: &Builder, tx: &mut Conn, made: &Made, dice: &mut Inventor, residents: &[PersonId]) -> Result<()> {
    const OTHERS: [Relation; 3] = [Relation::Spouse, Relation::Child, Relation::Parent];
    let then = Now(made.center.zone.midnight(b.today().minus_days(80)));
    let mut rest = residents.iter();
    for (street, homes) in STREETS {
        for number in 1..=homes {
            let Some(&head) = rest.next() else { return Ok(()) };
            let opened_on = b.today().minus_days(u64::from(90 + number * 11));
            let fields = Fields::default()
                .with("head_id", head)
                .with("address", format!("{street} {number} 号"))
                .with("opened_on", opened_on);
            let input = households::forms::household(&fields, b.today())?;
            let home = households::open(&made.coordinator, then, tx, &made.center, &input).await?;
            for relation in OTHERS.into_iter().take(usize::try_from(dice.between(0..4)).unwrap_or(0)) {
                let Some(&person) = rest.next() else { return Ok(()) };
                let fields =
                    Fields::default().with("person_id", person).with("relation", relation).with("moved_in", opened_on);
                let input = households::forms::move_in(&fields, b.today())?;
                households::move_in(&made.coordinator, then, tx, &made.center, home, &input).await?;
            }
        }
    }
    Ok(())
}

async fn list(b: &Builder, tx: &mut Conn, made: &Made, dice: &mut Inventor, residents: &[PersonId]) -> Result<()> {
    for (code, age, document, one_in) in LISTS {
        for &person in residents {
            let born = people::queries::find(tx, made.center.id(), person).await?.birth_date;
            let is_old_enough = born.is_some_and(|born| born.plus_years(age) <= b.today());
            if !is_old_enough || dice.between(0..one_in) > 0 {
                continue;
            }
            let input = MembershipInput {
                of: GrantedCode::Subgroup(code.to_owned()),
                valid_from: b.today().minus_days(300),
                valid_to: None,
                document: document.to_owned(),
            };
            people::grant_membership(&made.coordinator, b.now, tx, &made.center, person, &input).await?;
        }
    }
    Ok(())
}

/// Of the first few what is good to know, whom to call, and another number.
async fn write_down(b: &Builder, tx: &mut Conn, made: &Made, residents: &[PersonId]) -> Result<()> {
    const KNOWN: [(&str, &str, &str); 4] = [
        ("右耳听不清，请站在左边说", "女儿 陈小燕 13900130001", "registered"),
        ("对花生过敏", "儿子 何志明 13900130002", "registered"),
        ("坐轮椅，活动前留好过道", "邻居 梁姨 13900130003", "migrant"),
        ("下雨天膝盖不好，电梯接送", "外甥 黄家豪 13900130004", "registered"),
    ];
    for (&id, (care, emergency, residence)) in residents.iter().zip(KNOWN) {
        let person = people::queries::find(tx, made.center.id(), id).await?;
        let said = Fields::default().with("care", care).with("emergency", emergency).with("residence", residence);
        let revision = people::forms::revision(&said.or(person.as_fields(&b.sealer)), b.today())?;
        people::revise(&made.coordinator, b.now, tx, &b.sealer, &made.center, &person, &revision).await?;
        let number =
            Fields::default().with("label", "家里").with("other_phone", format!("0769-2211{:04}", id.0 % 10_000));
        let input = other_phones::read(&number)?;
        other_phones::add(&made.coordinator, b.now, tx, &b.sealer, (&made.center, id), &input).await?;
    }
    Ok(())
}
