//! Slows down guessing: so many sign-ins per account and per address, then a pause.
//!
//! Kept in memory: with several processes each counts for itself, which multiplies the limit by their number and no more.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Ten tries at once for one account, then one more every thirty seconds.
const PER_ACCOUNT: (u32, Duration) = (10, Duration::from_secs(30));

/// Thirty at once from one address (an office behind one router), then one more every five seconds.
const PER_ADDRESS: (u32, Duration) = (30, Duration::from_secs(5));

pub(crate) struct Throttle {
    accounts: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
}

impl Default for Throttle {
    fn default() -> Self {
        Self { accounts: RateLimiter::keyed(quota(PER_ACCOUNT)), addresses: RateLimiter::keyed(quota(PER_ADDRESS)) }
    }
}

fn quota((burst, every): (u32, Duration)) -> Quota {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(every).unwrap_or_else(|| Quota::per_minute(burst)).allow_burst(burst)
}

impl Throttle {
    /// True if this try may go on. Every try counts, good ones too: a pause costs an honest user seconds.
    pub(crate) fn admits(&self, login: &str, address: Option<IpAddr>) -> bool {
        // Forget whoever has been quiet, so that inventing names does not fill the memory.
        if self.accounts.len() > 10_000 {
            self.accounts.retain_recent();
        }
        if self.addresses.len() > 10_000 {
            self.addresses.retain_recent();
        }
        // No login is longer; a body full of text would be kept as a key.
        let login: String = login.chars().take(40).collect();
        address.is_none_or(|address| self.addresses.check_key(&address).is_ok())
            && self.accounts.check_key(&login).is_ok()
    }
}
