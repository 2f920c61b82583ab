//! The structs of options, and their conversion to the options of C.

use minijinja::{
    context,
    value::{Serde, Value},
};
use serde::Serialize;

use super::{
    comments::{self, Go, Place, about, lines},
    names,
};
use crate::{
    definition::{Definition, Field, Kind, Record, Role},
    docs::Inline,
    emit::c::adder,
};

/// The fields of a group that C sets by one function.
const TOGETHER: [(&str, &[&str]); 1] = [("UnpackLimits", &["entries", "bytes", "ratio"])];

/// A struct of Go.
#[derive(Serialize)]
struct Struct {
    name: String,
    comment: Vec<String>,
    fields: Vec<GoField>,
    /// The name of C, for options that C has a handle for.
    handle: Option<String>,
    /// The statements that copy the options to C.
    fill: Vec<String>,
    /// The statements of limits, each of which C sets by a number.
    limits: Vec<String>,
    /// The name without `Options`.
    short: String,
    /// True if the options have files, which C adds by the kind of their content.
    files: bool,
    /// The options that are one file.
    configs: Vec<Config>,
}

#[derive(Serialize)]
struct Config {
    method: String,
    name: String,
    option: String,
}

#[derive(Serialize)]
struct GoField {
    comment: Vec<String>,
    name: String,
    kind: String,
}

/// The options of an operation.
pub(super) fn operations(definition: &Definition) -> Value {
    let mut records: Vec<&Record> = Vec::new();
    for operation in &definition.operations {
        if let Some(name) = &operation.options {
            add(definition, name, &mut records);
        }
    }
    structs(definition, &records)
}

/// The options of a client.
pub(super) fn client(definition: &Definition) -> Value {
    let mut records = Vec::new();
    add(definition, "ClientConfig", &mut records);
    structs(definition, &records)
}

/// Adds a record and the records of its fields.
fn add<'a>(definition: &'a Definition, name: &str, records: &mut Vec<&'a Record>) {
    let record = definition.record(name);
    if records.iter().any(|other| other.name == record.name) {
        return;
    }
    records.push(record);
    for field in &record.fields {
        if let Kind::Record(name) = &field.kind {
            add(definition, name, records);
        }
    }
}

fn structs(definition: &Definition, records: &[&Record]) -> Value {
    let structs: Vec<Struct> = records.iter().map(|record| structure(definition, record)).collect();
    let has = |kind: &str| structs.iter().any(|s| s.fields.iter().any(|f| f.kind.contains(kind)));
    let (time, contexts) = (has("time.Duration"), has("context.Context"));
    let mut imports = Vec::new();
    if contexts {
        imports.push("context");
    }
    if time {
        imports.push("time");
    }
    context! { structs => Serde(structs), imports }
}

fn structure(definition: &Definition, record: &Record) -> Struct {
    assert!(record.role == Role::Options, "{} is not an options struct", record.name);
    let name = names::type_name(&record.name).to_owned();
    let is_group = !is_handle(record);
    let mut made = Struct {
        comment: lines(&type_comment(definition, record), 0),
        fields: Vec::new(),
        handle: (!is_group).then(|| names::c_record(&record.name)),
        fill: Vec::new(),
        limits: Vec::new(),
        short: name.trim_end_matches("Options").to_owned(),
        files: false,
        configs: Vec::new(),
        name,
    };
    for field in &record.fields {
        if record.name == "ClientConfig" && by_hand(&mut made, field) {
            continue;
        }
        let option = GoOption { definition, record, field, name: names::exported(&field.name) };
        made.fields.push(GoField {
            comment: lines(&option.comment(), 1),
            kind: option.kind(),
            name: option.name.clone(),
        });
        if record.name == "Limits" {
            made.limits.push(option.limit());
        } else if !is_group {
            made.fill.extend(option.fill(&mut made.configs));
            made.files |= field.kind == Kind::List(Box::new(Kind::File));
        }
    }
    made
}

/// True if C has a handle for the options. The others are a group of options within options.
fn is_handle(record: &Record) -> bool {
    !record.operations.is_empty() || record.name == "ClientConfig"
}

