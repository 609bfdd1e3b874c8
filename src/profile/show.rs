//! One person's page: what is known, and what is done about it there.

use askama::Template;
use rocket::response::Redirect;
use rocket::{Route, State, get, post, routes};

use super::consents::PurposeLine;
use super::queries::{self, TeamOf, Visit};
use crate::auth::Coordinator;
use crate::centers::{Center, CenterId};
use crate::check_in::cards::{self, Card};
use crate::clock::{Date, Now, Timestamp};
use crate::consents::{Consent, ConsentAnswer, ConsentMethod, Guardianship, Purpose};
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::honours::{self, Honours};
use crate::households::{self, HomeStay, Housemate};
use crate::people::groups::{self, Membership, PriorityGroup};
use crate::people::queries::open_in;
use crate::people::subgroups::{self, Subgroup};
use crate::people::{self, Notes, Person, PersonId, SealedNumber, forms, masked, other_phones};
use crate::phones::{self, SpeakingPhone};
use crate::registrations::{self, OwnPlace};
use crate::store::{Conn, Db, Sealer};
use crate::teams::{self, VolunteerNumber};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

/// The latest attendances that the page shows.
const VISITS: i64 = 30;

pub(super) fn routes() -> Vec<Route> {
    routes![show, reveal, grant, end, void]
}

/// One person: what is known, the groups, when they came, where they serve.
#[derive(Template)]
#[template(path = "people/show.html")]
pub(super) struct PersonPage {
    center: Center,
    person: Person,
    /// Masked, like the two that follow.
    phone: Option<String>,
    id_number: Option<String>,
    emergency: Option<String>,
    notes: Notes,
    /// Further numbers: which, whose, masked.
    others: Vec<(i64, String, String)>,
    memberships: Vec<Membership>,
    groups: Vec<PriorityGroup>,
    visits: Vec<Visit>,
    teams: Vec<TeamOf>,
    subgroups: Vec<Subgroup>,
    /// The households in which they live or have lived, the latest first, and with whom they live now.
    homes: Vec<HomeStay>,
    housemates: Vec<Housemate>,
    /// What they agreed to, purpose by purpose.
    pub(super) agreed: Vec<PurposeLine>,
    /// The latest card, good or not.
    card: Option<Card>,
    /// The phones that speak for them.
    remembered: Vec<SpeakingPhone>,
    /// Of our own, where they serve or served.
    number: Option<VolunteerNumber>,
    honours: Honours,
    /// Places to come.
    places: Vec<OwnPlace>,
    /// When the page was made.
    now: Now,
    today: Date,
    /// A number shown in full, this once.
    revealed: Option<(SealedNumber, String)>,
    revealing: Form,
    granting: Form,
    ending: Form,
    pub(super) phoning: Form,
    pub(super) scanning: Form,
    /// Writing down an answer; taking one back, voiding one and its paper.
    pub(super) asking: Form,
    pub(super) taking_back: Form,
}

impl PersonPage {
    pub(super) async fn load(
        by: &Coordinator,
        conn: &mut Conn,
        now: Now,
        sealer: &Sealer,
        center: Center,
        person: Person,
    ) -> Result<Self> {
        let today = center.zone.date(now.0);
        let memberships = groups::memberships(conn, person.id).await?;
        let bands = groups::age_bands(conn, today).await?;
        let notes = person.notes(sealer);
        let others = other_phones::of_person(conn, person.id).await?;
        let homes = households::queries::of_person(conn, center.id(), person.id).await?;
        let housemates = match homes.first().filter(|stay| stay.moved_out.is_none()) {
            Some(stay) => households::queries::housemates(conn, stay.household_id, person.id).await?,
            None => Vec::new(),
        };
        Ok(Self {
            homes,
            housemates,
            subgroups: subgroups::all(conn).await?,
            others: others.iter().map(|one| (one.id, one.label.clone(), one.masked(sealer))).collect(),
            emergency: notes.emergency.as_deref().map(masked),
            notes,
            phone: person.phone(sealer).map(|phone| phone.masked()),
            id_number: person.id_number(sealer).map(|number| number.masked()),
            groups: groups::groups_on(person.birth_date, &memberships, bands, today).iter().collect(),
            visits: queries::visits(by, conn, center.id(), person.id, VISITS).await?,
            teams: queries::teams(conn, center.id(), person.id).await?,
            agreed: PurposeLine::of_person(conn, sealer, center.id(), person.id).await?,
            card: cards::queries::of_person(conn, person.id).await?.into_iter().next(),
            remembered: phones::of_person(conn, person.id).await?,
            number: teams::queries::volunteer_number(conn, person.id).await?,
            honours: honours::queries::of_person(by, conn, person.id).await?,
            places: registrations::queries::of_person(by, conn, now, (center.id(), person.id)).await?,
            now,
            center,
            person,
            revealed: None,
            revealing: Form::new(),
            granting: Form::new(),
            phoning: Form::new(),
            scanning: Form::new(),
            asking: super::consents::proposed(today),
            taking_back: super::consents::taken_back_today(today),
            ending: Form::filled(last_days(&memberships, today)),
            memberships,
            today,
        })
    }

