// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of pull.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::{PullOptions, UnpackLimits};

use crate::{
    boundary::{call_status, free, require},
    callback::{Gate, ProgressCallback, ocigraph_progress_fn},
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

impl ocigraph_pull_options {
    /// Copies the options for one operation, which reports its progress at the gate.
    pub(crate) fn for_operation(&self, gate: &Gate) -> PullOptions {
        self.core.clone().progress(self.progress.through(gate))
    }
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

/// Sets the directory to write to. It is created if necessary. Default, also for an empty path: the
/// current directory.
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

/// Pulls the referrers of this artifact type instead of the artifact itself. NOT_FOUND if the
/// artifact has no such referrer. Default: the artifact that the reference names. An empty text or
/// NULL unsets it.
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

/// Selects the image for this platform if the reference names an index. NOT_FOUND if the index has
/// no such image. Default: none; an index then fails with INVALID_ARGUMENT, because it has no
/// files.
///
/// `platform`: `os/architecture[/variant][:os.version]`, such as "linux/arm64". An empty text or
/// NULL unsets it.
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

/// If true, also pulls the subject of each artifact, the subject of that subject, and so on.
/// Default: false.
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

/// If true, also writes the blobs without a title, such as the layers of an image, a Helm chart or
/// a Wasm module. The file has the path in the annotation `org.cncf.model.filepath`, to which the
/// rules for titles apply; without one, or if the blob is an archive, the name is made from the
/// digest: `sha256-` and 64 hexadecimal digits. The config and foreign layers are not written.
/// Default: false, which lists the blobs without a title as skipped.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_options_set_all(
    options: Option<&mut ocigraph_pull_options>,
    all: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.all = all;
        Ok(())
    })
}

/// Also writes the config of the artifact to this file; those of its subjects are not written. A
/// relative path is below the output directory. Several artifacts with different configs fail with
/// CONFLICT. An artifact without a config has no such file. Default: none; a config is then written
/// only if it has a title. An empty text or NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_options_set_config_file(
    options: Option<&mut ocigraph_pull_options>,
    config_file: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = config_file.optional("config_file")?;
        require(options, "options")?.core.config_file = value.map(Into::into);
        Ok(())
    })
}

/// Writes the config to the file only if it has this media type. It requires `config_file`.
/// Default: any media type. An empty text or NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_options_set_config_media_type(
    options: Option<&mut ocigraph_pull_options>,
    config_media_type: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = config_media_type.optional("config_media_type")?;
        require(options, "options")?.core.config_media_type = value;
        Ok(())
    })
}

/// If true, does not overwrite existing files. Default: false.
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

/// If true, writes to absolute titles and to titles with `..`, also outside the output directory.
/// Default: false; such a title then fails with UNSAFE_PATH.
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

/// Sets the limits for unpacked directories. An archive that exceeds one fails with TOO_LARGE.
///
/// `entries`: maximum number of files, directories and links. Default: 1,000,000. `bytes`: maximum
/// size of the uncompressed archive in bytes. Default: 64 GiB. `ratio`: maximum ratio of the
/// uncompressed to the compressed size. Applies once more than 64 MiB are unpacked. Default: 1,000.
/// 0 selects the default of each.
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
        let limits = &mut require(options, "options")?.core.unpack_limits;
        *limits = limits
            .entries(or(entries, default.entries))
            .bytes(or(bytes, default.bytes))
            .ratio(or(ratio, default.ratio));
        Ok(())
    })
}

/// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
/// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
/// few files.
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
        require(options, "options")?.core.concurrency = Some(concurrency);
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
        require(options, "options")?.progress = ProgressCallback::new(callback, user_data);
        Ok(())
    })
}
