//! How users come to an organization by the domain of their e-mail address.

use serde_json::{Value, json};

use crate::api::Api;

/// An organization with the domain `acme.example` in this mode, by its id, and the domain's path.
async fn with_domain(api: &Api, mode: &str) -> (String, String) {
    let acme = api.create("/organizations", json!({ "name": "Acme" })).await;
    let path = format!("/organizations/{acme}/domains");
    api.create(&path, json!({ "name": "acme.example", "enrollment_mode": mode })).await;
    (acme, path)
}

async fn invited(api: &Api) -> Value {
    api.get("/organization_invitations?order_by=created_at").await.body
}

#[tokio::test]
async fn who_signs_up_with_an_address_of_the_domain_is_invited_with_the_default_role() {
    let api = Api::start().await;
    let role = json!({ "name": "Guest", "key": "org:guest", "include_in_initial_role_set": true });
    let role = api.create("/organization_roles", role).await;
    api.patch("/instance/organization_settings", json!({ "domains_default_role_id": role })).await;
    let (acme, domains) = with_domain(&api, "automatic_invitation").await;

    api.user("Ada@acme.example").await;
    api.user("bob@other.example").await;

    let invitations = invited(&api).await;
    let invitation = &invitations["data"][0];
    assert_eq!(invitations["total_count"], 1);
    assert_eq!(
        (&invitation["email_address"], &invitation["organization_id"], &invitation["status"]),
        (&json!("ada@acme.example"), &json!(acme), &json!("pending"))
    );
    assert_eq!((&invitation["role"], &invitation["inviter_id"]), (&json!("org:guest"), &Value::Null));
    let domain = &api.get(&domains).await.body["data"][0];
    assert_eq!(domain["total_pending_invitations"], 1);
    assert_eq!(domain["total_pending_suggestions"], 0);
}

#[tokio::test]
async fn an_invitation_by_domain_that_was_revoked_is_open_no_more() {
    let api = Api::start().await;
    let (acme, domains) = with_domain(&api, "automatic_invitation").await;
    api.user("ada@acme.example").await;
    let invitation = invited(&api).await["data"][0]["id"].as_str().expect("an id").to_owned();

    api.post(&format!("/organizations/{acme}/invitations/{invitation}/revoke"), json!({})).await;

    assert_eq!(api.get(&domains).await.body["data"][0]["total_pending_invitations"], 0);
}

#[tokio::test]
async fn an_address_counts_from_when_it_is_verified_by_whatever_means() {
    let api = Api::start().await;
    with_domain(&api, "automatic_invitation").await;
    let user = api.user("ada@other.example").await;
    let address = |name: &str, verified: bool| json!({ "user_id": user, "email_address": format!("{name}@acme.example"), "verified": verified });

    let by_code = api.create("/email_addresses", address("code", false)).await;
    let by_hand = api.create("/email_addresses", address("hand", false)).await;
    let before = invited(&api).await;
    let path = format!("/email_addresses/{by_code}");
    let prepared = api.post(&format!("{path}/prepare_verification"), json!({})).await.body;
    let attempt = json!({ "verification_id": prepared["id"], "code": "424242" });
    let attempted = api.post(&format!("{path}/attempt_verification"), attempt).await;
    api.patch(&format!("/email_addresses/{by_hand}"), json!({ "verified": true })).await;
    api.create("/email_addresses", address("born", true)).await;
    api.patch(&format!("/users/{user}"), json!({ "first_name": "Ada" })).await;
    let other = json!({ "email_address": "other@acme.example" });
    let replaced = api.put(&format!("/users/{user}/email_address"), other).await;

    assert_eq!((attempted.status, replaced.status, &before["total_count"]), (200, 200, &json!(0)));
    let after = invited(&api).await;
    let addresses: Vec<&Value> =
        after["data"].as_array().into_iter().flatten().map(|i| &i["email_address"]).collect();
    let expected = ["code@acme.example", "hand@acme.example", "born@acme.example", "other@acme.example"];
    assert_eq!(addresses, expected);
}

#[tokio::test]
async fn in_the_mode_of_suggestions_the_organization_is_suggested_until_the_user_is_a_member() {
    let api = Api::start().await;
    let (acme, domains) = with_domain(&api, "automatic_suggestion").await;
    let (ada, bob) = (api.user("ada@acme.example").await, api.user("bob@acme.example").await);
    let pending = async || api.get(&domains).await.body["data"][0]["total_pending_suggestions"].clone();

    let both = pending().await;
    let membership = json!({ "user_id": ada, "role": "org:member" });
    api.create(&format!("/organizations/{acme}/memberships"), membership).await;
    let one = pending().await;
    api.delete(&format!("/users/{bob}")).await;
    let none = pending().await;

    assert_eq!((both, one, none), (json!(2), json!(1), json!(0)));
    assert_eq!(invited(&api).await["total_count"], 0);
}

#[tokio::test]
async fn nobody_is_enrolled_where_domain_settings_or_places_do_not_allow_it() {
    let api = Api::start().await;
    let (acme, domains) = with_domain(&api, "automatic_invitation").await;
    let domain = api.get(&domains).await.body["data"][0]["id"].as_str().expect("an id").to_owned();
    let domain = format!("{domains}/{domain}");
    let invite = json!({ "email_address": "six@acme.example", "role": "org:member" });

    api.patch(&domain, json!({ "verified": false })).await;
    api.user("one@acme.example").await;
    api.patch(&domain, json!({ "verified": true, "enrollment_mode": "manual_invitation" })).await;
    api.user("two@acme.example").await;
    api.patch(&domain, json!({ "enrollment_mode": "automatic_invitation" })).await;
    for settings in [json!({ "domains_enabled": false }), json!({ "domains_enrollment_modes": [] })] {
        api.patch("/instance/organization_settings", settings).await;
        api.user(&format!("{}@acme.example", api.clerk.requests().len())).await;
        let all = json!({ "domains_enabled": true, "domains_enrollment_modes": ["automatic_invitation"] });
        api.patch("/instance/organization_settings", all).await;
    }
    let reserved = json!({
        "email_address": ["five@acme.example"], "email_address_identification_status": ["reserved"],
    });
    api.create("/users", reserved).await;
    api.create(&format!("/organizations/{acme}/invitations"), invite).await;
    api.user("six@acme.example").await;
    api.patch(&format!("/organizations/{acme}"), json!({ "max_allowed_memberships": 1 })).await;
    let user = api.post("/users", json!({ "email_address": ["seven@acme.example"] })).await;

    assert_eq!(user.status, 200);
    let all = invited(&api).await;
    assert_eq!(
        (&all["total_count"], &all["data"][0]["email_address"]),
        (&json!(1), &json!("six@acme.example"))
    );
}
