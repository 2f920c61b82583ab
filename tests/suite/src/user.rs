//! A user with secrets. It runs commands in its own workspace, ocigraph with `--verbose`, and fails the test if ocigraph
//! prints a secret.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::registry::{PASSWORD, USER};
use crate::tools::{ocigraph_binary, tool};
use crate::workspace::{CommandResult, Workspace};

/// A user with [`PASSWORD`] and, at first, no stored credentials.
#[derive(Debug)]
pub struct User {
    /// The workspace of the commands.
    pub work: Workspace,
    environment: Vec<(String, OsString)>,
    secrets: Vec<String>,
}

impl User {
    /// Creates a user.
    ///
    /// # Panics
    /// If no temporary folder can be created.
    #[expect(
        clippy::new_without_default,
        reason = "it creates folders, which a default value should not"
    )]
    pub fn new() -> Self {
        let secrets = vec![PASSWORD.to_owned(), encoded(USER, PASSWORD)];
        Self { work: Workspace::new(), environment: Vec::new(), secrets }
    }

    /// Adds a variable to the environment of the commands.
    pub fn with_variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a text that ocigraph must not print.
    pub fn with_secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// Runs ocigraph to its end.
    #[track_caller]
    pub fn ocigraph(&self, args: &[&str]) -> CommandResult {
        self.ocigraph_with_input(args, "")
    }

    /// Runs ocigraph to its end with this standard input.
    #[track_caller]
    pub fn ocigraph_with_input(&self, args: &[&str], input: &str) -> CommandResult {
        self.run(&ocigraph_binary(), &[args, &["--verbose"]].concat(), input).hides(&self.secrets)
    }

    /// Runs another client to its end with this standard input.
    pub fn peer(&self, name: &str, args: &[&str], input: &str) -> CommandResult {
        self.run(&tool(name), args, input)
    }

    /// Logs in to a registry with ocigraph.
    #[track_caller]
    pub fn login(&self, host: &str) -> CommandResult {
        self.ocigraph_with_input(&["login", host, "-u", USER, "--password-stdin"], PASSWORD)
    }

    /// Returns the path of docker's configuration.
    pub fn config_path(&self) -> PathBuf {
        self.work.home().join(".docker/config.json")
    }

    /// Returns docker's configuration, or null if the file does not exist.
    ///
    /// # Panics
    /// If it is not JSON.
    pub fn config(&self) -> Value {
        fs::read(self.config_path()).map_or(Value::Null, |text| {
            serde_json::from_slice(&text).expect("docker's configuration is JSON")
        })
    }

    /// Writes docker's configuration.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write_config(&self, config: &Value) {
        let path = self.config_path();
        fs::create_dir_all(path.parent().expect("a file is in a folder"))
            .and_then(|()| fs::write(&path, config.to_string()))
            .expect("writing docker's configuration");
    }

    fn run(&self, program: &Path, args: &[&str], input: &str) -> CommandResult {
        let mut command = self.work.command(program);
        command.args(args).envs(self.environment.iter().map(|(name, value)| (name, value)));
        self.work.run_with_input(&mut command, input.as_bytes())
    }
}

/// Returns user name and password in the encoding of files and headers.
pub(crate) fn encoded(user: &str, password: &str) -> String {
    STANDARD.encode(format!("{user}:{password}"))
}
