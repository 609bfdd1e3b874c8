//! Who runs the demo's centers, their rooms, workers, residents and teams.

use super::names::{Invented, Inventor};
use super::{Builder, Made, SignIn, Size, Town, staff};
use crate::agreements::{self, PurchaserId};
use crate::auth::{CityAdmin, Coordinator, Manager, Role, Scope, Viewer};
use crate::centers::{self, Center};
use crate::check_in::cards;
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::people::{self, PersonId};
use crate::qualifications::CheckedHow;
use crate::store::Conn;
use crate::teams::TeamId;
use crate::web::Fields;
use crate::workers::{self, WorkerId};
use crate::{qualifications, rooms, teams};

const PROVIDERS: [&str; 4] =
    ["东莞市莞爱社会工作服务中心", "东莞市邻家社会工作服务社", "东莞市普惠社会服务中心", "东莞市乐众社会工作发展中心"];

/// name, kind's code, m², people, buffer minutes
const ROOMS: [(&str, &str, i64, i64, i64); 10] = [
    ("一楼服务大厅", "reception", 180, 80, 0),
    ("多功能活动室", "multi_purpose", 220, 120, 10),
    ("图书阅览室", "reading", 120, 40, 0),
    ("长者活动室", "elderly", 150, 50, 0),
    ("儿童之家", "children", 110, 30, 10),
    ("个案工作室", "casework", 24, 4, 5),
    ("小组工作室", "group_work", 60, 16, 0),
    ("志愿者之家", "volunteers", 50, 20, 0),
    ("舞蹈室", "dance", 130, 36, 0),
    ("书画室（东座三楼，请走侧门电梯）", "calligraphy", 90, 24, 10),
];

/// name, the index of its kind among the eleven
const TEAMS: [(&str, i64); 11] = [
    ("夕阳红敬老队", 1),
    ("小太阳爱幼队", 2),
    ("同行助残队", 3),
    ("暖邻帮困队", 4),
    ("绿色罗沙环保队", 5),
    ("莞邑文化传承队", 6),
    ("太极康体队", 7),
    ("智慧生活科普队", 8),
    ("白衣天使义诊队", 9),
    ("法律明灯志愿队", 10),
    ("心晴驿站辅导队", 11),
];

/// What the past of the demo is entered as of: before its first session.
pub(super) const MONTHS_BEHIND_DAYS: u64 = 91;

/// Adds providers and purchasers, and concludes an agreement for each center of the demo.
pub(super) async fn organize(b: &Builder, admin: &CityAdmin, tx: &mut Conn, size: Size) -> Result<Vec<Town>> {
    let mut providers = Vec::new();
    for name in PROVIDERS {
        let new =
            agreements::forms::organization(&Fields::default().with("name", name).with("contact", "0769-22110000"))?;
        providers.push(agreements::add_provider(admin, b.now, tx, &new).await?);
    }
    let mut centers = centers::queries::open_to_all(admin, tx).await?;
    if size == Size::Small {
        centers.truncate(3);
    }
    let city = agreements::forms::organization(&Fields::default().with("name", "东莞市民政局社会组织管理科"))?;
    let department = agreements::departments::add(admin, b.now, tx, &city).await?;
    let mut towns = Vec::new();
    for (index, center) in centers.into_iter().enumerate() {
        let name = format!("{}街道（镇）公共服务办公室", center.town);
        let new = agreements::forms::organization(&Fields::default().with("name", name))?;
        let purchaser: PurchaserId = agreements::add_purchaser(admin, b.now, tx, &new).await?;
        let provider = providers[index % providers.len()];
        let starts_on = b.today().minus_days(200);
        let agreement = Fields::default()
            .with("provider", provider)
            .with("purchaser", purchaser)
            .with("center", center.id())
            .with("starts_on", starts_on)
            .with("ends_on", starts_on.plus_years(1));
        let agreement = agreements::forms::agreement(&agreement, b.today())?;
        let agreement = agreements::conclude(admin, b.now, tx, &agreement).await?;
        agreements::name_recipient(admin, b.now, tx, agreement, department).await?;
        if index == 0 {
            centers::rename(admin, b.now, tx, &center, &center.head.name, Some("莞城街道罗沙路 18 号")).await?;
        }
        towns.push(Town { center: center.id(), name: center.town.clone(), provider, purchaser, department });
    }
    Ok(towns)
}

