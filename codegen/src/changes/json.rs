//! A report as JSON, for other programs.

use serde_json::{Value, json};

use super::{Change, Report};

pub(super) fn report(report: &Report) -> Value {
    json!({
        "old": report.old,
        "new": report.new,
        "verdict": report.verdict().map(|verdict| verdict.to_string()),
        "changes": report.changes.iter().map(change).collect::<Vec<_>>(),
    })
}

fn change(change: &Change) -> Value {
    json!({
        "effect": change.effect.to_string(),
        "kind": change.kind.to_string(),
        "subject": change.subject.to_string(),
        "resource": change.resource,
        "owner": change.owner,
        "member": change.member,
        "wire": change.wire,
        "old_wire": change.old_wire,
        "old": change.old,
        "new": change.new,
        "note": change.note,
    })
}
