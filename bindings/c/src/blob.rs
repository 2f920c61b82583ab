//! Fetching and pushing of single blobs.

use std::{ffi::c_void, mem::MaybeUninit, sync::Arc};

use futures::TryStreamExt;
use ocigraph::{
    BufferedContent, Client, Code, Content, Descriptor, Error, Outcome, Reference, Result, Source,
    ToJson, TransferOptions, media_type::OCTET_STREAM, operation,
};
use serde_json::json;
use tokio::sync::mpsc;

use crate::{
    boundary::{borrow, call, free, read},
    callback::{Gate, ReadCallback, WriteCallback, ocigraph_read_fn, ocigraph_write_fn},
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    handle::as_ref,
    job::Job,
    numbers::{ocigraph_outcome, outcome_number},
    options::ocigraph_blob_options,
    results::{Json, ocigraph_descriptor},
    status::ocigraph_status,
    text::{ocigraph_bytes, ocigraph_str},
};

/// The result of pushing a blob: its descriptor and its outcome.
pub struct ocigraph_blob_result {
    descriptor: ocigraph_descriptor,
    outcome: Outcome,
    json: Json,
}

/// Frees the result of pushing a blob and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_blob_result_free(result: Option<Box<ocigraph_blob_result>>) {
    free(result);
}

/// Returns the descriptor of the blob.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_blob_result_descriptor(
    result: Option<&ocigraph_blob_result>,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| Some(&r.descriptor))
}

/// Returns the outcome of the push: `OCIGRAPH_OUTCOME_*`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_blob_result_outcome(
    result: Option<&ocigraph_blob_result>,
) -> ocigraph_outcome {
    read(result, |r| outcome_number(r.outcome))
}

/// Returns the complete result as JSON text, in the format of the command line.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_blob_result_json(result: Option<&ocigraph_blob_result>) -> ocigraph_str {
    read(result, |r| {
        r.json.get(|| {
            let descriptor = r.descriptor.value.to_json(Default::default());
            json!({ "descriptor": descriptor, "outcome": r.outcome.name() }).to_string()
        })
    })
}

/// Fetches the blob that the reference names by digest, passes its content to `write`, and returns
/// its descriptor. The digest is checked while the content is transferred: the content is verified
/// only after this call has succeeded.
///
/// `write` is called on the calling thread with `user_data` as its first argument. `options`: NULL
/// disables progress. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_descriptor_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, DIGEST_MISMATCH, SIZE_MISMATCH,
/// CANCELLED, network errors; IO if `write` fails.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_fetch_blob(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    write: ocigraph_write_fn,
    user_data: *mut c_void,
    options: *const ocigraph_blob_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_descriptor>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        fetch_blob(client, reference, write, user_data, as_ref(options))?.run(client, cancel)
    })
}

/// Pushes bytes as a blob to the location of the reference, unless the blob already exists there.
///
/// `media_type`: no text selects "application/octet-stream". `options`: NULL disables progress.
/// `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_blob_result_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_push_blob(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    media_type: ocigraph_str,
    content: ocigraph_bytes,
    options: *const ocigraph_blob_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_blob_result>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        push_blob(client, reference, media_type, content, as_ref(options))?.run(client, cancel)
    })
}

/// Pushes a file as a blob to the location of the reference, unless the blob already exists there.
/// The file is read in place and must not change during the call.
///
/// `media_type`: no text selects "application/octet-stream". `options`: NULL disables progress.
/// `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_blob_result_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, IO, CANCELLED, network errors.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_push_blob_file(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    media_type: ocigraph_str,
    path: ocigraph_str,
    options: *const ocigraph_blob_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_blob_result>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        push_blob_file(client, reference, media_type, path, as_ref(options))?.run(client, cancel)
    })
}

/// Pushes the content that `read` provides as a blob to the location of the reference, unless the
/// blob already exists there. The content is first read to its end: small content into memory,
/// larger content into a temporary file.
///
/// `read` is called on a thread of the library with `user_data` as its first argument.
/// `media_type`: no text selects "application/octet-stream". `options`: NULL disables progress.
/// `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_blob_result_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors; IO if `read`
/// fails.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_push_blob_from(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    media_type: ocigraph_str,
    read: ocigraph_read_fn,
    user_data: *mut c_void,
    options: *const ocigraph_blob_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_blob_result>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        push_blob_from(client, reference, media_type, read, user_data, as_ref(options))?
            .run(client, cancel)
    })
}

/// Runs work that calls back on a thread for callbacks, where it may block.
pub(crate) use ::ocigraph_runtime::spawn_blocking_on as spawn_callback;

