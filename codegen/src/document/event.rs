//! `x-webhooks`: what Clerk sends by itself, written down as the requests that it makes.

use openapiv3::Operation;

use super::operation::read_body;
use super::{BodyContent, Document, Node, Schema, audit, text};
use crate::finding::Findings;

/// One kind of event.
#[derive(Clone, Debug)]
pub struct Event {
    /// Where it stands.
    pub pointer: String,
    /// The value of `type`, such as `user.created`.
    pub kind: String,
    /// `x-doc`: what has happened, in a sentence.
    pub doc: Option<String>,
    /// `x-rust-name`.
    pub rust_name: Option<String>,
    /// Whether it is marked deprecated.
    pub deprecated: bool,
    /// The schema of the whole body.
    pub schema: Schema,
}

pub(super) fn read_all(document: &Document, findings: &mut Findings) -> Vec<Event> {
    let webhooks = document.root().get("x-webhooks");
    let kinds = webhooks.map(|webhooks| webhooks.members()).unwrap_or_default();
    kinds.into_iter().filter_map(|(kind, item)| read(document, kind, &item, findings)).collect()
}

fn read(document: &Document, kind: &str, item: &Node<'_>, findings: &mut Findings) -> Option<Event> {
    audit::check(item, &audit::EVENT_ITEM, findings);
    let Some(post) = item.get("post") else {
        findings.add(item.pointer(), "an event that is not sent by POST", "remove it by an overlay action");
        return None;
    };
    audit::check(&post, &audit::EVENT, findings);
    // `openapiv3` has no field for `x-webhooks`, so its items are read one by one.
    let typed: Operation = Document::typed(&post, findings)?;
    let body = typed.request_body.as_ref().zip(post.get("requestBody"));
    let body = body.and_then(|(body, node)| read_body(document, body, &node, findings));
    match body {
        Some(body) if body.content == BodyContent::Json => Some(Event {
            pointer: post.pointer().to_owned(),
            kind: kind.to_owned(),
            doc: text(&typed.extensions, "x-doc"),
            rust_name: text(&typed.extensions, "x-rust-name"),
            deprecated: typed.deprecated,
            schema: body.schema,
        }),
        _ => {
            let advice = "add a body of application/json, or remove the event, by an overlay action";
            findings.add(post.pointer(), "an event without a JSON body", advice);
            None
        }
    }
}
