//! What stands in each list's file: the columns of its page, in its order.

use super::types::{CenterList, CityList};
use crate::auth::{CenterReader, CityAdmin, Coordinator, Manager, TeamReader, Viewer};
use crate::centers::{self, Center};
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::fields::Fields;
use crate::households::queries::Homes;
use crate::people::groups;
use crate::people::listing::{self, PeopleCut};
use crate::store::Conn;
use crate::web::Lang;
use crate::web::table::{Cell, Table};
use crate::{accounts, activities, agreements, households, rooms, teams, workers};

/// A list on its way into a file.
pub(super) struct Listing {
    pub table: Table,
    pub rows: usize,
}

/// Rows are added one by one, and counted.
struct Writer {
    table: Table,
    rows: usize,
}

impl Writer {
    /// `name` is the file's, in ASCII; `head` are keys of texts.
    fn new(lang: Lang, name: String, head: &[&str]) -> Self {
        Self { table: Table::new(name, head.iter().map(|key| lang.text(key))), rows: 0 }
    }

    fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows += 1;
        self.table.row(cells);
    }

    fn done(self) -> Listing {
        Listing { table: self.table, rows: self.rows }
    }
}

fn text(value: impl ToString) -> Cell {
    Cell::Text(value.to_string())
}

fn maybe(value: Option<impl ToString>) -> Cell {
    value.map_or(Cell::Empty, text)
}

fn day(value: Option<Date>) -> Cell {
    value.map_or(Cell::Empty, |day| Cell::Plain(day.to_string()))
}

/// A list of the center, for a role that may open its page.
///
/// # Errors
/// `Forbidden` for another role.
pub(super) async fn of_center(
    by: &Viewer,
    conn: &mut Conn,
    now: Now,
    lang: Lang,
    (list, center): (CenterList, &Center),
    fields: &Fields,
) -> Result<Listing> {
    let today = center.zone.date(now.0);
    let name = format!("{list}-{}-{today}", center.id());
    match list {
        CenterList::People => {
            Coordinator::of(by.clone()).ok_or(Error::Forbidden)?;
            people(conn, lang, name, (center, today), &PeopleCut::read(fields)).await
        }
        CenterList::Households => {
            Coordinator::of(by.clone()).ok_or(Error::Forbidden)?;
            let on = Date::parse(fields.get("on")).unwrap_or(today);
            homes(conn, lang, name, center, on).await
        }
        CenterList::Activities => {
            CenterReader::of(by.clone()).ok_or(Error::Forbidden)?;
            programme(by, conn, lang, name, (center, now.0)).await
        }
        CenterList::Teams => {
            let by = TeamReader::of(by.clone()).ok_or(Error::Forbidden)?;
            volunteers(&by, conn, lang, name, center).await
        }
        CenterList::Rooms => {
            CenterReader::of(by.clone()).ok_or(Error::Forbidden)?;
            places(conn, lang, name, center).await
        }
        CenterList::Workers => {
            Manager::of(by.clone()).ok_or(Error::Forbidden)?;
            staff(conn, lang, name, (center, today)).await
        }
    }
}

/// A list above the centers, for a role that may open its page.
///
/// # Errors
/// `Forbidden` for another role.
pub(super) async fn of_city(by: &Viewer, conn: &mut Conn, now: Now, lang: Lang, list: CityList) -> Result<Listing> {
    let today = Zone::SHANGHAI.date(now.0);
    let name = format!("{list}-{today}");
    match list {
        CityList::Centers => all_centers(by, conn, lang, name, today).await,
        CityList::Agreements => {
            let by = CityAdmin::of(by.clone()).ok_or(Error::Forbidden)?;
            contracts(&by, conn, lang, name).await
        }
        CityList::Accounts => {
            let by = CityAdmin::of(by.clone()).ok_or(Error::Forbidden)?;
            sign_ins(&by, conn, lang, name).await
        }
    }
}

async fn people(
    conn: &mut Conn,
    lang: Lang,
    name: String,
    (center, today): (&Center, Date),
    cut: &PeopleCut,
) -> Result<Listing> {
    let bands = groups::age_bands(conn, today).await?;
    let head = [
        "people.name",
        "people.birth_year",
        "people.phone",
        "people.groups",
        "people.last_came",
        "people.visits_this_year",
    ];
    let mut file = Writer::new(lang, name, &head);
    for row in listing::list(conn, center.id(), (today, bands), cut, (0, i64::MAX)).await? {
        let groups: Vec<String> = row.groups(bands, today).iter().map(|group| lang.text(group.key())).collect();
        file.row([
            text(&row.person.name),
            Cell::from(row.person.birth_year().map(i64::from)),
            maybe(row.person.phone_end()),
            text(groups.join(lang.pick("、", ", "))),
            day(row.last_came),
            Cell::Number(row.visits),
        ]);
    }
    Ok(file.done())
}

async fn homes(conn: &mut Conn, lang: Lang, name: String, center: &Center, on: Date) -> Result<Listing> {
    let head = ["relation.head", "households.address", "households.members", "households.opened_on"];
    let mut file = Writer::new(lang, name, &head);
    for row in households::queries::list(conn, center.id(), on, &Homes::Lived, (0, i64::MAX)).await? {
        file.row([maybe(row.head), maybe(row.address), Cell::Number(row.members), day(Some(row.opened_on))]);
    }
    Ok(file.done())
}

