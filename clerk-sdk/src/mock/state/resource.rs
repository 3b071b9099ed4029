//! Objects that are created, read, listed, changed and deleted by rules alone: a table says what is special about
//! a kind, and this does the rest.

use serde_json::{Map, Value, json};

use super::list::{contains, order, page};
use super::{Call, Object, State, deleted, fields};
use crate::mock::check::check_value;
use crate::mock::document::Document;
use crate::mock::error::ApiError;

/// A kind of object.
pub(super) struct Resource {
    /// The `object` tag, which is the name of the table too unless that has one of its own.
    pub(super) tag: &'static str,
    /// The table, for a kind that is another kind's objects under other names; empty for one of its own.
    pub(super) table: &'static str,
    /// What it is called in errors.
    pub(super) words: &'static str,
    /// The path variable that names one.
    pub(super) variable: &'static str,
    /// A field that names one as well as its id does; empty for none.
    pub(super) key: &'static str,
    /// What each belongs to, which the path names.
    pub(super) parent: Option<Parent>,
    /// What belongs to each and goes with it: a table, and the field that has the id.
    pub(super) parts: &'static [(&'static str, &'static str)],
    pub(super) operations: &'static [(&'static str, Action)],
    /// Where the document describes one, for a kind that seeds make.
    pub(super) schema: &'static str,
    /// Fields that no two of a kind share.
    pub(super) unique: &'static [&'static str],
    /// What is said where a field that has to be unique is not.
    pub(super) taken: fn(&str, &Object) -> ApiError,
    /// Fields that `order_by` may name besides `created_at`.
    pub(super) order: &'static [&'static str],
    /// The number that lists go by, the lowest first; empty where the newest are first.
    pub(super) ranked: &'static str,
    /// Fields that `query` looks into. An id is found where it is the whole query.
    pub(super) searched: &'static [&'static str],
    /// What a new one has beyond what the request gives.
    pub(super) defaults: fn(&State) -> Value,
    /// Checks and completes an object before it is kept, a new one or a changed one.
    pub(super) prepare: Prepare,
    /// What an answer shows of one.
    pub(super) show: fn(&State, &Object) -> Value,
    /// What only the answer to creating one has beyond that.
    pub(super) once: fn(&Object) -> Value,
    /// Why one cannot be deleted.
    pub(super) keep: fn(&State, &Object) -> Result<(), ApiError>,
}

/// What objects of a kind belong to.
pub(super) struct Parent {
    /// The field that has its id.
    pub(super) field: &'static str,
    /// The id of the one that the path names.
    pub(super) id: fn(&State, &Call<'_>) -> Result<String, ApiError>,
}

pub(super) type Prepare = fn(&mut State, &Call<'_>, &mut Object, Change) -> Result<(), ApiError>;

/// What is happening to an object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Change {
    Create,
    Update,
}

/// What an operation does with objects of its kind.
#[derive(Clone, Copy, Debug)]
pub(super) enum Action {
    Create,
    Get,
    List,
    Update,
    Delete,
    /// From `pending` to this status; the code says that it was not pending.
    Settle(&'static str, &'static str),
}

/// A kind about which nothing is special: `..PLAIN` fills a table's entry up.
pub(super) const PLAIN: Resource = Resource {
    tag: "",
    table: "",
    words: "",
    variable: "",
    key: "",
    parent: None,
    parts: &[],
    operations: &[],
    schema: "",
    unique: &[],
    taken: |field, _| ApiError::taken(field, &field.replace('_', " ")),
    order: &[],
    ranked: "",
    searched: &[],
    defaults: |_| json!({}),
    prepare: |_, _, _, _| Ok(()),
    show: |_, object| Value::from(object),
    once: |_| json!({}),
    keep: |_, _| Ok(()),
};

impl Resource {
    pub(super) fn answer(
        &'static self,
        action: Action,
        state: &mut State,
        call: &Call<'_>,
    ) -> Result<Value, ApiError> {
        match action {
            Action::Create => {
                // Where several are made at once, each is one item of the answer.
                let schema = call.operation.answer.clone().unwrap_or_default();
                let item = schema.get("items").map(|item| state.document.resolve(item).clone());
                self.create(state, call, &item.unwrap_or(schema))
            }
            Action::Get => Ok(self.show(state, self.find(state, call)?)),
            Action::List => self.list(state, call),
            Action::Update => self.update(state, call, |_, object| copy(call, object)),
            Action::Settle(status, code) => self.update(state, call, |resource, object| {
                if object["status"] != "pending" {
                    let message = format!(
                        "The {} cannot be {status} because its status is {}. Only pending ones can be.",
                        resource.words,
                        object.text("status")
                    );
                    return Err(ApiError::bad_request(code, &message));
                }
                fields!(object, { "status": status });
                Ok(())
            }),
            Action::Delete => self.delete(state, call),
        }
    }

