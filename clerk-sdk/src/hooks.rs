//! What a program is told about the attempts of its calls.

use std::time::Duration;

use http::Method;

use crate::error::Error;
use crate::transport::HttpRequest;

/// Which attempt of which call a hook is about.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// The operation, such as `GetUser`.
    pub operation: &'a str,
    /// Its method.
    pub method: &'a Method,
    /// Its path template, such as `/users/{user_id}`.
    pub path: &'a str,
    /// The number of the attempt, from 1.
    pub number: u32,
}

/// Why and when an attempt is repeated.
#[derive(Debug)]
#[non_exhaustive]
pub struct Retry<'a> {
    /// Why the attempt failed.
    pub error: &'a Error,
    /// How long the call waits before the next one.
    pub wait: Duration,
}

type BeforeRequest = dyn Fn(&Attempt<'_>, &mut HttpRequest) + Send + Sync;
type AfterResponse = dyn Fn(&Attempt<'_>, &http::response::Parts) + Send + Sync;
type OnRetry = dyn Fn(&Attempt<'_>, &Retry<'_>) + Send + Sync;

/// The hooks of a client, called in the order they were added.
#[derive(Default)]
pub(crate) struct Hooks {
    pub(crate) before_request: Vec<Box<BeforeRequest>>,
    pub(crate) after_response: Vec<Box<AfterResponse>>,
    pub(crate) on_retry: Vec<Box<OnRetry>>,
}
