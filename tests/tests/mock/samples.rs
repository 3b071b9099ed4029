//! Samples and setters: of every type that answers of any version and events have, from the table that these are
//! generated from.

use std::collections::BTreeSet;

use clerk_sdk::mock::{MockClerk, Sample, sample, sample_with};
use clerk_sdk::types::{
    EmailAddress, EmailAddressVerification, Organization, OrganizationMembership, Session, SessionStatus,
    User, VerificationOtp,
};
use clerk_sdk::webhooks::{Event, EventOf, Webhook, types as events};
use clerk_sdk::{Null, Page};
use clerk_tests::server::{Reply, Server};
use serde_json::{Value, json};

use crate::document::Document;

/// What is known of a type.
struct Sampled {
    name: &'static str,
    document: &'static str,
    pointer: &'static str,
    /// A sample, as JSON.
    sample: fn() -> Value,
    /// What is left of JSON that is read and written.
    again: fn(Value) -> Value,
    setters: Vec<Setter>,
}

type Set = dyn Fn(&Value, &Value) -> Value;
type Differs = dyn Fn(&Value, &Value) -> bool;

struct Setter {
    field: &'static str,
    /// The second value with the field of the first one.
    set: Box<Set>,
    /// Whether the first value has something else there than the second.
    differs: Box<Differs>,
}

fn setter<T: Sample + serde::de::DeserializeOwned + serde::Serialize + 'static>(
    field: &'static str,
    set: fn(T, T) -> T,
    same: fn(&T, &T) -> bool,
) -> Setter {
    let read = |json: &Value| serde_json::from_value::<T>(json.clone()).expect("a value");
    let set = move |from: &Value, to: &Value| {
        let whole = set(read(from), read(to));
        assert!(same(&whole, &read(from)), "{field} is not as set");
        serde_json::to_value(whole).expect("JSON")
    };
    let differs = move |from: &Value, to: &Value| !same(&read(from), &read(to));
    Setter { field, set: Box::new(set), differs: Box::new(differs) }
}

macro_rules! samples {
    ($document:literal $($name:ident $pointer:literal $({ $($field:ident $how:ident $ty:ty),* $(,)? })?)*) => {
        pub(super) fn all() -> Vec<Sampled> {
            vec![$(Sampled {
                name: stringify!($name),
                document: $document,
                pointer: $pointer,
                sample: || serde_json::to_value($name::sample()).expect("JSON"),
                again: |json| {
                    let read = serde_json::from_value::<$name>(json).expect(stringify!($name));
                    serde_json::to_value(read).expect("JSON")
                },
                setters: vec![$($(setter::<$name>(
                    stringify!($field),
                    |from, to| to.$field(from.$field),
                    |one, other| one.$field == other.$field,
                )),*)?],
            }),*]
        }
    };
}

macro_rules! documents {
    ($($module:ident: $types:path, $file:literal;)*) => {
        $(mod $module {
            #[allow(unused_imports, reason = "a version may have nothing of its own")]
            use super::{Sampled, setter};
            #[allow(unused_imports, reason = "a version may have nothing of its own")]
            use $types::*;
            include!(concat!(env!("OUT_DIR"), $file));
        })*

        fn all() -> Vec<Sampled> {
            vec![$($module::all()),*].into_iter().flatten().collect()
        }
    };
}

documents! {
    newest: clerk_sdk::v2026_05_12::types, "/v2026_05_12/samples.rs";
    middle: clerk_sdk::v2025_11_10::types, "/v2025_11_10/samples.rs";
    oldest: clerk_sdk::v2024_10_01::types, "/v2024_10_01/samples.rs";
    webhooks: clerk_sdk::webhooks::types, "/webhooks/samples.rs";
}

