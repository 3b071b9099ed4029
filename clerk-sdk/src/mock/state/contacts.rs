//! E-mail addresses and phone numbers: both belong to a user, are unique, verified or not, and one of each may be
//! the primary one.

use serde_json::{Value, json};

use super::{
    Call, Handler, Object, State, deleted, fields, find, identifiers as format, second_factors, users,
};
use crate::mock::error::ApiError;

/// Which of the two it is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Contact {
    Email,
    Phone,
}

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("CreateEmailAddress", |state, call| create(state, call, Contact::Email)),
    ("GetEmailAddress", |state, call| get(state, call, Contact::Email)),
    ("UpdateEmailAddress", |state, call| update(state, call, Contact::Email)),
    ("DeleteEmailAddress", |state, call| delete(state, call, Contact::Email)),
    ("ReplaceUserEmailAddress", |state, call| replace(state, call, Contact::Email)),
    ("CreatePhoneNumber", |state, call| create(state, call, Contact::Phone)),
    ("GetPhoneNumber", |state, call| get(state, call, Contact::Phone)),
    ("UpdatePhoneNumber", |state, call| update(state, call, Contact::Phone)),
    ("DeletePhoneNumber", |state, call| delete(state, call, Contact::Phone)),
    ("ReplaceUserPhoneNumber", |state, call| replace(state, call, Contact::Phone)),
];

impl Contact {
    /// The field that holds the address or number, and the body's parameter for it.
    pub(super) fn field(self) -> &'static str {
        match self {
            Contact::Email => "email_address",
            Contact::Phone => "phone_number",
        }
    }

    pub(super) fn status_field(self) -> &'static str {
        match self {
            Contact::Email => "email_address_identification_status",
            Contact::Phone => "phone_number_identification_status",
        }
    }

    pub(super) fn list(self) -> &'static str {
        match self {
            Contact::Email => "email_addresses",
            Contact::Phone => "phone_numbers",
        }
    }

    pub(super) fn primary(self) -> &'static str {
        match self {
            Contact::Email => "primary_email_address_id",
            Contact::Phone => "primary_phone_number_id",
        }
    }

    pub(super) fn variable(self) -> &'static str {
        match self {
            Contact::Email => "email_address_id",
            Contact::Phone => "phone_number_id",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Contact::Email => "email address",
            Contact::Phone => "phone number",
        }
    }

    /// The form in which it is kept and compared.
    pub(super) fn normal(self, text: &str) -> String {
        match self {
            Contact::Email => text.trim().to_lowercase(),
            Contact::Phone => text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.')).collect(),
        }
    }

    pub(super) fn check(self, text: &str, param: &str) -> Result<(), ApiError> {
        match self {
            Contact::Email => format::check_email(text, param),
            Contact::Phone => format::check_phone(text, param),
        }
    }

    pub(super) fn taken(self) -> ApiError {
        ApiError::taken(self.field(), self.words())
    }
}

impl State {
    /// Whether a user (other than `except`) holds this address or number. One that is neither verified nor reserved
    /// is nobody's yet.
    pub(super) fn contact_taken(&self, kind: Contact, value: &str, except: Option<&str>) -> bool {
        self.users.iter().any(|user| {
            let held = find(&user[kind.list()], kind.field(), value);
            user["id"].as_str() != except
                && held.is_some_and(|contact| verified(contact) || contact["reserved"] == true)
        })
    }

    /// Whether a contact of a user can be verified: not where another user holds the same.
    pub(super) fn check_free(&mut self, kind: Contact, id: &str) -> Result<(), ApiError> {
        let owner = self.owner_of(kind, id)?;
        let value =
            find(&owner[kind.list()], "id", id).map_or("", |c| c[kind.field()].as_str().unwrap_or_default());
        let (value, owner) = (value.to_owned(), owner.id().to_owned());
        if self.contact_taken(kind, &value, Some(&owner)) { Err(kind.taken()) } else { Ok(()) }
    }

    /// The user who has the contact that the path names.
    pub(super) fn owner_of(&mut self, kind: Contact, id: &str) -> Result<&mut Object, ApiError> {
        let owner = self.users.find_mut(|user| find(&user[kind.list()], "id", id).is_some());
        owner.ok_or_else(|| ApiError::not_found(kind.words(), id))
    }
}

