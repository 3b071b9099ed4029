//! Seeds: what a test wants to be there before its program begins. They go the way of a request, checks included,
//! but leave no trace in the record and are not held up by faults.

use std::future::{IntoFuture, Ready, ready};
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::MockClerk;
use super::record::RecordedBody;
use crate::types::{
    BillingPaymentAttempt, CommercePlan, CommerceSubscription, EnterpriseConnectionTestRun, ExternalAccount,
    OauthAccessToken, Organization, OrganizationMembership, Passkey, Role, Session, SignUp, TrustedDevice,
    User,
};
use crate::value::Redacted;

/// What is put into an embedded Clerk: see [`MockClerk::seed`].
#[derive(Clone, Copy, Debug)]
pub struct Seed<'a>(&'a MockClerk);

/// Something that is about to be there: fields are added with [`with`](Self::with), `.await` puts it in and gives it.
#[must_use = "a seed does nothing unless it is awaited"]
#[derive(Clone, Debug)]
pub struct Seeding<'a, T> {
    clerk: &'a MockClerk,
    source: Source,
    path: Vec<(String, String)>,
    fields: Redacted,
    /// Slugs or ids of the organizations that a user is a member of, and the role in each.
    organizations: Vec<(String, String)>,
    becomes: PhantomData<fn() -> T>,
}

/// The operations whose objects can have an id of one's own, and the kinds of these.
const KINDS: &[(&str, &str)] = &[
    ("CreateUser", "user"),
    ("CreateOrganization", "organization"),
    ("CreateOrganizationMembership", "organization_membership"),
    ("CreateOrganizationRole", "role"),
];

fn is_id(name: &str) -> bool {
    name == "id" || name.ends_with("_id")
}

/// Who makes what is put in.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// An operation, by its id.
    Operation(&'static str),
    /// Nobody: objects of this kind come from elsewhere.
    Object(&'static str),
    /// Nobody: it is a part of a user that only a browser can add, in this list, of this kind.
    Part(&'static str, &'static str),
    /// An operation, and the settings of the instance about how long sessions last.
    Session,
    /// Nobody: plans are made in Clerk's dashboard.
    Plan,
    /// Nobody: subscriptions are begun in a browser.
    Subscription,
    /// Nobody: discounts are made in Clerk's dashboard.
    Discount,
    /// Nobody: it is made when something is due.
    PaymentAttempt,
}

impl MockClerk {
    /// Begins to put something in.
    ///
    /// # Panics
    /// The seeds do, when they are awaited, where the server would refuse such a request: they say why.
    pub fn seed(&self) -> Seed<'_> {
        Seed(self)
    }
}

