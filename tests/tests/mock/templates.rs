//! Templates of e-mails and SMS.

use serde_json::json;

use crate::api::Api;

#[tokio::test]
async fn clerks_templates_are_there_by_kind_and_in_order() {
    let api = Api::start().await;

    let emails = api.get("/templates/email?limit=2").await;
    let next = api.get("/templates/email?limit=2&offset=2&paginated=true").await;
    let sms = api.get("/templates/sms").await;

    assert_eq!(emails.column("slug"), ["verification_code", "reset_password_code"]);
    assert_eq!(next.column("slug"), ["magic_link_sign_in", "magic_link_sign_up"]);
    assert!(next.body["total_count"].as_u64() > Some(4), "{}", next.body);
    assert_eq!(sms.column("slug")[0], "verification_code");
    let one = api.get("/templates/sms/verification_code").await.body;
    assert_eq!((&one["template_type"], &one["resource_type"]), (&json!("sms"), &json!("system")));
    assert_eq!((&one["can_revert"], &one["required_variables"]), (&json!(false), &json!(["otp_code"])));
}

#[tokio::test]
async fn wording_is_changed_and_set_back() {
    let api = Api::start().await;
    let path = "/templates/email/verification_code";
    let before = api.get(path).await.body;

    let wording =
        json!({ "name": "Code", "subject": "Hi", "body": "Use {{ otp_code }}.", "from_email_name": "hello" });
    let changed = api.put(path, wording.clone()).await.body;
    let read = api.get(path).await.body;
    let mut reverted = api.post(&format!("{path}/revert"), json!({})).await.body;
    let again = api.post(&format!("{path}/revert"), json!({})).await;

    for (name, value) in wording.as_object().expect("fields") {
        assert_eq!(&changed[name], value, "{name}");
    }
    assert_eq!((&changed["resource_type"], &changed["can_revert"]), (&json!("user"), &json!(true)));
    assert_eq!((&read, &changed["id"]), (&changed, &before["id"]));
    reverted["updated_at"] = before["updated_at"].clone();
    assert_eq!(reverted, before);
    assert_eq!(again.refusal(), (400, "template_revert_error", None));
    // The SMS of the same name is another template.
    assert_eq!(api.get("/templates/sms/verification_code").await.body["name"], "Verification code");
}

#[tokio::test]
async fn a_preview_is_filled_in_and_changes_nothing() {
    let api = Api::start().await;
    let path = "/templates/email/verification_code";
    let before = api.get(path).await.body;

    let preview = api.post(&format!("{path}/preview"), json!({ "body": "<b>{{otp_code}}</b>" })).await.body;
    let sms = api.post("/templates/sms/verification_code/preview", json!({})).await.body;

    assert_eq!(
        (&preview["body"], &preview["subject"]),
        (&json!("<b>424242</b>"), &json!("424242 is your verification code"))
    );
    assert_eq!(sms, json!({ "body": "424242 is your verification code for My application." }));
    assert_eq!(api.get(path).await.body, before);
}

#[tokio::test]
async fn delivery_is_taken_from_clerk_and_given_back() {
    let api = Api::start().await;
    let path = "/templates/sms/verification_code";

    let off = api.post(&format!("{path}/toggle_delivery"), json!({ "delivered_by_clerk": false })).await.body;
    let read = api.get(path).await.body;
    let on = api.post(&format!("{path}/toggle_delivery"), json!({})).await.body;

    assert_eq!((&off["delivered_by_clerk"], &off["resource_type"]), (&json!(false), &json!("system")));
    assert_eq!(read["delivered_by_clerk"], false);
    assert_eq!(on["delivered_by_clerk"], true);
}

#[tokio::test]
async fn wording_that_cannot_be_sent_is_refused() {
    let api = Api::start().await;
    let path = "/templates/email/verification_code";

    for (body, refusal) in [
        (json!({ "body": "No code" }), (422, "required_variable_missing", Some("body"))),
        (json!({ "body": "{{otp_code}} {{oops" }), (422, "invalid_template_body", Some("body"))),
        (json!({ "name": "" }), (422, "form_param_value_invalid", Some("name"))),
        (json!({ "from_email_name": "a@b" }), (422, "form_param_format_invalid", Some("from_email_name"))),
    ] {
        assert_eq!(api.put(path, body.clone()).await.refusal(), refusal, "{body}");
    }
    assert_eq!(api.put("/templates/email/none", json!({ "name": "x" })).await.status, 404);
    let fax = api.post("/templates/fax/verification_code/preview", json!({})).await;
    assert_eq!(fax.refusal(), (400, "template_type_unsupported", None));
}
