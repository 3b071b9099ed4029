//! `op.rs`: a type for every operation, with its constants.

use super::{doc, line, literal, rust_type};
use crate::document::Measure;
use crate::model::{self, Api, ArgumentBound, Body, Key, Operation, Output};

pub(super) fn file(api: &Api) -> String {
    let mut out = String::new();
    doc(&mut out, "", &["The API version that is sent with each of these operations.".to_owned()]);
    line(&mut out, "", &format!("pub const VERSION: &str = {};", literal(&api.version)));
    for operation in &api.operations {
        doc(&mut out, "", &[format!("{}: `{} {}`.", operation.id, operation.method, operation.path)]);
        line(&mut out, "", &format!("pub enum {} {{}}", operation.marker));
        line(&mut out, "", &format!("impl Operation for {} {{", operation.marker));
        line(&mut out, "    ", &format!("type Output = {};", output(api, operation)));
        line(&mut out, "    ", &format!("const META: &'static Meta = &{};", meta(api, operation)));
        line(&mut out, "", "}");
        paginated(api, operation, &mut out);
    }
    out
}

fn output(api: &Api, operation: &Operation) -> String {
    match &operation.output {
        Output::Nothing => "()".to_owned(),
        Output::Text => "String".to_owned(),
        Output::Bytes => "Bytes".to_owned(),
        Output::Value(ty) => rust_type(api, ty, "types::"),
        Output::Page(item) => format!("Page<{}>", rust_type(api, item, "types::")),
    }
}

fn meta(api: &Api, operation: &Operation) -> String {
    let method = operation.method.to_ascii_lowercase();
    let mut text =
        format!("Meta::{method}({}, {}, VERSION)", literal(&operation.id), literal(&operation.path));
    match operation.body {
        Body::None => {}
        Body::OptionalJson => text.push_str(".body(BodyKind::OptionalJson)"),
        Body::RequiredJson => text.push_str(".body(BodyKind::RequiredJson)"),
        Body::Form => text.push_str(".body(BodyKind::Form)"),
        Body::UrlEncoded => text.push_str(".body(BodyKind::UrlEncoded)"),
        Body::Binary => text.push_str(".body(BodyKind::Binary)"),
    }
    if (300..400).contains(&operation.status) {
        text.push_str(".redirects()");
    }
    match operation.output {
        Output::Text => text.push_str(".returns(ContentKind::Text)"),
        Output::Bytes => text.push_str(".returns(ContentKind::Bytes)"),
        Output::Nothing | Output::Value(_) | Output::Page(_) => {}
    }
    match operation.key {
        Key::Secret => {}
        Key::Machine => text.push_str(".key(KeyKind::Machine)"),
        Key::Either => text.push_str(".key(KeyKind::Either)"),
        Key::None => text.push_str(".key(KeyKind::None)"),
    }
    if let Some(paging) = operation.paging.as_ref().filter(|paging| paging.items != "data") {
        text.push_str(&format!(".items({})", literal(&paging.items)));
    }
    let bounds: Vec<String> = model::bounds(api, operation).iter().map(bound).collect();
    if !bounds.is_empty() {
        text.push_str(&format!(".bounds(&[{}])", bounds.join(", ")));
    }
    text
}

fn bound(ArgumentBound { path, bound }: &ArgumentBound) -> String {
    let end = |end: Option<i64>| end.map_or("None".to_owned(), |end| format!("Some({end})"));
    let measure = match bound.measure {
        Measure::Number => "number",
        Measure::Above => {
            return format!("Bound::above({}, {})", literal(path), bound.least.unwrap_or(i64::MIN));
        }
        Measure::Characters => "characters",
        Measure::Items => "items",
    };
    format!("Bound::{measure}({}, {}, {})", literal(path), end(bound.least), end(bound.most))
}

fn paginated(api: &Api, operation: &Operation, out: &mut String) {
    let (Some(paging), Output::Page(item)) = (&operation.paging, &operation.output) else { return };
    let item = rust_type(api, item, "types::");
    line(out, "", &format!("impl Paginated for {} {{", operation.marker));
    line(out, "    ", &format!("type Item = {item};"));
    if paging.paginated {
        line(out, "    ", "const TAKES_PAGINATED: bool = true;");
    }
    if let Some(cursor) = &paging.cursor {
        line(out, "    ", &format!("const CURSOR: Option<&'static str> = Some({});", literal(cursor)));
        line(out, "    ", &format!("fn cursor(item: &{item}) -> Option<&str> {{"));
        line(out, "        ", "Some(&item.id)");
        line(out, "    ", "}");
    }
    line(out, "", "}");
}
