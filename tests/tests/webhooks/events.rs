//! What an event says, typed: held against a reading of the webhooks' document that the generator has no part in.

use clerk_sdk::webhooks::{Event, UnknownEvent};
use clerk_tests::reader::answer::{Make, Spot, Step};
use clerk_tests::reader::{Document, Kind};
use serde_json::{Value, json};

fn deletion(timestamp: Value) -> Value {
    json!({
        "object": "event", "type": "user.deleted", "timestamp": timestamp, "instance_id": "ins_1",
        "event_attributes": {"http_request": {"client_ip": "192.0.2.1", "user_agent": "curl/8"}},
        "data": {"object": "user", "id": "user_1", "deleted": true},
    })
}

#[track_caller]
fn read(event: &Value) -> Event {
    Event::from_slice(event.to_string().as_bytes()).unwrap()
}

#[track_caller]
fn unknown(event: &Value) -> UnknownEvent {
    match read(event) {
        Event::Unknown(event) => event,
        event => panic!("it is known: {event:?}"),
    }
}

fn timestamp(event: &Event) -> i64 {
    match event {
        Event::UserDeleted(event) => event.timestamp.unwrap().as_millis(),
        event => panic!("another event: {event:?}"),
    }
}

#[test]
fn an_event_says_what_happened_to_whom_when_and_why() {
    let event = read(&deletion(json!(1_716_883_200_123_i64)));

    assert_eq!(event.kind(), "user.deleted");
    let Event::UserDeleted(event) = event else { panic!("another event: {event:?}") };
    assert_eq!((event.data.id.as_str(), event.data.deleted), ("user_1", Some(true)));
    assert_eq!(event.timestamp.unwrap().as_millis(), 1_716_883_200_123);
    assert_eq!((event.instance_id.as_deref(), event.object.as_deref()), (Some("ins_1"), Some("event")));
    let request = event.event_attributes.unwrap().http_request.unwrap();
    assert_eq!(
        (request.client_ip.as_deref(), request.user_agent.as_deref()),
        (Some("192.0.2.1"), Some("curl/8"))
    );
}

#[test]
fn an_events_time_is_in_milliseconds_unless_it_is_too_small_to_be() {
    for (sent, expected) in [
        (json!(1_716_883_200), 1_716_883_200_000),
        (json!(99_999_999_999_i64), 99_999_999_999_000),
        (json!(100_000_000_000_i64), 100_000_000_000),
        (json!(1_716_883_200_123.0), 1_716_883_200_123),
        (json!(0), 0),
        (json!(i64::MIN), i64::MIN),
    ] {
        let event = read(&deletion(sent.clone()));

        assert_eq!(timestamp(&event), expected, "{sent}");
        assert_eq!(serde_json::to_value(&event).unwrap()["timestamp"], json!(expected), "{sent}");
    }
}

#[test]
fn every_event_of_the_document_is_known_and_is_written_again_as_it_came() {
    let document = Document::webhooks();
    let mut read_again = 0;
    for (kind, schema) in document.events() {
        for choice in 0..7 {
            for make in [Make { choice, ..Make::FULL }, Make { choice, optional: false, ..Make::FULL }] {
                let answer = document.event(kind, schema, make);
                let event = read(&answer.sent);

                assert!(!matches!(event, Event::Unknown(_)), "{kind}: {event:?}");
                assert_eq!(event.kind(), kind);
                let again = serde_json::to_value(&event).unwrap();
                assert!(answer.is(&again), "{kind}\n{again}\n{}", answer.again);
                read_again += 1;
            }
        }
    }
    assert_eq!(read_again, 45 * 7 * 2);
}

/// Returns whether a value names the object that it is in: its id, or the user's id in public data without another id.
fn is_name(spot: &Spot<'_>, event: &Value) -> bool {
    let Some((Step::Key(key), parent)) = spot.steps.split_last() else { return false };
    let object = parent.iter().fold(event, |value, step| match step {
        Step::Key(key) => &value[key.as_str()],
        Step::Entry(key) => &value[*key],
        Step::Index(index) => &value[*index],
    });
    key == "id" || key == "user_id" && object.get("id").is_none()
}

/// Each event of the document with all of its values, and the places below its envelope where one can be missing.
fn places(document: &Document) -> Vec<(String, Value, Vec<Spot<'_>>)> {
    let events = document.events().into_iter();
    events
        .map(|(kind, schema)| {
            let mut answer = document.event(kind, schema, Make::FULL);
            answer.spots.retain(|spot| {
                let head = spot.steps.first().is_some_and(|step| *step != Step::Key("type".to_owned()));
                head && spot.is_property() && !spot.within_choice
            });
            (kind.to_owned(), answer.sent, answer.spots)
        })
        .collect()
}

#[test]
fn a_missing_detail_does_not_lose_an_event() {
    let document = Document::webhooks();
    let mut missing = 0;
    for (kind, full, spots) in places(&document) {
        for spot in spots.iter().filter(|spot| !is_name(spot, &full) && spot.path() != "data") {
            let without = spot.without(&full);
            for sent in [&without, &spot.with(&full, Value::Null)] {
                let event = read(sent);

                let place = spot.path();
                assert!(!matches!(event, Event::Unknown(_)), "{kind} without {place}: {event:?}");
                assert_eq!(event.kind(), kind);
                assert_eq!(event.error(), None);
                let again = serde_json::to_value(&event).unwrap();
                let expected = match spot.kind {
                    _ if !spot.required => without.clone(),
                    Kind::List(_) => spot.with(&full, json!([])),
                    Kind::Map(_) => spot.with(&full, json!({})),
                    _ if spot.nullable => spot.with(&full, Value::Null),
                    _ => without.clone(),
                };
                assert_eq!(again, expected, "{kind} without {place}");
                missing += 1;
            }
        }
    }
    assert!(missing > 2000, "{missing}");
}

