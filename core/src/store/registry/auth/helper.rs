//! Credential helpers: programs named `docker-credential-NAME` that keep credentials in a keychain.
//!
//! Source: the protocol of docker's credential helpers: a verb as argument, the server or a JSON
//! object on standard input, the answer, errors too, on standard output.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{
    credential::{Credential, HELPER_TOKEN_USER, basic},
    program::{self, Ended},
};
use ocigraph_types::{Code, Error, Result};

/// A longer answer is not read.
const LONGEST_ANSWER: u64 = 1024 * 1024;

/// What helpers say instead of a status.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// A helper by its short name, as configuration files have it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Helper {
    name: String,
    limit: Duration,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(rename = "ServerURL", default)]
    server_url: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: Zeroizing<String>,
}

enum Answer {
    Said(Zeroizing<Vec<u8>>),
    Nothing,
}

impl Helper {
    /// CREDENTIALS when `name` could be anything but the end of a program's name.
    pub(crate) fn new(name: &str, limit: Duration) -> Result<Self> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if name.is_empty() || !name.bytes().all(plain) {
            return Err(Error::new(
                Code::Credentials,
                format!("{name:?} is no name of a credential helper"),
            )
            .with_hint("a name has letters, digits, dots, underscores and hyphens"));
        }
        Ok(Self { name: name.to_owned(), limit })
    }

    /// The program's name.
    pub(crate) fn program(&self) -> String {
        format!("docker-credential-{}", self.name)
    }

    /// What is kept for a server, if anything.
    pub(crate) async fn get(&self, server: &str) -> Result<Option<Credential>> {
        let answer = match self.run("get", server.as_bytes()).await? {
            Answer::Nothing => return Ok(None),
            Answer::Said(answer) => answer,
        };
        let entry: Entry = serde_json::from_slice(&answer)
            .map_err(|_| self.failed("get", "its answer is no JSON object with a Username"))?;
        if entry.secret.is_empty() {
            return Ok(None);
        }
        Ok(Some(Credential::password(entry.username, entry.secret.as_str())))
    }

    /// Keeps a name and a secret for a server.
    pub(crate) async fn store(&self, server: &str, credential: &Credential) -> Result<()> {
        let (username, secret) = match credential {
            Credential::IdentityToken(token) => (HELPER_TOKEN_USER, token),
            other => other.as_password().ok_or_else(|| {
                Error::new(Code::Unsupported, "only passwords and identity tokens can be stored")
            })?,
        };
        let entry = Entry {
            server_url: server.to_owned(),
            username: username.to_owned(),
            secret: Zeroizing::new(secret.expose().to_owned()),
        };
        let text = Zeroizing::new(serde_json::to_vec(&entry).unwrap_or_default());
        self.run("store", &text).await.map(drop)
    }

    /// Forgets a server; it may be unknown.
    pub(crate) async fn erase(&self, server: &str) -> Result<()> {
        self.run("erase", server.as_bytes()).await.map(drop)
    }

    /// The servers that it knows, with their users.
    pub(crate) async fn list(&self) -> Result<BTreeMap<String, String>> {
        match self.run("list", b"").await? {
            Answer::Nothing => Ok(BTreeMap::new()),
            Answer::Said(answer) => serde_json::from_slice(&answer)
                .map_err(|_| self.failed("list", "its answer is no JSON object of servers")),
        }
    }

    async fn run(&self, verb: &str, input: &[u8]) -> Result<Answer> {
        match timeout(self.limit, self.exchange(verb, input)).await {
            Ok(answer) => answer,
            // Dropped with the exchange, the program is killed.
            Err(_) => Err(self.failed(
                verb,
                &format!("it did not answer within {} seconds", self.limit.as_secs_f64()),
            )),
        }
    }

    async fn exchange(&self, verb: &str, input: &[u8]) -> Result<Answer> {
        let ran = program::run(&self.program(), verb, input, LONGEST_ANSWER).await;
        let (ended, answer) = ran.map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => self
                .failed(verb, "it is not on the PATH")
                .with_hint("install it, or take it out of the configuration file"),
            _ => self.failed(verb, &e.to_string()),
        })?;
        if answer.len() as u64 == LONGEST_ANSWER {
            return Err(self.failed(verb, "its answer is too long"));
        }
        let said = String::from_utf8_lossy(&answer);
        let said = said.trim();
        let well = match ended {
            Ended::Well => true,
            Ended::Failed | Ended::Killed => false,
            // By its answer: an object where one is asked for, else nothing.
            Ended::Unknown if matches!(verb, "get" | "list") => is_object(said),
            Ended::Unknown => said.is_empty(),
        };
        if well {
            return Ok(Answer::Said(answer));
        }
        if said.contains(NOT_FOUND) && ended != Ended::Killed {
            return Ok(Answer::Nothing);
        }
        Err(self.failed(verb, &reason(ended, said, input)))
    }

    fn failed(&self, verb: &str, why: &str) -> Error {
        Error::new(
            Code::Credentials,
            format!("the credential helper {} failed to {verb}: {why}", self.program()),
        )
    }
}

fn is_object(text: &str) -> bool {
    serde_json::from_str::<serde_json::Map<_, _>>(text).is_ok()
}

/// Why it failed, in its own words where they can hold no secret: they stand on standard output,
/// where the secret would stand had it succeeded, or as far as it came.
fn reason(ended: Ended, said: &str, input: &[u8]) -> String {
    if ended == Ended::Killed {
        return "a signal ended it".to_owned();
    }
    let lower = said.to_ascii_lowercase();
    if said.contains('{') || lower.contains("\"secret") || lower.contains("\"username") {
        return "it failed, with an answer that may hold a secret".to_owned();
    }
    let mut said = said.to_owned();
    // What it was given to store, should it repeat that.
    if let Ok(Entry { username, secret, .. }) = serde_json::from_slice(input)
        && !secret.is_empty()
    {
        let quoted = serde_json::Value::from(secret.as_str()).to_string();
        let both = basic(&username, &secret);
        for form in [secret.as_str(), quoted.trim_matches('"'), both.as_str()] {
            said = said.replace(form, "***");
        }
    }
    let said: String = said.chars().filter(|c| !c.is_control()).take(512).collect();
    if said.is_empty() { "it failed without a word".to_owned() } else { said }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_reason_repeats_a_secret() {
        let entry = br#"{"ServerURL":"r","Username":"ada","Secret":"open \"sesame\""}"#;
        for said in [
            r#"{"ServerURL":"r","Username":"ada","Secret":"open \"sesame"#,
            r#"warning: old {"Secret":"sesame"}"#,
            r#""Username":"ada","Secret":"sesame"#,
            r#"cannot store open "sesame""#,
            r#"cannot store "open \"sesame\"""#,
            "cannot store YWRhOm9wZW4gInNlc2FtZSI=",
        ] {
            let reason = reason(Ended::Failed, said, entry);
            assert!(!reason.contains("sesame") && !reason.contains("YWRhO"), "{reason}");
        }
        assert_eq!(reason(Ended::Killed, "sesame", b""), "a signal ended it");
        assert_eq!(reason(Ended::Failed, "the keychain is locked", b""), "the keychain is locked");
    }
}
