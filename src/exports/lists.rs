//! What stands in each list's file: the columns of its page, in its order.

mod aims;
mod keeping;
mod rollup;
mod owing;
mod serving;

use super::types::{CenterList, CityList, ListBook};
use crate::accounts::listing::AccountsCut;
use crate::activities::listing::ActivitiesCut;
use crate::agreements::listing::AgreementsCut;
use crate::auth::{CenterReader, CityAdmin, Coordinator, Manager, ReportReader, TeamReader, Viewer};
use crate::centers::listing::CentersCut;
use crate::centers::{self, Center};
use crate::certificates::listing::CertificatesCut;
use crate::claims::ClaimsCut;
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::fields::Fields;
use crate::figures::small_cells;
use crate::honours::roll::RollCut;
use crate::households::queries::Homes;
use crate::indicators::listing::IndicatorsCut;
use crate::people::groups;
use crate::people::listing::{self, PeopleCut};
use crate::periodic_reports::listing::OwedCut;
use crate::qualifications::QualifiedCut;
use crate::registrations::RegistrationsCut;
use crate::reports::rollup::RollUpCut;
use crate::reservations::ReservationsCut;
use crate::rooms::listing::RoomsCut;
use crate::shifts::GapsCut;
use crate::store::{Conn, Sealer};
use crate::teams::listing::TeamsCut;
use crate::units::{ListedUnit, UnitsAsked};
use crate::upkeep::UpkeepCut;
use crate::web::Lang;
use crate::web::table::{Cell, Table};
use crate::workers::WorkersAsked;
use crate::workers::posts::PostsAsked;
use crate::{accounts, activities, agreements, holidays, households, reservations, rooms, units};

/// A list on its way into a file.
pub(super) struct Listing {
    pub table: Table,
    pub rows: usize,
    /// Its workbook, where that is more than the table.
    pub book: Option<ListBook>,
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
        Listing { table: self.table, rows: self.rows, book: None }
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
    sealer: &Sealer,
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
            people(conn, lang, name, (center, today), &PeopleCut::read(fields)?).await
        }
        CenterList::Households => {
            Coordinator::of(by.clone()).ok_or(Error::Forbidden)?;
            let on = Date::parse(fields.get("on")).unwrap_or(today);
            homes(conn, lang, name, center, on).await
        }
        CenterList::Activities => {
            CenterReader::of(by.clone()).ok_or(Error::Forbidden)?;
            programme(by, conn, lang, name, (center, now.0), &ActivitiesCut::read(fields)?).await
        }
        CenterList::Teams => {
            let by = TeamReader::of(by.clone()).ok_or(Error::Forbidden)?;
            serving::volunteers(&by, conn, lang, name, center, &TeamsCut::read(fields)?).await
        }
        CenterList::Rooms => {
            CenterReader::of(by.clone()).ok_or(Error::Forbidden)?;
            places(conn, lang, name, center, &RoomsCut::read(fields)?).await
        }
        CenterList::Reservations => {
            Coordinator::of(by.clone()).ok_or(Error::Forbidden)?;
            reserved(conn, lang, name, (center, now), ReservationsCut::read(fields)?).await
        }
        CenterList::Workers => {
            Manager::of(by.clone()).ok_or(Error::Forbidden)?;
            serving::staff(conn, lang, name, (center, today), WorkersAsked::read(fields)).await
        }
        CenterList::Posts => {
            CenterReader::of(by.clone()).ok_or(Error::Forbidden)?;
            serving::posts(conn, lang, name, (center, today), PostsAsked::read(fields)).await
        }
        CenterList::Commendable => {
            let by = Coordinator::of(by.clone()).ok_or(Error::Forbidden)?;
            serving::commendable(&by, conn, lang, name, center, &RollCut::read(fields, today)?).await
        }
        CenterList::Qualifications => {
            Coordinator::of(by.clone()).ok_or(Error::Forbidden)?;
            serving::qualified(conn, lang, name, (center, today), QualifiedCut::read(fields)?).await
        }
        CenterList::Claims => {
            let by = Coordinator::of(by.clone()).ok_or(Error::Forbidden)?;
            serving::claimed(&by, conn, lang, name, center, ClaimsCut::read(fields)?).await
        }
        CenterList::Gaps => {
            let by = TeamReader::of(by.clone()).ok_or(Error::Forbidden)?;
            serving::gaps(&by, conn, lang, name, (center, now), GapsCut::read(fields)?).await
        }
        CenterList::Defects => {
            Coordinator::of(by.clone()).ok_or(Error::Forbidden)?;
            keeping::defects(conn, lang, name, center, &UpkeepCut::read(fields)?).await
        }
        CenterList::Assets => {
            Coordinator::of(by.clone()).ok_or(Error::Forbidden)?;
            keeping::assets(conn, lang, name, center).await
        }
        CenterList::Drills => {
            Coordinator::of(by.clone()).ok_or(Error::Forbidden)?;
            keeping::drills(conn, lang, name, center).await
        }
        CenterList::Registrations => {
            let by = Coordinator::of(by.clone()).ok_or(Error::Forbidden)?;
            serving::registered(&by, conn, lang, name, (center, now), RegistrationsCut::read(fields)?).await
        }
        CenterList::Certificates => {
            Coordinator::of(by.clone()).ok_or(Error::Forbidden)?;
            serving::certified(conn, lang, name, center, CertificatesCut::read(fields)?).await
        }
        CenterList::Units => {
            let by = Coordinator::of(by.clone()).ok_or(Error::Forbidden)?;
            organizations(&by, conn, sealer, lang, name, (center, today), UnitsAsked::of(fields)).await
        }
    }
}

