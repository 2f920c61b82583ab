//! `bindings/c/src/options`: one file for each record of options, with a setter for each option.

use super::{
    C, Function, Numbers, Output, SINCE, added, adder, free_function, has_files, imports, module,
    options_name, setter_doc, singular, source,
};
use crate::{
    definition::{Definition, Field, Kind, Record},
    emit::snake,
};

/// Setters that are written by hand, with the reason.
const BY_HAND: [(&str, &str); 3] = [
    // A credential, anonymous access and a callback replace each other.
    ("ClientConfig", "credentials"),
    // One function sets both files, since neither is valid alone.
    ("ClientConfig", "cert_file"),
    ("ClientConfig", "key_file"),
];

/// Files that the setter reads, so that an unusable one is reported at once.
const CHECKED_FILES: [&str; 1] = ["ca_file"];

/// The parameters of a setter for a record of numbers. They are part of the ABI: a later field gets a
/// setter of its own.
const TOGETHER: [(&str, &[&str]); 1] = [("UnpackLimits", &["entries", "bytes", "ratio"])];

pub(in crate::emit) const CLIENT: &str = "ClientConfig";

const OPTIONS_NULL: &str = "Errors: INVALID_ARGUMENT if `options` is NULL";

pub(super) fn files(definition: &Definition) -> Vec<Output> {
    let numbers = Numbers::read(definition);
    let c = &C { definition, numbers: &numbers };
    let (mut modules, mut handles, mut files) = (Vec::new(), Vec::new(), Vec::new());
    for record in records(definition) {
        let name = options_name(&record.name);
        let subject = name.trim_end_matches("_options").to_owned();
        files.push(source(&format!("options/{subject}.rs"), &file(c, record, &subject)));
        modules.push(subject);
        if record.name != CLIENT {
            handles.push(name);
        }
    }
    let doc = "//! Options of the client and of the operations, one file for each.\n//!\n\
               //! Each is an opaque handle with one function for each option. A setter copies and \
               checks its\n//! arguments, so that a new option adds a function and changes no existing one.\n";
    files.push(source("options/mod.rs", &module(doc, &modules, &handles)));
    files
}

/// The fields of a record of numbers that one setter sets together.
pub(in crate::emit) fn together(numbers: &Record) -> &'static [&'static str] {
    let found = TOGETHER.iter().find(|(name, _)| *name == numbers.name);
    found.map_or(&[], |(_, together)| together)
}

/// The options of the client, then those of the operations in their order.
pub(in crate::emit) fn records(definition: &Definition) -> Vec<&Record> {
    let mut records = vec![definition.record(CLIENT)];
    for operation in &definition.operations {
        if let Some(name) = &operation.options
            && !records.iter().any(|record| record.name == *name)
        {
            records.push(definition.record(name));
        }
    }
    records
}

fn file(c: &C<'_>, record: &Record, subject: &str) -> String {
    let mut text = String::new();
    if record.name != CLIENT {
        text.push_str(&handle(record));
    }
    for field in record.fields.iter().filter(|field| !is_by_hand(record, field)) {
        for function in setters(c, record, field) {
            text.push('\n');
            text.push_str(&function.text());
        }
    }
    if record.name == CLIENT {
        text.push('\n');
        text.push_str(&set_limit(c));
    }
    let core = format!("ocigraph::{} {} Reference Result Limits", record.name, named(record));
    let numbers = c.numbers.names(c.definition);
    let imports = imports(
        &text,
        &[
            "std::ffi::c_void",
            "std::mem::MaybeUninit",
            "std::time::Duration",
            &core,
            "crate::boundary::call_status free require",
            "crate::callback::Gate ProgressCallback ocigraph_progress_fn ocigraph_read_fn",
            "crate::client::ocigraph_client",
            "crate::client_options::ocigraph_client_options",
            "crate::error::ocigraph_error",
            "crate::files::Files",
            &numbers,
            "crate::status::ocigraph_status",
            "crate::text::invalid ocigraph_bytes ocigraph_str",
        ],
    );
    let subject = if record.name == CLIENT { "a client" } else { subject };
    format!("//! Options of {subject}.\n\n{imports}\n{text}")
}

