//! Passes NULL for every parameter of every function, with a program generated from the header.
//!
//! A function that returns a status receives NULL for one required parameter at a time and valid values
//! for all others. It must return INVALID_ARGUMENT, name the parameter in `error`, and store NULL in
//! `out`. All other functions receive only NULL and zero, and must return the empty value.

use std::{fmt::Write as _, fs};

use crate::{committed, compile, root, run};

struct Function {
    returns: String,
    name: String,
    parameters: Vec<String>,
}

/// Returns the functions that the header declares, without its helpers.
fn functions() -> Vec<Function> {
    let header = committed();
    let from = header.find("extern \"C\" {").unwrap();
    let to = header.find("}  // extern \"C\"").unwrap();
    let code: Vec<&str> =
        header[from..to].lines().filter(|line| !line.starts_with("//")).skip(2).collect();
    let code = code.join(" ");
    let mut functions = Vec::new();
    for declaration in code.split(';').filter(|d| d.contains('(')) {
        let (head, parameters) = declaration.trim_end_matches(')').split_once('(').unwrap();
        let at = head.rfind(['*', ' ']).unwrap() + 1;
        let parameters = parameters.split(',').map(|p| p.split_whitespace().collect::<Vec<_>>());
        functions.push(Function {
            returns: head[..at].trim().to_owned(),
            name: head[at..].to_owned(),
            parameters: parameters.map(|p| p.join(" ")).filter(|p| p != "void").collect(),
        });
    }
    functions
}

/// Returns the empty value for a parameter.
fn empty(parameter: &str) -> &str {
    let kind = parameter.split(' ').next().unwrap();
    match kind {
        _ if parameter.ends_with("**out") => "(void *)&out",
        _ if parameter.ends_with("**error") => "&error",
        "ocigraph_str" => "(ocigraph_str){NULL, 0}",
        "ocigraph_bytes" => "(ocigraph_bytes){NULL, 0}",
        "bool" => "false",
        _ if parameter.contains('*') || kind.ends_with("_fn") => "NULL",
        _ => "0",
    }
}

/// Returns a valid value for a parameter.
fn good(parameter: &str) -> String {
    let (kind, name) = parameter.trim_start_matches("const ").split_once(' ').unwrap();
    match (kind, name) {
        (_, "**out" | "**error") => empty(parameter).to_owned(),
        (
            _,
            "*tags" | "*requirements" | "*manifests" | "*paths" | "*inputs" | "*targets"
            | "*sources",
        ) => "&good_text".to_owned(),
        (_, "*references") => "&good_text_of_reference".to_owned(),
        ("ocigraph_str", "reference" | "source" | "destination" | "subject" | "text") => {
            "OCIGRAPH_STR(\"oci:here:v1\")".to_owned()
        }
        ("ocigraph_str", "host") => "OCIGRAPH_STR(\"127.0.0.1:1\")".to_owned(),
        ("ocigraph_str", "platform" | "artifact_platform") => {
            "OCIGRAPH_STR(\"linux/amd64\")".to_owned()
        }
        ("ocigraph_str", "digest") => format!("OCIGRAPH_STR(\"sha256:{}\")", "0".repeat(64)),
        ("ocigraph_str", "media_type" | "artifact_type") => "OCIGRAPH_STR(\"a/b\")".to_owned(),
        ("ocigraph_str", _) => "OCIGRAPH_STR(\"x\")".to_owned(),
        ("ocigraph_bytes", _) => "bytes_of(\"x\")".to_owned(),
        ("bool", _) => "false".to_owned(),
        ("void", _) => "NULL".to_owned(),
        (kind, _) if kind.ends_with("_fn") => format!("({kind})some_function"),
        (kind, name) if name.starts_with('*') => format!("good_{kind}"),
        _ => "1".to_owned(),
    }
}

