//! The lists of who serves: teams, whom to commend, their certificates, what is claimed of hours, workers and posts.

use super::{Listing, Writer, day, maybe, text};
use crate::auth::{Coordinator, TeamReader};
use crate::centers::Center;
use crate::certificates::listing::{self, CertificatesCut};
use crate::claims::ClaimsCut;
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::honours::roll::{self, RollCut};
use crate::qualifications::{self, Matrix, QualificationState, QualifiedCut};
use crate::registrations::RegistrationsCut;
use crate::shifts::GapsCut;
use crate::store::Conn;
use crate::teams::listing::TeamsCut;
use crate::web::Lang;
use crate::web::table::Cell;
use crate::workers::WorkersAsked;
use crate::workers::posts::PostsAsked;
use crate::{claims, teams, workers};

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

/// As on the page; what else somebody did at the same time stands there only.
pub(super) async fn claimed(
    by: &Coordinator,
    conn: &mut Conn,
    lang: Lang,
    name: String,
    center: &Center,
    cut: ClaimsCut,
) -> Result<Listing> {
    let head = [
        "people.name",
        "people.phone",
        "claims.team",
        "claims.kind",
        "claims.served_on",
        "claims.from_time",
        "claims.to_time",
        "claims.content",
        "claims.place",
        "claims.minutes",
        "claims.counted_minutes",
        "cut.state",
        "claims.asked_at",
        "claims.endorsed_at",
        "claims.word",
    ];
    let mut file = Writer::new(lang, name, &head);
    for claim in claims::queries::list(by, conn, center.id(), cut, (0, i64::MAX)).await? {
        let time = |at: chrono::NaiveDateTime| at.format("%H:%M").to_string();
        let (from, to) = claim.local_span().unzip();
        let (asked, endorsed) = (claim.asked_on(), claim.endorsed_on());
        let counted = claim.counted.filter(|_| !claim.reversed.is_set());
        file.row([
            text(&claim.person.name),
            maybe(claim.person.phone_end()),
            maybe(claim.team),
            text(lang.text(claim.kind.key())),
            day(Some(claim.served_on)),
            maybe(from.map(time)),
            maybe(to.map(time)),
            maybe(claim.content),
            maybe(claim.place),
            Cell::Number(claim.minutes),
            Cell::from(counted),
            text(lang.text(claim.state.key())),
            day(Some(asked)),
            day(endorsed),
            maybe(claim.word),
        ]);
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

/// What the coming weeks lack. The times are the center's.
pub(super) async fn gaps(
    by: &TeamReader,
    conn: &mut Conn,
    lang: Lang,
    name: String,
    (center, now): (&Center, Now),
    cut: GapsCut,
) -> Result<Listing> {
    let head = [
        "shifts.day",
        "shifts.begins",
        "shifts.ends",
        "shifts.session",
        "shifts.place",
        "shifts.team",
        "shifts.position",
        "shifts.qualification",
        "shifts.wanted",
        "shifts.taken",
        "shifts.lacking",
        "shifts.invited",
        "shifts.clashing",
        "shifts.alone",
        "shifts.gone",
        "shifts.misplaced",
    ];
    let mut file = Writer::new(lang, name, &head);
    for gap in cut.list(by, conn, now, center).await? {
        file.row([
            day(Some(gap.local_date)),
            text(gap.starts().format("%H:%M")),
            text(gap.ends().format("%H:%M")),
            text(gap.title.pick(lang)),
            text(&gap.room),
            maybe(gap.team.as_ref()),
            text(&gap.position),
            maybe(gap.qualification.as_deref().map(|kind| lang.pick(kind, gap.qualification_en()))),
            Cell::Number(gap.wanted),
            Cell::Number(gap.taken),
            Cell::Number(gap.lacks()),
            Cell::Number(gap.invited),
            Cell::Number(gap.clashes),
            Cell::Number(gap.alone),
            Cell::Number(gap.away),
            Cell::Number(i64::try_from(gap.misplaced).unwrap_or(i64::MAX)),
        ]);
    }
    Ok(file.done())
}

/// Who is registered at a session, with masks as its page has them. The times are the center's.
pub(super) async fn registered(
    by: &Coordinator,
    conn: &mut Conn,
    lang: Lang,
    name: String,
    (center, now): (&Center, Now),
    cut: RegistrationsCut,
) -> Result<Listing> {
    let head = [
        "registrations.session",
        "registrations.day",
        "people.name",
        "people.phone",
        "registrations.companions",
        "registrations.standing",
        "registrations.place",
        "registrations.priority",
        "registrations.made_at",
        "registrations.made_by",
        "registrations.word",
    ];
    let (session, found) = cut.list(by, conn, now, center).await?;
    let mut file = Writer::new(lang, format!("{name}-{}", session.id), &head);
    for one in found {
        file.row([
            text(session.title.pick(lang)),
            day(Some(session.local_date)),
            text(&one.person.name),
            maybe(one.person.phone_end()),
            Cell::Number(one.companions()),
            text(lang.text(one.standing(&now).key())),
            maybe(one.place),
            text(if one.priority { lang.text("registrations.priority_yes") } else { String::new() }),
            text(session.zone.local(one.made_at).format("%Y-%m-%d %H:%M")),
            text(lang.text(one.made_by.key())),
            maybe(one.word.as_ref()),
        ]);
    }
    Ok(file.done())
}

/// No number but the volunteer's: what else stands on a paper is not the register's.
pub(super) async fn certified(
    conn: &mut Conn,
    lang: Lang,
    name: String,
    center: &Center,
    cut: CertificatesCut,
) -> Result<Listing> {
    let head = [
        "certificates.number",
        "people.name",
        "volunteers.number",
        "certificates.from",
        "certificates.to",
        "certificates.minutes",
        "certificates.ledger",
        "certificates.issued_on",
        "certificates.issued_by",
        "cut.state",
        "certificates.revoked_at",
        "certificates.published_on",
    ];
    let mut file = Writer::new(lang, name, &head);
    for one in listing::list(conn, center.id(), cut, None, (0, i64::MAX)).await? {
        file.row([
            text(one.number()),
            text(&one.name),
            maybe(one.volunteer),
            day(Some(one.period_from)),
            day(Some(one.period_to)),
            Cell::Number(one.minutes),
            Cell::Number(one.ledger_minutes),
            day(Some(one.issued_on)),
            maybe(one.issued_by.as_ref()),
            text(lang.text(one.state().key())),
            day(one.revoked_at.map(|at| center.zone.date(at))),
            day(one.published_on),
        ]);
    }
    Ok(file.done())
}
