//! A center's open rooms: the list with its form, and one of them with a month's days, its changes and its end.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::rules::AHEAD;
use super::types::{OpenDayRow, OpenRoom, OpenRoomId};
use super::{actions, forms, queries};
use crate::activities::title::Sight;
use crate::activities::{self, ServiceKind, SessionId};
use crate::auth::{CenterReader, Coordinator, Greeter, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Month, Now, Timestamp};
use crate::error::{Error, Result};
use crate::rooms::{self, Room};
use crate::store::{Conn, Db};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, declare, show, change, end, count_after_all]
}

#[derive(Template)]
#[template(path = "open_rooms/list.html")]
struct OpenRoomsPage {
    center: Center,
    open_rooms: Vec<OpenRoom>,
    /// Yesterday's and today's.
    days: Vec<OpenDayRow>,
    rooms: Vec<Room>,
    /// Nobody drops into what is confidential.
    kinds: Vec<ServiceKind>,
    today: Date,
    now: Timestamp,
    may_coordinate: bool,
    may_receive: bool,
    form: Form,
}

impl OpenRoomsPage {
    async fn load(by: &Viewer, conn: &mut Conn, now: Now, center: Center, form: Option<Form>) -> Result<Self> {
        let today = center.zone.date(now.0);
        let mut kinds = activities::queries::kinds(conn).await?;
        kinds.retain(|kind| !kind.confidential.is_set());
        let usual = || Form::filled(forms::filled(None).with("since", today).with("published", 1));
        Ok(Self {
            open_rooms: queries::of_center(Sight::Of(by), conn, center.id()).await?,
            days: queries::counted(conn, center.id(), None, (today.minus_days(1), today.plus_days(1))).await?,
            rooms: rooms::queries::of_center(conn, center.id()).await?,
            kinds,
            today,
            now: now.0,
            may_coordinate: Coordinator::includes(by.role),
            may_receive: Greeter::includes(by.role),
            form: form.unwrap_or_else(usual),
            center,
        })
    }

    fn today_of<'a>(&'a self, open: &'a OpenRoom) -> impl Iterator<Item = &'a OpenDayRow> {
        self.days.iter().filter(|day| day.open_room_id == open.id && day.local_date == self.today)
    }

    /// Days that were skipped because nobody had been counted, and can still be put right.
    fn uncounted(&self) -> Vec<(&OpenRoom, &OpenDayRow)> {
        let of = |day: &OpenDayRow| self.open_rooms.iter().find(|open| open.id == day.open_room_id);
        let days = self.days.iter().filter(|day| day.is_uncounted());
        days.filter_map(|day| Some((of(day)?, day))).collect()
    }

    fn weekdays(&self) -> &'static [i64] {
        &WEEKDAYS
    }
}

impl View for OpenRoomsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("open_rooms.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Rooms)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/open-rooms")]
async fn list(by: CenterReader, db: &Db, now: Now, center: CenterId) -> Result<Page<OpenRoomsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Page(OpenRoomsPage::load(&by, &mut conn, now, center, None).await?))
}

#[post("/centers/<center>/open-rooms", data = "<fields>")]
async fn declare(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<OpenRoomsPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let mut tx = db.begin().await?;
        let rooms = rooms::queries::of_center(&mut tx, center.id()).await?;
        let kinds = activities::queries::kinds(&mut tx).await?;
        let declared = forms::declared(&fields, center.zone.date(now.0), &rooms, &kinds)?;
        let id = actions::declare(&by, now, &mut tx, &center, &declared).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/open-rooms/{id}")))
    };
    Submitted::of(made.await, "done.open_room_declared", async |errors| {
        let form = Form::again(fields, errors);
        OpenRoomsPage::load(&by, &mut *db.read().await?, now, center, Some(form)).await
    })
    .await
}

/// Monday to Sunday.
const WEEKDAYS: [i64; 7] = [1, 2, 3, 4, 5, 6, 7];

/// Which of the page's forms is shown again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OpenForm {
    Change,
    End,
}

#[derive(Template)]
#[template(path = "open_rooms/show.html")]
struct OpenRoomPage {
    center: Center,
    open: OpenRoom,
    month: Month,
    days: Vec<OpenDayRow>,
    now: Timestamp,
    may_coordinate: bool,
    may_receive: bool,
    changing: Form,
    ending: Form,
}

