//! Credential helpers: programs named `docker-credential-NAME` that keep credentials in a keychain.
//!
//! Source: the protocol of docker's credential helpers: a verb as argument, the server or a JSON
//! object on standard input, the answer, errors too, on standard output.

use std::{collections::BTreeMap, process::Stdio, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    time::timeout,
};
use zeroize::Zeroizing;

use super::credential::{Credential, HELPER_TOKEN_USER};
use crate::error::{Code, Error, Result};

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
        let mut child = Command::new(self.program())
            .arg(verb)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| match e.kind() {
                std::io::ErrorKind::NotFound => self
                    .failed(verb, "it is not on the PATH")
                    .with_hint("install it, or take it out of the configuration file"),
                _ => self.failed(verb, &e.to_string()),
            })?;
        let broken = |e: std::io::Error| self.failed(verb, &e.to_string());
        let (mut stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let write = async {
            if let Some(stdin) = &mut stdin {
                // One that does not read its input answers all the same.
                let _ = stdin.write_all(input).await;
            }
            drop(stdin);
        };
        let read = async {
            let mut answer = Zeroizing::new(Vec::new());
            if let Some(stdout) = stdout {
                stdout.take(LONGEST_ANSWER).read_to_end(&mut answer).await?;
            }
            Ok(answer)
        };
        let ((), answer) = tokio::join!(write, read);
        let answer: Zeroizing<Vec<u8>> = answer.map_err(broken)?;
        if answer.len() as u64 == LONGEST_ANSWER {
            return Err(self.failed(verb, "its answer is too long"));
        }
        if child.wait().await.map_err(broken)?.success() {
            return Ok(Answer::Said(answer));
        }
        let said = String::from_utf8_lossy(&answer);
        let said = said.trim();
        if said.contains(NOT_FOUND) {
            return Ok(Answer::Nothing);
        }
        // Its words stand on standard output, where the secret would stand had it succeeded.
        if serde_json::from_str::<serde_json::Map<_, _>>(said).is_ok() {
            return Err(self.failed(verb, "it failed, with an answer that may hold a secret"));
        }
        let said: String = said.chars().filter(|c| !c.is_control()).take(512).collect();
        Err(self.failed(verb, if said.is_empty() { "it failed without a word" } else { &said }))
    }

    fn failed(&self, verb: &str, why: &str) -> Error {
        Error::new(
            Code::Credentials,
            format!("the credential helper {} failed to {verb}: {why}", self.program()),
        )
    }
}
