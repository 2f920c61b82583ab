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

/// Options of `ocigraph_client_pull`.
#[derive(Default)]
pub struct ocigraph_pull_options {
    pub(crate) core: PullOptions,
    pub(crate) progress: ProgressCallback,
}

/// Creates pull options with the default values.
///
/// Ownership: free the result with `ocigraph_pull_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_options_new() -> Option<Box<ocigraph_pull_options>> {
    Some(Box::default())
}

/// Frees pull options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_options_free(options: Option<Box<ocigraph_pull_options>>) {
    free(options);
}

/// Sets the output directory. It is created if necessary. No text selects the current directory,
/// which is the default.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
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

/// Pulls the referrers that have this artifact type instead of the artifact that the reference
/// names. No text unsets it. Default: not set.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
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

/// Pulls the image for this platform if the reference names an index. The syntax is
/// `os/architecture[/variant]`, such as "linux/arm64". No text unsets it. Default: not set.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
/// Threads: one at a time for each handle. Since 0.1.0.
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

/// Also pulls the subject of the artifact, the subject of that, and so on, if true. Default: false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
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

/// Keeps files that already exist if true. Their outcome is `OCIGRAPH_OUTCOME_KEPT_EXISTING` if the
/// content differs. Default: false, which replaces them.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
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

/// Permits titles that lead outside the output directory if true. Use it for trusted registries
/// only. Otherwise such a title fails the pull with UNSAFE_PATH. Default: false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
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

/// Sets the limits for unpacking a directory. A pull that exceeds one fails with TOO_LARGE. 0
/// selects the default of each.
///
/// `entries`: files, directories and links. Default: 1,000,000. `bytes`: total size. Default: 64
/// GiB. `ratio`: unpacked bytes for each byte of the archive, checked after 64 MiB. Default: 1,000.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
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
        require(options, "options")?.core.unpack_limits = UnpackLimits::default()
            .entries(or(entries, default.entries))
            .bytes(or(bytes, default.bytes))
            .ratio(or(ratio, default.ratio));
        Ok(())
    })
}

/// Sets the maximum number of concurrent requests. The library uses fewer if the registry slows
/// down or file descriptors run short. 0 selects the default: 128.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
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

/// Reports progress to `callback`, which receives `user_data` as its first argument. NULL disables
/// progress, which is the default. `user_data` must stay valid until every operation that uses
/// these options is over.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
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
