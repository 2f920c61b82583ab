//! Holds the flags of the command to the operations and options of the core.
//!
//! `flags.json` has the command of each operation and the flag of each option. `tools/bindgen` writes
//! it from the source of the core and from `command-line.toml`, which has the one list of options
//! without a flag, each with its reason.

use clap::{Command, CommandFactory};
use serde_json::{Map, Value};

use crate::args::Cli;

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("flags.json has objects")
}

/// Returns what the command lacks, and flags of options that the table lists as options without one.
fn differences(operation: &str, command: &Command, options: &Value) -> Vec<String> {
    let has_flag = |flag: &str| {
        command.get_arguments().any(|argument| {
            argument.get_long_and_visible_aliases().is_some_and(|names| names.contains(&flag))
        })
    };
    let has_positional = |name: &str| {
        command.get_positionals().any(|argument| {
            argument.get_value_names().is_some_and(|names| names.iter().any(|n| n.as_str() == name))
        })
    };
    let mut differences = Vec::new();
    for (option, flag) in object(options) {
        match flag.as_str() {
            Some(flag) => {
                let found = match flag.strip_prefix("--") {
                    Some(flag) => has_flag(flag),
                    None => has_positional(flag),
                };
                if !found {
                    differences.push(format!("{operation}: no {flag} for the option {option}"));
                }
            }
            None => {
                let flag = option.replace('_', "-");
                if has_flag(&flag) {
                    differences.push(format!("{operation}: --{flag} exists: correct the table"));
                }
            }
        }
    }
    differences
}

#[test]
fn every_option_of_the_operations_and_of_the_client_has_its_flag() {
    let table: Value = serde_json::from_str(include_str!("../flags.json")).expect("valid JSON");
    let mut root = Cli::command();
    root.build();
    let mut found = differences("client", &root, &table["client"]);
    for (operation, parts) in object(&table["operations"]) {
        let path = parts["command"].as_str().expect("a command");
        let command = path.split(' ').fold(&root, |command, name| {
            let command = command.find_subcommand(name);
            command.unwrap_or_else(|| panic!("{operation}: no command {path}"))
        });
        found.extend(differences(operation, command, &parts["options"]));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_argument_has_a_help_text() {
    fn check(command: &Command) {
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.len() > 4, "{}: {}", command.get_name(), argument.get_id());
        }
        command.get_subcommands().for_each(check);
    }
    let mut root = Cli::command();
    root.build();
    check(&root);
}
