//! What one server remembers, and who answers which operation.

mod admin_portal;
mod agent_tasks;
mod api_keys;
mod billing;
mod changes;
mod clients;
mod connections;
mod contacts;
mod digests;
mod directories;
mod domains;
mod enrollment;
#[cfg(feature = "webhooks")]
mod events;
mod expiry;
mod identifiers;
mod images;
mod instance;
mod invitations;
#[cfg(feature = "mock-data")]
mod kept;
mod list;
mod m2m_tokens;
mod machine_credential;
mod machines;
mod memberships;
mod memory_hard;
mod metadata;
mod oauth_applications;
mod oauth_tokens;
mod object;
mod organization_domains;
mod organization_invitations;
mod organizations;
mod passwords;
mod provider_tokens;
mod resource;
mod resources;
mod role_sets;
mod roles;
mod second_factors;
mod session_tokens;
mod sessions;
mod sign_ups;
mod svix_app;
mod table;
mod template_tokens;
mod templates;
mod test_runs;
mod trusted_devices;
mod user_parts;
mod users;
mod users_list;
mod verifications;
mod waitlist;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub(super) use self::identifiers::check_email;
pub(super) use self::images::PICTURES;
use self::object::{Object, fields};
pub(super) use self::session_tokens::TokenOptions;
pub(super) use self::table::Changed;
use self::table::Table;
use super::document::{Document, Operation};
use super::error::ApiError;
use super::ids::Ids;
use super::keys::Keys;
use super::query::Query;
use super::record::RecordedPart;
use super::sample::Sampler;
use super::time::Clock;

/// Who issues the tokens: the address that the browsers of this instance would have for Clerk.
pub(super) const ISSUER: &str = "https://clerk.example.com";

/// Answers one operation. What it changed before it refused is taken back.
type Handler = fn(&mut State, &Call<'_>) -> Result<Value, ApiError>;

/// A request that has passed the checks.
pub(super) struct Call<'a> {
    pub(super) operation: &'a Operation,
    pub(super) path: Vec<(String, String)>,
    pub(super) query: &'a Query,
    pub(super) document: &'static Document,
    /// The key that came with it; empty for none.
    pub(super) key: &'a str,
    /// The file of a form.
    pub(super) file: Option<&'a RecordedPart>,
    /// The body's JSON or a form's fields; null where the operation takes none.
    pub(super) body: Value,
}

/// The state of one server.
#[derive(Clone, Debug)]
pub(super) struct State {
    document: &'static Document,
    ids: Ids,
    clock: Clock,
    pub(super) keys: Keys,
    users: Table,
    sessions: Table,
    organizations: Table,
    memberships: Table,
    organization_invitations: Table,
    invitations: Table,
    api_keys: Table,
    m2m_tokens: Table,
    oauth_tokens: Table,
    /// The objects of the kinds that have no table of their own, by their tag.
    others: BTreeMap<&'static str, Table>,
    settings: Value,
    instance_id: String,
    /// The secret that webhooks are signed with.
    #[cfg(feature = "webhooks")]
    pub(super) webhook_secret: String,
    /// Where the server is, such as `http://127.0.0.1:4010`; empty before it listens.
    origin: String,
    /// When the next object ends by itself.
    next_end: i64,
    /// The machine of [`MACHINE_KEY`](super::MACHINE_KEY), which no list has.
    machine: String,
}

impl State {
    pub(super) fn new(document: &'static Document, clock: Clock, seed: Option<u64>) -> State {
        let mut ids = Ids::new(seed);
        let instance_id = ids.object("instance");
        let mut state = State {
            document,
            keys: Keys::new(ids.object("instance")),
            machine: ids.object("machine"),
            settings: instance::defaults(&instance_id),
            instance_id,
            #[cfg(feature = "webhooks")]
            webhook_secret: crate::mock::keys::webhook_secret(seed),
            next_end: i64::MAX,
            origin: String::new(),
            others: BTreeMap::new(),
            ids,
            clock,
            users: Table::default(),
            sessions: Table::default(),
            organizations: Table::default(),
            memberships: Table::default(),
            organization_invitations: Table::default(),
            invitations: Table::default(),
            api_keys: Table::default(),
            m2m_tokens: Table::default(),
            oauth_tokens: Table::default(),
        };
        state.furnish_roles();
        state.furnish_role_sets();
        state.furnish_domain();
        state.furnish_templates();
        state
    }

    /// The body of the answer; `None` where the operation has no content to answer with.
    pub(super) fn answer(&mut self, call: &Call<'_>) -> Result<Option<Value>, ApiError> {
        self.now();
        let id = &call.operation.id;
        let outcome = match (handler(id), resources::of_operation(id)) {
            (Some(handler), _) => handler(self, call),
            (None, Some((resource, action))) => resource.answer(action, self, call),
            // The one that is left has no content.
            (None, None) => Ok(Value::Null),
        };
        match outcome {
            Ok(value) => {
                self.enroll();
                Ok(call.operation.answer.is_some().then_some(value))
            }
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        }
    }

    /// Whether an operation has more behind it than its schema.
    pub(super) fn remembers(operation_id: &str) -> bool {
        handler(operation_id).is_some() || resources::of_operation(operation_id).is_some()
    }

    /// An id to trace a request by.
    pub(super) fn trace_id(&mut self) -> String {
        self.ids.trace()
    }

    /// The user that the path names.
    fn user(&self, call: &Call<'_>) -> Result<&Object, ApiError> {
        let id = call.variable("user_id");
        self.users.get(id).ok_or_else(|| ApiError::not_found("user", id))
    }

    /// The id of the user that the path names.
    fn user_id(&self, call: &Call<'_>) -> Result<String, ApiError> {
        self.user(call).map(|user| user.id().to_owned())
    }

