//! Scenarios with the command line: converts values to arguments and JSON output to values.

use ocigraph_suite::{CommandResult, Workspace};
use serde_json::{Map, Value, json};

pub(crate) fn run(work: &Workspace, operation: &str, arguments: &Value) -> Result<Value, String> {
    let a = Arguments(arguments);
    let target = || a.text("target");
    let mut args: Vec<String> = match operation {
        "push" => {
            let mut args = vec!["push".to_owned(), target()];
            a.option(&mut args, "artifact_type", "--artifact-type");
            a.option(&mut args, "subject", "--subject");
            a.option(&mut args, "format", "--manifest-format");
            a.option(&mut args, "config", "--config");
            a.pairs(&mut args, "annotations");
            args.extend(a.list("files"));
            args
        }
        "pull" => {
            let mut args = vec!["pull".to_owned(), target()];
            a.option(&mut args, "output", "--output");
            a.option(&mut args, "artifact_type", "--artifact-type");
            a.option(&mut args, "platform", "--platform");
            a.flag(&mut args, "include_subject");
            a.flag(&mut args, "keep_old_files");
            args
        }
        "discover" => {
            let mut args = vec!["discover".to_owned(), target()];
            a.option(&mut args, "artifact_type", "--artifact-type");
            a.option(&mut args, "depth", "--depth");
            a.pairs(&mut args, "annotations");
            args
        }
        "delete" => {
            let mut args = vec!["delete".to_owned(), "--yes".to_owned(), target()];
            a.flag(&mut args, "dry_run");
            a.flag(&mut args, "force");
            args
        }
        "copy" => {
            let mut args = vec!["copy".to_owned(), a.text("source"), a.text("destination")];
            a.flag(&mut args, "recursive");
            a.option(&mut args, "platform", "--platform");
            args
        }
        "resolve" => {
            let mut args = vec!["resolve".to_owned(), target()];
            a.option(&mut args, "platform", "--platform");
            args
        }
        "verify" | "untag" | "tags" | "manifests" => vec![operation.to_owned(), target()],
        "tag" => [vec!["tag".to_owned(), target()], a.list("tags")].concat(),
        "repositories" => vec!["repos".to_owned(), a.text("host")],
        "fetch_manifest" => vec!["manifest".to_owned(), "fetch".to_owned(), target()],
        "push_manifest" => {
            work.write(".manifest", a.text("manifest"));
            vec!["manifest".to_owned(), "push".to_owned(), target(), ".manifest".to_owned()]
        }
        "fetch_blob" => vec!["blob".to_owned(), "fetch".to_owned(), target()],
        "push_blob" => {
            work.write(".blob", a.text("content"));
            vec!["blob".to_owned(), "push".to_owned(), target(), ".blob".to_owned()]
        }
        "digest_files" => [vec!["digest".to_owned()], a.list("files")].concat(),
        other => panic!("unknown operation {other}"),
    };
    let raw = matches!(operation, "fetch_manifest" | "fetch_blob");
    if !raw {
        args.extend(["--format".to_owned(), "json".to_owned()]);
    }
    args.push("--no-progress".to_owned());
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let ran = work.ocigraph(&words);
    // `verify` prints its problems and fails.
    if ran.code != Some(0) && !(operation == "verify" && ran.stdout.starts_with('{')) {
        return Err(code_of(&ran));
    }
    if raw {
        return Ok(json!({ "content": ran.stdout }));
    }
    let value: Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("expected JSON ({e}): {ran}"));
    let value = snake_case(value);
    Ok(match operation {
        "discover" => json!({ "subject": value, "referrers": value["referrers"] }),
        "resolve" => json!({ "descriptor": value }),
        "tags" | "repositories" => value,
        "pull" if value.is_object() => json!([value]),
        "manifests" => value.as_array().into_iter().flatten().map(nested).collect(),
        _ => value,
    })
}

/// Converts the flat format of Azure, which the command line prints for a list.
fn nested(info: &Value) -> Value {
    let mut nested = info.clone();
    nested["descriptor"] = info.clone();
    nested
}

/// Returns the code of `Error: …: message [CODE]`.
fn code_of(ran: &CommandResult) -> String {
    let line = ran.stderr.lines().find(|line| line.starts_with("Error: "));
    let code = line.and_then(|line| line.strip_suffix(']')?.rsplit_once('['));
    match code {
        Some((_, code)) => code.to_owned(),
        // Errors of the argument parser have no code.
        None if ran.stderr.contains("for '<TARGET>'") => "INVALID_REFERENCE".to_owned(),
        None => panic!("expected an error code: {ran}"),
    }
}

struct Arguments<'a>(&'a Value);

impl Arguments<'_> {
    fn text(&self, name: &str) -> String {
        match &self.0[name] {
            Value::String(text) => text.clone(),
            Value::Null => panic!("{} has no {name}", self.0),
            other => other.to_string(),
        }
    }

    fn list(&self, name: &str) -> Vec<String> {
        let items = self.0[name].as_array().into_iter().flatten();
        items.map(|item| item.as_str().unwrap().to_owned()).collect()
    }

    fn option(&self, args: &mut Vec<String>, name: &str, flag: &str) {
        if !self.0[name].is_null() {
            args.extend([flag.to_owned(), self.text(name)]);
        }
    }

    fn flag(&self, args: &mut Vec<String>, name: &str) {
        if self.0[name] == true {
            args.push(format!("--{}", name.replace('_', "-")));
        }
    }

    fn pairs(&self, args: &mut Vec<String>, name: &str) {
        for (key, value) in self.0[name].as_object().into_iter().flatten() {
            args.extend(["-a".to_owned(), format!("{key}={}", value.as_str().unwrap())]);
        }
    }
}

/// Converts the keys of results, but not those of annotations, to snake case.
fn snake_case(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(snake_case).collect(),
        Value::Object(map) => Value::Object(map.into_iter().map(rename).collect::<Map<_, _>>()),
        other => other,
    }
}

fn rename((key, value): (String, Value)) -> (String, Value) {
    if key == "annotations" {
        return (key, value);
    }
    let mut name = String::new();
    for c in key.chars() {
        if c.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    (name, snake_case(value))
}