    fn field(&self, name: &str, membership: impl std::fmt::Display) -> String {
        format!("{name}.{membership}")
    }

    fn answers(&self) -> &'static [ConsentAnswer] {
        ConsentAnswer::ALL
    }

    fn methods(&self) -> &'static [ConsentMethod] {
        &ConsentMethod::NOTED
    }

    fn guardianships(&self) -> &'static [Guardianship] {
        Guardianship::ALL
    }

    /// Whether the center keeps no service record of them any more.
    fn is_stopped(&self) -> bool {
        self.agreed.iter().any(|line| line.purpose == Purpose::Service && line.state.is_stopped())
    }

    /// The address of what is done with an entry of what they agreed to.
    fn consent(&self, consent: &Consent) -> String {
        self.center.path(format_args!("/people/{}/consents/{}", self.person.id, consent.id))
    }

    /// The address of a membership's scan.
    fn scan(&self, membership: &Membership) -> String {
        self.center.path(format_args!("/people/{}/memberships/{}/paper", self.person.id, membership.id))
    }

    fn day(&self, at: &Timestamp) -> Date {
        self.center.zone.date(*at)
    }

    fn age(&self) -> Option<u32> {
        self.today.0.years_since(self.person.birth_date?.0)
    }

    /// Whether they live in a household now.
    fn is_housed(&self) -> bool {
        self.homes.first().is_some_and(|stay| stay.moved_out.is_none())
    }

    /// What can be granted: the two groups, then the subgroups under each heading.
    fn granted(&self) -> [PriorityGroup; 2] {
        forms::GRANTED
    }

    fn subgroups_of(&self, group: &Option<PriorityGroup>) -> Vec<&Subgroup> {
        self.subgroups.iter().filter(|one| one.priority_group == *group && !one.retired.is_set()).collect()
    }

    fn headings(&self) -> impl Iterator<Item = Option<PriorityGroup>> {
        let all = PriorityGroup::ALL.iter().copied().map(Some).chain([None]);
        all.filter(|group| !self.subgroups_of(group).is_empty())
    }

    fn holds_now(&self, membership: &Membership) -> bool {
        membership.holds_on(self.today)
    }

    /// The number in full if it was just revealed.
    fn full(&self, which: &str) -> Option<&str> {
        self.revealed.as_ref().filter(|(number, _)| number.code() == which).map(|(_, text)| text.as_str())
    }
}

impl View for PersonPage {
    fn title(&self, _: Lang) -> String {
        self.person.name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::People)
    }

    fn refill(&mut self, typed: Fields) {
        if typed.names().any(|name| name == "other_phone") {
            self.phoning = Form::filled(typed);
        } else if !typed.get("which").is_empty() {
            self.revealing = Form::filled(typed);
        } else if typed.names().any(|name| name.contains('.')) {
            self.ending = Form::filled(typed).over(last_days(&self.memberships, self.today));
        } else {
            self.granting = Form::filled(typed);
        }
    }
}

#[get("/centers/<center>/people/<id>", rank = 2)]
async fn show(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
) -> Result<Result<Page<PersonPage>, Redirect>> {
    let (center, person) = open_in(&by, &mut *db.read().await?, center, id).await?;
    if person.id != id {
        return Ok(Err(Redirect::to(center.path(format_args!("/people/{}", person.id)))));
    }
    Ok(Ok(Page(PersonPage::load(&by, &mut *db.read().await?, now, sealer, center, person).await?)))
}

