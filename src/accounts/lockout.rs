//! Wrong passwords lock an account, for longer with each further one.

use serde::{Deserialize, Serialize};

use super::settings::Settings;

const MINUTE_MS: u64 = 60_000;

/// How often a password was wrong since it was last right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lockout {
    /// how often
    #[serde(default)]
    pub failures: u32,
    /// until when no password is looked at, milliseconds since 1970
    #[serde(default)]
    pub until_ms: u64,
}

impl Lockout {
    /// Seconds for which it is still locked, rounded up; 0 where it is not.
    pub fn seconds(self, now_ms: u64) -> u64 {
        self.until_ms.saturating_sub(now_ms).div_ceil(1000)
    }

    /// After one more wrong password.
    #[must_use]
    pub fn failed(self, settings: &Settings, now_ms: u64) -> Self {
        let failures = self.failures.saturating_add(1);
        let Some(beyond) = failures.checked_sub(settings.failures) else {
            return Self { failures, until_ms: self.until_ms };
        };
        let times = 1u64.checked_shl(beyond.min(40)).unwrap_or(u64::MAX);
        let minutes = settings.lock_minutes.saturating_mul(times).min(settings.lock_minutes_most);
        Self { failures, until_ms: now_ms.saturating_add(minutes.saturating_mul(MINUTE_MS)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Rights;

    #[test]
    fn it_locks_after_some_failures_and_doubles_up_to_the_most() {
        let settings = Rights::compiled().settings();
        let (mut lockout, mut locked) = (Lockout::default(), Vec::new());
        for _ in 0..14 {
            lockout = lockout.failed(settings, 1_000);
            locked.push(lockout.seconds(1_000) / 60);
        }
        assert_eq!(locked, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
        assert_eq!(lockout.seconds(1_000 + 59 * MINUTE_MS + 1), 60);
        assert_eq!(lockout.seconds(1_000 + 60 * MINUTE_MS), 0);
        let much = Lockout { failures: u32::MAX, until_ms: 0 }.failed(settings, u64::MAX - 5);
        assert_eq!(much.until_ms, u64::MAX);
    }
}
