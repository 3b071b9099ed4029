//! YAML 1.2 (and so JSON) into JSON values, in the order in which it is written.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Number, Value};

/// Reads one YAML or JSON document.
///
/// # Errors
/// A message for text that is neither, for a number or key that JSON cannot hold, and for tags.
pub fn read(text: &str) -> Result<Value, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"));
    }
    let documents = Yaml::load_from_str(text).map_err(|error| format!("no YAML: {error}"))?;
    match documents.as_slice() {
        [document] => value(document),
        _ => Err(format!("one YAML document is wanted, here are {}", documents.len())),
    }
}

fn value(yaml: &Yaml<'_>) -> Result<Value, String> {
    match yaml {
        Yaml::Value(scalar) => from_scalar(scalar),
        Yaml::Sequence(entries) => entries.iter().map(value).collect(),
        Yaml::Mapping(fields) => {
            let mut map = Map::new();
            for (key, field) in fields {
                // `200:` is a number in YAML, and a name in OpenAPI.
                let key = match value(key)? {
                    Value::String(key) => key,
                    Value::Number(key) => key.to_string(),
                    other => return Err(format!("`{other}` cannot be a key")),
                };
                if map.insert(key.clone(), value(field)?).is_some() {
                    return Err(format!("the key `{key}` is there twice"));
                }
            }
            Ok(Value::Object(map))
        }
        Yaml::Tagged(tag, _) => Err(format!("the tag `{tag}` is not understood")),
        other => Err(format!("not understood: {other:?}")),
    }
}

fn from_scalar(scalar: &Scalar<'_>) -> Result<Value, String> {
    Ok(match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::Bool(*value),
        Scalar::Integer(value) => Value::Number((*value).into()),
        Scalar::FloatingPoint(value) => Number::from_f64(value.into_inner())
            .map(Value::Number)
            .ok_or_else(|| format!("`{value}` is no number that JSON has"))?,
        Scalar::String(value) => Value::String(value.to_string()),
    })
}
