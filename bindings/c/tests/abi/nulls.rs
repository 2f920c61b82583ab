//! NULL and zero for every parameter of every function, by a program that is made of the header.
//!
//! A function with a status must say INVALID_ARGUMENT, fill `error`, and leave NULL in `out`; all
//! others must give the empty value.

use std::{fmt::Write as _, fs};

use crate::{committed, compile, root, run};

struct Function {
    returns: String,
    name: String,
    parameters: Vec<String>,
}

/// The functions that the header declares, helpers aside.
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

fn argument(parameter: &str) -> &str {
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

/// What needs no argument and cannot fail.
const WITHOUT_ARGUMENTS: [&str; 3] =
    ["ocigraph_version", "ocigraph_abi_version", "ocigraph_status_name"];
/// Where NULL stands for the defaults.
const SUCCEED: [&str; 2] = ["ocigraph_runtime_new", "ocigraph_client_new"];

fn program() -> String {
    let mut text = String::from(
        "#include \"check.h\"\n\nint main(void) {\n    ocigraph_error *error;\n    void *out;\n",
    );
    let mut checked = 0;
    for function in functions() {
        let Function { returns, name, parameters } = &function;
        if WITHOUT_ARGUMENTS.contains(&name.as_str()) {
            continue;
        }
        checked += 1;
        let arguments: Vec<&str> = parameters.iter().map(|p| argument(p)).collect();
        let call = format!("{name}({})", arguments.join(", "));
        let mut line = |text_: String| writeln!(text, "    {text_}").unwrap();
        match returns.as_str() {
            "ocigraph_status" if SUCCEED.contains(&name.as_str()) => {
                line(format!("CHECK({call} == OCIGRAPH_OK && out != NULL && error == NULL);"));
                line(format!("{}(out);", name.replace("_new", "_free")));
                let without = call.replace("(void *)&out", "NULL");
                line(format!("CHECK({without} == OCIGRAPH_INVALID_ARGUMENT);"));
                line("ocigraph_error_free(error);".to_owned());
            }
            "ocigraph_status" if parameters.iter().any(|p| p.ends_with("**error")) => {
                let has_out = call.contains("&out");
                line("out = error = (void *)(uintptr_t)0xdead;".to_owned());
                line(format!("CHECK({call} == OCIGRAPH_INVALID_ARGUMENT);"));
                if has_out {
                    line("CHECK(out == NULL);".to_owned());
                }
                line(
                    "CHECK(error != NULL && ocigraph_error_message(error).length > 0);".to_owned(),
                );
                line("ocigraph_error_free(error);".to_owned());
                let bare = call.replace("(void *)&out", "NULL").replace("&error", "NULL");
                line(format!("CHECK({bare} == OCIGRAPH_INVALID_ARGUMENT);"));
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
    assert!(checked > 150, "{checked} functions");
    text.push_str("    return 0;\n}\n");
    text
}

#[test]
fn null_for_everything_is_refused_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // Beside the other programs, so that it is compiled as they are.
    let source = tempfile::Builder::new().suffix(".c").tempfile_in(root().join("tests/c")).unwrap();
    fs::write(source.path(), program()).unwrap();
    let name = source.path().file_name().unwrap().to_str().unwrap().to_owned();
    let program = compile(&folder, &name, &["gcc"]);
    run(&mut crate::programs::valgrind(&program));
}
