//! The wrapper for C++ wraps the whole of the header.

use std::{fs, process::Command};

use crate::{committed, root, run};

/// What is of no use in C++, where lists are vectors.
const OTHERWISE: [&str; 2] = ["ocigraph_digest_list_json", "ocigraph_text_list_json"];

#[test]
fn every_function_of_the_header_has_a_place_in_the_wrapper() {
    let folder = fs::read_dir(root().join("include/ocigraph")).unwrap();
    let wrapper: String =
        folder.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    let words: Vec<&str> =
        wrapper.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let symbols = fs::read_to_string(root().join("bindings/c/symbols.txt")).unwrap();
    let lacking: Vec<&str> = symbols
        .lines()
        .filter(|symbol| !OTHERWISE.contains(symbol) && !words.contains(symbol))
        .collect();
    assert!(lacking.is_empty(), "ocigraph.hpp lacks {lacking:#?}");
    assert!(OTHERWISE.iter().all(|symbol| committed().contains(symbol)));
}

#[test]
fn it_compiles_in_programs_that_are_stricter_or_newer() {
    for (compiler, standard) in [("g++", "c++17"), ("g++", "c++20"), ("clang++", "c++20")] {
        run(Command::new(compiler)
            .arg(format!("-std={standard}"))
            .args(["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"])
            .args(["-fsyntax-only", "-I"])
            .arg(root().join("include"))
            .arg(root().join("tests/c/wrapper.cpp")));
    }
}