/// Capacity of the channel from the network to the calling thread, in chunks.
const CHUNKS: usize = 2;

fn fetch_blob(
    client: &CallContext,
    reference: ocigraph_str,
    write: ocigraph_write_fn,
    user_data: *mut c_void,
    options: Option<&ocigraph_blob_options>,
) -> Result<Job<ocigraph_descriptor>> {
    let (core, reference, gate) = prepare(client, reference)?;
    let write = WriteCallback::new(write, user_data)?;
    let options = transfer(options, &gate);
    let (sender, chunks) = mpsc::channel(CHUNKS);
    let operation = Job::new("fetch blob", reference.clone(), gate, async move {
        let (blob, mut content) = core.fetch_blob(&reference, options).await?;
        let with_operation = |e: Error| e.with_operation("fetch blob", &reference);
        while let Some(chunk) = content.try_next().await.map_err(with_operation)? {
            if sender.send(chunk).await.is_err() {
                return Err(with_operation(Error::new(
                    Code::Cancelled,
                    "the write callback returned an error",
                )));
            }
        }
        Ok(ocigraph_descriptor::new(blob))
    });
    Ok(operation.with_content(chunks, write))
}

fn push_blob(
    client: &CallContext,
    reference: ocigraph_str,
    media_type: ocigraph_str,
    content: ocigraph_bytes,
    options: Option<&ocigraph_blob_options>,
) -> Result<Job<ocigraph_blob_result>> {
    let content = Content::Bytes(content.bytes("content")?);
    push_content(client, reference, media_type, content, options)
}

fn push_blob_file(
    client: &CallContext,
    reference: ocigraph_str,
    media_type: ocigraph_str,
    path: ocigraph_str,
    options: Option<&ocigraph_blob_options>,
) -> Result<Job<ocigraph_blob_result>> {
    let content = Content::Path(path.required("path")?.into());
    push_content(client, reference, media_type, content, options)
}

fn push_content(
    client: &CallContext,
    reference: ocigraph_str,
    media_type: ocigraph_str,
    content: Content,
    options: Option<&ocigraph_blob_options>,
) -> Result<Job<ocigraph_blob_result>> {
    let (core, reference, gate) = prepare(client, reference)?;
    let media_type = media_type.optional("media_type")?;
    let options = transfer(options, &gate);
    Ok(Job::new("push blob", reference.clone(), gate, async move {
        let media_type = media_type.as_deref().unwrap_or(OCTET_STREAM);
        let with_operation = |e: Error| e.with_operation("push blob", &reference);
        let (blob, source) = content.into_blob(media_type).await.map_err(with_operation)?;
        store(core, &reference, blob, source, options).await
    }))
}

fn push_blob_from(
    client: &CallContext,
    reference: ocigraph_str,
    media_type: ocigraph_str,
    read: ocigraph_read_fn,
    user_data: *mut c_void,
    options: Option<&ocigraph_blob_options>,
) -> Result<Job<ocigraph_blob_result>> {
    let (core, reference, gate) = prepare(client, reference)?;
    let media_type = media_type.optional("media_type")?;
    let reader = ReadCallback::new(read, user_data)?.through(gate.clone());
    let (options, callbacks) = (transfer(options, &gate), client.threads.callbacks()?);
    Ok(Job::new("push blob", reference.clone(), gate, async move {
        let media_type = media_type.unwrap_or_else(|| OCTET_STREAM.to_owned());
        let read = move || BufferedContent::read(reader)?.finish(&media_type);
        let (blob, source) = spawn_callback(&callbacks, read)
            .await
            .map_err(|e| e.with_operation("push blob", &reference))?;
        store(core, &reference, blob, source, options).await
    }))
}

async fn store(
    core: Client,
    reference: &Reference,
    blob: Descriptor,
    source: Arc<dyn Source>,
    options: TransferOptions,
) -> Result<ocigraph_blob_result> {
    let blob = operation::blob_for(reference, blob, &*source).await?;
    let outcome = core.push_blob(reference, &blob, source, options).await?;
    let descriptor = ocigraph_descriptor::new(blob);
    Ok(ocigraph_blob_result { descriptor, outcome, json: Json::default() })
}

/// Returns the client, the parsed reference and a new gate for an operation.
fn prepare(client: &CallContext, reference: ocigraph_str) -> Result<(Client, Reference, Gate)> {
    Ok((client.core.clone(), reference.parse("reference")?, Gate::default()))
}

fn transfer(options: Option<&ocigraph_blob_options>, gate: &Gate) -> TransferOptions {
    options.map(|options| options.for_operation(gate)).unwrap_or_default()
}
