//! `include/ocigraph/options.hpp`: one class for each record of options.

use super::{Cpp, comment, header, method, one};
use crate::{
    definition::{Field, Kind, Record},
    emit::{
        Output,
        c::{added, adder, options, options_name, setter_doc},
    },
};

pub(super) fn file(cpp: &Cpp<'_>) -> Output {
    let mut body = String::new();
    if !definitions(cpp).is_empty() {
        body.push_str("namespace detail {\n\nclass operations;\n\n} // namespace detail\n");
    }
    for record in options::records(cpp.definition) {
        if !body.is_empty() {
            body.push('\n');
        }
        body.push_str(&class(cpp, record));
    }
    header(
        "options",
        "Options of a client and of the operations. Setters can be chained and throw ocigraph::error for \
         invalid values. Their errors are those of the setters in ocigraph.h. Included by ocigraph.hpp.",
        &["setters"],
        &body,
    )
}

fn class(cpp: &Cpp<'_>, record: &Record) -> String {
    let name = options_name(&record.name);
    let is_client = record.name == options::CLIENT;
    let handle = format!("ocigraph_{name}, ocigraph_{name}_new, ocigraph_{name}_free");
    let (own, mut text) = if is_client {
        let doc = "The options of a client that are the same for every kind of credential. `Self` is \
                   client_options.";
        let text = format!(
            "namespace detail {{\n\n{}template <typename Self>\nclass client_settings\n    : public options<Self, \
             {handle}> {{\n  public:\n",
            comment(doc, "")
        );
        ("Self".to_owned(), text)
    } else {
        let mut users: Vec<String> = record
            .operations
            .iter()
            .map(|operation| format!("client::{}", method(cpp.definition, operation)))
            .collect();
        if record.name == "DiscoverOptions" {
            users.push("graph::filter".to_owned());
        }
        let doc = format!("Options of {}.", users.join(" and "));
        let text = format!(
            "{}class {name}\n    : public detail::options<{name}, {handle}> {{\n  public:\n",
            comment(&doc, "")
        );
        (name.clone(), text)
    };
    for field in record.fields.iter().filter(|field| !options::is_by_hand(record, field)) {
        for setter in setters(cpp, record, field) {
            text.push_str(&comment(&setter.doc, "    "));
            let this = if is_client { "this->" } else { "" };
            let body = format!(
                "return {this}{};",
                setter.call.replace("SET", &format!("ocigraph_{name}_{}", setter.function))
            );
            if field.kind.required() == &Kind::Client {
                text.push_str(&format!("    {own} &{}({});\n", setter.name, setter.parameters));
                continue;
            }
            let head = format!("    {own} &{}({}) {{", setter.name, setter.parameters);
            let line = format!("{head} {body} }}\n");
            if line.len() <= super::WIDTH + 1 {
                text.push_str(&line);
            } else {
                text.push_str(&format!("{head}\n        {body}\n    }}\n"));
            }
        }
    }
    text.push_str("};\n");
    if is_client {
        text.push_str("\n} // namespace detail\n");
    }
    text
}

/// The bodies of the setters that take a client, which needs the options.
pub(super) fn definitions(cpp: &Cpp<'_>) -> String {
    let mut text = String::new();
    for record in options::records(cpp.definition) {
        let name = options_name(&record.name);
        let clients = record.fields.iter().filter(|field| *field.kind.required() == Kind::Client);
        for setter in clients.flat_map(|field| setters(cpp, record, field)) {
            text.push_str(&format!(
                "\ninline {name} &{name}::{}({}) {{\n    return {};\n}}\n",
                setter.name,
                setter.parameters,
                setter.call.replace("SET", &format!("ocigraph_{name}_{}", setter.function)),
            ));
        }
    }
    text
}

/// The base of the class `client`, which is declared before the options.
const CLIENT_CLASS: &str = "detail::operations";

struct Setter {
    name: String,
    parameters: String,
    /// The setter of C without the prefix.
    function: String,
    /// The call, with `SET` for the setter of C.
    call: String,
    doc: String,
}