/// Gives a center its rooms, workers, residents and teams. The rich one has ten, eight, four hundred and eleven,
/// and its residents have cards.
pub(super) async fn furnish(b: &Builder, tx: &mut Conn, town: &Town, rich: bool) -> Result<Made> {
    let center = centers::queries::public(tx, town.center).await?;
    let id = center.id();
    let login = |role: &str| if rich { role.to_owned() } else { format!("{role}{id}") };
    let manager =
        b.account(tx, &login("manager"), "黎主任", Role::ProviderManager, Scope::Provider(town.provider)).await?;
    let manager = Manager::of(manager).ok_or(Error::Forbidden)?;
    let mut inventor = Inventor::new(2012 + u64::try_from(id.0).unwrap_or(0), b.today());
    add_rooms(b, &manager, tx, &center, if rich { ROOMS.len() } else { 3 }).await?;
    let (coordinator, workers) =
        add_workers(b, &manager, tx, &center, &mut inventor, &login("worker"), if rich { 8 } else { 1 }).await?;
    staff::assign(b, &manager, tx, &center, &workers).await?;
    let residents = register(b, &coordinator, tx, &center, &mut inventor, if rich { 400 } else { 30 }).await?;
    if rich {
        cards::issue(&coordinator, b.now, tx, &b.sealer, &center, &residents).await?;
    }
    let team = form_teams(b, &coordinator, tx, &center, &mut inventor, if rich { TEAMS.len() } else { 1 }).await?;
    let mut sign_ins = Vec::new();
    if rich {
        sign_ins.push(SignIn { role: Role::ProviderManager, login: "manager".into() });
        sign_ins.push(SignIn { role: Role::SocialWorker, login: "worker".into() });
        for (role, login, name, scope) in [
            (Role::TownSupervisor, "supervisor", "莞城督导员", Scope::Town(town.name.clone())),
            (Role::Committee, "committee", "罗沙社区居委会", Scope::Center(id)),
            (Role::TeamLeader, "leader", "敬老队队长", Scope::Team(team)),
            (Role::FrontDesk, "desk", "前台", Scope::Center(id)),
            (Role::Purchaser, "purchaser", "莞城公共服务办", Scope::Purchaser(town.purchaser)),
            (Role::Department, "department", "市社会组织管理科", Scope::Department(town.department)),
        ] {
            b.account(tx, login, name, role, scope).await?;
            sign_ins.push(SignIn { role, login: login.into() });
        }
    }
    Ok(Made { center, manager, workers, coordinator, inventor, sign_ins })
}

async fn add_rooms(b: &Builder, by: &Manager, tx: &mut Conn, center: &Center, count: usize) -> Result<()> {
    let kinds: Vec<(i64, String)> = sqlx::query_as("select id, code from room_kinds").fetch_all(&mut *tx).await?;
    for (name, code, area, capacity, buffer) in ROOMS.iter().take(count) {
        let kind = kinds.iter().find(|(_, known)| known == code).map_or(0, |(id, _)| *id);
        let mut fields = Fields::default()
            .with("name", name)
            .with("kind", kind)
            .with("area_m2", area)
            .with("capacity", capacity)
            .with("buffer_minutes", buffer);
        for weekday in 1..=7 {
            fields.add(&format!("hours.{weekday}.opens"), if weekday > 5 { "09:00" } else { "08:30" });
            fields.add(&format!("hours.{weekday}.closes"), if weekday > 5 { "17:30" } else { "21:00" });
        }
        rooms::add(by, b.now, tx, center, &rooms::forms::room(&fields)?).await?;
    }
    Ok(())
}

/// The first worker gets the sign-in; it is by their account that the center's work is done.
async fn add_workers(
    b: &Builder,
    by: &Manager,
    tx: &mut Conn,
    center: &Center,
    inventor: &mut Inventor,
    login: &str,
    count: usize,
) -> Result<(Coordinator, Vec<WorkerId>)> {
    let mut coordinator = None;
    let mut workers = Vec::new();
    for index in 0..count {
        let Invented { name, .. } = inventor.worker();
        let mut fields = Fields::default()
            .with("name", &name)
            .with("phone", format!("1991{:03}{:04}", center.id().0, index))
            .with("kind", if index % 4 == 3 { "staff" } else { "social_worker" })
            .with("found_by", if index % 4 == 3 && index < 4 { "community" } else { "open_call" })
            .with("started_on", b.today().minus_days(400));
        if index % 4 != 3 {
            fields.add("work_field", ["elderly", "youth", "family", "disabled", "justice"][index % 5]);
            // One certificate has run out, and one will soon.
            let valid_to = match index {
                1 => b.today().plus_days(34),
                4 => b.today().minus_days(12),
                _ => b.today().plus_days(700),
            };
            fields.add("certificate_valid_to", &valid_to.to_string());
            fields.add("qualification", ["assistant", "intermediate", "senior"][index % 3]);
            fields.add(
                "certificate_number",
                &format!("GD2024{:05}", center.id().0 * 100 + i64::try_from(index).unwrap_or(0)),
            );
        }
        if index == 0 {
            fields.add("sign_in", "1");
            fields.add("login", login);
            fields.add("password", &b.password);
            fields.add("password_again", &b.password);
        }
        let mut input = workers::forms::worker(&fields, b.today())?;
        let account = match input.account.take() {
            Some(account) => Some(account.hashed().await?),
            None => None,
        };
        workers.push(workers::add(by, b.now, tx, &b.sealer, center, input, account).await?);
        if index == 0 {
            let id =
                sqlx::query_scalar("select id from accounts where login = $1").bind(login).fetch_one(&mut *tx).await?;
            coordinator = Coordinator::of(Viewer::at_the_command_line(id, name, Role::SocialWorker));
        }
    }
    Ok((coordinator.ok_or(Error::Forbidden)?, workers))
}