    /// Where the objects are.
    fn table(&self) -> &'static str {
        if self.table.is_empty() { self.tag } else { self.table }
    }

    /// What an answer shows of one.
    pub(super) fn show(&self, state: &State, object: &Object) -> Value {
        let mut shown = (self.show)(state, object);
        if !self.table.is_empty() {
            shown["object"] = json!(self.tag);
        }
        shown
    }

    /// What the answer to creating one shows.
    fn show_new(&self, state: &State, object: &Object) -> Value {
        let mut shown = self.show(state, object);
        if let (Some(shown), Value::Object(once)) = (shown.as_object_mut(), (self.once)(object)) {
            shown.extend(once);
        }
        shown
    }

    /// What the document says of one that no operation makes.
    pub(super) fn described<'a>(&self, document: &'a Document) -> &'a Value {
        document.at(self.schema)
    }

    /// The object that the path names.
    pub(super) fn find<'a>(&self, state: &'a State, call: &Call<'_>) -> Result<&'a Object, ApiError> {
        let name = call.variable(self.variable);
        let parent = self.parent_id(state, call)?;
        let found = self.named(state, name, |object| self.is_of(object, parent.as_deref()));
        found.ok_or_else(|| ApiError::not_found(self.words, name))
    }

    /// The object of this id or key.
    pub(super) fn by_name<'a>(&self, state: &'a State, name: &str) -> Option<&'a Object> {
        self.named(state, name, |_| true)
    }

    fn named<'a>(&self, state: &'a State, name: &str, is: impl Fn(&Object) -> bool) -> Option<&'a Object> {
        let table = state.table(self.table())?;
        let by_key = || table.iter().find(|o| !self.key.is_empty() && o[self.key] == name && is(o));
        table.get(name).filter(|object| is(object)).or_else(by_key)
    }

    /// The id of what the objects of a request belong to; `None` for a kind that belongs to nothing.
    pub(super) fn parent_id(&self, state: &State, call: &Call<'_>) -> Result<Option<String>, ApiError> {
        self.parent.as_ref().map(|parent| (parent.id)(state, call)).transpose()
    }

    fn is_of(&self, object: &Object, parent: Option<&str>) -> bool {
        self.parent.as_ref().is_none_or(|own| object[own.field].as_str() == parent)
    }

    /// Makes an object of this schema, keeps it, and shows it.
    pub(super) fn create(
        &self,
        state: &mut State,
        call: &Call<'_>,
        schema: &Value,
    ) -> Result<Value, ApiError> {
        let object = self.make(state, call, schema)?;
        let shown = self.show_new(state, &object);
        state.table_mut(self.table()).insert(object);
        Ok(shown)
    }

    /// A new object, checked but not kept yet.
    fn make(&self, state: &mut State, call: &Call<'_>, schema: &Value) -> Result<Object, ApiError> {
        let mut object = blank(state, schema);
        let (id, now) = (state.ids.object(self.tag), state.now());
        fields!(object, { "id": id });
        let flat = state.document.flatten(schema);
        for (name, value) in [
            ("object", json!(self.tag)),
            ("created_at", json!(now)),
            ("updated_at", json!(now)),
            ("instance_id", json!(state.instance_id)),
        ] {
            if !flat["properties"][name].is_null() {
                object.insert(name.to_owned(), value);
            }
        }
        if let (Some(parent), Some(id)) = (&self.parent, self.parent_id(state, call)?) {
            object.insert(parent.field.to_owned(), json!(id));
        }
        if let Value::Object(defaults) = (self.defaults)(state) {
            object.extend(defaults);
        }
        copy_into(call, schema, &mut object);
        (self.prepare)(state, call, &mut object, Change::Create)?;
        self.check_unique(state, &object)?;
        Ok(object)
    }

    /// Keeps an object with these fields, as a seed gives them.
    pub(super) fn put(&self, state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
        let schema = self.described(state.document);
        let flat = state.document.flatten(schema);
        let mut findings = Vec::new();
        for (name, given) in call.body.as_object().into_iter().flatten() {
            match &flat["properties"][name] {
                Value::Null if name.starts_with('_') => {}
                Value::Null => findings.push(ApiError::unknown(name)),
                property => check_value(state.document, property, given, name, &mut findings),
            }
        }
        match ApiError::all(findings) {
            Some(error) => Err(error),
            None => self.create(state, call, schema),
        }
    }

    fn list(&self, state: &State, call: &Call<'_>) -> Result<Value, ApiError> {
        let parent = self.parent_id(state, call)?;
        let rows = state.rows(self.table());
        let mut rows: Vec<&Object> = rows
            .filter(|o| self.is_of(o, parent.as_deref()))
            .filter(|o| passes(call, o))
            .filter(|o| {
                let texts = || self.searched.iter().filter_map(|field| o[*field].as_str());
                let named = |name: &str, field: &str| call.query.first(name).is_some_and(|id| o[field] == id);
                (contains(call, "query", texts()) || named("query", "id"))
                    && (contains(call, "name_query", o["name"].as_str()) || named("name_query", "client_id"))
            })
            .collect();
        if self.ranked.is_empty() {
            let allowed: Vec<&str> = self.order.iter().copied().chain(["created_at"]).collect();
            // What is not shown can be ordered by, too.
            let field =
                |o: &&Object, name: &str| o.get(name).unwrap_or(&o[format!("_{name}").as_str()]).clone();
            order(call, &mut rows, &allowed, field)?;
        } else {
            rows.sort_by_key(|o| o[self.ranked].as_i64());
        }
        Ok(page(call, rows, |o| self.show(state, o)))
    }

    /// Changes the object that the path names, and answers it.
    pub(super) fn update(
        &self,
        state: &mut State,
        call: &Call<'_>,
        change: impl FnOnce(&Resource, &mut Object) -> Result<(), ApiError>,
    ) -> Result<Value, ApiError> {
        let mut object = self.find(state, call)?.clone();
        change(self, &mut object)?;
        (self.prepare)(state, call, &mut object, Change::Update)?;
        self.check_unique(state, &object)?;
        if object.contains_key("updated_at") {
            fields!(object, { "updated_at": state.now() });
        }
        let shown = self.show(state, &object);
        if let Some(kept) = state.table_mut(self.table()).get_mut(object.id()) {
            *kept = object;
        }
        Ok(shown)
    }

    fn delete(&self, state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
        let object = self.find(state, call)?;
        (self.keep)(state, object)?;
        let id = object.id().to_owned();
        state.table_mut(self.table()).remove(&id);
        for (table, field) in self.parts {
            state.table_mut(table).retain(|part| part[*field] != id);
        }
        Ok(deleted(self.tag, &id))
    }

    fn check_unique(&self, state: &State, object: &Object) -> Result<(), ApiError> {
        let others = || state.rows(self.table());
        for field in self.unique {
            let same = |other: &Object| other.id() != object.id() && other[*field] == object[*field];
            if others().any(same) {
                return Err((self.taken)(field, object));
            }
        }
        Ok(())
    }
}

