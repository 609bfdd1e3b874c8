//! Places taken by phone: by whom it speaks for, and by a name and a number.

use super::actions::{Entering, PlaceTaken, enter_all};
use super::forms::Places;
use super::hall::{self, new_link, settle};
use super::hand::RegistrationHand;
use super::queries;
use super::types::RegistrationId;
use crate::activities::Session;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::phones::{self, Phone};
use crate::store::{Conn, Sealer};
use crate::{locks, people};

/// What came of it.
pub(super) struct TakenPlaces {
    /// The secret of a phone that is remembered from now on.
    pub secret: Option<String>,
    /// What leads back to the places; none where all were registered before, by another hand.
    pub link: Option<String>,
}

/// Takes places for those whom the phone speaks for, and for somebody new to it, who becomes known as at the door. All of them, or none. The
/// same request again leads to what it did.
///
/// # Errors
/// `Refused` with a [`RegistrationRefusal`](super::types::RegistrationRefusal); `NotFound` for somebody for whom the phone does not speak.
pub(super) async fn take_places(
    (phone, label): (Option<Phone>, &str),
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    session: &Session,
    asked: &Places,
) -> Result<TakenPlaces> {
    // The row puts a double tap in order: the second one finds what the first one did.
    let mut halls = hall::hold(tx, now, session.id).await?;
    let request = asked.request.to_string();
    if let Some(link) = queries::link_of(tx, &request, session.id).await? {
        return Ok(TakenPlaces { secret: None, link: Some(link) });
    }
    let (by, secret) = phones::known_or_new(phone, label, now, tx).await?;
    let hand = RegistrationHand::from(&by);
    locks::people_shared(tx, asked.people.iter().copied()).await?;
    let mut guests = Vec::new();
    for person in &asked.people {
        if !phones::is_remembered_for(tx, &by, *person).await? {
            return Err(Error::NotFound);
        }
        guests.push(*person);
    }
    let known: Vec<_> = guests.iter().map(|person| (*person, session.center_id)).collect();
    people::enrol_known(now, tx, &known).await?;
    if let Some(new) = &asked.new {
        let person = people::admit_unknown(&by, now, tx, sealer, session.center_id, &new.name, &new.number).await?;
        phones::add_person(now, tx, &by, person, asked.words).await?;
        if !guests.contains(&person) {
            guests.push(person);
        }
    }
    let link = new_link();
    let entering = |(at, person): (usize, &people::PersonId)| Entering {
        person: *person,
        heads: 1 + if at == 0 { asked.companions } else { 0 },
        request: request.clone(),
        link: link.clone(),
        anyway: false,
    };
    let all: Vec<Entering> = guests.iter().enumerate().map(entering).collect();
    settle(&hand, now, tx, &mut halls).await?;
    let entered = enter_all(&hand, now, tx, &mut halls, &all).await?;
    let link = match entered.iter().any(|one| one.first) {
        true => Some(link),
        false => own_link(tx, &by, &entered).await?,
    };
    Ok(TakenPlaces { secret, link })
}

/// The link to what this phone did before.
async fn own_link(tx: &mut Conn, by: &Phone, entered: &[PlaceTaken]) -> Result<Option<String>> {
    let first: Option<RegistrationId> = entered.first().map(|one| one.id);
    let Some(first) = first else { return Ok(None) };
    match queries::own_one(by, tx, first).await {
        Ok(own) if own.phone_id == Some(by.id) => Ok(Some(own.link)),
        Ok(_) | Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