/// A new address or number; `status` is `verified`, `reserved` or `unverified`.
pub(super) fn make(state: &mut State, kind: Contact, value: &str, status: &str) -> Value {
    let now = state.now();
    let id = state.ids.object(kind.field());
    let verification = if status == "verified" { verified_by_admin() } else { Value::Null };
    let reserved = status == "reserved";
    let mut object = Object::default();
    fields!(object, {
        "id": id, "object": kind.field(), kind.field(): value, "reserved": reserved, "verification": verification,
        "linked_to": [], "created_at": now, "updated_at": now,
    });
    match kind {
        Contact::Email => fields!(object, { "matches_sso_connection": false }),
        Contact::Phone => {
            fields!(object, { "reserved_for_second_factor": false, "default_second_factor": false })
        }
    }
    Value::from(object)
}

/// What a verification looks like that nobody had to go through.
pub(super) fn verified_by_admin() -> Value {
    json!({
        "object": "verification_admin", "status": "verified", "strategy": "admin",
        "attempts": null, "expire_at": null, "verified_at_client": null,
    })
}

fn create(state: &mut State, call: &Call<'_>, kind: Contact) -> Result<Value, ApiError> {
    let value = kind.normal(call.text(kind.field()).unwrap_or_default());
    kind.check(&value, kind.field())?;
    let user_id = call.text("user_id").unwrap_or_default();
    let user = state.users.get(user_id).ok_or_else(|| ApiError::not_found("user", user_id))?;
    if state.contact_taken(kind, &value, None) || find(&user[kind.list()], kind.field(), &value).is_some() {
        return Err(kind.taken());
    }
    if call.flag("reserved_for_second_factor") == Some(true) {
        if call.flag("verified") != Some(true) {
            let long = "Unverified identifications cannot be a second factor";
            return Err(refused("identification_create_second_factor_unverified", "Create failed", long));
        }
        if identifiers(user) == 0 {
            return Err(last_as_second_factor());
        }
    }
    let first = user[kind.list()].as_array().is_none_or(Vec::is_empty);
    let status = if call.flag("verified") == Some(true) { "verified" } else { "unverified" };
    let mut contact = make(state, kind, &value, status);
    let now = state.now();
    if let Some(user) = state.users.get_mut(user_id) {
        user.insert("updated_at".into(), json!(now));
        reserve(&mut contact, user, call);
        if call.flag("primary").unwrap_or(first) {
            user.insert(kind.primary().into(), contact["id"].clone());
        }
        if let Some(list) = user.get_mut(kind.list()).and_then(Value::as_array_mut) {
            list.push(contact.clone());
        }
        second_factors::note(user, now);
    }
    Ok(contact)
}

fn get(state: &mut State, call: &Call<'_>, kind: Contact) -> Result<Value, ApiError> {
    let id = call.variable(kind.variable());
    let owner = state.owner_of(kind, id)?;
    Ok(find(&owner[kind.list()], "id", id).cloned().unwrap_or_default())
}

fn update(state: &mut State, call: &Call<'_>, kind: Contact) -> Result<Value, ApiError> {
    let now = state.now();
    let id = call.variable(kind.variable());
    if call.flag("verified") == Some(true) {
        state.check_free(kind, id)?;
    }
    let owner = state.owner_of(kind, id)?;
    let Some(mut contact) = find(&owner[kind.list()], "id", id).cloned() else {
        return Err(ApiError::not_found(kind.words(), id));
    };
    if let Some(verified) = call.flag("verified") {
        contact["verification"] = if verified { verified_by_admin() } else { Value::Null };
    }
    if call.flag("reserved_for_second_factor") == Some(true) {
        if !verified(&contact) {
            let long = "Cannot update second factor attributes for unverified identification";
            return Err(refused("identification_update_second_factor_unverified", "Update failed", long));
        }
        if identifiers(owner) < 2 {
            return Err(last_as_second_factor());
        }
    }
    reserve(&mut contact, owner, call);
    contact["updated_at"] = json!(now);
    if call.flag("primary") == Some(true) {
        owner.insert(kind.primary().into(), json!(id));
    }
    owner.insert("updated_at".into(), json!(now));
    let list = owner.get_mut(kind.list()).and_then(Value::as_array_mut);
    if let Some(kept) = list.into_iter().flatten().find(|c| c["id"] == id) {
        *kept = contact.clone();
    }
    second_factors::note(owner, now);
    Ok(contact)
}

