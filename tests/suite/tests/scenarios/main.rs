//! The scenarios that every language runs: here with the crate, the command line, C and Go. See
//! `tests/scenarios/README.md` for their format.

mod command_line;
mod library;
mod program;

use std::{collections::BTreeSet, env, fs, path::Path};

use ocigraph_fixture::{Config, Fixture};
use ocigraph_suite::{Workspace, c_program, go_program};
use serde_json::{Map, Value, json};

/// Every operation of a client. A scenario with another operation fails, and every operation must
/// occur.
const OPERATIONS: [&str; 18] = [
    "push",
    "pull",
    "discover",
    "delete",
    "copy",
    "verify",
    "resolve",
    "tag",
    "untag",
    "tags",
    "manifests",
    "repositories",
    "fetch_manifest",
    "push_manifest",
    "fetch_blob",
    "push_blob",
    "digest_files",
    "check_files",
];

/// Runs one operation. Returns its result in the common format, or the code of its error.
type Runner<'a> = &'a dyn Fn(&Workspace, &str, &Value) -> Result<Value, String>;

struct Scenario {
    name: String,
    body: Value,
}

fn scenarios() -> Vec<Scenario> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        let Some(group) = name.strip_suffix(".json").filter(|group| *group != "schema") else {
            continue;
        };
        let bodies: Map<String, Value> =
            serde_json::from_slice(&fs::read(entry.path()).unwrap()).unwrap();
        for (title, body) in bodies.into_iter().filter(|(key, _)| key != "$schema") {
            all.push(Scenario { name: format!("{group}: {title}"), body });
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

#[test]
fn the_scenarios_cover_every_operation() {
    let all = scenarios();
    assert!(all.len() >= 40, "{} scenarios", all.len());
    let used: BTreeSet<&str> =
        all.iter().flat_map(|s| steps(&s.body)).map(|step| operation(step).0).collect();
    assert_eq!(used, BTreeSet::from(OPERATIONS));
}

#[test]
fn scenarios_pass_with_the_crate() {
    run_all("rust", &library::run);
}

#[test]
fn scenarios_pass_with_the_command_line() {
    run_all("command-line", &command_line::run);
}

#[test]
fn scenarios_pass_with_c() {
    let folder = tempfile::tempdir().unwrap();
    let step = c_program("tests/c/step.c", folder.path());
    run_all("c", &|work, operation, arguments| program::run(&step, work, operation, arguments));
}

#[test]
fn scenarios_pass_with_go() {
    let folder = tempfile::tempdir().unwrap();
    let step = go_program("bindings/go/internal/step", folder.path());
    run_all("go", &|work, operation, arguments| program::run(&step, work, operation, arguments));
}

/// Runs every scenario and writes the names of those that passed for `tests/scenarios/check`.
fn run_all(language: &str, runner: Runner<'_>) {
    let mut failures = Vec::new();
    let mut passed = String::new();
    for scenario in scenarios() {
        for place in ["layout", "registry"] {
            let only = scenario.body["on"].as_str();
            if only.is_some_and(|only| only != place) {
                continue;
            }
            match run(&scenario.body, place, runner) {
                Ok(()) => passed.push_str(&format!("{} on a {place}\n", scenario.name)),
                Err(why) => failures.push(format!("{} on a {place}: {why}", scenario.name)),
            }
        }
    }
    if let Some(folder) = env::var_os("OCIGRAPH_SCENARIOS") {
        fs::create_dir_all(&folder).unwrap();
        fs::write(Path::new(&folder).join(language), passed).unwrap();
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn steps(scenario: &Value) -> &Vec<Value> {
    scenario["steps"].as_array().expect("a scenario has steps")
}

/// Returns the key of a step that names its operation.
fn operation(step: &Value) -> (&str, &Value) {
    let keys = step.as_object().expect("a step is an object").iter();
    let mut named =
        keys.filter(|(key, _)| !matches!(key.as_str(), "expect" | "error" | "save" | "requests"));
    let (name, arguments) = named.next().expect("a step has an operation");
    assert!(named.next().is_none(), "a step has one operation: {step}");
    (name, arguments)
}

fn run(scenario: &Value, place: &str, runner: Runner<'_>) -> Result<(), String> {
    let work = Workspace::new();
    for (name, content) in scenario["files"].as_object().into_iter().flatten() {
        work.write(name, bytes(content));
    }
    let config = match scenario.get("registry") {
        Some(config) => serde_json::from_value(config.clone()).map_err(|e| e.to_string())?,
        None => Config::default(),
    };
    let fixture = Fixture::start(config);
    let dir = work.dir().display().to_string();
    let (here, other) = match place {
        "layout" => (format!("oci:{dir}/layout"), format!("oci:{dir}/other")),
        _ => (format!("{}/app", fixture.host()), format!("{}/other", fixture.host())),
    };
    let mut known = Map::new();
    for (name, value) in
        [("place", here), ("other", other), ("dir", dir), ("host", fixture.host().to_string())]
    {
        known.insert(name.to_owned(), json!(value));
    }
    for (i, step) in steps(scenario).iter().enumerate() {
        let at = |why: String| format!("step {}: {why}", i + 1);
        fixture.clear_requests();
        let (name, arguments) = operation(step);
        if !OPERATIONS.contains(&name) {
            return Err(at(format!("unknown operation {name}")));
        }
        let arguments = with_variables(arguments, &known);
        let result = match name {
            "check_files" => check_files(&work, &arguments),
            _ => runner(&work, name, &arguments),
        };
        let result = match (result, step["error"].as_str()) {
            (Ok(value), None) => value,
            (Err(code), Some(expected)) if code == expected => continue,
            (result, expected) => {
                return Err(at(format!("{name} gave {result:?}, expected {expected:?}")));
            }
        };
        if let Some(expected) = step.get("expect") {
            matches(&with_variables(expected, &known), &result, "result").map_err(at)?;
        }
        if let Some(most) = step["requests"].as_u64().filter(|_| place == "registry") {
            let asked = fixture.requests();
            if asked.len() as u64 > most {
                return Err(at(format!("{} requests, at most {most}: {asked:?}", asked.len())));
            }
        }
        for (name, path) in step["save"].as_object().into_iter().flatten() {
            let path = path.as_str().expect("a path");
            let value =
                result.pointer(path).ok_or_else(|| at(format!("{result} has no {path}")))?;
            known.insert(name.clone(), value.clone());
        }
    }
    Ok(())
}

/// Returns the bytes of a text or of a repeated value.
fn bytes(content: &Value) -> Vec<u8> {
    match content {
        Value::String(text) => text.clone().into_bytes(),
        other => {
            let (size, byte) = (other["size"].as_u64().unwrap(), other["byte"].as_u64().unwrap());
            vec![byte as u8; size as usize]
        }
    }
}

/// Replaces `${name}` in every string by the saved value.
fn with_variables(value: &Value, known: &Map<String, Value>) -> Value {
    match value {
        Value::String(text) => {
            if let Some(name) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'))
                && let Some(value) = known.get(name)
            {
                return value.clone();
            }
            let mut text = text.clone();
            for (name, value) in known {
                if let Some(value) = value.as_str() {
                    text = text.replace(&format!("${{{name}}}"), value);
                }
            }
            Value::String(text)
        }
        Value::Array(items) => items.iter().map(|item| with_variables(item, known)).collect(),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(k, v)| (k.clone(), with_variables(v, known))).collect())
        }
        other => other.clone(),
    }
}

