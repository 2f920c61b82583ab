//! The `ocigraph` command: it reads arguments, calls the core, and prints; it decides nothing. It is
//! a library so that the packages of other languages bring the same command.

mod args;
mod commands;
mod output;
mod progress;

use std::{ffi::OsString, io::IsTerminal as _, time::Duration};

use clap::{CommandFactory, Parser};
use ocigraph::{Code, Error};
use serde_json::json;
use tokio::{
    runtime::Handle,
    sync::oneshot,
    time::{sleep, timeout},
};

use args::{Cli, Command, Common, Format};

/// Exit codes: wrong usage, and what shells use for Ctrl-C.
const USAGE: u8 = 2;
const INTERRUPTED: u8 = 130;

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
/// process where arguments are wrong or help is asked for, and hears Ctrl-C for the whole process.
pub fn run_command(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = Cli::parse_from(arguments);
    start_logging(&cli.common);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            output::error(&Error::new(Code::Internal, format!("no threads can be started: {e}")));
            return ExitCode::FAILURE.0;
        }
    };
    let result = runtime.block_on(run_until_interrupted(cli));
    runtime.shutdown_background();
    match result {
        Some(Ok(code)) => code.0,
        Some(Err(error)) if error.code() == Code::Cancelled => INTERRUPTED,
        Some(Err(error)) => {
            output::error(&error);
            match error.code() {
                Code::InvalidArgument | Code::InvalidReference => USAGE,
                _ => ExitCode::FAILURE.0,
            }
        }
        None => INTERRUPTED,
    }
}

/// The command's result; nothing when Ctrl-C came first.
async fn run_until_interrupted(cli: Cli) -> Option<Result<ExitCode, Error>> {
    let (stop, stopped) = oneshot::channel::<()>();
    let runtime = Handle::current();
    // On a thread of its own, so that Ctrl-C is heard while the command waits for standard input.
    let mut work = tokio::task::spawn_blocking(move || {
        runtime.block_on(async {
            tokio::select! {
                result = run(cli) => Some(result),
                _ = stopped => None,
            }
        })
    });
    let result = tokio::select! {
        joined = &mut work => joined.unwrap_or_else(|e| {
            Some(Err(Error::new(Code::Internal, format!("the command broke off: {e}"))))
        }),
        _ = tokio::signal::ctrl_c() => {
            drop(stop);
            // At once, unless it waits for standard input: nothing can wake it from that.
            let _ = timeout(GRACE / 10, work).await;
            None
        }
    };
    if !matches!(result, Some(Ok(_))) {
        tidied_up().await;
    }
    result
}

/// What is dropped half-way closes its upload sessions in tasks of their own.
async fn tidied_up() {
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