fn type_comment(definition: &Definition, record: &Record) -> Vec<String> {
    let go = Go::new(definition, Place::Option);
    let name = names::type_name(&record.name);
    if record.name == "ClientConfig" {
        return vec![format!(
            "{name} configure a [Client]. The zero value of an option selects its default."
        )];
    }
    let mut paragraphs =
        go.paragraphs(&record.doc.lower_first().after(&format!("{name} are the ")));
    if !is_handle(record) {
        paragraphs[0].push_str(" The zero value of a field selects its default.");
    }
    if record.name == "DiscoverOptions" {
        // Graphs are written by hand.
        paragraphs[0].push_str(" [Graph.Filter] uses ArtifactType and Annotations.");
    }
    paragraphs
}

/// Writes an option of the client that has another form in Go. Returns false for all others.
fn by_hand(made: &mut Struct, field: &Field) -> bool {
    let mut add = |name: &str, kind: &str, comment: &str| {
        made.fields.push(GoField {
            comment: lines(&[comment.to_owned()], 1),
            name: name.to_owned(),
            kind: kind.to_owned(),
        });
    };
    match field.name.as_str() {
        // Go has a field for each kind of credentials, and the function has a context.
        "credentials" => {
            add(
                "Credential",
                "*Credential",
                "Credential is used for every registry that the client connects to. Set at most one of Credential, Anonymous and CredentialFunc. By default, the client searches the credentials of other tools: DOCKER_AUTH_CONFIG, the configuration files of Docker and of the containers tools, and the credential helpers that those files name.",
            );
            add("Anonymous", "bool", "Anonymous makes every request anonymous. Default: false.");
            add(
                "CredentialFunc",
                "func(ctx context.Context, host, repository string) (*Credential, error)",
                "CredentialFunc returns the credential when a registry requires one, or nil for anonymous access. The host is such as \"registry.example.com:5000\"; the repository is empty for a request that concerns the whole registry. The client calls it one call at a time and uses the result for every call that needs it. Its context therefore belongs to the client and ends when the client is closed. An error fails the method with [ErrCredentials] and is wrapped by its error.",
            );
            made.fill.push("o.setCredentials(s, c)".to_owned());
        }
        // The zero value is the default.
        "use_proxy" => {
            add(
                "NoProxy",
                "bool",
                "NoProxy ignores the proxies in HTTPS_PROXY, HTTP_PROXY and ALL_PROXY. Default: false, which uses them, except for hosts in NO_PROXY and for loopback addresses.",
            );
            made.fill.extend(when(
                "o.NoProxy",
                "s.set(C.ocigraph_client_options_set_use_proxy(c, C.bool(false), &s.failure))",
            ));
        }
        _ => return false,
    }
    true
}

fn when(condition: &str, statement: &str) -> Vec<String> {
    vec![format!("if {condition} {{"), format!("\t{statement}"), "}".to_owned()]
}

/// An option with the names that its parts are written with.
struct GoOption<'a> {
    definition: &'a Definition,
    record: &'a Record,
    field: &'a Field,
    name: String,
}

