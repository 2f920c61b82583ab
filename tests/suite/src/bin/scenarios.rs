//! Runs the scenarios of `tests/scenarios` with the program of one language.
//!
//!     scenarios --name LANGUAGE [--only TEXT] -- PROGRAM ARGUMENTS...
//!     scenarios --name LANGUAGE --ignoring -- PROGRAM ARGUMENTS...
//!
//! `--only` runs the scenarios whose names contain a text. Writes the names of the
//! scenarios that passed to the file LANGUAGE in the folder `OCIGRAPH_SCENARIOS`, for `tests/scenarios/check`.
//!
//! `--ignoring` tests the scenarios instead: it leaves out one option after the other, and fails if every scenario that
//! uses the option still passes.

use std::{
    collections::BTreeMap, env, ffi::OsString, fmt::Write as _, fs, io::Write as _, path::Path,
    process::ExitCode,
};

use ocigraph_suite::scenarios::{Definition, Program, Runner, Scenario, scenarios, strictness};

#[derive(Default)]
struct Options {
    language: String,
    ignoring: bool,
    only: String,
    words: Vec<OsString>,
}

fn main() -> ExitCode {
    match options() {
        Some(options) if options.ignoring => ignore_each(&options),
        Some(options) => run_all(&options),
        None => {
            say("usage: scenarios --name LANGUAGE [--only TEXT] [--ignoring] -- \
                 PROGRAM ARGUMENTS...");
            ExitCode::from(2)
        }
    }
}

fn options() -> Option<Options> {
    let mut arguments = env::args_os().skip(1);
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        match argument.to_str()? {
            "--name" => options.language = arguments.next()?.into_string().ok()?,
            "--only" => options.only = arguments.next()?.into_string().ok()?,
            "--ignoring" => options.ignoring = true,
            "--" => options.words = arguments.by_ref().collect(),
            _ => return None,
        }
    }
    (!options.language.is_empty() && !options.words.is_empty()).then_some(options)
}

fn run_all(options: &Options) -> ExitCode {
    let mut failures = Vec::new();
    let mut passed = String::new();
    let mut runner = Runner::new(&options.language, options.words.clone());
    for scenario in scenarios() {
        if !scenario.name.contains(&options.only) {
            continue;
        }
        for store in scenario.stores() {
            let name = format!("{} on a {store}", scenario.name);
            match runner.run(&scenario, store) {
                Ok(()) => _ = writeln!(passed, "{name}"),
                Err(why) => failures.push(format!("{name}: {why}")),
            }
        }
    }
    if passed.is_empty() && failures.is_empty() {
        failures.push("no scenario was run".to_owned());
    }
    let mut program = Program::start(&options.words, &BTreeMap::new());
    failures.extend(strictness(&Definition::read(), &mut program));
    let language = &options.language;
    if let Some(folder) = env::var_os("OCIGRAPH_SCENARIOS") {
        let written = fs::create_dir_all(&folder)
            .and_then(|()| fs::write(Path::new(&folder).join(language), &passed));
        if let Err(error) = written {
            failures.push(format!("cannot write the list of {language}: {error}"));
        }
    }
    for failure in &failures {
        say(&format!("{failure}\n"));
    }
    let (passed, failed) = (passed.lines().count(), failures.len());
    say(&format!("scenarios of {language}: {passed} passed, {failed} failed"));
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Tests that each option has a scenario that fails if the option is ignored.
fn ignore_each(options: &Options) -> ExitCode {
    let all = scenarios();
    let mut unnoticed = Vec::new();
    for option in Definition::read().options() {
        let mut runner = Runner::new(&options.language, options.words.clone());
        runner.ignore(&option);
        let passes = |scenario: &Scenario| {
            scenario.stores().iter().all(|store| runner.run(scenario, store).is_ok())
        };
        if all.iter().filter(|scenario| scenario.uses(&option)).all(passes) {
            unnoticed.push(option);
        }
    }
    if unnoticed.is_empty() {
        return ExitCode::SUCCESS;
    }
    say(&format!("no scenario fails if an option is ignored: {}", unnoticed.join(", ")));
    ExitCode::FAILURE
}

fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
