//! Templates of e-mails and SMS: a selection of Clerk's own is there from the beginning, with wording of this server's.

use serde_json::{Map, Value, json};

use super::resource::{self, Action, PLAIN, Parent, Resource};
use super::{Call, Handler, Object, State, fields, template_tokens};
use crate::mock::error::ApiError;

pub(super) const TEMPLATE: Resource = Resource {
    tag: "template",
    words: "template",
    variable: "slug",
    key: "slug",
    parent: Some(Parent { field: "template_type", id: kind }),
    operations: &[("GetTemplateList", Action::List), ("GetTemplate", Action::Get)],
    ranked: "position",
    ..PLAIN
};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("UpsertTemplate", |state, call| {
        RESOURCE.update(state, call, |_, template| {
            resource::copy(call, template)?;
            check(call, template)?;
            fields!(template, { "resource_type": "user", "can_revert": true });
            Ok(())
        })
    }),
    ("RevertTemplate", |state, call| {
        RESOURCE.update(state, call, |_, template| {
            let own = TEMPLATES.iter().zip(1_i64..).find(|(own, _)| own.is(template));
            let Some((own, position)) = own.filter(|_| template["can_revert"] == true) else {
                let long = format!("Template with slug {} can't be reverted", template.text("slug"));
                let (status, short) = (http::StatusCode::BAD_REQUEST, "Template revert restricted");
                return Err(ApiError::new(status, "template_revert_error", short, &long));
            };
            template.extend(own.object(position));
            Ok(())
        })
    }),
    ("ToggleTemplateDelivery", |state, call| {
        RESOURCE.update(state, call, |_, template| {
            let delivered = call.flag("delivered_by_clerk").unwrap_or(template["delivered_by_clerk"] != true);
            fields!(template, { "delivered_by_clerk": delivered });
            Ok(())
        })
    }),
    ("PreviewTemplate", preview),
];

static RESOURCE: Resource = TEMPLATE;

/// A template as Clerk has it.
struct Own {
    kind: &'static str,
    slug: &'static str,
    name: &'static str,
    /// Empty for an SMS.
    subject: &'static str,
    body: &'static str,
    required: &'static [&'static str],
}

const TEMPLATES: &[Own] = &[
    Own {
        kind: "email",
        slug: "verification_code",
        name: "Verification code",
        subject: "{{otp_code}} is your verification code",
        body: "<p>{{otp_code}} is your verification code for {{app.name}}.</p>",
        required: &["otp_code"],
    },
    Own {
        kind: "email",
        slug: "reset_password_code",
        name: "Reset password code",
        subject: "{{otp_code}} is your code for a new password",
        body: "<p>{{otp_code}} is your code for a new password at {{app.name}}.</p>",
        required: &["otp_code"],
    },
    Own {
        kind: "email",
        slug: "magic_link_sign_in",
        name: "Sign-in link",
        subject: "Sign in to {{app.name}}",
        body: "<p><a href=\"{{magic_link}}\">Sign in to {{app.name}}</a></p>",
        required: &["magic_link"],
    },
    Own {
        kind: "email",
        slug: "magic_link_sign_up",
        name: "Sign-up link",
        subject: "Sign up to {{app.name}}",
        body: "<p><a href=\"{{magic_link}}\">Sign up to {{app.name}}</a></p>",
        required: &["magic_link"],
    },
    Own {
        kind: "email",
        slug: "invitation",
        name: "Invitation",
        subject: "You are invited to {{app.name}}",
        body: "<p><a href=\"{{action_url}}\">Join {{app.name}}</a></p>",
        required: &["action_url"],
    },
    Own {
        kind: "email",
        slug: "organization_invitation",
        name: "Organization invitation",
        subject: "You are invited to {{org.name}}",
        body: "<p><a href=\"{{action_url}}\">Join {{org.name}} on {{app.name}}</a></p>",
        required: &["action_url"],
    },
    Own {
        kind: "email",
        slug: "password_changed",
        name: "Password changed",
        subject: "Your password has changed",
        body: "<p>The password of your account at {{app.name}} has changed.</p>",
        required: &[],
    },
    Own {
        kind: "sms",
        slug: "verification_code",
        name: "Verification code",
        subject: "",
        body: "{{otp_code}} is your verification code for {{app.name}}.",
        required: &["otp_code"],
    },
    Own {
        kind: "sms",
        slug: "reset_password_code",
        name: "Reset password code",
        subject: "",
        body: "{{otp_code}} is your code for a new password at {{app.name}}.",
        required: &["otp_code"],
    },
    Own {
        kind: "sms",
        slug: "password_changed",
        name: "Password changed",
        subject: "",
        body: "The password of your account at {{app.name}} has changed.",
        required: &[],
    },
];

