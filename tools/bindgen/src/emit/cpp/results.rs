//! `include/ocigraph/results.hpp`: one class for each result, and a struct for each record in it.

use super::{Cpp, comment, header, method};
use crate::{
    definition::{Field, Kind, Record},
    emit::{
        Output,
        c::{
            accessor_doc, group,
            numbers::{by_outcome, is_flags},
            results::{self, Result, WITHOUT, list_names, results},
        },
        snake,
    },
};

pub(super) fn file(cpp: &Cpp<'_>) -> Output {
    let (mut body, mut written) = (String::new(), Vec::new());
    for result in results(cpp.definition) {
        let mut structs = String::new();
        let records = if result.is_list { vec![result.record] } else { inner(cpp, result.record) };
        for record in records {
            element_structs(cpp, record, &mut written, &mut structs);
        }
        if !body.is_empty() {
            body.push('\n');
        }
        body.push_str(&structs);
        body.push_str(&class(cpp, &result));
    }
    let doc = "Results of operations, except graphs, manifests and blobs. Text that a registry does not \
               report is empty. Included by ocigraph.hpp.";
    header("results", doc, &["result"], &body)
}

/// The records in the lists of a record.
fn inner<'a>(cpp: &'a Cpp<'_>, record: &Record) -> Vec<&'a Record> {
    let records = record.fields.iter().filter_map(|field| match &field.kind {
        Kind::List(inner) => match &**inner {
            Kind::Record(name) => Some(cpp.definition.record(name)),
            _ => None,
        },
        _ => None,
    });
    records.collect()
}

/// The name of the struct for an element of a list.
fn struct_name(record: &str) -> String {
    match record {
        "PullResult" => "pulled_artifact".to_owned(),
        name => snake(name),
    }
}

/// The name of a member. `signed` is a keyword.
fn member(name: &str) -> String {
    if name == "signed" { "is_signed".to_owned() } else { name.to_owned() }
}

/// The structs for the elements of lists, inner ones first.
fn element_structs(cpp: &Cpp<'_>, record: &Record, written: &mut Vec<String>, text: &mut String) {
    if written.contains(&record.name) {
        return;
    }
    written.push(record.name.clone());
    for record in inner(cpp, record) {
        element_structs(cpp, record, written, text);
    }
    text.push_str(&comment(&cpp.line(&record.doc), ""));
    text.push_str(&format!("struct {} {{\n", struct_name(&record.name)));
    for field in fields(record) {
        let doc = cpp.line(&field.doc);
        let mut add = |kind: &str, name: &str, doc: &str| {
            text.push_str(&comment(doc, "    "));
            text.push_str(&format!("    {kind} {name};\n"));
        };
        if field.kind == Kind::Error {
            add("ocigraph_status", "status", "The status of the error.");
            add("std::string", "message", "The message of the error.");
        } else {
            let doc = match constants(cpp, field) {
                Some(constants) => format!("{doc} {constants}"),
                None => doc,
            };
            add(&member_type(cpp, record, field), &member(&field.name), &doc);
        }
    }
    text.push_str("};\n\n");
}

/// The constants of a number.
fn constants(cpp: &Cpp<'_>, field: &Field) -> Option<String> {
    let constants = match field.kind.required() {
        Kind::Enumeration(of) => group(of),
        Kind::Bool if field.kind.is_optional() => field.name.to_uppercase(),
        Kind::Record(of) if is_flags(cpp.definition.record(of)) => {
            return Some(format!("Bits: OCIGRAPH_{}_*. 0 if unknown.", of.to_uppercase()));
        }
        _ => return None,
    };
    (!cpp.line(&field.doc).contains("OCIGRAPH_")).then(|| format!("One of OCIGRAPH_{constants}_*."))
}

fn fields(record: &Record) -> impl Iterator<Item = &Field> {
    record.fields.iter().filter(|field| !WITHOUT.contains(&(&record.name, &field.name)))
}

