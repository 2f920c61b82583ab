//! The header matches the sources, documents every function, and compiles as C and C++.
//!
//! `OCIGRAPH_UPDATE=1 cargo test -p ocigraph-c header` writes the header.

use std::{fs, process::Command};

use cbindgen::Config;

use crate::{committed, crate_dir, header_path, run, stage};

fn generated() -> String {
    let mut config = Config::from_file(crate_dir().join("cbindgen.toml")).unwrap();
    config.header = Some(fs::read_to_string(crate_dir().join("manual.h")).unwrap());
    config.trailer = Some(fs::read_to_string(crate_dir().join("helpers.h")).unwrap());
    let bindings = cbindgen::Builder::new().with_crate(crate_dir()).with_config(config).generate();
    let mut text = Vec::new();
    bindings.unwrap().write(&mut text);
    String::from_utf8(text).unwrap()
}

#[test]
fn the_header_matches_the_sources() {
    let generated = generated();
    if std::env::var_os("OCIGRAPH_UPDATE").is_some() {
        fs::write(header_path(), &generated).unwrap();
    }
    assert!(
        committed() == generated,
        "include/ocigraph.h differs from the sources; \
         run OCIGRAPH_UPDATE=1 cargo test -p ocigraph-c header, and review the difference"
    );
}

#[test]
fn every_function_documents_its_threads_version_ownership_and_errors() {
    let header = committed();
    let mut functions = 0;
    for block in header.split("\n\n") {
        let (comment, declaration): (Vec<&str>, Vec<&str>) =
            block.lines().partition(|line| line.starts_with("//"));
        let declaration = declaration.join(" ");
        if !declaration.ends_with(");") || declaration.starts_with("typedef") {
            continue;
        }
        functions += 1;
        let comment = comment.join(" ");
        for part in ["Threads: ", "Since "] {
            assert!(comment.contains(part), "{part} is missing above {declaration}");
        }
        // Ownership and errors are required where the declaration has any.
        let returns = declaration.split('(').next().unwrap_or_default();
        let returns_handle = declaration.contains(" **out") || returns.contains('*');
        let returns_borrowed =
            returns.starts_with("ocigraph_str ") || returns.starts_with("ocigraph_bytes ");
        let frees = returns.ends_with("_free");
        if returns_handle || returns_borrowed || frees {
            assert!(comment.contains("Ownership: "), "Ownership is missing above {declaration}");
        }
        if declaration.contains("ocigraph_error **error") {
            assert!(comment.contains("Errors: "), "Errors are missing above {declaration}");
        }
    }
    assert!(functions > 150, "{functions} functions");
}

#[test]
fn every_handle_is_asserted_to_be_thread_safe() {
    let sources = ["lib.rs", "operation/mod.rs", "options/mod.rs", "results/mod.rs"]
        .map(|file| fs::read_to_string(crate_dir().join("src").join(file)).unwrap());
    let sources = sources.concat();
    let header = committed();
    let handles = header.lines().filter_map(|line| {
        let name = line.strip_prefix("typedef struct ")?.split(' ').next()?;
        line.ends_with(&format!(" {name};")).then_some(name)
    });
    let handles: Vec<&str> = handles.collect();
    assert!(handles.len() >= 30, "{handles:?}");
    for handle in handles {
        assert!(
            sources.contains(&format!("shared::<{handle}>();")),
            "{handle} lacks the assertion"
        );
    }
}

#[test]
fn the_macro_for_literals_accepts_only_literals() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("view");
    let compiles = |compiler: &str, language: &str, text: &str| {
        let text = format!(
            "#include <ocigraph.h>\nvoid f(const char *pointer);\nvoid f(const char *pointer) {{\n\
             char array[8] = \"a\"; (void)array; (void)pointer;\n\
             ocigraph_str view = OCIGRAPH_STR({text}); (void)view;\n}}\n"
        );
        fs::write(&input, text).unwrap();
        let mut command = Command::new(compiler);
        command.args(["-x", language, "-fsyntax-only"]).arg(&input);
        let output = command.arg(format!("-I{}", stage().join("include").display())).output();
        output.unwrap().status.success()
    };
    for (compiler, language) in [("gcc", "c"), ("clang", "c"), ("g++", "c++"), ("clang++", "c++")] {
        assert!(compiles(compiler, language, "\"a literal\""), "{compiler}");
        assert!(!compiles(compiler, language, "pointer"), "{compiler}");
        assert!(!compiles(compiler, language, "array"), "{compiler}");
    }
}

#[test]
fn the_header_compiles_as_c_and_cpp_when_included_twice() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("twice");
    let twice = "#include <ocigraph.h>\n#include <ocigraph.h>\n\
                 static const ocigraph_str name = OCIGRAPH_STR_INIT(\"name\");\n\
                 bool named(ocigraph_str view);\n\
                 bool named(ocigraph_str view) {\n\
                 return ocigraph_str_is(view, name.data) && ocigraph_str_is(OCIGRAPH_STR(\"name\"), \"name\"); }\n";
    fs::write(&input, twice).unwrap();
    for (compiler, language, standard) in [
        ("gcc", "c", "c11"),
        ("clang", "c", "c11"),
        ("g++", "c++", "c++17"),
        ("clang++", "c++", "c++17"),
    ] {
        run(Command::new(compiler)
            .args(["-x", language, &format!("-std={standard}")])
            .args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"])
            .arg(format!("-I{}", stage().join("include").display()))
            .arg(&input));
    }
}
