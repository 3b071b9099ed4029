//! Directories that identity providers keep up to date, under both their names.

use serde_json::{Value, json};

use crate::api::{Answer, Api};

async fn connection(api: &Api) -> String {
    let connection = json!({ "name": "Okta", "provider": "saml_okta", "domains": ["acme.example"] });
    api.create("/enterprise_connections", connection).await
}

async fn directory(api: &Api) -> Value {
    let body = json!({ "enterprise_connection_id": connection(api).await, "provider": "okta" });
    api.post("/directories", body).await.body
}

/// A directory whose groups can get roles, by the path of their mappings, and the ids of two roles.
async fn with_roles(api: &Api) -> (String, String, String) {
    let id = directory(api).await["id"].as_str().expect("an id").to_owned();
    api.patch(&format!("/directories/{id}"), json!({ "group_role_mapping_enabled": true })).await;
    let roles = api.get("/organization_roles?order_by=key").await;
    let [admin, member] = roles.column("id")[..] else { panic!("the roles of the system: {}", roles.body) };
    (format!("/directories/{id}/group_role_mappings"), admin.to_owned(), member.to_owned())
}

fn groups(answer: &Answer) -> Vec<(&str, i64)> {
    let items = answer.body["data"].as_array().expect("mappings").iter();
    items
        .map(|m| {
            (m["directory_group_id"].as_str().expect("a group"), m["precedence"].as_i64().expect("a rank"))
        })
        .collect()
}

#[tokio::test]
async fn a_directory_is_one_thing_under_both_its_names() {
    let api = Api::start().await;

    let made = directory(&api).await;
    let (id, connection) = (made["id"].as_str().expect("an id"), made["enterprise_connection_id"].clone());
    let scim = api.get(&format!("/scim_directories/{id}")).await.body;
    let change = json!({ "name": "People", "enabled": false, "attribute_mapping": { "a": "x", "b": "y" } });
    api.patch(&format!("/scim_directories/{id}"), change).await;
    let merged = json!({ "attribute_mapping": { "a": null, "c": "z" } });
    let changed = api.patch(&format!("/directories/{id}"), merged).await.body;

    assert_eq!((&made["object"], &made["name"]), (&json!("directory"), &json!("Okta")));
    assert_eq!((&scim["object"], &scim["id"]), (&json!("scim_directory"), &made["id"]));
    assert_eq!((&changed["name"], &changed["enabled"]), (&json!("People"), &json!(false)));
    assert_eq!(changed["attribute_mapping"], json!({ "b": "y", "c": "z" }));
    for path in ["/directories", "/scim_directories"] {
        assert_eq!(api.get(path).await.column("id"), [id], "{path}");
        assert_eq!(api.get(&format!("{path}?offset=1")).await.body["total_count"], 1, "{path}");
    }
    api.delete(&format!("/enterprise_connections/{}", connection.as_str().expect("an id"))).await;
    assert_eq!(api.get(&format!("/directories/{id}")).await.body["enterprise_connection_id"], Value::Null);
    let deleted = api.delete(&format!("/scim_directories/{id}")).await.body;
    assert_eq!(deleted, json!({ "object": "scim_directory", "id": id, "deleted": true }));
    assert_eq!(api.get(&format!("/directories/{id}")).await.refusal(), (404, "resource_not_found", None));
}

#[tokio::test]
async fn the_key_of_a_directory_is_told_when_it_is_new() {
    let api = Api::start().await;

    let made = directory(&api).await;
    let path = format!("/directories/{}", made["id"].as_str().expect("an id"));
    let read = api.get(&path).await.body;
    let rotated = api.post(&format!("{path}/rotate_api_key"), json!({})).await.body;

    assert!(made["api_key"].as_str().is_some_and(|key| key.starts_with("ak_")), "{made}");
    assert!(read["api_key"].is_null(), "{read}");
    assert!(rotated["api_key"].is_string() && rotated["api_key"] != made["api_key"], "{rotated}");
    assert!(api.get(&path).await.body["api_key"].is_null());
}

