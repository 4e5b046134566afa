//! Whoever waits for a division: says whether to go on, and how long. The search itself knows no clock.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Asked between steps by all chains, from whatever thread they run on.
pub struct Watch<'a> {
    go_on: &'a (dyn Fn() -> bool + Sync),
    until: Option<Instant>,
    late: AtomicBool,
}

impl<'a> Watch<'a> {
    /// With the question that is asked: whether to go on.
    pub fn new(go_on: &'a (dyn Fn() -> bool + Sync)) -> Self {
        Self { go_on, until: None, late: AtomicBool::new(false) }
    }

    /// With the end for what cannot be asked in between.
    pub fn until(self, until: Instant) -> Self {
        Self { until: Some(until), ..self }
    }

    /// Whether to go on.
    pub fn go_on(&self) -> bool {
        (self.go_on)()
    }

    /// Seconds that are left; 0 where it is not to go on.
    pub fn left_s(&self) -> f64 {
        let left = self
            .until
            .map_or(f64::INFINITY, |until| until.saturating_duration_since(Instant::now()).as_secs_f64());
        if self.go_on() { left } else { 0.0 }
    }

    /// Notes that something was left undone because the time was over.
    pub(super) fn was_late(&self) {
        self.late.store(true, Ordering::Relaxed);
    }

    /// Whether anything was: then another run may end elsewhere.
    pub fn is_late(&self) -> bool {
        self.late.load(Ordering::Relaxed)
    }
}
