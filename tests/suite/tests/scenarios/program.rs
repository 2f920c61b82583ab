//! Scenarios with a program of another language that runs one step. `tests/c/step.c` describes its
//! arguments.

use std::path::Path;

use ocigraph_suite::Workspace;
use serde_json::{Value, json};

pub(crate) fn run(
    program: &Path,
    work: &Workspace,
    operation: &str,
    arguments: &Value,
) -> Result<Value, String> {
    let mut command = work.command(program);
    command.arg(operation).args(words(arguments));
    let ran = work.run(&mut command);
    match ran.code {
        Some(0) => {}
        Some(3) => return Err(ran.stdout),
        _ => panic!("expected exit code 0 or 3: {ran}"),
    }
    if matches!(operation, "fetch_manifest" | "fetch_blob") {
        return Ok(json!({ "content": ran.stdout }));
    }
    let mut value: Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("expected JSON ({e}): {ran}"));
    match operation {
        "discover" => return Ok(json!({ "subject": value, "referrers": value["referrers"] })),
        // The result of such a call is its input.
        "tag" => value["tags"] = arguments["tags"].clone(),
        "untag" => {
            let target = arguments["target"].as_str().unwrap_or_default();
            let tags = target.rsplit_once(':').map_or("", |(_, tags)| tags);
            value["untagged"] = tags.split(',').collect();
        }
        _ => {}
    }
    Ok(value)
}

/// Returns `key=value`, once for each entry of a list, and `key.name=value` for each entry of a
/// map.
fn words(arguments: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut words = Vec::new();
    for (key, value) in arguments.as_object().into_iter().flatten() {
        match value {
            Value::Array(items) => {
                words.extend(items.iter().map(|item| format!("{key}={}", text(item))));
            }
            Value::Object(map) if key == "annotations" => {
                words.extend(map.iter().map(|(name, v)| format!("{key}.{name}={}", text(v))));
            }
            value => words.push(format!("{key}={}", text(value))),
        }
    }
    words
}
