//! Where in a text each place of a document stands.

use std::collections::HashMap;

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

/// Line and column, from 1, of every place of a YAML or JSON document, by JSON pointer: of the key where the place is a
/// member of an object. Empty for a text that is neither.
pub fn positions(text: &str) -> HashMap<String, (usize, usize)> {
    let mut found = HashMap::new();
    if let Ok(documents) = MarkedYaml::load_from_str(text)
        && let Some(document) = documents.first()
    {
        visit(document, String::new(), at(document), &mut found);
    }
    found
}

fn at(node: &MarkedYaml<'_>) -> (usize, usize) {
    (node.span.start.line(), node.span.start.col() + 1)
}

fn visit(
    node: &MarkedYaml<'_>,
    pointer: String,
    position: (usize, usize),
    found: &mut HashMap<String, (usize, usize)>,
) {
    match &node.data {
        YamlData::Sequence(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                visit(entry, format!("{pointer}/{index}"), at(entry), found);
            }
        }
        YamlData::Mapping(fields) => {
            for (key, field) in fields {
                let name = match &key.data {
                    YamlData::Value(Scalar::String(name)) => name.to_string(),
                    YamlData::Value(Scalar::Integer(number)) => number.to_string(),
                    _ => continue,
                };
                visit(field, crate::finding::member(&pointer, &name), at(key), found);
            }
        }
        _ => {}
    }
    found.insert(pointer, position);
}
