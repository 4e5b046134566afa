//! Taking a change set back: its inverse is a change set of its own. History is never rewritten.

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::{CommitError, Head, Register, StoreError};
use crate::model::{Bilingual, Change, Header, Layer, Record, RecordId, Revision, SetKind, write_canonical};
use crate::snapshot::Snapshot;
use crate::store::{Span, Which};

/// Why a change set cannot be taken back.
#[derive(Debug, thiserror::Error)]
pub enum UndoRefusal {
    /// the log has no such revision
    #[error("there is no revision {}: the newest is {}", wanted.0, newest.0)]
    Unknown {
        /// the one asked for
        wanted: Revision,
        /// the newest
        newest: Revision,
    },
    /// it is taken back already
    #[error("revision {} was already undone by revision {}", wanted.0, by.0)]
    AlreadyUndone {
        /// the one asked for
        wanted: Revision,
        /// the one that took it back
        by: Revision,
    },
    /// a later change touched the same record
    #[error("revision {} changed {layer} {label} ({id}) later: undo that first", later.0)]
    ChangedLater {
        /// the later change set
        later: Revision,
        /// layer of the record
        layer: Layer,
        /// the record
        id: RecordId,
        /// what the record is called, or its id
        label: String,
    },
    /// a row is not as the change set left it, although no later change touched it
    #[error("{layer} {id} is not as the log left it: run verify")]
    Differs {
        /// layer of the record
        layer: Layer,
        /// the record
        id: RecordId,
    },
    /// the log cannot be read
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl UndoRefusal {
    /// For an official.
    pub fn sentence(&self) -> Bilingual {
        let zh = match self {
            Self::Unknown { wanted, newest } => {
                format!("没有第 {} 号变更，最新的是第 {} 号", wanted.0, newest.0)
            }
            Self::AlreadyUndone { wanted, by } => format!("第 {} 号变更已被第 {} 号变更撤销", wanted.0, by.0),
            Self::ChangedLater { later, layer, label, .. } => format!(
                "第 {} 号变更之后又改动了{}“{label}”，请先撤销第 {} 号变更",
                later.0,
                layer.def().title().zh,
                later.0
            ),
            Self::Differs { layer, id } => {
                format!("{}记录 {id} 与日志不一致，请先运行 verify 检查", layer.def().title().zh)
            }
            Self::Store(error) => format!("日志无法读取：{error}"),
        };
        Bilingual::new(zh, self.to_string())
    }
}

impl Register {
    /// Takes a change set back. The header's `kind` and `undoes` are set here.
    ///
    /// Refused where a later change touched one of its records, unless that later change has itself
    /// been taken back. An undo can be undone.
    pub fn undo(&self, revision: Revision, mut header: Header) -> Result<Head, CommitError<UndoRefusal>> {
        header.kind = SetKind::Undo;
        header.undoes = Some(revision);
        self.commit(header, |snapshot| self.inverse(revision, snapshot))
    }

    /// Whether a change set could be taken back now: the reason why not otherwise.
    pub fn can_undo(&self, revision: Revision) -> Result<(), UndoRefusal> {
        self.inverse(revision, &self.snapshot()).map(|_| ())
    }

    fn inverse(&self, wanted: Revision, snapshot: &Snapshot) -> Result<Vec<Change>, UndoRefusal> {
        let newest = snapshot.revision();
        if wanted.0 == 0 || wanted > newest {
            return Err(UndoRefusal::Unknown { wanted, newest });
        }
        let undone = self.undone()?;
        if let Some(by) = undone.get(&wanted) {
            return Err(UndoRefusal::AlreadyUndone { wanted, by: *by });
        }
        let changes = self.changes_of(wanted)?;
        // A later change set and the one that took it back cancel out, down to the bytes.
        let cancelled = |later: Revision| {
            undone.contains_key(&later) || undone.iter().any(|(undone, by)| *by == later && *undone > wanted)
        };
        let span = Span { after: wanted, up_to: newest };
        if let Some((later, layer, id)) = self.last_touch(&changes, span, &cancelled)? {
            let label = snapshot.layer(layer).versions(id).last().and_then(|record| record.label());
            let label = label.map_or_else(|| id.to_string(), str::to_owned);
            return Err(UndoRefusal::ChangedLater { later, layer, id, label });
        }
        for change in &changes {
            let present = snapshot.layer(change.layer()).version(change.key());
            if !same(present.map(|record| &**record), change.after()) {
                return Err(UndoRefusal::Differs { layer: change.layer(), id: change.key().id });
            }
        }
        Ok(changes.into_iter().rev().map(Change::inverse).collect())
    }

    /// The last change of a span to a record of the changes that still counts.
    fn last_touch(
        &self,
        changes: &[Change],
        span: Span,
        cancelled: &dyn Fn(Revision) -> bool,
    ) -> Result<Option<(Revision, Layer, RecordId)>, StoreError> {
        let later: Vec<_> = self.headers_of(span)?.into_iter().filter(|e| !cancelled(e.revision)).collect();
        if later.is_empty() {
            return Ok(None);
        }
        let touched: HashSet<(Layer, RecordId)> = changes.iter().map(|c| (c.layer(), c.key().id)).collect();
        let mut found = None;
        // Few records: their own histories are shorter than the log; many: one pass along the log.
        if (touched.len() as u64) < later.iter().map(|entry| entry.total()).sum() {
            for (layer, id) in touched {
                self.store.changes(Which::Record(layer, id), &mut |revision, _| {
                    if revision > span.after && revision <= span.up_to && !cancelled(revision) {
                        found = found.max(Some((revision, layer, id)));
                    }
                    ControlFlow::Continue(())
                })?;
            }
        } else {
            self.store.changes(Which::Span(span), &mut |revision, change| {
                let (layer, id) = (change.layer(), change.key().id);
                if touched.contains(&(layer, id)) && !cancelled(revision) {
                    found = found.max(Some((revision, layer, id)));
                }
                ControlFlow::Continue(())
            })?;
        }
        Ok(found)
    }
}

fn same(a: Option<&Record>, b: Option<&Record>) -> bool {
    let bytes = |record: &Record| {
        let (mut json, mut wkb) = (Vec::new(), Vec::new());
        write_canonical(record, &mut json, &mut wkb);
        (json, wkb)
    };
    match (a, b) {
        (Some(a), Some(b)) => bytes(a) == bytes(b),
        (a, b) => a.is_none() && b.is_none(),
    }
}
