//! The tables of jobs and settings: beside the log, never part of it.

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, TransactionBehavior, params};

use super::{GeoPackageStore, damaged};
use crate::model::RecordId;
use crate::store::{JobRow, JobState, JobStore, SettingStore, StoreError};

/// Made with a new register, and in an older one when it is opened for writing.
pub(super) const TABLES: &str = r#"
CREATE TABLE boundstone_job (
  id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, asked TEXT NOT NULL, owner TEXT,
  lease_ms INTEGER NOT NULL, tick INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX boundstone_job_state ON boundstone_job (state, id);
CREATE UNIQUE INDEX boundstone_job_asked ON boundstone_job (asked) WHERE state IN ('queued', 'running');
CREATE TABLE boundstone_setting (
  topic TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (topic, name));
INSERT INTO gpkg_extensions VALUES
  ('boundstone_job', NULL, 'boundstone_work', 'https://github.com/boundstone/boundstone', 'read-write'),
  ('boundstone_setting', NULL, 'boundstone_work', 'https://github.com/boundstone/boundstone', 'read-write');
"#;

/// Whether the register has them.
pub(super) fn is_there(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'boundstone_setting'";
    Ok(connection.query_row(sql, [], |row| row.get::<_, i64>(0))? == 1)
}

const COLUMNS: &str = "id, kind, state, asked, owner, lease_ms, tick, body";

fn read(row: &Row<'_>) -> Result<JobRow, StoreError> {
    let (id, state): (String, String) = (row.get(0)?, row.get(2)?);
    let bad = |what: &str| damaged(format!("boundstone_job {id}"), what);
    Ok(JobRow {
        id: id.parse::<RecordId>().map_err(|_| bad("its id is no ULID"))?,
        kind: row.get(1)?,
        state: JobState::from_code(&state).ok_or_else(|| bad("its state is not known"))?,
        asked: row.get(3)?,
        owner: row.get(4)?,
        lease_ms: row.get(5)?,
        tick: row.get(6)?,
        body: row.get(7)?,
    })
}

impl JobStore for GeoPackageStore {
    fn add_job(&self, row: &JobRow) -> Result<Option<RecordId>, StoreError> {
        let writer = self.writer()?;
        // At once for writing: two programs may be asked the same at the same moment.
        let transaction = Transaction::new_unchecked(&writer, TransactionBehavior::Immediate)?;
        let sql = format!(
            "SELECT {COLUMNS} FROM boundstone_job WHERE asked = ? AND state IN ('queued', 'running')"
        );
        let mut statement = transaction.prepare_cached(&sql)?;
        let mut rows = statement.query([&row.asked])?;
        if let Some(found) = rows.next()? {
            return Ok(Some(read(found)?.id));
        }
        drop(rows);
        drop(statement);
        let sql = format!("INSERT INTO boundstone_job ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
        let JobRow { id, kind, state, asked, owner, lease_ms, tick, body } = row;
        let values = params![id.to_string(), kind, state.code(), asked, owner, lease_ms, tick, body];
        transaction.prepare_cached(&sql)?.execute(values)?;
        transaction.commit()?;
        Ok(None)
    }

    fn job(&self, id: RecordId) -> Result<Option<JobRow>, StoreError> {
        self.read(|connection| {
            if !is_there(connection)? {
                return Ok(None);
            }
            let sql = format!("SELECT {COLUMNS} FROM boundstone_job WHERE id = ?");
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query([id.to_string()])?;
            rows.next()?.map(read).transpose()
        })
    }

    fn jobs(&self, state: Option<JobState>, limit: usize) -> Result<Vec<JobRow>, StoreError> {
        self.read(|connection| {
            if !is_there(connection)? {
                return Ok(Vec::new());
            }
            let filter = if state.is_some() { "WHERE state = ?1" } else { "WHERE ?1 IS NULL" };
            let sql = format!("SELECT {COLUMNS} FROM boundstone_job {filter} ORDER BY id DESC LIMIT ?2");
            let mut statement = connection.prepare_cached(&sql)?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut rows = statement.query(params![state.map(JobState::code), limit])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read(row)?);
            }
            Ok(found)
        })
    }

    fn replace_job(&self, row: &JobRow) -> Result<bool, StoreError> {
        let writer = self.writer()?;
        let sql = "UPDATE boundstone_job SET kind = ?2, state = ?3, asked = ?4, owner = ?5, lease_ms = ?6, \
                   tick = tick + 1, body = ?8 WHERE id = ?1 AND tick = ?7";
        let JobRow { id, kind, state, asked, owner, lease_ms, tick, body } = row;
        let values = params![id.to_string(), kind, state.code(), asked, owner, lease_ms, tick, body];
        Ok(writer.prepare_cached(sql)?.execute(values)? == 1)
    }

    fn remove_job(&self, id: RecordId) -> Result<bool, StoreError> {
        let writer = self.writer()?;
        let mut statement = writer.prepare_cached("DELETE FROM boundstone_job WHERE id = ?")?;
        Ok(statement.execute([id.to_string()])? == 1)
    }
}

impl SettingStore for GeoPackageStore {
    fn settings(&self, topic: &str) -> Result<Vec<(String, String)>, StoreError> {
        self.read(|connection| {
            if !is_there(connection)? {
                return Ok(Vec::new());
            }
            let sql = "SELECT name, value FROM boundstone_setting WHERE topic = ? ORDER BY name";
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement
                .query_map([topic], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?)
        })
    }

    fn set_setting(&self, topic: &str, name: &str, value: Option<&str>) -> Result<bool, StoreError> {
        let writer = self.writer()?;
        let transaction = Transaction::new_unchecked(&writer, TransactionBehavior::Immediate)?;
        let known = "SELECT 1 FROM boundstone_setting WHERE topic = ? AND name = ?";
        let was = transaction.query_row(known, (topic, name), |_| Ok(())).optional()?.is_some();
        match value {
            Some(value) => transaction.execute(
                "INSERT OR REPLACE INTO boundstone_setting VALUES (?, ?, ?)",
                (topic, name, value),
            )?,
            None => transaction
                .execute("DELETE FROM boundstone_setting WHERE topic = ? AND name = ?", (topic, name))?,
        };
        transaction.commit()?;
        Ok(was)
    }
}