/// The records of numbers that the options contain.
fn named(record: &Record) -> String {
    let names = record.fields.iter().filter_map(|field| match &field.kind {
        Kind::Record(name) => Some(name.as_str()),
        _ => None,
    });
    names.collect::<Vec<_>>().join(" ")
}

pub(in crate::emit) fn is_by_hand(record: &Record, field: &Field) -> bool {
    BY_HAND.contains(&(&record.name, &field.name))
}

pub(super) fn has_progress(record: &Record) -> bool {
    record.fields.iter().any(|field| field.kind == Kind::Progress)
}

/// The handle, and the functions that create and free it.
fn handle(record: &Record) -> String {
    let name = options_name(&record.name);
    let core = &record.name;
    let mut users: Vec<String> = Vec::new();
    for operation in &record.operations {
        users.push(match operation.as_str() {
            "push_blob" => "the `ocigraph_client_push_blob` functions".to_owned(),
            operation => format!("`ocigraph_client_{operation}`"),
        });
    }
    if core == "DiscoverOptions" {
        users.push("`ocigraph_graph_filter`".to_owned());
    }
    let (mut fields, mut changes) = (format!("pub(crate) core: {core},\n"), String::new());
    if has_files(record) {
        fields.push_str("pub(crate) files: Files,\n");
    }
    if has_progress(record) {
        fields.push_str("pub(crate) progress: ProgressCallback,\n");
        changes.push_str(".progress(self.progress.through(gate))");
    }
    let mut text = format!(
        "/// Options of {}.\n#[derive(Default)]\npub struct ocigraph_{name} {{\n{fields}}}\n\n",
        users.join(" and ")
    );
    if !changes.is_empty() {
        text.push_str(&format!(
            "impl ocigraph_{name} {{\n/// Copies the options for one operation, which reports its \
             progress at the gate.\npub(crate) fn for_operation(&self, gate: &Gate) -> {core} {{\n\
             self.core.clone(){changes}\n}}\n}}\n\n"
        ));
    }
    let words = name.replace('_', " ");
    let new = Function {
        name: format!("ocigraph_{name}_new"),
        doc: vec![format!("Creates {words} with the default values.")],
        notes: vec![
            format!("Ownership: free the result with `ocigraph_{name}_free`."),
            format!("Threads: any. {SINCE}"),
        ],
        returns: format!("Option<Box<ocigraph_{name}>>"),
        body: "Some(Box::default())".to_owned(),
        ..Function::default()
    };
    text.push_str(&new.text());
    text.push('\n');
    let free = format!("Frees {words}. Running operations are not affected.");
    text.push_str(&free_function(&name, "options", free).text());
    text
}

