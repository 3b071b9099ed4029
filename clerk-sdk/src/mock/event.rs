//! Events for tests of a webhook's handler.

use super::setters::setter;
use super::{MADE_AT, Sample};
use crate::Timestamp;
use crate::webhooks::{EventAttributes, EventOf, EventRequest};

/// # For tests
///
/// With the feature `mock`: a sample, and a setter for each field.
impl<T: Sample> EventOf<T> {
    /// An event for tests, with a [`sample`](crate::mock::sample) of its data.
    ///
    /// ```
    /// use clerk_sdk::webhooks::types::DeletedObject;
    /// use clerk_sdk::webhooks::{Event, EventOf};
    ///
    /// let event = Event::UserDeleted(EventOf::sample().data(DeletedObject::sample().id("user_1")));
    /// assert_eq!(event.kind(), "user.deleted");
    /// ```
    ///
    /// # Panics
    /// As [`mock::sample`](crate::mock::sample).
    pub fn sample() -> Self {
        Self {
            data: crate::mock::sample(),
            timestamp: Some(Timestamp::from_millis(MADE_AT)),
            instance_id: Some("ins_embedded".to_owned()),
            object: Some("event".to_owned()),
            event_attributes: Some(EventAttributes::sample()),
        }
    }
    setter! { data plain T }
    setter! { timestamp null Timestamp }
    setter! { instance_id null String }
    setter! { object null String }
    setter! { event_attributes null EventAttributes }
}

/// # For tests
///
/// With the feature `mock`: a sample, and a setter for each field.
impl EventAttributes {
    /// A cause of an event for tests.
    pub fn sample() -> Self {
        Self { http_request: Some(EventRequest::sample()) }
    }
    setter! { http_request null EventRequest }
}

/// # For tests
///
/// With the feature `mock`: a sample, and a setter for each field.
impl EventRequest {
    /// A browser's request for tests.
    pub fn sample() -> Self {
        Self { client_ip: Some("203.0.113.7".to_owned()), user_agent: Some("Mozilla/5.0".to_owned()) }
    }
    setter! { client_ip null String }
    setter! { user_agent null String }
}