fn delete(state: &mut State, call: &Call<'_>, kind: Contact) -> Result<Value, ApiError> {
    let now = state.now();
    let id = call.variable(kind.variable());
    let owner = state.owner_of(kind, id)?;
    check_not_last(owner)?;
    check_not_linked(find(&owner[kind.list()], "id", id))?;
    let mut next = Value::Null;
    if let Some(list) = owner.get_mut(kind.list()).and_then(Value::as_array_mut) {
        list.retain(|c| c["id"] != id);
        let verified = list.iter().find(|c| c["verification"]["status"] == "verified");
        next = verified.map_or(Value::Null, |c| c["id"].clone());
    }
    if owner[kind.primary()] == id {
        owner.insert(kind.primary().into(), next);
    }
    owner.insert("updated_at".into(), json!(now));
    second_factors::note(owner, now);
    Ok(deleted(kind.field(), id))
}

/// A user needs something to be found by: the last identifier cannot go.
pub(super) fn check_not_last(owner: &Object) -> Result<(), ApiError> {
    if identifiers(owner) > 1 {
        return Ok(());
    }
    let message = "You cannot delete your last identification.";
    Err(ApiError::bad_request("last_identification_deletion_failed", message))
}

/// How many things there are by which a user is found.
fn identifiers(user: &Object) -> usize {
    let lists = ["email_addresses", "phone_numbers", "web3_wallets", "external_accounts"];
    let listed: usize = lists.iter().map(|list| user[*list].as_array().map_or(0, Vec::len)).sum();
    listed + usize::from(user["username"].is_string())
}

fn verified(contact: &Value) -> bool {
    contact["verification"]["status"] == "verified"
}

/// What a connected account came with stays for as long as the account does.
fn check_not_linked(contact: Option<&Value>) -> Result<(), ApiError> {
    if contact.is_none_or(|c| c["linked_to"].as_array().is_none_or(Vec::is_empty)) {
        return Ok(());
    }
    let short = "Deleting a linked email address is not allowed";
    let long = "This email address is linked to one or more Connected Accounts. Remove the Connected Account before \
                deleting this email address.";
    Err(refused("delete_linked_identification_disallowed", short, long))
}

/// Reserves a number for the second factor, or no longer, as a request says.
fn reserve(contact: &mut Value, user: &Object, call: &Call<'_>) {
    let Some(reserved) = call.flag("reserved_for_second_factor") else { return };
    let phones = user["phone_numbers"].as_array().into_iter().flatten();
    let mut others = phones.filter(|phone| phone["id"] != contact["id"]);
    let first =
        user["totp_enabled"] != true && !others.any(|phone| phone["reserved_for_second_factor"] == true);
    let default = reserved && (first || contact["default_second_factor"] == true);
    contact["reserved_for_second_factor"] = json!(reserved);
    contact["default_second_factor"] = json!(default);
}

fn last_as_second_factor() -> ApiError {
    let long = "You cannot set your last identification as second factor.";
    refused("identification_update_failed", "Update failed", long)
}

fn refused(code: &str, short: &str, long: &str) -> ApiError {
    ApiError::new(http::StatusCode::BAD_REQUEST, code, short, long)
}

/// Puts one primary address or number in the place of all that the user has.
fn replace(state: &mut State, call: &Call<'_>, kind: Contact) -> Result<Value, ApiError> {
    let user_id = call.variable("user_id");
    let value = kind.normal(call.text(kind.field()).unwrap_or_default());
    kind.check(&value, kind.field())?;
    let user = state.user(call)?;
    user[kind.list()].as_array().into_iter().flatten().try_for_each(|c| check_not_linked(Some(c)))?;
    if state.contact_taken(kind, &value, Some(user_id)) {
        return Err(kind.taken());
    }
    let status = call.text("identification_status").unwrap_or("verified");
    let contact = make(state, kind, &value, status);
    let now = state.now();
    if let Some(user) = state.users.get_mut(user_id) {
        fields!(user, {
            kind.list(): [contact.clone()], kind.primary(): contact["id"].clone(), "updated_at": now,
        });
        second_factors::note(user, now);
    }
    Ok(if returns_user(call) { users::show(state.user(call)?, now) } else { contact })
}

/// The document says whether the answer is the user or the new address.
fn returns_user(call: &Call<'_>) -> bool {
    let schema = call.operation.answer.as_ref();
    schema.is_some_and(|s| s.pointer("/properties/object/enum/0").is_some_and(|tag| tag == "user"))
}
