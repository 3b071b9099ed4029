//! The conformance driver: a JSON object in, a JSON object out, and in between the same typed calls that a user writes.

mod auth;
mod line;
mod report;
mod webhook;

use std::collections::HashMap;

use clerk_sdk::{Clerk, ErrorKind};
use serde_json::{Map, Value, json};

use self::line::{Line, Operation};
use crate::dispatch;

/// Answers lines. It keeps its clients.
#[derive(Debug, Default)]
pub struct Driver {
    clients: HashMap<Target, Clerk>,
    auth: auth::Clients,
}

/// What a client is made for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Target {
    base_url: Option<String>,
    secret_key: Option<String>,
    api: String,
}

impl Driver {
    /// The answer to a line.
    pub async fn answer(&mut self, line: &[u8]) -> Value {
        let (id, outcome) = match line::read(line) {
            Err(message) => (Value::Null, Err(report::driver(&message))),
            Ok((id, Err(message))) => (id, Err(report::driver(&message))),
            Ok((id, Ok(Line::Operation(operation)))) => (id, self.call(*operation).await),
            Ok((id, Ok(Line::Check(call, keys)))) => (id, self.check(&call, keys).await),
        };
        match outcome {
            Ok(ok) => json!({"id": id, "ok": ok}),
            Err(err) => json!({"id": id, "err": err}),
        }
    }

    async fn check(&mut self, call: &str, keys: Map<String, Value>) -> Result<Value, Value> {
        match call {
            "$verify_webhook" => webhook::verify(keys),
            "$authenticate" | "$verify_token" | "$has" => self.auth.check(call, keys).await,
            _ => Err(report::driver(&format!("there is no call {call}"))),
        }
    }

    async fn call(&mut self, operation: Operation) -> Result<Value, Value> {
        let Operation { call, api, base_url, mut args } = operation;
        let api = api.unwrap_or_else(|| dispatch::VERSIONS[0].to_owned());
        let operations = dispatch::operations(&api)
            .ok_or_else(|| report::driver(&format!("there is no API version {api:?}")))?;
        if !operations.contains(&call.as_str()) {
            return Err(report::driver(&format!("API version {api} has no operation {call:?}")));
        }
        let secret_key = args.options.secret_key.take();
        let target = Target { base_url, secret_key: secret_key.clone(), api };
        let clerk = self.client(&target).map_err(|error| report::error(&call, &error))?;
        args.options.secret_key = secret_key;
        match dispatch::prepare(&target.api, clerk, &call, args) {
            None => Err(report::driver(&format!("API version {} has no operation {call:?}", target.api))),
            Some(Err(invalid)) => Err(report::failure(ErrorKind::InvalidRequest, &call, 0, &invalid.0)),
            Some(Ok(pending)) => match pending.await {
                Ok(response) => Ok(report::answer(response)),
                Err(error) => Err(report::error(&call, &error)),
            },
        }
    }

    fn client(&mut self, target: &Target) -> Result<&Clerk, clerk_sdk::Error> {
        if !self.clients.contains_key(target) {
            let clerk = target.client()?;
            self.clients.insert(target.clone(), clerk);
        }
        Ok(&self.clients[target])
    }
}

impl Target {
    fn client(&self) -> Result<Clerk, clerk_sdk::Error> {
        let builder = match &self.secret_key {
            Some(key) => match (&self.base_url, line::variable("CLERK_API_URL")) {
                (None, Some(url)) => Clerk::builder(key).server_url(with_version(url)),
                _ => Clerk::builder(key),
            },
            None => clerk_sdk::ClerkBuilder::from_env()?,
        };
        match &self.base_url {
            Some(url) => builder.server_url(url),
            None => builder,
        }
        .build()
    }
}

/// `CLERK_API_URL` as the SDK reads it: without a path it means the origin.
fn with_version(url: String) -> String {
    let origin = url.trim_end_matches('/');
    match origin.split_once("://") {
        Some((_, host)) if !host.contains('/') => format!("{origin}/v1"),
        _ => url,
    }
}
