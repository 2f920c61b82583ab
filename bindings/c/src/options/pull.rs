//! Options of pull.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::{PullOptions, UnpackLimits};

use crate::{
    boundary::{call_status, free, require},
    callback::{ProgressCallback, UserData, ocigraph_progress_fn},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// How to pull.
#[derive(Default)]
pub struct ocigraph_pull_options {
    pub(crate) core: PullOptions,
    pub(crate) progress: ProgressCallback,
}

/// New options, with the defaults.
///
/// Ownership: the caller's, until `ocigraph_pull_options_free`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_options_new() -> Option<Box<ocigraph_pull_options>> {
    Some(Box::default())
}

/// Ends options.
///
/// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_options_free(options: Option<Box<ocigraph_pull_options>>) {
    free(options);
}

/// The directory to write into; created when it is not there. No text: the current one.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is not UTF-8. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_options_set_output(
    options: Option<&mut ocigraph_pull_options>,
    output: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = output.text("output")?;
        require(options, "options")?.core.output = value.into();
        Ok(())
    })
}

/// Pulls, instead of what the reference names, its referrers of this type.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is not UTF-8. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_options_set_artifact_type(
    options: Option<&mut ocigraph_pull_options>,
    artifact_type: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = artifact_type.optional("artifact_type")?;
        require(options, "options")?.core.artifact_type = value;
        Ok(())
    })
}

/// Pulls, of an index, the image for this platform.
/// Written `os/architecture[/variant]`, as in "linux/arm64". No text: none.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is no platform. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_options_set_platform(
    options: Option<&mut ocigraph_pull_options>,
    platform: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = platform.parse_optional("platform")?;
        require(options, "options")?.core.platform = value;
        Ok(())
    })
}

/// Pulls also what the artifact refers to, and what that refers to in turn.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_options_set_include_subject(
    options: Option<&mut ocigraph_pull_options>,
    include_subject: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.include_subject = include_subject;
        Ok(())
    })
}

/// Leaves files that are there already as they are.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_options_set_keep_old_files(
    options: Option<&mut ocigraph_pull_options>,
    keep_old_files: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.keep_old_files = keep_old_files;
        Ok(())
    })
}

/// Writes where titles say, even outside the output directory. For trusted registries alone.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_options_set_allow_path_traversal(
    options: Option<&mut ocigraph_pull_options>,
    allow_path_traversal: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.allow_path_traversal = allow_path_traversal;
        Ok(())
    })
}

/// How much a packed directory may unpack to, before the pull ends with TOO_LARGE. 0 is the default.
///
/// `entries`: files, directories and links; 1,000,000. `bytes`: in all; 64 GiB. `ratio`: bytes for each
/// byte of the archive, once more than 64 MiB are unpacked; 1,000.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_options_set_unpack_limits(
    options: Option<&mut ocigraph_pull_options>,
    entries: u64,
    bytes: u64,
    ratio: u64,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let default = UnpackLimits::default();
        let or = |given: u64, default| if given == 0 { default } else { given };
        require(options, "options")?.core.unpack_limits = UnpackLimits {
            entries: or(entries, default.entries),
            bytes: or(bytes, default.bytes),
            ratio: or(ratio, default.ratio),
        };
        Ok(())
    })
}

/// How many requests to make at once; 0 is the default.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_options_set_concurrency(
    options: Option<&mut ocigraph_pull_options>,
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
pub extern "C" fn ocigraph_pull_options_set_progress(
    options: Option<&mut ocigraph_pull_options>,
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
