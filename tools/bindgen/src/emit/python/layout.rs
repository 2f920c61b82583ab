//! Python in the layout of `ruff format`: lines of at most 120 columns, sorted imports.

use std::collections::BTreeSet;

const WIDTH: usize = 120;

/// `head(items)tail` on one line; else with all items on a line of their own; else with one item on
/// each line.
pub(super) fn bracketed(head: &str, items: &[String], tail: &str, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let joined = items.join(", ");
    let one = format!("{pad}{head}({joined}){tail}");
    if fits(&one) || items.is_empty() {
        return format!("{one}\n");
    }
    let inner = format!("{pad}    {joined}");
    if fits(&inner) {
        return format!("{pad}{head}(\n{inner}\n{pad}){tail}\n");
    }
    let lines: String = items
        .iter()
        // A star alone has no comma if nothing follows it, which cannot be.
        .map(|item| format!("{pad}    {item},\n"))
        .collect();
    format!("{pad}{head}(\n{lines}{pad}){tail}\n")
}

fn fits(text: &str) -> bool {
    text.lines().all(|line| line.chars().count() <= WIDTH)
}

/// The modules of the package, in the order of imports, with the names that generated code uses.
const MODULES: &[(&str, &[&str])] = &[
    ("_blob", &["AsyncBlob", "Blob", "Source"]),
    (
        "_checks",
        &[
            "check_callback",
            "check_concurrency",
            "check_count",
            "check_flag",
            "check_instance",
            "check_path",
            "check_path_list",
            "check_seconds",
            "check_text",
            "check_text_list",
            "check_texts",
            "optional",
        ],
    ),
    (
        "_content",
        &[
            "given_content",
            "given_content_async",
            "given_file",
            "given_file_async",
            "given_files",
            "given_files_async",
        ],
    ),
    (
        "_credential",
        &[
            "AsyncCredentials",
            "Credential",
            "CredentialCallback",
            "Credentials",
            "native_credential",
            "native_credentials",
        ],
    ),
    (
        "_descriptor",
        &["Annotations", "Descriptor", "Manifest", "Platform", "Result", "descriptors"],
    ),
    ("_graph", &["Graph"]),
    ("_progress", &["Progress"]),
    ("_rows", &["AsyncRows", "Rows"]),
    ("_run", &["run", "run_async", "sync_log_level"]),
    (
        "_values",
        &[
            "AnyReference",
            "AsyncContent",
            "BytesLike",
            "Content",
            "File",
            "StrPath",
            "given_manifest",
            "given_reference",
            "given_references",
            "named",
            "platform_text",
        ],
    ),
];

/// Names that an option cannot have: those that the generated Python and Rust use, and keywords.
pub(super) fn is_reserved(name: &str) -> bool {
    const OTHERS: &[&str] = &[
        "and",
        "as",
        "assert",
        "async",
        "await",
        "break",
        "class",
        "client",
        "continue",
        "def",
        "del",
        "elif",
        "else",
        "events",
        "except",
        "finally",
        "for",
        "from",
        "global",
        "if",
        "import",
        "in",
        "is",
        "lambda",
        "nonlocal",
        "not",
        "operation",
        "options",
        "or",
        "pass",
        "py",
        "raise",
        "return",
        "runtime",
        "self",
        "try",
        "while",
        "with",
        "yield",
    ];
    OTHERS.contains(&name) || MODULES.iter().any(|(_, names)| names.contains(&name))
}

/// The imports of a module that uses these names. `generated` lists further modules, `dots` is the
/// path to the package.
pub(super) fn imports(code: &str, generated: &[(&str, Vec<String>)], dots: &str) -> String {
    let used = words(code);
    let mut modules: Vec<(String, Vec<String>)> = Vec::new();
    let fixed = MODULES.iter().map(|(module, names)| {
        (*module, names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    });
    for (module, names) in fixed.chain(generated.iter().cloned()) {
        let mut names: Vec<String> =
            names.into_iter().filter(|name| used.contains(name.as_str())).collect();
        if !names.is_empty() {
            names.sort_by_key(|name| order(name));
            modules.push((module.to_owned(), names));
        }
    }
    modules.sort();
    let mut text = standard(&used);
    if !text.is_empty() && !modules.is_empty() {
        text.push('\n');
    }
    for (module, names) in modules {
        text.push_str(&import(&format!("{dots}{module}"), &names));
    }
    text
}

/// The imports from the standard library.
fn standard(used: &BTreeSet<&str>) -> String {
    let modules: &[(&str, &[&str])] = &[
        ("collections.abc", &["Iterable", "Mapping"]),
        ("dataclasses", &["dataclass", "field", "fields", "replace"]),
        ("pathlib", &["Path"]),
        ("typing", &["TYPE_CHECKING", "Any", "Literal", "TypeAlias"]),
    ];
    let mut text = String::new();
    for (module, names) in modules {
        let names: Vec<String> =
            names.iter().filter(|n| used.contains(*n)).map(|n| (*n).to_owned()).collect();
        if !names.is_empty() {
            text.push_str(&import(module, &names));
        }
    }
    text
}

pub(super) fn import(module: &str, names: &[String]) -> String {
    let line = format!("from {module} import {}", names.join(", "));
    if fits(&line) {
        return format!("{line}\n");
    }
    let lines: String = names.iter().map(|name| format!("    {name},\n")).collect();
    format!("from {module} import (\n{lines})\n")
}

/// Classes come before functions; case does not count otherwise.
pub(super) fn order(name: &str) -> (bool, String) {
    (name.starts_with(char::is_lowercase), name.to_lowercase())
}

/// The types and functions that code uses, without what docstrings and strings contain. A function
/// is called, or is the check of an optional value; other words in lower case are parameters.
fn words(code: &str) -> BTreeSet<&str> {
    let mut words = BTreeSet::new();
    let outside = code.split("\"\"\"").step_by(2);
    for part in outside.flat_map(|part| part.split('"').step_by(2)) {
        let (mut previous, mut rest) = ("", part);
        while let Some(start) = rest.find(is_word) {
            let (before, from) = rest.split_at(start);
            let end = from.find(|c| !is_word(c)).unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            let is_type = word.starts_with(char::is_uppercase);
            let is_check = previous == "optional" && before == "(";
            if is_type || is_check || before.ends_with('@') || after.starts_with('(') {
                words.insert(word);
            }
            (previous, rest) = (word, after);
        }
    }
    words
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_on_one_line_if_they_fit() {
        let items = ["self", "name: str"].map(str::to_owned);
        assert_eq!(
            bracketed("def f", &items, " -> None:", 4),
            "    def f(self, name: str) -> None:\n"
        );
        let long = ["self".to_owned(), "n".repeat(104)];
        assert_eq!(
            bracketed("def f", &long, ":", 4),
            format!("    def f(\n        self, {}\n    ):\n", "n".repeat(104))
        );
        let longer = ["self".to_owned(), "n".repeat(110)];
        assert_eq!(
            bracketed("def f", &longer, ":", 4),
            format!("    def f(\n        self,\n        {},\n    ):\n", "n".repeat(110))
        );
    }

    #[test]
    fn only_used_names_are_imported() {
        let code = "class A(Result):\n    \"\"\"Uses `Graph`.\"\"\"\n    path: Path\n    x = optional(check_text, \"Progress\", x)\n";
        assert_eq!(
            imports(code, &[], "."),
            "from pathlib import Path\n\nfrom ._checks import check_text, optional\nfrom ._descriptor import Result\n"
        );
    }
}