/// The functions that set an option.
fn setters(c: &C<'_>, record: &Record, field: &Field) -> Vec<Function> {
    let name = field.name.as_str();
    let mut set = Function::new(
        function_name(record, &format!("set_{name}")),
        c.paragraphs(&setter_doc(field)),
    );
    let mut errors = format!("{OPTIONS_NULL}.");
    let assign = |value: &str| assignment(record, name, value);
    let some =
        |value: String| if field.kind.is_optional() { format!("Some({value})") } else { value };
    let optional = field.kind.is_optional();
    let unset = "An empty text or NULL unsets it.";
    let unsetting = |set: &mut Function| {
        if let Some(last) = set.doc.last_mut() {
            last.push_str(&format!(" {unset}"));
        }
    };
    match field.kind.required() {
        Kind::Bool => {
            set.parameter(name, "bool");
            set.body = assign(&some(name.to_owned()));
        }
        Kind::Count | Kind::Number | Kind::SmallNumber => {
            set.parameter(name, number_type(field.kind.required()));
            set.body = assign(&some(name.to_owned()));
        }
        Kind::Duration => {
            set.doc.push("`milliseconds`: the duration.".to_owned());
            set.parameter("milliseconds", "u64");
            set.body = assign(&some("Duration::from_millis(milliseconds)".to_owned()));
        }
        Kind::Enumeration(of) => {
            let constants = format!("`OCIGRAPH_{}_*`", super::group(of));
            set.doc.push(format!("`{name}`: one of {constants}."));
            set.parameter(name, "i32");
            set.body = format!(
                "let value = parse_{}({name})?;\n{}",
                snake(of),
                assign(&some("value".to_owned()))
            );
            errors = format!("{OPTIONS_NULL} or the number is unknown.");
        }
        Kind::Text if name == "artifact_type" && has_files(record) => {
            unsetting(&mut set);
            set.parameter(name, "ocigraph_str");
            set.body = format!(
                "let value = {name}.checked(\"{name}\", ocigraph::media_type::check_artifact_type)?;\n{}",
                assign("value")
            );
            errors = format!("{OPTIONS_NULL} or the text is not a media type.");
        }
        Kind::Text | Kind::Path => {
            set.parameter(name, "ocigraph_str");
            let is_path = *field.kind.required() == Kind::Path;
            let (read, value) = match (optional, is_path) {
                (true, false) => ("optional", "value"),
                (true, true) => ("optional", "value.map(Into::into)"),
                (false, false) => ("text", "value"),
                (false, true) => ("text", "value.into()"),
            };
            if optional {
                unsetting(&mut set);
            }
            set.body = format!("let value = {name}.{read}(\"{name}\")?;\n{}", assign(value));
            errors = match (record.name == CLIENT, is_path) {
                (true, false) => {
                    format!("{OPTIONS_NULL}, or the text is not UTF-8 or not valid in a header.")
                }
                _ if CHECKED_FILES.contains(&name) => format!(
                    "{OPTIONS_NULL} or the text is not UTF-8; TLS if the file contains no certificate."
                ),
                _ => format!("{OPTIONS_NULL} or the text is not UTF-8."),
            };
        }
        Kind::Platform if optional => {
            set.doc.push(format!(
                "`{name}`: `os/architecture[/variant][:os.version]`, such as \"linux/arm64\". {unset}"
            ));
            set.parameter(name, "ocigraph_str");
            set.body =
                format!("let value = {name}.parse_optional(\"{name}\")?;\n{}", assign("value"));
            errors = format!("{OPTIONS_NULL} or the text is not a platform.");
        }
        Kind::Reference if optional => {
            unsetting(&mut set);
            set.parameter(name, "ocigraph_str");
            set.body = format!(
                "let value: Option<Reference> = {name}.parse_optional(\"{name}\")?;\n\
                 value.as_ref().map(Reference::name).transpose()?;\n{}",
                assign("value")
            );
            errors =
                "Errors: INVALID_REFERENCE if the text is not a reference or has neither tag nor \
                      digest; INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8."
                    .to_owned();
        }
        Kind::Annotations | Kind::Headers => return vec![add_pair(c, record, field)],
        Kind::List(kind) if **kind == Kind::Text => {
            let one = added(name);
            set.name = function_name(record, &adder(name));
            set.doc = c.paragraphs(&adding(field));
            set.parameter(&one, "ocigraph_str");
            set.body = pushed(record, name, &format!("{one}.required(\"{one}\")?"));
            errors = format!("{OPTIONS_NULL}, or the text is empty or not UTF-8.");
        }
        Kind::List(kind) if **kind == Kind::ResolveOverride => {
            let one = singular(name);
            set.name = function_name(record, &format!("add_{one}"));
            set.doc = c.paragraphs(&adding(field));
            set.parameter(&one, "ocigraph_str");
            set.body = pushed(record, name, &format!("{one}.parse(\"{one}\")?"));
            errors = format!("{OPTIONS_NULL}, or the text has another form.");
        }
        Kind::List(kind) if **kind == Kind::File => return add_files(record),
        Kind::File if optional => return set_file(c, record, field),
        Kind::Progress => {
            set.doc = vec![
                "Reports progress to `callback`, which receives `user_data` as its first argument. \
                 NULL disables progress, which is the default. `user_data` must stay valid until \
                 every operation that uses these options is over."
                    .to_owned(),
            ];
            set.parameter("callback", "ocigraph_progress_fn");
            set.parameter("user_data", "*mut c_void");
            set.body = format!(
                "require(options, \"options\")?.{name} = ProgressCallback::new(callback, user_data);\nOk(())"
            );
        }
        Kind::Client if optional => {
            if let Some(last) = set.doc.last_mut() {
                last.push_str(" NULL unsets it.");
            }
            set.parameter(name, "Option<&ocigraph_client>");
            set.body = format!(
                "let value = {name}.map(ocigraph_client::shared).transpose()?;\n{}",
                assign("value")
            );
            let ownership = format!(
                "Ownership: the options share what `{name}` has, which may be freed before them. Its \
                 credential callback is not called after that."
            );
            errors =
                format!("{OPTIONS_NULL}, or `{name}` belongs to the parent of a forked process.");
            let mut set = finished(record, set, errors);
            set.notes.insert(0, ownership);
            return vec![set];
        }
        Kind::Record(of) if of == "Limits" && record.name == CLIENT => {
            set.name = function_name(record, "set_limit");
            set.doc = vec![
                "Sets a timeout or a maximum. `limit` is one of `OCIGRAPH_LIMIT_*`, which state the \
                 unit and the default. A `value` of 0 restores the default."
                    .to_owned(),
            ];
            set.parameter("limit", "i32");
            set.parameter("value", "u64");
            set.body = format!("set_limit(&mut {}, limit, value)", target(record, name));
            errors = format!("{OPTIONS_NULL} or `limit` is unknown.");
        }
        Kind::Record(of) => return set_numbers(c, record, field, c.definition.record(of)),
        other => panic!("C cannot write the option {}.{name} of the kind {other:?}", record.name),
    }
    vec![finished(record, set, errors)]
}