impl OpenRoomPage {
    async fn load(
        by: &Viewer,
        conn: &mut Conn,
        now: Now,
        (center, open): (Center, OpenRoom),
        month: Option<Month>,
        again: Option<(OpenForm, Form)>,
    ) -> Result<Self> {
        let today = center.zone.date(now.0);
        let month = month.unwrap_or(Month::of(today));
        let usual = forms::filled(open.shown(today)).with("from", today.max(open.since));
        let mut page = Self {
            days: queries::counted(conn, center.id(), Some(open.id), (month.first(), month.end())).await?,
            changing: Form::filled(usual),
            ending: Form::filled(Fields::default().with("ended_on", today.plus_days(1).max(open.since))),
            may_coordinate: Coordinator::includes(by.role),
            may_receive: Greeter::includes(by.role),
            now: now.0,
            center,
            open,
            month,
        };
        match again {
            Some((OpenForm::Change, form)) => page.changing = form,
            Some((OpenForm::End, form)) => page.ending = form,
            None => {}
        }
        Ok(page)
    }

    fn is_ended(&self) -> bool {
        self.open.ended_on.is_some()
    }

    /// The days that count: what was held.
    fn held(&self) -> impl Iterator<Item = &OpenDayRow> {
        self.days.iter().filter(|day| day.status == activities::SessionStatus::Completed)
    }

    fn total(&self, of: fn(&OpenDayRow) -> i64) -> i64 {
        self.held().map(of).sum()
    }

    fn visits(&self) -> i64 {
        self.total(OpenDayRow::visits)
    }

    /// Elderly, disabled, needy, youth.
    fn groups(&self) -> [i64; 4] {
        [
            self.total(|day| day.elderly),
            self.total(|day| day.disabled),
            self.total(|day| day.needy),
            self.total(|day| day.youth),
        ]
    }

    fn may_be_counted(&self, day: &OpenDayRow) -> bool {
        self.may_coordinate && day.is_uncounted() && self.now < self.center.zone.midnight(day.local_date.plus_days(2))
    }

    fn weekdays(&self) -> &'static [i64] {
        &WEEKDAYS
    }

    fn ahead(&self) -> u64 {
        AHEAD
    }
}

impl View for OpenRoomPage {
    fn title(&self, lang: Lang) -> String {
        self.open.title.pick(lang).to_owned()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Rooms)
    }

    fn refill(&mut self, typed: Fields) {
        match typed.get("ended_on") {
            "" => self.changing = Form::filled(typed),
            _ => self.ending = Form::filled(typed),
        }
    }
}

async fn opened(by: &Viewer, conn: &mut Conn, center: CenterId, id: OpenRoomId) -> Result<(Center, OpenRoom)> {
    let center = centers::queries::open_to(by, conn, center).await?;
    let open = queries::find(by, conn, center.id(), id).await?;
    Ok((center, open))
}

#[get("/centers/<center>/open-rooms/<id>?<month>")]
async fn show(
    by: CenterReader,
    db: &Db,
    now: Now,
    center: CenterId,
    id: OpenRoomId,
    month: Option<&str>,
) -> Result<Page<OpenRoomPage>> {
    let mut conn = db.read().await?;
    let found = opened(&by, &mut conn, center, id).await?;
    let month = month.and_then(Month::parse);
    Ok(Page(OpenRoomPage::load(&by, &mut conn, now, found, month, None).await?))
}

#[post("/centers/<center>/open-rooms/<id>/change", data = "<fields>")]
async fn change(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: OpenRoomId,
    fields: Fields,
) -> Result<Submitted<OpenRoomPage>> {
    let found = opened(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let times = forms::change(&fields, found.0.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::change(&by, now, &mut tx, (&found.0, &found.1), &times).await?;
        tx.commit().await?;
        Ok::<_, Error>(found.1.path())
    };
    Submitted::of(made.await, "done.open_room_changed", async |errors| {
        let again = Some((OpenForm::Change, Form::again(fields, errors)));
        OpenRoomPage::load(&by, &mut *db.read().await?, now, found, None, again).await
    })
    .await
}

#[post("/centers/<center>/open-rooms/<id>/ending", data = "<fields>")]
async fn end(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: OpenRoomId,
    fields: Fields,
) -> Result<Submitted<OpenRoomPage>> {
    let found = opened(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let (ended_on, reason) = forms::ending(&fields, found.0.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::end(&by, now, &mut tx, (&found.0, &found.1), (ended_on, &reason)).await?;
        tx.commit().await?;
        Ok::<_, Error>(found.1.path())
    };
    Submitted::of(made.await, "done.open_room_ended", async |errors| {
        let again = Some((OpenForm::End, Form::again(fields, errors)));
        OpenRoomPage::load(&by, &mut *db.read().await?, now, found, None, again).await
    })
    .await
}

/// Leads to the session's page, where who came is entered.
#[post("/centers/<center>/open-rooms/<id>/days/<session>/restoration")]
async fn count_after_all(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: OpenRoomId,
    session: SessionId,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, open) = opened(&by, &mut tx, center, id).await?;
    actions::count_after_all(&by, now, &mut tx, (&center, &open), session).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/sessions/{session}")), "done.open_day_restored"))
}
