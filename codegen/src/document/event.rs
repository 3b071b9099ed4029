//! `x-webhooks`: what Clerk sends by itself, written down as the requests that it makes.

use super::operation::{OPERATION, read_body, resolved};
use super::{BodyContent, Node, Schema};
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

pub(super) fn read_all(root: &Node<'_>, findings: &mut Findings) -> Vec<Event> {
    let kinds = root.get("x-webhooks").map(|webhooks| webhooks.members()).unwrap_or_default();
    kinds.into_iter().filter_map(|(kind, item)| read(kind, &item, findings)).collect()
}

fn read(kind: &str, item: &Node<'_>, findings: &mut Findings) -> Option<Event> {
    let Some(post) = item.get("post") else {
        findings.add(item.pointer(), "an event that is not sent by POST", "remove it by an overlay action");
        return None;
    };
    post.check(OPERATION, findings);
    let body = post.get("requestBody").and_then(|body| read_body(&resolved(&body, findings)?, findings));
    match body {
        Some(body) if body.content == BodyContent::Json => Some(Event {
            pointer: post.pointer().to_owned(),
            kind: kind.to_owned(),
            doc: post.text("x-doc"),
            rust_name: post.text("x-rust-name"),
            deprecated: post.flag("deprecated"),
            schema: body.schema,
        }),
        _ => {
            let advice = "add a body of application/json, or remove the event, by an overlay action";
            findings.add(post.pointer(), "an event without a JSON body", advice);
            None
        }
    }
}