/// The type of a member, as a value.
fn member_type(cpp: &Cpp<'_>, record: &Record, field: &Field) -> String {
    match field.kind.required() {
        Kind::Bool if field.kind.is_optional() => "std::int32_t".to_owned(),
        Kind::Bool => "bool".to_owned(),
        Kind::Count => "std::size_t".to_owned(),
        Kind::Number => "std::uint64_t".to_owned(),
        Kind::SmallNumber => "std::uint32_t".to_owned(),
        Kind::Enumeration(of) if of == "Outcome" => "ocigraph_outcome".to_owned(),
        Kind::Enumeration(_) => "std::int32_t".to_owned(),
        Kind::Record(of) if is_flags(cpp.definition.record(of)) => "std::int32_t".to_owned(),
        Kind::Text | Kind::Digest | Kind::Path | Kind::Reference | Kind::StoredIn | Kind::Bytes => {
            "std::string".to_owned()
        }
        Kind::Descriptor if field.kind.is_optional() => {
            "std::optional<ocigraph::descriptor>".to_owned()
        }
        Kind::Descriptor => "ocigraph::descriptor".to_owned(),
        Kind::List(inner) => match &**inner {
            Kind::Text | Kind::Digest | Kind::StoredIn => "std::vector<std::string>".to_owned(),
            Kind::Descriptor => "std::vector<ocigraph::descriptor>".to_owned(),
            Kind::Record(name) => format!("std::vector<{}>", struct_name(name)),
            other => panic!("C++ has no list of {other:?} in {}", record.name),
        },
        other => panic!("C++ cannot read {}.{} of the kind {other:?}", record.name, field.name),
    }
}

/// The names of the variables for the indexes of lists.
const INDEXES: [&str; 3] = ["i", "j", "k"];

/// The arguments of an accessor at a depth of lists.
fn arguments(depth: usize) -> String {
    let mut text = String::from("get()");
    for index in &INDEXES[..depth] {
        text.push_str(&format!(", {index}"));
    }
    text
}

/// The expression that reads a field as a value, and its lines.
fn read(
    cpp: &Cpp<'_>,
    result: &str,
    record: &Record,
    field: &Field,
    prefix: &str,
    depth: usize,
    indent: &str,
) -> Vec<String> {
    let name = &field.name;
    let own = match name.as_str() {
        "descriptor" if !prefix.is_empty() => prefix.to_owned(),
        name if prefix.is_empty() => name.to_owned(),
        name => format!("{prefix}_{name}"),
    };
    let function =
        |own: &str, depth: usize| format!("ocigraph_{result}_{own}({})", arguments(depth));
    match field.kind.required() {
        Kind::Error => vec![
            function(&format!("{prefix}_status"), depth),
            format!("detail::copied({})", function(&format!("{prefix}_message"), depth)),
        ],
        Kind::Text | Kind::Digest | Kind::Path | Kind::Reference | Kind::StoredIn => {
            vec![format!("detail::copied({})", function(&own, depth))]
        }
        Kind::Descriptor if field.kind.is_optional() => {
            vec![format!("optional_part({})", function(&own, depth))]
        }
        Kind::Descriptor => vec![format!("part({})", function(&own, depth))],
        Kind::List(inner) => {
            let (count, element) = list_names(record, field, &own);
            let count = function(&count, depth);
            let index = INDEXES[depth];
            let each = |kind: &str, value: String| {
                let line = format!(
                    "detail::list<{kind}>({count}, [&](std::size_t {index}) {{ return {value}; }})"
                );
                if indent.len() + line.len() < super::WIDTH {
                    return vec![line];
                }
                vec![format!(
                    "detail::list<{kind}>(\n{indent}    {count},\n{indent}    [&](std::size_t {index}) {{ return {value}; }})"
                )]
            };
            match &**inner {
                Kind::Text | Kind::Digest | Kind::StoredIn => each(
                    "std::string",
                    format!("detail::copied({})", function(&element, depth + 1)),
                ),
                Kind::Descriptor => {
                    each("ocigraph::descriptor", format!("part({})", function(&element, depth + 1)))
                }
                Kind::Record(of) => vec![elements(
                    cpp,
                    result,
                    cpp.definition.record(of),
                    &element,
                    &count,
                    depth,
                    indent,
                )],
                other => panic!("C++ cannot read {}.{name}: a list of {other:?}", record.name),
            }
        }
        _ => vec![function(&own, depth)],
    }
}

/// The expression for a list of structs.
fn elements(
    cpp: &Cpp<'_>,
    result: &str,
    record: &Record,
    prefix: &str,
    count: &str,
    depth: usize,
    indent: &str,
) -> String {
    let kind = struct_name(&record.name);
    let index = INDEXES[depth];
    let inner = format!("{indent}        ");
    let mut values = Vec::new();
    for field in fields(record) {
        values.extend(read(cpp, result, record, field, prefix, depth + 1, &inner));
    }
    let values: Vec<String> = values.iter().map(|value| format!("{inner}{value}")).collect();
    format!(
        "detail::list<{kind}>({count}, [&](std::size_t {index}) {{\n{indent}    return {kind}{{\n{}}};\n{indent}}})",
        values.join(",\n")
    )
}

