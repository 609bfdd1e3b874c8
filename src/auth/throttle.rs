//! Slows down guessing: so many sign-ins per household and account, and per household, then a pause. An account by itself is
//! never shut: whoever guesses at it makes strangers wait their turn. A browser in which its owner has signed in before counts
//! apart from all strangers, from far away as well as behind the same router: a center's staff and its visitors share one.
//!
//! Kept in memory: with several processes each counts for itself, which multiplies the limit by their number and no more.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use rocket::tokio::time::{Instant, sleep};

/// Ten tries at once for one account from one household, then one more every thirty seconds.
const PER_ACCOUNT_HERE: (u32, Duration) = (10, Duration::from_secs(30));

/// Thirty at once from one household (an office behind one router), then one more every five seconds.
const PER_HOUSEHOLD: (u32, Duration) = (30, Duration::from_secs(5));

/// Thirty at once for one account from everywhere, then one every second: 86,400 a day, of the hundred million guesses and
/// more that the weakest password takes.
const PER_ACCOUNT: (u32, Duration) = (30, Duration::from_secs(1));

/// So long a try waits for its turn at an account before it is told to come again.
const PATIENCE: Duration = Duration::from_secs(4);

/// More keys than this, and those that have been quiet are forgotten, so that inventing names does not fill the memory.
const KEYS: usize = 10_000;

/// Whether the browser is known to the account ([`Throttle::admits`]) is part of every key.
pub(crate) struct Throttle {
    here: DefaultKeyedRateLimiter<(String, Option<IpAddr>, bool)>,
    households: DefaultKeyedRateLimiter<(IpAddr, bool)>,
    everywhere: DefaultKeyedRateLimiter<(String, bool)>,
}

impl Default for Throttle {
    fn default() -> Self {
        Self { here: limiter(PER_ACCOUNT_HERE), households: limiter(PER_HOUSEHOLD), everywhere: limiter(PER_ACCOUNT) }
    }
}

fn limiter<K: Hash + Eq + Clone>((burst, every): (u32, Duration)) -> DefaultKeyedRateLimiter<K> {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    let quota = Quota::with_period(every).unwrap_or_else(|| Quota::per_minute(burst));
    RateLimiter::keyed(quota.allow_burst(burst))
}

fn forget_the_quiet<K: Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>) {
    if limiter.len() > KEYS {
        limiter.retain_recent();
    }
}

impl Throttle {
    /// True if this try may go on, perhaps after a while. Every try counts, good ones too: a pause costs an honest user
    /// seconds. `known`: the account's owner has signed in in this browser before.
    pub(crate) async fn admits(&self, login: &str, address: Option<IpAddr>, known: bool) -> bool {
        forget_the_quiet(&self.here);
        forget_the_quiet(&self.households);
        forget_the_quiet(&self.everywhere);
        // No login is longer; a body full of text would be kept as a key.
        let login: String = login.chars().take(40).collect();
        let home = address.map(household);
        home.is_none_or(|home| self.households.check_key(&(home, known)).is_ok())
            && self.here.check_key(&(login.clone(), home, known)).is_ok()
            && self.comes_to_its_turn(&(login, known)).await
    }

    async fn comes_to_its_turn(&self, key: &(String, bool)) -> bool {
        let (clock, until) = (DefaultClock::default(), Instant::now() + PATIENCE);
        while let Err(not_yet) = self.everywhere.check_key(key) {
            let turn = Instant::now() + not_yet.wait_time_from(clock.now());
            if turn > until {
                return false;
            }
            sleep(turn - Instant::now()).await;
        }
        true
    }
}

/// Whom an address stands for. A connection gets a whole /64 of IPv6 addresses, so that is what counts as one.
pub(crate) fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use rocket::tokio::time::timeout;

    use super::*;

    fn at(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_household_is_one_connection() {
        assert_eq!(household(at("2001:db8:1:2:3:4:5:6")), household(at("2001:db8:1:2::1")));
        assert_ne!(household(at("2001:db8:1:2::1")), household(at("2001:db8:1:3::1")));
        assert_eq!(household(at("::ffff:192.0.2.1")), at("192.0.2.1"));
        assert_ne!(household(at("192.0.2.1")), household(at("192.0.2.2")));
    }

    #[rocket::async_test]
    async fn a_crowd_waits_its_turn_and_the_owners_browser_does_not() {
        let throttle = Throttle::default();
        let from = |n: u8| Some(IpAddr::from([192, 0, 2, n]));
        for n in 0..30 {
            assert!(throttle.admits("ann", from(n), false).await);
        }
        let waits = timeout(Duration::from_millis(100), throttle.admits("ann", from(31), false)).await;
        assert!(waits.is_err(), "one more every second");
        for n in 40..60 {
            assert!(timeout(Duration::from_millis(100), throttle.admits("ann", from(n), true)).await.unwrap());
        }
        assert!(timeout(Duration::from_millis(100), throttle.admits("ben", from(32), false)).await.unwrap());
        assert!(throttle.admits("ann", from(33), false).await, "a stranger gets in as well, in a moment");
    }

    #[rocket::async_test]
    async fn strangers_behind_the_same_router_do_not_shut_out_the_owners_browser() {
        let throttle = Throttle::default();
        let hall = Some(at("192.0.2.1"));
        while throttle.admits("ann", hall, false).await {}
        for n in 0..30 {
            throttle.admits(&format!("somebody{n}"), hall, false).await;
        }
        assert!(!throttle.admits("ben", hall, false).await, "the whole hall waits");
        assert!(throttle.admits("ann", hall, true).await);
        assert!(throttle.admits("ben", hall, true).await);
        // A browser that was taken guesses no faster than any other.
        let guesses = rocket::futures::future::join_all((0..20).map(|_| throttle.admits("cai", hall, true))).await;
        assert_eq!(guesses.iter().filter(|admitted| **admitted).count(), 10);
    }

    #[rocket::async_test]
    async fn who_waits_too_long_is_told() {
        let throttle = Throttle::default();
        let from = |n: u8| Some(IpAddr::from([192, 0, 2, n]));
        let tries = rocket::futures::future::join_all((0..100).map(|n| throttle.admits("ann", from(n), false))).await;
        let let_in = tries.iter().filter(|admitted| **admitted).count();
        assert!((30..=40).contains(&let_in), "{let_in}");
    }
}
