//! What an event says, typed: held against a reading of the webhooks' document that the generator has no part in.

use clerk_sdk::types::ObjectType;
use clerk_sdk::webhooks::{Event, EventOf, UnknownEvent};
use clerk_tests::reader::answer::{Make, Step};
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
        Event::UserDeleted(event) => event.timestamp.as_millis(),
        event => panic!("another event: {event:?}"),
    }
}

#[test]
fn an_event_says_what_happened_to_whom_when_and_why() {
    let event = read(&deletion(json!(1_716_883_200_123_i64)));

    assert_eq!(event.kind(), "user.deleted");
    let Event::UserDeleted(event) = event else { panic!("another event: {event:?}") };
    assert_eq!((event.data.id.as_deref(), event.data.deleted), (Some("user_1"), true));
    assert_eq!(event.timestamp.as_millis(), 1_716_883_200_123);
    assert_eq!((event.instance_id.as_str(), event.object.as_str()), ("ins_1", "event"));
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

#[test]
fn an_event_that_lacks_what_has_to_be_there_is_unknown_and_says_where() {
    let document = Document::webhooks();
    let mut lacking = 0;
    for (kind, schema) in document.events() {
        let answer = document.event(kind, schema, Make::FULL);
        for spot in &answer.spots {
            let empty_if_absent = matches!(spot.kind, Kind::List(_) | Kind::Map(_));
            let needed = spot.required && !spot.nullable && !spot.within_choice && !empty_if_absent;
            if !needed || spot.steps.is_empty() || spot.steps == [Step::Key("type".to_owned())] {
                continue;
            }
            let sent = spot.with(&answer.sent, Value::Null);

            let event = unknown(&sent);

            let error = event.error.as_ref().unwrap_or_else(|| panic!("{kind}: {} may be null", spot.path()));
            assert_eq!((event.kind.as_str(), error.path()), (kind, spot.path().as_str()));
            assert_eq!(serde_json::to_value(&event).unwrap(), sent);
            lacking += 1;
        }
    }
    assert!(lacking > 500, "{lacking}");
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
fn an_event_is_about_the_clients_own_types() {
    fn id(event: &EventOf<clerk_sdk::types::User>) -> (&str, &ObjectType) {
        (&event.data.id, &event.data.object)
    }
    let document = Document::webhooks();
    let (kind, schema) = *document.events().iter().find(|(kind, _)| *kind == "user.created").unwrap();

    let Event::UserCreated(event) = read(&document.event(kind, schema, Make::FULL).sent) else {
        panic!("another event")
    };

    assert_eq!(id(&event), ("id \"é\"", &ObjectType::User));
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
