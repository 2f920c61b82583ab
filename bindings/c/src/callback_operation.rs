//! The callback form of the long operations.

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

/// Is told how `ocigraph_client_push_start` ended: `result` where `status` is `OCIGRAPH_OK`, else
/// `error`; the other is NULL. Both are the callee's to free.
pub type ocigraph_push_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_push_result>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// The callback form of `ocigraph_client_push`: returns at once, and calls `done` exactly once,
/// also when the operation is cancelled or the runtime ends. Where this call fails, `done` is not
/// called.
///
/// Ownership: nothing of the arguments is kept but `user_data`, which must live until `done` was
/// called; `client`, `options` and `cancel` may be freed before that.
/// Threads: any; `done` is called on a thread of the library, and may block.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, CANCELLED where the runtime has ended. Since 0.1.0.
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
        let (client, done) = (&CallContext::of(client)?, require(done, "done")?);
        push(client, reference, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

/// Is told how `ocigraph_client_pull_start` ended: `result` where `status` is `OCIGRAPH_OK`, else
/// `error`; the other is NULL. Both are the callee's to free.
pub type ocigraph_pull_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_pull_result>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// The callback form of `ocigraph_client_pull`: returns at once, and calls `done` exactly once,
/// also when the operation is cancelled or the runtime ends. Where this call fails, `done` is not
/// called.
///
/// Ownership: nothing of the arguments is kept but `user_data`, which must live until `done` was
/// called; `client`, `options` and `cancel` may be freed before that.
/// Threads: any; `done` is called on a thread of the library, and may block.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, CANCELLED where the runtime has ended. Since 0.1.0.
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
        let (client, done) = (&CallContext::of(client)?, require(done, "done")?);
        pull(client, reference, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

/// Is told how `ocigraph_client_discover_start` ended: `result` where `status` is `OCIGRAPH_OK`, else
/// `error`; the other is NULL. Both are the callee's to free.
pub type ocigraph_discover_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_graph>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// The callback form of `ocigraph_client_discover`: returns at once, and calls `done` exactly once,
/// also when the operation is cancelled or the runtime ends. Where this call fails, `done` is not
/// called.
///
/// Ownership: nothing of the arguments is kept but `user_data`, which must live until `done` was
/// called; `client`, `options` and `cancel` may be freed before that.
/// Threads: any; `done` is called on a thread of the library, and may block.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, CANCELLED where the runtime has ended. Since 0.1.0.
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
        let (client, done) = (&CallContext::of(client)?, require(done, "done")?);
        discover(client, reference, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

/// Is told how `ocigraph_client_delete_start` ended: `result` where `status` is `OCIGRAPH_OK`, else
/// `error`; the other is NULL. Both are the callee's to free.
pub type ocigraph_delete_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_delete_report>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// The callback form of `ocigraph_client_delete`: returns at once, and calls `done` exactly once,
/// also when the operation is cancelled or the runtime ends. Where this call fails, `done` is not
/// called.
///
/// Ownership: nothing of the arguments is kept but `user_data`, which must live until `done` was
/// called; `client`, `options` and `cancel` may be freed before that.
/// Threads: any; `done` is called on a thread of the library, and may block.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, CANCELLED where the runtime has ended. Since 0.1.0.
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
        let (client, done) = (&CallContext::of(client)?, require(done, "done")?);
        delete(client, reference, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

/// Is told how `ocigraph_client_copy_start` ended: `result` where `status` is `OCIGRAPH_OK`, else
/// `error`; the other is NULL. Both are the callee's to free.
pub type ocigraph_copy_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_copy_report>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// The callback form of `ocigraph_client_copy`: returns at once, and calls `done` exactly once,
/// also when the operation is cancelled or the runtime ends. Where this call fails, `done` is not
/// called.
///
/// Ownership: nothing of the arguments is kept but `user_data`, which must live until `done` was
/// called; `client`, `options` and `cancel` may be freed before that.
/// Threads: any; `done` is called on a thread of the library, and may block.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, CANCELLED where the runtime has ended. Since 0.1.0.
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
        let (client, done) = (&CallContext::of(client)?, require(done, "done")?);
        copy(client, source, destination, as_ref(options))?.start(client, cancel, done, user_data)
    })
}
