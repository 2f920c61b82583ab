//! Credential helpers: programs named `docker-credential-NAME` that store credentials in a
//! keychain.
//!
//! [The protocol](https://github.com/docker/docker-credential-helpers): the action is the argument,
//! standard input has the server or a JSON object, and standard output the result or the error.

mod process;

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use zeroize::Zeroizing;

use self::process::ExitKind;
use super::credential::{Credential, HELPER_TOKEN_USER, basic};
use crate::{content::plain_text::utf8_text, store::registry::hint};
use ocigraph_types::{Code, Error, Result};

/// Bytes of output that are read.
const MAX_OUTPUT: u64 = 1024 * 1024;

/// The output of a helper that has no credential for the server.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// A helper by its short name, as credential files have it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Helper {
    name: String,
    timeout: Duration,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HelperEntry {
    #[serde(rename = "ServerURL", default)]
    server_url: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: Zeroizing<String>,
}

enum Output {
    Text(Zeroizing<Vec<u8>>),
    /// The helper has no credential for the server.
    NotFound,
}

impl Helper {
    /// CREDENTIALS if `name` has characters that could make a path or an option of it.
    pub(crate) fn new(name: &str, timeout: Duration) -> Result<Self> {
        let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if name.is_empty() || !name.bytes().all(is_allowed) {
            return Err(Error::new(
                Code::Credentials,
                format!("invalid name of a credential helper: {name:?}"),
            )
            .with_hint(hint::helper_name()));
        }
        Ok(Self { name: name.to_owned(), timeout })
    }

    /// Returns the name of the program.
    pub(crate) fn program(&self) -> String {
        format!("docker-credential-{}", self.name)
    }

    /// Returns the credential for a server.
    pub(crate) async fn get(&self, server: &str) -> Result<Option<Credential>> {
        let output = match self.run("get", server.as_bytes()).await? {
            Output::NotFound => return Ok(None),
            Output::Text(output) => output,
        };
        let text = utf8_text(&output).map_err(|why| self.error("get", why))?;
        let entry: HelperEntry = serde_json::from_str(text)
            .map_err(|_| self.error("get", "expected a JSON object with Username and Secret"))?;
        if entry.secret.is_empty() {
            return Ok(None);
        }
        Ok(Some(Credential::password(entry.username, entry.secret.as_str())))
    }

    /// Stores the credential of a server.
    pub(crate) async fn store(&self, server: &str, credential: &Credential) -> Result<()> {
        let (username, secret) = match credential {
            Credential::IdentityToken(token) => (HELPER_TOKEN_USER, token),
            other => other.as_password().ok_or_else(|| {
                Error::new(Code::Unsupported, "only passwords and identity tokens can be stored")
            })?,
        };
        let entry = HelperEntry {
            server_url: server.to_owned(),
            username: username.to_owned(),
            secret: Zeroizing::new(secret.expose().to_owned()),
        };
        let text = Zeroizing::new(serde_json::to_vec(&entry).unwrap_or_default());
        self.run("store", &text).await.map(drop)
    }

    /// Erases the credential of a server, if there is one.
    pub(crate) async fn erase(&self, server: &str) -> Result<()> {
        self.run("erase", server.as_bytes()).await.map(drop)
    }

    /// Returns the servers that have a credential, with their user names.
    pub(crate) async fn list(&self) -> Result<BTreeMap<String, String>> {
        match self.run("list", b"").await? {
            Output::NotFound => Ok(BTreeMap::new()),
            Output::Text(output) => serde_json::from_str(utf8_text(&output).unwrap_or_default())
                .map_err(|_| self.error("list", "expected a JSON object of servers")),
        }
    }

    async fn run(&self, action: &str, input: &[u8]) -> Result<Output> {
        match timeout(self.timeout, self.run_to_end(action, input)).await {
            Ok(output) => output,
            // Dropping the future has killed the program.
            Err(_) => Err(self.error(
                action,
                &format!("it did not answer within {} seconds", self.timeout.as_secs_f64()),
            )),
        }
    }