fn setters(cpp: &Cpp<'_>, record: &Record, field: &Field) -> Vec<Setter> {
    let name = &field.name;
    let doc = cpp.line(&setter_doc(field));
    let simple = |kind: &str, value: &str| Setter {
        name: name.clone(),
        parameters: format!("{kind} {name}"),
        function: format!("set_{name}"),
        call: format!("set(SET, {})", value.replace("NAME", name)),
        doc: doc.clone(),
    };
    let pair = |key: &str| Setter {
        name: one(name),
        parameters: format!("std::string_view {key}, std::string_view value"),
        function: format!("add_{}", one(name)),
        call: format!("set(SET, detail::in({key}), detail::in(value))"),
        doc: cpp.line(&options::adding(field)),
    };
    vec![match field.kind.required() {
        Kind::Bool => simple("bool", "NAME"),
        Kind::Count => simple("std::size_t", "NAME"),
        Kind::Number => simple("std::uint64_t", "NAME"),
        Kind::SmallNumber => simple("std::uint32_t", "NAME"),
        Kind::Duration => {
            simple("std::chrono::milliseconds", "static_cast<std::uint64_t>(NAME.count())")
        }
        Kind::Enumeration(_) => simple("std::int32_t", "NAME"),
        Kind::Text | Kind::Path | Kind::Platform | Kind::Reference => {
            simple("std::string_view", "detail::in(NAME)")
        }
        Kind::Annotations => pair("key"),
        Kind::Headers => pair("name"),
        Kind::List(kind) if matches!(**kind, Kind::Text | Kind::ResolveOverride) => Setter {
            name: one(name),
            parameters: format!("std::string_view {}", added(name)),
            function: adder(name),
            call: format!("set(SET, detail::in({}))", added(name)),
            doc: cpp.line(&options::adding(field)),
        },
        Kind::List(kind) if **kind == Kind::File => return files(),
        Kind::File => {
            return vec![
                Setter {
                    name: name.clone(),
                    parameters: "std::string_view content, std::string_view media_type".to_owned(),
                    function: format!("set_{name}"),
                    call: "set(SET, detail::in_bytes(content), detail::in(media_type))".to_owned(),
                    doc: doc.clone(),
                },
                Setter {
                    name: format!("{name}_path"),
                    parameters: "std::string_view path, std::string_view media_type = {}"
                        .to_owned(),
                    function: format!("set_{name}_path"),
                    call: "set(SET, detail::in(path), detail::in(media_type))".to_owned(),
                    doc: format!("{doc} The content is that of a file."),
                },
            ];
        }
        Kind::Progress => Setter {
            name: "on_progress".to_owned(),
            parameters: "progress callback".to_owned(),
            function: format!("set_{name}"),
            call: "set_progress(SET, std::move(callback))".to_owned(),
            doc: "Sets the function that receives progress events.".to_owned(),
        },
        Kind::Client => Setter {
            name: name.clone(),
            parameters: format!("const {CLIENT_CLASS} &client"),
            function: format!("set_{name}"),
            call: "set(SET, client.get())".to_owned(),
            doc: format!(
                "{doc} The options share what `client` has, which may be destroyed before them. An \
                 exception of its credential source is reported as an error of the code CREDENTIALS."
            ),
        },
        Kind::Record(of) if of == "Limits" => Setter {
            name: "limit".to_owned(),
            parameters: "std::int32_t limit, std::uint64_t value".to_owned(),
            function: "set_limit".to_owned(),
            call: "set(SET, limit, value)".to_owned(),
            doc:
                "Sets a timeout or a maximum: OCIGRAPH_LIMIT_*. A value of 0 restores the default."
                    .to_owned(),
        },
        Kind::Record(of) => return numbers(cpp, field, cpp.definition.record(of), &doc),
        other => panic!("C++ cannot write the option {}.{name} of the kind {other:?}", record.name),
    }]
}

fn files() -> Vec<Setter> {
    let setter = |name: &str, function: &str, parameters: &str, call: &str, doc: &str| Setter {
        name: name.to_owned(),
        parameters: parameters.to_owned(),
        function: function.to_owned(),
        call: call.to_owned(),
        doc: doc.to_owned(),
    };
    let text = "std::string_view";
    vec![
        setter(
            "add_path",
            "add_path",
            &format!("{text} path, {text} media_type = {{}}, {text} title = {{}}"),
            "set(SET, detail::in(path), detail::in(media_type), detail::in(title))",
            "Adds a file or a directory, which is packed as a gzip-compressed tar archive.",
        ),
        setter(
            "add_bytes",
            "add_bytes",
            &format!("{text} title, {text} content, {text} media_type = {{}}"),
            "set(SET, detail::in(title), detail::in(media_type), detail::in_bytes(content))",
            "Adds content from memory. Content precedes the media type, unlike in C.",
        ),
        setter(
            "add_reader",
            "add_reader",
            &format!("{text} title, reader read, {text} media_type = {{}}"),
            "set_reader(SET, title, std::move(read), media_type)",
            "Adds the content of a reader. A reader provides its content once: the options cannot be used \
             for another operation after one has called it. The reader precedes the media type, unlike in C.",
        ),
        setter(
            "file_annotation",
            "add_file_annotation",
            &format!("{text} key, {text} value"),
            "set(SET, detail::in(key), detail::in(value))",
            "Adds an annotation to the file that was added last.",
        ),
    ]
}

/// A setter for the numbers that C sets together, and one for each later number.
fn numbers(cpp: &Cpp<'_>, field: &Field, record: &Record, doc: &str) -> Vec<Setter> {
    let together = options::together(record);
    let parameters: Vec<String> =
        together.iter().map(|name| format!("std::uint64_t {name}")).collect();
    let described: Vec<String> = together
        .iter()
        .map(|name| {
            let inner = record.fields.iter().find(|inner| inner.name == **name);
            let inner = inner.unwrap_or_else(|| panic!("{} has no field {name}", record.name));
            format!("`{name}`: {}", cpp.line(&inner.doc.lower_first()))
        })
        .collect();
    let mut setters = vec![Setter {
        name: field.name.clone(),
        parameters: parameters.join(", "),
        function: format!("set_{}", field.name),
        call: format!("set(SET, {})", together.join(", ")),
        doc: format!("{doc} {} 0 selects the default of each.", described.join(" ")),
    }];
    for inner in record.fields.iter().filter(|f| !together.contains(&f.name.as_str())) {
        setters.push(Setter {
            name: format!("{}_{}", field.name, inner.name),
            parameters: format!("std::uint64_t {}", inner.name),
            function: format!("set_{}_{}", field.name, inner.name),
            call: format!("set(SET, {})", inner.name),
            doc: cpp.line(&setter_doc(inner)),
        });
    }
    setters
}
