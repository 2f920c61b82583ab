//! An operation with rows as its result: one function opens them, and others read them batch by batch.

use super::{
    C, Function, Output, SINCE, free_function, imports,
    operations::{ERROR, Forms, common, errors, job_parts},
    options_name, result_name, source,
};
use crate::{
    definition::{Kind, Operation},
    emit::snake,
};

/// The handle of the rows of an operation, without the prefix.
pub(in crate::emit) fn handle(operation: &Operation) -> String {
    format!("{}_rows", operation.name)
}

/// The handles of all operations with rows.
pub(super) fn handles(c: &C<'_>) -> Vec<String> {
    let operations = c.definition.operations.iter();
    operations.filter(|o| matches!(o.result, Kind::Rows { .. })).map(handle).collect()
}

pub(super) fn file(c: &C<'_>, operation: &Operation, forms: &[Forms]) -> Output {
    let Kind::Rows { row, summary } = &operation.result else {
        panic!("{} returns no rows", operation.name)
    };
    let (name, handle) = (&operation.name, handle(operation));
    let parts = operation.result.parts();
    let results: Vec<String> = parts.iter().filter_map(result_name).collect();
    let [batch, totals] = results.as_slice() else { panic!("{name}: no batch and no summary") };
    let about = format!(
        "The rows of `ocigraph_client_{name}`. The operation works only while a function waits for the next \
         batch."
    );
    let mut text = format!(
        "{}pub struct ocigraph_{handle}(RowsHandle<{row}, {summary}>);\n",
        super::documented(&[about], &[])
    );
    let functions = [
        open(c, operation, forms),
        next(&handle, batch),
        start(&handle),
        totals_of(&handle, totals),
        free_function(
            &handle,
            "rows",
            "Frees rows and ends their operation. Results that were read remain valid. A callback form of \
             `next` that waits ends with NULL."
                .to_owned(),
        ),
    ];
    for (i, function) in functions.iter().enumerate() {
        text.push('\n');
        if i == 2 {
            text.push_str(&completion(&handle, batch));
            text.push('\n');
        }
        text.push_str(&function.text());
    }
    text.push('\n');
    text.push_str(&opened(c, operation, forms));
    let options = operation.options.as_deref().map(options_name).unwrap_or_default();
    let options_import = format!("crate::options::ocigraph_{options}");
    let results_import = format!("crate::results::ocigraph_{batch} ocigraph_{totals}");
    let core = format!("ocigraph::Host LoginTarget Reference Result {row} {summary}");
    let imports = imports(
        &text,
        &[
            "std::ffi::c_void",
            "std::mem::MaybeUninit",
            "std::path::PathBuf",
            &core,
            "crate::boundary::call call_optional call_status free require",
            "crate::cancel::ocigraph_cancel",
            "crate::client::CallContext ocigraph_client",
            "crate::error::ocigraph_error",
            "crate::handle::as_ref",
            &options_import,
            &results_import,
            "crate::rows::RowsHandle",
            "crate::status::ocigraph_status",
            "crate::text::joined ocigraph_str path_list reference_list spaced texts",
        ],
    );
    let about = name.replace('_', " ");
    source(
        &format!("operation/{}.rs", snake(name)),
        &format!(
            "//! The operation {about}, whose result is read in batches.\n\n{imports}\n{text}"
        ),
    )
}

fn out(kind: &str) -> (String, String) {
    ("out".to_owned(), format!("Option<&mut MaybeUninit<Option<Box<ocigraph_{kind}>>>>"))
}

fn parameter(name: &str, kind: &str) -> (String, String) {
    (name.to_owned(), kind.to_owned())
}

/// The function that opens the rows.
fn open(c: &C<'_>, operation: &Operation, forms: &[Forms]) -> Function {
    let (name, handle) = (&operation.name, handle(operation));
    let (mut parameters, call) = common(operation, forms);
    parameters.retain(|(name, _)| name != "cancel");
    parameters.push(out(&handle));
    parameters.push(parameter("error", ERROR));
    let mut described: Vec<String> = forms.iter().map(|form| form.doc.clone()).collect();
    if operation.options.is_some() {
        described.push("`options`: NULL selects the defaults.".to_owned());
    }
    let mut doc = c.paragraphs(&operation.doc);
    doc.push(format!(
        "The rows are read by `ocigraph_{handle}_next`, which makes the requests. This function makes none."
    ));
    doc.push(described.join(" "));
    Function {
        name: format!("ocigraph_client_{name}"),
        doc,
        notes: vec![
            format!(
                "Ownership: free `out` with `ocigraph_{handle}_free`. `client` may be freed earlier."
            ),
            errors(c, operation),
            format!("Threads: any. {SINCE}"),
        ],
        parameters,
        returns: "ocigraph_status".to_owned(),
        body: format!(
            "call(out, error, || {{\nlet client = &CallContext::new(client)?;\n{}\n}})",
            call.trim_end_matches('?')
        ),
    }
}