fn function_name(record: &Record, name: &str) -> String {
    format!("ocigraph_{}_{name}", options_name(&record.name))
}

fn number_type(kind: &Kind) -> &'static str {
    match kind {
        Kind::Count => "usize",
        Kind::SmallNumber => "u32",
        _ => "u64",
    }
}

/// The place of an option, in a closure that may fail.
fn target(record: &Record, name: &str) -> String {
    let inner = if record.name == CLIENT { "config" } else { "core" };
    format!("require(options, \"options\")?.{inner}.{name}")
}

/// Adds an entry to a list. NULL options are reported before an entry that cannot be used.
fn pushed(record: &Record, name: &str, value: &str) -> String {
    let inner = if record.name == CLIENT { "config" } else { "core" };
    format!(
        "let options = require(options, \"options\")?;\n\
         let value = {value};\noptions.{inner}.{name}.push(value);\nOk(())"
    )
}

/// Sets an option. The client checks texts and files, so that the setter can report an invalid one.
fn assignment(record: &Record, name: &str, value: &str) -> String {
    let is_checked =
        record.name == CLIENT && (CHECKED_FILES.contains(&name) || name == "user_agent");
    if is_checked {
        return format!("require(options, \"options\")?.change(|config| config.{name} = {value})");
    }
    format!("{} = {value};\nOk(())", target(record, name))
}

/// Adds the parameters that every setter has, and the notes.
fn finished(record: &Record, mut set: Function, errors: String) -> Function {
    let own = format!("Option<&mut ocigraph_{}>", options_name(&record.name));
    set.parameters.insert(0, ("options".to_owned(), own));
    set.parameter("error", "Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>");
    set.notes = vec![errors, format!("Threads: one at a time for each handle. {SINCE}")];
    set.returns = "ocigraph_status".to_owned();
    set.body = format!("call_status(error, || {{\n{}\n}})", set.body);
    set
}

/// The comment of a list of options for a function that adds one entry.
pub(in crate::emit) fn adding(field: &Field) -> crate::docs::Doc {
    if adder(&field.name) == field.name {
        return field.doc.clone();
    }
    let one = match &field.kind {
        Kind::List(kind) if **kind == Kind::ResolveOverride => "address".to_owned(),
        _ => singular(&field.name).replace('_', " "),
    };
    let article = if one.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    field.doc.after(&format!("Adds {article} {one}. "))
}

/// Adds an annotation or a header.
fn add_pair(c: &C<'_>, record: &Record, field: &Field) -> Function {
    let is_header = field.kind == Kind::Headers;
    let key = if is_header { "name" } else { "key" };
    let mut add = Function::new(
        function_name(record, &format!("add_{}", singular(&field.name))),
        c.paragraphs(&adding(field)),
    );
    add.parameter(key, "ocigraph_str");
    add.parameter("value", "ocigraph_str");
    let errors = if is_header {
        add.body = format!(
            "let header = (name.text(\"name\")?, value.text(\"value\")?);\n\
             require(options, \"options\")?.change(|config| config.{}.push(header))",
            field.name
        );
        format!(
            "{OPTIONS_NULL}, if a text is not UTF-8, or if the name or value is not a valid header."
        )
    } else {
        add.doc.push("A key that was added before gets the new value.".to_owned());
        add.body = format!(
            "let (key, value) = (key.required(\"key\")?, value.text(\"value\")?);\n\
             {}.insert(key, value);\nOk(())",
            target(record, &field.name)
        );
        format!("{OPTIONS_NULL}, `key` is empty, or a text is not UTF-8.")
    };
    finished(record, add, errors)
}

