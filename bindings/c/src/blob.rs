//! The raw level: blobs, bytes in and out.

use std::{ffi::c_void, mem::MaybeUninit, sync::Arc};

use futures::TryStreamExt;
use ocigraph::{
    BufferedContent, Client, Code, Content, Descriptor, Error, Outcome, Progress, Reference,
    Result, Source, ToJson, media_type::OCTET_STREAM,
};
use serde_json::json;
use tokio::{runtime::Handle, sync::mpsc};

use crate::{
    boundary::{borrow, call, free, read},
    callback::{
        Gate, ReadCallback, WriteCallback, ocigraph_outcome, ocigraph_read_fn, ocigraph_write_fn,
        outcome_number,
    },
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    handle::as_ref,
    job::Job,
    operation::prepare,
    options::ocigraph_blob_options,
    results::{Json, ocigraph_descriptor},
    status::ocigraph_status,
    text::{ocigraph_bytes, ocigraph_str},
};

/// A blob that was pushed.
pub struct ocigraph_blob_result {
    descriptor: ocigraph_descriptor,
    outcome: Outcome,
    json: Json,
}

/// Ends the result of pushing a blob, and all that was borrowed from it.
///
/// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_blob_result_free(result: Option<Box<ocigraph_blob_result>>) {
    free(result);
}

/// The blob.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_blob_result_descriptor(
    result: Option<&ocigraph_blob_result>,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| Some(&r.descriptor))
}

/// What became of it: `OCIGRAPH_OUTCOME_*`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_blob_result_outcome(
    result: Option<&ocigraph_blob_result>,
) -> ocigraph_outcome {
    read(result, |r| outcome_number(r.outcome))
}

/// All of it as one JSON text, in the shape that the command line prints.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_blob_result_json(result: Option<&ocigraph_blob_result>) -> ocigraph_str {
    read(result, |r| {
        r.json.get(|| {
            let descriptor = r.descriptor.value.to_json(Default::default());
            json!({ "descriptor": descriptor, "outcome": r.outcome.name() }).to_string()
        })
    })
}

/// Hands the blob that the reference names by digest to `write`, piece by piece, and gives its
/// descriptor. The pieces are checked while they pass: only once this call has succeeded is the
/// content known to be what the digest says.
///
/// `write` is called on this thread, with `user_data` as its first argument. `options`: NULL reports no
/// progress.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_descriptor_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network, DIGEST_MISMATCH, SIZE_MISMATCH; IO where `write` fails. Since 0.1.0.
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
        let client = &CallContext::of(client)?;
        fetch_blob(client, reference, write, user_data, as_ref(options))?.run(client, cancel)
    })
}

/// Stores bytes as a blob where the reference points, unless it is there, and gives its descriptor and
/// what became of it.
///
/// `media_type`: no text is "application/octet-stream". `options`: NULL reports no progress.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_blob_result_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
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
        let client = &CallContext::of(client)?;
        push_blob(client, reference, media_type, content, as_ref(options))?.run(client, cancel)
    })
}

/// The same for a file, which is read where it lies, and must not change meanwhile.
///
/// `media_type`: no text is "application/octet-stream". `options`: NULL reports no progress.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_blob_result_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, IO, CANCELLED, and those of the network. Since 0.1.0.
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
        let client = &CallContext::of(client)?;
        push_blob_file(client, reference, media_type, path, as_ref(options))?.run(client, cancel)
    })
}

/// The same for content that `read` gives. It is read to its end first, on a thread of the library;
/// short content is kept in memory, the rest in a temporary file.
///
/// `read` is called with `user_data` as its first argument. `options`: NULL reports no progress.
///
/// `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_blob_result_free`; nothing of the arguments is kept.
/// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network; IO where `read` fails. Since 0.1.0.
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
        let client = &CallContext::of(client)?;
        push_blob_from(client, reference, media_type, read, user_data, as_ref(options))?
            .run(client, cancel)
    })
}

/// Pieces on their way from the network to the caller's thread.
const PIECES: usize = 2;

fn fetch_blob(
    client: &CallContext,
    reference: ocigraph_str,
    write: ocigraph_write_fn,
    user_data: *mut c_void,
    options: Option<&ocigraph_blob_options>,
) -> Result<Job<ocigraph_descriptor>> {
    let (core, reference, gate) = prepare(client, reference)?;
    let write = WriteCallback::new(write, user_data)?;
    let progress = progress(options, &gate);
    let (give, pieces) = mpsc::channel(PIECES);
    let operation = Job::new("fetch blob", reference.clone(), gate, async move {
        let (blob, mut content) = core.fetch_blob(&reference, &progress).await?;
        let during = |e: Error| e.with_operation("fetch blob", &reference);
        while let Some(piece) = content.try_next().await.map_err(during)? {
            if give.send(piece).await.is_err() {
                return Err(during(Error::new(Code::Cancelled, "nobody takes the content")));
            }
        }
        Ok(ocigraph_descriptor::new(blob))
    });
    Ok(operation.with(pieces, write))
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
    let progress = progress(options, &gate);
    Ok(Job::new("push blob", reference.clone(), gate, async move {
        let media_type = media_type.as_deref().unwrap_or(OCTET_STREAM);
        let during = |e: Error| e.with_operation("push blob", &reference);
        let (blob, source) = content.into_blob(media_type).await.map_err(during)?;
        store(core, &reference, blob, source, &progress).await
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
    let (progress, callbacks) = (progress(options, &gate), client.threads.callbacks()?);
    Ok(Job::new("push blob", reference.clone(), gate, async move {
        let media_type = media_type.unwrap_or_else(|| OCTET_STREAM.to_owned());
        let read = move || BufferedContent::read(reader)?.finish(&media_type);
        let (blob, source) = spawn_callback(&callbacks, read)
            .await
            .map_err(|e| e.with_operation("push blob", &reference))?;
        store(core, &reference, blob, source, &progress).await
    }))
}

async fn store(
    core: Client,
    reference: &Reference,
    blob: Descriptor,
    source: Arc<dyn Source>,
    progress: &Progress,
) -> Result<ocigraph_blob_result> {
    let outcome = core.push_blob(reference, &blob, source, progress).await?;
    let descriptor = ocigraph_descriptor::new(blob);
    Ok(ocigraph_blob_result { descriptor, outcome, json: Json::default() })
}

fn progress(options: Option<&ocigraph_blob_options>, gate: &Gate) -> Progress {
    options.map_or_else(Progress::none, |options| options.progress.through(gate))
}

/// Runs what calls back where it may block: beside the threads that move content and work on files.
pub(crate) async fn spawn_callback<T: Send + 'static>(
    callbacks: &Handle,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let lost = |e| Error::new(Code::Internal, format!("a thread was lost: {e}"));
    callbacks.spawn_blocking(work).await.map_err(lost)?
}
