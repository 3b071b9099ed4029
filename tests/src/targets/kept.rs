//! What has to be left of an answer that was decoded, and what must not be in it, by a reading apart from the SDK's.

use serde_json::Value;

use crate::reader::{Document, Kind};

/// Where something was decoded that was not sent, as a JSON pointer.
pub(super) fn made_up(sent: &Value, decoded: &Value) -> Option<String> {
    let same = match (sent, decoded) {
        (Value::Object(sent), Value::Object(decoded)) => {
            return decoded.iter().find_map(|(key, decoded)| {
                let inside = made_up(sent.get(key).unwrap_or(&Value::Null), decoded)?;
                Some(format!("/{key}{inside}"))
            });
        }
        (Value::Array(sent), Value::Array(decoded)) if sent.len() == decoded.len() => {
            return at_an_index(sent, decoded, made_up);
        }
        // What has to be there and is not is empty.
        (Value::Null, Value::Object(decoded)) => decoded.is_empty(),
        (Value::Null, Value::Array(decoded)) => decoded.is_empty(),
        (Value::Number(sent), Value::Number(decoded)) => match (sent.as_i64(), decoded.as_i64()) {
            (Some(sent), Some(decoded)) => sent == decoded,
            _ => sent.as_f64() == decoded.as_f64(),
        },
        (sent, decoded) => sent == decoded,
    };
    (!same).then(String::new)
}

/// Where something was sent that the document knows, and is not there after it was decoded.
pub(super) fn lost(document: &Document, schema: &Value, sent: &Value, decoded: &Value) -> Option<String> {
    if decoded.is_null() {
        return (!sent.is_null()).then(String::new);
    }
    match (document.schema(schema).kind, sent, decoded) {
        (Kind::Object(properties), Value::Object(sent), decoded) => properties.iter().find_map(|property| {
            let sent = sent.get(property.name).unwrap_or(&Value::Null);
            let inside = lost(document, property.schema, sent, &decoded[property.name])?;
            Some(format!("/{}{inside}", property.name))
        }),
        (Kind::Map(Some(values)), Value::Object(sent), decoded) => sent.iter().find_map(|(key, sent)| {
            Some(format!("/{key}{}", lost(document, values, sent, &decoded[key.as_str()])?))
        }),
        (Kind::List(item), Value::Array(sent), Value::Array(decoded)) if sent.len() == decoded.len() => {
            at_an_index(sent, decoded, |sent, decoded| lost(document, item, sent, decoded))
        }
        (Kind::List(_), Value::Array(_), _) => Some(String::new()),
        _ => None,
    }
}

fn at_an_index(
    sent: &[Value],
    decoded: &[Value],
    inside: impl Fn(&Value, &Value) -> Option<String>,
) -> Option<String> {
    let mut pairs = sent.iter().zip(decoded).enumerate();
    pairs.find_map(|(index, (sent, decoded))| Some(format!("/{index}{}", inside(sent, decoded)?)))
}
