//! The wrapper for C++ wraps the whole of the header.

use std::fs;

use crate::{committed, root};

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
