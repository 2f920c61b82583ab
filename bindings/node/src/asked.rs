//! Credentials by asking JavaScript: each question goes to its thread, and waits for the answer.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode::NonBlocking};
use napi_derive::napi;
use ocigraph::{Code, Credential, CredentialSource, Error, Host, Result};
use tokio::sync::oneshot;

use crate::credentials::parsed;

/// Called with each question. It does not keep the process alive: the call that waits does.
pub(crate) type Ask = ThreadsafeFunction<Question, (), Question, napi::Status, false, true>;

/// For which repository of which registry a credential is wanted.
#[napi]
pub struct Question {
    host: String,
    repository: String,
    answer: Mutex<Option<oneshot::Sender<Result<Option<Credential>>>>>,
}

#[napi]
impl Question {
    /// The registry.
    #[napi(getter, catch_unwind)]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The repository; empty when the registry as a whole is meant.
    #[napi(getter, catch_unwind)]
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// Answers with a credential as JSON, or with nothing.
    #[napi(catch_unwind)]
    pub fn answer(&self, json: Option<String>) {
        self.send(json.as_deref().map(parsed).transpose());
    }

    /// Says why there is no answer; by the number JavaScript finds again what was thrown.
    #[napi(catch_unwind)]
    pub fn refuse(&self, why: String, number: u32) {
        let error = Error::new(Code::Credentials, format!("no credential was given: {why}"));
        self.send(Err(error.with_source(Refusal(number))));
    }

    fn send(&self, answer: Result<Option<Credential>>) {
        let sender = self.answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Nobody waits any more when the call was aborted.
        let _ = sender.map(|sender| sender.send(answer));
    }
}

/// The cause of an error: what a function for credentials threw.
#[derive(Debug)]
pub(crate) struct Refusal(pub(crate) u32);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the function for credentials threw")
    }
}

impl std::error::Error for Refusal {}

pub(crate) struct Asked(Ask);

impl Asked {
    pub(crate) fn new(ask: Ask) -> Self {
        Self(ask)
    }
}

#[async_trait]
impl CredentialSource for Asked {
    async fn credential(&self, host: &Host, repository: &str) -> Result<Option<Credential>> {
        let (sender, answer) = oneshot::channel();
        let question = Question {
            host: host.to_string(),
            repository: repository.to_owned(),
            answer: Mutex::new(Some(sender)),
        };
        self.0.call(question, NonBlocking);
        let unanswered = |_| Error::new(Code::Credentials, "nobody answered for a credential");
        answer.await.map_err(unanswered)?
    }
}
