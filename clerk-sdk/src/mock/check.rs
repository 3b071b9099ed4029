//! Requests against the document: what is missing, what is unknown, what has the wrong type or value. Every
//! finding is an error in Clerk's shape that names the parameter.

use http::StatusCode;
use regex_lite::Regex;
use serde_json::{Map, Value};

use super::document::{Document, Operation, Parameter};
use super::error::ApiError;
use super::query::Query;
use super::record::{RecordedBody, RecordedPart};

/// Parameters that Clerk's own SDKs send although the document spells them otherwise: the token check of the
/// Python SDK posts `secret` everywhere.
const ALIASES: &[(&str, &str, &str)] = &[("verifyM2MToken", "secret", "token")];

/// Fields that requests of earlier versions of the API may have, and where the newest version has them.
const FORMER: &[(&str, &[&str], &str)] = &[
    (
        "UpdateUser",
        &["public_metadata", "private_metadata", "unsafe_metadata"],
        "/v1/users/{user_id}/metadata",
    ),
    (
        "UpdateOrganization",
        &["public_metadata", "private_metadata"],
        "/v1/organizations/{organization_id}/metadata",
    ),
];

/// What an image that is uploaded may be.
const IMAGES: &[&str] = &["image/jpeg", "image/png", "image/gif", "image/webp"];
/// In bytes.
const LARGEST_IMAGE: u64 = 10 << 20;

/// Checks the parameters and the body of a request, and gives the body as the operation's handler reads it: JSON,
/// or the fields of a form (a file is its name).
pub(super) fn check(
    document: &Document,
    operation: &Operation,
    path: &[(String, String)],
    query: &Query,
    body: &RecordedBody,
    version: &str,
) -> Result<Value, ApiError> {
    let mut errors = Vec::new();
    for parameter in &operation.parameters {
        check_parameter(document, parameter, path, query, &mut errors);
    }
    let mut body = body.clone();
    let former = take_former(operation, &mut body, version, &mut errors);
    let mut value = check_body(document, operation, &body, &mut errors)?;
    if let Some(fields) = value.as_object_mut() {
        fields.extend(former);
    }
    match ApiError::all(errors) {
        // A text that does not match is a bad request to the operations that declare no 422.
        Some(mut error) if error.is_of_format() && !operation.declares_422 => {
            error.status = StatusCode::BAD_REQUEST;
            Err(error)
        }
        Some(error) => Err(error),
        None => Ok(value),
    }
}

/// Takes the fields out that only earlier versions have; those of a request of the newest version are errors.
fn take_former(
    operation: &Operation,
    body: &mut RecordedBody,
    version: &str,
    errors: &mut Vec<ApiError>,
) -> Map<String, Value> {
    let mut taken = Map::new();
    let known = FORMER.iter().find(|(id, ..)| *id == operation.id);
    let (Some((_, names, now)), RecordedBody::Json(Value::Object(fields))) = (known, body) else {
        return taken;
    };
    for name in *names {
        let Some(value) = fields.remove(*name) else { continue };
        if version >= crate::API_VERSION {
            let long = format!("{name} is deprecated. Use PATCH or PUT {now} instead.");
            errors.push(ApiError::param("form_param_deprecated", name, "is deprecated", &long));
        } else if value.is_object() {
            taken.insert((*name).to_owned(), value);
        } else if !value.is_null() {
            errors.push(ApiError::value(name, "must be a JSON object"));
        }
    }
    taken
}

fn check_parameter(
    document: &Document,
    parameter: &Parameter,
    path: &[(String, String)],
    query: &Query,
    errors: &mut Vec<ApiError>,
) {
    if parameter.in_path {
        // A path always has a value for each variable; an id that no object has is a 404, whatever its shape.
        let value = path.iter().find(|(name, _)| *name == parameter.name).map_or("", |(_, v)| v.as_str());
        if parameter.schema.get("enum").is_some() || parameter.schema["type"] != "string" {
            check_text(document, &parameter.schema, value, &parameter.name, errors);
        }
        return;
    }
    let mut values: Vec<&str> = query.all(&parameter.name).collect();
    if values.is_empty() && parameter.required {
        errors.push(ApiError::missing(&parameter.name));
    }
    if parameter.schema["type"] == "array" {
        if !parameter.explode {
            values = values.iter().flat_map(|v| v.split(',')).collect();
        }
        if values.len() > 100 {
            errors.push(array_too_long(&parameter.name, 100));
        }
        let items = document.resolve(&parameter.schema["items"]);
        for value in values {
            check_text(document, items, value, &parameter.name, errors);
        }
    } else if let Some(value) = values.first() {
        check_text(document, &parameter.schema, value, &parameter.name, errors);
    }
}