/// Adds files to push: from a path, from memory and from a callback.
fn add_files(record: &Record) -> Vec<Function> {
    let name = |name: &str| function_name(record, name);
    let files = "require(options, \"options\")?.files";
    let media_type = "or `media_type` is not a media type.";
    let text = "ocigraph_str";
    let add = |function: &str,
               doc: &[&str],
               parameters: &[(&str, &str)],
               body: String,
               errors: String| {
        let parameters = parameters.iter().map(|(n, k)| ((*n).to_owned(), (*k).to_owned()));
        let function = Function {
            name: name(function),
            doc: doc.iter().map(|paragraph| (*paragraph).to_owned()).collect(),
            parameters: parameters.collect(),
            body,
            ..Function::default()
        };
        finished(record, function, errors)
    };
    vec![
        add(
            "add_path",
            &[
                "Adds a file or a directory. A directory is packed as a gzip-compressed tar archive.",
                "`media_type`: no text derives the media type from the file name. `title`: the name \
                 of the file when it is pulled; no text uses the path.",
            ],
            &[("path", text), ("media_type", text), ("title", text)],
            format!("{files}.add_path(path, media_type, title)"),
            format!("{OPTIONS_NULL}, `path` is empty, a text is not UTF-8, {media_type}"),
        ),
        add(
            "add_bytes",
            &[
                "Adds content from memory. The content is copied.",
                "`title`: the name of the file when it is pulled; no text adds a blob without a \
                 title, which a pull skips. `media_type`: no text derives the media type from the \
                 title.",
            ],
            &[("title", text), ("media_type", text), ("content", "ocigraph_bytes")],
            format!("{files}.add_bytes(title, media_type, content)"),
            format!("{OPTIONS_NULL}, a text is not UTF-8, {media_type}"),
        ),
        add(
            "add_reader",
            &[
                "Adds content that the `read` callback provides. Each operation with these options \
                 calls `read`, with `user_data` as the first argument, until the end of the content. \
                 Small content is buffered in memory, larger content in a temporary file.",
                &format!(
                    "`title`, `media_type`: as for `{}`. `user_data` must stay valid until every \
                     operation that uses these options is over.",
                    name("add_bytes")
                ),
                "All operations with these options share `user_data`, and a stream that was read once \
                 is at its end. Use separate options for each operation, or a callback that restarts \
                 its content.",
            ],
            &[
                ("title", text),
                ("media_type", text),
                ("read", "ocigraph_read_fn"),
                ("user_data", "*mut c_void"),
            ],
            format!("{files}.add_reader(title, media_type, read, user_data)"),
            "Errors: INVALID_ARGUMENT if `options` or `read` is NULL, a text is not UTF-8, or \
             `media_type` is not a media type."
                .to_owned(),
        ),
        add(
            "add_file_annotation",
            &["Adds an annotation to the descriptor of the file that was added last."],
            &[("key", text), ("value", text)],
            format!("{files}.annotate_last(key, value)"),
            format!("{OPTIONS_NULL}, no file was added, `key` is empty, or a text is not UTF-8."),
        ),
    ]
}

/// Sets a blob from memory or from a file.
fn set_file(c: &C<'_>, record: &Record, field: &Field) -> Vec<Function> {
    let name = &field.name;
    let doc = c.paragraphs(&setter_doc(field));
    let functions = [
        (
            format!("set_{name}"),
            (name.as_str(), "ocigraph_bytes"),
            "The content is copied. `media_type`: no text selects \"application/json\".",
            format!("config({name}, media_type)?"),
            format!("{OPTIONS_NULL}, the text is not UTF-8, or `media_type` is not a media type."),
        ),
        (
            format!("set_{name}_path"),
            ("path", "ocigraph_str"),
            "`path`: the file with the content. `media_type`: no text derives the media type from \
             the file name.",
            "config_path(path, media_type)?".to_owned(),
            format!(
                "{OPTIONS_NULL}, `path` is empty, a text is not UTF-8, or `media_type` is not a media \
                 type."
            ),
        ),
    ];
    functions
        .into_iter()
        .map(|(function, (parameter, kind), paragraph, value, errors)| {
            let mut set = Function::new(function_name(record, &function), doc.clone());
            set.doc.push(paragraph.to_owned());
            set.parameter(parameter, kind);
            set.parameter("media_type", "ocigraph_str");
            set.body = format!(
                "let value = crate::files::{value};\n{} = Some(value);\nOk(())",
                target(record, name)
            );
            finished(record, set, errors)
        })
        .collect()
}

