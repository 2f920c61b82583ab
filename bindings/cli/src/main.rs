//! The `ocigraph` command. It reads arguments, calls the core, and prints; it decides nothing.

mod args;
mod commands;
mod output;
mod progress;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use ocigraph::{Code, Error};

use args::{Cli, Command};

/// Exit codes: done, failed, wrong usage, and what shells use for Ctrl-C.
const FAILED: u8 = 1;
const USAGE: u8 = 2;
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let cli = Cli::parse();
    start_logging(cli.common.verbose);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            output::error(&Error::new(Code::Internal, format!("no threads can be started: {e}")));
            return ExitCode::from(FAILED);
        }
    };
    let result = runtime.block_on(async {
        tokio::select! {
            result = run(cli) => Some(result),
            _ = tokio::signal::ctrl_c() => None,
        }
    });
    // What was dropped still closes its upload sessions and removes its files.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match result {
        Some(Ok(code)) => code,
        Some(Err(error)) => {
            output::error(&error);
            ExitCode::from(match error.code() {
                Code::InvalidArgument | Code::InvalidReference => USAGE,
                _ => FAILED,
            })
        }
        None => ExitCode::from(INTERRUPTED),
    }
}

async fn run(cli: Cli) -> Result<ExitCode, Error> {
    let common = cli.common;
    match cli.command {
        Command::Push(args) => commands::push::push(&common, args).await,
        Command::Attach(args) => commands::push::attach(&common, args).await,
        Command::Pull(args) => commands::pull::pull(&common, args).await,
        Command::Discover(args) => commands::discover::discover(&common, args).await,
        Command::Delete(args) => commands::delete::delete(&common, args).await,
        Command::Tag(args) => commands::names::tag(&common, args).await,
        Command::Untag(args) => commands::names::untag(&common, args).await,
        Command::Resolve(args) => commands::names::resolve(&common, args).await,
        Command::Tags(args) => commands::names::tags(&common, args).await,
        Command::Manifests(args) => commands::names::manifests(&common, args).await,
        Command::Repos(args) => commands::names::repos(&common, args).await,
        Command::Manifest(command) => commands::raw::manifest(&common, command).await,
        Command::Blob(command) => commands::raw::blob(&common, command).await,
        Command::Digest(args) => commands::raw::digest(args),
        Command::Version => {
            output::line(&format!("ocigraph {}", env!("CARGO_PKG_VERSION")));
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

fn start_logging(verbose: bool) {
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = if verbose { "ocigraph=debug" } else { "ocigraph=warn" };
    fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .without_time()
        .init();
}