/// A parameter's text, read as what its schema says.
fn check_text(document: &Document, schema: &Value, text: &str, name: &str, errors: &mut Vec<ApiError>) {
    let value = match schema["type"].as_str() {
        Some("integer") => super::query::integer(text).map(Value::from),
        Some("number") => {
            let number = text.parse::<i64>().ok().map(Value::from);
            number.or_else(|| text.parse::<f64>().ok().filter(|n| n.is_finite()).map(Value::from))
        }
        Some("boolean") => text.parse::<bool>().ok().map(Value::from),
        _ => Some(Value::from(text)),
    };
    match value {
        Some(value) => check_value(document, schema, &value, name, errors),
        None => errors.push(ApiError::wrong_type(name, wanted(schema))),
    }
}

fn check_body(
    document: &Document,
    operation: &Operation,
    given: &RecordedBody,
    errors: &mut Vec<ApiError>,
) -> Result<Value, ApiError> {
    let Some(body) = &operation.body else { return Ok(Value::Null) };
    let flat = document.flatten(&body.schema);
    let mut value = match given {
        RecordedBody::Empty if flat["type"] == "array" => {
            return if body.required { Err(malformed()) } else { Ok(Value::Array(Vec::new())) };
        }
        RecordedBody::Empty if body.multipart => return Err(no_image()),
        RecordedBody::Empty => Value::Object(Map::new()),
        RecordedBody::Form(parts) if body.multipart => {
            check_image(parts)?;
            parts.iter().map(|p| (p.name.clone(), Value::from(p.value()))).collect()
        }
        RecordedBody::Json(_) | RecordedBody::Bytes(_) if body.multipart => {
            return Err(unsupported("application/json", "multipart/form-data"));
        }
        RecordedBody::Form(_) => return Err(unsupported("multipart/form-data", "application/json")),
        RecordedBody::Json(value) => value.clone(),
        RecordedBody::Bytes(_) => return Err(malformed()),
    };
    if let Value::Object(fields) = &mut value {
        for (_, from, to) in ALIASES.iter().filter(|(id, ..)| *id == operation.id) {
            if let Some(moved) = fields.remove(*from) {
                fields.entry(*to).or_insert(moved);
            }
        }
    }
    let fits = match flat["type"].as_str() {
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => true,
    };
    if !fits {
        return Err(malformed());
    }
    let items = value.as_array().map_or(0, Vec::len) as u64;
    if flat["maxItems"].as_u64().is_some_and(|max| items > max) {
        let max = &flat["maxItems"];
        let long = format!("Parameters exceed the maximum allowed bulk processing size of {max}.");
        return Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "bulk_size_exceeded",
            "bulk size exceeded",
            &long,
        ));
    }
    check_value(document, &body.schema, &value, "", errors);
    Ok(value)
}

