//! A folder for one test, in which commands run as a user who has nothing: no configuration, no credentials, no proxy.
//!
//! It relies on the tools of `tests/setup`. It never lets a command see the real home folder or the environment of the
//! person who runs the tests.

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

/// A working folder and an empty home; both are removed when dropped.
#[derive(Debug)]
pub struct Workspace {
    root: TempDir,
}

impl Workspace {
    /// Makes an empty one.
    ///
    /// # Panics
    /// When no temporary folder can be made.
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

    /// The folder in which commands run.
    pub fn dir(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// The home folder of the commands; `DOCKER_CONFIG` is `.docker` in it.
    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// The path of a file in the working folder, whether it exists or not.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir().join(name)
    }

    /// Writes a file in the working folder, with the folders above it.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        let written = fs::create_dir_all(path.parent().expect("a file is in a folder"))
            .and_then(|()| fs::write(&path, content));
        written.unwrap_or_else(|error| panic!("writing {}: {error}", path.display()));
        path
    }

    /// Writes a program that commands find before all others.
    ///
    /// # Panics
    /// When it cannot be written.
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
    /// When it cannot be read.
    pub fn read(&self, name: impl AsRef<Path>) -> Vec<u8> {
        let path = self.path(name);
        fs::read(&path).unwrap_or_else(|error| panic!("reading {}: {error}", path.display()))
    }

    /// Runs `oras` to its end.
    pub fn oras(&self, args: &[&str]) -> Ran {
        self.run(self.command(tool("oras")).args(args))
    }

    /// Runs `crane` to its end.
    pub fn crane(&self, args: &[&str]) -> Ran {
        self.run(self.command(tool("crane")).args(args))
    }

    /// Runs our own command to its end.
    pub fn ocigraph(&self, args: &[&str]) -> Ran {
        self.run(self.command(ocigraph_binary()).args(args))
    }

    /// Runs our own command to its end, with something on its standard input.
    pub fn ocigraph_with_input(&self, args: &[&str], input: &[u8]) -> Ran {
        self.run_with_input(self.command(ocigraph_binary()).args(args), input)
    }

    /// A command that would run here, for a test that must set more than its arguments.
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

    /// The same for a program that is sent signals: each does there what it does by default. A shell's
    /// background job, and `nohup`, start programs with some of them ignored.
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

    /// Runs a command to its end, whatever its result.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn run(&self, command: &mut Command) -> Ran {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap_or_else(|error| panic!("running {command:?}: {error}"));
        let output = output_of(command, child);
        Ran::new(command, output)
    }

    /// Runs a command to its end, whatever its result, with something on its standard input.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn run_with_input(&self, command: &mut Command, input: &[u8]) -> Ran {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            command.spawn().unwrap_or_else(|error| panic!("running {command:?}: {error}"));
        let mut stdin = child.stdin.take().expect("its standard input is a pipe");
        // Written beside the reading: a command that answers before it has read everything would block on its output.
        let output = thread::scope(|scope| {
            scope.spawn(move || {
                // A command may end without reading it all, as it does on wrong usage.
                let _ = stdin.write_all(input);
            });
            output_of(command, child)
        });
        Ran::new(command, output)
    }
}

/// How long a command may take on a busy machine before it counts as one that hangs.
const LIMIT: Duration = Duration::from_secs(300);

/// What a command wrote. One that hangs is killed, which fails its test.
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

/// What a command left behind.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The command and its arguments, for messages.
    pub command: String,
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl Ran {
    fn new(command: &Command, output: Output) -> Self {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        Self {
            command: words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" "),
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Itself, when it wrote none of these texts.
    ///
    /// # Panics
    /// When it did.
    #[track_caller]
    pub fn hides(self, secrets: &[String]) -> Self {
        for secret in secrets {
            let shown = self.stdout.contains(secret) || self.stderr.contains(secret);
            assert!(!shown, "this shows the secret {secret:?}: {self}");
        }
        self
    }

    /// Its standard output, when it succeeded.
    ///
    /// # Panics
    /// When it failed; the message holds all that it wrote.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "this should succeed: {self}");
        self.stdout
    }

    /// Its standard output as JSON, when it succeeded.
    ///
    /// # Panics
    /// When it failed or wrote something else.
    #[track_caller]
    pub fn json(self) -> serde_json::Value {
        assert_eq!(self.code, Some(0), "this should succeed: {self}");
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("this should print JSON ({error}): {self}"))
    }

    /// Its standard error, when it failed with this code.
    ///
    /// # Panics
    /// When it succeeded or failed otherwise.
    #[track_caller]
    pub fn fails_with(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "this should end with {code}: {self}");
        self.stderr
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, code, stdout, stderr } = self;
        write!(
            f,
            "{command}\nexit code: {code:?}\nstandard output:\n{stdout}\nstandard error:\n{stderr}"
        )
    }
}
