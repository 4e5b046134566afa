//! Grounds that are kept, so that a question asked again is answered at once.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Ground, Scope};
use crate::network::NetworkError;
use crate::snapshot::Snapshot;

/// Grounds that are kept at a time.
const KEPT: usize = 4;

/// Kept grounds, the last used first.
#[derive(Default)]
pub struct Grounds {
    kept: Mutex<Vec<Arc<Ground>>>,
}

impl Grounds {
    /// The ground of a scope: the kept one of this revision, else a new one. Whoever asks meanwhile waits.
    ///
    /// # Errors
    /// As [`Ground::of`].
    pub fn of(&self, snapshot: &Snapshot, scope: Scope) -> Result<Arc<Ground>, NetworkError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is = |ground: &Arc<Ground>| ground.revision == snapshot.revision() && ground.scope == scope;
        let found = kept.iter().position(is).map(|at| kept.remove(at));
        let ground = match found {
            Some(ground) => ground,
            None => Arc::new(Ground::of(snapshot, scope)?),
        };
        kept.insert(0, ground.clone());
        kept.truncate(KEPT);
        Ok(ground)
    }
}