/// A list above the centers, for a role that may open its page.
///
/// # Errors
/// `Forbidden` for another role.
pub(super) async fn of_city(
    by: &Viewer,
    conn: &mut Conn,
    now: Now,
    lang: Lang,
    list: CityList,
    fields: &Fields,
) -> Result<Listing> {
    let today = Zone::SHANGHAI.date(now.0);
    let name = format!("{list}-{today}");
    match list {
        CityList::Centers => all_centers(by, conn, lang, name, today, &CentersCut::read(fields)?).await,
        CityList::Agreements => {
            let by = CityAdmin::of(by.clone()).ok_or(Error::Forbidden)?;
            contracts(&by, conn, lang, name, today, &AgreementsCut::read(fields)?).await
        }
        CityList::Indicators | CityList::IndicatorMatrix => {
            let by = ReportReader::of(by.clone()).ok_or(Error::Forbidden)?;
            aims::indicators(&by, conn, now, lang, (list, name), &IndicatorsCut::read(fields)?).await
        }
        CityList::Accounts => {
            let by = CityAdmin::of(by.clone()).ok_or(Error::Forbidden)?;
            sign_ins(&by, conn, lang, name, AccountsCut::read(fields)?).await
        }
        CityList::PeriodicReports => {
            let by = ReportReader::of(by.clone()).ok_or(Error::Forbidden)?;
            owing::owed(&by, conn, lang, name, today, &OwedCut::read(fields)?).await
        }
        CityList::Holidays => {
            CityAdmin::of(by.clone()).ok_or(Error::Forbidden)?;
            days_off(conn, lang, name, holidays::year_asked(fields, today)).await
        }
        CityList::RollUp => {
            let by = ReportReader::of(by.clone()).ok_or(Error::Forbidden)?;
            let latest = small_cells::latest_month(&by, conn, now).await?;
            rollup::numbers(&by, conn, now, lang, &RollUpCut::read(fields, latest)?).await
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
    cut: &ActivitiesCut,
) -> Result<Listing> {
    let head = [
        "export.activity",
        "reports.kind",
        "export.published",
        "export.sessions",
        "export.to_come",
        "export.next",
        "export.last",
        "activities.field_groups",
        "activities.field_line",
        "activities.field_materials",
        "activities.field_cost",
    ];
    let mut file = Writer::new(lang, name, &head);
    let (here, how) = ((center.id(), now), (cut, lang));
    let mut rows = activities::listing::coming(by, conn, here, how).await?;
    rows.extend(activities::listing::gone(by, conn, here, how, (i64::MAX, 0)).await?);
    for row in rows {
        let (title, offer) = (&row.activity.title, &row.activity.attributes);
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
            text(offer.groups.words(lang)),
            text(offer.line.map(|line| lang.text(line.key())).unwrap_or_default()),
            maybe(offer.materials.clone()),
            offer.cost.map_or(Cell::Empty, Cell::Number),
        ]);
    }
    Ok(file.done())
}

