//! What a webhook says: the envelope that all events come in, and events that are not understood. The enum of the kinds
//! of events, [`Event`], is generated from Clerk's document of them.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::{WebhookError, WebhookErrorReason};
use crate::Timestamp;
use crate::error::{one_line, reason_without_values};
use crate::generated::events::Event;
use crate::value::{AsField, Field, UnknownValue, object, path};

impl Event {
    /// Reads the body of a webhook, whoever sent it: only of bodies whose signature was checked can it be believed
    /// ([`Webhook::verify`](super::Webhook::verify) does both).
    ///
    /// A kind that is not known, and data that does not decode, are [`Event::Unknown`]. The latter is logged as a
    /// warning, with the place in the event and without its values.
    ///
    /// # Errors
    /// With the reason [`InvalidPayload`](WebhookErrorReason::InvalidPayload) where it is no JSON object with a `type`.
    pub fn from_slice(body: &[u8]) -> Result<Self, WebhookError> {
        let raw = serde_json::from_slice::<Map<String, Value>>(body).ok();
        let kind = raw.as_ref().and_then(|raw| raw.get("type")?.as_str()).map(str::to_owned);
        let (Some(raw), Some(kind)) = (raw, kind) else {
            let detail = "the body is no JSON object with a `type`";
            return Err(WebhookError::new(WebhookErrorReason::InvalidPayload, detail));
        };
        let error = match Self::read(&kind, &raw) {
            Some(Ok(event)) => return Ok(event),
            Some(Err(error)) => {
                tracing::warn!(target: "clerk_sdk", kind, path = error.path(), "an event {error}");
                Some(error)
            }
            None => None,
        };
        let data = raw.get("data").cloned().unwrap_or_default();
        Ok(Self::Unknown(UnknownEvent { kind, data, raw, error }))
    }

    /// Returns why an event of a known kind did not decode. `None` for an event that did, and for a kind that is not
    /// known.
    pub fn error(&self) -> Option<&EventError> {
        match self {
            Self::Unknown(event) => event.error.as_ref(),
            _ => None,
        }
    }
}

/// Implements what differs with the kind of event, for the enum of all kinds.
macro_rules! events {
    ($name:ident { $($variant:ident = $kind:literal),* $(,)? }) => {
        impl $name {
            /// What happened, such as `user.created`.
            pub fn kind(&self) -> &str {
                match self {
                    $(Self::$variant(_) => $kind,)*
                    Self::Unknown(event) => &event.kind,
                }
            }

            /// For tests (feature `mock`): an event of each kind.
            ///
            /// # Panics
            /// As [`mock::sample`](crate::mock::sample).
            #[cfg(feature = "mock")]
            pub fn samples() -> Vec<Self> {
                vec![$(Self::$variant(EventOf::sample())),*]
            }

            /// Reads an event; `None` where its kind is not known.
            pub(crate) fn read(kind: &str, raw: &::serde_json::Map<String, ::serde_json::Value>) -> Option<Result<Self, EventError>> {
                match kind {
                    $($kind => Some(EventOf::read(raw).map(Self::$variant)),)*
                    _ => None,
                }
            }
        }

        impl ::serde::Serialize for $name {
            /// As it came, as far as it was understood; the time in milliseconds.
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(event) => event.write($kind, serializer),)*
                    Self::Unknown(event) => event.serialize(serializer),
                }
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $(Self::$variant(event) => f.debug_tuple(stringify!($variant)).field(event).finish(),)*
                    Self::Unknown(event) => f.debug_tuple("Unknown").field(event).finish(),
                }
            }
        }
    };
}
pub(crate) use events;

/// An event of one kind: what it is about, and what is the same for all kinds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EventOf<T> {
    /// Whom or what it happened to.
    pub data: T,
    /// When it happened. Clerk has sent it since 2024.
    pub timestamp: Option<Timestamp>,
    /// The instance of Clerk that it happened in. Clerk has sent it since 2024.
    pub instance_id: Option<String>,
    /// Always `event`.
    pub object: Option<String>,
    /// The request that made it happen, where there was one.
    pub event_attributes: Option<EventAttributes>,
}