async fn programme(
    by: &Viewer,
    conn: &mut Conn,
    lang: Lang,
    name: String,
    (center, now): (&Center, Timestamp),
) -> Result<Listing> {
    let head = [
        "export.activity",
        "reports.kind",
        "export.published",
        "export.sessions",
        "export.to_come",
        "export.next",
        "export.last",
    ];
    let mut file = Writer::new(lang, name, &head);
    let mut rows = activities::queries::coming(by, conn, center.id(), now).await?;
    rows.extend(activities::queries::gone(by, conn, center.id(), now, (i64::MAX, 0)).await?);
    for row in rows {
        let title = &row.activity.title;
        let local = |at: Option<Timestamp>| day(at.map(|at| center.zone.date(at)));
        let published = if row.activity.published.is_set() { "export.yes" } else { "export.no" };
        file.row([
            text(title.pick(lang)),
            text(lang.pick(&title.kind, &title.kind_en)),
            text(lang.text(published)),
            Cell::Number(row.sessions),
            Cell::Number(row.coming),
            local(row.next_at),
            local(row.last_at),
        ]);
    }
    Ok(file.done())
}

async fn volunteers(by: &TeamReader, conn: &mut Conn, lang: Lang, name: String, center: &Center) -> Result<Listing> {
    let head = [
        "teams.name",
        "teams.kind",
        "teams.leader",
        "teams.members",
        "teams.hours",
        "teams.founded_on",
        "teams.disbanded",
    ];
    let mut file = Writer::new(lang, name, &head);
    for team in teams::queries::list(by, conn, center.id()).await? {
        file.row([
            text(&team.name),
            text(lang.pick(&team.kind, &team.kind_en)),
            maybe(team.leader),
            Cell::Number(team.members),
            Cell::Number(team.minutes / 60),
            day(Some(team.founded_on)),
            day(team.disbanded_on),
        ]);
    }
    Ok(file.done())
}

async fn places(conn: &mut Conn, lang: Lang, name: String, center: &Center) -> Result<Listing> {
    let head = ["rooms.name", "rooms.kind", "export.class", "rooms.area", "rooms.capacity"];
    let mut file = Writer::new(lang, name, &head);
    for room in rooms::queries::of_center(conn, center.id()).await? {
        file.row([
            text(&room.name),
            text(lang.pick(&room.kind, &room.kind_en)),
            text(lang.text(room.class.key())),
            Cell::Number(room.area_m2),
            Cell::Number(room.capacity),
        ]);
    }
    Ok(file.done())
}

async fn staff(conn: &mut Conn, lang: Lang, name: String, (center, today): (&Center, Date)) -> Result<Listing> {
    let head = [
        "workers.name",
        "workers.kind",
        "workers.qualification",
        "workers.certificate_number",
        "workers.login",
        "workers.started_on",
        "workers.ended_on",
    ];
    let mut file = Writer::new(lang, name, &head);
    for worker in workers::queries::all(conn, center.id(), today).await? {
        file.row([
            text(&worker.person.name),
            text(lang.text(worker.kind.key())),
            maybe(worker.qualification.map(|qualification| lang.text(qualification.key()))),
            maybe(worker.certificate_number),
            maybe(worker.login),
            day(Some(worker.started_on)),
            day(worker.ended_on),
        ]);
    }
    Ok(file.done())
}

async fn all_centers(by: &Viewer, conn: &mut Conn, lang: Lang, name: String, today: Date) -> Result<Listing> {
    let head = [
        "centers.center",
        "export.town",
        "export.community",
        "centers.provider",
        "figure.registered_population",
        "centers.planned_area",
        "centers.rooms",
        "centers.upcoming",
    ];
    let mut file = Writer::new(lang, name, &head);
    for row in centers::queries::list(by, conn, today).await? {
        file.row([
            text(&row.head.name),
            text(&row.town),
            text(&row.community),
            maybe(row.provider),
            Cell::Number(row.population.registered),
            Cell::Number(row.planned_area_m2),
            Cell::Number(row.rooms),
            Cell::Number(row.upcoming),
        ]);
    }
    Ok(file.done())
}

async fn contracts(by: &CityAdmin, conn: &mut Conn, lang: Lang, name: String) -> Result<Listing> {
    let head =
        ["centers.center", "centers.provider", "reports.purchaser", "agreements.starts_on", "agreements.ends_on"];
    let mut file = Writer::new(lang, name, &head);
    for one in agreements::queries::all(by, conn).await? {
        file.row([
            text(&one.center),
            text(&one.provider),
            text(&one.purchaser),
            day(Some(one.starts_on)),
            day(Some(one.ends_on)),
        ]);
    }
    Ok(file.done())
}

async fn sign_ins(by: &CityAdmin, conn: &mut Conn, lang: Lang, name: String) -> Result<Listing> {
    let head = ["accounts.name", "accounts.role", "accounts.reach", "accounts.login", "accounts.state"];
    let mut file = Writer::new(lang, name, &head);
    for account in accounts::queries::all(by, conn).await? {
        let state = match (account.disabled_at, account.is_open.is_set()) {
            (Some(_), _) => "accounts.disabled",
            (None, false) => "accounts.waits",
            (None, true) => "accounts.active",
        };
        let reach = account.reach.filter(|reach| !reach.is_empty()).unwrap_or_else(|| lang.text("accounts.city"));
        file.row([
            text(&account.name),
            text(lang.text(account.role.key())),
            text(reach),
            account.login.map_or_else(|| text(lang.text("accounts.token")), text),
            text(lang.text(state)),
        ]);
    }
    Ok(file.done())
}
