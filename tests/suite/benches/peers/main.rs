//! Compares the command with `oras`, `regctl`, `crane`, `cosign` and `openssl`: the same work on the
//! same machine, alternately in one run.
//!
//! Prints a Markdown table with the ratios, the peak memory, and the goals of each row.
//! `ROWS=push,regctl` runs only the rows whose names or peers contain one of these words. `RUNS=5`
//! sets the number of runs of each program; rows whose peer takes a minute or more have one run.

// The output of a benchmark is its result.
#![allow(clippy::print_stdout)]

mod bench;
mod digests;
mod files;
mod graphs;
mod http;
mod large;
mod scale;
mod serve;
mod small;

use std::{path::Path, process::Command, time::Duration};

use ocigraph_suite::{Proxy, ocigraph_binary, tool};

use bench::{Bench, OPENSSL};

/// The round trip of the rows with a proxy.
const ROUND_TRIP: Duration = Duration::from_millis(20);

fn main() {
    let mut bench = Bench::new();
    print_versions();
    bench.print_heading();
    graphs::discover(&mut bench);
    graphs::discover_attached(&mut bench);
    graphs::discover_many(&mut bench);
    graphs::copy(&mut bench);
    scale::sweep(&mut bench);
    scale::sync(&mut bench);
    small::push_and_pull(&mut bench);
    large::loopback(&mut bench);
    large::over_tls(&mut bench);
    large::limited_rate(&mut bench);
    digests::digests(&mut bench);
    serve::serve(&mut bench);
    println!("\nRows that did not reach their goals: {}.", bench.missed());
}

fn print_versions() {
    let peers = ["oras", "regctl", "crane", "cosign"].map(|name| (name, tool(name)));
    let peers = peers.iter().map(|(name, program)| format!("{name} {}", version(program)));
    let peers: Vec<String> = peers.collect();
    println!(
        "ocigraph {} compared with {} and openssl {}.\n",
        version(&ocigraph_binary()),
        peers.join(", "),
        version(Path::new(OPENSSL))
    );
}

/// Returns the first word with the form of a version. Each program prints its version in another way.
fn version(program: &Path) -> String {
    let output = Command::new(program).arg("version").output();
    let output = output.unwrap_or_else(|error| panic!("running {}: {error}", program.display()));
    let text = String::from_utf8_lossy(&output.stdout);
    let is_version = |word: &&str| {
        word.contains('.') && word.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit())
    };
    text.split_whitespace().find(is_version).unwrap_or("of unknown version").to_owned()
}

fn behind(proxy: &Proxy, name: &str) -> String {
    format!("{}/{name}", proxy.host())
}
