//! The kinds of arguments and options in Python, in the stubs and in the native module.
//!
//! A Python function checks each value and passes it to the native function, which sets the option.

use super::layout::is_reserved;
use crate::{
    definition::{Argument, Definition, Enumeration, Field, Kind, Operation},
    docs::{Doc, Inline},
};

/// A parameter of an operation, or an option of the client.
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) annotation: String,
    /// The default in Python. Arguments have none.
    pub(super) default: Option<String>,
    /// The expression that checks the value.
    pub(super) checked: String,
    /// The expression that converts the checked value for the native module.
    pub(super) passed: String,
    /// The type in the stub of the native module.
    pub(super) stub: String,
    /// The type in the native module.
    pub(super) native: String,
    pub(super) doc: Doc,
    pub(super) kind: Kind,
}

/// An argument of an operation.
pub(super) fn argument(argument: &Argument, operation: &Operation) -> Parameter {
    let n = &argument.name;
    let (annotation, passed, stub, native) = match &argument.kind {
        Kind::Reference => {
            ("AnyReference", format!("given_reference({n})"), "GivenReference", "GivenReference")
        }
        Kind::Host | Kind::LoginTarget | Kind::Text => {
            ("str", format!("check_text(\"{n}\", {n})"), "str", "String")
        }
        Kind::List(kind) if **kind == Kind::Text => (
            "str | Iterable[str]",
            format!("check_text_list(\"{n}\", {n})"),
            "Sequence[str]",
            "Vec<String>",
        ),
        Kind::List(kind) if **kind == Kind::Reference => (
            "AnyReference | Iterable[AnyReference]",
            format!("given_references({n})"),
            "Sequence[GivenReference]",
            "Vec<GivenReference>",
        ),
        Kind::Path => ("StrPath", format!("check_path(\"{n}\", {n})"), "_Path", "PathBuf"),
        Kind::List(kind) if **kind == Kind::Path => (
            "StrPath | Iterable[StrPath]",
            format!("check_path_list(\"{n}\", {n})"),
            "Sequence[_Path]",
            "Vec<PathBuf>",
        ),
        // A fetched manifest brings its media type.
        Kind::Bytes if operation.group == "manifest" => (
            "BytesLike | Manifest",
            format!("given_manifest({n})"),
            "bytes | tuple[bytes, str]",
            "GivenManifest",
        ),
        Kind::Content => (
            "Content",
            format!("given_content({n})"),
            "_Path | bytes | memoryview | BufferedContent",
            "Given",
        ),
        Kind::Credential => (
            "Credential",
            format!("native_credential({n})"),
            "tuple[str, str, str | None]",
            "GivenCredential",
        ),
        kind => panic!("Python has no form of the argument {n} of {}: {kind:?}", operation.name),
    };
    Parameter {
        name: n.clone(),
        annotation: annotation.to_owned(),
        default: None,
        checked: passed.clone(),
        passed,
        stub: stub.to_owned(),
        native: native.to_owned(),
        doc: argument.doc.clone(),
        kind: argument.kind.clone(),
    }
}

