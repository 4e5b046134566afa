//! The tables of people, keys and accesses: beside the log, never part of it.

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, TransactionBehavior, params};

use super::{GeoPackageStore, damaged};
use crate::model::{Digest, RecordId};
use crate::store::{AccessRow, AccountStore, KeyRow, PersonRow, StoreError, WhichAccesses};

/// Made with a new register, and in an older one when it is opened for writing.
pub(super) const TABLES: &str = r#"
CREATE TABLE boundstone_person (
  id TEXT NOT NULL PRIMARY KEY, login TEXT NOT NULL UNIQUE, tick INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE boundstone_key (
  digest BLOB NOT NULL PRIMARY KEY, person TEXT NOT NULL, made_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL,
  ends_ms INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX boundstone_key_person ON boundstone_key (person);
CREATE TABLE boundstone_access (
  n INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, person TEXT, body TEXT NOT NULL);
CREATE INDEX boundstone_access_at ON boundstone_access (at_ms);
CREATE TRIGGER boundstone_access_fixed BEFORE UPDATE ON boundstone_access
  BEGIN SELECT RAISE(ABORT, 'accesses are never rewritten'); END;
INSERT INTO gpkg_extensions VALUES
  ('boundstone_person', NULL, 'boundstone_people', 'https://github.com/boundstone/boundstone', 'read-write'),
  ('boundstone_key', NULL, 'boundstone_people', 'https://github.com/boundstone/boundstone', 'read-write'),
  ('boundstone_access', NULL, 'boundstone_people', 'https://github.com/boundstone/boundstone', 'read-write');
"#;

/// Whether the register has them.
pub(super) fn is_there(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'boundstone_access'";
    Ok(connection.query_row(sql, [], |row| row.get::<_, i64>(0))? == 1)
}

fn id_of(text: &str, table: &str) -> Result<RecordId, StoreError> {
    text.parse().map_err(|_| damaged(table, format!("{text:?} is no ULID")))
}

fn person(row: &Row<'_>) -> Result<PersonRow, StoreError> {
    let id: String = row.get(0)?;
    Ok(PersonRow {
        id: id_of(&id, "boundstone_person")?,
        login: row.get(1)?,
        tick: row.get(2)?,
        body: row.get(3)?,
    })
}

const KEY: &str = "digest, person, made_ms, seen_ms, ends_ms, body";

fn key(row: &Row<'_>) -> Result<KeyRow, StoreError> {
    let (digest, person): (Vec<u8>, String) = (row.get(0)?, row.get(1)?);
    let digest = digest.try_into().map_err(|_| damaged("boundstone_key", "a hash is no SHA-256"))?;
    Ok(KeyRow {
        digest: Digest(digest),
        person: id_of(&person, "boundstone_key")?,
        made_ms: row.get(2)?,
        seen_ms: row.get(3)?,
        ends_ms: row.get(4)?,
        body: row.get(5)?,
    })
}

fn access(row: &Row<'_>) -> Result<AccessRow, StoreError> {
    let person: Option<String> = row.get(1)?;
    Ok(AccessRow {
        at_ms: row.get(0)?,
        person: person.map(|id| id_of(&id, "boundstone_access")).transpose()?,
        body: row.get(2)?,
    })
}

fn all<T>(
    rows: &mut rusqlite::Rows<'_>,
    read: fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// An instant as SQLite keeps it.
fn ms(instant: Option<u64>, absent: i64) -> i64 {
    instant.map_or(absent, |ms| i64::try_from(ms).unwrap_or(i64::MAX))
}

impl AccountStore for GeoPackageStore {
    fn people(&self) -> Result<Vec<PersonRow>, StoreError> {
        self.read(|connection| {
            if !is_there(connection)? {
                return Ok(Vec::new());
            }
            let sql = "SELECT id, login, tick, body FROM boundstone_person ORDER BY login";
            all(&mut connection.prepare_cached(sql)?.query([])?, person)
        })
    }

    fn add_person(&self, row: &PersonRow) -> Result<bool, StoreError> {
        let writer = self.writer()?;
        let sql = "INSERT INTO boundstone_person VALUES (?, ?, ?, ?) ON CONFLICT (login) DO NOTHING";
        let PersonRow { id, login, tick, body } = row;
        Ok(writer.prepare_cached(sql)?.execute(params![id.to_string(), login, tick, body])? == 1)
    }

    fn replace_person(&self, row: &PersonRow) -> Result<bool, StoreError> {
        let writer = self.writer()?;
        let transaction = Transaction::new_unchecked(&writer, TransactionBehavior::Immediate)?;
        let PersonRow { id, login, tick, body } = row;
        let id = id.to_string();
        let taken = "SELECT 1 FROM boundstone_person WHERE login = ? AND id <> ?";
        if transaction.query_row(taken, (login, &id), |_| Ok(())).optional()?.is_some() {
            return Ok(false);
        }
        let sql =
            "UPDATE boundstone_person SET login = ?2, tick = tick + 1, body = ?4 WHERE id = ?1 AND tick = ?3";
        let done = transaction.execute(sql, params![id, login, tick, body])?;
        transaction.commit()?;
        Ok(done == 1)
    }

    fn add_key(&self, row: &KeyRow) -> Result<(), StoreError> {
        let writer = self.writer()?;
        let sql = format!("INSERT INTO boundstone_key ({KEY}) VALUES (?, ?, ?, ?, ?, ?)");
        let KeyRow { digest, person, made_ms, seen_ms, ends_ms, body } = row;
        let values = params![digest.0, person.to_string(), made_ms, seen_ms, ends_ms, body];
        writer.prepare_cached(&sql)?.execute(values)?;
        Ok(())
    }

    fn key(&self, digest: Digest) -> Result<Option<KeyRow>, StoreError> {
        self.read(|connection| {
            if !is_there(connection)? {
                return Ok(None);
            }
            let mut statement =
                connection.prepare_cached(&format!("SELECT {KEY} FROM boundstone_key WHERE digest = ?"))?;
            let mut rows = statement.query([digest.0])?;
            rows.next()?.map(key).transpose()
        })
    }

    fn keys(&self, person: Option<RecordId>) -> Result<Vec<KeyRow>, StoreError> {
        self.read(|connection| {
            if !is_there(connection)? {
                return Ok(Vec::new());
            }
            let sql = format!(
                "SELECT {KEY} FROM boundstone_key WHERE ?1 IS NULL OR person = ?1 ORDER BY made_ms DESC, digest"
            );
            let person = person.map(|id| id.to_string());
            all(&mut connection.prepare_cached(&sql)?.query([person])?, key)
        })
    }

    fn see_key(&self, digest: Digest, seen_ms: u64) -> Result<(), StoreError> {
        let sql = "UPDATE boundstone_key SET seen_ms = max(seen_ms, ?2) WHERE digest = ?1";
        self.writer()?.prepare_cached(sql)?.execute(params![digest.0, seen_ms])?;
        Ok(())
    }

    fn remove_key(&self, digest: Digest) -> Result<bool, StoreError> {
        let sql = "DELETE FROM boundstone_key WHERE digest = ?";
        Ok(self.writer()?.prepare_cached(sql)?.execute([digest.0])? == 1)
    }

    fn forget_keys(&self, before_ms: u64) -> Result<(), StoreError> {
        let sql = "DELETE FROM boundstone_key WHERE ends_ms < ?";
        self.writer()?.prepare_cached(sql)?.execute([before_ms])?;
        Ok(())
    }

    fn add_accesses(&self, rows: &[AccessRow]) -> Result<(), StoreError> {
        let writer = self.writer()?;
        let transaction = Transaction::new_unchecked(&writer, TransactionBehavior::Immediate)?;
        {
            let sql = "INSERT INTO boundstone_access (at_ms, person, body) VALUES (?, ?, ?)";
            let mut insert = transaction.prepare_cached(sql)?;
            for AccessRow { at_ms, person, body } in rows {
                insert.execute(params![at_ms, person.map(|id| id.to_string()), body])?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn accesses(&self, which: WhichAccesses) -> Result<Vec<AccessRow>, StoreError> {
        self.read(|connection| {
            if !is_there(connection)? {
                return Ok(Vec::new());
            }
            let sql = "SELECT at_ms, person, body FROM boundstone_access \
                       WHERE at_ms >= ?1 AND at_ms < ?2 AND (?3 IS NULL OR person = ?3) ORDER BY n DESC LIMIT ?4";
            let values = params![
                ms(which.from_ms, 0),
                ms(which.before_ms, i64::MAX),
                which.person.map(|id| id.to_string()),
                i64::try_from(which.limit).unwrap_or(i64::MAX)
            ];
            all(&mut connection.prepare_cached(sql)?.query(values)?, access)
        })
    }

    fn forget_accesses(&self, before_ms: u64) -> Result<usize, StoreError> {
        let sql = "DELETE FROM boundstone_access WHERE at_ms < ?";
        Ok(self.writer()?.prepare_cached(sql)?.execute([before_ms])?)
    }
}
