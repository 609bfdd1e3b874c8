//! The lists of who serves: teams, whom to commend, their certificates, workers and posts.

use super::{Listing, Writer, day, maybe, text};
use crate::auth::{Coordinator, TeamReader};
use crate::centers::Center;
use crate::clock::Date;
use crate::error::Result;
use crate::honours::roll::{self, RollCut};
use crate::qualifications::{self, Matrix, QualificationState, QualifiedCut};
use crate::store::Conn;
use crate::teams::listing::TeamsCut;
use crate::web::Lang;
use crate::web::table::Cell;
use crate::workers::WorkersAsked;
use crate::workers::posts::PostsAsked;
use crate::{teams, workers};

pub(super) async fn volunteers(
    by: &TeamReader,
    conn: &mut Conn,
    lang: Lang,
    name: String,
    center: &Center,
    cut: &TeamsCut,
) -> Result<Listing> {
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
    for team in cut.of(teams::queries::list(by, conn, center.id()).await?) {
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

pub(super) async fn staff(
    conn: &mut Conn,
    lang: Lang,
    name: String,
    (center, today): (&Center, Date),
    asked: WorkersAsked,
) -> Result<Listing> {
    let head = [
        "workers.name",
        "workers.kind",
        "workers.qualification",
        "workers.certificate_number",
        "workers.certificate_valid_to",
        "workers.work_field",
        "workers.found_by",
        "people.languages",
        "workers.login",
        "workers.started_on",
        "workers.ended_on",
    ];
    let mut file = Writer::new(lang, name, &head);
    for worker in workers::queries::list(conn, center.id(), today, asked).await? {
        file.row([
            text(&worker.person.name),
            text(lang.text(worker.kind.key())),
            maybe(worker.qualification.map(|qualification| lang.text(qualification.key()))),
            maybe(worker.certificate_number),
            day(worker.certificate_valid_to),
            maybe(worker.work_field.map(|field| lang.text(field.key()))),
            maybe(worker.found_by.map(|way| lang.text(way.key()))),
            maybe(worker.languages),
            maybe(worker.login),
            day(Some(worker.started_on)),
            day(worker.ended_on),
        ]);
    }
    Ok(file.done())
}

/// Who may be commended for a year: phones masked, as everywhere.
pub(super) async fn commendable(
    by: &Coordinator,
    conn: &mut Conn,
    lang: Lang,
    name: String,
    center: &Center,
    cut: &RollCut,
) -> Result<Listing> {
    let head = [
        "people.name",
        "people.birth_year",
        "people.phone",
        "volunteers.number",
        "roll.minutes",
        "roll.dates",
        "roll.trainings",
        "roll.reached",
        "roll.commended",
    ];
    let mut file = Writer::new(lang, name, &head);
    for row in roll::roll(by, conn, center.id(), cut).await? {
        file.row([
            text(&row.person.name),
            Cell::from(row.person.birth_year().map(i64::from)),
            maybe(row.person.phone_end()),
            maybe(row.number),
            Cell::Number(row.minutes),
            Cell::Number(row.dates),
            Cell::Number(row.trainings),
            Cell::from(row.stars),
            Cell::Number(row.commended),
        ]);
    }
    Ok(file.done())
}

/// A line for each certificate, and one for whom a team needs one of and who has none.
pub(super) async fn qualified(
    conn: &mut Conn,
    lang: Lang,
    name: String,
    (center, today): (&Center, Date),
    cut: QualifiedCut,
) -> Result<Listing> {
    let head = [
        "people.name",
        "people.phone",
        "qualifications.needed",
        "qualifications.kind",
        "qualifications.number",
        "qualifications.issuer",
        "qualifications.issued_on",
        "qualifications.valid_to",
        "cut.state",
    ];
    let mut file = Writer::new(lang, name, &head);
    for row in Matrix::load(conn, center.id(), today, cut).await?.rows {
        let teams: Vec<&str> = row.needed.iter().map(|(_, team, _)| team.as_str()).collect();
        let teams = teams.join(lang.pick("、", ", "));
        let who = || [text(&row.person.name), maybe(row.person.phone_end()), text(&teams)];
        for one in &row.certificates {
            let [person, phone, teams] = who();
            let state = qualifications::rules::state(one, today);
            file.row([
                person,
                phone,
                teams,
                text(lang.pick(&one.kind, &one.kind_en)),
                maybe(one.number.as_ref()),
                maybe(one.issuer.as_ref()),
                day(one.issued_on),
                day(one.valid_to),
                text(lang.text(state.key())),
            ]);
        }
        if row.certificates.is_empty() {
            let missing = text(lang.text(QualificationState::Missing.key()));
            let [person, phone, teams] = who();
            let nothing = std::iter::repeat_with(|| Cell::Empty).take(5);
            file.row([person, phone, teams].into_iter().chain(nothing).chain([missing]));
        }
    }
    Ok(file.done())
}

pub(super) async fn posts(
    conn: &mut Conn,
    lang: Lang,
    name: String,
    (center, today): (&Center, Date),
    asked: PostsAsked,
) -> Result<Listing> {
    let head = [
        "posts.name",
        "posts.kind",
        "posts.asks",
        "posts.working_time",
        "posts.state",
        "posts.filled_by",
        "posts.filled_on",
        "posts.vacant_since",
        "posts.opened_on",
        "posts.agreed_to",
    ];
    let mut file = Writer::new(lang, name, &head);
    for post in asked.cut(workers::posts::queries::of_center(conn, center.id()).await?, today) {
        let filling = post.filled_by(today);
        file.row([
            text(&post.title),
            text(lang.text(post.kind.key())),
            maybe(post.qualification.map(|level| lang.text(level.key()))),
            text(lang.text(post.working_time.key())),
            text(lang.text(post.state(today).key())),
            maybe(filling.map(|one| &one.name)),
            day(filling.map(|one| one.started_on)),
            day(post.vacant_since(today)),
            day(Some(post.opened_on)),
            day(Some(post.agreed_to)),
        ]);
    }
    Ok(file.done())
}
