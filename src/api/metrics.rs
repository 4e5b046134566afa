//! Figures for `/metrics`, in Prometheus' text form.

use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabel {
    route: String,
}

fn buckets() -> Histogram {
    Histogram::new(exponential_buckets(0.000_25, 4.0, 9))
}

/// The server's figures. Labels are route patterns, never paths: a stranger cannot make them grow.
pub struct Metrics {
    registry: Mutex<Registry>,
    requests: Family<Labels, Counter>,
    seconds: Family<RouteLabel, Histogram, fn() -> Histogram>,
    revision: Gauge<u64, AtomicU64>,
    tiles_made: Gauge<u64, AtomicU64>,
    tiles_kept: Gauge<u64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("boundstone");
        let requests = Family::<Labels, Counter>::default();
        let seconds = Family::<RouteLabel, Histogram, fn() -> Histogram>::new_with_constructor(buckets);
        let revision = Gauge::<u64, AtomicU64>::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_seconds", "Seconds until the head of the answer", seconds.clone());
        registry.register("revision", "Newest revision of the register", revision.clone());
        let (tiles_made, tiles_kept) =
            (Gauge::<u64, AtomicU64>::default(), Gauge::<u64, AtomicU64>::default());
        registry.register("tiles_made", "Tiles made", tiles_made.clone());
        registry.register("tiles_kept", "Tiles served as they were kept", tiles_kept.clone());
        Self { registry: Mutex::new(registry), requests, seconds, revision, tiles_made, tiles_kept }
    }
}

impl Metrics {
    /// Counts an answered request.
    pub fn request(&self, route: &str, status: u16, took: Duration) {
        self.requests.get_or_create(&Labels { route: route.to_owned(), status }).inc();
        self.seconds.get_or_create(&RouteLabel { route: route.to_owned() }).observe(took.as_secs_f64());
    }

    /// Notes the newest revision.
    pub fn revision(&self, revision: u64) {
        self.revision.set(revision);
    }

    /// Notes how many tiles were made and how many were served as they were kept.
    pub fn tiles(&self, made: u64, kept: u64) {
        self.tiles_made.set(made);
        self.tiles_kept.set(kept);
    }

    /// All figures as text.
    pub fn text(&self) -> String {
        let registry = self.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut text = String::new();
        // Writing into a String does not fail.
        let _ = encode(&mut text, &registry);
        text
    }
}
