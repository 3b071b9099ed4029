//! Organizations: created, found by id or slug, changed, deleted with all that belongs to them.

use serde_json::{Value, json};

use super::list::{among_signed, order, page};
use super::{Call, Handler, Object, State, fields, identifiers, metadata};
use crate::mock::error::ApiError;

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("ListOrganizations", organizations),
    ("CreateOrganization", create),
    ("GetOrganization", |state, call| {
        let id = state.organization_id(call)?;
        Ok(state.show_organization(call, &id))
    }),
    ("UpdateOrganization", update),
    ("DeleteOrganization", delete),
    ("MergeOrganizationMetadata", |state, call| {
        let id = state.organization_id(call)?;
        state.organizations.get(&id).map_or(Ok(()), |o| metadata::check_merged(o, call))?;
        change(state, call, |o| metadata::merge(o, call))
    }),
    ("ReplaceOrganizationMetadata", |state, call| {
        metadata::check(call)?;
        change(state, call, |o| metadata::replace(o, call))
    }),
    ("UploadOrganizationLogo", set_logo),
    ("DeleteOrganizationLogo", |state, call| {
        let id = state.organization_id(call)?;
        if state.organizations.get(&id).is_some_and(|o| o["has_image"] != true) {
            return Err(super::users::no_image());
        }
        state.forget_image(&id);
        change(state, call, |o| fields!(o, { "has_image": false, "image_url": DEFAULT_IMAGE }))
    }),
];

/// The logo of an organization that has set none.
const DEFAULT_IMAGE: &str = "https://img.example.com/default-organization.png";

impl State {
    /// The id of the organization that the path names by id or by slug.
    pub(super) fn organization_id(&self, call: &Call<'_>) -> Result<String, ApiError> {
        let name = call.variable("organization_id");
        self.find_organization(name).ok_or_else(|| ApiError::not_found("organization", name))
    }

    /// The id of the organization of this id or slug.
    pub(in crate::mock) fn find_organization(&self, name: &str) -> Option<String> {
        if self.organizations.get(name).is_some() {
            return Some(name.to_owned());
        }
        let by_slug = self.organizations.iter().find(|o| o["slug"] == name);
        by_slug.and_then(|o| o["id"].as_str()).map(str::to_owned)
    }

    /// What is shown of an organization beside other things.
    pub(super) fn public_organization_data(&self, id: &str) -> Option<Value> {
        let organization = self.organizations.get(id)?;
        let names = ["id", "name", "slug", "image_url", "has_image"];
        Some(names.iter().map(|n| ((*n).to_owned(), organization[*n].clone())).collect())
    }

    /// The key of the role set that an organization uses.
    pub(super) fn role_set_of(&self, id: &str) -> &str {
        self.organizations.get(id).map_or("", |o| o.text("role_set_key"))
    }

    /// An organization as an answer shows it: counts where they were asked for.
    fn show_organization(&self, call: &Call<'_>, id: &str) -> Value {
        let Some(mut object) = self.organizations.get(id).cloned() else { return Value::Null };
        if call.query.flag("include_members_count") == Some(true) {
            let pending = self.organization_invitations.iter();
            let pending = pending.filter(|i| i["organization_id"] == id && i["status"] == "pending").count();
            fields!(object, { "members_count": self.members(id), "pending_invitations_count": pending });
        }
        if call.query.flag("include_missing_member_with_elevated_permissions") == Some(true) {
            let admin = |m: &Object| m["_organization_id"] == id && m["role"] == "org:admin";
            let missing = !self.memberships.iter().any(admin);
            fields!(object, { "missing_member_with_elevated_permissions": missing });
        }
        Value::from(object)
    }
}

fn organizations(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let wanted = call.query.first("query").map(str::to_lowercase);
    let mut rows: Vec<&Object> = state.organizations.iter().collect();
    rows.retain(|o| {
        let id = o["id"].as_str().unwrap_or_default();
        let found = wanted.as_ref().is_none_or(|wanted| {
            let part = |field: &str| o[field].as_str().is_some_and(|t| t.to_lowercase().contains(wanted));
            id.eq_ignore_ascii_case(wanted) || part("name") || part("slug")
        });
        found
            && among_signed(call, "organization_id", |wanted| id == wanted)
            && among_signed(call, "user_id", |user| state.is_member(id, user))
    });
    order(call, &mut rows, &["name", "created_at", "members_count"], |o, name| match name {
        "members_count" => json!(state.members(o["id"].as_str().unwrap_or_default())),
        _ => o[name].clone(),
    })?;
    Ok(page(call, rows, |o| state.show_organization(call, o["id"].as_str().unwrap_or_default())))
}

