//! Options of copy.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::CopyOptions;

use crate::{
    boundary::{call_status, free, require},
    callback::{ProgressCallback, UserData, ocigraph_progress_fn},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// How to copy.
#[derive(Default)]
pub struct ocigraph_copy_options {
    pub(crate) core: CopyOptions,
    pub(crate) progress: ProgressCallback,
}

/// New options, with the defaults.
///
/// Ownership: the caller's, until `ocigraph_copy_options_free`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_options_new() -> Option<Box<ocigraph_copy_options>> {
    Some(Box::default())
}

/// Ends options.
///
/// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_options_free(options: Option<Box<ocigraph_copy_options>>) {
    free(options);
}

/// Copies also everything that refers to it, to what an index lists, and so on.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_options_set_recursive(
    options: Option<&mut ocigraph_copy_options>,
    recursive: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.recursive = recursive;
        Ok(())
    })
}

/// Copies, of an index, only the image for this platform.
/// Written `os/architecture[/variant]`, as in "linux/arm64". No text: none.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is no platform. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_options_set_platform(
    options: Option<&mut ocigraph_copy_options>,
    platform: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = platform.parse_optional("platform")?;
        require(options, "options")?.core.platform = value;
        Ok(())
    })
}

/// Copies foreign layers too, which registries need not have.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_options_set_foreign(
    options: Option<&mut ocigraph_copy_options>,
    foreign: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.foreign = foreign;
        Ok(())
    })
}

/// How many requests to make at once; 0 is the default.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_options_set_concurrency(
    options: Option<&mut ocigraph_copy_options>,
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
pub extern "C" fn ocigraph_copy_options_set_progress(
    options: Option<&mut ocigraph_copy_options>,
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
