//! The clicker: a page for a phone or tablet at the door of a room, with one large button. It works with a network that comes and
//! goes (`head-clicker.js` keeps taps until they are sent), and without scripts as a plain form; each tap has a number of its own, so
//! none counts twice.

use askama::Template;
use rocket::response::Redirect;
use rocket::{Route, get, post, routes};

use super::types::OpenRoomId;
use super::{forms, queries};
use crate::activities::queries::open_in;
use crate::activities::{Session, SessionId, SessionStatus};
use crate::auth::{Greeter, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::check_in::{self, Heads, RequestId, click};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::people::groups::PriorityGroup;
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![of_room, show, tap]
}

#[derive(Template)]
#[template(path = "open_rooms/clicker.html")]
struct ClickerPage {
    center: Center,
    session: Session,
    /// Heads without a name, by a clicker or at once.
    heads: Heads,
    named: i64,
    /// The last tap, which a mistake takes back.
    last: Option<RequestId>,
    request: RequestId,
    form: Form,
}

impl ClickerPage {
    async fn load(conn: &mut Conn, (center, session): (Center, Session), form: Form) -> Result<Self> {
        Ok(Self {
            heads: check_in::heads_there(conn, session.id).await?,
            named: check_in::queries::counts(conn, session.id).await?.participants,
            last: check_in::last_tap(conn, session.id).await?,
            request: RequestId::random(),
            center,
            session,
            form,
        })
    }

    fn path(&self) -> String {
        format!("{}/clicker", self.session.path())
    }

    fn is_planned(&self) -> bool {
        self.session.status == SessionStatus::Planned
    }

    fn groups(&self) -> &'static [PriorityGroup] {
        PriorityGroup::ALL
    }

    fn of(&self, group: &PriorityGroup) -> i64 {
        match group {
            PriorityGroup::Elderly => self.heads.elderly,
            PriorityGroup::Disabled => self.heads.disabled,
            PriorityGroup::Needy => self.heads.needy,
            PriorityGroup::Youth => self.heads.youth,
        }
    }
}

impl View for ClickerPage {
    fn title(&self, lang: Lang) -> String {
        format!("{} · {}", lang.text("clicker.title"), self.session.title.pick(lang))
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Desk)
    }
}

/// Leads to the clicker of the session that is on, or comes next today: an address that a tablet keeps.
///
/// # Errors
/// `Refused("not_open_today")` on a day without one.
#[get("/centers/<center>/open-rooms/<id>/clicker")]
async fn of_room(by: Greeter, db: &Db, now: Now, center: CenterId, id: OpenRoomId) -> Result<Redirect> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let open = queries::find(&by, &mut conn, center.id(), id).await?;
    let today = center.zone.date(now.0);
    let days = queries::counted(&mut conn, center.id(), Some(open.id), (today, today.plus_days(1))).await?;
    let held: Vec<_> =
        days.iter().filter(|day| matches!(day.status, SessionStatus::Planned | SessionStatus::Completed)).collect();
    let day = held.iter().find(|day| now.0 < day.ends_at).or(held.last());
    let session = day.ok_or_else(|| Error::refused("not_open_today"))?.session_id;
    Ok(Redirect::to(center.path(format_args!("/sessions/{session}/clicker"))))
}

#[get("/centers/<center>/sessions/<id>/clicker")]
async fn show(by: Greeter, db: &Db, now: Now, center: CenterId, id: SessionId) -> Result<Page<ClickerPage>> {
    let mut conn = db.read().await?;
    let opened = open_in(&by, now, &mut conn, center, id).await?;
    Ok(Page(ClickerPage::load(&mut conn, opened, Form::new()).await?))
}

#[post("/centers/<center>/sessions/<id>/clicker", data = "<fields>")]
async fn tap(
    by: Greeter,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<ClickerPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let clicks = forms::clicks(&fields)?;
        let mut tx = db.begin().await?;
        let (counted, _) = click(&by, now, &mut tx, &opened.1, &clicks.taps, &clicks.undone).await?;
        tx.commit().await?;
        let word = if counted > 0 { "done.clicked" } else { "done.click_undone" };
        Ok((format!("{}/clicker", opened.1.path()), word))
    };
    Submitted::with_word(made.await, async |errors| {
        ClickerPage::load(&mut *db.read().await?, opened, Form::again(Fields::default(), errors)).await
    })
    .await
}

/// The counts of a session as they are after some taps, for a program.
pub(super) async fn clicked(by: &Greeter, now: Now, db: &Db, id: SessionId, fields: &Fields) -> Result<(Heads, i64)> {
    let viewer: &Viewer = by;
    let (_, session) = crate::activities::queries::open_to(viewer, now, &mut *db.read().await?, id).await?;
    let clicks = forms::clicks(fields)?;
    let mut tx = db.begin().await?;
    click(by, now, &mut tx, &session, &clicks.taps, &clicks.undone).await?;
    let heads = check_in::heads_there(&mut tx, session.id).await?;
    let named = check_in::queries::counts(&mut tx, session.id).await?.participants;
    tx.commit().await?;
    Ok((heads, named))
}