impl<'a> Seed<'a> {
    /// A user with a verified e-mail address.
    pub fn user(self, email_address: impl Into<String>) -> Seeding<'a, User> {
        self.begin("CreateUser").with("email_address", [email_address.into()])
    }

    /// An organization.
    pub fn organization(self, name: impl Into<String>) -> Seeding<'a, Organization> {
        self.begin("CreateOrganization").with("name", name.into())
    }

    /// A user's membership in an organization, with a role such as `org:admin`.
    pub fn membership(
        self,
        organization_id: impl Into<String>,
        user_id: impl Into<String>,
        role: impl Into<String>,
    ) -> Seeding<'a, OrganizationMembership> {
        let mut seeding = self.begin("CreateOrganizationMembership");
        seeding.path.push(("organization_id".to_owned(), organization_id.into()));
        seeding.with("user_id", user_id.into()).with("role", role.into())
    }

    /// An active session of a user. It expires after a week, unless it is given `expire_at`, in Unix milliseconds, or an
    /// earlier `abandon_at`: `.with("abandon_at", …)`.
    pub fn session(self, user_id: impl Into<String>) -> Seeding<'a, Session> {
        self.from(Source::Session).with("user_id", user_id.into())
    }

    /// A role in organizations, by its key such as `org:accountant`, with the permissions of these keys, which are
    /// made where they are not there. It is in the role set of new organizations.
    pub fn role<P: Into<String>>(
        self,
        key: impl Into<String>,
        permissions: impl IntoIterator<Item = P>,
    ) -> Seeding<'a, Role> {
        let (key, permissions) =
            (key.into(), permissions.into_iter().map(Into::into).collect::<Vec<String>>());
        self.0.inner.change(|state| state.ensure_permissions(&permissions));
        let name = key.strip_prefix("org:").unwrap_or(&key).replace('_', " ");
        self.begin("CreateOrganizationRole")
            .with("name", name)
            .with("key", key)
            .with("permissions", permissions)
            .with("include_in_initial_role_set", true)
    }

    /// An account elsewhere with which a user signs in; the provider reads like `oauth_google`.
    pub fn external_account(
        self,
        user_id: impl Into<String>,
        provider: impl Into<String>,
        email_address: impl Into<String>,
    ) -> Seeding<'a, ExternalAccount> {
        let seeding = self.part("external_accounts", "ExternalAccountWithVerification", user_id.into());
        seeding.with("provider", provider.into()).with("email_address", email_address.into())
    }

    /// A passkey of a user.
    pub fn passkey(self, user_id: impl Into<String>, name: impl Into<String>) -> Seeding<'a, Passkey> {
        self.part("passkeys", "Passkey", user_id.into()).with("name", name.into())
    }

    /// The token that a user has at a provider, such as `google`, where the user has an account (see
    /// [`external_account`](Self::external_account)). An account has one from the beginning; this is another one in its
    /// place: `.with("token", "ya29…").with("scopes", json!(["email"]))`. It never expires unless it is given
    /// `expires_at`, in Unix milliseconds.
    pub fn oauth_access_token(
        self,
        user_id: impl Into<String>,
        provider: impl Into<String>,
    ) -> Seeding<'a, OauthAccessToken> {
        let mut seeding = self.object("oauth_access_token", "user_id", user_id);
        seeding.path.push(("provider".to_owned(), provider.into()));
        seeding
    }

    /// A sign-up that somebody has begun with this e-mail address and has not completed: see
    /// [`complete_sign_up`](MockClerk::complete_sign_up). After a day it is abandoned.
    pub fn sign_up(self, email_address: impl Into<String>) -> Seeding<'a, SignUp> {
        self.from(Source::Object("sign_up_attempt")).with("email_address", email_address.into())
    }

    /// A device that a user has enrolled as trusted.
    pub fn trusted_device(
        self,
        user_id: impl Into<String>,
        name: impl Into<String>,
    ) -> Seeding<'a, TrustedDevice> {
        self.object("trusted_device", "user_id", user_id).with("name", name.into())
    }

    /// A trial sign-in through an enterprise connection, and how it went: `success`, `failed` or `pending`.
    pub fn test_run(
        self,
        enterprise_connection_id: impl Into<String>,
        status: impl Into<String>,
    ) -> Seeding<'a, EnterpriseConnectionTestRun> {
        let kind = "enterprise_connection_test_run";
        let seeding = self.object(kind, "enterprise_connection_id", enterprise_connection_id);
        seeding.with("status", status.into())
    }

    /// A plan of this slug, with its default price, for users unless it is said otherwise
    /// (`.with("for_payer_type", "org")`). Fees may be given as cents (`.with("fee", 1000)`, which a month costs unless
    /// it is said), features as slugs.
    pub fn plan(self, slug: impl Into<String>) -> Seeding<'a, CommercePlan> {
        let mut seeding = self.from(Source::Plan);
        seeding.path.push(("slug".to_owned(), slug.into()));
        seeding
    }

    /// A subscription of a user or an organization, by the id, to a plan, by its slug. The session tokens of the payer
    /// name the plan and its features. It is paid for by the month, unless `.with("plan_period", "annual")` or
    /// `.with("is_free_trial", true)` say otherwise.
    pub fn subscription(
        self,
        payer_id: impl Into<String>,
        plan: impl Into<String>,
    ) -> Seeding<'a, CommerceSubscription> {
        let mut seeding = self.from(Source::Subscription);
        seeding.path.push(("payer_id".to_owned(), payer_id.into()));
        seeding.path.push(("plan".to_owned(), plan.into()));
        seeding
    }

    /// A discount, by its name: `.with("percent_off", 20)`, 10 unless it is said, or `.with("amount_off", 500)` in
    /// cents; `.with("cycles", 3)` where it ends after so many periods. It is JSON, since the API has no type for it:
    /// its `id` is what is applied to subscription items.
    pub fn discount(self, name: impl Into<String>) -> Seeding<'a, Value> {
        let mut seeding = self.from(Source::Discount);
        seeding.path.push(("name".to_owned(), name.into()));
        seeding
    }

    /// A charge of a user or an organization, by the id, of so many cents, in the statement of the month. It was paid,
    /// unless it is said otherwise: `.with("status", "failed")` makes the subscription past due.
    pub fn payment_attempt(
        self,
        payer_id: impl Into<String>,
        cents: i64,
    ) -> Seeding<'a, BillingPaymentAttempt> {
        let mut seeding = self.from(Source::PaymentAttempt);
        seeding.path.push(("payer_id".to_owned(), payer_id.into()));
        seeding.path.push(("cents".to_owned(), cents.to_string()));
        seeding
    }

    fn begin<T>(self, operation_id: &'static str) -> Seeding<'a, T> {
        self.from(Source::Operation(operation_id))
    }

    fn object<T>(self, kind: &'static str, of: &str, id: impl Into<String>) -> Seeding<'a, T> {
        let mut seeding = self.from(Source::Object(kind));
        seeding.path.push((of.to_owned(), id.into()));
        seeding
    }

    fn part<T>(self, list: &'static str, component: &'static str, user_id: String) -> Seeding<'a, T> {
        let mut seeding = self.from(Source::Part(list, component));
        seeding.path.push(("user_id".to_owned(), user_id));
        seeding
    }

    fn from<T>(self, source: Source) -> Seeding<'a, T> {
        Seeding {
            clerk: self.0,
            source,
            path: Vec::new(),
            fields: Redacted::default(),
            organizations: Vec::new(),
            becomes: PhantomData,
        }
    }
}

