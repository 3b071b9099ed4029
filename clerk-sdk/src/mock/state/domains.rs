//! The domains of the instance: one is the primary one, the others are satellites.

use serde_json::{Map, Value};
use url::Url;

use super::resource::{Action, PLAIN, Resource};
use super::resources::check_url;
use super::{Call, Handler, Object, State, fields};
use crate::mock::error::ApiError;

pub(super) const DOMAIN: Resource = Resource {
    tag: "domain",
    words: "domain",
    variable: "domain_id",
    operations: &[
        ("ListDomains", Action::List),
        ("AddDomain", Action::Create),
        ("UpdateDomain", Action::Update),
        ("DeleteDomain", Action::Delete),
    ],
    unique: &["name"],
    prepare: |_, call, object, _| {
        check_url(call, "proxy_url")?;
        let name = object.text("name").trim().to_lowercase();
        if name.is_empty() || name.contains(['/', ' ', '@']) {
            return Err(ApiError::format("name", "the name of a domain"));
        }
        object.extend(named(&name));
        Ok(())
    },
    keep: |_, object| {
        if object["is_satellite"] == true {
            return Ok(());
        }
        let long = "This operation is not allowed on a primary domain. Try again with a satellite domain of \
                    the instance.";
        let (status, code) = (http::StatusCode::FORBIDDEN, "operation_not_allowed_on_primary_domain");
        Err(ApiError::new(status, code, "operation not allowed", long))
    },
    ..PLAIN
};

/// What came of trying a proxy; each proxy of a domain has one, that of the last time.
pub(super) const PROXY_CHECK: Resource = Resource {
    tag: "proxy_check",
    words: "proxy check",
    operations: &[("VerifyDomainProxy", Action::Create)],
    prepare: |state, call, check, _| {
        check_url(call, "proxy_url")?;
        let id = call.text("domain_id").ok_or_else(|| ApiError::missing("domain_id"))?;
        let domain = state.table(DOMAIN.tag).and_then(|domains| domains.get(id));
        let domain = domain.ok_or_else(|| ApiError::value("domain_id", "must be the id of a domain"))?;
        let url = call.text("proxy_url").or(domain["proxy_url"].as_str());
        let url = url.ok_or_else(|| ApiError::missing("proxy_url"))?.to_owned();
        let checks = state.table_mut(PROXY_CHECK_TAG);
        let earlier = checks.iter().find(|c| c["domain_id"] == id && c["proxy_url"] == url.as_str()).cloned();
        if let Some(earlier) = earlier {
            checks.remove(earlier.id());
            fields!(check, { "id": earlier["id"], "created_at": earlier["created_at"] });
        }
        fields!(check, { "proxy_url": url, "last_run_at": state.at(), "successful": true });
        Ok(())
    },
    ..PLAIN
};

pub(super) const HANDLERS: &[(&str, Handler)] =
    &[("ChangeProductionInstanceDomain", change), ("UpdateProductionInstanceDomain", change)];

/// The primary domain of a new instance, below which its publishable key has the Frontend API.
const PRIMARY: &str = "example.com";
const PROXY_CHECK_TAG: &str = "proxy_check";

/// What follows from a domain's name.
fn named(name: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    fields!(fields, {
        "name": name, "frontend_api_url": format!("https://clerk.{name}"),
        "accounts_portal_url": format!("https://accounts.{name}"), "development_origin": "",
    });
    fields
}

impl State {
    /// Puts in the primary domain, which every instance has.
    pub(super) fn furnish_domain(&mut self) {
        let mut domain = Object::from(named(PRIMARY));
        fields!(domain, { "object": DOMAIN.tag, "id": self.ids.object(DOMAIN.tag), "is_satellite": false });
        self.table_mut(DOMAIN.tag).insert(domain);
    }
}

/// The instance moves to another domain, and everybody has to sign in again. A secret key that begins with `sk_live_`
/// says that the instance is in production.
fn change(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    if !call.key.starts_with("sk_live_") {
        let (short, long) =
            ("Domain update was forbidden", "Domain can be only updated for production instances");
        return Err(ApiError::new(http::StatusCode::BAD_REQUEST, "domain_update_forbidden", short, long));
    }
    let url = call.text("home_url").ok_or_else(|| ApiError::missing("home_url"))?;
    let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let host = url.as_ref().and_then(Url::domain).filter(|host| host.contains('.'));
    let host = host.ok_or_else(|| ApiError::format("home_url", "a valid URL"))?;
    let name = if call.flag("is_secondary") == Some(true) { host } else { registrable(host) };
    let satellite = |domain: &Object| domain["is_satellite"] == true && domain["name"] == name;
    if state.rows(DOMAIN.tag).any(satellite) {
        return Err(ApiError::taken("home_url", "domain"));
    }
    state
        .table_mut(DOMAIN.tag)
        .change(|domain| domain["is_satellite"] != true, |domain| domain.extend(named(name)));
    let users: Vec<String> = state.users.iter().map(|user| user.id().to_owned()).collect();
    users.iter().for_each(|user| state.revoke_sessions(user));
    Ok(Value::Null)
}

/// The part of a host that is registered: `example.com` of `www.example.com`, `example.co.uk` of `app.example.co.uk`.
/// Of country domains with short second levels it is taken that names are registered on the third.
fn registrable(host: &str) -> &str {
    let labels: Vec<&str> = host.rsplit('.').collect();
    let short =
        labels.first().is_some_and(|top| top.len() == 2) && labels.get(1).is_some_and(|l| l.len() <= 3);
    let kept = labels.iter().take(if short { 3 } else { 2 }).map(|label| label.len() + 1).sum::<usize>() - 1;
    host.get(host.len() - kept..).unwrap_or(host)
}
