//! The `ocigraph` command: it reads arguments, calls the core, and prints; it decides nothing. It is
//! a library so that the packages of other languages bring the same command.

mod args;
mod commands;
mod output;
mod progress;
mod signals;

use std::{ffi::OsString, io::IsTerminal as _, time::Duration};

use clap::{CommandFactory, Parser};
use ocigraph::{Cleanup, Code, Error};
use serde_json::json;
use tokio::{
    runtime::Handle,
    sync::oneshot,
    task::JoinHandle,
    time::{sleep, timeout},
};

use args::{Cli, Command, Common, Format};
use signals::{INTERRUPTED, Signals};

/// The exit code of wrong usage.
const USAGE: u8 = 2;

/// How long what was broken off may take to tidy up behind itself.
const GRACE: Duration = Duration::from_secs(2);

/// How the command ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExitCode(u8);

impl ExitCode {
    pub(crate) const SUCCESS: Self = Self(0);
    pub(crate) const FAILURE: Self = Self(1);
}

/// Runs the command with these arguments, the first being its own name; gives its exit code. Ends the
/// process where arguments are wrong or help is asked for, and hears the signals that end it for the whole
/// process.
pub fn run_command(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = Cli::parse_from(arguments);
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

/// The command's result, or the exit code of the signal that came first.
async fn run_until_interrupted(cli: Cli) -> Result<Result<ExitCode, Error>, u8> {
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(e) => {
            let what = format!("the signals that end the command cannot be heard: {e}");
            return Ok(Err(Error::new(Code::Internal, what)));
        }
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let runtime = Handle::current();
    let file_work = Cleanup::default();
    let watched = file_work.scope(run(cli));
    // On a thread of its own, so that Ctrl-C is heard while the command waits for standard input.
    let mut work = tokio::task::spawn_blocking(move || {
        runtime.block_on(async {
            tokio::select! {
                result = watched => Some(result),
                _ = stopped => None,
            }
        })
    });
    let result = tokio::select! {
        joined = &mut work => match joined {
            Ok(Some(result)) => Ok(result),
            Ok(None) => Err(INTERRUPTED),
            Err(e) => Ok(Err(Error::new(Code::Internal, format!("the command broke off: {e}")))),
        },
        code = signals.next() => {
            drop(stop);
            Err(code)
        }
    };
    if matches!(result, Ok(Ok(_))) {
        return result;
    }
    tokio::select! {
        () = tidied_up(work, file_work) => {}
        // Who sends a second does not want to wait for that.
        _ = signals.next() => {}
    }
    result
}

/// What is dropped half-way removes its files, and closes its upload sessions in tasks of their own.
async fn tidied_up<T>(work: JoinHandle<T>, file_work: Cleanup) {
    if !work.is_finished() {
        // At once, unless it waits for standard input: nothing can wake it from that.
        let _ = timeout(GRACE / 10, work).await;
    }
    file_work.wait(GRACE).await;
    let metrics = Handle::current().metrics();
    let _ = timeout(GRACE, async {
        while metrics.num_alive_tasks() > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

async fn run(cli: Cli) -> Result<ExitCode, Error> {
    let common = cli.common;
    match cli.command {
        Command::Push(args) => commands::push::push(&common, args).await,
        Command::Attach(args) => commands::push::attach(&common, args).await,
        Command::Pull(args) => commands::pull::pull(&common, args).await,
        Command::Discover(args) => commands::discover::discover(&common, args).await,
        Command::Delete(args) => commands::delete::delete(&common, args).await,
        Command::Copy(args) => commands::copy::copy(&common, args).await,
        Command::Verify(args) => commands::verify::verify(&common, args).await,
        Command::Tag(args) => commands::names::tag(&common, args).await,
        Command::Untag(args) => commands::names::untag(&common, args).await,
        Command::Resolve(args) => commands::names::resolve(&common, args).await,
        Command::Tags(args) => commands::listings::tags(&common, args).await,
        Command::Manifests(args) => commands::listings::manifests(&common, args).await,
        Command::Repos(args) => commands::listings::repos(&common, args).await,
        Command::Manifest(command) => commands::manifest::manifest(&common, command).await,
        Command::Blob(command) => commands::blob::blob(&common, command).await,
        Command::Login(args) => commands::login::login(&common, args).await,
        Command::Logout(args) => commands::login::logout(&common, args).await,
        Command::Digest(args) => commands::digest::digest(args),
        Command::Version(format) => {
            let version = env!("CARGO_PKG_VERSION");
            match format.format {
                Format::Text => output::line(&format!("ocigraph {version}")),
                Format::Json => output::json(&json!({ "version": version })),
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Completion { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "ocigraph", &mut script);
            output::bytes(&script);
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn start_logging(common: &Common) {
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = match (common.verbose, common.quiet) {
        (_, true) => "off",
        (true, false) => "ocigraph=debug",
        (false, false) => "ocigraph=warn",
    };
    fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .without_time()
        .init();
}
