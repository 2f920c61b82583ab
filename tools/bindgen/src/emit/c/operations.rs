//! `bindings/c/src/operation`: one file for each operation, with its blocking form, its callback form
//! and the job that both run.

use super::{
    C, Function, Numbers, Output, SINCE, has_files, imports, module, options::has_progress,
    options_name, result_name, rows, source,
};
use crate::{
    definition::{Argument, Definition, Field, Kind, Operation},
    docs::Doc,
};

/// Names in errors that differ from the name of the operation, as in the core.
const TITLES: [(&str, &str); 1] = [("tag_details", "tags")];

pub(super) fn files(definition: &Definition) -> Vec<Output> {
    let numbers = Numbers::read(definition);
    let c = &C { definition, numbers: &numbers };
    let (mut files, mut modules) = (Vec::new(), Vec::new());
    for operation in definition.operations.iter().filter(|operation| !operation.by_hand) {
        files.push(match operation.result {
            Kind::Rows { .. } => rows::file(c, operation, &all_forms(c, operation)),
            _ => source(&format!("operation/{}.rs", operation.name), &file(c, operation)),
        });
        modules.push(operation.name.clone());
    }
    let doc =
        "//! The operations, one file for each. A blob is fetched and pushed by `crate::blob`.\n";
    files.push(source("operation/mod.rs", &module(doc, &modules, &rows::handles(c))));
    files
}

/// A parameter of the operation in C.
pub(in crate::emit) enum Parameter<'a> {
    Argument(&'a Argument),
    /// An option that is not in the record.
    Option(&'a Field),
}

/// The parameters between the client and the options. An option such as the media type precedes the
/// content that it describes.
pub(in crate::emit) fn parameters(operation: &Operation) -> Vec<Parameter<'_>> {
    let mut parameters: Vec<_> = operation.arguments.iter().map(Parameter::Argument).collect();
    let content = operation.arguments.iter().position(|a| a.kind == Kind::Bytes);
    let at = content.unwrap_or(parameters.len());
    for (i, field) in operation.own_options.iter().enumerate() {
        parameters.insert(at + i, Parameter::Option(field));
    }
    parameters
}

