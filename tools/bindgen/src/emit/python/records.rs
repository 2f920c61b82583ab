//! The classes of results, of nested options and of the configuration, and the types of
//! enumerations.

use minijinja::context;

use super::{
    dialect::{Docstring, Python, short},
    kinds::{Parameter, alias, option, words},
    layout::{bracketed, imports},
    rendered,
};
use crate::{
    definition::{Definition, Enumeration, Field, Kind, Record, Role},
    docs::{Doc, Inline},
    emit::{NOTICE, Output},
};

const CONFIGURATION: &str = include_str!("../../templates/python/_configuration.py");

/// Results whose fields all have this default: a registry that says nothing permits everything.
const DEFAULTS: &[(&str, &str)] = &[("Attributes", "True")];

/// Properties that are computed from the fields.
const PROPERTIES: &[(&str, &str)] = &[(
    "VerifyReport",
    "    @property\n    def ok(self) -> bool:\n        \"\"\"True if there are no problems.\"\"\"\n        \
     return not self.problems\n\n",
)];

pub(super) fn files(definition: &Definition) -> Vec<Output> {
    vec![
        Output::new("python/src/ocigraph/_enumerations.py", enumerations_file(definition)),
        Output::new("python/src/ocigraph/_results.py", results_file(definition)),
        Output::new("python/src/ocigraph/_configuration.py", configuration_file(definition)),
    ]
}

/// The generated modules, with their names.
pub(super) fn modules(definition: &Definition) -> Vec<(&'static str, Vec<String>)> {
    vec![
        ("_configuration", nested(definition).iter().map(|r| r.name.clone()).collect()),
        words_module(definition),
        ("_results", results(definition).iter().map(|record| record.name.clone()).collect()),
    ]
}

fn words_module(definition: &Definition) -> (&'static str, Vec<String>) {
    ("_enumerations", enumerations(definition).iter().map(|e| alias(e)).collect())
}

/// Modules with each module once.
pub(super) fn merged(
    modules: Vec<(&'static str, Vec<String>)>,
) -> Vec<(&'static str, Vec<String>)> {
    let mut merged: Vec<(&str, Vec<String>)> = Vec::new();
    for (module, names) in modules {
        match merged.iter_mut().find(|(known, _)| *known == module) {
            Some((_, known)) => known.extend(names),
            None => merged.push((module, names)),
        }
    }
    merged
}

/// The results in the order of the operations, each after those that it contains.
pub(super) fn results(definition: &Definition) -> Vec<&Record> {
    let mut found = Vec::new();
    for operation in &definition.operations {
        for kind in operation.result.parts() {
            add(&kind, Role::Result, definition, &mut found);
        }
    }
    found
}

/// The options that are fields of other options.
pub(super) fn nested(definition: &Definition) -> Vec<&Record> {
    let mut found = Vec::new();
    let of_operations = definition.operations.iter().filter_map(|o| o.options.as_deref());
    for name in ["ClientConfig"].into_iter().chain(of_operations) {
        for field in &definition.record(name).fields {
            add(&field.kind, Role::Options, definition, &mut found);
        }
    }
    found
}

fn add<'a>(kind: &Kind, role: Role, definition: &'a Definition, found: &mut Vec<&'a Record>) {
    let record = kind.named().and_then(|name| definition.records.get(name));
    let Some(record) = record else { return };
    if found.iter().any(|known| known.name == record.name) {
        return;
    }
    assert!(record.role == role, "{} is not of the role {role:?}", record.name);
    for field in &record.fields {
        add(&field.kind, role, definition, found);
    }
    found.push(record);
}

/// The enumerations of options and of results.
pub(super) fn enumerations(definition: &Definition) -> Vec<&Enumeration> {
    let of_records = definition.records.values().flat_map(|record| &record.fields);
    let of_operations = definition.operations.iter().flat_map(|operation| &operation.own_options);
    let used: Vec<&str> =
        of_records.chain(of_operations).filter_map(|field| field.kind.named()).collect();
    definition.enumerations.values().filter(|e| used.contains(&e.name.as_str())).collect()
}

/// The fields of a result: those with a default are last.
pub(super) fn ordered(record: &Record) -> Vec<&Field> {
    let (required, optional) =
        record.fields.iter().partition::<Vec<&Field>, _>(|field| default(record, field).is_none());
    required.into_iter().chain(optional).collect()
}

/// The comment of a duration, with its unit in Python.
pub(super) fn in_seconds(kind: &Kind, doc: &Doc) -> Doc {
    if *kind.required() != Kind::Duration {
        return doc.clone();
    }
    let (mut first, rest) = doc.split_first_sentence();
    if let Some(Inline::Text { text }) = first.paragraphs.last_mut().and_then(|p| p.last_mut()) {
        *text = format!("{}, in seconds.", text.trim_end_matches('.'));
    }
    match (first.paragraphs.last_mut(), rest.paragraphs.first()) {
        (Some(sentence), Some(after)) => {
            sentence.push(Inline::Text { text: " ".to_owned() });
            sentence.extend(after.iter().cloned());
        }
        _ => return first,
    }
    first.paragraphs.extend(rest.paragraphs.into_iter().skip(1));
    first
}

