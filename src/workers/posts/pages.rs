//! The pages of a center's posts: who reads how the center works reads which there are; who answers for it fills them.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::types::{FillingId, Post, PostId, PostOrder, PostState, PostsAsked, WorkingTime};
use super::{actions, forms, queries};
use crate::agreements::Agreement;
use crate::auth::{CenterReader, Manager};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};
use crate::workers::{self, Qualification, Worker, WorkerKind};

pub(in crate::workers) fn routes() -> Vec<Route> {
    routes![list, new, create, show, edit, update, fill, vacate, void, end, restore]
}

#[derive(Template)]
#[template(path = "workers/posts/list.html")]
struct PostsPage {
    center: Center,
    posts: Vec<Post>,
    asked: PostsAsked,
    today: Date,
    may_write: bool,
}

impl PostsPage {
    fn states(&self) -> &'static [PostState] {
        PostState::ALL
    }

    fn orders(&self) -> &'static [PostOrder] {
        PostOrder::ALL
    }

    fn is_state(&self, state: &PostState) -> bool {
        self.asked.state == Some(*state)
    }

    fn is_order(&self, order: &PostOrder) -> bool {
        self.asked.order() == *order
    }

    fn vacant(&self) -> usize {
        self.posts.iter().filter(|post| post.state(self.today) == PostState::Vacant).count()
    }
}

impl View for PostsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("posts.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Workers)
    }
}

#[get("/centers/<center>/posts?<state>&<order>")]
async fn list(
    by: CenterReader,
    db: &Db,
    now: Now,
    center: CenterId,
    state: Option<&str>,
    order: Option<&str>,
) -> Result<Page<PostsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let fields = Fields::default().with("state", state.unwrap_or_default()).with("order", order.unwrap_or_default());
    let asked = PostsAsked::read(&fields);
    let posts = asked.cut(queries::of_center(&mut conn, center.id()).await?, today);
    Ok(Page(PostsPage { center, posts, asked, today, may_write: Manager::includes(by.role) }))
}

/// The form of a post, new (`post` is none) or known.
#[derive(Template)]
#[template(path = "workers/posts/form.html")]
struct PostForm {
    center: Center,
    post: Option<Post>,
    agreements: Vec<Agreement>,
    form: Form,
}

impl PostForm {
    async fn load(
        by: &Manager,
        conn: &mut Conn,
        center: Center,
        post: Option<Post>,
        day: Date,
        form: Form,
    ) -> Result<Self> {
        let mut agreements = queries::agreements(by, conn, center.id()).await?;
        let keeps = |agreement: &Agreement| post.as_ref().is_some_and(|post| post.agreement_id == agreement.id);
        agreements.retain(|agreement| agreement.ends_on >= day || keeps(agreement));
        Ok(Self { center, post, agreements, form })
    }

    fn kinds(&self) -> &'static [WorkerKind] {
        WorkerKind::ALL
    }

    fn qualifications(&self) -> &'static [Qualification] {
        Qualification::ALL
    }

    fn working_times(&self) -> &'static [WorkingTime] {
        WorkingTime::ALL
    }

    /// What the form was filled from; once its reader was told of another change, what is there now.
    fn version(&self) -> String {
        match &self.post {
            Some(post) if self.form.refusal().is_some_and(|refusal| refusal.code == "post_changed") => {
                post.version.to_string()
            }
            _ => self.form.value("version").to_owned(),
        }
    }
}

impl View for PostForm {
    fn title(&self, lang: Lang) -> String {
        self.post.as_ref().map_or_else(|| lang.text("posts.new"), |post| post.title.clone())
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Workers)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/posts/new")]
async fn new(by: Manager, db: &Db, now: Now, center: CenterId) -> Result<Page<PostForm>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let mut page = PostForm::load(&by, &mut conn, center, None, today, Form::new()).await?;
    let running = page.agreements.iter().find(|agreement| agreement.starts_on <= today).or(page.agreements.first());
    let values = Fields::default()
        .with("kind", WorkerKind::SocialWorker)
        .with("working_time", WorkingTime::Full)
        .with("count", 1)
        .with("opened_on", running.map_or(today, |agreement| agreement.starts_on));
    page.form = Form::filled(match running {
        Some(agreement) => values.with("agreement", agreement.id),
        None => values,
    });
    Ok(Page(page))
}

#[post("/centers/<center>/posts", data = "<fields>")]
async fn create(by: Manager, db: &Db, now: Now, center: CenterId, fields: Fields) -> Result<Submitted<PostForm>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let today = center.zone.date(now.0);
    let made = async {
        let (input, count) = forms::posts(&fields, today)?;
        let mut tx = db.begin().await?;
        actions::open(&by, now, &mut tx, &center, &input, count).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| center.path("/posts")), "done.post_opened", async |errors| {
        PostForm::load(&by, &mut *db.read().await?, center, None, today, Form::again(fields, errors)).await
    })
    .await
}

/// One post: who fills it, who may, and what was.
#[derive(Template)]
#[template(path = "workers/posts/show.html")]
struct PostPage {
    center: Center,
    post: Post,
    agreement: Option<Agreement>,
    /// Who is there and has what it asks for.
    candidates: Vec<Worker>,
    today: Date,
    form: Form,
}