/// The answer is the person's page with the number in full, this once: nothing to bookmark, nothing to reload by accident.
#[post("/centers/<center>/people/<id>/reveals", data = "<fields>")]
async fn reveal(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    fields: Fields,
) -> Result<Result<Page<PersonPage>, Submitted<PersonPage>>> {
    let (center, person) = open_in(&by, &mut *db.read().await?, center, id).await?;
    let shown = async {
        let mut read = fields.read();
        let which: Option<SealedNumber> = read.required("which", parse::choice);
        let reason = read.required("reason", parse::line(80));
        let (which, reason) = read.finish(|| Some((which?, reason?)))?;
        let mut tx = db.begin().await?;
        let number = people::reveal(&by, now, &mut tx, sealer, (&center, person.id), which, &reason).await?;
        tx.commit().await?;
        Ok::<_, Error>((which, number))
    };
    let shown = shown.await;
    let mut page = PersonPage::load(&by, &mut *db.read().await?, now, sealer, center, person).await?;
    match shown {
        Ok(revealed) => {
            page.revealed = Some(revealed);
            Ok(Ok(Page(page)))
        }
        Err(error) => {
            page.revealing = Form::again(fields, error.into_field_errors()?);
            Ok(Err(Submitted::again(page)))
        }
    }
}

#[post("/centers/<center>/people/<id>/memberships", data = "<fields>")]
async fn grant(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    fields: Fields,
) -> Result<Submitted<PersonPage>> {
    let (center, person) = open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let input = forms::membership(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        people::grant_membership(&by, now, &mut tx, &center, person.id, &input).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(
        made.await.map(|()| center.path(format_args!("/people/{id}"))),
        "done.membership_granted",
        async |errors| {
            let mut page = PersonPage::load(&by, &mut *db.read().await?, now, sealer, center, person).await?;
            page.granting = Form::again(fields, errors);
            Ok(page)
        },
    )
    .await
}

#[post("/centers/<center>/people/<id>/memberships/<membership>/ending", data = "<fields>")]
async fn end(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    membership: i64,
    fields: Fields,
) -> Result<Submitted<PersonPage>> {
    let opened = open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let name = format!("valid_to.{membership}");
        let mut read = fields.read();
        let last_day = read.required(&name, |text| forms::last_day(text, opened.0.zone.date(now.0)));
        let last_day = read.finish(|| last_day)?;
        let mut tx = db.begin().await?;
        let ended = people::end_membership(&by, now, &mut tx, &opened.0, opened.1.id, membership, last_day).await;
        ended.map_err(|error| error.in_field("valid_to", &name))?;
        tx.commit().await?;
        Ok("done.membership_ended")
    };
    let made = made.await;
    changed(&by, db, now, sealer, opened, fields, made).await
}

#[post("/centers/<center>/people/<id>/memberships/<membership>/void", data = "<fields>")]
async fn void(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    membership: i64,
    fields: Fields,
) -> Result<Submitted<PersonPage>> {
    let opened = open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let mut read = fields.read();
        let reason = read.required(&format!("void.{membership}"), parse::line(80));
        let reason = read.finish(|| reason)?;
        let mut tx = db.begin().await?;
        people::void_membership(&by, now, &mut tx, &opened.0, (opened.1.id, membership), &reason).await?;
        tx.commit().await?;
        Ok("done.membership_voided")
    };
    let made = made.await;
    changed(&by, db, now, sealer, opened, fields, made).await
}

/// The person's page after one of the memberships was changed, or with what was sent and why it was not taken.
async fn changed(
    by: &Coordinator,
    db: &Db,
    now: Now,
    sealer: &Sealer,
    (center, person): (Center, Person),
    fields: Fields,
    made: Result<&'static str>,
) -> Result<Submitted<PersonPage>> {
    let made = made.map(|flash| (center.path(format_args!("/people/{}", person.id)), flash));
    Submitted::with_word(made, async |errors| {
        let mut page = PersonPage::load(by, &mut *db.read().await?, now, sealer, center, person).await?;
        page.ending = Form::again(fields, errors).over(last_days(&page.memberships, page.today));
        Ok(page)
    })
    .await
}

/// Each membership's last day; of one without, today is proposed.
fn last_days(memberships: &[Membership], today: Date) -> Fields {
    let last_day = |row: &Membership| row.valid_to.unwrap_or(today);
    memberships
        .iter()
        .fold(Fields::default(), |values, row| values.with(&format!("valid_to.{}", row.id), last_day(row)))
}