fn next(handle: &str, batch: &str) -> Function {
    Function {
        name: format!("ocigraph_{handle}_next"),
        doc: vec![
            "Waits for the next rows, at least one, and stores them in `out`. Stores NULL after the last row. \
             The rows before count as finished with. A call that is cancelled loses no row: the next one \
             continues. After another error, there are no more rows."
                .to_owned(),
            "`cancel`: may be NULL.".to_owned(),
        ],
        notes: vec![
            format!("Ownership: free `out` with `ocigraph_{batch}_free`."),
            "Errors: those of the operation; CANCELLED also if the runtime or the client with its own threads \
             has ended."
                .to_owned(),
            format!("Threads: any; concurrent calls wait for each other; blocks until there are rows. {SINCE}"),
        ],
        parameters: vec![
            parameter("rows", &format!("*const ocigraph_{handle}")),
            parameter("cancel", "*const ocigraph_cancel"),
            out(batch),
            parameter("error", ERROR),
        ],
        returns: "ocigraph_status".to_owned(),
        body: "call_optional(out, error, || {\n\
               let (client, job) = require(as_ref(rows), \"rows\")?.0.next()?;\n\
               Ok(job.run(&client, cancel)?.take().map(Into::into))\n})"
            .to_owned(),
    }
}

fn completion(handle: &str, batch: &str) -> String {
    let doc = format!(
        "Receives the result of `ocigraph_{handle}_next_start`. If `status` is `OCIGRAPH_OK`, `error` is NULL, \
         and `result` has the next rows, or is NULL after the last one; otherwise `error` is set and `result` \
         is NULL. The callback owns both and must free them."
    );
    format!(
        "{}pub type ocigraph_{handle}_fn = Option<\nunsafe extern \"C\" fn(\nuser_data: *mut c_void,\n\
         status: ocigraph_status,\nresult: Option<Box<ocigraph_{batch}>>,\n\
         error: Option<Box<ocigraph_error>>,\n),\n>;\n",
        super::documented(&[doc], &[])
    )
}

fn start(handle: &str) -> Function {
    Function {
        name: format!("ocigraph_{handle}_next_start"),
        doc: vec![format!(
            "Starts what `ocigraph_{handle}_next` does and returns immediately. The library calls `done` \
             exactly once with the result, also if the call is cancelled or the runtime ends. If this call \
             fails, `done` is not called."
        )],
        notes: vec![
            "Ownership: `user_data` must stay valid until `done` has been called. `rows` and `cancel` may be \
             freed earlier."
                .to_owned(),
            "Errors: INVALID_ARGUMENT; CANCELLED if the runtime has ended.".to_owned(),
            format!(
                "Threads: any; the library calls `done` on one of its own threads, where it may block. {SINCE}"
            ),
        ],
        parameters: vec![
            parameter("rows", &format!("*const ocigraph_{handle}")),
            parameter("cancel", "*const ocigraph_cancel"),
            parameter("done", &format!("ocigraph_{handle}_fn")),
            parameter("user_data", "*mut c_void"),
            parameter("error", ERROR),
        ],
        returns: "ocigraph_status".to_owned(),
        body: "call_status(error, || {\n\
               let done = require(done, \"done\")?;\n\
               let (client, job) = require(as_ref(rows), \"rows\")?.0.next()?;\n\
               job.start_with(&client, cancel, |batch| batch.take().map(Into::into), done, user_data)\n})"
            .to_owned(),
    }
}

fn totals_of(handle: &str, totals: &str) -> Function {
    Function {
        name: format!("ocigraph_{handle}_summary"),
        doc: vec!["Stores the totals of the rows that were returned so far in `out`.".to_owned()],
        notes: vec![
            format!("Ownership: free `out` with `ocigraph_{totals}_free`."),
            "Errors: INVALID_ARGUMENT.".to_owned(),
            format!("Threads: any, also while a call waits for rows. {SINCE}"),
        ],
        parameters: vec![
            parameter("rows", &format!("Option<&ocigraph_{handle}>")),
            out(totals),
            parameter("error", ERROR),
        ],
        returns: "ocigraph_status".to_owned(),
        body: "call(out, error, || require(rows, \"rows\")?.0.summary().map(Into::into))"
            .to_owned(),
    }
}

/// Converts the parameters, and opens the rows of the core.
fn opened(c: &C<'_>, operation: &Operation, forms: &[Forms]) -> String {
    let (name, handle) = (&operation.name, handle(operation));
    let parts = job_parts(c, operation, forms);
    format!(
        "fn {name}({}) -> Result<ocigraph_{handle}> {{\n{}\
         RowsHandle::new(client, \"{}\", {}, |core| core.{name}({}))\n.map(ocigraph_{handle})\n}}\n",
        parts.parameters.join(", "),
        parts.converted,
        operation.title,
        parts.on,
        parts.core.join(", "),
    )
}