fn create(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    state.check_organization_setting("enabled", "organization_not_enabled_in_instance")?;
    let settings = state.shown_organization_settings();
    let name = check_name(call)?.unwrap_or_default();
    let slug = match call.text("slug").filter(|s| !s.is_empty()) {
        Some(slug) => {
            check_slug(state, slug, None)?;
            slug.to_owned()
        }
        None => free_slug(state, name),
    };
    metadata::check(call)?;
    let creator = call.text("created_by");
    if let Some(creator) = creator
        && state.users.get(creator).is_none()
    {
        let long = format!("No users found with id {creator}.");
        let status = http::StatusCode::BAD_REQUEST;
        return Err(ApiError::new(status, "organization_creator_not_found", "creator not found", &long));
    }
    let role_set = state.check_role_set(call)?.map_or(settings["initial_role_set_key"].clone(), Value::from);
    let now = state.now();
    let created_at = match call.text("created_at") {
        Some(time) => identifiers::check_time(time, "created_at", now)?,
        None => now,
    };
    let id = state.ids.object("organization");
    let mut object = state.sample("Organization");
    // These are there only where they were asked for.
    for name in ["members_count", "pending_invitations_count", "missing_member_with_elevated_permissions"] {
        object.remove(name);
    }
    fields!(object, {
        "id": id, "name": name, "slug": slug, "image_url": DEFAULT_IMAGE, "has_image": false,
        "max_allowed_memberships": call.body["max_allowed_memberships"].as_i64().or(settings["max_allowed_memberships"].as_i64()),
        "admin_delete_enabled": settings["admin_delete_enabled"], "public_metadata": {}, "private_metadata": {},
        "role_set_key": role_set,
        "created_at": created_at, "updated_at": now, "last_active_at": now,
    });
    match creator {
        Some(creator) => drop(object.insert("created_by".into(), json!(creator))),
        None => drop(object.remove("created_by")),
    }
    metadata::replace(&mut object, call);
    state.organizations.insert(object);
    if let Some(creator) = creator {
        let role = state.creator_role(state.role_set_of(&id));
        state.add_member(&id, creator, &role, Object::default());
    }
    Ok(state.show_organization(call, &id))
}

fn update(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let id = state.organization_id(call)?;
    let name = check_name(call)?;
    let slug = call.text("slug").filter(|s| !s.is_empty());
    if let Some(slug) = slug {
        check_slug(state, slug, Some(&id))?;
    }
    metadata::check(call)?;
    if let Some(set) = state.check_role_set(call)? {
        state.check_roles_kept(&id, &set)?;
    }
    let now = state.now();
    let created_at =
        call.text("created_at").map(|t| identifiers::check_time(t, "created_at", now)).transpose()?;
    change(state, call, |object| {
        for (field, value) in [("name", name), ("slug", slug)] {
            if let Some(value) = value {
                object.insert(field.into(), json!(value));
            }
        }
        for field in ["max_allowed_memberships", "admin_delete_enabled", "role_set_key"] {
            if let Some(value) = call.body.get(field).filter(|v| !v.is_null()) {
                object.insert(field.into(), value.clone());
            }
        }
        if let Some(created_at) = created_at {
            object.insert("created_at".into(), json!(created_at));
        }
        metadata::replace(object, call);
    })
}

fn delete(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let id = state.organization_id(call)?;
    let organization = state.organizations.remove(&id).unwrap_or_default();
    state.memberships.retain(|m| m["_organization_id"] != id);
    state.organization_invitations.retain(|i| i["organization_id"] != id.as_str());
    for own in ["organization_domain", super::enrollment::SUGGESTION] {
        state.table_mut(own).retain(|o| o["organization_id"] != id.as_str());
    }
    state.forget_credentials_of(&id);
    state.sessions.change(
        |s| s["last_active_organization_id"] == id.as_str(),
        |session| drop(session.insert("last_active_organization_id".into(), Value::Null)),
    );
    state.forget_image(&id);
    let mut answer = super::deleted("organization", &id);
    answer["slug"] = organization["slug"].clone();
    Ok(answer)
}

fn set_logo(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    if let Some(uploader) = call.text("uploader_user_id").filter(|id| state.users.get(id).is_none()) {
        return Err(ApiError::not_found("user", uploader));
    }
    let id = state.organization_id(call)?;
    let url = state.keep_image(call, &id);
    change(state, call, |o| fields!(o, { "has_image": true, "image_url": url }))
}

/// Changes the organization that the path names, and answers it.
fn change(state: &mut State, call: &Call<'_>, change: impl FnOnce(&mut Object)) -> Result<Value, ApiError> {
    let id = state.organization_id(call)?;
    let now = state.now();
    if let Some(object) = state.organizations.get_mut(&id) {
        object.insert("updated_at".into(), json!(now));
        change(object);
    }
    Ok(state.show_organization(call, &id))
}

fn check_name<'a>(call: &'a Call<'_>) -> Result<Option<&'a str>, ApiError> {
    let name = call.text("name").map(str::trim);
    let Some(text) = name else { return Ok(None) };
    if text.is_empty() {
        return Err(ApiError::value("name", "must not be empty"));
    }
    if text.chars().count() > 256 {
        return Err(ApiError::too_long("name", 256));
    }
    let lower = text.to_lowercase();
    let tag = lower.split_once('<').is_some_and(|(_, rest)| {
        rest.contains('>') && rest.starts_with(|c: char| c == '/' || c.is_ascii_alphabetic())
    });
    if tag || lower.contains("://") || lower.split_whitespace().any(|word| word.starts_with("www.")) {
        let long = format!("The organization name {text:?} is invalid: it may not contain URLs or HTML");
        let short = "invalid organization name";
        return Err(ApiError::param("form_param_value_invalid", "name", short, &long));
    }
    Ok(name)
}

fn check_slug(state: &State, slug: &str, own: Option<&str>) -> Result<(), ApiError> {
    if state.organization_settings()["slug_disabled"] == true {
        return Err(ApiError::unknown("slug"));
    }
    identifiers::check_slug(slug)?;
    if state.organizations.iter().any(|o| o["slug"] == slug && o["id"].as_str() != own) {
        return Err(ApiError::taken("slug", "slug"));
    }
    Ok(())
}

/// A slug that no organization has, made from a name.
fn free_slug(state: &mut State, name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let base = if words.is_empty() { "organization".to_owned() } else { words.join("-") };
    let mut slug = base.clone();
    while state.organizations.iter().any(|o| o["slug"] == slug.as_str()) {
        slug = format!("{base}-{}", state.ids.digits(10));
    }
    slug
}
