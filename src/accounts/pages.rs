//! The city administrator's pages about accounts.

use askama::Template;
use rocket::{Route, State, get, post, routes, uri};

use super::listing::AccountsCut;
use super::queries;
use crate::agreements::{self, Organization};
use crate::auth::accounts as actions;
use crate::auth::accounts::read;
use crate::auth::{AccountId, CityAdmin, Manager, Place, Role, Scope, links};
use crate::centers::{self, Center, CenterHead, CenterId};
use crate::clock::{Now, Zone};
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::store::{Conn, Db, Sealer};
use crate::teams::{self, TeamName};
use crate::web::cut::{Asked, Toolbar};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, OneTimeLink, Page, Site, Submitted, View, filters};
use crate::workers::accounts::{self as staff, StaffRecord};
use crate::workers::{self, Worker, WorkerId};

pub(super) fn routes() -> Vec<Route> {
    routes![list, new, create, edit, link, disable, enable, join, part]
}

#[derive(Template)]
#[template(path = "accounts/accounts.html")]
struct AccountsPage {
    accounts: Vec<queries::Account>,
    toolbar: Toolbar,
}

impl View for AccountsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("accounts.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Accounts)
    }
}

#[get("/accounts")]
async fn list(by: CityAdmin, db: &Db, lang: Lang, asked: Asked) -> Result<Page<AccountsPage>> {
    let cut = AccountsCut::read(&asked.0).unwrap_or_default();
    let mut conn = db.read().await?;
    Ok(Page(AccountsPage { accounts: cut.of(queries::all(&by, &mut conn).await?), toolbar: cut.toolbar(lang) }))
}

#[derive(Template)]
#[template(path = "accounts/account_new.html")]
struct NewAccountPage {
    role: Role,
    form: Form,
    centers: Vec<CenterHead>,
    towns: Vec<String>,
    providers: Vec<Organization>,
    purchasers: Vec<Organization>,
    departments: Vec<Organization>,
    teams: Vec<TeamName>,
}

impl NewAccountPage {
    async fn load(by: &CityAdmin, conn: &mut Conn, form: Form) -> Result<Self> {
        Ok(Self {
            role: form.value("role").parse().unwrap_or(Role::SocialWorker),
            form,
            centers: centers::queries::reached_by(by, conn).await?,
            towns: centers::queries::towns(conn).await?,
            providers: agreements::queries::providers(by, conn).await?,
            purchasers: agreements::queries::purchasers(by, conn).await?,
            departments: agreements::departments::all(by, conn).await?,
            teams: teams::queries::names(by, conn).await?,
        })
    }

    fn place(&self) -> Place {
        self.role.place()
    }

    fn roles(&self) -> &'static [Role] {
        Role::ALL
    }
}

impl View for NewAccountPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("accounts.new")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Accounts)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/accounts/new?<role>")]
async fn new(by: CityAdmin, db: &Db, role: Option<&str>) -> Result<Page<NewAccountPage>> {
    let role = role.and_then(|role| role.parse().ok()).unwrap_or(Role::SocialWorker);
    let form = Form::filled(Fields::default().with("role", role));
    Ok(Page(NewAccountPage::load(&by, &mut *db.read().await?, form).await?))
}

#[post("/accounts", data = "<fields>")]
async fn create(
    by: CityAdmin,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    fields: Fields,
) -> Result<Submitted<NewAccountPage>> {
    match make(&by, db, now, sealer, &fields).await {
        // A social worker's account leads no session until it has a staff record.
        Ok((id, Some(center))) => {
            let staff = center.path(format_args!("/workers/new?account={id}"));
            Ok(Submitted::done(staff, "done.account_needs_staff"))
        }
        Ok((id, None)) => Ok(Submitted::done(uri!(edit(id)), "done.account_created")),
        Err(error) => {
            let form = Form::again(fields, error.into_field_errors()?);
            Ok(Submitted::again(NewAccountPage::load(&by, &mut *db.read().await?, form).await?))
        }
    }
}

/// The new account, and the center where it waits for its staff record.
async fn make(
    by: &CityAdmin,
    db: &Db,
    now: Now,
    sealer: &Sealer,
    fields: &Fields,
) -> Result<(AccountId, Option<CenterId>)> {
    let (role, scopes) = read_role(fields)?;
    let account = read(fields)?.hashed().await?;
    let waits = account.waits();
    let mut tx = db.begin().await?;
    let id = actions::create(by, now, &mut tx, account, role, &scopes).await?;
    if waits {
        links::issue(by, now, &mut tx, sealer, id).await?;
    }
    tx.commit().await?;
    Ok(match (role, scopes.as_slice()) {
        (Role::SocialWorker, [Scope::Center(center)]) => (id, Some(*center)),
        _ => (id, None),
    })
}

/// The role and where it holds: the one field that belongs to the role.
fn read_role(fields: &Fields) -> Result<(Role, Vec<Scope>)> {
    let mut read = fields.read();
    let role: Option<Role> = read.required("role", parse::choice);
    let scope = role.and_then(|role| match role.place() {
        Place::City => Some(Scope::City),
        Place::Town => read.required("town", parse::line(40)).map(Scope::Town),
        Place::Center => read.required("center", parse::choice).map(Scope::Center),
        Place::Provider => read.required("provider", parse::choice).map(Scope::Provider),
        Place::Purchaser => read.required("purchaser", parse::choice).map(Scope::Purchaser),
        Place::Department => read.required("department", parse::choice).map(Scope::Department),
        Place::Team => read.required("team", parse::choice).map(Scope::Team),
    });
    read.finish(|| Some((role?, vec![scope?])))
}