/// A value against a schema. `name` is the parameter's name, empty for the body itself; a field inside is named
/// `parent.child`, or `parent[0].child` in an array. A plain item of an array goes by the array's name.
pub(super) fn check_value(
    document: &Document,
    schema: &Value,
    value: &Value,
    name: &str,
    errors: &mut Vec<ApiError>,
) {
    let schema = &document.flatten(schema);
    if value.is_null() {
        if schema["nullable"] != true && !schema.as_object().is_some_and(Map::is_empty) {
            errors.push(ApiError::wrong_type(name, wanted(schema)));
        }
        return;
    }
    for union in ["oneOf", "anyOf"] {
        check_union(document, schema, union, value, name, errors);
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        let allowed: Vec<String> = allowed.iter().map(text).collect();
        errors.push(ApiError::none_of(name, &text(value), &allowed.join(", ")));
        return;
    }
    match (schema["type"].as_str(), value) {
        (Some("object"), Value::Object(fields)) => check_object(document, schema, fields, name, errors),
        (Some("array"), Value::Array(items)) => check_array(document, schema, items, name, errors),
        (Some("string"), Value::String(text)) => check_string(schema, text, name, errors),
        (Some("integer"), Value::Number(n)) if n.is_i64() || n.is_u64() => {
            check_number(schema, n.as_f64().unwrap_or(0.0), name, errors);
        }
        (Some("number"), Value::Number(n)) => check_number(schema, n.as_f64().unwrap_or(0.0), name, errors),
        // A member of a union may say no more than which fields are required.
        (None, Value::Object(fields)) if schema["required"].is_array() => {
            check_object(document, schema, fields, name, errors);
        }
        (Some("boolean"), Value::Bool(_)) | (None, _) => {}
        _ if name.ends_with("_metadata") => {
            errors.push(ApiError::value(name, "must be a JSON object"));
        }
        _ => errors.push(ApiError::wrong_type(name, wanted(schema))),
    }
}

fn check_union(
    document: &Document,
    schema: &Value,
    union: &str,
    value: &Value,
    name: &str,
    errors: &mut Vec<ApiError>,
) {
    let Some(variants) = schema[union].as_array() else { return };
    let fits = variants.iter().any(|variant| {
        let mut findings = Vec::new();
        check_value(document, variant, value, name, &mut findings);
        findings.is_empty()
    });
    if fits {
        return;
    }
    // Variants that hold only `required` say which fields are needed together: the first of them is the advice.
    let missing = variants.iter().filter_map(|v| v["required"].as_array()?.first()?.as_str()).next();
    match missing {
        Some(field) if schema.get("properties").is_some() => errors.push(ApiError::missing(field)),
        _ => errors.push(ApiError::value(name, "has none of the allowed forms")),
    }
}

fn check_object(
    document: &Document,
    schema: &Value,
    fields: &Map<String, Value>,
    name: &str,
    errors: &mut Vec<ApiError>,
) {
    for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        match fields.get(required) {
            None => errors.push(ApiError::missing(&inside(name, required))),
            // An empty text is none, unless the schema itself says how long it has to be.
            Some(Value::String(text))
                if text.trim().is_empty()
                    && document.resolve(&schema["properties"][required])["minLength"].is_null() =>
            {
                errors.push(ApiError::value(&inside(name, required), "must not be empty"));
            }
            Some(_) => {}
        }
    }
    let properties = schema["properties"].as_object();
    let others = schema.get("additionalProperties").filter(|a| a.is_object());
    for (key, value) in fields {
        let name = inside(name, key);
        match (properties.and_then(|p| p.get(key)), others) {
            (Some(property), _) | (None, Some(property)) => {
                check_value(document, property, value, &name, errors);
            }
            // An object with declared fields takes no others unless it says so; one without is free.
            (None, None) if properties.is_some() && schema["additionalProperties"] != true => {
                errors.push(ApiError::unknown(&name));
            }
            (None, None) => {}
        }
    }
}

fn check_array(document: &Document, schema: &Value, items: &[Value], name: &str, errors: &mut Vec<ApiError>) {
    if let Some(max) = schema["maxItems"].as_u64().filter(|max| items.len() as u64 > *max) {
        errors.push(array_too_long(name, max));
    }
    if let Some(min) = schema["minItems"].as_u64().filter(|min| (items.len() as u64) < *min) {
        errors.push(ApiError::value(name, &format!("must have at least {min} items")));
    }
    if schema["uniqueItems"] == true && items.iter().enumerate().any(|(i, item)| items[..i].contains(item)) {
        errors.push(ApiError::value(name, "must not contain duplicates"));
    }
    for (index, item) in items.iter().enumerate() {
        if item.is_object() || item.is_array() {
            check_value(document, &schema["items"], item, &format!("{name}[{index}]"), errors);
        } else {
            check_value(document, &schema["items"], item, name, errors);
        }
    }
}