impl GoOption<'_> {
    fn comment(&self) -> Vec<String> {
        let go = Go::new(self.definition, Place::Option);
        let kind = &self.field.kind;
        let remark = match kind.required() {
            Kind::Progress => {
                "An error that it returns ends the operation and is wrapped by the error of the operation."
            }
            Kind::Platform => {
                "The syntax is \"os/architecture[/variant][:os.version]\", such as \"linux/arm64\"."
            }
            Kind::Client => "Closing it ends the operation too.",
            Kind::File => "It has MediaType and one of Path and Content. Other fields are invalid.",
            _ => "",
        };
        let mut paragraphs = go.paragraphs(&about(&self.name, kind, &self.field.doc));
        if !remark.is_empty() {
            let first = paragraphs.first_mut().expect("a comment has a paragraph");
            let end = first.find(". ").map_or(first.len(), |end| end + 1);
            first.insert_str(end, &format!(" {remark}"));
        }
        for text in &mut paragraphs {
            // What 0 means elsewhere. In Go it selects the default.
            *text = if self.is_pointer() {
                text.replace("Default: ", "Default (nil): ")
            } else {
                comments::without_sentence(text, "0 counts as ")
            };
        }
        paragraphs
    }

    /// True if the zero value of the type is a value of its own, so that nil is the default.
    fn is_pointer(&self) -> bool {
        if !is_handle(self.record) {
            return false;
        }
        match &self.field.kind {
            Kind::Optional(kind) if **kind == Kind::Bool => true,
            // Its first number is 0. The numbers of other enumerations start at 1.
            Kind::Optional(kind) => {
                **kind == Kind::Enumeration("ManifestFormat".to_owned()) || self.is_number()
            }
            Kind::Bool => self.text().contains("Default: true"),
            _ => self.is_number(),
        }
    }

    /// True for a number for which 0 does not select the default.
    fn is_number(&self) -> bool {
        matches!(self.field.kind.required(), Kind::Count | Kind::Number | Kind::SmallNumber)
            && !self.text().contains("also for 0")
    }

    /// The comment of the core, in which code has no marks.
    fn text(&self) -> String {
        let part = |part: &Inline| match part {
            Inline::Text { text } | Inline::Code { text } => text.clone(),
            _ => String::new(),
        };
        self.field.doc.paragraphs.iter().flatten().map(part).collect()
    }

    fn unknown(&self) -> ! {
        let (record, field) = (&self.record.name, &self.field.name);
        panic!("Go cannot write the option {record}.{field}, a {:?}", self.field.kind)
    }

    fn kind(&self) -> String {
        let kind = match self.field.kind.required() {
            Kind::Bool => "bool",
            Kind::Count => "int",
            // A group counts in int, as today's limits do.
            Kind::SmallNumber if !is_handle(self.record) => "int",
            Kind::SmallNumber => "uint32",
            Kind::Number => "uint64",
            kind if is_text(kind) => "string",
            Kind::Bytes => "[]byte",
            Kind::Duration => "time.Duration",
            Kind::Annotations | Kind::Headers => "map[string]string",
            Kind::File => "*File",
            Kind::Progress => "func(Event) error",
            Kind::Client => "*Client",
            Kind::Record(name) | Kind::Enumeration(name) => names::type_name(name),
            Kind::List(kind) if matches!(**kind, Kind::File) => "[]File",
            Kind::List(kind) if is_text(kind) => "[]string",
            _ => self.unknown(),
        };
        if self.is_pointer() { format!("*{kind}") } else { kind.to_owned() }
    }

    fn setter(&self, verb: &str, name: &str, arguments: &str) -> String {
        let record = names::c_record(&self.record.name);
        format!("s.set(C.ocigraph_{record}_{verb}_{name}(c, {arguments}, &s.failure))")
    }

    fn set(&self, value: &str) -> String {
        self.setter("set", &self.field.name, value)
    }

    /// The statements that copy the option to C.
    fn fill(&self, configs: &mut Vec<Config>) -> Vec<String> {
        let (name, option) = (&self.name, format!("o.{}", self.name));
        match self.field.name.as_str() {
            // C sets both files together.
            "cert_file" if self.record.name == "ClientConfig" => {
                let arguments = "a.text(o.CertFile), a.text(o.KeyFile)";
                let set = self.setter("set", "client_certificate", arguments);
                return when("o.CertFile != \"\" || o.KeyFile != \"\"", &set);
            }
            "key_file" if self.record.name == "ClientConfig" => return Vec::new(),
            _ => {}
        }
        let kind = self.field.kind.required();
        if self.is_pointer() {
            return when(
                &format!("{option} != nil"),
                &self.set(&self.value(kind, &format!("*{option}"))),
            );
        }
        match kind {
            Kind::Bool => when(&option, &self.set("C.bool(true)")),
            kind if is_text(kind) => {
                when(&format!("{option} != \"\""), &self.set(&format!("a.text({option})")))
            }
            Kind::Bytes => {
                when(&format!("{option} != nil"), &self.set(&format!("a.bytes({option})")))
            }
            Kind::Count
            | Kind::Number
            | Kind::SmallNumber
            | Kind::Duration
            | Kind::Enumeration(_) => {
                when(&format!("{option} != 0"), &self.set(&self.value(kind, &option)))
            }
            Kind::Annotations | Kind::Headers => {
                let one = names::singular(&self.field.name);
                vec![
                    format!("for key, value := range {option} {{"),
                    format!("\t{}", self.setter("add", &one, "a.text(key), a.text(value)")),
                    "}".to_owned(),
                ]
            }
            Kind::List(kind) if **kind == Kind::File => vec![
                format!("for i := range {option} {{"),
                format!("\t{option}[i].addTo{}(s, c, i)", self.short()),
                "}".to_owned(),
            ],
            Kind::List(kind) if is_text(kind) => {
                let record = names::c_record(&self.record.name);
                let function = format!("C.ocigraph_{record}_{}", adder(&self.field.name));
                vec![
                    format!("for _, value := range {option} {{"),
                    format!("\ts.set({function}(c, a.text(value), &s.failure))"),
                    "}".to_owned(),
                ]
            }
            Kind::File => {
                let method = format!("{name}Of{}", self.short());
                let set = format!("{option}.set{method}(s, c)");
                let option_name = self.field.name.clone();
                configs.push(Config { method, name: name.clone(), option: option_name });
                when(&format!("{option} != nil"), &set)
            }
            Kind::Progress => vec![
                format!("if {option} != nil {{"),
                format!("\tdata := a.callback(&callback{{progress: {option}}})"),
                format!("\t{}", self.set("C.ocigraph_progress_fn(C.ocigraph_go_progress), data")),
                "}".to_owned(),
            ],
            Kind::Client => vec![
                format!("if {option} != nil {{"),
                format!(
                    "\ts.client({option}, func(client *C.ocigraph_client) C.ocigraph_status {{"
                ),
                format!(
                    "\t\treturn C.ocigraph_{}_set_{}(c, client, &s.failure)",
                    names::c_record(&self.record.name),
                    self.field.name
                ),
                "\t})".to_owned(),
                "}".to_owned(),
            ],
            // Each limit has a number in C.
            Kind::Record(group) if group == "Limits" => vec![format!("{option}.fill(s, c)")],
            Kind::Record(group) => {
                // C sets the first numbers together. A later one has a setter of its own.
                let (together, later): (Vec<&Field>, Vec<&Field>) =
                    self.definition.record(group).fields.iter().partition(|field| {
                        TOGETHER
                            .iter()
                            .any(|(name, all)| name == group && all.contains(&field.name.as_str()))
                    });
                let value = |field: &Field| {
                    let name = format!("limits.{}", names::exported(&field.name));
                    (self.value(&field.kind, &name), name)
                };
                let values: Vec<String> = together.iter().map(|field| value(field).0).collect();
                let mut lines = vec![format!("limits := {option}")];
                if !values.is_empty() {
                    lines.push(self.set(&format!(
                        "{},\n\t\t{}",
                        values[0],
                        values[1..].join(", ")
                    )));
                }
                for field in later {
                    let (value, name) = value(field);
                    let setter = format!("{}_{}", self.field.name, field.name);
                    lines.extend(when(
                        &format!("{name} != 0"),
                        &self.setter("set", &setter, &value),
                    ));
                }
                lines
            }
            _ => self.unknown(),
        }
    }

    /// The name of the record without `Options`.
    fn short(&self) -> String {
        names::type_name(&self.record.name).trim_end_matches("Options").to_owned()
    }

    /// The value as the type of C.
    fn value(&self, kind: &Kind, value: &str) -> String {
        match kind {
            Kind::Bool => format!("C.bool({value})"),
            Kind::Count => format!("s.count(\"{}\", {value})", self.name),
            Kind::Number => format!("C.uint64_t({value})"),
            Kind::SmallNumber => format!("C.uint32_t({value})"),
            Kind::Duration => format!("s.milliseconds(\"{}\", {value})", self.name),
            Kind::Enumeration(_) => format!("C.int32_t({value})"),
            _ => self.unknown(),
        }
    }

    /// The statement that sets one of the limits.
    fn limit(&self) -> String {
        let full = format!("Limits.{}", self.name);
        let value = match self.field.kind {
            Kind::Duration => format!("s.milliseconds(\"{full}\", l.{})", self.name),
            Kind::Count | Kind::SmallNumber => {
                format!("C.uint64_t(s.count(\"{full}\", l.{}))", self.name)
            }
            Kind::Number => format!("C.uint64_t(l.{})", self.name),
            _ => self.unknown(),
        };
        format!("set(C.OCIGRAPH_LIMIT_{}, {value})", self.field.name.to_uppercase())
    }
}

fn is_text(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Text
            | Kind::Path
            | Kind::Reference
            | Kind::Host
            | Kind::LoginTarget
            | Kind::Platform
            | Kind::ResolveOverride
            | Kind::Digest
    )
}