/// Returns the invalid NULL value for a required parameter, or `None` if NULL is permitted.
fn null(function: &Function, parameter: &str) -> Option<&'static str> {
    let (kind, name) = parameter.trim_start_matches("const ").split_once(' ').unwrap();
    // A setter requires options; an operation accepts NULL for the defaults.
    let defaults = parameter.starts_with("const ") && kind.ends_with("_options");
    match (kind, name) {
        (
            _,
            "**out" | "*tags" | "*requirements" | "*manifests" | "*paths" | "*references"
            | "*inputs" | "*targets" | "*sources",
        ) => Some("NULL"),
        (_, "**error" | "*user_data") => None,
        ("ocigraph_cancel" | "ocigraph_runtime" | "ocigraph_progress_fn", _) => None,
        // NULL unsets the option.
        ("ocigraph_client", "*destination_client") => None,
        ("ocigraph_str", _) => Some("(ocigraph_str){NULL, 4}"),
        ("ocigraph_bytes", _) => Some("(ocigraph_bytes){NULL, 4}"),
        _ if defaults && function.name != "ocigraph_graph_filter" => None,
        (kind, name) => (kind.ends_with("_fn") || name.starts_with('*')).then_some("NULL"),
    }
}

/// Functions without handles that cannot fail.
const WITHOUT_ARGUMENTS: [&str; 3] =
    ["ocigraph_version", "ocigraph_abi_version", "ocigraph_status_name"];

/// Creates the handles that the functions receive.
const SETUP: &str = r#"#include "check.h"

static void some_function(void) {}

int main(void) {
    ocigraph_error *error = NULL;
    void *out = NULL;
    ocigraph_str good_text = OCIGRAPH_STR("x"), good_text_of_reference = OCIGRAPH_STR("oci:here:v1");
    ocigraph_client *good_ocigraph_client = new_client();
    ocigraph_cancel *good_ocigraph_cancel = ocigraph_cancel_new();
    ocigraph_runtime *good_ocigraph_runtime = NULL;
    ocigraph_credential *good_ocigraph_credential = NULL;
    ocigraph_graph *good_ocigraph_graph = NULL;
    ocigraph_reference *good_ocigraph_reference = NULL;
    char digest[128];
    attach(good_ocigraph_client, OCIGRAPH_STR("oci:here:v1"), "a/b", ocigraph_text(NULL), "x", digest);
    SUCCEEDS(ocigraph_runtime_new(1, &good_ocigraph_runtime, &failure));
    SUCCEEDS(ocigraph_credential_registry_token(good_text, &good_ocigraph_credential, &failure));
    SUCCEEDS(ocigraph_reference_parse(OCIGRAPH_STR("oci:here:v1"), &good_ocigraph_reference, &failure));
    SUCCEEDS(ocigraph_client_discover(good_ocigraph_client, OCIGRAPH_STR("oci:here:v1"), NULL, NULL,
                                      &good_ocigraph_graph, &failure));
    ocigraph_discover_each_rows *good_ocigraph_discover_each_rows = NULL;
    ocigraph_sweep_rows *good_ocigraph_sweep_rows = NULL;
    SUCCEEDS(ocigraph_client_discover_each(good_ocigraph_client, OCIGRAPH_STR("oci:here:v1"), NULL,
                                           &good_ocigraph_discover_each_rows, &failure));
    SUCCEEDS(ocigraph_client_sweep(good_ocigraph_client, &good_text_of_reference, 1, NULL,
                                   &good_ocigraph_sweep_rows, &failure));
    ocigraph_sync_rows *good_ocigraph_sync_rows = NULL;
    SUCCEEDS(ocigraph_client_sync(good_ocigraph_client, &good_text_of_reference, 1, OCIGRAPH_STR("oci:there"), NULL,
                                  &good_ocigraph_sync_rows, &failure));
"#;

const END: &str = r#"
    ocigraph_discover_each_rows_free(good_ocigraph_discover_each_rows);
    ocigraph_sweep_rows_free(good_ocigraph_sweep_rows);
    ocigraph_sync_rows_free(good_ocigraph_sync_rows);
    ocigraph_graph_free(good_ocigraph_graph);
    ocigraph_reference_free(good_ocigraph_reference);
    ocigraph_credential_free(good_ocigraph_credential);
    ocigraph_client_free(good_ocigraph_client);
    ocigraph_runtime_free(good_ocigraph_runtime);
    ocigraph_cancel_free(good_ocigraph_cancel);
    return 0;
}
"#;