impl Seeding<'_, User> {
    /// As a member of an organization, by its slug or id, with a role such as `org:admin`; of another one, too, where
    /// it is said again. An organization that does not exist is created. A role that does not exist is an error with the
    /// nearest name: [`role`](Seed::role) creates one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let clerk = clerk_sdk::mock::MockClerk::start().await?;
    /// clerk.seed().user("ada@example.com").organization("acme", "org:admin").await;
    ///
    /// let members = clerk.client().organization_memberships().list("acme").await?;
    /// assert_eq!(members[0].role, "org:admin");
    /// # Ok(())
    /// # }
    /// ```
    pub fn organization(mut self, slug_or_id: impl Into<String>, role: impl Into<String>) -> Self {
        self.organizations.push((slug_or_id.into(), role.into()));
        self
    }
}

impl Seeding<'_, OauthAccessToken> {
    /// The provider gave a refresh token, too: once the token has expired, Clerk fetches another one.
    pub fn refreshable(self) -> Self {
        self.with("_refreshable", true)
    }
}

impl<T: DeserializeOwned> Seeding<'_, T> {
    /// Sets a field, by the name that it has in the API's request: `.with("first_name", "Ada")`. With `id`, users,
    /// organizations, memberships, sessions and roles get an id of your own: `.with("id", "user_ada")`. An id that is
    /// null, such as an `Option` without a value, is an error.
    pub fn with(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.0.insert(field.into(), value.into());
        self
    }

    pub(super) fn put(mut self) -> Result<T, String> {
        let mut fields = self.fields.0.iter();
        if let Some((name, _)) = fields.find(|(name, value)| is_id(name) && value.is_null()) {
            return Err(format!("{name} is null: unwrap the Option that it came from, or leave {name} out"));
        }
        let Some(id) = self.fields.0.remove("id") else { return self.put_in() };
        let kind = match self.source {
            Source::Session => "session",
            Source::Operation(operation) => {
                let known = KINDS.iter().find(|(id, _)| *id == operation);
                known.map(|(_, kind)| *kind).ok_or("this seed takes no id")?
            }
            _ => return Err("this seed takes no id".to_owned()),
        };
        let id = id.as_str().ok_or("id is not a text")?.to_owned();
        let clerk = self.clerk;
        clerk.inner.change(|state| state.take_own_id(kind, &id))?;
        let made = self.put_in();
        clerk.inner.change(super::state::State::leave_own_id);
        made
    }

    fn put_in(self) -> Result<T, String> {
        let named = |index: usize| self.path.get(index).map(|(_, value)| value.clone()).unwrap_or_default();
        let inner = &self.clerk.inner;
        let id = match self.source {
            Source::Plan => {
                let plan = inner.change(|state| state.add_plan(&named(0), self.fields.0));
                return serde_json::from_value(plan).map_err(|error| error.to_string());
            }
            Source::Subscription => {
                let (payer, plan) = (named(0), named(1));
                let made = inner.change(|state| state.add_subscription(&payer, &plan, self.fields.0))?;
                return serde_json::from_value(made).map_err(|error| error.to_string());
            }
            Source::Discount => {
                let made = inner.change(|state| state.add_discount(&named(0), self.fields.0));
                return serde_json::from_value(made).map_err(|error| error.to_string());
            }
            Source::PaymentAttempt => {
                let (payer, cents) = (named(0), named(1).parse().unwrap_or(0));
                let made = inner.change(|state| state.add_payment_attempt(&payer, cents, self.fields.0));
                let made = made.ok_or_else(|| format!("there is no user and no organization {payer}"))?;
                return serde_json::from_value(made).map_err(|error| error.to_string());
            }
            Source::Object(kind) => {
                let made = self.clerk.put(kind, self.path, self.fields.0)?;
                return serde_json::from_value(made).map_err(|error| error.to_string());
            }
            Source::Session => {
                let session = self.clerk.put_session(self.fields.0)?;
                return serde_json::from_value(session).map_err(|error| error.to_string());
            }
            Source::Operation(id) => id,
            Source::Part(list, component) => {
                let user_id = self.path.first().map_or("", |(_, id)| id.as_str());
                let part =
                    self.clerk.inner.change(|state| state.add_part(user_id, list, component, self.fields.0));
                let part = part.ok_or_else(|| format!("there is no user {user_id}"))?;
                return serde_json::from_value(part).map_err(|error| error.to_string());
            }
        };
        let body = RecordedBody::Json(Value::Object(self.fields.0));
        let object = self.clerk.perform(id, self.path, &body)?;
        for (organization, role) in &self.organizations {
            self.clerk.join(object["id"].as_str().unwrap_or_default(), organization, role)?;
        }
        serde_json::from_value(object).map_err(|error| error.to_string())
    }
}

impl MockClerk {
    /// A session with these fields, and what it says of its ends.
    fn put_session(&self, mut fields: Map<String, Value>) -> Result<Value, String> {
        let mut ends = Map::new();
        for name in ["expire_at", "abandon_at"] {
            if let Some(end) = fields.remove(name) {
                end.as_i64().ok_or_else(|| format!("{name} is no time in Unix milliseconds"))?;
                ends.insert(name.to_owned(), end);
            }
        }
        let session =
            self.perform("createSession", Vec::new(), &RecordedBody::Json(Value::Object(fields)))?;
        let id = session["id"].as_str().unwrap_or_default();
        Ok(self.inner.change(|state| state.end_session_at(id, ends)).unwrap_or(session))
    }
}

impl<T: DeserializeOwned> IntoFuture for Seeding<'_, T> {
    type Output = T;
    type IntoFuture = Ready<T>;

    #[allow(clippy::panic, reason = "a test whose seeds are refused cannot go on")]
    fn into_future(self) -> Self::IntoFuture {
        let source = self.source;
        ready(self.put().unwrap_or_else(|why| panic!("the seed is refused ({source:?}): {why}")))
    }
}
