//! `include/ocigraph/operations.hpp`: the methods of the client, in both forms.

use super::{Cpp, call, comment, header, method};
use crate::{
    definition::{Kind, Operation},
    emit::{
        Output,
        c::{
            operations::{Parameter, parameters},
            options_name, result_name, rows,
        },
        snake,
    },
};

pub(super) fn file(cpp: &Cpp<'_>) -> Output {
    let mut body: String = cpp.definition.operations.iter().filter_map(rows_class).collect();
    body.push_str(
        "namespace detail {\n\n/* The operations of a client. */\nclass operations : public calls {\n  public:\n    using calls::calls;\n\n",
    );
    let operations = cpp.definition.operations.iter().filter(|operation| !operation.by_hand);
    for (i, operation) in operations.enumerate() {
        if i > 0 {
            body.push('\n');
        }
        body.push_str(&match operation.result {
            Kind::Rows { .. } => rows_method(cpp, operation),
            _ => methods(cpp, operation),
        });
    }
    body.push_str("};\n\n} // namespace detail\n");
    body.push_str(&super::options::definitions(cpp));
    header(
        "operations",
        "The operations of a client. Each method calls the function of ocigraph.h with the same name, whose comment \
         documents parameters and errors; remove calls ocigraph_client_delete. Included by ocigraph.hpp.",
        &["calls", "graph", "manifest", "results", "rows"],
        &body,
    )
}

/// A parameter of the method, and the arguments of C.
struct Form {
    parameter: String,
    arguments: Vec<String>,
    /// A statement before the call.
    before: String,
    has_default: bool,
}

fn form(operation: &Operation, parameter: &Parameter<'_>) -> Form {
    let (name, kind) = match parameter {
        Parameter::Argument(argument) => (&argument.name, &argument.kind),
        Parameter::Option(field) => (&field.name, &field.kind),
    };
    let has_default = matches!(parameter, Parameter::Option(_));
    let simple = |kind: &str, argument: String| Form {
        parameter: format!("{kind} {name}"),
        arguments: vec![argument],
        before: String::new(),
        has_default,
    };
    match kind.required() {
        Kind::Reference | Kind::Host | Kind::LoginTarget | Kind::Text | Kind::Path => {
            simple("std::string_view", format!("detail::in({name})"))
        }
        Kind::Bytes => simple("std::string_view", format!("detail::in_bytes({name})")),
        Kind::Bool => simple("bool", name.clone()),
        Kind::Credential => simple("const ocigraph::credential &", format!("{name}.get()")),
        Kind::List(inner) if matches!(**inner, Kind::Text | Kind::Reference | Kind::Path) => Form {
            parameter: format!("const std::vector<std::string_view> &{name}"),
            arguments: vec!["views.data()".to_owned(), "views.size()".to_owned()],
            before: format!(
                "        const std::vector<ocigraph_str> views = detail::in_all({name});\n"
            ),
            has_default,
        },
        other => panic!("C++ cannot pass {name} of {}: {other:?}", operation.name),
    }
}

/// The class of a result, and its C type.
fn result(operation: &Operation) -> (String, String) {
    match result_name(&operation.result) {
        None => ("void".to_owned(), String::new()),
        Some(name) if name == "text_list" => {
            ("std::vector<std::string>".to_owned(), "ocigraph_text_list".to_owned())
        }
        Some(name) => (name.clone(), format!("ocigraph_{name}")),
    }
}

/// The class of the rows of an operation.
fn rows_class(operation: &Operation) -> Option<String> {
    let Kind::Rows { row, .. } = &operation.result else { return None };
    let names: Vec<String> = operation.result.parts().iter().filter_map(result_name).collect();
    let [batch, totals] = names.as_slice() else { return None };
    let (handle, row) = (rows::handle(operation), snake(row));
    let functions =
        ["next", "next_start", "summary", "free"].map(|name| format!("ocigraph_{handle}_{name}"));
    Some(format!(
        "/* The rows of client::{}(). */\nusing {handle} = rows<\n    {row}, {batch}, ocigraph_{batch},\n    \
         {totals}, ocigraph_{totals}, ocigraph_{handle},\n    {},\n    {}>;\n\n",
        operation.name,
        functions[..2].join(", "),
        functions[2..].join(", "),
    ))
}

