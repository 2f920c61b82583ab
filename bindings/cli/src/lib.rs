//! The `ocigraph` command. It parses arguments, calls the core and prints results; all behaviour is
//! in the core. It is a library so that the Python and npm packages contain the same command.

mod args;
mod commands;
#[cfg(test)]
mod flags;
mod format;
mod oras_defaults;
mod output;
mod progress;
mod rows;
mod shapes;
mod sides;
mod signals;
mod target;
mod usage;

use std::{ffi::OsString, io::IsTerminal as _, path::Path, time::Duration};

use clap::{CommandFactory, Parser};
use futures::FutureExt as _;
use ocigraph::{Code, Error};
use ocigraph_runtime::{CANCELLED, Task};
use serde_json::json;
use tokio::{runtime::Handle, task::JoinError, time::timeout};
use tokio_util::sync::CancellationToken;

use args::{Cli, Command, Common};
use commands::list::RepoCommand;
use signals::{INTERRUPTED, Signals};
use usage::Usage;

/// The exit code for wrong usage.
const USAGE: u8 = 2;

/// Maximum time for which an interrupted command waits for a thread that may be reading standard input.
const INPUT_TIMEOUT: Duration = Duration::from_millis(200);

/// The exit code of the command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExitCode(u8);

impl ExitCode {
    pub(crate) const SUCCESS: Self = Self(0);
    pub(crate) const FAILURE: Self = Self(1);
    /// A check could not find out whether something is attached.
    pub(crate) const UNKNOWN: Self = Self(3);
}

/// Runs the command and returns its exit code. The first argument is the name of the program.
///
/// Under the name `oras`, a push uses ORAS's defaults for what the command line does not say: the media
/// type of files, and the annotation with the time.
///
/// Exits the process if the arguments are invalid or ask for help. Installs handlers for SIGINT,
/// SIGTERM and SIGHUP for the whole process.
pub fn run_command(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let program = arguments.first().map(Path::new).and_then(Path::file_stem);
    let as_oras = program.is_some_and(|name| name == "oras");
    let mut cli = Cli::parse_from(arguments);
    cli.common.as_oras = as_oras;
    start_logging(&cli.common);
    let runtime = match ocigraph_runtime::build("ocigraph", 0, || {}) {
        Ok(runtime) => runtime,
        Err(error) => {
            output::error(&error);
            return ExitCode::FAILURE.0;
        }
    };
    let result = runtime.block_on(run_until_interrupted(cli));
    runtime.shutdown_background();
    match result {
        Ok(Ok(code)) => code.0,
        Ok(Err(error)) if error.code() == Code::Cancelled => INTERRUPTED,
        Ok(Err(error)) => {
            output::error(&error);
            match error.code() {
                Code::InvalidArgument | Code::InvalidReference => USAGE,
                _ => ExitCode::FAILURE.0,
            }
        }
        Err(code) => code,
    }
}

/// Returns the result of the command, or the exit code of a signal that came before it.
async fn run_until_interrupted(cli: Cli) -> Result<Result<ExitCode, Error>, u8> {
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(e) => {
            let message = format!("cannot install signal handlers: {e}");
            return Ok(Err(Error::new(Code::Internal, message)));
        }
    };
    let interrupted = CancellationToken::new();
    let task = Task::default().cancelled_by(interrupted.clone(), CANCELLED);
    let (runtime, running) = (Handle::current(), task.clone());
    let is_server = matches!(cli.command, Command::Serve(_));
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    // A separate thread, because reading standard input blocks it and signals must still be handled.
    let mut work = tokio::task::spawn_blocking(move || {
        runtime.block_on(running.run_until_cancelled(run(cli, stopped)))
    });
    let code = tokio::select! {
        result = &mut work => {
            let result = ended(result);
            tokio::select! {
                () = task.clean_up() => {}
                _ = signals.next() => {}
            }
            return Ok(result);
        }
        code = signals.next() => code,
    };
    if is_server {
        // It ends by itself: requests in progress get time to end. A second signal ends it at once.
        stop.cancel();
        tokio::select! {
            result = &mut work => return Ok(ended(result)),
            _ = signals.next() => {}
        }
    }
    interrupted.cancel();
    let cleaned_up = async {
        // A read from standard input cannot be interrupted, so do not wait for it.
        let _ = timeout(INPUT_TIMEOUT, work).await;
        task.clean_up().await;
    };
    tokio::select! {
        () = cleaned_up => {}
        // A second signal ends the command without further clean-up.
        _ = signals.next() => {}
    }
    Err(code)
}

