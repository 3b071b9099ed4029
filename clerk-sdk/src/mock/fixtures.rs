//! Fixtures: what a test wants to be there, in JSON, so that tests of several programs can share it.

use std::fmt;

use serde_json::{Map, Value, json};

use super::MockClerk;
use super::query::Query;
use super::record::RecordedBody;
use super::state::Call;

/// The lists of a fixture, in the order in which they are put in, and the operation that makes an item of each.
const LISTS: &[(&str, &str)] = &[
    ("organization_permissions", "CreateOrganizationPermission"),
    ("organization_roles", "CreateOrganizationRole"),
    ("role_sets", "CreateRoleSet"),
    ("users", "CreateUser"),
    ("organizations", "CreateOrganization"),
    ("invitations", "CreateInvitation"),
    ("allowlist_identifiers", "CreateAllowlistIdentifier"),
    ("blocklist_identifiers", "CreateBlocklistIdentifier"),
    ("waitlist_entries", "CreateWaitlistEntry"),
    ("redirect_urls", "CreateRedirectURL"),
    ("domains", "AddDomain"),
    ("jwt_templates", "CreateJWTTemplate"),
    ("machines", "CreateMachine"),
    ("oauth_applications", "CreateOAuthApplication"),
];

/// The lists inside of an organization.
const OF_ORGANIZATION: &[(&str, &str)] = &[
    ("memberships", "CreateOrganizationMembership"),
    ("invitations", "CreateOrganizationInvitation"),
    ("domains", "CreateOrganizationDomain"),
];

/// Fields that name a user; in a fixture by e-mail address, username or external id.
const USERS: &[&str] = &["user_id", "created_by", "inviter_user_id"];

/// Why a fixture cannot be loaded: the item, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixtureError(String);

impl fmt::Display for FixtureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FixtureError {}

impl MockClerk {
    /// Puts in what a fixture has: an object of lists, such as `users`, each item with the fields that creating one
    /// takes. An organization has `memberships`, `invitations` and `domains` of its own. Users are named by e-mail
    /// address, username or external id.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use serde_json::json;
    /// # let clerk = clerk_sdk::mock::MockClerk::start().await?;
    /// clerk.load(&json!({
    ///     "users": [{ "email_address": ["ada@example.com"] }, { "username": "bob1" }],
    ///     "organizations": [{
    ///         "name": "Acme", "created_by": "ada@example.com",
    ///         "memberships": [{ "user_id": "bob1", "role": "org:member" }],
    ///     }],
    /// }))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Where the server would refuse an item, or a list is none of those that there are; what comes before it is in.
    pub fn load(&self, fixture: &Value) -> Result<(), FixtureError> {
        self.put_fixture(fixture).map_err(FixtureError)
    }

    fn put_fixture(&self, fixture: &Value) -> Result<(), String> {
        let lists = fixture.as_object().ok_or("a fixture is an object of lists")?;
        if let Some(name) = lists.keys().find(|name| !LISTS.iter().any(|(known, _)| known == name)) {
            let known: Vec<&str> = LISTS.iter().map(|(name, _)| *name).collect();
            return Err(format!("there is no list {name} in fixtures; there are {}", known.join(", ")));
        }
        for (name, operation_id) in LISTS {
            for (index, item) in items(lists, name)?.iter().enumerate() {
                let here = format!("{name}[{index}]");
                let mut fields = item.as_object().ok_or_else(|| format!("{here} is no object"))?.clone();
                let inner: Vec<Vec<Value>> = match *name {
                    "organizations" => {
                        let take = |(list, _): &(&str, &str)| {
                            let taken = items(&fields, list).map(<[Value]>::to_vec);
                            fields.remove(*list);
                            taken
                        };
                        OF_ORGANIZATION.iter().map(take).collect::<Result<_, _>>()?
                    }
                    // Who writes a role into a fixture means to use it.
                    "organization_roles" => {
                        fields.entry("include_in_initial_role_set").or_insert(json!(true));
                        Vec::new()
                    }
                    _ => Vec::new(),
                };
                let made = self.put_item(operation_id, Vec::new(), fields, &here)?;
                for ((list, operation_id), items) in OF_ORGANIZATION.iter().zip(inner) {
                    for (index, item) in items.into_iter().enumerate() {
                        let here = format!("{here}.{list}[{index}]");
                        let fields =
                            item.as_object().cloned().ok_or_else(|| format!("{here} is no object"))?;
                        let id = made["id"].as_str().unwrap_or_default().to_owned();
                        self.put_item(operation_id, vec![("organization_id".to_owned(), id)], fields, &here)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn put_item(
        &self,
        operation_id: &str,
        path: Vec<(String, String)>,
        mut fields: Map<String, Value>,
        here: &str,
    ) -> Result<Value, String> {
        for name in USERS {
            let Some(given) = fields.get(*name).and_then(Value::as_str) else { continue };
            let found = super::lock(&self.inner.state).find_user(given);
            let id = found.ok_or_else(|| format!("{here}: there is no user {given}"))?;
            fields.insert((*name).to_owned(), json!(id));
        }
        let body = RecordedBody::Json(Value::Object(fields));
        self.perform(operation_id, path, &body).map_err(|why| format!("{here}: {why}"))
    }

    /// Performs an operation as a request would, but leaves no trace in the record.
    pub(super) fn perform(
        &self,
        operation_id: &str,
        path: Vec<(String, String)>,
        body: &RecordedBody,
    ) -> Result<Value, String> {
        let document = self.inner.document;
        let operation = document.operation(operation_id).ok_or("the document has no such operation")?;
        let query = Query::default();
        let refused = |error: super::error::ApiError| error.told();
        let body = super::check::check(document, operation, &path, &query, body, crate::API_VERSION)
            .map_err(refused)?;
        super::prose::check(operation_id, super::SECRET_KEY, &query, &body).map_err(refused)?;
        let call =
            Call { operation, path, query: &query, document, key: super::SECRET_KEY, file: None, body };
        Ok(self.inner.perform(&call).map_err(refused)?.unwrap_or_default())
    }
}

impl MockClerk {
    /// Puts in what no operation makes, with the fields that an answer has.
    pub(super) fn put(
        &self,
        tag: &str,
        path: Vec<(String, String)>,
        fields: Map<String, Value>,
    ) -> Result<Value, String> {
        let document = self.inner.document;
        let operation = document.operations.first().ok_or("the document has no operations")?;
        let (query, body) = (Query::default(), Value::Object(fields));
        let call =
            Call { operation, path, query: &query, document, key: super::SECRET_KEY, file: None, body };
        let made = self.inner.change(|state| state.put(tag, &call));
        made.map_err(|error| error.body("none").to_string())
    }
}

/// A list of an object; empty where it is not there.
fn items<'a>(lists: &'a Map<String, Value>, name: &str) -> Result<&'a [Value], String> {
    match lists.get(name) {
        None => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(format!("{name} is no list")),
    }
}
