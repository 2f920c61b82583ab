//! Options of verify.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::VerifyOptions;

use crate::{
    boundary::{call_status, free, require},
    callback::{ProgressCallback, UserData, ocigraph_progress_fn},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// How to verify.
#[derive(Default)]
pub struct ocigraph_verify_options {
    pub(crate) core: VerifyOptions,
    pub(crate) progress: ProgressCallback,
}

/// New options, with the defaults.
///
/// Ownership: the caller's, until `ocigraph_verify_options_free`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_options_new() -> Option<Box<ocigraph_verify_options>> {
    Some(Box::default())
}

/// Ends options.
///
/// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_options_free(options: Option<Box<ocigraph_verify_options>>) {
    free(options);
}

/// Starts, at an index, from the image for this platform.
/// Written `os/architecture[/variant]`, as in "linux/arm64". No text: none.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is no platform. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_options_set_platform(
    options: Option<&mut ocigraph_verify_options>,
    platform: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = platform.parse_optional("platform")?;
        require(options, "options")?.core.platform = value;
        Ok(())
    })
}

/// How many requests to make at once; 0 is the default.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_options_set_concurrency(
    options: Option<&mut ocigraph_verify_options>,
    concurrency: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.concurrency = Some(concurrency).filter(|n| *n > 0);
        Ok(())
    })
}

/// Reports progress to `callback`, with `user_data` as its first argument. NULL: to nobody.
/// `user_data` must live as long as operations that use these options.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_options_set_progress(
    options: Option<&mut ocigraph_verify_options>,
    callback: ocigraph_progress_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let to = callback.map(|callback| (callback, UserData(user_data)));
        require(options, "options")?.progress = ProgressCallback(to);
        Ok(())
    })
}
