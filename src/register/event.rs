//! What pages that are open and caches hear of: each new revision, its layers and its extent.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use geo_types::Rect;

use crate::model::{Change, Layer, Revision, Secrecy, geometry, guard};

/// What changed: heard by pages that are open and by caches.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// the new revision
    pub revision: Revision,
    /// layers changed
    pub layers: Vec<Layer>,
    /// box round all that changed, before and after; `None` where nothing changed has a geometry
    pub extent: Option<Rect>,
    /// the same by class and layer, so that nobody hears where something secret lies
    parts: Vec<(Secrecy, Layer, Option<Rect>)>,
}

impl Event {
    pub(super) fn of(revision: Revision, changes: &[Change]) -> Self {
        let mut parts: BTreeMap<(Secrecy, Layer), Option<Rect>> = BTreeMap::new();
        for record in changes.iter().flat_map(|change| [change.before(), change.after()]).flatten() {
            let bounds = record.geometry.as_deref().and_then(geometry::bounds);
            // Where a marked record lies is heard by those who see its place.
            let class = Secrecy::ALL.into_iter().find(|class| !guard::is_marked(record, *class));
            let place = class.unwrap_or(Secrecy::Secret).max(record.secrecy);
            parts.entry((record.secrecy, record.layer)).or_default();
            let part = parts.entry((place, record.layer)).or_default();
            *part = join(*part, bounds);
        }
        let parts: Vec<_> =
            parts.into_iter().map(|((class, layer), extent)| (class, layer, extent)).collect();
        Self::from_parts(revision, parts)
    }

    /// The event as it is heard where records up to a class are shown.
    #[must_use]
    pub fn up_to(&self, show: Secrecy) -> Self {
        let parts = self.parts.iter().filter(|(class, _, _)| *class <= show).copied().collect();
        Self::from_parts(self.revision, parts)
    }

    fn from_parts(revision: Revision, parts: Vec<(Secrecy, Layer, Option<Rect>)>) -> Self {
        let mut layers: Vec<Layer> = parts.iter().map(|(_, layer, _)| *layer).collect();
        layers.sort_unstable();
        layers.dedup();
        let extent = parts.iter().fold(None, |sum, (_, _, extent)| join(sum, *extent));
        Self { revision, layers, extent, parts }
    }
}

fn join(a: Option<Rect>, b: Option<Rect>) -> Option<Rect> {
    let (Some(a), Some(b)) = (a, b) else { return a.or(b) };
    let (min, max) = (
        (a.min().x.min(b.min().x), a.min().y.min(b.min().y)),
        (a.max().x.max(b.max().x), a.max().y.max(b.max().y)),
    );
    Some(Rect::new(min, max))
}

/// Those who hear.
#[derive(Default)]
pub(super) struct Listeners(Mutex<Vec<Sender<Event>>>);

impl Listeners {
    pub(super) fn subscribe(&self) -> Receiver<Event> {
        let (sender, receiver) = channel();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        receiver
    }

    /// Tells all; those who are gone are forgotten.
    pub(super) fn tell(&self, event: &Event) {
        let mut listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| listener.send(event.clone()).is_ok());
    }
}
