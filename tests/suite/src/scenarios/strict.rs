//! The test that a program consumes its arguments strictly: an unknown one must be answered as unsupported.

use serde_json::{Value, json};

use super::{Definition, Program, program::Answer};
use crate::Workspace;

const UNKNOWN: &str = "no_such_option";

/// Sends an unknown option to each operation and to the client. Returns what was not answered as unsupported.
pub fn strictness(definition: &Definition, program: &mut Program) -> Vec<String> {
    let work = Workspace::new();
    let mut failures = Vec::new();
    let mut demand = |what: String, operation: &str, client: Value, arguments: Value| {
        let request = json!({
            "directory": work.dir(), "client": client, "operation": operation, "arguments": arguments,
        });
        match program.ask(request) {
            Ok(Answer::Unsupported(_)) => {}
            Ok(answer) => failures.push(format!("{what} was answered by {answer:?}")),
            Err(why) => failures.push(format!("{what}: {why}")),
        }
    };
    for (operation, required) in &definition.required {
        let mut arguments = json!({});
        for name in required {
            arguments[name] = plausible(name, &work);
        }
        let mut with = |name: &str, value: Value| {
            let mut changed = arguments.clone();
            changed[name] = value;
            demand(format!("{operation} with {name}"), operation, json!({}), changed);
        };
        with(UNKNOWN, json!(true));
        with(UNKNOWN, json!({}));
        if operation == "push" {
            with("files", json!([{ "path": "a.txt", UNKNOWN: "x" }]));
            with("config", json!({ "path": "a.txt", UNKNOWN: "x" }));
        }
        if operation == "copy" || operation == "sync" {
            with("destination_client", json!({ UNKNOWN: true }));
            with("destination_client", json!({ "credentials": { UNKNOWN: "x" } }));
        }
        if operation == "login" {
            with("credential", json!({ UNKNOWN: "x" }));
        }
        if operation == "pull" {
            with("unpack_limits", json!({ UNKNOWN: 1 }));
        }
    }
    let tags = json!({ "reference": plausible("reference", &work) });
    for client in [
        json!({ UNKNOWN: true }),
        json!({ "limits": { UNKNOWN: 1 } }),
        json!({ "credentials": { UNKNOWN: "x" } }),
    ] {
        demand(format!("a client with {client}"), "tags", client, tags.clone());
    }
    demand("an unknown operation".to_owned(), "no_such_operation", json!({}), tags);
    failures
}

/// Returns a valid value for an argument. No operation reaches the network with it.
fn plausible(name: &str, work: &Workspace) -> Value {
    match name {
        "host" => json!("127.0.0.1:1"),
        "tags" | "manifests" => json!(["v1"]),
        "requirements" => json!(["signature"]),
        "targets" | "sources" => json!([format!("oci:{}/layout:v1", work.dir().display())]),
        "references" => json!([format!("oci:{}/layout:v1", work.dir().display())]),
        "inputs" => json!([work.dir().join("layout")]),
        "output" => json!(work.dir().join("output.tar")),
        "files" => json!([]),
        "content" => json!(r#"{"schemaVersion":2,"manifests":[]}"#),
        "media_type" => json!("text/plain"),
        "credential" => json!({ "username": "ada", "password": "open sesame" }),
        _ => json!(format!("oci:{}/layout:v1", work.dir().display())),
    }
}
