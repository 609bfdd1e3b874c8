//! Keeps one address from registering people without end. Phones that are remembered are not slowed down.
//!
//! Kept in memory: with several processes each counts for itself, which multiplies the limit by their number and no more.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::auth::throttle::household;

/// Names and numbers at once from one address, a hall behind one router; then one more every second.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(60).unwrap();

pub struct DoorThrottle(DefaultKeyedRateLimiter<IpAddr>);

impl Default for DoorThrottle {
    fn default() -> Self {
        Self(RateLimiter::keyed(Quota::per_second(NonZeroU32::MIN).allow_burst(AT_ONCE)))
    }
}

impl DoorThrottle {
    /// True if this try may go on.
    pub fn admits(&self, address: Option<IpAddr>) -> bool {
        // Forget whoever has been quiet, so that many addresses do not fill the memory.
        if self.0.len() > 10_000 {
            self.0.retain_recent();
        }
        address.is_none_or(|address| self.0.check_key(&household(address)).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_hall_gets_in_and_a_flood_does_not() {
        let throttle = DoorThrottle::default();
        assert!((0..60).all(|_| throttle.admits(at("192.0.2.1"))));
        assert!(!(0..5).all(|_| throttle.admits(at("192.0.2.1"))));
        assert!(throttle.admits(at("192.0.2.2")), "another address is not concerned");
        assert!((0..60).all(|n| throttle.admits(at(&format!("2001:db8::{n:x}")))));
        assert!(!(0..5).all(|n| throttle.admits(at(&format!("2001:db8::ff{n:x}")))), "one /64 is one address");
    }
}
