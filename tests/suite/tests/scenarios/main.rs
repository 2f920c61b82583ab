//! The scenarios that every language runs: here with the crate, the command line, C, C++ and Go. Python and Node.js start
//! the same driver. See `tests/scenarios/README.md`.

use std::{ffi::OsString, process::Command};

use ocigraph_suite::{
    c_program, go_program,
    scenarios::{Definition, gaps, scenarios},
};

#[test]
fn scenarios_cover_every_operation_and_option() {
    let gaps = gaps(&Definition::read(), &scenarios());
    assert!(gaps.is_empty(), "{}", gaps.join("\n"));
}

#[test]
fn a_scenario_fails_if_an_option_is_ignored() {
    drive(&["--name", "rust", "--ignoring"], env!("CARGO_BIN_EXE_scenario-rust").into());
}

#[test]
fn scenarios_pass_with_the_crate() {
    run("rust", env!("CARGO_BIN_EXE_scenario-rust").into());
}

#[test]
fn scenarios_pass_with_the_command_line() {
    run("command-line", env!("CARGO_BIN_EXE_scenario-command-line").into());
}

#[test]
fn scenarios_pass_with_c() {
    let folder = tempfile::tempdir().unwrap();
    run("c", c_program("tests/c/scenario.c", folder.path()).into());
}

#[test]
fn scenarios_pass_with_cpp() {
    let folder = tempfile::tempdir().unwrap();
    run("cpp", c_program("tests/c/scenario.cpp", folder.path()).into());
}

#[test]
fn scenarios_pass_with_go() {
    let folder = tempfile::tempdir().unwrap();
    run("go", go_program("bindings/go/internal/scenario", folder.path()).into());
}

fn run(language: &str, program: OsString) {
    drive(&["--name", language], program);
}

fn drive(options: &[&str], program: OsString) {
    let mut driver = Command::new(env!("CARGO_BIN_EXE_scenarios"));
    let output = driver.args(options).arg("--").arg(program).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
