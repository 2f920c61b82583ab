//! The C++ wrapper covers the complete C header.

use std::{fs, process::Command};

use crate::{committed, root, run};

/// Functions that C++ does not need, because it returns these lists as vectors.
const NOT_WRAPPED: [&str; 2] = ["ocigraph_digest_list_json", "ocigraph_text_list_json"];

#[test]
fn the_wrapper_calls_every_function_of_the_header() {
    let folder = fs::read_dir(root().join("include/ocigraph")).unwrap();
    let wrapper: String =
        folder.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    let words: Vec<&str> =
        wrapper.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let symbols = fs::read_to_string(root().join("bindings/c/symbols.txt")).unwrap();
    let missing: Vec<&str> = symbols
        .lines()
        .filter(|symbol| !NOT_WRAPPED.contains(symbol) && !words.contains(symbol))
        .collect();
    assert!(missing.is_empty(), "ocigraph.hpp lacks {missing:#?}");
    assert!(NOT_WRAPPED.iter().all(|symbol| committed().contains(symbol)));
}

#[test]
fn the_wrapper_compiles_with_strict_warnings_and_newer_standards() {
    for (compiler, standard) in [("g++", "c++17"), ("g++", "c++20"), ("clang++", "c++20")] {
        run(Command::new(compiler)
            .arg(format!("-std={standard}"))
            .args(["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"])
            .args(["-fsyntax-only", "-I"])
            .arg(root().join("include"))
            .arg(root().join("tests/c/wrapper.cpp")));
    }
}