async fn places(conn: &mut Conn, lang: Lang, name: String, center: &Center, cut: &RoomsCut) -> Result<Listing> {
    let head = ["rooms.name", "rooms.kind", "export.class", "rooms.area", "rooms.capacity"];
    let mut file = Writer::new(lang, name, &head);
    for room in cut.of(rooms::queries::of_center(conn, center.id()).await?) {
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

async fn reserved(
    conn: &mut Conn,
    lang: Lang,
    name: String,
    (center, now): (&Center, Now),
    cut: ReservationsCut,
) -> Result<Listing> {
    let head = [
        "reservations.day",
        "reservations.from",
        "reservations.to",
        "reservations.room",
        "reservations.kind",
        "reservations.field_title",
        "reservations.holder",
        "reservations.attendees",
        "reservations.heads",
        "cut.state",
        "reservations.written",
    ];
    let mut file = Writer::new(lang, name, &head);
    for one in reservations::queries::list(conn, now, center, cut, (0, i64::MAX)).await? {
        let time = |at: &Timestamp| text(center.local(at).format("%H:%M"));
        file.row([
            day(Some(center.zone.date(one.starts_at))),
            time(&one.starts_at),
            time(&one.ends_at),
            text(&one.room),
            text(lang.text(one.kind.key())),
            text(&one.title),
            text(&one.holder),
            maybe(one.attendees.as_ref()),
            Cell::from(one.heads),
            text(lang.text(one.standing(&now.0).key())),
            maybe(one.minutes.as_ref()),
        ]);
    }
    Ok(file.done())
}

/// With the numbers masked, as on the page.
async fn organizations(
    by: &Coordinator,
    conn: &mut Conn,
    sealer: &Sealer,
    lang: Lang,
    name: String,
    (center, today): (&Center, Date),
    asked: UnitsAsked,
) -> Result<Listing> {
    let head = [
        "units.name",
        "units.kind",
        "units.standing",
        "units.contact",
        "units.phone",
        "units.address",
        "units.since",
        "units.founded_on",
        "units.supported_since",
        "units.supported_by",
        "units.ended_on",
        "units.last_on",
        "units.sessions_this_year",
    ];
    let mut file = Writer::new(lang, name, &head);
    let rows = units::queries::list(by, conn, center.id(), asked, today.year_start(), (0, i64::MAX)).await?;
    for ListedUnit { unit, sessions, last_on } in rows {
        file.row([
            text(&unit.name),
            text(lang.text(unit.kind.key())),
            maybe(unit.standing.map(|standing| lang.text(standing.key()))),
            maybe(unit.contact.as_ref()),
            maybe(unit.phone(sealer).map(|phone| phone.masked())),
            maybe(unit.address.as_ref()),
            day(unit.since),
            day(unit.founded_on),
            day(unit.supported_since),
            maybe(unit.supported_by.as_ref()),
            day(unit.ended_on),
            day(last_on),
            Cell::Number(sessions),
        ]);
    }
    Ok(file.done())
}

async fn all_centers(
    by: &Viewer,
    conn: &mut Conn,
    lang: Lang,
    name: String,
    today: Date,
    cut: &CentersCut,
) -> Result<Listing> {
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
    for row in cut.of(centers::queries::list(by, conn, today).await?) {
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

async fn contracts(
    by: &CityAdmin,
    conn: &mut Conn,
    lang: Lang,
    name: String,
    today: Date,
    cut: &AgreementsCut,
) -> Result<Listing> {
    let head =
        ["centers.center", "centers.provider", "reports.purchaser", "agreements.starts_on", "agreements.ends_on"];
    let mut file = Writer::new(lang, name, &head);
    for one in cut.of(agreements::queries::all(by, conn).await?, today) {
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

/// A year's holidays and make-up workdays, in the columns in which they are brought in.
async fn days_off(conn: &mut Conn, lang: Lang, name: String, year: i64) -> Result<Listing> {
    let head = ["holidays.starts_on", "holidays.ends_on", "catalogs.name", "catalogs.name_en", "holidays.kind"];
    let mut file = Writer::new(lang, name, &head);
    for one in holidays::queries::of_year(conn, year).await? {
        file.row([
            day(Some(one.starts_on)),
            day(Some(one.ends_on)),
            text(&one.name),
            text(&one.name_en),
            text(lang.text(one.kind.key())),
        ]);
    }
    Ok(file.done())
}

async fn sign_ins(by: &CityAdmin, conn: &mut Conn, lang: Lang, name: String, cut: AccountsCut) -> Result<Listing> {
    let head = ["accounts.name", "accounts.role", "accounts.reach", "accounts.login", "accounts.state"];
    let mut file = Writer::new(lang, name, &head);
    for account in cut.of(accounts::queries::all(by, conn).await?) {
        let reach =
            account.reach.clone().filter(|reach| !reach.is_empty()).unwrap_or_else(|| lang.text("accounts.city"));
        file.row([
            text(&account.name),
            text(lang.text(account.role.key())),
            text(reach),
            account.login.as_ref().map_or_else(|| text(lang.text("accounts.token")), text),
            text(lang.text(account.state().key())),
        ]);
    }
    Ok(file.done())
}
