//! Which records of a layer match what is asked, in which order: for pages, places, sums and files alike.
//!
//! The whole list is kept for a while: whoever scrolls through a table asks for the same list, page by page.

use std::sync::Arc;

use axum::http::StatusCode;

use super::collections;
use super::crs;
use super::filter::{ItemQuery, When};
use crate::api::app::App;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::route::Param;
use crate::api::view::View;
use crate::crs::Crs;
use crate::model::{Layer, Record};

/// Records in the order asked for.
pub type List = Arc<Vec<Arc<Record>>>;

/// What is asked of a layer, on what view of the register.
pub struct Asked {
    /// the layer
    pub layer: Layer,
    /// the register as the asker sees it
    pub view: View,
    /// which records, in which order
    pub query: ItemQuery,
    /// coordinate systems that are offered
    pub offered: Vec<Crs>,
}

/// A page of features that is found and not yet written.
pub struct Page {
    /// how many match in all
    pub matched: usize,
    /// those of this page
    pub records: Vec<Arc<Record>>,
    /// mark of the next page, if there is one
    pub next: Option<String>,
}

impl Asked {
    /// Reads what is asked; `own` are parameters that the route has beside those of a collection's items.
    pub fn read(app: &App, ask: &Ask, own: &[Param]) -> Result<Self, Problem> {
        let layer = ask.layer()?;
        let offered = crs::offered(collections::extent(app, ask)?);
        let query = ItemQuery::read(ask, layer, app.today(), &offered, own)?;
        let as_of = match query.when {
            When::Day(day) => day,
            When::Between(..) => app.today(),
        };
        Ok(Self { layer, view: View::at(app, ask, as_of)?, query, offered })
    }

    fn wanted(&self, ask: &Ask, record: &Record) -> bool {
        !ask.is_given_up() && self.query.matches(record) && self.view.sees(record)
    }

    /// What is asked for at which revision, as a key for what is remembered of it.
    fn key(&self) -> String {
        format!("{} {} {} {}", self.layer, self.view.revision().0, self.view.newest.0, self.query.key())
    }

    /// All that match, in the order asked for. Of a fact with several versions in an interval the newest.
    ///
    /// Fails where nobody waits any more: a filter may make each of many records dear.
    pub fn all(&self, app: &App, ask: &Ask) -> Result<List, Problem> {
        // A map that moves asks for another window each time.
        if !self.query.areas.is_empty() {
            return self.gather(ask).map(Arc::new);
        }
        let key = format!("{} {:?}", self.key(), self.query.order);
        // Whoever asks for the same at the same time waits for the first one.
        match app.lists.try_get_with(key, || self.gather(ask).map(Arc::new)) {
            Ok(list) => Ok(list),
            // The first one has gone; we have not.
            Err(_) if !ask.is_given_up() => self.gather(ask).map(Arc::new),
            Err(problem) => Err((*problem).clone()),
        }
    }

    fn gather(&self, ask: &Ask) -> Result<Vec<Arc<Record>>, Problem> {
        let rows = self.view.snapshot.layer(self.layer);
        let query = &self.query;
        let found: Vec<&Arc<Record>> = match query.windows() {
            None => newest(rows.iter().filter(|record| self.wanted(ask, record))).collect(),
            Some(windows) => {
                let near = windows.into_iter().flat_map(|window| rows.window(window));
                let met = near.filter(|r| self.wanted(ask, r) && query.meets(r.geometry.as_deref()));
                let mut all: Vec<_> = met.collect();
                all.sort_unstable_by_key(|record| record.key());
                all.dedup_by_key(|record| record.key());
                newest(all.into_iter()).collect()
            }
        };
        still_waited_for(ask)?;
        Ok(query.order.arrange(&found))
    }

    /// The page asked for.
    pub fn page(&self, app: &App, ask: &Ask) -> Result<Page, Problem> {
        let query = &self.query;
        let most = query.limit + 1;
        // From the beginning or from a mark on in the order of ids nothing need be kept but the count.
        let onwards = query.order.is_plain() && query.offset == 0 && query.windows().is_none();
        let (matched, mut found): (usize, Vec<Arc<Record>>) = if onwards {
            (self.count(app, ask)?, self.onwards(ask, most))
        } else {
            let list = self.all(app, ask)?;
            let order = &query.order;
            let begin = query.after.as_ref().map_or(0, |after| {
                list.partition_point(|record| order.compare(&order.mark(record), after).is_le())
            });
            (list.len(), list[begin..].iter().skip(query.offset).take(most).cloned().collect())
        };
        still_waited_for(ask)?;
        let more = found.len() > query.limit;
        found.truncate(query.limit);
        let next = found.last().filter(|_| more).map(|last| query.order.write(&query.order.mark(last)));
        Ok(Page { matched, records: found, next })
    }

    fn count(&self, app: &App, ask: &Ask) -> Result<usize, Problem> {
        let key = self.key();
        if let Some(matched) = app.matched.get(&key) {
            return Ok(matched);
        }
        let rows = self.view.snapshot.layer(self.layer);
        let matched = newest(rows.iter().filter(|record| self.wanted(ask, record))).count();
        still_waited_for(ask)?;
        app.matched.insert(key, matched);
        Ok(matched)
    }

    fn onwards(&self, ask: &Ask, most: usize) -> Vec<Arc<Record>> {
        let rows = self.view.snapshot.layer(self.layer);
        let wanted = |record: &&Arc<Record>| self.wanted(ask, record);
        match &self.query.after {
            Some(after) => newest(rows.iter_after(after.id).filter(wanted)).take(most).cloned().collect(),
            None => newest(rows.iter().filter(wanted)).take(most).cloned().collect(),
        }
    }
}

/// Refuses to go on where nobody waits any more.
pub fn still_waited_for(ask: &Ask) -> Result<(), Problem> {
    if !ask.is_given_up() {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::GATEWAY_TIMEOUT,
        "request.too_slow",
        "处理时间过长，已停止。",
        "It took too long and was stopped.",
    )
    .then("请缩小范围后再试。", "Ask for less at a time."))
}

/// Of records in order of id and version, the last of each id.
fn newest<'a>(records: impl Iterator<Item = &'a Arc<Record>>) -> impl Iterator<Item = &'a Arc<Record>> {
    let mut records = records.peekable();
    std::iter::from_fn(move || {
        let mut last = records.next()?;
        while let Some(next) = records.next_if(|next| next.id == last.id) {
            last = next;
        }
        Some(last)
    })
}
