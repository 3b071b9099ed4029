//! Every type by its name.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// A generated type.
#[derive(Clone, Copy, Debug)]
pub struct Typed {
    /// Its name.
    pub name: &'static str,
    /// Where the document says what it is, as a JSON pointer.
    pub pointer: &'static str,
    /// What `Debug` shows of this value.
    pub shown: fn(&Value) -> Result<String, String>,
}

impl Typed {
    pub(super) const fn of<T: DeserializeOwned + Debug>(name: &'static str, pointer: &'static str) -> Self {
        Self { name, pointer, shown: shown::<T> }
    }
}

fn shown<T: DeserializeOwned + Debug>(json: &Value) -> Result<String, String> {
    let value: T = serde_json::from_value(json.clone()).map_err(|error| error.to_string())?;
    Ok(format!("{value:?} {value:#?}"))
}
