//! What settles a finding, as an overlay action: written down for people, or applied on the spot.

use clerk_codegen::{Finding, Fix, overlay};
use serde_json::Value;

/// The overlay action that settles a finding, as YAML; `None` where none can be proposed. An action that is for some of
/// several documents says for which.
pub(crate) fn action(document: &Value, finding: &Finding, applies_to: Option<&str>) -> Option<String> {
    let fix = finding.fix.as_ref()?;
    let change = match &fix.update {
        Some(update) => format!("update: {update}"),
        None => "remove: true".to_owned(),
    };
    let target = quoted(&path(document, &fix.pointer));
    let reason = quoted(&format!("(say why) {}", finding.message));
    let applies_to = applies_to.map(|id| format!("      x-applies-to: [{id}]\n")).unwrap_or_default();
    Some(format!("    - target: {target}\n{applies_to}      x-reason: {reason}\n      {change}"))
}

/// A text in YAML, in quotes.
fn quoted(text: &str) -> String {
    // A JSON string is a YAML string.
    Value::String(text.to_owned()).to_string()
}

/// The JSONPath of a JSON pointer, by the id of the operation where it is in one.
fn path(document: &Value, pointer: &str) -> String {
    let mut tokens = pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~"));
    let mut out = "$".to_owned();
    let (mut value, mut rest) = (Some(document), Vec::new());
    if pointer.starts_with("/paths/") && pointer.split('/').count() > 3 {
        let operation = pointer.match_indices('/').nth(3).map_or(pointer, |(end, _)| &pointer[..end]);
        if let Some(id) = document.pointer(operation).and_then(|it| it.get("operationId")?.as_str()) {
            let unique =
                crate::inherit::operations(document).iter().filter(|(other, _)| *other == id).count() == 1;
            if unique && !id.contains('\'') {
                out = format!("$.paths.*[?@.operationId == '{id}']");
                value = document.pointer(operation);
                tokens.nth(2);
            }
        }
    }
    rest.extend(tokens);
    let mut list = String::new();
    for token in rest {
        let index = value.filter(|value| value.is_array()).and_then(|_| token.parse::<usize>().ok());
        value = value.and_then(|value| match index {
            Some(index) => value.get(index),
            None => value.get(&token),
        });
        // A name in a list of names: its position is another one when one before it is removed.
        let name = value.and_then(Value::as_str).filter(|name| list == "required" && is_plain(name));
        list.clone_from(&token);
        match index {
            Some(_) if name.is_some() => out.push_str(&format!("[?@ == '{}']", name.unwrap_or_default())),
            Some(index) => out.push_str(&format!("[{index}]")),
            None if is_plain(&token) => out.push_str(&format!(".{token}")),
            None => out.push_str(&format!("['{}']", token.replace('\\', "\\\\").replace('\'', "\\'"))),
        }
    }
    out
}

fn is_plain(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Makes the changes that settle findings, as far as they have any. Whether there was one to make.
pub(crate) fn apply(document: &mut Value, findings: &[&Finding]) -> bool {
    let fixes: Vec<&Fix> = findings.iter().filter_map(|finding| finding.fix.as_ref()).collect();
    let before = document.clone();
    for fix in &fixes {
        if let (Some(update), Some(place)) = (&fix.update, document.pointer_mut(&fix.pointer)) {
            overlay::merge(place, update);
        }
    }
    let removed = fixes.iter().filter(|fix| fix.update.is_none()).map(|fix| fix.pointer.clone()).collect();
    // The whole document is never proposed to be removed.
    overlay::remove(document, removed).is_ok() && *document != before
}