fn ended<T>(result: Result<Result<T, Error>, JoinError>) -> Result<T, Error> {
    let failed = |e| Error::new(Code::Internal, format!("the command failed: {e}"));
    result.map_err(failed).and_then(|result| result)
}

/// `stop` ends a server.
async fn run(cli: Cli, stop: CancellationToken) -> Result<ExitCode, Error> {
    let common = cli.common;
    Usage::of(&cli.command)?.check(&common)?;
    // On the heap: together, the futures of all commands would fill the stack of a debug build.
    let command = match cli.command {
        Command::Push(args) => commands::push::push(&common, args).boxed(),
        Command::Attach(args) => commands::push::attach(&common, args).boxed(),
        Command::Pull(args) => commands::pull::pull(&common, args).boxed(),
        Command::Discover(args) => commands::discover::discover(&common, args).boxed(),
        Command::Delete(args) => commands::delete::delete(&common, args).boxed(),
        Command::Prune(args) => commands::prune::prune(&common, *args).boxed(),
        Command::Copy(args) => commands::copy::copy(&common, *args).boxed(),
        Command::Backup(args) => commands::archive::backup(&common, args).boxed(),
        Command::Restore(args) => commands::archive::restore(&common, args).boxed(),
        Command::Migrate(args) => commands::migrate::migrate(&common, args).boxed(),
        Command::Verify(args) => commands::verify::verify(&common, args).boxed(),
        Command::Check(args) => commands::check::check(&common, args).boxed(),
        Command::Sweep(args) => commands::sweep::sweep(&common, *args).boxed(),
        Command::Sync(args) => commands::sync::sync(&common, *args).boxed(),
        Command::Serve(args) => commands::serve::serve(&common, args, stop).boxed(),
        Command::Tag(args) => commands::tag::tag(&common, args).boxed(),
        Command::Untag(args) => commands::tag::untag(&common, args).boxed(),
        Command::Resolve(args) => commands::tag::resolve(&common, args).boxed(),
        Command::Tags(args) | Command::Repo(RepoCommand::Tags(args)) => {
            commands::list::tags(&common, args).boxed()
        }
        Command::Manifests(args) => commands::list::manifests(&common, args).boxed(),
        Command::Repos(args) | Command::Repo(RepoCommand::Ls(args)) => {
            commands::list::repos(&common, args).boxed()
        }
        Command::Manifest(command) => commands::manifest::manifest(&common, command).boxed(),
        Command::Blob(command) => commands::blob::blob(&common, command).boxed(),
        Command::Login(args) => commands::login::login(&common, args).boxed(),
        Command::Logout(args) => commands::login::logout(&common, args).boxed(),
        Command::Digest(args) => commands::digest::digest(&common, args).boxed(),
        Command::Version(format) => {
            let version = env!("CARGO_PKG_VERSION");
            // Set for the packages of a release.
            let commit = option_env!("OCIGRAPH_COMMIT").filter(|commit| !commit.is_empty());
            let text = || match (common.as_oras, commit) {
                (true, _) => output::line(&format!("Version:    {version} (ocigraph)")),
                (false, Some(commit)) => output::line(&format!("ocigraph {version} ({commit})")),
                (false, None) => output::line(&format!("ocigraph {version}")),
            };
            let json = || match commit {
                Some(commit) => json!({ "version": version, "commit": commit }),
                None => json!({ "version": version }),
            };
            format.open()?.print(json, text)?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Man { output } => {
            commands::man::write(&output)?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Completion { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "ocigraph", &mut script);
            output::bytes(&script);
            return Ok(ExitCode::SUCCESS);
        }
    };
    command.await
}

fn start_logging(common: &Common) {
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = match common {
        Common { quiet: true, .. } => "off",
        Common { debug: true, .. } => "ocigraph=trace",
        Common { verbose: true, .. } => "ocigraph=debug",
        _ => "ocigraph=warn",
    };
    // A process that runs several commands, as a Python program can, keeps the first choice.
    let _ = fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .without_time()
        .try_init();
}
