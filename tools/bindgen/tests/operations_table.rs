//! Every name in the table of operations and options exists in its language.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The words of all files in a folder, or of one file.
fn words(path: &str, extension: &str) -> BTreeSet<String> {
    fn read(path: &Path, extension: &str, words: &mut BTreeSet<String>) {
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap().flatten() {
                read(&entry.path(), extension, words);
            }
        } else if path.to_string_lossy().ends_with(extension) {
            let text = fs::read_to_string(path).unwrap();
            let parts = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.extend(parts.map(str::to_owned));
        }
    }
    let mut words = BTreeSet::new();
    read(&root().join(path), extension, &mut words);
    assert!(words.len() > 100, "{path}");
    words
}

/// The names in backticks of a cell.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn every_name_of_the_table_exists_in_its_language() {
    let c = words("include/ocigraph.h", ".h");
    let cpp = words("include/ocigraph", ".hpp");
    let go = words("bindings/go", ".go");
    let python = words("python/src/ocigraph", ".py");
    let node = words("node/index.d.ts", ".d.ts");
    let rust = words("core/src", ".rs");
    let table = fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let (mut missing, mut prefix, mut checked) = (Vec::new(), String::new(), 0);
    let mut demand = |language: &str, known: &BTreeSet<String>, name: &str| {
        checked += 1;
        let name = name.rsplit([':', '.']).next().unwrap_or(name);
        if !known.contains(name) {
            missing.push(format!("{language}: {name}"));
        }
    };
    for line in table.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> =
            line.split(" | ").map(|cell| cell.trim_matches(['|', ' '])).collect();
        match cells.as_slice() {
            // The head of a table of options.
            [rust, c, ..] if rust.starts_with("Rust: ") || rust.starts_with("Rust, Python: ") => {
                prefix = names(c).next().unwrap_or_default().to_owned();
            }
            // An operation.
            [name, _, in_c, in_cpp, in_go, in_python, in_node] if name.starts_with("`Client::") => {
                names(name).for_each(|name| demand("Rust", &rust, name));
                names(in_c).for_each(|name| demand("C", &c, name));
                names(in_cpp).for_each(|name| demand("C++", &cpp, name));
                names(in_go).for_each(|name| demand("Go", &go, name));
                names(in_python).for_each(|name| demand("Python", &python, name));
                names(in_node).for_each(|name| demand("Node.js", &node, name));
            }
            // An option.
            [name, in_c, in_cpp, in_go, in_node, _, _, _, _] if name.starts_with('`') => {
                names(name).for_each(|name| demand("Rust", &rust, name));
                names(name).for_each(|name| demand("Python", &python, name));
                names(in_c).for_each(|name| demand("C", &c, &format!("{prefix}{name}")));
                // Limits are constants of C in C++ too.
                let of_cpp = if in_cpp.contains("OCIGRAPH_") { &c } else { &cpp };
                names(in_cpp).for_each(|name| demand("C++", of_cpp, name));
                names(in_go).for_each(|name| demand("Go", &go, name));
                names(in_node).for_each(|name| demand("Node.js", &node, name));
            }
            _ => {}
        }
    }
    assert!(checked > 400, "{checked}");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
