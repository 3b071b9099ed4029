//! Listed values, which become enums.

use super::{Def, Origin, Types};
use crate::document::Schema;
use crate::finding::{Findings, member};
use crate::model::{Direction, TypeKind, Variant, names};

impl Types<'_> {
    pub(super) fn variants(
        &mut self,
        schema: &Schema,
        values: &[String],
        findings: &mut Findings,
    ) -> Vec<Variant> {
        let mut variants: Vec<Variant> = Vec::new();
        for (index, value) in values.iter().enumerate() {
            let place = format!("{}/enum/{index}", schema.pointer);
            let ident = names::variant(value);
            if let Some(twin) = variants.iter().find(|variant| variant.ident == ident) {
                let message =
                    format!("the values {:?} and {value:?} both become `{ident}` in Rust", twin.wire);
                findings
                    .add(
                        &schema.pointer,
                        message,
                        "remove one of the values by an overlay action: enums stay open",
                    )
                    .settled_without(&place);
            } else if !names::is_ident(&ident) {
                let message = format!("the value {value:?} has no name in Rust");
                findings
                    .add(&schema.pointer, message, "remove the value by an overlay action: enums stay open")
                    .settled_without(&place);
            }
            let doc = schema.value_docs.iter().find(|(other, _)| other == value).map(|(_, doc)| doc.clone());
            variants.push(Variant { wire: value.clone(), number: None, ident, doc });
        }
        refuse_other_docs(schema, values, findings);
        variants
    }

    /// The variants of an enum of integers.
    pub(super) fn integer_variants(
        &mut self,
        schema: &Schema,
        values: &[i64],
        findings: &mut Findings,
    ) -> Vec<Variant> {
        let texts: Vec<String> = values.iter().map(i64::to_string).collect();
        refuse_other_docs(schema, &texts, findings);
        let variant = |(number, wire): (&i64, &String)| {
            let doc = schema.value_docs.iter().find(|(other, _)| other == wire).map(|(_, doc)| doc.clone());
            let sign = if *number < 0 { "Minus" } else { "N" };
            let ident = format!("{sign}{}", number.unsigned_abs());
            Variant { wire: wire.clone(), number: Some(*number), ident, doc }
        };
        values.iter().zip(&texts).map(variant).collect()
    }

    /// The enum of all values that a tag called `object` has where it has just one.
    pub(super) fn object_type(&mut self, value: &str, schema: &Schema, findings: &mut Findings) -> usize {
        let id = *self.object_type.get_or_insert_with(|| {
            self.defs.push(Def {
                origin: Origin::Shared(names::OBJECT_TYPE),
                explicit_name: None,
                variant_name: None,
                pointer: String::new(),
                direction: Direction::Response,
                deprecated: false,
                doc: Some("The tags of objects that say by `object` what they are.".to_owned()),
                kind: TypeKind::Enum(Vec::new()),
            });
            self.defs.len() - 1
        });
        if let Some(Def { kind: TypeKind::Enum(variants), .. }) = self.defs.get_mut(id)
            && !variants.iter().any(|variant| variant.wire == value)
        {
            let ident = names::variant(value);
            if !names::is_ident(&ident) || variants.iter().any(|variant| variant.ident == ident) {
                let message = format!("`{ident}` cannot be the name of the object type {value:?}");
                let advice = "remove the list of values by an overlay action";
                findings
                    .add(&schema.pointer, message, advice)
                    .settled_without(&member(&schema.pointer, "enum"));
            }
            variants.push(Variant { wire: value.to_owned(), number: None, ident, doc: None });
        }
        id
    }
}

/// Reports sentences about values that are not listed.
fn refuse_other_docs(schema: &Schema, values: &[String], findings: &mut Findings) {
    for (value, _) in schema.value_docs.iter().filter(|(value, _)| !values.contains(value)) {
        let message = format!("`x-doc-values` speaks of {value:?}, which is not listed");
        findings
            .add(&schema.pointer, message, "correct it in openapi/overlays/docs-values.yaml")
            .settled_without(&member(&member(&schema.pointer, "x-doc-values"), value));
    }
}