async fn register(
    b: &Builder,
    by: &Coordinator,
    tx: &mut Conn,
    center: &Center,
    inventor: &mut Inventor,
    count: usize,
) -> Result<Vec<PersonId>> {
    // They have been known since before the first session.
    let then = Now(center.zone.midnight(b.today().minus_days(MONTHS_BEHIND_DAYS + 20)));
    let mut residents = Vec::new();
    for _ in 0..count {
        let person = inventor.resident();
        let mut fields = Fields::default()
            .with("name", person.name)
            .with("sex", person.sex)
            .with("birth_date", person.birth_date)
            .with("phone", person.phone.unwrap_or_default())
            .with("anyway", 1);
        for (group, probability, document) in [("disabled", 0.06, "残疾人证"), ("needy", 0.07, "低保证")] {
            if inventor.chance(probability) {
                fields.add(group, "1");
                fields.add(&format!("{group}.valid_from"), &b.today().minus_days(500).to_string());
                fields.add(&format!("{group}.document"), document);
            }
        }
        let input = people::forms::person(&fields, b.today())?;
        residents.push(people::register(by, then, tx, &b.sealer, center, &input).await?);
    }
    Ok(residents)
}

/// Writes down what somebody needs for the work of a kind of team, valid for so many days from today, and confirms it.
async fn certify(
    b: &Builder,
    by: &Coordinator,
    then: Now,
    tx: &mut Conn,
    (center, person): (&Center, PersonId),
    team_kind: i64,
    days: i64,
) -> Result<()> {
    let kinds = qualifications::queries::kinds(tx).await?;
    let Some(kind) = kinds.iter().find(|kind| kind.team_kind_id.is_some_and(|id| id.0 == team_kind)) else {
        return Ok(());
    };
    let known = qualifications::queries::of_person(tx, person).await?;
    if known.iter().any(|one| one.team_kind_id == kind.team_kind_id) {
        return Ok(());
    }
    let ahead = days.unsigned_abs();
    let valid_to = if days < 0 { b.today().minus_days(ahead) } else { b.today().plus_days(ahead) };
    let fields = Fields::default()
        .with("kind", kind.id)
        .with("number", format!("4419{:06}", 7_919 * person.0 % 1_000_000))
        .with("issuer", "广东省人力资源和社会保障厅")
        .with("valid_to", valid_to);
    let input = qualifications::forms::qualification(&fields, b.today())?;
    let made = qualifications::record(by, then, tx, (center, person), &input).await?;
    qualifications::confirm(by, then, tx, (center, person), made, CheckedHow::Original).await
}

async fn form_teams(
    b: &Builder,
    by: &Coordinator,
    tx: &mut Conn,
    center: &Center,
    inventor: &mut Inventor,
    count: usize,
) -> Result<TeamId> {
    let then = Now(center.zone.midnight(b.today().minus_days(MONTHS_BEHIND_DAYS + 10)));
    let founded_on: Date = b.today().minus_days(700);
    let grown: Vec<PersonId> = sqlx::query_scalar(
        "select p.id from people p join enrolments e on e.person_id = p.id
         where e.center_id = $1 and p.birth_date <= $2 order by p.id",
    )
    .bind(center.id())
    .bind(b.today().minus_days(18 * 366))
    .fetch_all(&mut *tx)
    .await?;
    let mut first = None;
    for (name, kind) in TEAMS.iter().take(count) {
        let leader = inventor.pick(&grown).copied().ok_or(Error::NotFound)?;
        let fields = Fields::default()
            .with("name", name)
            .with("kind", kind)
            .with("founded_on", founded_on)
            .with("leader_id", leader);
        certify(b, by, then, tx, (center, leader), *kind, 700).await?;
        let team = teams::create(by, then, tx, center, &teams::forms::team(&fields, b.today())?).await?;
        for place in 0..inventor.between(5..12) {
            let member = inventor.pick(&grown).copied().ok_or(Error::NotFound)?;
            // The first one's has run out since they joined, the second's does soon.
            let days = match place {
                0 => -12,
                1 => 25,
                _ => 400 + 30 * place,
            };
            certify(b, by, then, tx, (center, member), *kind, days).await?;
            teams::add_member(by, then, tx, center, team, member).await?;
        }
        first.get_or_insert(team);
    }
    first.ok_or(Error::NotFound)
}