/// An option of an operation or of the client, or a field of nested options. `of` has the option,
/// for messages.
pub(super) fn option(field: &Field, of: &str, definition: &Definition) -> Parameter {
    let n = field.name.as_str();
    let or_none = |annotation: &str| format!("{annotation} | None");
    let none = || "None".to_owned();
    let optional = |check: &str| format!("optional({check}, \"{n}\", {n})");
    let given = |kind: &str| format!("Option<{kind}>");
    let (annotation, default, checked, passed, stub, native) = match field.kind.required() {
        Kind::Bool if field.kind.is_optional() => {
            (or_none("bool"), none(), optional("check_flag"), None, or_none("bool"), given("bool"))
        }
        Kind::Bool => {
            let default = if default_bool(field, of) { "True" } else { "False" };
            let checked = format!("check_flag(\"{n}\", {n})");
            ("bool".into(), default.into(), checked, None, "bool".into(), "bool".into())
        }
        Kind::Count | Kind::Number | Kind::SmallNumber => {
            let native = if *field.kind.required() == Kind::Count { "usize" } else { "u64" };
            // A maximum that is never refused: a larger one counts as the largest.
            let checked = match n {
                "concurrency" => format!("check_concurrency({n})"),
                _ => optional("check_count"),
            };
            (or_none("int"), none(), checked, None, or_none("int"), given(native))
        }
        Kind::Duration => (
            or_none("float"),
            none(),
            optional("check_seconds"),
            None,
            or_none("float"),
            given("f64"),
        ),
        Kind::Text => {
            (or_none("str"), none(), optional("check_text"), None, or_none("str"), given("String"))
        }
        // A path that is always there names a directory to work in.
        Kind::Path if !field.kind.is_optional() => {
            let checked = format!("check_path(\"{n}\", {n})");
            ("StrPath".into(), "\".\"".into(), checked, None, "_Path".into(), "PathBuf".into())
        }
        Kind::Path => (
            or_none("StrPath"),
            none(),
            optional("check_path"),
            None,
            or_none("_Path"),
            given("PathBuf"),
        ),
        Kind::Reference if field.kind.is_optional() => (
            or_none("AnyReference"),
            none(),
            format!("given_reference({n}) if {n} is not None else None"),
            None,
            or_none("GivenReference"),
            given("GivenReference"),
        ),
        Kind::Platform if field.kind.is_optional() => (
            or_none("str | Platform"),
            none(),
            optional("platform_text"),
            None,
            or_none("str"),
            given("String"),
        ),
        Kind::Annotations => (
            or_none("Mapping[str, str]"),
            none(),
            format!("check_texts(\"{n}\", {n})"),
            None,
            "dict[str, str]".into(),
            "Annotations".into(),
        ),
        Kind::Headers => (
            or_none("Mapping[str, str]"),
            none(),
            format!("check_texts(\"{n}\", {n})"),
            Some(format!("list(check_texts(\"{n}\", {n}).items())")),
            "list[tuple[str, str]]".into(),
            "Vec<(String, String)>".into(),
        ),
        Kind::File => (
            or_none("StrPath | File"),
            none(),
            format!("given_file({n})"),
            None,
            or_none("_Given"),
            given("GivenFile"),
        ),
        Kind::List(kind) if **kind == Kind::File => (
            "StrPath | File | Iterable[StrPath | File]".into(),
            "()".into(),
            format!("given_files({n})"),
            None,
            "Sequence[_Given]".into(),
            "Vec<GivenFile>".into(),
        ),
        Kind::List(kind) if matches!(**kind, Kind::Text | Kind::ResolveOverride) => (
            "str | Iterable[str]".into(),
            "()".into(),
            format!("check_text_list(\"{n}\", {n})"),
            None,
            "Sequence[str]".into(),
            "Vec<String>".into(),
        ),
        Kind::Enumeration(name) => {
            let enumeration = definition.enumeration(name);
            let class = alias(enumeration);
            match default_word(field, enumeration) {
                Some(word) if !field.kind.is_optional() => {
                    let checked = format!("check_text(\"{n}\", {n})");
                    (class, format!("\"{word}\""), checked, None, "str".into(), "String".into())
                }
                _ => (
                    or_none(&class),
                    none(),
                    optional("check_text"),
                    None,
                    or_none("str"),
                    given("String"),
                ),
            }
        }
        Kind::Record(name) if !field.kind.is_optional() => (
            or_none(name),
            none(),
            format!("check_instance({name}, \"{n}\", {n})"),
            Some(format!("check_instance({name}, \"{n}\", {n})._given()")),
            "dict[str, Any]".into(),
            format!("Given{name}"),
        ),
        Kind::Progress => (
            or_none("Progress"),
            none(),
            format!("check_callback(\"{n}\", {n})"),
            None,
            "bool".into(),
            "bool".into(),
        ),
        Kind::Client if field.kind.is_optional() => (
            or_none("Client"),
            none(),
            format!("self._other(\"{n}\", {n})"),
            None,
            or_none("Client"),
            given("Py<Client>"),
        ),
        // Credentials are converted with the callback of the client.
        Kind::Credentials => (
            "Credentials".into(),
            "\"stored\"".into(),
            n.to_owned(),
            None,
            "Any".into(),
            "GivenCredentials".into(),
        ),
        kind => panic!("Python has no form of the option {of}.{n}: {kind:?}"),
    };
    let passed = passed.unwrap_or_else(|| checked.clone());
    Parameter {
        name: n.to_owned(),
        annotation,
        default: Some(default),
        checked,
        passed,
        stub,
        native,
        doc: field.doc.clone(),
        kind: field.kind.clone(),
    }
}

