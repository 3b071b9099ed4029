//! Role sets: which roles the members of an organization can have.

use serde_json::{Value, json};

use crate::api::{Answer, Api};
use crate::token::Token;

/// A server with a role besides those of the system, a role set `role_set:small` with it and that of creators, and an
/// organization `small` that has the set.
async fn small() -> Api {
    let api = Api::start().await;
    api.create("/organization_roles", json!({ "name": "Guest", "key": "org:guest" })).await;
    let set = json!({
        "name": "Small", "roles": ["org:admin", "org:guest"], "default_role_key": "org:guest",
        "creator_role_key": "org:admin",
    });
    api.create("/role_sets", set).await;
    let small = json!({ "name": "Small", "slug": "small", "role_set_key": "role_set:small", "max_allowed_memberships": 0 });
    api.create("/organizations", small).await;
    api
}

/// The ways into an organization, with a role.
async fn ways(api: &Api, organization: &str, role: &str) -> Vec<Answer> {
    let path = format!("/organizations/{organization}");
    let address = |n: u32| format!("{}-{n}@{organization}.example", role.replace(':', "-"));
    let (user, member) = (api.user(&address(1)).await, api.user(&address(2)).await);
    let creator = json!({ "user_id": member, "role": "org:admin" });
    api.post(&format!("{path}/memberships"), creator).await;
    vec![
        api.post(&format!("{path}/memberships"), json!({ "user_id": user, "role": role })).await,
        api.patch(&format!("{path}/memberships/{member}"), json!({ "role": role })).await,
        api.post(&format!("{path}/invitations"), json!({ "email_address": address(3), "role": role })).await,
        api.post(&format!("{path}/invitations/bulk"), json!([{ "email_address": address(4), "role": role }]))
            .await,
    ]
}