    /// Gives the next object of a kind an id that a test chose.
    ///
    /// # Errors
    /// The id has another form than those of the kind, or exists.
    pub(super) fn take_own_id(&mut self, kind: &'static str, id: &str) -> Result<(), String> {
        let prefix = Ids::prefix(kind);
        let letters = id.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).unwrap_or_default();
        if letters.is_empty() || !letters.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(format!(
                "{id} is no id of this kind: they begin with {prefix}_, then letters and digits"
            ));
        }
        let exists = self.tables_mut().any(|(_, table)| table.get(id).is_some());
        if exists {
            return Err(format!("there is already an object with the id {id}"));
        }
        self.ids.set_own(Some((kind, id.to_owned())));
        Ok(())
    }

    /// Draws ids by chance again.
    pub(super) fn leave_own_id(&mut self) {
        self.ids.set_own(None);
    }

    /// Keeps an object of a kind that only seeds make, and shows it.
    pub(super) fn put(&mut self, tag: &str, call: &Call<'_>) -> Result<Value, ApiError> {
        self.now();
        let resource = resources::of_tag(tag).ok_or_else(|| ApiError::not_found("kind", tag))?;
        let made = resource.put(self, call);
        if made.is_err() {
            self.roll_back();
        }
        made
    }

    fn table(&self, tag: &str) -> Option<&Table> {
        self.others.get(tag)
    }

    /// The objects of a kind, oldest first.
    fn rows<'a>(&'a self, tag: &str) -> impl DoubleEndedIterator<Item = &'a Object> + use<'a> {
        self.table(tag).into_iter().flat_map(Table::iter)
    }

    fn table_mut(&mut self, tag: &'static str) -> &mut Table {
        self.others.entry(tag).or_default()
    }

    #[cfg(feature = "webhooks")]
    pub(super) fn instance_id(&self) -> &str {
        &self.instance_id
    }

    /// Sets the clock ahead, and has happen what comes with the time.
    pub(super) fn advance(&mut self, milliseconds: i64) {
        self.clock.advance(milliseconds);
        self.pass_periods();
        self.pass_time();
    }

    pub(super) fn now(&mut self) -> i64 {
        self.clock.now()
    }

    /// When the request came that is being answered.
    fn at(&self) -> i64 {
        self.clock.told()
    }

    /// An object of a component of the document, all of its fields filled in.
    fn sample(&mut self, component: &str) -> Object {
        self.sampler().object(component).into()
    }

    fn sampler(&mut self) -> Sampler<'_> {
        let now = self.clock.now();
        Sampler { document: self.document, ids: &mut self.ids, now }
    }
}

/// The handlers of all resources.
fn handlers() -> impl Iterator<Item = &'static (&'static str, Handler)> {
    [
        users::HANDLERS,
        users_list::HANDLERS,
        contacts::HANDLERS,
        directories::HANDLERS,
        domains::HANDLERS,
        trusted_devices::HANDLERS,
        provider_tokens::HANDLERS,
        admin_portal::HANDLERS,
        test_runs::HANDLERS,
        svix_app::HANDLERS,
        templates::HANDLERS,
        second_factors::HANDLERS,
        sessions::HANDLERS,
        session_tokens::HANDLERS,
        clients::HANDLERS,
        template_tokens::HANDLERS,
        verifications::HANDLERS,
        user_parts::HANDLERS,
        instance::HANDLERS,
        organization_domains::HANDLERS,
        machines::HANDLERS,
        oauth_applications::HANDLERS,
        roles::HANDLERS,
        role_sets::HANDLERS,
        api_keys::HANDLERS,
        m2m_tokens::HANDLERS,
        oauth_tokens::HANDLERS,
        organizations::HANDLERS,
        memberships::HANDLERS,
        organization_invitations::HANDLERS,
        invitations::HANDLERS,
        waitlist::HANDLERS,
    ]
    .into_iter()
    .chain(billing::HANDLERS.iter().copied())
    .flatten()
}

fn handler(operation_id: &str) -> Option<Handler> {
    handlers().find(|(id, _)| *id == operation_id).map(|(_, handler)| *handler)
}

impl Call<'_> {
    /// A path parameter.
    fn variable(&self, name: &str) -> &str {
        self.path.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// The items of a body that is an array, each as the body of a request of its own.
    fn items(&self) -> Vec<Call<'_>> {
        let items = self.body.as_array().into_iter().flatten();
        let call = |body: &Value| Call {
            operation: self.operation,
            path: self.path.clone(),
            query: self.query,
            document: self.document,
            key: self.key,
            file: self.file,
            body: body.clone(),
        };
        items.map(call).collect()
    }

    /// A text of the body; `None` where it is absent or null.
    fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// The texts of an array of the body.
    fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.body.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// A boolean of the body; `None` where it is absent or null.
    fn flag(&self, name: &str) -> Option<bool> {
        self.body.get(name).and_then(Value::as_bool)
    }
}

/// What is answered where something was deleted.
fn deleted(tag: &str, id: &str) -> Value {
    json!({ "object": tag, "id": id, "deleted": true })
}

/// The object in a list whose field has this value.
fn find<'a>(list: &'a Value, field: &str, value: &str) -> Option<&'a Value> {
    list.as_array()?.iter().find(|item| item[field] == value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_handler_is_of_an_operation_that_the_document_has_and_there_is_one_for_each() {
        let document = Document::get().unwrap();
        let ids: Vec<&str> = handlers().map(|(id, _)| *id).collect();

        for id in &ids {
            assert!(document.operation(id).is_some(), "{id} is no operation");
            assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{id} has two handlers");
        }

        assert!(ids.len() > 50);
    }
}