/// The forms of a parameter: in the exported functions, in the call of the job, in the job.
pub(super) struct Forms {
    exported: Vec<(String, &'static str)>,
    passed: String,
    job: Vec<(String, &'static str)>,
    /// Converts the parameter in the job.
    converted: String,
    /// The argument of the core.
    core: String,
    pub(super) doc: String,
}

fn forms(c: &C<'_>, operation: &Operation, parameter: &Parameter<'_>) -> Forms {
    let (name, kind, doc) = match parameter {
        Parameter::Argument(argument) => (&argument.name, &argument.kind, &argument.doc),
        Parameter::Option(field) => (&field.name, &field.kind, &field.doc),
    };
    let described = |doc: &Doc| c.paragraphs(&doc.lower_first()).join(" ");
    let doc_text = format!("`{name}`: {}", described(doc));
    let simple = |kind: &'static str, converted: &str, core: &str| Forms {
        exported: vec![(name.clone(), kind)],
        passed: name.clone(),
        job: vec![(name.clone(), kind)],
        converted: converted.replace("NAME", name),
        core: core.replace("NAME", name),
        doc: doc_text.clone(),
    };
    match kind {
        Kind::Reference => {
            simple("ocigraph_str", "let NAME: Reference = NAME.parse(\"NAME\")?;\n", "&NAME")
        }
        Kind::Host => simple("ocigraph_str", "let NAME: Host = NAME.parse(\"NAME\")?;\n", "&NAME"),
        Kind::LoginTarget => {
            simple("ocigraph_str", "let NAME: LoginTarget = NAME.parse(\"NAME\")?;\n", "&NAME")
        }
        Kind::Text => simple("ocigraph_str", "let NAME = NAME.required(\"NAME\")?;\n", "&NAME"),
        Kind::Optional(kind) if **kind == Kind::Text => {
            simple("ocigraph_str", "let NAME = NAME.optional(\"NAME\")?;\n", "NAME")
        }
        Kind::Path => {
            simple("ocigraph_str", "let NAME = PathBuf::from(NAME.required(\"NAME\")?);\n", "&NAME")
        }
        Kind::Bool => simple("bool", "", "NAME"),
        Kind::Bytes => simple("ocigraph_bytes", "let NAME = NAME.bytes(\"NAME\")?;\n", "NAME"),
        Kind::List(kind) if matches!(**kind, Kind::Text | Kind::Reference | Kind::Path) => {
            let (read, what) = match **kind {
                Kind::Reference => ("reference_list", "references"),
                Kind::Path => ("path_list", "paths"),
                _ => ("texts", "texts"),
            };
            let list = vec![(name.clone(), "*const ocigraph_str"), ("count".to_owned(), "usize")];
            Forms {
                exported: list.clone(),
                passed: format!("{name}, count"),
                job: list,
                converted: format!("let {name} = {read}({name}, count, \"{name}\")?;\n"),
                core: format!("&{name}"),
                doc: format!("`{name}`: an array of `count` {what}: {}", described(doc)),
            }
        }
        Kind::Credential => Forms {
            exported: vec![(name.clone(), "*const ocigraph_credential")],
            passed: format!("require(as_ref({name}), \"{name}\")?"),
            job: vec![(name.clone(), "&ocigraph_credential")],
            converted: format!("let {name} = {name}.0.clone();\n"),
            core: name.clone(),
            doc: doc_text,
        },
        other => panic!("C cannot pass {name} of {}: {other:?}", operation.name),
    }
}

fn all_forms(c: &C<'_>, operation: &Operation) -> Vec<Forms> {
    parameters(operation).iter().map(|parameter| forms(c, operation, parameter)).collect()
}

fn file(c: &C<'_>, operation: &Operation) -> String {
    let forms = all_forms(c, operation);
    let name = &operation.name;
    let mut text = blocking(c, operation, &forms).text();
    text.push('\n');
    text.push_str(&completion(operation));
    text.push('\n');
    text.push_str(&start(operation, &forms).text());
    text.push('\n');
    text.push_str(&job(c, operation, &forms));
    let options = operation.options.as_deref().map(options_name).unwrap_or_default();
    let result = result_name(&operation.result).unwrap_or_default();
    let options_import = format!("crate::options::ocigraph_{options}");
    let result_import = format!("crate::results::ocigraph_{result}");
    let imports = imports(
        &text,
        &[
            "std::ffi::c_void",
            "std::mem::MaybeUninit",
            "std::path::PathBuf",
            "ocigraph::Host LoginTarget Reference Result",
            "crate::boundary::call call_status require",
            "crate::callback::Gate",
            "crate::cancel::ocigraph_cancel",
            "crate::client::CallContext ocigraph_client",
            "crate::credential::ocigraph_credential",
            "crate::error::ocigraph_error",
            "crate::handle::as_ref",
            "crate::job::Job",
            &options_import,
            &result_import,
            "crate::status::ocigraph_status",
            "crate::text::joined ocigraph_bytes ocigraph_str path_list reference_list spaced texts",
        ],
    );
    format!("//! The operation {}.\n\n{imports}\n{text}", name.replace('_', " "))
}

/// The parameters of both forms before the output, and the call of the job.
pub(super) fn common(operation: &Operation, forms: &[Forms]) -> (Vec<(String, String)>, String) {
    let mut parameters = vec![("client".to_owned(), "*const ocigraph_client".to_owned())];
    let mut arguments = vec!["client".to_owned()];
    for form in forms {
        let exported = form.exported.iter();
        parameters.extend(exported.map(|(name, kind)| (name.clone(), (*kind).to_owned())));
        arguments.push(form.passed.clone());
    }
    if let Some(options) = &operation.options {
        let kind = format!("*const ocigraph_{}", options_name(options));
        parameters.push(("options".to_owned(), kind));
        arguments.push("as_ref(options)".to_owned());
    }
    parameters.push(("cancel".to_owned(), "*const ocigraph_cancel".to_owned()));
    (parameters, format!("{}({})?", operation.name, arguments.join(", ")))
}

pub(super) const ERROR: &str = "Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>";

fn blocking(c: &C<'_>, operation: &Operation, forms: &[Forms]) -> Function {
    let (mut parameters, job) = common(operation, forms);
    let mut described: Vec<String> = forms.iter().map(|form| form.doc.clone()).collect();
    if operation.options.is_some() {
        described.push("`options`: NULL selects the defaults.".to_owned());
    }
    described.push("`cancel`: may be NULL.".to_owned());
    let mut doc = c.paragraphs(&operation.doc);
    doc.push(described.join(" "));
    let mut notes = Vec::new();
    let call = match result_name(&operation.result) {
        Some(result) => {
            let out = format!("Option<&mut MaybeUninit<Option<Box<ocigraph_{result}>>>>");
            parameters.push(("out".to_owned(), out));
            notes.push(format!("Ownership: free `out` with `ocigraph_{result}_free`."));
            "call(out, error, ||"
        }
        None => "call_status(error, ||",
    };
    parameters.push(("error".to_owned(), ERROR.to_owned()));
    notes.push(errors(c, operation));
    notes.push(format!("Threads: any; blocks until the operation is over. {SINCE}"));
    Function {
        name: format!("ocigraph_client_{}", operation.name),
        doc,
        notes,
        parameters,
        returns: "ocigraph_status".to_owned(),
        body: format!(
            "{call} {{\nlet client = &CallContext::new(client)?;\n{job}.run(client, cancel)\n}})"
        ),
    }
}

/// Returns true if an argument is parsed, and can be an invalid reference.
fn takes_reference(operation: &Operation) -> bool {
    let is_parsed = |kind: &Kind| match kind {
        Kind::List(kind) => **kind == Kind::Reference,
        kind => matches!(kind, Kind::Reference | Kind::Host | Kind::LoginTarget),
    };
    operation.arguments.iter().any(|argument| is_parsed(&argument.kind))
}

/// The errors of an operation: those of every operation, then the others with their conditions.
pub(super) fn errors(c: &C<'_>, operation: &Operation) -> String {
    let stated = |code: &str| {
        operation.errors.iter().any(|case| case.codes.iter().any(|stated| stated == code))
    };
    let named = takes_reference(operation);
    let mut general: Vec<&str> = Vec::new();
    for code in ["INVALID_ARGUMENT", "INVALID_REFERENCE", "IO", "CANCELLED"] {
        if !stated(code) && (code != "INVALID_REFERENCE" || named) {
            general.push(code);
        }
    }
    let mut cases = vec![format!("Errors: {}, network errors", general.join(", "))];
    for case in &operation.errors {
        let condition = case.condition.line(c);
        cases.push(format!("{} {condition}", case.codes.join(" or ")));
    }
    let mut text = cases.join("; ") + ".";
    for remark in c.paragraphs(&operation.remarks) {
        text.push(' ');
        text.push_str(&remark);
    }
    text
}

/// The type of the completion callback.
fn completion(operation: &Operation) -> String {
    let name = &operation.name;
    let started = format!("`ocigraph_client_{name}_start`");
    let (doc, result) = match result_name(&operation.result) {
        Some(result) => (
            format!(
                "Receives the result of {started}. If `status` is `OCIGRAPH_OK`, `result` is set and \
                 `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns \
                 both and must free them."
            ),
            format!("result: Option<Box<ocigraph_{result}>>,\n"),
        ),
        None => (
            format!(
                "Receives the end of {started}. If `status` is not `OCIGRAPH_OK`, `error` is set. The \
                 callback owns it and must free it."
            ),
            String::new(),
        ),
    };
    format!(
        "{}pub type ocigraph_{name}_fn = Option<\nunsafe extern \"C\" fn(\nuser_data: *mut c_void,\n\
         status: ocigraph_status,\n{result}error: Option<Box<ocigraph_error>>,\n),\n>;\n",
        super::documented(&[doc], &[])
    )
}

fn start(operation: &Operation, forms: &[Forms]) -> Function {
    let name = &operation.name;
    let (mut parameters, job) = common(operation, forms);
    parameters.push(("done".to_owned(), format!("ocigraph_{name}_fn")));
    parameters.push(("user_data".to_owned(), "*mut c_void".to_owned()));
    parameters.push(("error".to_owned(), ERROR.to_owned()));
    let mut handles = vec!["`client`"];
    if operation.arguments.iter().any(|argument| argument.kind == Kind::Credential) {
        handles.push("`credential`");
    }
    if operation.options.is_some() {
        handles.push("`options`");
    }
    let invalid = if takes_reference(operation) {
        "INVALID_ARGUMENT, INVALID_REFERENCE"
    } else {
        "INVALID_ARGUMENT"
    };
    let start = match operation.result {
        Kind::Nothing => "start_without_result",
        _ => "start",
    };
    Function {
        name: format!("ocigraph_client_{name}_start"),
        doc: vec![format!(
            "Starts the operation of `ocigraph_client_{name}` and returns immediately. The library \
             calls `done` exactly once with the result, also if the operation is cancelled or the \
             runtime ends. If this call fails, `done` is not called."
        )],
        notes: vec![
            format!(
                "Ownership: `user_data` must stay valid until `done` has been called. {} and `cancel` \
                 may be freed earlier.",
                handles.join(", ")
            ),
            format!("Errors: {invalid}; CANCELLED if the runtime has ended."),
            format!(
                "Threads: any; the library calls `done` on one of its own threads, where it may \
                 block. {SINCE}"
            ),
        ],
        parameters,
        returns: "ocigraph_status".to_owned(),
        body: format!(
            "call_status(error, || {{\n\
             let (client, done) = (&CallContext::new(client)?, require(done, \"done\")?);\n\
             {job}.{start}(client, cancel, done, user_data)\n}})"
        ),
    }
}

/// The parts of the function that runs the operation of the core.
pub(super) struct JobParts {
    pub(super) parameters: Vec<String>,
    /// Statements that convert the parameters.
    pub(super) converted: String,
    /// The arguments of the core.
    pub(super) core: Vec<String>,
    /// What the operation is called on, for errors.
    pub(super) on: String,
}

pub(super) fn job_parts(c: &C<'_>, operation: &Operation, forms: &[Forms]) -> JobParts {
    let mut parameters = vec!["client: &CallContext".to_owned()];
    let (mut converted, mut core) = (String::new(), Vec::new());
    for form in forms {
        parameters.extend(form.job.iter().map(|(name, kind)| format!("{name}: {kind}")));
        converted.push_str(&form.converted);
        core.push(form.core.clone());
    }
    let options = operation.options.as_deref().map(|name| c.definition.record(name));
    let progress = options.is_some_and(has_progress);
    let files = options.is_some_and(has_files);
    let is_graph = operation.result == Kind::Graph;
    if let Some(record) = options {
        let copied = if progress { "o.for_operation(&gate)" } else { "o.core.clone()" };
        parameters.push(format!("options: Option<&ocigraph_{}>", options_name(&record.name)));
        converted.push_str(&if files {
            format!(
                "let (options, files) =\noptions.map(|o| ({copied}, o.files.clone())).unwrap_or_default();\n"
            )
        } else {
            format!("let options = options.map(|o| {copied}).unwrap_or_default();\n")
        });
        core.push(match (files, is_graph) {
            (true, _) => "options.files(files)".to_owned(),
            (_, true) => "options.clone()".to_owned(),
            _ => "options".to_owned(),
        });
    }
    let on = match operation.arguments.as_slice() {
        [from, to, ..] if from.kind == Kind::Reference && to.kind == Kind::Reference => {
            format!("format!(\"{{{}}} to {{{}}}\")", from.name, to.name)
        }
        [first, second, ..] if matches!(first.kind, Kind::List(_)) => {
            let (list, to) = (&first.name, &second.name);
            let to = match second.kind {
                Kind::Path => format!("{to}.display()"),
                _ => format!("&{to}"),
            };
            match &first.kind {
                Kind::List(kind) if **kind == Kind::Path => {
                    format!("joined({list}.iter().map(|path| path.display()), {to})")
                }
                _ => format!("joined(&{list}, {to})"),
            }
        }
        [list] if matches!(list.kind, Kind::List(_)) => format!("spaced(&{})", list.name),
        [first, ..] => format!("{}.clone()", first.name),
        [] => panic!("the operation {} has no argument", operation.name),
    };
    JobParts { parameters, converted, core, on }
}

/// The job: converts the parameters, and runs the operation of the core.
fn job(c: &C<'_>, operation: &Operation, forms: &[Forms]) -> String {
    let name = &operation.name;
    let title = TITLES.iter().find(|(of, _)| of == name).map_or(&*operation.title, |(_, t)| t);
    let JobParts { parameters, mut converted, core, on } = job_parts(c, operation, forms);
    let options = operation.options.as_deref().map(|name| c.definition.record(name));
    let progress = options.is_some_and(has_progress);
    let files = options.is_some_and(has_files);
    let gate = if progress || files { "gate" } else { "Gate::default()" };
    let own = |function: &crate::definition::Function| {
        let names = function.parameters.iter().map(|(name, _)| name.as_str());
        let names: Vec<&str> = names.filter(|name| *name != "options").collect();
        names != operation.arguments.iter().map(|a| a.name.as_str()).collect::<Vec<_>>()
    };
    // Without the arguments of the core, a function of this crate converts them.
    let call = if operation.function.as_ref().is_some_and(own) {
        format!("crate::manifest::{name}(&core, {})", core.join(", "))
    } else {
        format!("core.{name}({})", core.join(", "))
    };
    let finished = match &operation.result {
        Kind::Nothing => format!("{call}.await"),
        Kind::Graph => {
            let reference = &operation.arguments[0].name;
            format!(
                "let graph = {call}.await?;\nOk(ocigraph_graph::new(graph, {reference}, options))"
            )
        }
        Kind::Descriptor => format!("{call}.await.map(ocigraph_descriptor::new)"),
        Kind::List(inner) if **inner == Kind::Text => {
            format!("{call}.await.map(|list| ocigraph_text_list::new(\"{name}\", list))")
        }
        _ => format!("{call}.await.map(Into::into)"),
    };
    let mut before = String::from("let core = client.core.clone();\n");
    if progress || files {
        before = "let (core, gate) = (client.core.clone(), Gate::default());\n".to_owned();
    }
    let (mut gate_argument, mut read) = (gate.to_owned(), String::new());
    if files {
        let first = &operation.arguments[0].name;
        converted.push_str("let callbacks = client.threads.callbacks()?;\n");
        gate_argument = "gate.clone()".to_owned();
        read = format!(
            "let files = files.read(&gate, &callbacks).await;\n\
             let files = files.map_err(|e| e.with_operation(\"{title}\", &{first}))?;\n"
        );
    }
    let result = match result_name(&operation.result) {
        Some(result) => format!("ocigraph_{result}"),
        None => "()".to_owned(),
    };
    format!(
        "fn {name}({}) -> Result<Job<{result}>> {{\n{before}{converted}\
         Ok(Job::new(\"{title}\", {on}, {gate_argument}, async move {{\n{read}{finished}\n}}))\n}}\n",
        parameters.join(", ")
    )
}
