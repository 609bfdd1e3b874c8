//! Places taken by phone: by whom it speaks for, and by a name and a number.

use super::actions::{Entering, PlaceTaken, enter_all};
use super::forms::Places;
use super::hall::{self, new_link, settle};
use super::hand::{RegistrationHand, refused};
use super::types::{RegistrationId, RegistrationRefusal};
use super::{companions, queries, terms};
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
    // Whoever has a place already may have it from another hand, of which the phone is not told: the first who has none brings them.
    let hall = halls.here()?;
    let brings = guests.iter().position(|person| hall.of(*person).is_none()).unwrap_or(0);
    let entering = |(at, person): (usize, &people::PersonId)| Entering {
        person: *person,
        heads: 1 + if at == brings { asked.companions } else { 0 },
        request: request.clone(),
        link: link.clone(),
        anyway: false,
    };
    let all: Vec<Entering> = guests.iter().enumerate().map(entering).collect();
    settle(&hand, now, tx, &mut halls).await?;
    let entered = enter_all(&hand, now, tx, &mut halls, &all).await?;
    if let (Some(asked), Some(taken)) = (all.get(brings), entered.get(brings)) {
        bring_more(&hand, (&by, now), tx, session, (asked, taken)).await?;
    }
    let link = match entered.iter().any(|one| one.first) {
        true => Some(link),
        false => own_link(tx, &by, &entered).await?,
    };
    Ok(TakenPlaces { secret, link })
}

/// Gives whom the phone registered before, and who is to bring more by now, seats for them. What another hand registered stays as it is: the phone
/// is not told of it.
async fn bring_more(
    hand: &RegistrationHand,
    (by, now): (&Phone, Now),
    tx: &mut Conn,
    session: &Session,
    (asked, taken): (&Entering, &PlaceTaken),
) -> Result<()> {
    if taken.first || asked.heads == 1 {
        return Ok(());
    }
    match queries::own_one(by, tx, taken.id).await {
        Ok(_) => {
            if asked.heads - 1 > terms::of_session(tx, session.id).await?.companions {
                return Err(refused(RegistrationRefusal::Companions));
            }
            companions::bring_more(hand, now, tx, (session.id, taken.id), asked.heads).await.map(|_| ())
        }
        Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
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