#[derive(Template)]
#[template(path = "accounts/account_edit.html")]
struct EditAccountPage {
    account: queries::Account,
    /// The link that waits for the account's owner.
    link: Option<OneTimeLink>,
    /// Whether it is the reader's own: of that they change the password themselves.
    is_own: bool,
    /// The staff records of whom it is, and those that it may be joined to.
    joined: Vec<StaffRecord>,
    records: Vec<StaffRecord>,
    form: Form,
}

impl EditAccountPage {
    async fn load(
        by: &CityAdmin,
        conn: &mut Conn,
        now: Now,
        (sealer, site): (&Sealer, &Site),
        id: AccountId,
        form: Form,
    ) -> Result<Self> {
        let account = queries::find(by, conn, id).await?;
        let waiting = match account.disabled_at {
            None => links::pending(by, conn, now, sealer, id).await?,
            Some(_) => None,
        };
        let shown = |link: links::AccountLink| {
            let what = if link.opens { "opening" } else { "reset" };
            OneTimeLink::new(site, link.path(), Zone::SHANGHAI.local(link.ends_at), what)
        };
        let today = Zone::SHANGHAI.date(now.0);
        let (joined, records) = staff::records(&manager(by)?, conn, id, today).await?;
        let link = waiting.map(shown).transpose()?;
        Ok(Self { account, link, is_own: by.account == id, joined, records, form })
    }
}

/// The administrator as who answers for every center's workers.
fn manager(by: &CityAdmin) -> Result<Manager> {
    Manager::of((**by).clone()).ok_or(Error::Forbidden)
}

impl View for EditAccountPage {
    fn title(&self, _: Lang) -> String {
        self.account.name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Accounts)
    }
}

#[get("/accounts/<id>")]
async fn edit(
    by: CityAdmin,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    site: Site,
    id: AccountId,
) -> Result<Page<EditAccountPage>> {
    let mut conn = db.read().await?;
    Ok(Page(EditAccountPage::load(&by, &mut conn, now, (sealer, &site), id, Form::new()).await?))
}

/// Field `worker`: the staff record of whom the account is.
#[post("/accounts/<id>/worker", data = "<fields>")]
async fn join(
    by: CityAdmin,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    site: Site,
    id: AccountId,
    fields: Fields,
) -> Result<Submitted<EditAccountPage>> {
    queries::find(&by, &mut *db.read().await?, id).await?;
    let made = async {
        let mut read = fields.read();
        let worker = read.required("worker", parse::choice);
        let worker: WorkerId = read.finish(|| worker)?;
        let by = manager(&by)?;
        let mut tx = db.begin().await?;
        let (center, worker) = staff_record(&by, &mut tx, worker).await?;
        let joined = staff::join(&by, now, &mut tx, &center, &worker, id).await;
        joined.map_err(|error| error.in_field("account", "worker"))?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| uri!(edit(id))), "done.account_joined", async |errors| {
        let mut conn = db.read().await?;
        EditAccountPage::load(&by, &mut conn, now, (sealer, &site), id, Form::again(fields, errors)).await
    })
    .await
}

async fn staff_record(by: &Manager, conn: &mut Conn, id: WorkerId) -> Result<(Center, Worker)> {
    let center = match workers::queries::center_of(by, conn, id).await {
        Err(Error::NotFound) => return Err(Error::field("worker", "field.not_a_choice")),
        center => centers::queries::open_to(by, conn, center?).await?,
    };
    let worker = workers::queries::find(conn, center.id(), id).await?;
    Ok((center, worker))
}

#[post("/accounts/<id>/worker/<worker>/parting")]
async fn part(by: CityAdmin, db: &Db, now: Now, id: AccountId, worker: WorkerId) -> Result<Done> {
    let by = manager(&by)?;
    let mut tx = db.begin().await?;
    let center = workers::queries::center_of(&by, &mut tx, worker).await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let worker = workers::queries::find(&mut tx, center.id(), worker).await?;
    if worker.account_id != Some(id) {
        return Err(Error::NotFound);
    }
    staff::part(&by, now, &mut tx, &center, &worker).await?;
    tx.commit().await?;
    Ok(Done::to(uri!(edit(id)), "done.account_parted"))
}

/// A new link, in place of the password if there is one.
#[post("/accounts/<id>/link")]
async fn link(by: CityAdmin, db: &Db, now: Now, sealer: &State<Sealer>, id: AccountId) -> Result<Done> {
    let mut tx = db.begin().await?;
    links::reset(&by, now, &mut tx, sealer, id).await?;
    tx.commit().await?;
    Ok(Done::to(uri!(edit(id)), "done.link_made"))
}

#[post("/accounts/<id>/disabling")]
async fn disable(by: CityAdmin, db: &Db, now: Now, id: AccountId) -> Result<Done> {
    let mut tx = db.begin().await?;
    actions::disable(&by, now, &mut tx, id).await?;
    tx.commit().await?;
    Ok(Done::to(uri!(list), "done.account_disabled"))
}

#[post("/accounts/<id>/enabling")]
async fn enable(by: CityAdmin, db: &Db, now: Now, id: AccountId) -> Result<Done> {
    let mut tx = db.begin().await?;
    actions::enable(&by, now, &mut tx, id).await?;
    tx.commit().await?;
    Ok(Done::to(uri!(list), "done.account_enabled"))
}