    async fn run_to_end(&self, action: &str, input: &[u8]) -> Result<Output> {
        let result = process::run(&self.program(), action, input, MAX_OUTPUT).await;
        let (exit, output) = result.map_err(|e| match e.kind() {
            // A file without the permission to run it does not count, as on the PATH of a shell.
            std::io::ErrorKind::NotFound | std::io::ErrorKind::PermissionDenied => {
                self.missing(action).with_source(e)
            }
            _ => self.error(action, &e.to_string()),
        })?;
        if output.len() as u64 == MAX_OUTPUT {
            return Err(self.error(action, &format!("its output exceeds {MAX_OUTPUT} bytes")));
        }
        let text = String::from_utf8_lossy(&output);
        let text = text.trim();
        let succeeded = match exit {
            ExitKind::Success => true,
            ExitKind::Failure | ExitKind::Signal => false,
            // Success is recognized by the expected output: an object, or nothing.
            ExitKind::Unknown if matches!(action, "get" | "list") => is_object(text),
            ExitKind::Unknown => text.is_empty(),
        };
        if succeeded {
            return Ok(Output::Text(output));
        }
        if text.contains(NOT_FOUND) && exit != ExitKind::Signal {
            return Ok(Output::NotFound);
        }
        Err(self.error(action, &failure_reason(exit, text, input)))
    }

    /// Returns true for the error of a helper that is not installed.
    pub(crate) fn is_missing(error: &Error) -> bool {
        use std::{error::Error as _, io};
        let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
        source.is_some_and(|e| {
            matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied)
        })
    }

    fn missing(&self, action: &str) -> Error {
        self.error(action, "it is not on the PATH").with_hint(hint::install_helper())
    }

    fn error(&self, action: &str, reason: &str) -> Error {
        Error::new(
            Code::Credentials,
            format!("the credential helper {} failed to {action}: {reason}", self.program()),
        )
    }
}

fn is_object(text: &str) -> bool {
    serde_json::from_str::<serde_json::Map<_, _>>(text).is_ok()
}

/// Returns why a helper failed. Quotes its output only if that cannot contain a secret: helpers
/// write errors to standard output, where they also write secrets.
fn failure_reason(exit: ExitKind, text: &str, input: &[u8]) -> String {
    if exit == ExitKind::Signal {
        return "a signal ended it".to_owned();
    }
    let lower = text.to_ascii_lowercase();
    if text.contains('{') || lower.contains("\"secret") || lower.contains("\"username") {
        return "it failed, and its output may hold a secret".to_owned();
    }
    let mut text = text.to_owned();
    // The helper may repeat the secret that it was given to store.
    if let Ok(HelperEntry { username, secret, .. }) = serde_json::from_slice(input)
        && !secret.is_empty()
    {
        let quoted = serde_json::Value::from(secret.as_str()).to_string();
        let both = basic(&username, &secret);
        for form in [secret.as_str(), quoted.trim_matches('"'), both.as_str()] {
            text = text.replace(form, "***");
        }
    }
    let text: String = text.chars().filter(|c| !c.is_control()).take(512).collect();
    if text.is_empty() { "it failed without a message".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_of_a_failure_does_not_repeat_a_secret() {
        let entry = br#"{"ServerURL":"r","Username":"ada","Secret":"open \"sesame\""}"#;
        for output in [
            r#"{"ServerURL":"r","Username":"ada","Secret":"open \"sesame"#,
            r#"warning: old {"Secret":"sesame"}"#,
            r#""Username":"ada","Secret":"sesame"#,
            r#"cannot store open "sesame""#,
            r#"cannot store "open \"sesame\"""#,
            "cannot store YWRhOm9wZW4gInNlc2FtZSI=",
        ] {
            let reason = failure_reason(ExitKind::Failure, output, entry);
            assert!(!reason.contains("sesame") && !reason.contains("YWRhO"), "{reason}");
        }
        assert_eq!(failure_reason(ExitKind::Signal, "sesame", b""), "a signal ended it");
        assert_eq!(
            failure_reason(ExitKind::Failure, "the keychain is locked", b""),
            "the keychain is locked"
        );
    }
}
