//! A user with secrets: runs commands in a workspace of its own, ours at its most talkative, and fails the test when one
//! of them shows a secret.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::registry::{PASSWORD, USER};
use crate::tools::{ocigraph_binary, tool};
use crate::workspace::{Ran, Workspace};

/// Somebody who knows [`PASSWORD`], and has stored nothing yet.
#[derive(Debug)]
pub struct User {
    /// Where the commands run.
    pub work: Workspace,
    environment: Vec<(String, OsString)>,
    secrets: Vec<String>,
}

impl User {
    /// A new one.
    ///
    /// # Panics
    /// When no temporary folder can be made.
    #[expect(
        clippy::new_without_default,
        reason = "it creates folders, which a default value should not"
    )]
    pub fn new() -> Self {
        let secrets = vec![PASSWORD.to_owned(), encoded(USER, PASSWORD)];
        Self { work: Workspace::new(), environment: Vec::new(), secrets }
    }

    /// The same, with a variable in the environment of its commands.
    pub fn with_variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// The same, with another text that no command may show.
    pub fn with_secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// Runs our own command to its end.
    #[track_caller]
    pub fn ocigraph(&self, args: &[&str]) -> Ran {
        self.ocigraph_with_input(args, "")
    }

    /// Runs our own command to its end, with something on its standard input.
    #[track_caller]
    pub fn ocigraph_with_input(&self, args: &[&str], input: &str) -> Ran {
        self.run(&ocigraph_binary(), &[args, &["--verbose"]].concat(), input).hides(&self.secrets)
    }

    /// Runs another client to its end, with something on its standard input.
    pub fn peer(&self, name: &str, args: &[&str], input: &str) -> Ran {
        self.run(&tool(name), args, input)
    }

    /// Signs in to a registry with our own command.
    #[track_caller]
    pub fn login(&self, host: &str) -> Ran {
        self.ocigraph_with_input(&["login", host, "-u", USER, "--password-stdin"], PASSWORD)
    }

    /// Where docker keeps its configuration.
    pub fn config_path(&self) -> PathBuf {
        self.work.home().join(".docker/config.json")
    }

    /// Docker's configuration; null when there is none.
    ///
    /// # Panics
    /// When it is no JSON.
    pub fn config(&self) -> Value {
        fs::read(self.config_path()).map_or(Value::Null, |text| {
            serde_json::from_slice(&text).expect("docker's configuration is JSON")
        })
    }

    /// Writes docker's configuration.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write_config(&self, config: &Value) {
        let path = self.config_path();
        fs::create_dir_all(path.parent().expect("a file is in a folder"))
            .and_then(|()| fs::write(&path, config.to_string()))
            .expect("writing docker's configuration");
    }

    fn run(&self, program: &Path, args: &[&str], input: &str) -> Ran {
        let mut command = self.work.command(program);
        command.args(args).envs(self.environment.iter().map(|(name, value)| (name, value)));
        self.work.run_with_input(&mut command, input.as_bytes())
    }
}

/// Name and password as they stand in files and headers.
pub(crate) fn encoded(user: &str, password: &str) -> String {
    STANDARD.encode(format!("{user}:{password}"))
}