#[tokio::test]
async fn groups_have_roles_in_the_order_of_their_rank() {
    let api = Api::start().await;
    let (path, admin, member) = with_roles(&api).await;
    let scim = path.replace("/directories", "/scim_directories");

    let staff = json!({ "directory_group_id": "staff", "role_id": member });
    let staff = api.post(&path, staff).await.body;
    api.post(&scim, json!({ "scim_group_id": "board", "role_id": admin, "precedence": 1 })).await;
    api.post(&path, json!({ "directory_group_id": "guests", "role_id": member })).await;

    assert_eq!((&staff["scim_group_id"], &staff["role"]["key"]), (&json!("staff"), &json!("org:member")));
    assert_eq!(staff["directory_id"], staff["scim_directory_id"]);
    assert_eq!(groups(&api.get(&path).await), [("staff", 1), ("board", 1), ("guests", 2)]);
    let listed = api.get(&scim).await.body;
    assert_eq!(
        (&listed["data"][0]["object"], &listed["total_count"]),
        (&json!("scim_group_role_mapping"), &json!(3))
    );

    let mappings = json!([
        { "directory_group_id": "board", "role_id": admin }, { "scim_group_id": "staff", "role_id": member },
    ]);
    let replaced = api.put(&path, json!({ "mappings": mappings })).await;
    assert_eq!(groups(&replaced), [("board", 1), ("staff", 2)]);
    let first = replaced.body["data"][0]["id"].as_str().expect("an id");
    let deleted = api.delete(&format!("{path}/{first}")).await.body;
    assert_eq!(deleted, json!({ "object": "directory_group_role_mapping", "id": first, "deleted": true }));
    assert_eq!(groups(&api.get(&path).await), [("staff", 2)]);
    assert_eq!(groups(&api.put(&scim, json!({ "mappings": [] })).await), []);
}

#[tokio::test]
async fn a_directory_can_be_made_with_the_roles_of_its_groups() {
    let api = Api::start().await;
    let (_, admin, member) = with_roles(&api).await;
    let mappings = json!([
        { "scim_group_id": "staff", "scim_group_display_name": "All staff", "role_id": member },
        { "scim_group_id": "board", "role_id": admin },
    ]);
    let body = |connection: String| json!({ "enterprise_connection_id": connection, "provider": "okta", "group_role_mappings": mappings });

    let made = api.post("/scim_directories", body(connection(&api).await)).await.body;
    let path = format!("/directories/{}/group_role_mappings", made["id"].as_str().expect("an id"));
    let listed = api.get(&path).await;
    let again = json!({ "mappings": [{ "directory_group_id": "staff", "role_id": admin }] });
    let again = api.put(&path, again).await.body;

    assert_eq!(made["group_role_mapping_enabled"], true);
    assert_eq!(groups(&listed), [("staff", 1), ("board", 2)]);
    // What a group is called was said by the provider.
    assert_eq!(again["data"][0]["directory_group_display_name"], "All staff");
    assert_eq!(again["data"][0]["role"]["key"], "org:admin");
}

#[tokio::test]
async fn roles_are_refused_to_groups_where_they_cannot_be_given() {
    let api = Api::start().await;
    let (path, admin, _) = with_roles(&api).await;
    let off = directory(&api).await["id"].as_str().expect("an id").to_owned();
    api.post(&path, json!({ "directory_group_id": "staff", "role_id": admin })).await;
    let before = api.get("/directories").await.body["total_count"].clone();

    for (body, refusal) in [
        (json!({ "role_id": admin }), (422, "form_param_missing", Some("directory_group_id"))),
        (
            json!({ "role_id": "role_1", "directory_group_id": "a" }),
            (422, "form_param_value_invalid", Some("role_id")),
        ),
        (
            json!({ "role_id": admin, "directory_group_id": "a", "scim_group_id": "b" }),
            (422, "form_param_value_invalid", Some("scim_group_id")),
        ),
        (
            json!({ "role_id": admin, "scim_group_id": "staff" }),
            (422, "form_identifier_exists", Some("scim_group_id")),
        ),
    ] {
        assert_eq!(api.post(&path, body.clone()).await.refusal(), refusal, "{body}");
    }
    let off = format!("/directories/{off}/group_role_mappings");
    let body = json!({ "directory_group_id": "staff", "role_id": admin });
    assert_eq!(api.post(&off, body).await.refusal(), (403, "feature_not_enabled", None));
    let nowhere = json!({ "enterprise_connection_id": "entconn_1", "provider": "okta" });
    let nowhere = api.post("/directories", nowhere).await;
    assert_eq!(nowhere.refusal(), (422, "form_param_value_invalid", Some("enterprise_connection_id")));
    // One mapping that cannot be is none at all, and no directory.
    let twice =
        json!([{ "scim_group_id": "a", "role_id": admin }, { "scim_group_id": "a", "role_id": admin }]);
    let twice = json!({
        "enterprise_connection_id": connection(&api).await, "provider": "okta", "group_role_mappings": twice,
    });
    assert_eq!(api.post("/directories", twice).await.status, 422);
    assert_eq!(api.get("/directories").await.body["total_count"], before);
}
