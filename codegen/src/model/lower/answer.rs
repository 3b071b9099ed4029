//! What an operation answers: a value, a page of a list, or nothing.

use serde_json::json;

use super::Lowering;
use crate::document::{Schema, SchemaKind, SuccessContent};
use crate::finding::member;
use crate::model::types::{Origin, Use, or_null, refuse_file};
use crate::model::{Direction, Field, Output, Paging, Type, TypeKind};

impl Lowering<'_, '_> {
    pub(super) fn output(&mut self) -> (Output, Option<Paging>) {
        let operation = self.operation;
        let schema = match &operation.success.content {
            SuccessContent::Nothing => return (Output::Nothing, None),
            SuccessContent::Text => return (Output::Text, None),
            SuccessContent::Binary => return (Output::Bytes, None),
            SuccessContent::Json(schema) => schema,
        };
        let origin = Origin::Answer { operation: self.marker.clone(), suffix: "Response" };
        if self.takes("limit") && self.takes("offset") && operation.pagination != Some(false) {
            if let Some((items, item, origin)) = self.page_item(schema, origin.clone()) {
                let item = self.item(&item, origin);
                let paging = self.paging(items, &item);
                return (Output::Page(item), Some(paging));
            }
            let message = "takes `limit` and `offset`, but its answer is no list";
            let advice = "say `x-pagination: false` in openapi/overlays/pagination.yaml";
            self.findings
                .add(&operation.pointer, message, advice)
                .settled_by(&operation.pointer, json!({"x-pagination": false}));
        }
        // A list that is not walked takes both forms, too.
        if let Some((item, origin)) = self.list_item(schema, origin.clone()) {
            return (Output::Page(self.item(&item, origin)), None);
        }
        let (ty, nullable) = self.types.lower(Use::new(schema, Direction::Response, origin), self.findings);
        refuse_file(&ty, schema, self.findings);
        (Output::Value(or_null(ty, nullable)), None)
    }

    /// The type of the items of a page.
    fn item(&mut self, schema: &Schema, origin: Origin) -> Type {
        let (item, nullable) = self.types.lower(Use::new(schema, Direction::Response, origin), self.findings);
        refuse_file(&item, schema, self.findings);
        or_null(item, nullable)
    }

    fn takes(&self, parameter: &str) -> bool {
        self.operation.parameters.iter().any(|other| other.name == parameter)
    }

    /// How the pages of a list are walked.
    fn paging(&mut self, items: String, item: &Type) -> Paging {
        let operation = self.operation;
        let cursor = operation.cursor.clone();
        if cursor.as_deref().is_some_and(|cursor| self.takes(cursor)) && !self.has_id(item) {
            let message = "a cursor is the `id` of the last item, and the items need not have one";
            let advice =
                "require `id` of the items, or take the cursor out of `x-pagination`, by an overlay action";
            self.findings
                .add(&operation.pointer, message, advice)
                .settled_without(&member(&operation.pointer, "x-pagination"));
        }
        if let Some(cursor) = cursor.as_deref().filter(|cursor| !self.takes(cursor)) {
            let message = format!("there is no parameter `{cursor}`");
            self.findings
                .add(&operation.pointer, message, "correct `x-pagination`")
                .settled_without(&member(&operation.pointer, "x-pagination"));
        }
        Paging { items, paginated: self.takes("paginated"), cursor }
    }

    /// Returns whether each item has an id.
    fn has_id(&self, item: &Type) -> bool {
        let def = match item {
            Type::Named(id) => self.types.defs.get(*id),
            _ => None,
        };
        let is_id = |field: &Field| field.wire == "id" && field.ty == Type::String && !field.is_option();
        def.is_some_and(|def| matches!(&def.kind, TypeKind::Object(fields) if fields.iter().any(is_id)))
    }

    /// Returns the items of a response that is a bare array, or an object with nothing but `data` and `total_count`.
    fn list_item(&mut self, schema: &Schema, origin: Origin) -> Option<(Schema, Origin)> {
        let (followed, _) = self.types.follow(schema, origin.clone(), self.findings);
        let is_list = match &followed.kind {
            SchemaKind::Array(_) => true,
            SchemaKind::Object { properties, .. } => {
                properties.iter().all(|property| ["data", "total_count"].contains(&property.name.as_str()))
            }
            _ => false,
        };
        let (_, item, origin) = self.page_item(schema, origin).filter(|_| is_list && !followed.nullable)?;
        Some((item, origin))
    }

    /// The key of the items of a page and what they are: the items of an array, or of the only array beside
    /// `total_count`; and what they are named after if they are written out in place.
    fn page_item(&mut self, schema: &Schema, origin: Origin) -> Option<(String, Schema, Origin)> {
        let nullable = schema.nullable;
        let (schema, origin) = self.types.follow(schema, origin, self.findings);
        if nullable || schema.nullable {
            return None;
        }
        match schema.kind {
            // What an array becomes where `paginated` asks for the total.
            SchemaKind::Array(items) => Some(("data".to_owned(), *items, origin)),
            SchemaKind::Object { properties, .. } => {
                let total = properties.iter().any(|property| property.name == "total_count");
                let mut lists = properties.iter().filter_map(|property| {
                    let (schema, origin) = self.types.follow(&property.schema, origin.clone(), self.findings);
                    match schema.kind {
                        SchemaKind::Array(items) => Some((property.name.clone(), *items, origin)),
                        _ => None,
                    }
                });
                let only = lists.next();
                only.filter(|_| total && lists.next().is_none())
            }
            _ => None,
        }
    }
}