fn enumerations_file(definition: &Definition) -> String {
    let dialect = Python(definition);
    let mut code = String::new();
    for enumeration in enumerations(definition) {
        let words = words(enumeration);
        let quoted: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        let name = alias(enumeration);
        let joined = quoted.join(", ");
        let line = format!("{name}: TypeAlias = Literal[{joined}]\n");
        code.push('\n');
        if line.len() <= 120 {
            code.push_str(&line);
        } else {
            code.push_str(&format!("{name}: TypeAlias = Literal[\n    {joined}\n]\n"));
        }
        code.push_str(short(&dialect.paragraphs(&enumeration.doc), 0).trim_end_matches("\"\"\"\n"));
        code.push_str("\n\n");
        for (word, doc) in words {
            let entry = format!("- ``{word}``: {}", dialect.line(&doc.lower_first()));
            code.push_str(&super::dialect::block(&entry, 0, 2));
        }
        code.push_str("\"\"\"\n");
    }
    format!(
        "# {NOTICE}\n\"\"\"The words of options and results.\"\"\"\n\nfrom __future__ import annotations\n\n{}{code}",
        imports(&code, &[], ".")
    )
}

fn results_file(definition: &Definition) -> String {
    let classes: Vec<String> =
        results(definition).iter().map(|record| result(record, definition)).collect();
    let code = classes.join("\n\n");
    format!(
        "# {NOTICE}\n\"\"\"The results of operations.\n\n`to_dict` returns the JSON that the command line prints for the \
         same operation, with keys in snake case.\n\"\"\"\n\nfrom __future__ import annotations\n\n{}\n\n{code}",
        imports(&code, &[words_module(definition)], ".")
    )
}

fn result(record: &Record, definition: &Definition) -> String {
    let dialect = Python(definition);
    let name = &record.name;
    let example = record
        .examples
        .get("python")
        .unwrap_or_else(|| panic!("languages.toml has no examples.python of the result {name}"));
    let mut text = format!("@dataclass(frozen=True, slots=True)\nclass {name}(Result):\n");
    text.push_str(&Docstring::new(&dialect.paragraphs(&record.doc), 4).example(example).end());
    text.push('\n');
    let mut values = Vec::new();
    for field in ordered(record) {
        let (annotation, value) = form(record, field, definition);
        let default = default(record, field).map(|default| format!(" = {default}"));
        text.push_str(&format!(
            "    {}: {annotation}{}\n",
            field.name,
            default.unwrap_or_default()
        ));
        text.push_str(&short(&dialect.paragraphs(&in_seconds(&field.kind, &field.doc)), 4));
        values.push(value);
        if field.kind == Kind::Error {
            text.push_str(
                "    code: str\n    \"\"\"The code of that error, such as ``FORBIDDEN``.\"\"\"\n",
            );
            values.push("f[\"code\"]".to_owned());
        }
    }
    text.push('\n');
    let property = PROPERTIES.iter().find(|(of, _)| of == name).map(|(_, text)| *text);
    text.push_str(property.unwrap_or_default());
    text.push_str(&format!("    @classmethod\n    def _of(cls, f: dict[str, Any]) -> {name}:\n"));
    text.push_str(&bracketed("return cls", &values, "", 8));
    text
}

fn default(record: &Record, field: &Field) -> Option<String> {
    if let Some((_, default)) = DEFAULTS.iter().find(|(name, _)| *name == record.name) {
        return Some((*default).to_owned());
    }
    match &field.kind {
        // Not a part of the JSON, and too long for `repr`.
        Kind::Bytes if !field.in_json => Some("field(default=b\"\", repr=False)".to_owned()),
        Kind::Annotations => Some("field(default_factory=Annotations)".to_owned()),
        kind => kind.is_optional().then(|| "None".to_owned()),
    }
}

/// The type of a field, and the expression that reads it from the plain values `f` of the native
/// module.
fn form(record: &Record, field: &Field, definition: &Definition) -> (String, String) {
    let item = format!("f[\"{}\"]", field.name);
    let (annotation, value) = single(record, field, field.kind.required(), &item, definition);
    if !field.kind.is_optional() {
        return (annotation, value);
    }
    let value = if value == item { value } else { format!("{item} and {value}") };
    (format!("{annotation} | None"), value)
}

