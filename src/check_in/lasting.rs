//! Posters that stay up: the lasting code of an activity, a room or the whole center, which leads to the session of the moment
//! (`door::moment`). It is made when somebody first wants it, and can be replaced.

use rocket::response::Redirect;
use rocket::{Route, get, post, routes};

use crate::activities::{self, ActivityId};
use crate::audit;
use crate::auth::{Coordinator, Viewer, Watcher};
use crate::centers::{self, Center, CenterId, Poster};
use crate::clock::Now;
use crate::codes::{self, CodeOf};
use crate::error::{Error, Result};
use crate::rooms::{self, RoomId};
use crate::store::{Conn, Db};
use crate::web::{Fields, Lang, Page, Site};

pub(super) fn routes() -> Vec<Route> {
    routes![activity, room, center, activity_code, room_code, center_code]
}

/// What a lasting code is of, in its center.
#[derive(Clone, Copy)]
pub(super) enum CodeSpot {
    Activity(ActivityId),
    Room(RoomId),
    Center,
}

/// A spot as the viewer finds it: its center, what the code is kept by, and its name.
struct Found {
    center: Center,
    of: CodeOf,
    id: i64,
    name: String,
    page: String,
}

impl CodeSpot {
    /// # Errors
    /// `NotFound` for another center's, and for a confidential activity: nothing of it hangs on a wall.
    async fn find(self, by: &Viewer, conn: &mut Conn, center: CenterId) -> Result<Found> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let home = center.path("");
        Ok(match self {
            Self::Activity(id) => {
                let activity = activities::queries::activity(by, conn, center.id(), id).await?;
                if activity.title.is_confidential() {
                    return Err(Error::NotFound);
                }
                let name = activity.title.for_all(Lang::Zh).to_owned();
                Found { of: CodeOf::Activity, id: id.0, name, page: format!("{home}/activities/{id}"), center }
            }
            Self::Room(id) => {
                let room = rooms::queries::find(conn, center.id(), id).await?;
                Found { of: CodeOf::Room, id: id.0, name: room.name, page: format!("{home}/desk"), center }
            }
            Self::Center => {
                // The center's name stands above it already.
                let name = Lang::Zh.text("poster.here");
                Found { of: CodeOf::Center, id: center.id().0, name, page: format!("{home}/desk"), center }
            }
        })
    }

    fn path(self, center: CenterId) -> String {
        match self {
            Self::Activity(id) => center.path(format_args!("/activities/{id}")),
            Self::Room(id) => center.path(format_args!("/rooms/{id}")),
            Self::Center => center.path(""),
        }
    }

    fn actions(self) -> (&'static str, &'static str) {
        match self {
            Self::Activity(_) => ("activity.code_made", "activity.code_replaced"),
            Self::Room(_) => ("room.code_made", "room.code_replaced"),
            Self::Center => ("center.code_made", "center.code_replaced"),
        }
    }

    /// # Errors
    /// `NotFound` where no code was made yet.
    async fn poster(self, by: &Watcher, db: &Db, site: &Site, center: CenterId) -> Result<Page<Poster>> {
        let mut conn = db.read().await?;
        let Found { center, of, id, name, page } = self.find(by, &mut conn, center).await?;
        let token = codes::of(&mut conn, of, id).await?.ok_or(Error::NotFound)?;
        let link = site.link(format_args!("/c/{token}"));
        let code = Coordinator::includes(by.role).then(|| format!("{}/code", self.path(center.id())));
        let lines = [Lang::Zh, Lang::En].map(|lang| (lang, lang.text("poster.lasts"))).to_vec();
        Ok(Page(Poster::new(center, name, link, page)?.with_lines(lines).with_code(code)))
    }

    /// The good code, as what it leads to.
    ///
    /// # Errors
    /// `NotFound` where no code was made yet.
    pub(super) async fn code(self, by: &Viewer, conn: &mut Conn, center: CenterId) -> Result<String> {
        let found = self.find(by, conn, center).await?;
        let token = codes::of(conn, found.of, found.id).await?.ok_or(Error::NotFound)?;
        Ok(format!("/c/{token}"))
    }

    /// Makes the code where there is none, or, where it `replaces`, another in its place.
    pub(super) async fn make(
        self,
        by: &Coordinator,
        db: &Db,
        now: Now,
        center: CenterId,
        replaces: bool,
    ) -> Result<()> {
        let mut tx = db.begin().await?;
        let found = self.find(by, &mut tx, center).await?;
        let (made, replaced) = self.actions();
        let action = if replaces && codes::replace(&mut tx, now, by.account, found.of, found.id).await? {
            Some(replaced)
        } else {
            codes::make_first(&mut tx, now, found.of, found.id).await?.then_some(made)
        };
        if let Some(action) = action {
            audit::record(&mut tx, by, now, audit::entry(action, found.id).at(center)).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn make_as_sent(
        self,
        by: &Coordinator,
        db: &Db,
        now: Now,
        center: CenterId,
        fields: &Fields,
    ) -> Result<Redirect> {
        let mut read = fields.read();
        let replaces = read.flag("replace");
        read.finish(|| Some(()))?;
        self.make(by, db, now, center, replaces).await?;
        Ok(Redirect::to(format!("{}/poster", self.path(center))))
    }
}

#[get("/centers/<center>/activities/<id>/poster")]
async fn activity(by: Watcher, db: &Db, site: Site, center: CenterId, id: ActivityId) -> Result<Page<Poster>> {
    CodeSpot::Activity(id).poster(&by, db, &site, center).await
}

#[get("/centers/<center>/rooms/<id>/poster")]
async fn room(by: Watcher, db: &Db, site: Site, center: CenterId, id: RoomId) -> Result<Page<Poster>> {
    CodeSpot::Room(id).poster(&by, db, &site, center).await
}

#[get("/centers/<center>/poster")]
async fn center(by: Watcher, db: &Db, site: Site, center: CenterId) -> Result<Page<Poster>> {
    CodeSpot::Center.poster(&by, db, &site, center).await
}

#[post("/centers/<center>/activities/<id>/code", data = "<fields>")]
async fn activity_code(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: ActivityId,
    fields: Fields,
) -> Result<Redirect> {
    CodeSpot::Activity(id).make_as_sent(&by, db, now, center, &fields).await
}

#[post("/centers/<center>/rooms/<id>/code", data = "<fields>")]
async fn room_code(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: RoomId,
    fields: Fields,
) -> Result<Redirect> {
    CodeSpot::Room(id).make_as_sent(&by, db, now, center, &fields).await
}

#[post("/centers/<center>/code", data = "<fields>")]
async fn center_code(by: Coordinator, db: &Db, now: Now, center: CenterId, fields: Fields) -> Result<Redirect> {
    CodeSpot::Center.make_as_sent(&by, db, now, center, &fields).await
}
