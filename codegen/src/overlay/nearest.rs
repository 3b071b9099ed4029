//! Why a path matches nothing: how far it still matches, and what is there instead.

use serde_json::Value;

use super::action::parse;

/// A sentence or two on the longest beginning of `target` that matches something, and on the names
/// there that look like the one that was meant.
pub(super) fn explain(document: &Value, target: &str) -> String {
    let ends = segment_ends(target);
    for (position, &end) in ends.iter().enumerate().rev() {
        let Some(prefix) = target.get(..end) else { continue };
        let Ok(path) = parse(prefix) else { continue };
        let nodes = path.query(document).all();
        if nodes.is_empty() {
            continue;
        }
        let next = ends.get(position + 1).and_then(|&next| target.get(end..next));
        let Some(next) = next else { break };
        let mut message = format!("matches nothing; `{prefix}` still matches, `{next}` does not");
        let similar = similar(&nodes, next);
        if !similar.is_empty() {
            message.push_str("; there is ");
            message.push_str(&similar.join(", "));
        }
        return message;
    }
    "matches nothing".to_owned()
}

/// Where each segment of a JSONPath ends, `$` included: outside of brackets, which have all quotes in them.
fn segment_ends(target: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let (mut depth, mut quote, mut escaped, mut previous) = (0_usize, None, false, ' ');
    for (at, character) in target.char_indices() {
        if depth == 0 && at > 0 && matches!(character, '.' | '[') && previous != '.' {
            ends.push(at);
        }
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if character == '\\' => escaped = true,
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None => match character {
                '\'' | '"' => quote = Some(character),
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                _ => {}
            },
        }
        previous = character;
    }
    ends.push(target.len());
    ends
}

/// Up to three names that are near the one in `segment`, nearest first: a key of `nodes`, or where the segment is a
/// filter for a text, that text's place in what the nodes hold.
fn similar(nodes: &[&Value], segment: &str) -> Vec<String> {
    let members = nodes.iter().filter_map(|node| node.as_object());
    let (meant, there): (&str, Vec<&str>) = if segment.starts_with("[?") {
        let Some(text) = segment.split('\'').nth(1) else { return Vec::new() };
        let held = members.flat_map(|fields| fields.values()).filter_map(Value::as_object);
        (text, held.flat_map(|fields| fields.values()).filter_map(Value::as_str).collect())
    } else {
        let name = segment.trim_matches(|c| matches!(c, '.' | '[' | ']' | '\'' | '"'));
        (name, members.flat_map(|fields| fields.keys()).map(String::as_str).collect())
    };
    let mut near: Vec<(usize, &str)> = there
        .into_iter()
        .map(|name| (distance(name, meant), name))
        .filter(|(distance, name)| *distance <= name.len().max(meant.len()) / 2)
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(3).map(|(_, name)| format!("`{name}`")).collect()
}

/// How many characters must be inserted, deleted or replaced to make one name of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (line, from) in a.to_lowercase().chars().enumerate() {
        let mut next = vec![line + 1];
        for ((&to, &above_left), &above) in b.iter().zip(&row).zip(row.iter().skip(1)) {
            let left = next.last().copied().unwrap_or(line);
            next.push((above_left + usize::from(from != to)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