fn check_string(schema: &Value, text: &str, name: &str, errors: &mut Vec<ApiError>) {
    let pattern = schema["pattern"].as_str();
    if let Some(pattern) = pattern
        && Regex::new(pattern).is_ok_and(|parsed| !parsed.is_match(text))
    {
        errors.push(ApiError::format(name, &format!("of the form {pattern}")));
    }
    let length = text.chars().count() as u64;
    if let Some(max) = schema["maxLength"].as_u64().filter(|max| length > *max) {
        errors.push(ApiError::too_long(name, max));
    }
    if let Some(min) = schema["minLength"].as_u64().filter(|min| length < *min) {
        let long = format!("{name} must be at least {min} characters long.");
        let short = "does not reach minimum length";
        errors.push(ApiError::param("form_param_min_length_exceeded", name, short, &long));
    }
}

fn check_number(schema: &Value, number: f64, name: &str, errors: &mut Vec<ApiError>) {
    // OpenAPI 3.0 writes `exclusiveMinimum: true` beside `minimum`.
    let exclusive = schema["exclusiveMinimum"] == true;
    if schema["minimum"].as_f64().is_some_and(|min| number < min || (exclusive && number == min)) {
        let relation = if exclusive { "more than" } else { "at least" };
        errors.push(ApiError::value(name, &format!("must be {relation} {}", schema["minimum"])));
    }
    if schema["maximum"].as_f64().is_some_and(|max| number > max) {
        let long = format!("The value of {name} can't be greater than {}", schema["maximum"]);
        errors.push(ApiError::param("form_param_value_too_large", name, "Value too large", &long));
    }
}

fn inside(parent: &str, child: &str) -> String {
    if parent.is_empty() { child.to_owned() } else { format!("{parent}.{child}") }
}

fn wanted(schema: &Value) -> &'static str {
    match schema["type"].as_str() {
        Some("integer") => "an integer",
        Some("number") => "a number",
        Some("boolean") => "a boolean",
        Some("array") => "an array",
        Some("string") => "a string",
        _ => "an object",
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn array_too_long(name: &str, max: u64) -> ApiError {
    let long = format!("{name} should not exceed {max} items.");
    ApiError::param("form_param_array_size_exceeded", name, "exceeds maximum size", &long)
}

/// All forms carry one image.
fn check_image(parts: &[RecordedPart]) -> Result<(), ApiError> {
    let image = parts.iter().find(|part| part.name == "file" && part.size > 0).ok_or_else(no_image)?;
    if image.size > LARGEST_IMAGE {
        let long = "The image being uploaded is more than 10MB. Please choose a smaller one.";
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "image_too_large", "Image too large", long));
    }
    match image.content_type.as_deref() {
        // Clients that do not know what a file is say that it is some bytes.
        None | Some("" | "application/octet-stream") => Ok(()),
        Some(kind) if IMAGES.contains(&kind) => Ok(()),
        Some(kind) => {
            let long = format!(
                "'{kind}' images are not currently supported. Please consult the API documentation for more \
                 information."
            );
            let short = "Unsupported image type";
            Err(ApiError::new(StatusCode::BAD_REQUEST, "request_body_invalid", short, &long))
        }
    }
}

fn no_image() -> ApiError {
    let long = "There was no image file present in the request";
    ApiError::new(StatusCode::BAD_REQUEST, "form_param_missing", "Image file missing", long)
}

fn malformed() -> ApiError {
    let long = "The request body is invalid. Please consult the API documentation for more information.";
    ApiError::new(StatusCode::BAD_REQUEST, "request_body_invalid", "Request body invalid", long)
}

pub(super) fn unsupported(given: &str, expected: &str) -> ApiError {
    let long = format!("Content-Type {given} is unsupported. You should use {expected} instead.");
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    ApiError::new(status, "unsupported_content_type", "Content-Type is unsupported", &long)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("pattern").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| patterns(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| patterns(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_pattern_of_the_documents_is_a_regular_expression() {
        let mut found = Vec::new();
        for document in clerk_openapi::DOCUMENTS {
            patterns(&serde_json::from_slice(document.json).unwrap(), &mut found);
        }

        assert!(found.len() >= 10, "{found:?}");
        for pattern in found {
            assert!(Regex::new(&pattern).is_ok(), "{pattern}");
        }
    }
}