/// Compares a result with the expected one. Objects can have more keys than expected. Lists must
/// have the same length and order, unless the expected list is `{"in_any_order": […]}`. `"*"`
/// matches any value except null.
fn matches(expected: &Value, actual: &Value, path: &str) -> Result<(), String> {
    let differs = || Err(format!("{path} is {actual}, expected {expected}"));
    match (expected, actual) {
        (Value::String(any), actual) if any == "*" && !actual.is_null() => Ok(()),
        (Value::Object(map), Value::Array(items)) if map.contains_key("in_any_order") => {
            let wanted = map["in_any_order"].as_array().expect("a list");
            let mut left: Vec<&Value> = items.iter().collect();
            for entry in wanted {
                let found = left.iter().position(|item| matches(entry, item, path).is_ok());
                match found {
                    Some(i) => drop(left.swap_remove(i)),
                    None => return differs(),
                }
            }
            if left.is_empty() { Ok(()) } else { differs() }
        }
        (Value::Object(wanted), Value::Object(map)) => {
            wanted.iter().try_for_each(|(key, value)| {
                matches(value, map.get(key).unwrap_or(&Value::Null), &format!("{path}.{key}"))
            })
        }
        (Value::Array(wanted), Value::Array(items)) if wanted.len() == items.len() => wanted
            .iter()
            .zip(items)
            .enumerate()
            .try_for_each(|(i, (wanted, item))| matches(wanted, item, &format!("{path}[{i}]"))),
        _ if expected == actual => Ok(()),
        _ => differs(),
    }
}

/// Returns the content of files, or null for a missing file.
fn check_files(work: &Workspace, wanted: &Value) -> Result<Value, String> {
    for (name, content) in wanted.as_object().into_iter().flatten() {
        let there = fs::read(work.path(name)).ok();
        let expected = (!content.is_null()).then(|| bytes(content));
        if there != expected {
            let there = there.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            panic!("{name} is {there:?}, expected {content}");
        }
    }
    Ok(Value::Null)
}
