//! What a webhook says.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// What happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// An event that this version of the SDK does not know, or whose data does not decode.
    Unknown(UnknownEvent),
}

/// An event that came signed by Clerk, as JSON.
#[derive(Clone)]
#[non_exhaustive]
pub struct UnknownEvent {
    /// What happened, such as `user.created`.
    pub kind: String,
    /// What it happened to; null where there is none.
    pub data: Value,
    /// All of the body.
    pub raw: Map<String, Value>,
    /// Why the data of a type that is known does not decode.
    pub error: Option<String>,
}

impl Event {
    /// Reads a body whose signature was checked; `None` where it is no JSON object with a `type`.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let raw: Map<String, Value> = serde_json::from_slice(body).ok()?;
        let kind = raw.get("type")?.as_str()?.to_owned();
        let data = raw.get("data").cloned().unwrap_or_default();
        Some(Self::Unknown(UnknownEvent { kind, data, raw, error: None }))
    }

    /// What happened, such as `user.created`.
    pub fn kind(&self) -> &str {
        match self {
            Self::Unknown(event) => &event.kind,
        }
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unknown(event) => event.raw.serialize(serializer),
        }
    }
}

impl fmt::Debug for UnknownEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownEvent")
            .field("kind", &self.kind)
            .field("data", &crate::value::UnknownValue::Json(&self.data))
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}