impl Own {
    fn is(&self, template: &Object) -> bool {
        template["template_type"] == self.kind && template["slug"] == self.slug
    }

    /// What the template has before anybody changes it.
    fn object(&self, position: i64) -> Map<String, Value> {
        let email = self.kind == "email";
        let variables: Vec<&str> =
            self.required.iter().copied().chain(["app.name", "app.domain_name"]).collect();
        let mut object = Map::new();
        fields!(object, {
            "object": TEMPLATE.tag, "resource_type": "system", "template_type": self.kind, "slug": self.slug,
            "name": self.name, "position": position, "can_revert": false, "can_delete": false,
            "can_edit_body": true, "can_toggle": !email && self.required.is_empty(),
            "subject": Some(self.subject).filter(|_| email), "markup": "", "body": self.body,
            "available_variables": variables, "required_variables": self.required,
            "delivered_by_clerk": true, "enabled": true, "flagged_as_suspicious": false,
        });
        if email {
            fields!(object, { "from_email_name": "noreply", "reply_to_email_name": "noreply" });
        }
        object
    }
}

impl State {
    /// Puts in the templates that Clerk has.
    pub(super) fn furnish_templates(&mut self) {
        let now = self.now();
        for (own, position) in TEMPLATES.iter().zip(1..) {
            let mut object = Object::from(own.object(position));
            let id = self.ids.object(TEMPLATE.tag);
            fields!(object, { "id": id, "instance_id": self.instance_id, "created_at": now, "updated_at": now });
            self.table_mut(TEMPLATE.tag).insert(object);
        }
    }
}

/// What the templates of a path are for.
fn kind(_: &State, call: &Call<'_>) -> Result<String, ApiError> {
    let kind = call.variable("template_type");
    if matches!(kind, "email" | "sms") {
        return Ok(kind.to_owned());
    }
    let long = format!("Template type {kind} is not supported");
    let status = http::StatusCode::BAD_REQUEST;
    Err(ApiError::new(status, "template_type_unsupported", "Template type not supported", &long))
}

/// Checks a template that a request has changed.
fn check(call: &Call<'_>, template: &mut Object) -> Result<(), ApiError> {
    if template.text("name").trim().is_empty() {
        return Err(ApiError::value("name", "must not be empty"));
    }
    if template["template_type"] == "sms" {
        fields!(template, { "subject": null });
        template.retain(|name, _| name != "from_email_name" && name != "reply_to_email_name");
    }
    check_local_parts(call)?;
    let body = template.text("body");
    check_body(body)?;
    let used: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    for required in template["required_variables"].as_array().into_iter().flatten().filter_map(Value::as_str)
    {
        let variable = format!("{{{{{required}}}}}");
        if !used.contains(&variable) {
            let long = format!("Body should contain the {variable} variable");
            return Err(ApiError::param("required_variable_missing", "body", &long, &long));
        }
    }
    Ok(())
}

fn check_local_parts(call: &Call<'_>) -> Result<(), ApiError> {
    let local = |part: &str| part.chars().all(|c| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c));
    match ["from_email_name", "reply_to_email_name"]
        .into_iter()
        .find(|name| !call.text(name).is_none_or(local))
    {
        Some(name) => Err(ApiError::format(name, "a valid email address local part")),
        None => Ok(()),
    }
}

fn check_body(body: &str) -> Result<(), ApiError> {
    if body.matches("{{").count() == body.matches("}}").count() {
        return Ok(());
    }
    let long =
        "This template body is invalid and cannot be rendered successfully, please check for syntax errors";
    Err(ApiError::param("invalid_template_body", "body", "Invalid template body", long))
}

/// A template with its variables filled in, and with what the request would have otherwise.
fn preview(state: &mut State, call: &Call<'_>) -> Result<Value, ApiError> {
    let template = RESOURCE.find(state, call)?;
    check_local_parts(call)?;
    let context = json!({
        "app": { "name": "My application", "domain_name": "example.com", "url": "https://example.com" },
        "org": { "name": "Acme" }, "otp_code": "424242", "magic_link": "https://clerk.example.com/v1/verify",
        "action_url": "https://clerk.example.com/v1/tickets/accept",
    });
    let mut shown = json!({});
    for name in ["subject", "body", "from_email_name", "reply_to_email_name"] {
        let Some(own) = template[name].as_str() else { continue };
        let text = call.text(name).unwrap_or(own);
        if name == "body" {
            check_body(text)?;
        }
        shown[name] = json!(template_tokens::fill(text, &context));
    }
    Ok(shown)
}
