//! What looks odd at a session: told to its staff, who know better, and never in anybody's way.

use crate::activities::SessionId;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::people::PersonId;
use crate::phones::PhoneId;
use crate::store::Conn;

/// More people than a family that shares a phone.
const PEOPLE: usize = 4;

/// As many within so many milliseconds do not come through a door; a link that is passed around does that.
const BURST: usize = 10;
const WITHIN: i64 = 20_000;

/// Somebody whom a phone checked in.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Seen {
    phone_id: PhoneId,
    person_id: PersonId,
    pub name: String,
    pub occurred_at: Timestamp,
}

/// All that looks odd, each with the people and their times.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Odd {
    /// One phone that checked in many different people.
    pub phones: Vec<Vec<Seen>>,
    /// Many who came at once.
    pub bursts: Vec<Vec<Seen>>,
}

impl Odd {
    pub fn is_empty(&self) -> bool {
        self.phones.is_empty() && self.bursts.is_empty()
    }

    /// Of check-ins in the order of their times.
    fn among(seen: &[Seen]) -> Self {
        let mut phones: Vec<Vec<Seen>> = Vec::new();
        for one in seen {
            match phones.iter_mut().find(|phone| phone[0].phone_id == one.phone_id) {
                Some(phone) if phone.iter().any(|other| other.person_id == one.person_id) => {}
                Some(phone) => phone.push(one.clone()),
                None => phones.push(vec![one.clone()]),
            }
        }
        phones.retain(|people| people.len() >= PEOPLE);
        Self { phones, bursts: bursts(seen) }
    }
}

/// The stretches in which each is one of [`BURST`] within [`WITHIN`]; overlapping ones are one stretch.
fn bursts(seen: &[Seen]) -> Vec<Vec<Seen>> {
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    for (first, window) in seen.windows(BURST).enumerate() {
        let end = first + BURST;
        if window[BURST - 1].occurred_at.0 - window[0].occurred_at.0 > WITHIN {
            continue;
        }
        match stretches.last_mut() {
            Some(last) if first < last.1 => last.1 = end,
            _ => stretches.push((first, end)),
        }
    }
    stretches.into_iter().map(|(first, end)| seen[first..end].to_vec()).collect()
}

/// What looks odd at a session. What was taken back since is settled.
pub async fn at(conn: &mut Conn, session: SessionId) -> Result<Odd> {
    let seen: Vec<Seen> = sqlx::query_as(
        "select q.phone_id, p.id as person_id, p.name, q.occurred_at
         from scans q
         join attendances a on a.id = q.attendance_id and a.voided_at is null
         join people p on p.id = a.person_id
         where q.session_id = $1 and q.phone_id is not null and q.outcome = 'admitted'
         order by q.occurred_at, q.id",
    )
    .bind(session)
    .fetch_all(conn)
    .await?;
    Ok(Odd::among(&seen))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Phone, person, second.
    fn seen(list: impl IntoIterator<Item = (i64, i64, i64)>) -> Vec<Seen> {
        let seen = |(phone, person, second): (i64, i64, i64)| Seen {
            phone_id: PhoneId(phone),
            person_id: PersonId(person),
            name: format!("陈伯{person}"),
            occurred_at: Timestamp(second * 1_000),
        };
        list.into_iter().map(seen).collect()
    }

    #[test]
    fn a_family_of_three_is_not_odd_and_a_fourth_is() {
        let family = [(1, 1, 0), (1, 2, 60), (1, 3, 120), (1, 3, 180), (2, 4, 240)];
        assert!(Odd::among(&seen(family)).is_empty());
        let odd = Odd::among(&seen(family.into_iter().chain([(1, 5, 300)])));
        let names: Vec<&str> = odd.phones[0].iter().map(|one| one.name.as_str()).collect();
        assert_eq!((odd.phones.len(), names), (1, vec!["陈伯1", "陈伯2", "陈伯3", "陈伯5"]));
    }

    #[test]
    fn ten_in_twenty_seconds_are_a_burst_and_nine_are_not() {
        let every = |count: i64, seconds: i64| seen((0..count).map(move |n| (n, n, n * seconds)));
        assert!(Odd::among(&every(9, 0)).is_empty());
        assert!(Odd::among(&every(60, 3)).is_empty(), "a queue that moves on");
        assert_eq!(Odd::among(&every(10, 2)).bursts[0].len(), 10);
        let twice = seen((0..12).map(|n| (n, n, 0)).chain((20..40).map(|n| (n, n, 600 + n / 4))));
        let sizes: Vec<usize> = Odd::among(&twice).bursts.iter().map(Vec::len).collect();
        assert_eq!(sizes, [12, 20]);
    }
}