#[tokio::test]
async fn members_can_have_the_roles_of_their_organizations_role_set_and_no_other() {
    let api = small().await;
    api.create("/organizations", json!({ "name": "Acme", "slug": "acme", "max_allowed_memberships": 0 }))
        .await;

    for answer in ways(&api, "small", "org:member").await {
        assert_eq!(answer.refusal(), (422, "form_param_value_invalid", Some("role")), "{}", answer.body);
        let why = answer.body["errors"][0]["long_message"].as_str().expect("words");
        assert!(why.contains("role_set:small") && why.contains("org:guest"), "{why}");
    }
    for answer in ways(&api, "acme", "org:guest").await {
        assert_eq!(answer.refusal(), (422, "form_param_value_invalid", Some("role")), "{}", answer.body);
    }

    for answer in ways(&api, "small", "org:guest").await {
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let body = json!({ "role_keys": ["org:member"], "default_role_key": "org:member" });
    let added = api.post("/role_sets/role_set:small/roles", body).await.body;
    assert_eq!(added["default_role"]["key"], "org:member");
    let invited = json!({ "email_address": "late@example.com", "role": "org:member" });
    assert_eq!(api.post("/organizations/small/invitations", invited).await.status, 200);
}

#[tokio::test]
async fn a_role_can_be_in_the_initial_set_from_the_beginning_which_seeds_and_fixtures_have_it() {
    let api = Api::start().await;
    let initial = || async {
        let set = api.get("/role_sets/role_set:default").await.body;
        let roles = set["roles"].as_array().expect("roles").iter();
        roles.map(|role| role["key"].as_str().expect("a key").to_owned()).collect::<Vec<_>>()
    };

    api.create("/organization_roles", json!({ "name": "A", "key": "org:a" })).await;
    let body = json!({ "name": "B", "key": "org:b", "include_in_initial_role_set": true });
    api.create("/organization_roles", body).await;
    api.clerk.seed().role("org:c", ["org:billing:read"]).await;
    api.clerk.load(&json!({ "organization_roles": [{ "name": "D", "key": "org:d" }] })).expect("a fixture");

    assert_eq!(initial().await, ["org:admin", "org:member", "org:b", "org:c", "org:d"]);
}

#[tokio::test]
async fn new_organizations_have_the_initial_set_whichever_that_is_and_their_creators_its_role() {
    let api = Api::start().await;
    let ada = api.user("ada@example.com").await;
    let creators = ["org:sys_profile:delete", "org:sys_memberships:read", "org:sys_memberships:manage"];
    let owner = json!({ "name": "Owner", "key": "org:owner", "permissions": creators });
    let owner = api.post("/organization_roles", owner).await.body;
    api.create("/organization_roles", json!({ "name": "Guest", "key": "org:guest" })).await;
    assert_eq!(owner["is_creator_eligible"], true);

    let set = json!({
        "name": "Owners", "type": "initial", "roles": ["org:owner", "org:guest"],
        "default_role_key": "org:guest", "creator_role_key": "org:owner",
    });
    let mut weak = set.clone();
    weak["creator_role_key"] = json!("org:guest");
    let weak = api.post("/role_sets", weak).await;
    api.create("/role_sets", set).await;
    let acme = api.post("/organizations", json!({ "name": "Acme", "created_by": ada })).await.body;

    assert_eq!(weak.refusal(), (422, "organization_missing_creator_role_permissions", None));
    assert_eq!(acme["role_set_key"], "role_set:owners");
    assert_eq!(api.get("/organizations/acme/memberships").await.column("role"), ["org:owner"]);
    assert_eq!(api.get("/role_sets/role_set:default").await.body["type"], "custom");
    let settings = api.get("/instance/organization_settings").await.body;
    assert_eq!(settings["initial_role_set_key"], "role_set:owners");
    assert_eq!(settings["creator_role"], "org:owner");
    assert_eq!(settings["domains_default_role"], "org:guest");
    let id = owner["id"].as_str().expect("an id");
    let path = format!("/organization_roles/{id}/permissions/org:sys_profile:delete");
    let taken = api.delete(&path).await;
    assert_eq!(taken.refusal(), (422, "organization_missing_creator_role_permissions", None));
    let emptied = api.patch(&format!("/organization_roles/{id}"), json!({ "permissions": [] })).await;
    assert_eq!(emptied.refusal().0, 422);
    let kept = api.get(&format!("/organization_roles/{id}")).await.body;
    assert_eq!(kept["permissions"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn the_settings_name_roles_of_the_initial_set() {
    let api = small().await;

    let outside =
        api.patch("/instance/organization_settings", json!({ "domains_default_role_id": "org:guest" })).await;
    let weak = api.patch("/instance/organization_settings", json!({ "creator_role_id": "org:member" })).await;
    let good =
        api.patch("/instance/organization_settings", json!({ "domains_default_role_id": "org:admin" })).await;

    assert_eq!(outside.refusal(), (422, "form_param_value_invalid", Some("domains_default_role_id")));
    assert_eq!(weak.refusal().1, "organization_missing_creator_role_permissions");
    assert_eq!(good.body["domains_default_role"], "org:admin");
    let set = api.get("/role_sets/role_set:default").await.body;
    assert_eq!(set["default_role"]["key"], "org:admin");
    assert_eq!(set["creator_role"]["key"], "org:admin");
}

#[tokio::test]
async fn an_organization_gets_another_set_only_if_that_has_the_roles_of_its_members() {
    let api = small().await;
    let ada = api.user("ada@example.com").await;
    let guest = json!({ "user_id": ada, "role": "org:guest" });
    api.post("/organizations/small/memberships", guest).await;

    let change = json!({ "role_set_key": "role_set:default" });
    let refused = api.patch("/organizations/small", change.clone()).await;
    let nowhere = api.patch("/organizations/small", json!({ "role_set_key": "role_set:none" })).await;
    let created = api.post("/organizations", json!({ "name": "B", "role_set_key": "role_set:none" })).await;
    api.patch(&format!("/organizations/small/memberships/{ada}"), json!({ "role": "org:admin" })).await;
    let changed = api.patch("/organizations/small", change).await;

    assert_eq!(refused.refusal(), (422, "form_param_value_invalid", Some("role_set_key")));
    assert_eq!(nowhere.refusal(), (404, "resource_not_found", Some("role_set_key")));
    assert_eq!(created.refusal(), (404, "resource_not_found", Some("role_set_key")));
    assert_eq!(changed.body["role_set_key"], "role_set:default");
}

#[tokio::test]
async fn replacing_the_initial_set_takes_its_organizations_along_and_leaves_others_alone() {
    let api = small().await;
    let (ada, bob) = (api.user("ada@example.com").await, api.user("bob@example.com").await);
    api.create("/organizations", json!({ "name": "Acme", "slug": "acme", "created_by": ada })).await;
    api.post("/organizations/acme/memberships", json!({ "user_id": bob, "role": "org:member" })).await;
    let invited = json!({ "email_address": "eve@example.com", "role": "org:member" });
    api.post("/organizations/acme/invitations", invited).await;
    api.post("/organizations/small/memberships", json!({ "user_id": bob, "role": "org:admin" })).await;

    let mapped = json!({ "org:member": "org:guest", "org:admin": "org:admin" });
    let body = json!({ "dest_role_set_key": "role_set:small", "reassignment_mappings": mapped });
    let replaced = api.post("/role_sets/role_set:default/replace", body).await.body;

    assert_eq!(replaced["deleted"], true);
    let acme = api.get("/organizations/acme/memberships?order_by=created_at").await;
    assert_eq!(acme.column("role"), ["org:admin", "org:guest"]);
    assert_eq!(api.get("/organizations/acme/invitations").await.column("role"), ["org:guest"]);
    assert_eq!(api.get("/organizations/small/memberships").await.column("role"), ["org:admin"]);
    assert_eq!(api.get("/role_sets").await.column("type"), ["initial"]);
    let next = api.post("/organizations", json!({ "name": "Next" })).await.body;
    assert_eq!(next["role_set_key"], "role_set:small");
}

#[tokio::test]
async fn a_role_with_another_key_is_the_same_role_everywhere() {
    let api = small().await;
    let ada = api.clerk.seed().user("ada@example.com").await;
    let guest = json!({ "user_id": ada.id, "role": "org:guest" });
    api.post("/organizations/small/memberships", guest).await;
    let invited = json!({ "email_address": "eve@example.com", "role": "org:guest" });
    api.post("/organizations/small/invitations", invited).await;
    let sets = api.patch("/role_sets/role_set:small", json!({ "key": "role_set:little" })).await.body;

    let renamed = api.patch("/organization_roles/org:guest", json!({ "key": "org:visitor" })).await.body;

    assert_eq!((&renamed["key"], &sets["key"]), (&json!("org:visitor"), &json!("role_set:little")));
    let set = api.get("/role_sets/role_set:little").await.body;
    assert_eq!(
        (&set["default_role"]["key"], &set["roles"][1]["members_count"]),
        (&json!("org:visitor"), &json!(1))
    );
    assert_eq!(api.get("/organizations/small").await.body["role_set_key"], "role_set:little");
    assert_eq!(api.get("/organizations/small/memberships").await.column("role"), ["org:visitor"]);
    assert_eq!(api.get("/organizations/small/invitations").await.column("role"), ["org:visitor"]);
    let session = api.clerk.seed().session(&ada.id).await;
    let token = api.clerk.sign_in(&ada).in_session(&session.id).organization("small", "org:visitor").token();
    assert_eq!(Token::read(&token).claims["o"]["rol"], "visitor");
}

#[tokio::test]
async fn what_is_in_use_or_of_the_system_stays() {
    let api = small().await;
    let refusal = |answer: Answer| (answer.status, answer.refusal().1.to_owned());
    let invited = json!({ "email_address": "eve@example.com", "role": "org:guest" });

    let default = refusal(api.delete("/organization_roles/org:guest").await);
    let body = json!({ "role_keys": ["org:member"], "default_role_key": "org:member" });
    api.post("/role_sets/role_set:small/roles", body).await;
    let invitation = api.post("/organizations/small/invitations", invited).await.body;
    let in_invitation = refusal(api.delete("/organization_roles/org:guest").await);
    let changed =
        refusal(api.patch("/organization_permissions/org:sys_profile:manage", json!({ "name": "x" })).await);
    let deleted = refusal(api.delete("/organization_permissions/org:sys_profile:manage").await);

    assert_eq!(default, (422, "organization_role_domain_default_role".to_owned()));
    assert_eq!(in_invitation, (422, "organization_role_exists_in_invitations".to_owned()));
    assert_eq!(changed, (403, "organization_system_permission_not_modifiable".to_owned()));
    assert_eq!(deleted, (403, "organization_system_permission_not_modifiable".to_owned()));
    let id = invitation["id"].as_str().expect("an id");
    api.post(&format!("/organizations/small/invitations/{id}/revoke"), json!({})).await;
    api.create("/organization_roles", json!({ "name": "New", "key": "org:new" })).await;
    api.post("/role_sets/role_set:small/roles", json!({ "role_keys": ["org:new"] })).await;
    assert_eq!(api.delete("/organization_roles/org:new").await.status, 200);
    let set = api.get("/role_sets/role_set:small").await.body;
    let keys: Vec<&Value> = set["roles"].as_array().expect("roles").iter().map(|role| &role["key"]).collect();
    assert_eq!(keys, ["org:admin", "org:guest", "org:member"]);
}

#[tokio::test]
async fn groups_of_a_directory_give_roles_of_the_organizations_set() {
    let api = small().await;
    let small = api.get("/organizations/small").await.body["id"].clone();
    let connection = json!({
        "name": "Okta", "provider": "saml_okta", "domains": ["small.example"], "organization_id": small,
        "saml": {},
    });
    let connection = api.post("/enterprise_connections", connection).await.body["id"].clone();
    let id = |key: &'static str| {
        let api = &api;
        async move { api.get(&format!("/organization_roles/{key}")).await.body["id"].clone() }
    };
    let (member, guest) = (id("org:member").await, id("org:guest").await);
    let directory = |role: &Value| {
        let mapping = json!({ "directory_group_id": "g1", "role_id": role });
        let body = json!({
            "enterprise_connection_id": connection, "provider": "okta", "group_role_mappings": [mapping],
        });
        let api = &api;
        async move { api.post("/directories", body).await }
    };

    let refused = directory(&member).await;
    let made = directory(&guest).await.body;
    let path = format!("/directories/{}/group_role_mappings", made["id"].as_str().expect("an id"));
    let added = json!({ "directory_group_id": "g2", "role_id": member });
    let added = api.post(&path, added).await;
    let body = json!({ "role_key": "org:guest", "to_role_key": "org:admin" });
    api.post("/role_sets/role_set:small/roles/replace", body).await;

    assert_eq!(refused.refusal(), (422, "form_param_value_invalid", Some("role_id")));
    assert_eq!(added.refusal(), (422, "form_param_value_invalid", Some("role_id")));
    let mappings = api.get(&path).await.body;
    assert_eq!(mappings["data"][0]["role"]["key"], "org:admin", "{mappings}");
}

#[tokio::test]
async fn there_is_room_for_so_many_roles_and_sets() {
    let api = Api::start().await;
    let role = |n: u32| json!({ "name": "Role", "key": format!("org:role_{n}") });
    for n in 0..10 {
        api.create("/organization_roles", role(n)).await;
    }
    let keys: Vec<String> = (0..10).map(|n| format!("org:role_{n}")).collect();
    let set = |keys: &[String]| {
        let roles = [&["org:admin".to_owned()], keys].concat();
        let admin = "org:admin";
        json!({ "name": "Set", "roles": roles, "default_role_key": admin, "creator_role_key": admin })
    };

    let eleventh = api.post("/organization_roles", role(10)).await;
    let large = api.post("/role_sets", set(&keys)).await;
    api.create("/role_sets", set(&keys[..8])).await;
    let more = api.post("/role_sets/role_set:set/roles", json!({ "role_keys": &keys[8..] })).await;
    let full = api.post("/role_sets/role_set:set/roles", json!({ "role_keys": &keys[8..9] })).await;
    let other = json!({ "role_keys": [], "default_role_key": "org:admin" });
    let none = api.post("/role_sets/role_set:set/roles", other).await;
    let old = json!({ "role_keys": &keys[9..], "default_role_key": "org:role_1" });
    let old = api.post("/role_sets/role_set:set/roles", old).await;

    assert_eq!(eleventh.refusal().0, 403);
    assert_eq!(large.refusal(), (422, "form_param_value_invalid", Some("roles")));
    assert_eq!(more.refusal(), (422, "form_param_value_invalid", Some("role_keys")));
    assert_eq!(full.body["roles"].as_array().map(Vec::len), Some(10));
    assert_eq!(none.refusal().0, 422);
    assert_eq!(old.refusal(), (422, "form_param_value_invalid", Some("default_role_key")));
}

#[tokio::test]
async fn templates_know_the_role_and_its_permissions() {
    let api = Api::start().await;
    let ada = api.clerk.seed().user("ada@example.com").await;
    api.clerk.seed().role("org:accountant", ["org:billing:manage"]).await;
    let session = api.clerk.seed().session(&ada.id).await;
    api.clerk.sign_in(&ada).in_session(&session.id).organization("acme", "org:accountant").token();
    let claims = json!({ "role": "{{org.role}}", "may": "{{org_membership.permissions}}", "set": "{{org.role_set_key}}" });
    api.create("/jwt_templates", json!({ "name": "rights", "claims": claims })).await;

    let token = api.post(&format!("/sessions/{}/tokens/rights", session.id), json!({})).await.body;
    let claims = Token::read(token["jwt"].as_str().expect("a token")).claims;

    assert_eq!(claims["role"], "org:accountant");
    assert_eq!(claims["may"], json!(["org:billing:manage"]));
    assert_eq!(claims["set"], "role_set:default");
}
