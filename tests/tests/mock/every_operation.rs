//! All operations of the document, one by one.

use serde_json::{Value, json};

use crate::api::{Answer, Api, send, text};
use crate::document::{Document, Ids, Operation};
use crate::furnished::{COLLECTIONS, furnish, furnished, more, prepare};

/// Sends the least that an operation takes, about what the server has.
async fn call(http: &reqwest::Client, document: &Document, operation: &Operation<'_>) -> Answer {
    let api = Api::with(http.clone()).await;
    let mut ids = furnish(&api).await;
    for (collection, variable, body) in COLLECTIONS {
        let body: Value = serde_json::from_str(&body.replace("USER", &ids["user_id"])).expect("JSON");
        if operation.path.starts_with(&format!("{collection}/{{")) {
            let path = collection.replace("{organization_id}", &ids["organization_id"]);
            ids.insert(*variable, text(&api.post(&path, body).await.body["id"]));
        } else if operation.path == *collection && operation.method == reqwest::Method::POST {
            return api.post(&collection.replace("{organization_id}", &ids["organization_id"]), body).await;
        }
    }
    prepare(&api, operation, &mut ids).await;
    let (path, query) = document.address(operation, &ids);
    let url = if query.is_empty() { path } else { format!("{path}?{query}") };
    let content = &document.resolve(&operation.value["requestBody"])["content"];
    if let "DeleteOrganizationLogo" | "DeleteUserProfileImage" = operation.id {
        let user = operation.id == "DeleteUserProfileImage";
        let method = if user { reqwest::Method::POST } else { reqwest::Method::PUT };
        api.with_form(method, &url, &[], b"picture").await;
    }
    if content["multipart/form-data"].is_object() {
        return api.with_form(operation.method.clone(), &url, &[], b"picture").await;
    }
    let Some(schema) = document.json_body(operation) else {
        return send(api.request(operation.method.clone(), &url)).await;
    };
    let mut body = document.least(schema, "");
    if let Value::Object(fields) = &mut body {
        if let Some(user) = fields.get_mut("user_id") {
            *user = json!(ids["user_id"]);
        }
        fields.extend(more(operation.id, &ids).as_object().expect("fields").clone());
    }
    match operation.id {
        "ChangeProductionInstanceDomain" | "UpdateProductionInstanceDomain" => {
            api.in_production(operation.method.clone(), &url, body).await
        }
        _ => api.with_json(operation.method.clone(), &url, body).await,
    }
}

#[tokio::test]
async fn answers_every_operation_with_what_the_document_promises() {
    let document = Document::newest();
    let operations = document.operations();
    let http = Api::start().await.http;
    let mut findings = Vec::new();

    for operation in &operations {
        let answer = call(&http, &document, operation).await;
        let (status, schema) = document.success(operation);
        if answer.status != status {
            findings.push(format!("{}: {} {}", operation.id, answer.status, answer.body));
            continue;
        }
        match schema {
            Some(schema) => {
                findings.extend(document.findings(schema, &answer.body, operation.id));
                if answer.headers["content-type"] != "application/json" {
                    findings.push(format!("{}: {:?}", operation.id, answer.headers["content-type"]));
                }
            }
            None if !answer.headers.contains_key("content-type") => {}
            None => findings.push(format!("{} has content: {}", operation.id, answer.body)),
        }
    }

    assert_eq!(operations.len(), 249);
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// The findings about an answer: it is what the document promises, or an error in Clerk's shape.
fn judge(document: &Document, operation: &Operation<'_>, answer: &Answer) -> Vec<String> {
    let (status, schema) = document.success(operation);
    if answer.status == status {
        let findings = schema.map(|schema| document.findings(schema, &answer.body, operation.id));
        return findings.unwrap_or_default();
    }
    let error = &answer.body["errors"][0];
    let texts = ["code", "message", "long_message"].iter().all(|name| error[*name].is_string());
    let shaped = texts && error["meta"].is_object() && answer.body["clerk_trace_id"].is_string();
    if (400..500).contains(&answer.status) && shaped {
        return Vec::new();
    }
    vec![format!("{}: {} {}", operation.id, answer.status, answer.body)]
}

/// Sends the least that the document asks for, about things that may not be there.
async fn blindly(api: &Api, document: &Document, operation: &Operation<'_>, ids: &Ids) -> Answer {
    let (path, query) = document.address(operation, ids);
    let url = if query.is_empty() { path } else { format!("{path}?{query}") };
    match document.json_body(operation) {
        Some(schema) => api.with_json(operation.method.clone(), &url, document.least(schema, "")).await,
        None => send(api.request(operation.method.clone(), &url)).await,
    }
}

#[tokio::test]
async fn answers_every_operation_well_when_there_is_nothing_yet_and_when_all_happens_to_one_server() {
    let document = Document::newest();
    let nothing = Ids::from([("template_type", "email".to_owned())]);
    let (empty, (crowded, ids)) = (Api::start().await, furnished().await);
    let mut findings = Vec::new();

    for operation in document.operations() {
        let answer = blindly(&empty, &document, &operation, &nothing).await;
        findings.extend(judge(&document, &operation, &answer));
    }
    // Twice over, on one server: the second time much is there already, or gone.
    for operation in document.operations().iter().chain(&document.operations()) {
        let answer = blindly(&crowded, &document, operation, &ids).await;
        findings.extend(judge(&document, operation, &answer));
    }

    assert!(findings.is_empty(), "{}", findings.join("\n"));
}