/// All parameters of an operation: those that are also passed by position, and the others. The
/// callback for progress is the last one.
pub(super) fn parameters(
    operation: &Operation,
    definition: &Definition,
) -> (Vec<Parameter>, Vec<Parameter>) {
    let of = operation.options.as_deref().unwrap_or(&operation.name);
    let named = operation.positional.get("python").cloned().unwrap_or_default();
    let mut first: Vec<Parameter> =
        operation.arguments.iter().map(|a| argument(a, operation)).collect();
    let mut options = definition.options_of(operation);
    for name in &named {
        let place = options.iter().position(|option| option.name == *name);
        let place = place.unwrap_or_else(|| panic!("{of} has no option {name} by position"));
        first.push(option(options.remove(place), of, definition));
    }
    options.sort_by_key(|option| option.kind == Kind::Progress);
    let others: Vec<Parameter> =
        options.iter().map(|field| option(field, of, definition)).collect();
    if let Some(taken) = first.iter().chain(&others).find(|p| is_reserved(&p.name)) {
        panic!("Python cannot name an option of {of} {:?}: generated code uses it", taken.name);
    }
    (first, others)
}

/// The name of an enumeration in Python. `Format` has had this name since before it was generated.
pub(super) fn alias(enumeration: &Enumeration) -> String {
    match enumeration.name.as_str() {
        "ManifestFormat" => "Format".to_owned(),
        name => name.to_owned(),
    }
}

/// The words of an enumeration. A variant whose word has a space describes what is read, and is not
/// an option.
pub(super) fn words(enumeration: &Enumeration) -> Vec<(&str, &Doc)> {
    let word = |variant: &'_ crate::definition::Variant| variant.word.clone();
    let missing = enumeration.variants.iter().find(|variant| word(variant).is_none());
    if let Some(variant) = missing {
        panic!("{}::{} has no word in the method `name`", enumeration.name, variant.name);
    }
    let words = enumeration.variants.iter();
    let words = words.map(|variant| (variant.word.as_deref().unwrap_or_default(), &variant.doc));
    words.filter(|(word, _)| !word.contains(' ')).collect()
}

/// The default of an option, which its comment states.
fn default_bool(field: &Field, of: &str) -> bool {
    for parts in &field.doc.paragraphs {
        for (i, part) in parts.iter().enumerate() {
            let Inline::Text { text } = part else { continue };
            let Some((_, after)) = text.split_once("Default: ") else { continue };
            let word = match parts.get(i + 1) {
                Some(Inline::Code { text }) if after.is_empty() => text,
                _ => after,
            };
            match word {
                word if word.starts_with("true") => return true,
                word if word.starts_with("false") => return false,
                _ => {}
            }
        }
    }
    panic!("the comment of {of}.{} must state its default, as in `Default: false.`", field.name)
}

/// The word of the variant that the comment states as the default.
fn default_word(field: &Field, enumeration: &Enumeration) -> Option<String> {
    for parts in &field.doc.paragraphs {
        for pair in parts.windows(2) {
            if let [Inline::Text { text }, Inline::Variant { of, name }] = pair
                && text.ends_with("Default: ")
                && *of == enumeration.name
            {
                let variant = enumeration.variants.iter().find(|variant| variant.name == *name);
                return variant.and_then(|variant| variant.word.clone());
            }
        }
    }
    None
}
