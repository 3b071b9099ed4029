//! What one server remembers, and who answers which operation: a handler where there is state, a value made from
//! the schema where there is none.

mod generic;
mod list;
mod metadata;
mod table;

use serde_json::{Map, Value};

use self::table::Table;
use super::document::{Document, Operation};
use super::error::ApiError;
use super::ids::Ids;
use super::query::Query;
use super::sample::Sampler;
use super::time::Clock;

/// An object as the API shows it.
type Object = Map<String, Value>;
/// Answers one operation. It looks before it writes: a request that is refused has changed nothing.
type Handler = fn(&mut State, &Call<'_>) -> Result<Value, ApiError>;

/// A request that has passed the checks.
pub(super) struct Call<'a> {
    pub(super) operation: &'a Operation,
    pub(super) path: Vec<(String, String)>,
    pub(super) query: &'a Query,
    /// The body's JSON or a form's fields; null where the operation takes none.
    pub(super) body: Value,
}

/// The state of one server.
#[derive(Debug)]
pub(super) struct State {
    document: &'static Document,
    ids: Ids,
    clock: Clock,
}

impl State {
    pub(super) fn new(document: &'static Document) -> State {
        State { document, ids: Ids::new(), clock: Clock::default() }
    }

    /// The body of the answer; `None` where the operation has no content to answer with.
    pub(super) fn answer(&mut self, call: &Call<'_>) -> Result<Option<Value>, ApiError> {
        let value = match handler(&call.operation.id) {
            Some(handler) => handler(self, call)?,
            None => generic::answer(self, call),
        };
        Ok(call.operation.answer.is_some().then_some(value))
    }

    /// An id to trace a request by.
    pub(super) fn trace_id(&mut self) -> String {
        self.ids.trace()
    }

    fn now(&mut self) -> i64 {
        self.clock.now()
    }

    fn sampler(&mut self) -> Sampler<'_> {
        let now = self.clock.now();
        Sampler { document: self.document, ids: &mut self.ids, now }
    }
}

/// The handlers of all resources.
fn handlers() -> impl Iterator<Item = &'static (&'static str, Handler)> {
    [].into_iter()
}

fn handler(operation_id: &str) -> Option<Handler> {
    handlers().find(|(id, _)| *id == operation_id).map(|(_, handler)| *handler)
}

impl Call<'_> {
    /// A path parameter.
    fn variable(&self, name: &str) -> &str {
        self.path.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }
}
