//! How often each client may ask.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Client {
    /// By the number of the key.
    Key(usize),
    /// By address, where there are no keys.
    Address(IpAddr),
}

/// A rate per client, with bursts of a second's requests (generic cell rate algorithm).
#[derive(Debug)]
pub(crate) struct RateLimits {
    limiter: RateLimiter<Client, HashMapStateStore<Client>, DefaultClock>,
}

impl RateLimits {
    pub(crate) fn new(per_second: NonZeroU32) -> Self {
        Self {
            limiter: RateLimiter::hashmap(Quota::per_second(per_second)),
        }
    }

    /// Counts a request; the time to wait for one that is too many.
    pub(crate) fn check(&self, client: Client) -> Result<(), Duration> {
        let checked = self.limiter.check_key(&client);
        checked.map_err(|early| early.wait_time_from(self.limiter.clock().now()))
    }

    /// Forgets clients that have not asked for a while, so that addresses do not pile up.
    pub(crate) fn forget_idle(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_has_a_rate_of_its_own() {
        let limits = RateLimits::new(NonZeroU32::new(2).unwrap());
        let (one, other) = (Client::Key(0), Client::Key(1));
        assert!(limits.check(one).is_ok() && limits.check(one).is_ok());
        assert!(limits.check(one).unwrap_err() <= Duration::from_secs(1));
        assert!(limits.check(other).is_ok());
    }
}
