//! What is on the table while a plan is looked at: its blocks and task, built again from the register's revision
//! where they are not at hand.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::super::{Inner, JobError, Jobs, lock};
use super::ZoningParams;
use crate::model::{RecordId, Revision};
use crate::snapshot::Snapshot;
use crate::zoning::{Blocks, BlocksError, Grids, Kind, Limits, Scope, Task, Wishes};

/// Desks that are kept.
const KEPT: usize = 6;

/// A plan's ground.
pub struct Desk {
    /// the units
    pub blocks: Blocks,
    /// the task
    pub task: Task,
    /// what findings are held against
    pub limits: Limits,
    /// the present community of every unit, by number
    pub present: Vec<Option<u32>>,
}

impl Desk {
    /// From a snapshot: the same params on the same revision give the same.
    pub fn of(snapshot: &Snapshot, params: &ZoningParams) -> Result<Self, BlocksError> {
        let scope = Scope {
            day: params.day,
            show: params.show,
            streets: &params.scope.streets,
            communities: &params.scope.communities,
            count: &params.count,
            grids: params.grids.as_ref().map(|rules| Grids {
                rules,
                exclusive: &params.wishes.exclusive,
                ordinary: &params.wishes.ordinary,
            }),
        };
        let blocks = Blocks::of(snapshot, &scope)?;
        let units = |codes: &[String]| -> Result<Vec<u32>, BlocksError> {
            codes.iter().map(|code| blocks.unit_of(snapshot, code)).collect()
        };
        let groups =
            |groups: &[Vec<String>]| groups.iter().map(|codes| units(codes)).collect::<Result<_, _>>();
        let asked = &params.wishes;
        let wishes = Wishes {
            together: groups(&asked.together)?,
            apart: groups(&asked.apart)?,
            locked: units(&asked.locked)?,
        };
        let task = params.order().task(&blocks, &wishes);
        let present = blocks.blocks.iter().map(|block| block.community.map(|at| at as u32)).collect();
        let limits = Limits { least_km2: params.least_km2, grids: params.kind == Kind::Grids };
        Ok(Self { blocks, task, limits, present })
    }

    /// What a unit is called: its compounds, else its number in its community.
    pub fn unit_name(&self, unit: u32) -> String {
        let block = &self.blocks.blocks[unit as usize];
        let compounds: Vec<&str> =
            block.compounds.iter().map(|(_, name)| name.as_str()).filter(|name| !name.is_empty()).collect();
        match compounds.as_slice() {
            [] => {
                let place = block.community.and_then(|at| self.blocks.communities.get(at));
                format!("{}{}", place.map(|place| place.name.as_str()).unwrap_or_default(), unit + 1)
            }
            [one] => (*one).to_owned(),
            [one, ..] => format!("{one}等 {} 处", compounds.len()),
        }
    }
}

/// The desks at hand, most recently used last.
#[derive(Default)]
pub(in crate::jobs) struct Desks(Mutex<VecDeque<(RecordId, Arc<Desk>)>>);

impl Inner {
    pub(super) fn keep_desk(&self, plan: RecordId, desk: Desk) -> Arc<Desk> {
        let desk = Arc::new(desk);
        let mut kept = lock(&self.desks.0);
        kept.retain(|(known, _)| *known != plan);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back((plan, desk.clone()));
        desk
    }
}

impl Jobs {
    /// The ground of a plan.
    pub fn desk(&self, plan: RecordId) -> Result<Arc<Desk>, JobError> {
        let head = self.plan_head(plan)?;
        let inner = self.inner();
        let known = {
            let mut kept = lock(&inner.desks.0);
            let at = kept.iter().position(|(known, _)| *known == plan);
            at.and_then(|at| kept.remove(at)).inspect(|known| kept.push_back(known.clone()))
        };
        if let Some((_, desk)) = known {
            return Ok(desk);
        }
        let snapshot =
            inner.register.at(Revision(head.revision)).map_err(|error| JobError::Kept(error.to_string()))?;
        let desk = Desk::of(&snapshot, &head.params).map_err(|error| JobError::Kept(error.to_string()))?;
        if desk.blocks.blocks.len() != head.units {
            return Err(JobError::Kept("the plan was made by another version of the program".into()));
        }
        Ok(inner.keep_desk(plan, desk))
    }
}