/// The method that returns rows.
fn rows_method(cpp: &Cpp<'_>, operation: &Operation) -> String {
    let name = method(cpp.definition, &operation.name);
    let forms: Vec<Form> = parameters(operation).iter().map(|p| form(operation, p)).collect();
    let mut declared: Vec<String> =
        forms.iter().map(|form| form.parameter.replace("& ", "&")).collect();
    let mut arguments = vec![format!("ocigraph_client_{}", operation.name), "cancel".to_owned()];
    arguments.extend(forms.iter().flat_map(|form| form.arguments.clone()));
    if let Some(options) = operation.options.as_deref().map(options_name) {
        declared.push(format!("const {options} &options = {{}}"));
        arguments.push("options.get()".to_owned());
    }
    declared.push("cancel_token cancel = {}".to_owned());
    arguments[1] = "std::move(cancel)".to_owned();
    let before: String = forms.iter().map(|form| form.before.as_str()).collect();
    let handle = rows::handle(operation);
    let doc = format!(
        "{} The range makes the requests while it waits for rows; the token cancels them.",
        cpp.line(&operation.doc)
    );
    let mut text = comment(&doc, "    ");
    text.push_str(&call("    ", &format!("{handle} {name}"), &declared, " const {"));
    text.push_str(&before);
    text.push_str(&call("        ", &format!("return read<{handle}>"), &arguments, ";"));
    text + "    }\n"
}

fn methods(cpp: &Cpp<'_>, operation: &Operation) -> String {
    let name = method(cpp.definition, &operation.name);
    let forms: Vec<Form> = parameters(operation).iter().map(|p| form(operation, p)).collect();
    let (class, handle) = result(operation);
    let arguments: Vec<String> = forms.iter().flat_map(|form| form.arguments.clone()).collect();
    let before: String = forms.iter().map(|form| form.before.as_str()).collect();
    let of = |form: &Form, default: bool| {
        let default = if default && form.has_default { " = {}" } else { "" };
        format!("{}{default}", form.parameter).replace("& ", "&")
    };
    // Arguments with a default, such as the media type, follow those without.
    let ordered = |default: bool| -> Vec<String> {
        let required = forms.iter().filter(|form| !form.has_default);
        let optional = forms.iter().filter(|form| form.has_default);
        required.chain(optional).map(|form| of(form, default)).collect()
    };
    let options = operation.options.as_deref().map(options_name);
    let (mut blocking, mut starting) = (ordered(true), ordered(false));
    let mut call_arguments = arguments;
    let mut callbacks = "nullptr".to_owned();
    if let Some(options) = &options {
        blocking.push(format!("const {options} &options = {{}}"));
        starting.push(format!("const {options} &options"));
        call_arguments.push("options.get()".to_owned());
        callbacks = "callbacks_of(options)".to_owned();
    }
    blocking.push("const cancel_token &cancel = {}".to_owned());
    starting.push(format!("completed<{class}> done"));
    starting.push("const cancel_token &cancel = {}".to_owned());
    let c = format!("ocigraph_client_{}", operation.name);
    let run = |callee: &str, function: String, more: &[String]| {
        let mut arguments = vec![function, callbacks.clone()];
        arguments.extend_from_slice(more);
        arguments.push("cancel".to_owned());
        arguments.extend(call_arguments.iter().cloned());
        call("        ", callee, &arguments, ";")
    };
    let is_void = handle.is_empty();
    let blocking_callee = if is_void {
        "run_without_result".to_owned()
    } else {
        format!("return run<{class}, {handle}>")
    };
    let start_callee = if is_void {
        "start_without_result".to_owned()
    } else {
        format!("start<{class}, {handle}>")
    };
    let mut text = comment(&cpp.line(&operation.doc), "    ");
    let head = call("    ", &format!("{class} {name}"), &blocking, " const {");
    text.push_str(&format!("{head}{before}{}    }}\n", run(&blocking_callee, c.clone(), &[])));
    let head = call("    ", &format!("void {name}_start"), &starting, " const {");
    let body = run(&start_callee, format!("{c}_start"), &["std::move(done)".to_owned()]);
    text.push_str(&format!("{head}{before}{body}    }}\n"));
    text
}