/// What is known about the cause of an event.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct EventAttributes {
    /// The request that made it happen.
    pub http_request: Option<EventRequest>,
}
object! { EventAttributes { http_request } }

/// The request that made an event happen.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct EventRequest {
    /// The address that it came from.
    pub client_ip: Option<String>,
    /// The program that made it, as it calls itself.
    pub user_agent: Option<String>,
}
object! { EventRequest { client_ip, user_agent } }

/// Everything but the data.
struct Envelope {
    object: Option<String>,
    timestamp: Option<Timestamp>,
    instance_id: Option<String>,
    event_attributes: Option<EventAttributes>,
}
object! { Envelope { object, timestamp, instance_id, event_attributes } }

/// From here on a number is milliseconds. Clerk sends milliseconds, the examples of its document are in seconds.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

impl<T: Field> EventOf<T> {
    pub(crate) fn read(raw: &Map<String, Value>) -> Result<Self, EventError> {
        path::forget();
        let parts = Envelope::deserialize(raw).and_then(|envelope| Ok((envelope, data(raw)?)));
        let (envelope, data) = parts.map_err(|error| EventError::new(&error))?;
        let Envelope { object, timestamp, instance_id, event_attributes } = envelope;
        let timestamp = timestamp.map(in_milliseconds);
        Ok(Self { data, timestamp, instance_id, object, event_attributes })
    }

    pub(crate) fn write<S: Serializer>(&self, kind: &str, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(None)?;
        if let Some(object) = &self.object {
            map.serialize_entry("object", object)?;
        }
        map.serialize_entry("type", kind)?;
        if let Some(timestamp) = &self.timestamp {
            map.serialize_entry("timestamp", timestamp)?;
        }
        if let Some(instance_id) = &self.instance_id {
            map.serialize_entry("instance_id", instance_id)?;
        }
        if let Some(attributes) = &self.event_attributes {
            map.serialize_entry("event_attributes", attributes)?;
        }
        map.serialize_entry("data", &AsField(&self.data))?;
        map.end()
    }
}

fn data<T: Field>(raw: &Map<String, Value>) -> Result<T, serde_json::Error> {
    let data = match raw.get("data") {
        Some(data) => T::decode(data),
        None => Err(serde::de::Error::missing_field("data")),
    };
    data.map_err(|error| path::below_key("data", error))
}

fn in_milliseconds(timestamp: Timestamp) -> Timestamp {
    match timestamp.as_millis() {
        seconds if seconds < FIRST_MILLISECONDS => Timestamp::from_millis(seconds.saturating_mul(1000)),
        _ => timestamp,
    }
}

/// An event that this version of the SDK does not know, or whose data it does not understand, as JSON.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct UnknownEvent {
    /// What happened, such as `user.created`.
    pub kind: String,
    /// What it happened to; null where there is none.
    pub data: Value,
    /// All of the body.
    pub raw: Map<String, Value>,
    /// Why an event of a kind that is known does not decode; `None` where the kind is not known.
    pub error: Option<EventError>,
}

impl Serialize for UnknownEvent {
    /// As it came.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}

impl fmt::Debug for UnknownEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownEvent")
            .field("kind", &self.kind)
            .field("data", &UnknownValue::Json(&self.data))
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

/// Why an event of a known kind does not decode. It contains none of the event's values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventError {
    path: String,
    reason: String,
}

impl EventError {
    fn new(error: &serde_json::Error) -> Self {
        Self { path: path::take(), reason: reason_without_values(error) }
    }

    /// The place that is not what it should be, such as `data.email_addresses[0].id`; empty for the whole.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.path.is_empty() { "the event" } else { &self.path };
        write!(f, "does not decode at {}: {}", one_line(place), self.reason)
    }
}

impl std::error::Error for EventError {}