/// Sets the numbers of a record: the first ones together, each later one with its own function.
fn set_numbers(c: &C<'_>, record: &Record, field: &Field, numbers: &Record) -> Vec<Function> {
    let Some((_, together)) = TOGETHER.iter().find(|(name, _)| *name == numbers.name) else {
        panic!("C cannot write the option {}.{}: a record", record.name, field.name);
    };
    let mut functions = Vec::new();
    let mut set = Function::new(
        function_name(record, &format!("set_{}", field.name)),
        c.paragraphs(&setter_doc(field)),
    );
    let (mut described, mut changes) = (Vec::new(), String::new());
    for name in *together {
        let inner = numbers.fields.iter().find(|inner| inner.name == **name);
        let inner = inner.unwrap_or_else(|| panic!("{} has no field {name}", numbers.name));
        assert!(inner.kind == Kind::Number, "{}.{name} is not a number", numbers.name);
        let doc = c.paragraphs(&inner.doc.lower_first()).join(" ");
        described.push(format!("`{name}`: {doc}"));
        changes.push_str(&format!(".{name}(or({name}, default.{name}))"));
        set.parameter(name, "u64");
    }
    set.doc.push(format!("{} 0 selects the default of each.", described.join(" ")));
    let place = target(record, &field.name);
    let core = &numbers.name;
    set.body = format!(
        "let default = {core}::default();\n\
         let or = |given: u64, default| if given == 0 {{ default }} else {{ given }};\n\
         let limits = &mut {place};\n*limits = limits{changes};\nOk(())"
    );
    functions.push(finished(record, set, format!("{OPTIONS_NULL}.")));
    for inner in numbers.fields.iter().filter(|f| !together.contains(&f.name.as_str())) {
        let mut set = Function::new(
            function_name(record, &format!("set_{}_{}", field.name, inner.name)),
            c.paragraphs(&setter_doc(inner)),
        );
        set.parameter(&inner.name, number_type(&inner.kind));
        set.body =
            format!("{}.{} = {};\nOk(())", target(record, &field.name), inner.name, inner.name);
        functions.push(finished(record, set, format!("{OPTIONS_NULL}.")));
    }
    functions
}

/// The function that sets one of the limits of the client.
fn set_limit(c: &C<'_>) -> String {
    let mut arms = String::new();
    for field in &c.definition.record("Limits").fields {
        let name = &field.name;
        let constant = c.numbers.constant("Limits", name).expect("a limit has a number");
        let value = match field.kind {
            Kind::Duration => format!("given.map_or(default.{name}, Duration::from_millis)"),
            Kind::Number => format!("given.unwrap_or(default.{name})"),
            Kind::Count => format!(
                "given.map_or(default.{name}, |n| usize::try_from(n).unwrap_or(usize::MAX))"
            ),
            Kind::SmallNumber => {
                format!("given.map_or(default.{name}, |n| u32::try_from(n).unwrap_or(u32::MAX))")
            }
            ref other => panic!("C cannot write the limit {name} of the kind {other:?}"),
        };
        arms.push_str(&format!("{constant} => limits.{name} = {value},\n"));
    }
    format!(
        "/// Sets the limit with this number. 0 restores the default.\n\
         pub(crate) fn set_limit(limits: &mut Limits, limit: i32, value: u64) -> Result<()> {{\n\
         let default = Limits::default();\n\
         let given = Some(value).filter(|value| *value > 0);\n\
         match limit {{\n{arms}other => {{\nreturn Err(invalid(format!(\
         \"invalid limit {{other}}: expected OCIGRAPH_LIMIT_*\")));\n}}\n}}\nOk(())\n}}\n"
    )
}