fn program() -> String {
    let mut text = String::from(SETUP);
    let mut end = String::new();
    let (mut checked, mut nulls) = (0, 0);
    for Function { name, .. } in &functions() {
        if let Some(options) = name.strip_suffix("_options_new") {
            let handle = format!("good_{options}_options");
            writeln!(text, "    {options}_options *{handle} = {name}();").unwrap();
            writeln!(end, "    {options}_options_free({handle});").unwrap();
        }
    }
    for function in &functions() {
        let Function { returns, name, parameters } = function;
        if WITHOUT_ARGUMENTS.contains(&name.as_str()) {
            continue;
        }
        checked += 1;
        let arguments: Vec<&str> = parameters.iter().map(|p| empty(p)).collect();
        let call = format!("{name}({})", arguments.join(", "));
        let mut line = |text_: String| writeln!(text, "    {text_}").unwrap();
        match returns.as_str() {
            "ocigraph_status" if parameters.iter().any(|p| p.ends_with("**error")) => {
                for (place, parameter) in parameters.iter().enumerate() {
                    let Some(null) = null(function, parameter) else { continue };
                    nulls += 1;
                    let mut arguments: Vec<String> = parameters.iter().map(|p| good(p)).collect();
                    arguments[place] = null.to_owned();
                    let call = format!("{name}({})", arguments.join(", "));
                    let name_of_parameter = parameter.rsplit([' ', '*']).next().unwrap();
                    line("out = error = (void *)(uintptr_t)0xdead;".to_owned());
                    line(format!("CHECK({call} == OCIGRAPH_INVALID_ARGUMENT);"));
                    line(format!(
                        "CHECK(error != NULL && contains(ocigraph_error_message(error), \"{name_of_parameter} is NULL\"));"
                    ));
                    line("ocigraph_error_free(error);".to_owned());
                    if arguments.iter().any(|a| a == "(void *)&out") {
                        line("CHECK(out == NULL);".to_owned());
                    }
                    // The call also works without an error output.
                    let bare = call.replace("&error", "NULL");
                    line(format!("CHECK({bare} == OCIGRAPH_INVALID_ARGUMENT);"));
                }
            }
            "void" => line(format!("{call};")),
            "ocigraph_str" | "ocigraph_bytes" => {
                line(format!("CHECK({call}.data == NULL && {call}.length == 0);"));
            }
            "double" => line(format!("CHECK({call} < 0);")),
            _ if name.ends_with("_new") => {
                line(format!("out = {call};"));
                line("CHECK(out != NULL);".to_owned());
                line(format!("{}(out);", name.replace("_new", "_free")));
            }
            _ => line(format!("CHECK({call} == 0);")),
        }
    }
    assert!(checked > 200 && nulls > 200, "{checked} functions, {nulls} times NULL");
    text + &end + END
}

#[test]
fn null_is_rejected_for_required_parameters_and_harmless_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    // In the directory of the other programs, so that it is compiled in the same way.
    let source = tempfile::Builder::new().suffix(".c").tempfile_in(root().join("tests/c")).unwrap();
    fs::write(source.path(), program()).unwrap();
    let name = source.path().file_name().unwrap().to_str().unwrap().to_owned();
    let program = compile(&folder, &name, &["gcc"]);
    run(crate::programs::valgrind(&program).current_dir(folder.path()));
}
