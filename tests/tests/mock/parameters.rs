//! Every query parameter of every list: it has the effect that its name promises, or stands here with a reason.

use std::collections::{BTreeMap, BTreeSet};

use clerk_sdk::mock::MockClerk;
use serde_json::Value;

use crate::api::Api;
use crate::crowd::crowd;
use crate::document::{Document, Operation};

/// How a parameter is tried.
#[derive(Clone, Copy, Debug)]
enum Try {
    /// The items whose field has this value.
    Is(&'static str),
    /// The same, where two values are either of them.
    Either(&'static str),
    /// The same, and `-` before a value leaves those out that have it.
    Signed(&'static str),
    /// The items whose field contains this text.
    Part(&'static str, &'static str),
    /// The items whose field is before a time that one of them has, after it, or not before it.
    Before(&'static str),
    After(&'static str),
    Since(&'static str),
    /// So many of the items are left with this value.
    Left(&'static str, usize),
    /// Each item has this field with the value `true`, and none has it without.
    Adds(&'static str),
    /// Values to order by, and the field of each.
    Orders(&'static [(&'static str, &'static str)]),
    /// The answer is an object with `total_count`.
    Envelope,
    /// The items after the one with this id.
    Cursor,
}
use Try::{Adds, After, Before, Cursor, Either, Envelope, Is, Left, Orders, Part, Signed, Since};

const NAMED: Try = Orders(&[("created_at", "/created_at"), ("name", "/name")]);
const KEYED: Try = Orders(&[("created_at", "/created_at"), ("name", "/name"), ("key", "/key")]);
const ADDRESSED: Try = Orders(&[("created_at", "/created_at"), ("email_address", "/email_address")]);

/// By operation and parameter; `*` is every operation that has no line of its own.
const TRIED: &[(&str, &str, Try)] = &[
    ("*", "paginated", Envelope),
    ("ListEnterpriseConnectionTestRuns", "status", Either("/status")),
    ("*", "status", Is("/status")),
    // Those that were revoked are listed only where they are asked for.
    ("ListInvitations", "status", Left("revoked", 1)),
    ("GetSessionList", "client_id", Is("/client_id")),
    ("GetSessionList", "user_id", Is("/user_id")),
    ("GetUserList", "email_address", Either("/email_addresses/0/email_address")),
    ("GetUserList", "phone_number", Either("/phone_numbers/0/phone_number")),
    ("GetUserList", "external_id", Signed("/external_id")),
    ("GetUserList", "username", Either("/username")),
    ("GetUserList", "web3_wallet", Either("/web3_wallets/0/web3_wallet")),
    ("GetUserList", "user_id", Signed("/id")),
    ("GetUserList", "organization_id", Left("ORGANIZATION", 2)),
    ("GetUserList", "query", Part("/email_addresses/0/email_address", "BOB@")),
    ("GetUserList", "email_address_query", Part("/email_addresses/0/email_address", "BOB@")),
    ("GetUserList", "phone_number_query", Part("/phone_numbers/0/phone_number", "0101")),
    ("GetUserList", "username_query", Part("/username", "OB")),
    ("GetUserList", "name_query", Part("/last_name", "opp")),
    ("GetUserList", "banned", Is("/banned")),
    ("GetUserList", "last_active_at_before", Before("/last_active_at")),
    ("GetUserList", "last_active_at_after", After("/last_active_at")),
    ("GetUserList", "last_active_at_since", Since("/last_active_at")),
    ("GetUserList", "created_at_before", Before("/created_at")),
    ("GetUserList", "created_at_after", After("/created_at")),
    ("GetUserList", "last_sign_in_at_before", Before("/last_sign_in_at")),
    ("GetUserList", "last_sign_in_at_after", After("/last_sign_in_at")),
    ("GetUserList", "provider", Left("oauth_google&provider_user_id=PROVIDER", 1)),
    ("GetUserList", "provider_user_id", Left("PROVIDER&provider=oauth_google", 1)),
    ("GetUserList", "starting_after", Cursor),
    (
        "GetUserList",
        "order_by",
        Orders(&[
            ("created_at", "/created_at"),
            ("updated_at", "/updated_at"),
            ("email_address", "/email_addresses/0/email_address"),
            ("web3wallet", "/web3_wallets/0/web3_wallet"),
            ("first_name", "/first_name"),
            ("last_name", "/last_name"),
            ("phone_number", "/phone_numbers/0/phone_number"),
            ("username", "/username"),
            ("last_active_at", "/last_active_at"),
            ("last_sign_in_at", "/last_sign_in_at"),
        ]),
    ),
    ("ListInvitations", "query", Part("/email_address", "TWO")),
    (
        "ListInvitations",
        "order_by",
        Orders(&[
            ("created_at", "/created_at"),
            ("email_address", "/email_address"),
            ("expires_at", "/expires_at"),
        ]),
    ),
    ("ListInstanceOrganizationInvitations", "query", Part("/email_address", "TWO")),
    ("ListInstanceOrganizationInvitations", "order_by", ADDRESSED),
    ("ListOrganizationInvitations", "email_address", Is("/email_address")),
    ("ListOrganizationInvitations", "order_by", ADDRESSED),
    ("ListMachines", "query", Part("/name", "TWO")),
    ("ListMachines", "order_by", NAMED),
    ("ListOrganizations", "include_members_count", Adds("members_count")),
    ("GetOrganization", "include_members_count", Adds("members_count")),
    (
        "ListOrganizations",
        "include_missing_member_with_elevated_permissions",
        Adds("missing_member_with_elevated_permissions"),
    ),
    (
        "GetOrganization",
        "include_missing_member_with_elevated_permissions",
        Adds("missing_member_with_elevated_permissions"),
    ),
    ("ListOrganizations", "query", Part("/slug", "TWO")),
    ("ListOrganizations", "user_id", Left("-USER", 2)),
    ("ListOrganizations", "organization_id", Signed("/id")),
    (
        "ListOrganizations",
        "order_by",
        Orders(&[("created_at", "/created_at"), ("name", "/name"), ("members_count", "/members_count")]),
    ),
    ("*", "query", Part("/name", "TWO")),
    ("ListOrganizationRoles", "order_by", KEYED),
    ("ListOrganizationPermissions", "order_by", KEYED),
    ("ListRoleSets", "order_by", KEYED),
    ("ListOrganizationMemberships", "user_id", Signed("/public_user_data/user_id")),
    ("ListOrganizationMemberships", "email_address", Either("/public_user_data/identifier")),
    ("ListOrganizationMemberships", "phone_number", Left("%2B15555550100", 1)),
    ("ListOrganizationMemberships", "username", Either("/public_user_data/username")),
    ("ListOrganizationMemberships", "web3_wallet", Left("WALLET", 1)),
    ("ListOrganizationMemberships", "role", Either("/role")),
    ("ListOrganizationMemberships", "query", Part("/public_user_data/identifier", "BOB@")),
    ("ListOrganizationMemberships", "email_address_query", Part("/public_user_data/identifier", "BOB@")),
    ("ListOrganizationMemberships", "phone_number_query", Left("0100", 1)),
    ("ListOrganizationMemberships", "username_query", Part("/public_user_data/username", "OB")),
    ("ListOrganizationMemberships", "name_query", Part("/public_user_data/last_name", "opp")),
    ("ListOrganizationMemberships", "last_active_at_before", Left("ACTIVE", 1)),
    ("ListOrganizationMemberships", "last_active_at_after", Left("ACTIVE", 1)),
    ("ListOrganizationMemberships", "created_at_before", Before("/created_at")),
    ("ListOrganizationMemberships", "created_at_after", After("/created_at")),
    ("ListOrganizationMemberships", "order_by", MEMBERS),
    ("InstanceGetOrganizationMemberships", "order_by", MEMBERS),
    ("ListOrganizationDomains", "verified", Left("false", 1)),
    ("ListOrganizationDomains", "enrollment_mode", Signed("/enrollment_mode")),
    ("ListAllOrganizationDomains", "verified", Left("false", 2)),
    ("ListAllOrganizationDomains", "enrollment_mode", Signed("/enrollment_mode")),
    ("ListAllOrganizationDomains", "organization_id", Is("/organization_id")),
    ("ListAllOrganizationDomains", "domains", Either("/name")),
    ("ListAllOrganizationDomains", "order_by", NAMED),
    ("ListOAuthApplications", "name_query", Part("/name", "TWO")),
    ("ListOAuthApplications", "order_by", NAMED),
    ("ListSAMLConnections", "organization_id", Signed("/organization_id")),
    ("ListSAMLConnections", "order_by", NAMED),
    ("ListEnterpriseConnections", "organization_id", Is("/organization_id")),
    ("ListEnterpriseConnections", "active", Is("/active")),
    ("ListWaitlistEntries", "query", Part("/email_address", "TWO")),
    (
        "ListWaitlistEntries",
        "order_by",
        Orders(&[
            ("created_at", "/created_at"),
            ("email_address", "/email_address"),
            ("invited_at", "/invitation/created_at"),
        ]),
    ),
    ("GetCommercePlanList", "payer_type", Is("/for_payer_type")),
    ("GetBillingPriceList", "plan_id", Is("/plan_id")),
    ("GetCommerceSubscriptionItemList", "payer_type", Is("/plan/for_payer_type")),
    ("GetCommerceSubscriptionItemList", "plan_id", Is("/plan_id")),
    ("GetCommerceSubscriptionItemList", "include_free", Left("true", 4)),
    ("GetCommerceSubscriptionItemList", "query", Part("/payer/email", "BOB@")),
    ("getApiKeys", "subject", Left("OTHER", 1)),
    ("getApiKeys", "type", Left("none", 0)),
    ("getApiKeys", "include_invalid", Left("true", 4)),
    ("getApiKeys", "query", Part("/name", "TWO")),
    ("getM2MTokens", "subject", Left("OTHER_MACHINE", 1)),
    ("getM2MTokens", "revoked", Left("true", 4)),
    ("getM2MTokens", "expired", Left("true", 4)),
];

const MEMBERS: Try = Orders(&[
    ("created_at", "/created_at"),
    ("email_address", "/public_user_data/identifier"),
    ("first_name", "/public_user_data/first_name"),
    ("last_name", "/public_user_data/last_name"),
    ("username", "/public_user_data/username"),
    ("phone_number", "/public_user_data/username"),
]);

/// Parameters that are not tried, and why.
const UNTRIED: &[(&str, &str, &str)] = &[
    ("GetPublicInterstitial", "*", "no list: the answer is empty"),
    ("GetUsersCount", "*", "no list: a test of its own holds it against the list"),
];

fn items(body: &Value) -> Vec<Value> {
    match body {
        Value::Array(items) => items.clone(),
        Value::Object(fields) => match fields.values().find_map(Value::as_array) {
            Some(items) if fields.contains_key("total_count") => items.clone(),
            _ => vec![body.clone()],
        },
        _ => Vec::new(),
    }
}

/// What a list is asked for beside what is tried.
fn needed(operation: &str, ids: &BTreeMap<&'static str, String>, query: &str) -> String {
    match operation {
        "getApiKeys" if !query.starts_with("subject=") => format!("&subject={}", ids["SUBJECT"]),
        "getM2MTokens" if !query.starts_with("subject=") => format!("&subject={}", ids["MACHINE"]),
        "ListOrganizations" if query.starts_with("order_by=") => "&include_members_count=true".to_owned(),
        _ => String::new(),
    }
}

struct Walk<'a> {
    api: &'a Api,
    ids: &'a BTreeMap<&'static str, String>,
    path: String,
    operation: &'a str,
    parameter: &'a str,
    /// What the document says it is where it is not given.
    default: &'a str,
    limited: bool,
}

impl Walk<'_> {
    async fn ask(&self, query: &str) -> Value {
        let limit = if self.limited && !query.contains("limit=") { "&limit=100" } else { "" };
        let needed = needed(self.operation, self.ids, query);
        let answer = self.api.get(&format!("{}?{query}{limit}{needed}", self.path)).await;
        assert_eq!(answer.status, 200, "{} {query}: {}", self.operation, answer.body);
        answer.body
    }

    async fn with(&self, value: &str) -> Vec<Value> {
        items(&self.ask(&format!("{}={value}", self.parameter)).await)
    }

    /// Why the parameter has not the effect that it should have.
    async fn judge(&self, how: Try) -> Option<String> {
        let all = items(&self.ask("").await);
        if all.len() < 2 && !matches!(how, Adds(_)) {
            return Some(format!("there are too few: {}", all.len()));
        }
        let is = |keep: &dyn Fn(&Value) -> bool, found: Vec<Value>| {
            let kept: Vec<&Value> = all.iter().filter(|item| keep(item)).collect();
            let whole = kept.is_empty() || kept.len() == all.len();
            if whole {
                return Some(format!("of {} items {} are as asked", all.len(), kept.len()));
            }
            (found.iter().collect::<Vec<_>>() != kept)
                .then(|| format!("{} found, not {}", found.len(), kept.len()))
        };
        let at = |item: &Value, field: &str| item.pointer(field).cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let known =
            |field: &str| all.iter().map(|item| at(item, field)).filter(|v| !v.is_null()).collect::<Vec<_>>();
        match how {
            Is(field) | Either(field) | Signed(field) => {
                let values = known(field);
                let Some(one) = values.first() else { return Some(format!("no item has {field}")) };
                let found = self.with(&escape(&text(one))).await;
                if let Some(why) = is(&|item| at(item, field) == *one, found) {
                    return Some(why);
                }
                let other = values.iter().find(|value| *value != one);
                let Some(other) = other else { return Some("all have the same".to_owned()) };
                if matches!(how, Either(_) | Signed(_)) {
                    let both = format!("{}&{}={}", escape(&text(one)), self.parameter, escape(&text(other)));
                    let found = self.with(&both).await;
                    let either = |item: &Value| [one, other].contains(&&at(item, field));
                    // Where there are only two values, these are all items.
                    let wanted: Vec<Value> = all.iter().filter(|item| either(item)).cloned().collect();
                    if found != wanted {
                        return Some(format!("{} found for two values, not {}", found.len(), wanted.len()));
                    }
                }
                if matches!(how, Signed(_)) {
                    let found = self.with(&format!("-{}", escape(&text(one)))).await;
                    return is(&|item| at(item, field) != *one, found);
                }
                None
            }
            Part(field, part) => {
                let found = self.with(part).await;
                is(&|item| text(&at(item, field)).to_lowercase().contains(&part.to_lowercase()), found)
            }
            Before(field) | After(field) | Since(field) => {
                let mut times: Vec<i64> = known(field).iter().filter_map(Value::as_i64).collect();
                times.sort_unstable();
                let Some(middle) = times.get(times.len() / 2).copied() else {
                    return Some("no times".to_owned());
                };
                let found = self.with(&middle.to_string()).await;
                let passes = |item: &Value| {
                    at(item, field).as_i64().is_some_and(|time| match how {
                        Before(_) => time < middle,
                        After(_) => time > middle,
                        _ => time >= middle,
                    })
                };
                is(&passes, found)
            }
            Left(value, count) => {
                let value = self.ids.iter().fold(value.to_owned(), |text, (name, id)| {
                    if name.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
                        replace_word(&text, name, id)
                    } else {
                        text
                    }
                });
                let found = self.with(&value).await.len();
                (found != count || found == all.len()).then(|| format!("{found} of {} found", all.len()))
            }
            Adds(field) => {
                let with = self.with("true").await;
                let added = with.iter().all(|item| !item[field].is_null());
                let before = all.iter().all(|item| item.get(field).is_none());
                (!added || !before).then(|| format!("{field}: {before} before, {added} with it"))
            }
            Orders(values) => {
                for (value, field) in values {
                    let up = self.with(&format!("%2B{value}")).await;
                    let plain = self.with(value).await;
                    let mut down = self.with(&format!("-{value}")).await;
                    down.reverse();
                    let keys: Vec<Value> = up.iter().map(|item| at(item, field)).collect();
                    let sorted = keys.windows(2).all(|pair| not_after(&pair[0], &pair[1]));
                    let several = keys.iter().any(|key| *key != keys[0]);
                    if up != plain || up != down || up.len() != all.len() || !sorted || !several {
                        return Some(format!("by {value}: {keys:?}"));
                    }
                }
                let default = if self.default.is_empty() { "-created_at" } else { self.default };
                let by_default = self.with(&escape(default)).await;
                let ids = |items: &[Value]| items.iter().map(|item| at(item, "/id")).collect::<Vec<_>>();
                if ids(&by_default) != ids(&all) {
                    return Some(format!("it is not {default} by default"));
                }
                let wrong = self.api.get(&format!("{}?order_by=nothing", self.path)).await;
                (wrong.status != 422).then(|| format!("an unknown order is answered with {}", wrong.status))
            }
            Envelope => {
                let body = self.ask("paginated=true").await;
                let counted = body["total_count"] == all.len() && body["data"].as_array() == Some(&all);
                (!counted).then(|| body.to_string())
            }
            Cursor => {
                let found = self.with(&text(&at(&all[0], "/id"))).await;
                (found != all[1..]).then(|| format!("{} found", found.len()))
            }
        }
    }
}

/// A name in a text, where it is a whole word.
fn replace_word(text: &str, name: &str, value: &str) -> String {
    let parts = text.split_inclusive(|c: char| !(c.is_ascii_uppercase() || c == '_'));
    let swap = |part: &str| {
        let word = part.trim_end_matches(|c: char| !(c.is_ascii_uppercase() || c == '_'));
        if word == name { part.replacen(word, value, 1) } else { part.to_owned() }
    };
    parts.map(swap).collect()
}

fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('+', "%2B").replace('&', "%26").replace('@', "%40")
}

/// Nothing comes first.
fn not_after(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Null, _) => true,
        (_, Value::Null) => false,
        (Value::String(a), Value::String(b)) => a.to_lowercase() <= b.to_lowercase(),
        _ => a.as_i64() <= b.as_i64(),
    }
}

fn query_parameters<'a>(document: &'a Document, operation: &Operation<'a>) -> Vec<&'a str> {
    let parameters = document.parameters(operation).into_iter().filter(|p| p["in"] == "query");
    parameters.map(|parameter| parameter["name"].as_str().expect("a name")).collect()
}

fn default_of<'a>(document: &'a Document, operation: &Operation<'a>, name: &str) -> &'a str {
    let parameter = document.parameters(operation).into_iter().find(|parameter| parameter["name"] == name);
    parameter
        .and_then(|parameter| document.resolve(&parameter["schema"])["default"].as_str())
        .unwrap_or_default()
}

#[tokio::test]
async fn every_query_parameter_of_every_list_has_its_effect() {
    let document = Document::newest();
    let (api, ids) = crowd().await;
    let (mut findings, mut used, mut tried) = (Vec::new(), BTreeSet::new(), 0);

    for operation in document.operations() {
        if operation.method != reqwest::Method::GET || !MockClerk::remembers(operation.id) {
            continue;
        }
        let parameters = query_parameters(&document, &operation);
        let of = ids.iter().map(|(name, id)| (*name, id.clone())).collect();
        let path = crate::every_operation::address(&document, &operation, &of).0;
        for parameter in &parameters {
            let skipped = |(id, name, _): &&(&str, &str, &str)| {
                *id == operation.id && (name == parameter || *name == "*")
            };
            if UNTRIED.iter().any(|line| skipped(&line)) || matches!(*parameter, "limit" | "offset") {
                continue;
            }
            let line =
                |wanted: &str| TRIED.iter().position(|(id, name, _)| *id == wanted && name == parameter);
            let Some(index) = line(operation.id).or_else(|| line("*")) else {
                findings.push(format!("{} {parameter} is not tried", operation.id));
                continue;
            };
            used.insert(index);
            tried += 1;
            let limited = parameters.contains(&"limit");
            let walk = Walk {
                api: &api,
                ids: &ids,
                path: path.clone(),
                operation: operation.id,
                parameter,
                default: default_of(&document, &operation, parameter),
                limited,
            };
            if let Some(why) = walk.judge(TRIED[index].2).await {
                findings.push(format!("{} {parameter} ({:?}): {why}", operation.id, TRIED[index].2));
            }
        }
    }

    let unused = (0..TRIED.len()).filter(|index| !used.contains(index));
    findings.extend(unused.map(|index| format!("{:?} is of no use", TRIED[index])));
    assert!(tried > 100, "{tried}");
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[tokio::test]
async fn every_list_has_pages_that_follow_one_another() {
    let document = Document::newest();
    let (api, ids) = crowd().await;
    let (mut findings, mut lists) = (Vec::new(), 0);

    for operation in document.operations() {
        let parameters = query_parameters(&document, &operation);
        if !parameters.contains(&"limit") || !MockClerk::remembers(operation.id) {
            continue;
        }
        let of = ids.iter().map(|(name, id)| (*name, id.clone())).collect();
        let path = crate::every_operation::address(&document, &operation, &of).0;
        let walk = Walk {
            api: &api,
            ids: &ids,
            path,
            operation: operation.id,
            parameter: "limit",
            default: "",
            limited: true,
        };
        let all = walk.ask("").await;
        let (first, second) = (walk.ask("limit=1").await, walk.ask("limit=1&offset=1").await);
        let pages = [items(&first), items(&second)].concat();
        if items(&all).len() < 2 || pages != items(&all)[..2] {
            findings.push(format!("{}: {} items", operation.id, items(&all).len()));
        }
        if all["total_count"] != first["total_count"] {
            findings.push(format!(
                "{}: {} in all, then {}",
                operation.id, all["total_count"], first["total_count"]
            ));
        }
        lists += 1;
    }

    assert!(lists > 25, "{lists}");
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[tokio::test]
async fn users_are_counted_by_the_filters_that_they_are_listed_by() {
    let document = Document::newest();
    let (api, ids) = crowd().await;
    let operation = document.operations().into_iter().find(|o| o.id == "GetUsersCount").expect("it");
    let mut tried = 0;

    for parameter in query_parameters(&document, &operation) {
        let value = match parameter {
            "provider" => "oauth_google&provider_user_id=x",
            "provider_user_id" => "x&provider=oauth_google",
            "banned" => "true",
            "phone_number_query" => "0101",
            "organization_id" => &ids["ORGANIZATION"],
            name if name.starts_with("created_at") => &ids["CREATED"],
            name if name.contains("_at_") => &ids["ACTIVE"],
            _ => "bob_2",
        };
        let list = items(&api.get(&format!("/users?{parameter}={value}")).await.body).len();
        let count = api.get(&format!("/users/count?{parameter}={value}")).await.body;
        assert_eq!(count["total_count"], list, "{parameter}");
        assert!(list < 3, "{parameter} has no effect");
        tried += 1;
    }

    assert_eq!(tried, 22);
}

/// What ids begin with, as Clerk's documents have it in their examples, by the tag of the object.
const PREFIXES: &[(&str, &str)] = &[
    ("api_key", "ak"),
    ("client", "client"),
    ("commerce_plan", "cplan"),
    ("commerce_statement", "stmt"),
    ("commerce_subscription_item", "csub_item"),
    ("invitation", "inv"),
    ("machine", "mch"),
    ("machine_to_machine_token", "mt"),
    ("organization", "org"),
    ("organization_domain", "orgdmn"),
    ("organization_invitation", "orginv"),
    ("organization_membership", "orgmem"),
    ("permission", "perm"),
    ("role", "role"),
    ("session", "sess"),
    ("user", "user"),
    ("waitlist_entry", "wle"),
];

/// Whether an id is a prefix of words, an underscore, and 27 letters and digits or 32 hexadecimal ones.
fn shaped(id: &str) -> bool {
    let Some((prefix, random)) = id.rsplit_once('_') else { return false };
    let hexadecimal = random.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
    prefix.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        && (random.len() == 27 && random.chars().all(|c| c.is_ascii_alphanumeric())
            || random.len() == 32 && hexadecimal)
}

#[tokio::test]
async fn what_is_listed_has_ids_like_clerks_each_its_own_and_is_the_newest_first() {
    let document = Document::newest();
    let (api, ids) = crowd().await;
    let (mut findings, mut known, mut seen) = (Vec::new(), BTreeSet::new(), BTreeSet::new());

    for operation in document.operations() {
        let parameters = query_parameters(&document, &operation);
        if !parameters.contains(&"limit") {
            continue;
        }
        let of = ids.iter().map(|(name, id)| (*name, id.clone())).collect();
        let path = crate::every_operation::address(&document, &operation, &of).0;
        let needed = needed(operation.id, &ids, "");
        let items = items(&api.get(&format!("{path}?limit=100{needed}")).await.body);
        let of_list: BTreeSet<&str> = items.iter().filter_map(|item| item["id"].as_str()).collect();
        if !of_list.is_empty() && of_list.len() != items.len() {
            findings.push(format!("{}: an id is there twice", operation.id));
        }
        for item in &items {
            let (Some(tag), Some(id)) = (item["object"].as_str(), item["id"].as_str()) else { continue };
            let prefix = PREFIXES.iter().find(|(name, _)| *name == tag).map(|(_, prefix)| *prefix);
            known.extend(prefix.map(|_| tag.to_owned()));
            seen.insert(tag.to_owned());
            let own = prefix.is_none_or(|prefix| id.rsplit_once('_').is_some_and(|(own, _)| own == prefix));
            if !own || !shaped(id) {
                findings.push(format!("{}: {tag} {id}", operation.id));
            }
        }
        let times: Vec<i64> = items.iter().filter_map(|item| item["created_at"].as_i64()).collect();
        // Two lists have an order of their own: prices by amount, applications the oldest first.
        let own_order = matches!(operation.id, "GetBillingPriceList" | "ListOAuthApplications");
        if !own_order && !times.is_sorted_by(|a, b| a >= b) {
            findings.push(format!("{}: {times:?}", operation.id));
        }
    }

    assert_eq!(known.len(), PREFIXES.len(), "{known:?} of {seen:?}");
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[tokio::test]
async fn what_is_made_in_one_moment_keeps_its_order() {
    let api = Api::start().await;
    let mut made = Vec::new();
    for n in 0..30 {
        made.push(api.user(&format!("{n}@example.com")).await);
    }

    let listed = api.get("/users?limit=100").await;
    let oldest_first = api.get("/users?limit=100&order_by=created_at").await;

    assert_eq!(oldest_first.column("id"), made);
    made.reverse();
    assert_eq!(listed.column("id"), made);
    let times = |answer: &crate::api::Answer| {
        let users = answer.body.as_array().expect("users").iter();
        users.map(|user| user["created_at"].as_i64().expect("a time")).collect::<Vec<_>>()
    };
    assert!(times(&oldest_first).is_sorted());
}