#[test]
fn every_type_of_answers_has_a_sample_that_the_document_allows() {
    let all = all();
    let documents: BTreeSet<_> = all.iter().map(|it| it.document).collect();
    assert_eq!(documents.len(), 3, "{documents:?}: two versions of the API, and the webhooks");
    let mut findings = Vec::new();
    for document in documents {
        let schemas = Document::named(document);
        for it in all.iter().filter(|it| it.document == document) {
            let (schema, mut sample) = (schemas.at(it.pointer), (it.sample)());
            // What a schema requires and does not declare, no type can have.
            let declared = schemas.properties(schema);
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !declared.contains_key(name) {
                    sample[name] = Value::Null;
                }
            }
            findings.extend(schemas.findings(schema, &sample, it.name));
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// What an application has: it is given a user, and knows nothing of servers.
fn greeting(user: &User) -> String {
    let name = user.first_name.as_deref().unwrap_or("you");
    match user.email_addresses.first() {
        Some(address) if !user.banned => format!("Hello, {name} <{}>!", address.email_address),
        _ => format!("Go away, {name}."),
    }
}

#[test]
fn a_function_is_tested_with_a_user_that_is_made_for_it() {
    let ada = User::sample()
        .first_name("Ada")
        .email_addresses([EmailAddress::sample().email_address("ada@example.com")]);

    assert_eq!(greeting(&ada), "Hello, Ada <ada@example.com>!");
    assert_eq!(greeting(&ada.clone().banned(true)), "Go away, Ada.");
    assert_eq!(greeting(&ada.clone().first_name(Null)), "Hello, you <ada@example.com>!");
    assert_eq!(greeting(&ada.email_addresses([])), "Go away, Ada.");
}

#[test]
fn a_setter_takes_what_is_at_hand() {
    let code = VerificationOtp::sample().status("unverified").attempts(2);
    let address = EmailAddress::sample().verification(EmailAddressVerification::Otp(code.clone()));
    let session = Session::sample().status(SessionStatus::Revoked).actor([("sub", "user_1")]);
    let acme = Organization::sample().public_metadata(json!({ "plan": "pro" })).members_count(None::<i64>);
    let member = OrganizationMembership::sample().organization(acme).permissions(["org:billing:manage"]);

    assert_eq!(address.verification, Some(EmailAddressVerification::Otp(code)));
    assert_eq!(session.actor.as_ref().and_then(|actor| actor["sub"].as_str()), Some("user_1"));
    assert_eq!(member.organization.public_metadata["plan"], "pro");
    assert_eq!(member.organization.members_count, None);
    assert_eq!(member.permissions, ["org:billing:manage"]);
}

#[test]
fn a_union_is_made_of_the_object_of_a_variant() {
    let code = VerificationOtp::sample();

    let verification = EmailAddressVerification::from(code.clone());

    assert_eq!(verification, EmailAddressVerification::Otp(code));
}

#[test]
fn fields_can_be_given_as_json() {
    let grace: User = sample_with(json!({ "first_name": "Grace", "username": null }));

    assert_eq!((grace.first_name.as_deref(), grace.username), (Some("Grace"), None));
    assert_eq!(grace.id, sample::<User>().id);
}

#[test]
fn ids_in_a_sample_lead_to_what_is_in_it() {
    let ada = User::sample();

    assert_eq!(ada.primary_email_address().map(|it| &it.id), Some(&ada.email_addresses[0].id));
    assert_eq!(ada.primary_phone_number().map(|it| &it.id), Some(&ada.phone_numbers[0].id));
    let account = &ada.enterprise_accounts[0];
    let connection = account.enterprise_connection.as_ref().expect("a connection");
    assert_eq!(account.enterprise_connection_id.as_deref(), Some(connection.id.as_str()));
}

#[test]
fn what_is_in_a_sample_is_verified_by_what_is_sent_to_it() {
    let user = serde_json::to_value(User::sample()).expect("JSON");

    assert_eq!(user["email_addresses"][0]["verification"]["strategy"], "email_code");
    assert_eq!(user["phone_numbers"][0]["verification"]["strategy"], "phone_code");
}

#[test]
fn pages_have_an_item_and_a_total_or_those_that_they_are_given() {
    let page: Page<User> = sample();
    let bare = Page::sample_of([User::sample(), User::sample().id("user_2")], None);
    let first = Page::sample_of([User::sample()], 25);

    assert_eq!((page.len(), page.total_count()), (1, Some(1)));
    assert_eq!((bare.len(), bare.total_count()), (2, None));
    assert_eq!((first.len(), first.total_count()), (1, Some(25)));
    assert_eq!(serde_json::to_value(bare).unwrap()[1]["id"], "user_2");
}

#[test]
fn there_is_an_event_of_each_kind_and_each_is_understood() {
    let webhooks = Document::of_webhooks();
    let kinds: BTreeSet<_> =
        webhooks.at("/x-webhooks").as_object().expect("events").keys().cloned().collect();

    let samples = Event::samples();

    assert_eq!(samples.iter().map(|event| event.kind().to_owned()).collect::<BTreeSet<_>>(), kinds);
    for event in samples {
        let json = serde_json::to_value(&event).expect("JSON");
        assert_eq!(webhooks.event_findings(&json), Vec::<String>::new());
        assert_eq!(Event::from_slice(json.to_string().as_bytes()).expect("an event"), event);
    }
}

#[tokio::test]
async fn a_webhook_that_is_made_for_a_test_arrives_signed() {
    let clerk = MockClerk::start().await.expect("a server");
    let endpoint = Server::scripted([Reply::json(200, "{}")]);
    let ada = events::User::sample().first_name("Ada");
    let sent =
        Event::UserCreated(EventOf::sample().data(ada).timestamp(1_700_000_000_000).event_attributes(Null));

    clerk.send_webhook(format!("{}/hooks", endpoint.url()), &sent).await.expect("an answer");

    let request = endpoint.only();
    let webhook = Webhook::new(clerk.webhook_secret()).expect("a secret");
    assert_eq!(webhook.verify(&request.header_map(), &request.body).expect("an event"), sent);
}

#[test]
fn samples_are_whole_and_the_same_each_time() {
    for it in all() {
        let sample = (it.sample)();

        assert_eq!(sample, (it.sample)(), "{}", it.name);
        assert_eq!(sample, (it.again)(sample.clone()), "{}", it.name);
        let text = sample.to_string();
        assert!(!text.contains("\"obj_"), "{}: an id of nothing: {text}", it.name);
    }
}

#[test]
fn a_setter_changes_its_field_and_no_other() {
    for it in all() {
        let sample = (it.sample)();
        let document = Document::named(it.document);
        let properties = document.properties(document.at(it.pointer)).into_iter();
        let other = properties.map(|(name, schema)| match &sample[name] {
            Value::Null => (name.to_owned(), document.least(schema, name)),
            value => (name.to_owned(), another(value)),
        });
        let other = Value::Object(other.collect());
        for setter in &it.setters {
            let whole = (setter.set)(&other, &sample);

            assert!((setter.differs)(&other, &sample), "{}.{} was not tried", it.name, setter.field);
            let changed =
                keys(&whole).union(&keys(&sample)).filter(|key| whole.get(key) != sample.get(key)).count();
            assert_eq!(changed, 1, "{}.{}", it.name, setter.field);
        }
    }
}

/// A value of the same type that is another one.
fn another(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(value) => json!(!value),
        Value::Number(number) => json!(number.as_f64().unwrap_or_default() + 1.0),
        Value::String(text) => json!(format!("{text}_other")),
        Value::Array(items) if items.is_empty() => json!([{}]),
        Value::Array(_) => json!([]),
        Value::Object(fields) if fields.is_empty() => json!({ "other": "value" }),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), another(value))).collect(),
    }
}

fn keys(value: &Value) -> BTreeSet<&String> {
    value.as_object().into_iter().flat_map(|object| object.keys()).collect()
}