/// The filters of a list that are called like a field: a repeated key is any of its values, `-` before a value
/// excludes it.
fn passes(call: &Call<'_>, object: &Object) -> bool {
    call.operation.query_parameters().all(|name| {
        let own = !matches!(name, "limit" | "offset" | "order_by" | "query" | "name_query" | "paginated");
        !own || !object.contains_key(name)
            || super::list::among_signed(call, name, |wanted| is(&object[name], wanted))
    })
}

fn is(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(text) => text == wanted,
        Value::Null => false,
        other => {
            let text = other.to_string();
            text == wanted
        }
    }
}

/// An object of a schema with nothing in it that nobody said: required fields alone, empty where that is possible.
pub(super) fn blank(state: &mut State, schema: &Value) -> Object {
    let document = state.document;
    let flat = document.flatten(schema);
    let mut object = Map::new();
    for name in flat["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let property = document.flatten(&flat["properties"][name]);
        let value = match property["type"].as_str() {
            _ if property["nullable"] == true => Value::Null,
            Some("array") => json!([]),
            Some("boolean") => json!(false),
            Some("object") if property.get("properties").is_none() => json!({}),
            _ => state.sampler().field(&property, name),
        };
        object.insert(name.to_owned(), value);
    }
    object.into()
}

/// Takes over what a request says about fields that the answer has.
pub(super) fn copy(call: &Call<'_>, object: &mut Object) -> Result<(), ApiError> {
    let schema = call.operation.answer.clone().unwrap_or_default();
    copy_into(call, &schema, object);
    Ok(())
}

fn copy_into(call: &Call<'_>, schema: &Value, object: &mut Object) {
    let flat = call.document.flatten(schema);
    for (name, given) in call.body.as_object().into_iter().flatten() {
        accept(call, &flat, object, name, given);
    }
}

/// Takes over a value if the schema has a field of this name, and it can be that.
fn accept(call: &Call<'_>, schema: &Value, object: &mut Map<String, Value>, name: &str, given: &Value) {
    let property = &schema["properties"][name];
    let mut findings = Vec::new();
    check_value(call.document, property, given, name, &mut findings);
    if !property.is_null() && findings.is_empty() {
        object.insert(name.to_owned(), given.clone());
    }
}
