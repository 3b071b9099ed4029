//! The data of a server in a file, so that it survives the server. An answer is sent after what it says is on the
//! disk.
//!
//! The file is a `redb` database: written in Rust like the rest, so that nobody needs a C compiler for it, and each
//! commit is atomic and on the disk when it returns. Objects are kept as JSON, by their kind and place.

use std::io;
use std::path::Path;

use redb::{Database, ReadableTable, TableDefinition};
use serde_json::Value;

use super::error::ApiError;
use super::state::{Changed, State};

const OBJECTS: TableDefinition<'_, (&str, u64), &str> = TableDefinition::new("objects");
/// What is no object: settings, keys, the clock.
const REST: TableDefinition<'_, &str, &str> = TableDefinition::new("rest");

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// An open file.
#[derive(Debug)]
pub(super) struct Store {
    database: Database,
    /// What the file has of the rest.
    rest: std::sync::Mutex<Value>,
}

impl Store {
    /// Opens a file and lets the state know what it holds; a new one holds the state as it is.
    pub(super) fn open(file: &Path, state: &mut State) -> io::Result<Store> {
        let database = Database::create(file).map_err(io::Error::other)?;
        let store = Store { database, rest: std::sync::Mutex::new(Value::Null) };
        if store.load(state).map_err(io::Error::other)? {
            state.commit();
        } else {
            let changes = state.commit();
            store.write(&changes, &state.rest()).map_err(io::Error::other)?;
        }
        *super::lock(&store.rest) = state.rest();
        Ok(store)
    }

    /// Keeps what a request changed.
    pub(super) fn keep(&self, changes: &[Changed], state: &State) -> Result<(), ApiError> {
        let rest = state.rest();
        let mut kept = super::lock(&self.rest);
        if changes.is_empty() && *kept == rest {
            return Ok(());
        }
        self.write(changes, &rest).map_err(|error| {
            let long = format!("The data could not be written: {error}");
            let status = http::StatusCode::INTERNAL_SERVER_ERROR;
            ApiError::new(status, "internal_clerk_error", "The data could not be written", &long)
        })?;
        *kept = rest;
        Ok(())
    }

    fn write(&self, changes: &[Changed], rest: &Value) -> Result<(), Failure> {
        let transaction = self.database.begin_write()?;
        {
            let mut objects = transaction.open_table(OBJECTS)?;
            for change in changes {
                let place = (change.tag, change.position);
                match change.whole() {
                    Some(object) => drop(objects.insert(place, object.as_str())?),
                    None => drop(objects.remove(place)?),
                }
            }
            transaction.open_table(REST)?.insert("rest", rest.to_string().as_str())?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Whether the file held anything.
    fn load(&self, state: &mut State) -> Result<bool, Failure> {
        let transaction = self.database.begin_read()?;
        let objects = match transaction.open_table(OBJECTS) {
            Err(redb::TableError::TableDoesNotExist(_)) => return Ok(false),
            objects => objects?,
        };
        let Some(rest) = transaction.open_table(REST)?.get("rest")? else { return Ok(false) };
        state.become_empty();
        for row in objects.iter()? {
            let (place, object) = row?;
            let (tag, position) = place.value();
            state.place(tag, position, serde_json::from_str(object.value())?);
        }
        state.set_rest(&serde_json::from_str(rest.value())?);
        Ok(true)
    }
}
