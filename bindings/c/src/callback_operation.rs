//! The callback form of the long operations.
//!
//! A `..._start` function returns immediately, and a completion callback receives the result.

use std::{ffi::c_void, mem::MaybeUninit};

use crate::{
    boundary::{call_status, require},
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    handle::as_ref,
    operation::{copy, delete, discover, pull, push},
    options::{
        ocigraph_copy_options, ocigraph_delete_options, ocigraph_discover_options,
        ocigraph_pull_options, ocigraph_push_options,
    },
    results::{
        ocigraph_copy_report, ocigraph_delete_report, ocigraph_graph, ocigraph_pull_result,
        ocigraph_push_result,
    },
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Receives the result of `ocigraph_client_push_start`. If `status` is `OCIGRAPH_OK`, `result` is
/// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
/// and must free them.
pub type ocigraph_push_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_push_result>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_push` and returns immediately. The library calls `done`
/// exactly once with the result, also if the operation is cancelled or the runtime ends. If this
/// call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_push_start(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_push_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_push_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        push(client, reference, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

/// Receives the result of `ocigraph_client_pull_start`. If `status` is `OCIGRAPH_OK`, `result` is
/// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
/// and must free them.
pub type ocigraph_pull_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_pull_result>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_pull` and returns immediately. The library calls `done`
/// exactly once with the result, also if the operation is cancelled or the runtime ends. If this
/// call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_pull_start(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_pull_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_pull_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        pull(client, reference, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

/// Receives the result of `ocigraph_client_discover_start`. If `status` is `OCIGRAPH_OK`, `result`
/// is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns
/// both and must free them.
pub type ocigraph_discover_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_graph>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_discover` and returns immediately. The library calls
/// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
/// this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_discover_start(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_discover_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_discover_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        discover(client, reference, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

/// Receives the result of `ocigraph_client_delete_start`. If `status` is `OCIGRAPH_OK`, `result` is
/// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
/// and must free them.
pub type ocigraph_delete_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_delete_report>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_delete` and returns immediately. The library calls
/// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
/// this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_delete_start(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_delete_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_delete_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        delete(client, reference, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

/// Receives the result of `ocigraph_client_copy_start`. If `status` is `OCIGRAPH_OK`, `result` is
/// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
/// and must free them.
pub type ocigraph_copy_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_copy_report>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_copy` and returns immediately. The library calls `done`
/// exactly once with the result, also if the operation is cancelled or the runtime ends. If this
/// call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_copy_start(
    client: *const ocigraph_client,
    source: ocigraph_str,
    destination: ocigraph_str,
    options: *const ocigraph_copy_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_copy_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        copy(client, source, destination, as_ref(options))?.start(client, cancel, done, user_data)
    })
}
