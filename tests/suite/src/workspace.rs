//! A folder for one test, in which commands run without configuration, credentials and proxy.
//!
//! It needs the tools of `tests/setup`. Commands never see the real home folder or the environment of the user.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::tools::{ocigraph_binary, tool};

/// A working folder and an empty home folder. Both are removed when dropped.
#[derive(Debug)]
pub struct Workspace {
    root: TempDir,
}

impl Workspace {
    /// Creates an empty workspace.
    ///
    /// # Panics
    /// If no temporary folder can be created.
    #[expect(
        clippy::new_without_default,
        reason = "it creates folders, which a default value should not"
    )]
    pub fn new() -> Self {
        let root = tempfile::tempdir().expect("creating a workspace");
        for folder in ["home", "work", "bin"] {
            fs::create_dir(root.path().join(folder)).expect("creating a workspace");
        }
        Self { root }
    }

    /// Returns the folder in which commands run.
    pub fn dir(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// Returns the home folder of the commands. `DOCKER_CONFIG` is its subfolder `.docker`.
    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// Returns the path of a file in the working folder. The file does not have to exist.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir().join(name)
    }

    /// Writes a file in the working folder and creates its parent folders.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        let written = fs::create_dir_all(path.parent().expect("a file is in a folder"))
            .and_then(|()| fs::write(&path, content));
        written.unwrap_or_else(|error| panic!("writing {}: {error}", path.display()));
        path
    }

    /// Writes a program to the first folder of the search path.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write_program(&self, name: &str, script: &str) -> PathBuf {
        let path = self.root.path().join("bin").join(name);
        let program = fs::write(&path, script)
            .and_then(|()| fs::set_permissions(&path, Permissions::from_mode(0o755)));
        program.unwrap_or_else(|error| panic!("writing {}: {error}", path.display()));
        path
    }

    /// Reads a file in the working folder.
    ///
    /// # Panics
    /// If it cannot be read.
    pub fn read(&self, name: impl AsRef<Path>) -> Vec<u8> {
        let path = self.path(name);
        fs::read(&path).unwrap_or_else(|error| panic!("reading {}: {error}", path.display()))
    }

    /// Runs `oras` to its end.
    pub fn oras(&self, args: &[&str]) -> CommandResult {
        self.run(self.command(tool("oras")).args(args))
    }

    /// Runs `crane` to its end.
    pub fn crane(&self, args: &[&str]) -> CommandResult {
        self.run(self.command(tool("crane")).args(args))
    }

    /// Runs ocigraph to its end.
    pub fn ocigraph(&self, args: &[&str]) -> CommandResult {
        self.run(self.command(ocigraph_binary()).args(args))
    }

    /// Runs ocigraph to its end with this standard input.
    pub fn ocigraph_with_input(&self, args: &[&str], input: &[u8]) -> CommandResult {
        self.run_with_input(self.command(ocigraph_binary()).args(args), input)
    }

    /// Returns a command for this workspace, for a test that must set more than its arguments.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.dir())
            .env_clear()
            .env("PATH", self.search_path())
            .env("HOME", self.home())
            .env("DOCKER_CONFIG", self.home().join(".docker"))
            .env("TMPDIR", std::env::temp_dir())
            .stdin(Stdio::null());
        command
    }

    /// Returns a command with the default action for all signals. `nohup` and the background jobs of a shell ignore some
    /// signals, and a test that they start would pass this on.
    pub fn command_for_signals(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = self.command("env");
        command.arg("--default-signal=HUP,INT,QUIT,PIPE,TERM,CHLD").arg(program);
        command
    }

    fn search_path(&self) -> OsString {
        let others = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.root.path().join("bin"));
        std::env::join_paths(folders.chain(std::env::split_paths(&others)))
            .expect("a temporary folder has no colon in its name")
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn run(&self, command: &mut Command) -> CommandResult {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap_or_else(|error| panic!("running {command:?}: {error}"));
        let output = output_of(command, child);
        CommandResult::new(command, output)
    }

    /// Runs a command to its end with this standard input.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn run_with_input(&self, command: &mut Command, input: &[u8]) -> CommandResult {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            command.spawn().unwrap_or_else(|error| panic!("running {command:?}: {error}"));
        let mut stdin = child.stdin.take().expect("its standard input is a pipe");
        // A separate thread, because a command that writes before it has read everything would block on its output.
        let output = thread::scope(|scope| {
            scope.spawn(move || {
                // A command can end before it reads all input, for example after wrong usage.
                let _ = stdin.write_all(input);
            });
            output_of(command, child)
        });
        CommandResult::new(command, output)
    }
}

/// Maximum time for a command on a busy machine.
const LIMIT: Duration = Duration::from_secs(300);

/// Returns the output of a command. Kills a command that hangs, so that its test fails.
fn output_of(command: &Command, child: Child) -> Output {
    let process = child.id().to_string();
    let (ended, watched) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if watched.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
                let _ = Command::new("kill").args(["-KILL", &process]).status();
            }
        });
        let output = child.wait_with_output();
        drop(ended);
        output.unwrap_or_else(|error| panic!("waiting for {command:?}: {error}"))
    })
}

/// The exit code and the output of a command.
#[derive(Clone, Debug)]
pub struct CommandResult {
    /// The command and its arguments, for messages.
    pub command: String,
    /// Exit code; `None` if a signal ended the command.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl CommandResult {
    fn new(command: &Command, output: Output) -> Self {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        Self {
            command: words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" "),
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Returns the result unchanged.
    ///
    /// # Panics
    /// If the command printed one of these texts.
    #[track_caller]
    pub fn hides(self, secrets: &[String]) -> Self {
        for secret in secrets {
            let shown = self.stdout.contains(secret) || self.stderr.contains(secret);
            assert!(!shown, "the output contains the secret {secret:?}: {self}");
        }
        self
    }

    /// Returns the standard output.
    ///
    /// # Panics
    /// If the command failed. The message contains its output.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "expected exit code 0: {self}");
        self.stdout
    }

    /// Returns the standard output as JSON.
    ///
    /// # Panics
    /// If the command failed or did not print JSON.
    #[track_caller]
    pub fn json(self) -> serde_json::Value {
        assert_eq!(self.code, Some(0), "expected exit code 0: {self}");
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("expected JSON ({error}): {self}"))
    }

    /// Returns the standard error.
    ///
    /// # Panics
    /// If the exit code is not `code`.
    #[track_caller]
    pub fn fails_with(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "expected exit code {code}: {self}");
        self.stderr
    }
}

impl fmt::Display for CommandResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, code, stdout, stderr } = self;
        write!(
            f,
            "{command}\nexit code: {code:?}\nstandard output:\n{stdout}\nstandard error:\n{stderr}"
        )
    }
}
