//! The page with the text for the center's WeChat account: to be copied, with the pictures to be saved.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::rules::MOST_CHARACTERS;
use super::telling::{ToldPicture, WechatText, wechat};
use super::types::NotPictured;
use super::{actions, forms, queries};
use crate::activities::queries::open_in;
use crate::activities::{Session, SessionId};
use crate::auth::Coordinator;
use crate::centers::{Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, choose]
}

#[derive(Template)]
#[template(path = "closings/wechat.html")]
struct WechatPage {
    center: Center,
    session: Session,
    told: WechatText,
    not_pictured: NotPictured,
    form: Form,
}

impl WechatPage {
    async fn load(by: &Coordinator, conn: &mut Conn, (center, session): (Center, Session), form: Form) -> Result<Self> {
        Ok(Self {
            told: wechat(by, conn, &session).await?,
            not_pictured: queries::not_pictured(by, conn, &session).await?,
            center,
            session,
            form,
        })
    }

    fn path(&self) -> String {
        self.session.path()
    }

    /// As the form was sent, or as it is.
    fn is_ticked(&self, picture: &ToldPicture) -> bool {
        let photo = &picture.photo;
        if self.form.is_faulty() { self.form.has("photo", photo.id) } else { photo.is_chosen() }
    }

    /// `86 / 120`.
    fn length(&self) -> String {
        format!("{} / {MOST_CHARACTERS}", self.told.length())
    }
}

impl View for WechatPage {
    fn title(&self, lang: Lang) -> String {
        format!("{} · {}", lang.text("wechat.title"), self.session.title.pick(lang))
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Desk)
    }
}

#[get("/centers/<center>/sessions/<id>/wechat")]
async fn show(by: Coordinator, db: &Db, now: Now, center: CenterId, id: SessionId) -> Result<Page<WechatPage>> {
    let mut conn = db.read().await?;
    let opened = open_in(&by, now, &mut conn, center, id).await?;
    Ok(Page(WechatPage::load(&by, &mut conn, opened, Form::new()).await?))
}

/// Says which pictures go with the text.
#[post("/centers/<center>/sessions/<id>/wechat", data = "<fields>")]
async fn choose(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<WechatPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let photos = forms::chosen(&fields)?;
        let mut tx = db.begin().await?;
        actions::choose(&by, now, &mut tx, &opened.1, &photos).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("{}/wechat", opened.1.path()))
    };
    let made = made.await;
    Submitted::of(made, "done.session_photos_chosen", async |errors| {
        let form = Form::again(fields, errors);
        WechatPage::load(&by, &mut *db.read().await?, opened, form).await
    })
    .await
}
