//! What refers to communities that end or change: led along where the ground says where to, else told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use geo::InteriorPoint as _;
use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo_types::{Coord, MultiPolygon};

use super::{Draft, Told};
use crate::api::app::App;
use crate::boundary::editing::{Planned, Redraw, enter};
use crate::model::layers::DivisionLevel;
use crate::model::{Layer, Record, RefBy, Value, geometry};
use crate::snapshot::Snapshot;
use crate::topology::{BoxTree, Extent};

/// The new divisions by place.
struct Grounds<'a> {
    codes: Vec<&'a str>,
    shapes: Vec<&'a MultiPolygon>,
    tree: BoxTree,
}

impl<'a> Grounds<'a> {
    fn of(asked: &'a Redraw) -> Self {
        let shapes: Vec<&MultiPolygon> = asked.fresh.iter().map(|fresh| &fresh.ground).collect();
        let points = |shape: &&MultiPolygon| {
            Extent::round(shape.0.iter().flat_map(|part| part.exterior().0.iter().copied()))
        };
        let boxes: Vec<Extent> = shapes.iter().map(points).collect();
        let codes = asked.fresh.iter().map(|fresh| fresh.code.as_str()).collect();
        Self { codes, tree: BoxTree::build(&boxes), shapes }
    }

    /// The code of the one that a point lies in, the first where several meet.
    fn at(&self, c: Coord) -> Option<&'a str> {
        let mut near = Vec::new();
        self.tree.visit(&Extent::round([c]), |number| near.push(number as usize));
        near.sort_unstable();
        let found = near.into_iter().find(|at| self.shapes[*at].coordinate_position(&c) != CoordPos::Outside);
        found.map(|at| self.codes[at])
    }

    /// The code of the one that a record's ground lies in as a whole.
    fn around(&self, record: &Record) -> Option<&'a str> {
        let shape = record.geometry.as_deref()?;
        let code = self.at(shape.interior_point()?.0)?;
        let own = self.shapes[self.codes.iter().position(|known| *known == code)?];
        let mut whole = true;
        geometry::for_each_coord(shape, &mut |c| {
            whole = whole && own.coordinate_position(&c) != CoordPos::Outside;
        });
        whole.then_some(code)
    }
}

impl Draft<'_> {
    pub(super) fn follow(
        &self,
        app: &App,
        snapshot: &Snapshot,
        asked: &Redraw,
        planned: &mut Planned,
        told: &mut Told,
    ) {
        if self.desk.limits.grids {
            return;
        }
        let ended: BTreeSet<String> = told.abolished.iter().cloned().collect();
        let touched: BTreeSet<String> = told.abolished.iter().chain(&told.changed).cloned().collect();
        let grounds = Grounds::of(asked);
        let sees = |record: &Record| record.secrecy <= app.options.show && record.valid.contains(asked.from);
        for layer in Layer::ALL {
            let refers = layer.def().fields.iter().enumerate().filter(|(_, field)| {
                field.refers.is_some_and(|to| to.layer == Layer::Division && to.by == RefBy::Code)
            });
            for (index, field) in refers {
                let held = snapshot.layer(*layer).iter().filter(|record| sees(record));
                let referring: Vec<&Arc<Record>> = held
                    .filter(|record| {
                        record
                            .fields
                            .get(index)
                            .and_then(Value::as_text)
                            .is_some_and(|code| touched.contains(code))
                    })
                    .collect();
                for record in referring {
                    self.lead(
                        snapshot,
                        (record, index, field.name),
                        (asked, &grounds, &ended),
                        planned,
                        told,
                    );
                }
            }
        }
        texts(snapshot, &sees, planned, told);
        served(snapshot, &sees, &ended, told);
    }

    /// One record that refers to a community by its code.
    fn lead(
        &self,
        snapshot: &Snapshot,
        (record, index, field): (&Arc<Record>, usize, &'static str),
        (asked, grounds, ended): (&Redraw, &Grounds<'_>, &BTreeSet<String>),
        planned: &mut Planned,
        told: &mut Told,
    ) {
        let code = record.fields.get(index).and_then(Value::as_text).unwrap_or_default();
        let is_part = record.layer == Layer::Division;
        let to = if is_part {
            grounds.around(record)
        } else {
            record.geometry.as_deref().and_then(|shape| shape.interior_point()).and_then(|p| grounds.at(p.0))
        };
        match to {
            Some(to) if to == code => {}
            Some(to) => {
                let after = Record {
                    fields: record.fields.with(index, Some(Value::Text(to.into()))),
                    ..Record::clone(record)
                };
                enter(snapshot, Some(asked.from), (Some(record), Some(&after)), &mut planned.changes);
            }
            None if is_part || ended.contains(code) => {
                let label = record.label().unwrap_or_default();
                let title = record.layer.def().title();
                let grid = record.text("level") == Some(DivisionLevel::Grid.code());
                let (zh, en) = if grid && record.geometry.is_some() {
                    (
                        format!("网格{label}跨新的社区界线，仍记在 {code} 名下，请重新划分"),
                        format!(
                            "the grid {label} lies across the new limits and still names {code}: draw it anew"
                        ),
                    )
                } else {
                    (
                        format!("{}{label}仍引用 {code}（{field}），从图上看不出应归哪个社区", title.zh),
                        format!(
                            "{} {label} still names {code} ({field}): where it lies does not say whose it is",
                            title.en
                        ),
                    )
                };
                told.note(Some(record), zh, en);
            }
            None => {}
        }
    }
}

/// Door plates write the community's name: these are changed by a procedure of their own.
fn texts(snapshot: &Snapshot, sees: &dyn Fn(&Record) -> bool, planned: &Planned, told: &mut Told) {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in &planned.outcomes {
        let before = outcome.before.as_deref().and_then(|record| record.text("name"));
        names.extend(before.map(|name| (name, 0)));
    }
    for record in snapshot.layer(Layer::DoorPlate).iter().filter(|record| sees(record)) {
        if let Some(count) = record.text("community").and_then(|name| names.get_mut(name)) {
            *count += 1;
        }
    }
    for (name, count) in names.into_iter().filter(|(_, count)| *count > 0) {
        told.note(
            None,
            format!("{count} 个门楼牌写着“{name}”，需核对地址并办理换牌"),
            format!("{count} door plates name {name}: check the addresses and have plates changed"),
        );
    }
}

/// Facilities list the communities that they serve.
fn served(snapshot: &Snapshot, sees: &dyn Fn(&Record) -> bool, ended: &BTreeSet<String>, told: &mut Told) {
    for record in snapshot.layer(Layer::Facility).iter().filter(|record| sees(record)) {
        let Ok(facility) = record.read::<crate::model::layers::Facility>() else { continue };
        if facility.served_communities.iter().any(|code| ended.contains(code)) {
            told.note(
                Some(record),
                format!("设施“{}”的服务社区里有已撤销的，请更正", facility.name),
                format!("the facility {} serves a community that ends: correct its list", facility.name),
            );
        }
    }
}