impl PostPage {
    async fn load(by: &Manager, conn: &mut Conn, now: Now, (center, post): (Center, Post)) -> Result<Self> {
        let today = center.zone.date(now.0);
        let agreements = queries::agreements(by, conn, center.id()).await?;
        let agreement = agreements.into_iter().find(|agreement| agreement.id == post.agreement_id);
        let mut candidates = workers::queries::all(conn, center.id(), today).await?;
        candidates.retain(|worker| worker.is_there(today) && post.takes(worker.kind, worker.qualification));
        let form = Form::filled(proposed(&post, today));
        Ok(Self { center, post, agreement, candidates, today, form })
    }
}

impl View for PostPage {
    fn title(&self, _: Lang) -> String {
        self.post.title.clone()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Workers)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

/// The days that the page's forms propose.
fn proposed(post: &Post, today: Date) -> Fields {
    let day = today.max(post.opened_on);
    Fields::default().with("filled_on", day).with("vacant_on", day).with("ended_on", day)
}

async fn open(by: &Manager, conn: &mut Conn, center: CenterId, id: PostId) -> Result<(Center, Post)> {
    let center = centers::queries::open_to(by, conn, center).await?;
    let post = queries::find(conn, center.id(), id).await?;
    Ok((center, post))
}

#[get("/centers/<center>/posts/<id>", rank = 2)]
async fn show(by: Manager, db: &Db, now: Now, center: CenterId, id: PostId) -> Result<Page<PostPage>> {
    let mut conn = db.read().await?;
    let opened = open(&by, &mut conn, center, id).await?;
    Ok(Page(PostPage::load(&by, &mut conn, now, opened).await?))
}

#[get("/centers/<center>/posts/<id>/edit")]
async fn edit(by: Manager, db: &Db, now: Now, center: CenterId, id: PostId) -> Result<Page<PostForm>> {
    let mut conn = db.read().await?;
    let (center, post) = open(&by, &mut conn, center, id).await?;
    let (today, form) = (center.zone.date(now.0), Form::filled(post.as_fields()));
    Ok(Page(PostForm::load(&by, &mut conn, center, Some(post), today, form).await?))
}

#[post("/centers/<center>/posts/<id>", data = "<fields>", rank = 2)]
async fn update(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: PostId,
    fields: Fields,
) -> Result<Submitted<PostForm>> {
    let (center, post) = open(&by, &mut *db.read().await?, center, id).await?;
    let today = center.zone.date(now.0);
    let made = async {
        let (input, seen) = forms::revision(&fields, today)?;
        let mut tx = db.begin().await?;
        actions::revise(&by, now, &mut tx, &center, &post, &input, seen).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| center.path(format_args!("/posts/{id}"))), "done.saved", async |errors| {
        let mut conn = db.read().await?;
        // As it is now: whoever saves once more has been told.
        let post = queries::find(&mut conn, center.id(), id).await?;
        PostForm::load(&by, &mut conn, center, Some(post), today, Form::again(fields, errors)).await
    })
    .await
}

/// How a form of the post's page ends: there again, with a word or with what is wrong.
async fn answered(
    by: &Manager,
    db: &Db,
    now: Now,
    opened: (Center, Post),
    made: Result<()>,
    done: &'static str,
    fields: Fields,
) -> Result<Submitted<PostPage>> {
    let page = opened.0.path(format_args!("/posts/{}", opened.1.id));
    Submitted::of(made.map(|()| page), done, async |errors| {
        let page = PostPage::load(by, &mut *db.read().await?, now, opened).await?;
        let rest = proposed(&page.post, page.today);
        Ok(PostPage { form: Form::again(fields, errors).over(rest), ..page })
    })
    .await
}

#[post("/centers/<center>/posts/<id>/fillings", data = "<fields>")]
async fn fill(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: PostId,
    fields: Fields,
) -> Result<Submitted<PostPage>> {
    let (center, post) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let input = forms::filling(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::fill(&by, now, &mut tx, &center, &post, input).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    let made = made.await;
    answered(&by, db, now, (center, post), made, "done.post_filled", fields).await
}

#[post("/centers/<center>/posts/<id>/vacancy", data = "<fields>")]
async fn vacate(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: PostId,
    fields: Fields,
) -> Result<Submitted<PostPage>> {
    let (center, post) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let day = forms::vacancy(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::vacate(&by, now, &mut tx, &center, &post, day).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    let made = made.await;
    answered(&by, db, now, (center, post), made, "done.post_vacated", fields).await
}

#[post("/centers/<center>/posts/<id>/ending", data = "<fields>")]
async fn end(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: PostId,
    fields: Fields,
) -> Result<Submitted<PostPage>> {
    let (center, post) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let day = forms::ending(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::give_up(&by, now, &mut tx, &center, &post, day).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    let made = made.await;
    answered(&by, db, now, (center, post), made, "done.post_given_up", fields).await
}

#[post("/centers/<center>/posts/<id>/restoration")]
async fn restore(by: Manager, db: &Db, now: Now, center: CenterId, id: PostId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, post) = open(&by, &mut tx, center, id).await?;
    actions::restore(&by, now, &mut tx, &center, &post).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/posts/{id}")), "done.post_restored"))
}

#[post("/centers/<center>/posts/<id>/fillings/<filling>/void")]
async fn void(by: Manager, db: &Db, now: Now, center: CenterId, id: PostId, filling: FillingId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, post) = open(&by, &mut tx, center, id).await?;
    actions::void(&by, now, &mut tx, &center, &post, filling).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/posts/{id}")), "done.taken_back"))
}