fn class(cpp: &Cpp<'_>, result: &Result<'_>) -> String {
    let Result { name, record, is_list } = result;
    let operations: Vec<String> = record
        .operations
        .iter()
        .map(|operation| format!("client::{}", method(cpp.definition, operation)))
        .collect();
    let mut doc = format!("The result of {}.", operations.join(" and "));
    if *is_list {
        doc = format!("{} It is a list of {}s.", doc, results::list(&record.name).1);
    }
    let mut text = format!(
        "{}class {name} : public result<ocigraph_{name}, ocigraph_{name}_free, ocigraph_{name}_json> {{\n  \
         public:\n    using result::result;\n",
        comment(&doc, "")
    );
    let indent = "        ";
    if *is_list {
        let (_, element) = results::list(&record.name);
        let count = format!("ocigraph_{name}_count(get())");
        let kind = struct_name(&record.name);
        text.push_str(&comment(&format!("Returns the {element}s."), "    "));
        text.push_str(&format!(
            "    std::vector<{kind}> {element}s() const {{\n{indent}return {};\n    }}\n",
            elements(cpp, name, record, "", &count, 0, indent)
        ));
    } else {
        for field in fields(record) {
            text.push_str(&root_method(cpp, name, record, field));
        }
    }
    text + "};\n"
}

/// The method for a field of a result that is not a list.
fn root_method(cpp: &Cpp<'_>, result: &str, record: &Record, field: &Field) -> String {
    let name = &field.name;
    let own = member(name);
    let mut doc = cpp.line(&accessor_doc(&field.doc));
    if let Some(constants) = constants(cpp, field) {
        doc = format!("{doc} {constants}");
    }
    let function = format!("ocigraph_{result}_{name}(get())");
    let documented = |text: String| format!("{}{text}", comment(&doc, "    "));
    let method = |head: String, body: String| {
        let line = format!("    {head} {{ {body} }}\n");
        if line.len() <= super::WIDTH + 1 {
            line
        } else {
            format!("    {head} {{\n        {body}\n    }}\n")
        }
    };
    match field.kind.required() {
        Kind::Text | Kind::Digest | Kind::Path | Kind::Reference | Kind::StoredIn | Kind::Bytes => {
            let view = method(
                format!("std::string_view {own}() const & noexcept"),
                format!("return detail::out({function});"),
            );
            let copy = method(
                format!("std::string {own}() &&"),
                format!("return std::string(std::as_const(*this).{own}());"),
            );
            documented(view + &copy)
        }
        Kind::Descriptor if field.kind.is_optional() => documented(method(
            format!("std::optional<ocigraph::descriptor> {own}() const"),
            format!("return optional_part({function});"),
        )),
        Kind::Descriptor => documented(method(
            format!("ocigraph::descriptor {own}() const noexcept"),
            format!("return part({function});"),
        )),
        Kind::Record(of) if by_outcome(cpp.c.numbers, cpp.definition.record(of)).is_some() => {
            let doc =
                format!("Returns the number of {name} with this outcome: OCIGRAPH_OUTCOME_*.");
            comment(&doc, "    ")
                + &method(
                    format!("std::size_t {own}(ocigraph_outcome outcome) const noexcept"),
                    format!("return ocigraph_{result}_{name}(get(), outcome);"),
                )
        }
        Kind::List(inner) => {
            let kind = member_type(cpp, record, field);
            let (count, element) = list_names(record, field, name);
            let base = |helper: &str| {
                let (count, element) =
                    (format!("ocigraph_{result}_{count}"), format!("ocigraph_{result}_{element}"));
                method(
                    format!("{kind} {own}() const"),
                    format!("return {helper}({count}(get()), {element});"),
                )
            };
            match **inner {
                Kind::Text | Kind::Digest | Kind::StoredIn => return documented(base("texts")),
                Kind::Descriptor => return documented(base("parts")),
                _ => {}
            }
            let value = read(cpp, result, record, field, "", 0, "        ").remove(0);
            documented(format!("    {kind} {own}() const {{\n        return {value};\n    }}\n"))
        }
        _ => documented(method(
            format!("{} {own}() const noexcept", member_type(cpp, record, field)),
            format!("return {function};"),
        )),
    }
}
