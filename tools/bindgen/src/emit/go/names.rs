//! Names of Go, and the names of C that Go calls.

use crate::{
    docs::screaming,
    emit::{camel, pascal, snake},
};

/// Words that Go writes in one case: `CAFile`, `PlainHTTP`.
const INITIALISMS: [&str; 9] = ["api", "ca", "http", "id", "json", "oci", "oras", "os", "url"];

/// Names in the methods of the client that no argument can have.
const RESERVED: [&str; 16] = [
    "a",
    "c",
    "client",
    "ctx",
    "err",
    "failure",
    "func",
    "interface",
    "map",
    "o",
    "options",
    "out",
    "range",
    "result",
    "token",
    "type",
];

/// `plain_http` as `PlainHTTP`.
pub(super) fn exported(name: &str) -> String {
    name.split('_').map(word).collect()
}

fn word(word: &str) -> String {
    let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
    if INITIALISMS.contains(&letters) { word.to_uppercase() } else { pascal(word) }
}

/// `media_type` as `mediaType`.
pub(super) fn argument(name: &str) -> String {
    let name = camel(name);
    assert!(!RESERVED.contains(&name.as_str()), "Go cannot have an argument with the name {name}");
    name
}

/// The type of Go for a struct or an enumeration of the core.
pub(super) fn type_name(name: &str) -> &str {
    match name {
        // The options of a client have the same form of name as those of an operation.
        "ClientConfig" => "ClientOptions",
        // A program that uses the package as `ocigraph` reads `ocigraph.Format`.
        "ManifestFormat" => "Format",
        // Named by their subject, as `FetchBlob` and `PushBlob` are.
        "TransferOptions" => "BlobOptions",
        name => name,
    }
}

/// The constant of Go for a variant.
pub(super) fn constant(of: &str, variant: &str) -> String {
    match (of, variant) {
        // Each outcome and problem is a word that needs no prefix.
        ("ProblemKind", "Size" | "Digest") => format!("Wrong{variant}"),
        ("Outcome" | "ProblemKind", variant) => variant.to_owned(),
        (of, variant) => format!("{}{}", type_name(of), exported(&snake(variant))),
    }
}

/// The constant of Go for an error code: `NOT_FOUND` as `ErrNotFound`.
pub(super) fn error_code(code: &str) -> String {
    match code {
        "IO" | "TLS" => format!("Err{code}"),
        code => format!("Err{}", pascal(&code.to_lowercase())),
    }
}

/// The name of C for a record: `push_options`.
pub(super) fn c_record(name: &str) -> String {
    snake(type_name(name))
}

/// The constant of C for a variant: `OCIGRAPH_OUTCOME_KEPT_EXISTING`.
pub(super) fn c_constant(of: &str, variant: &str) -> String {
    let variant = match variant {
        "Oci11" => "OCI_1_1".to_owned(),
        "Oci10" => "OCI_1_0".to_owned(),
        variant => screaming(variant),
    };
    format!("OCIGRAPH_{}_{variant}", screaming(type_name(of)))
}

/// The name of one element: `annotations` as `annotation`.
pub(super) fn singular(name: &str) -> String {
    match (name.strip_suffix("ies"), name.strip_suffix('s')) {
        (Some(stem), _) => format!("{stem}y"),
        (_, Some(stem)) if !stem.ends_with('s') => stem.to_owned(),
        _ => name.to_owned(),
    }
}

/// `A PushResult`, `An Outcome`.
pub(super) fn with_article(name: &str) -> String {
    let article = if name.starts_with(['A', 'E', 'I', 'O', 'U']) { "An" } else { "A" };
    format!("{article} {name}")
}

/// `Outcome` as `outcome`.
pub(super) fn lower(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |c| c.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_go_and_of_c() {
        assert_eq!(exported("plain_http"), "PlainHTTP");
        assert_eq!(exported("oci11"), "OCI11");
        assert_eq!(argument("media_type"), "mediaType");
        assert_eq!(error_code("NOT_FOUND"), "ErrNotFound");
        assert_eq!(error_code("IO"), "ErrIO");
        assert_eq!(constant("ManifestFormat", "OrasArtifact"), "FormatORASArtifact");
        assert_eq!(constant("ProblemKind", "Size"), "WrongSize");
        assert_eq!(c_constant("ManifestFormat", "Oci11"), "OCIGRAPH_FORMAT_OCI_1_1");
        assert_eq!(c_record("TransferOptions"), "blob_options");
        assert_eq!(singular("repositories"), "repository");
        assert_eq!(with_article("Outcome"), "An Outcome");
    }

    #[test]
    #[should_panic(expected = "Go cannot have an argument with the name type")]
    fn a_keyword_is_not_an_argument() {
        argument("type");
    }
}