fn single(
    record: &Record,
    field: &Field,
    kind: &Kind,
    item: &str,
    definition: &Definition,
) -> (String, String) {
    let same = |annotation: &str| (annotation.to_owned(), item.to_owned());
    match kind {
        Kind::Bool => same("bool"),
        Kind::Count | Kind::Number | Kind::SmallNumber => same("int"),
        Kind::Duration => same("float"),
        Kind::Text
        | Kind::Reference
        | Kind::Host
        | Kind::LoginTarget
        | Kind::Digest
        | Kind::StoredIn
        | Kind::Error => same("str"),
        Kind::Bytes => same("bytes"),
        Kind::Annotations => ("Annotations".to_owned(), format!("Annotations({item})")),
        Kind::Path => ("Path".to_owned(), format!("Path({item})")),
        Kind::Enumeration(name) => same(&alias(definition.enumeration(name))),
        Kind::Descriptor => ("Descriptor".to_owned(), format!("Descriptor._of({item})")),
        Kind::Record(name) => (name.clone(), format!("{name}._of({item})")),
        Kind::List(kind) if **kind == Kind::Descriptor => {
            ("tuple[Descriptor, ...]".to_owned(), format!("descriptors({item})"))
        }
        Kind::List(kind) => {
            let (annotation, value) = single(record, field, kind, "item", definition);
            let value = if value == "item" {
                format!("tuple({item})")
            } else {
                format!("tuple({value} for item in {item})")
            };
            (format!("tuple[{annotation}, ...]"), value)
        }
        kind => panic!("Python has no form of the field {}.{}: {kind:?}", record.name, field.name),
    }
}

fn configuration_file(definition: &Definition) -> String {
    let record = definition.record("ClientConfig");
    let options: Vec<Parameter> =
        record.fields.iter().map(|field| option(field, &record.name, definition)).collect();
    let mut code = String::new();
    for record in nested(definition) {
        code.push_str(&limits(record, definition));
        code.push_str("\n\n");
    }
    let fields: String = options.iter().map(configured).collect();
    let given: String = options
        .iter()
        .map(|o| format!("            \"{}\": {},\n", o.name, in_configuration(o)))
        .collect();
    // The names that the template uses are a part of the code.
    let own = rendered(
        CONFIGURATION,
        context! { notice => "", imports => "", code => &code, fields => &fields, given => &given },
    );
    rendered(
        CONFIGURATION,
        context! { notice => NOTICE, imports => imports(&own, &[words_module(definition)], "."), code, fields, given },
    )
}

/// A class of nested options, whose fields are all None by default.
fn limits(record: &Record, definition: &Definition) -> String {
    let dialect = Python(definition);
    let name = &record.name;
    let example = record
        .examples
        .get("python")
        .unwrap_or_else(|| panic!("languages.toml has no examples.python of the options {name}"));
    let mut about = dialect.paragraphs(&record.doc);
    about.push("None keeps the default.".to_owned());
    let raises = ["InvalidArgumentError: a value is negative or not a number.".to_owned()];
    let mut text = format!("@dataclass(frozen=True, slots=True)\nclass {name}:\n");
    text.push_str(&Docstring::new(&about, 4).section("Raises", &raises).example(example).end());
    text.push('\n');
    let mut given = String::new();
    for field in &record.fields {
        let option = option(field, name, definition);
        text.push_str(&format!("    {}: {} = None\n", option.name, or_none(&option.annotation)));
        text.push_str(&short(&dialect.paragraphs(&in_seconds(&field.kind, &field.doc)), 4));
        let passed = option
            .passed
            .replace(&format!(", {})", option.name), &format!(", self.{})", option.name));
        assert!(passed != option.passed, "{name}.{} cannot be a nested option", option.name);
        let passed = match has_no_default(&option) {
            true => passed,
            false => format!("{passed} if self.{} is not None else None", option.name),
        };
        given.push_str(&format!("            \"{}\": {passed},\n", option.name));
    }
    text.push_str(&format!(
        "\n    def __post_init__(self) -> None:\n        self._given()\n\n    \
         def _given(self) -> dict[str, Any]:\n        \
         \"\"\"Checks the values and converts them for the native module.\"\"\"\n        return {{\n{given}        }}\n"
    ));
    text
}

fn or_none(annotation: &str) -> String {
    match annotation.strip_suffix(" | None") {
        Some(_) => annotation.to_owned(),
        None => format!("{annotation} | None"),
    }
}

fn has_no_default(option: &Parameter) -> bool {
    option.default.as_deref() == Some("None")
}

/// A field of the class `Configuration`, which has checked values.
fn configured(option: &Parameter) -> String {
    let (annotation, default) = match &option.kind {
        Kind::Credentials => ("AsyncCredentials".to_owned(), option.default.clone()),
        Kind::Headers | Kind::Annotations => {
            ("dict[str, str]".to_owned(), Some("field(default_factory=dict)".to_owned()))
        }
        Kind::Record(name) => (name.clone(), Some(format!("field(default_factory={name})"))),
        // The check returns a list.
        Kind::List(_) => ("list[str]".to_owned(), Some("field(default_factory=list)".to_owned())),
        // The check returns any text; the native module rejects unknown words.
        kind if matches!(kind.required(), Kind::Enumeration(_)) => {
            (option.stub.clone(), option.default.clone())
        }
        _ => (option.annotation.clone(), option.default.clone()),
    };
    format!("    {}: {annotation} = {}\n", option.name, default.unwrap_or("None".to_owned()))
}

/// The expression that converts a field of `Configuration` for the native module.
fn in_configuration(option: &Parameter) -> String {
    let n = &option.name;
    match &option.kind {
        Kind::Credentials => format!("native_credentials(self.{n}, callback)"),
        Kind::Headers => format!("list(self.{n}.items())"),
        Kind::Record(_) => format!("self.{n}._given()"),
        _ => format!("self.{n}"),
    }
}