#[test]
fn an_event_without_the_id_of_an_object_is_unknown_and_says_where() {
    let document = Document::webhooks();
    let mut lacking = 0;
    for (kind, full, spots) in places(&document) {
        let mut places: Vec<String> = Vec::new();
        for spot in spots.iter().filter(|spot| spot.required && is_name(spot, &full)) {
            for sent in [spot.without(&full), spot.with(&full, Value::Null)] {
                let event = read(&sent);

                let error = event.error().unwrap_or_else(|| panic!("{kind} without {}", spot.path()));
                assert_eq!((event.kind(), error.path()), (kind.as_str(), spot.path().as_str()));
                assert_eq!(serde_json::to_value(&event).unwrap(), sent);
                lacking += 1;
            }
            places.push(spot.path());
        }
        assert!(places.contains(&"data.id".to_owned()), "{kind}: {places:?}");
    }
    assert!(lacking > 200, "{lacking}");
}

#[test]
fn the_smallest_event_is_known() {
    let sent = json!({
        "type": "user.deleted", "object": "event", "timestamp": 1000,
        "data": {"object": "user", "id": "user_1", "deleted": true},
    });

    let Event::UserDeleted(event) = read(&sent) else { panic!("another event") };

    assert_eq!((event.data.id.as_str(), event.data.deleted), ("user_1", Some(true)));
    assert_eq!(event.timestamp.map(|at| at.as_millis()), Some(1_000_000));
    assert_eq!((event.instance_id, event.event_attributes), (None, None));
}

#[test]
fn an_event_without_an_envelope_but_its_type_is_known() {
    let event = read(&json!({"type": "user.created", "data": {"id": "user_1"}}));

    let again = serde_json::to_value(&event).unwrap();
    let Event::UserCreated(event) = event else { panic!("another event: {event:?}") };
    assert_eq!((event.data.id.as_str(), event.data.has_image), ("user_1", None));
    assert_eq!((event.timestamp, event.instance_id, event.object), (None, None, None));
    assert_eq!(again["timestamp"], Value::Null);
}

#[test]
fn a_session_event_may_come_without_its_user() {
    for user in [json!({"id": "sess_1", "user_id": "user_1"}), json!({"id": "sess_1", "user": null})] {
        let event = read(&json!({"type": "session.created", "data": user}));

        let Event::SessionCreated(event) = event else { panic!("another event: {event:?}") };
        assert_eq!((event.data.id.as_str(), event.data.user), ("sess_1", None));
    }
}

#[test]
fn an_organization_without_a_slug_is_known() {
    for data in [json!({"id": "org_1", "slug": null}), json!({"id": "org_1"})] {
        let event = read(&json!({"type": "organization.created", "data": data}));

        let Event::OrganizationCreated(event) = event else { panic!("another event: {event:?}") };
        assert_eq!((event.data.id.as_str(), event.data.slug), ("org_1", None));
    }
}

#[test]
fn an_event_of_a_new_kind_is_handed_over_as_it_came() {
    let sent = json!({"type": "user.levitated", "data": {"height": 2.5, "x": null}, "new": [1]});

    let event = unknown(&sent);

    assert_eq!((event.kind.as_str(), &event.data), ("user.levitated", &sent["data"]));
    assert_eq!(event.error, None);
    assert_eq!(serde_json::to_value(read(&sent)).unwrap(), sent);
}

#[test]
fn an_event_without_data_is_unknown() {
    let mut sent = deletion(json!(1_716_883_200_123_i64));
    sent.as_object_mut().unwrap().remove("data");

    let event = unknown(&sent);

    assert_eq!((event.error.unwrap().path(), event.data), ("data", Value::Null));
}

#[test]
fn a_user_of_the_api_is_read_as_the_user_of_an_event() {
    let user = json!(clerk_sdk::types::User::sample().id("user_1").banned(true));

    let event = read(&json!({"type": "user.updated", "data": user}));

    let Event::UserUpdated(event) = event else { panic!("another event: {event:?}") };
    assert_eq!((event.data.id.as_str(), event.data.banned), ("user_1", Some(true)));
    assert_eq!(serde_json::to_value(&event.data).unwrap(), user);
}

#[test]
fn what_an_email_or_a_message_says_is_not_printed_and_neither_is_what_does_not_decode() {
    let email = json!({
        "object": "event", "type": "email.created", "timestamp": 1_716_883_200_123_i64, "instance_id": "ins_1",
        "data": {
            "id": "ema_1", "object": "email", "slug": "verification_code", "from_email_name": "notifications",
            "subject": "SECRET is your code", "body": "SECRET", "body_plain": "SECRET",
            "data": {"otp_code": "SECRET"}, "delivered_by_clerk": true,
        },
    });
    let mut broken = email.clone();
    broken["data"]["delivered_by_clerk"] = json!("SECRET");

    let known = read(&email);
    let error = unknown(&broken).error.unwrap();

    assert!(matches!(&known, Event::EmailCreated(event) if event.data.body.as_deref() == Some("SECRET")));
    assert_eq!(error.path(), "data.delivered_by_clerk");
    let shown = format!("{known:?} {:?} {error} {error:?}", read(&broken));
    assert!(!shown.contains("SECRET"), "{shown}");
    assert!(shown.contains("ema_1"), "{shown}");
}
