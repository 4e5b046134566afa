//! A JSON array of plain objects is a table: each object a row, its members the columns.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::super::report::Report;
use super::{Cells, Rows, TableSource};
use crate::model::Finding;

/// One object, or why it is none.
pub(crate) type Object = Result<Vec<(String, Json)>, Box<Finding>>;

/// Takes objects as rows, the first being row 1.
pub(crate) fn table(objects: Vec<Object>, report: Report) -> TableSource {
    let mut columns: Vec<String> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut rows = Vec::with_capacity(objects.len());
    for (at, object) in objects.into_iter().enumerate() {
        let row = object.map(|members| {
            let mut cells: Cells = Vec::with_capacity(members.len());
            for (name, value) in members.into_iter().filter(|(_, value)| !value.is_null()) {
                let place = *places.entry(name).or_insert_with_key(|name| {
                    columns.push(name.clone());
                    columns.len() - 1
                });
                cells.push((place, value));
            }
            cells.sort_by_key(|(place, _)| *place);
            cells.dedup_by_key(|(place, _)| *place);
            (at as u64 + 1, cells)
        });
        rows.push(row.map_err(|finding| *finding));
    }
    let total = rows.len() as u64;
    TableSource::new(columns, Box::new(Objects { rows: rows.into_iter(), total }), report)
}

struct Objects {
    rows: std::vec::IntoIter<Result<(u64, Cells), Finding>>,
    total: u64,
}

impl Rows for Objects {
    fn next_row(&mut self, _: &mut Report) -> Option<Result<(u64, Cells), Finding>> {
        self.rows.next()
    }

    fn count_hint(&self) -> Option<u64> {
        Some(self.total)
    }
}
