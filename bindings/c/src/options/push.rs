// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of push.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::{PushOptions, Reference};

use crate::{
    boundary::{call_status, free, require},
    callback::{Gate, ProgressCallback, ocigraph_progress_fn, ocigraph_read_fn},
    error::ocigraph_error,
    files::Files,
    numbers::parse_manifest_format,
    status::ocigraph_status,
    text::{ocigraph_bytes, ocigraph_str},
};

/// Options of `ocigraph_client_push`.
#[derive(Default)]
pub struct ocigraph_push_options {
    pub(crate) core: PushOptions,
    pub(crate) files: Files,
    pub(crate) progress: ProgressCallback,
}

impl ocigraph_push_options {
    /// Copies the options for one operation, which reports its progress at the gate.
    pub(crate) fn for_operation(&self, gate: &Gate) -> PushOptions {
        self.core.clone().progress(self.progress.through(gate))
    }
}

/// Creates push options with the default values.
///
/// Ownership: free the result with `ocigraph_push_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_new() -> Option<Box<ocigraph_push_options>> {
    Some(Box::default())
}

/// Frees push options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_free(options: Option<Box<ocigraph_push_options>>) {
    free(options);
}

/// Adds a file or a directory. A directory is packed as a gzip-compressed tar archive.
///
/// `media_type`: no text derives the media type from the file name. `title`: the name of the file
/// when it is pulled; no text uses the path.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, `path` is empty, a text is not UTF-8, or
/// `media_type` is not a media type.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_add_path(
    options: Option<&mut ocigraph_push_options>,
    path: ocigraph_str,
    media_type: ocigraph_str,
    title: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || require(options, "options")?.files.add_path(path, media_type, title))
}

/// Adds content from memory. The content is copied.
///
/// `title`: the name of the file when it is pulled; no text adds a blob without a title, which a
/// pull skips. `media_type`: no text derives the media type from the title.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, a text is not UTF-8, or `media_type` is not a
/// media type.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_add_bytes(
    options: Option<&mut ocigraph_push_options>,
    title: ocigraph_str,
    media_type: ocigraph_str,
    content: ocigraph_bytes,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || require(options, "options")?.files.add_bytes(title, media_type, content))
}

/// Adds content that the `read` callback provides. Each operation with these options calls `read`,
/// with `user_data` as the first argument, until the end of the content. Small content is buffered
/// in memory, larger content in a temporary file.
///
/// `title`, `media_type`: as for `ocigraph_push_options_add_bytes`. `user_data` must stay valid
/// until every operation that uses these options is over.
///
/// All operations with these options share `user_data`, and a stream that was read once is at its
/// end. Use separate options for each operation, or a callback that restarts its content.
///
/// Errors: INVALID_ARGUMENT if `options` or `read` is NULL, a text is not UTF-8, or `media_type` is
/// not a media type.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_add_reader(
    options: Option<&mut ocigraph_push_options>,
    title: ocigraph_str,
    media_type: ocigraph_str,
    read: ocigraph_read_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.files.add_reader(title, media_type, read, user_data)
    })
}

/// Adds an annotation to the descriptor of the file that was added last.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, no file was added, `key` is empty, or a text is
/// not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_add_file_annotation(
    options: Option<&mut ocigraph_push_options>,
    key: ocigraph_str,
    value: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || require(options, "options")?.files.annotate_last(key, value))
}

/// Sets the artifact type, for example `application/vnd.example.sbom`: see image-spec v1.1.1,
/// "Guidelines for Artifact Usage"
/// (https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage).
/// Default: none. An empty text or NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a media type.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_set_artifact_type(
    options: Option<&mut ocigraph_push_options>,
    artifact_type: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value =
            artifact_type.checked("artifact_type", ocigraph::media_type::check_artifact_type)?;
        require(options, "options")?.core.artifact_type = value;
        Ok(())
    })
}

/// Sets the subject: a reference with a tag or digest to a manifest in the repository that is
/// pushed to. The artifact becomes a referrer of it. NOT_FOUND if the manifest does not exist,
/// INVALID_ARGUMENT if it is in another repository. Default: none. An empty text or NULL unsets it.
///
/// Errors: INVALID_REFERENCE if the text is not a reference or has neither tag nor digest;
/// INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_set_subject(
    options: Option<&mut ocigraph_push_options>,
    subject: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value: Option<Reference> = subject.parse_optional("subject")?;
        value.as_ref().map(Reference::name).transpose()?;
        require(options, "options")?.core.subject = value;
        Ok(())
    })
}

/// Adds an annotation. The annotations of the manifest. Default: none.
///
/// A key that was added before gets the new value.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, `key` is empty, or a text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_add_annotation(
    options: Option<&mut ocigraph_push_options>,
    key: ocigraph_str,
    value: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (key, value) = (key.required("key")?, value.text("value")?);
        require(options, "options")?.core.annotations.insert(key, value);
        Ok(())
    })
}

/// Sets the config blob. Its media type is `application/vnd.unknown.config.v1+json` unless it is
/// given; without an artifact type, it is the type of the artifact. Its annotations are those of
/// the config's descriptor. Default: the empty JSON object, as image-spec recommends for artifacts.
///
/// The content is copied. `media_type`: no text selects "application/json".
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, the text is not UTF-8, or `media_type` is not a
/// media type.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_set_config(
    options: Option<&mut ocigraph_push_options>,
    config: ocigraph_bytes,
    media_type: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = crate::files::config(config, media_type)?;
        require(options, "options")?.core.config = Some(value);
        Ok(())
    })
}

/// Sets the config blob. Its media type is `application/vnd.unknown.config.v1+json` unless it is
/// given; without an artifact type, it is the type of the artifact. Its annotations are those of
/// the config's descriptor. Default: the empty JSON object, as image-spec recommends for artifacts.
///
/// `path`: the file with the content. `media_type`: no text derives the media type from the file
/// name.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, `path` is empty, a text is not UTF-8, or
/// `media_type` is not a media type.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_set_config_path(
    options: Option<&mut ocigraph_push_options>,
    path: ocigraph_str,
    media_type: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = crate::files::config_path(path, media_type)?;
        require(options, "options")?.core.config = Some(value);
        Ok(())
    })
}

/// Sets the platform that the artifact is for. It becomes a config of the media type
/// `application/vnd.oci.image.config.v1+json`, by which the artifact can be selected in an index.
/// With a config of its own it fails with INVALID_ARGUMENT. Default: none.
///
/// `artifact_platform`: `os/architecture[/variant][:os.version]`, such as "linux/arm64". An empty
/// text or NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_set_artifact_platform(
    options: Option<&mut ocigraph_push_options>,
    artifact_platform: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = artifact_platform.parse_optional("artifact_platform")?;
        require(options, "options")?.core.artifact_platform = value;
        Ok(())
    })
}

/// Sets the format of the manifest. Default: `OCIGRAPH_FORMAT_AUTO`.
///
/// `format`: one of `OCIGRAPH_FORMAT_*`.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the number is unknown.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_set_format(
    options: Option<&mut ocigraph_push_options>,
    format: i32,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = parse_manifest_format(format)?;
        require(options, "options")?.core.format = value;
        Ok(())
    })
}

/// If true, permits absolute titles and titles with `..`. Default: false; such a title then fails
/// with UNSAFE_PATH.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_set_allow_path_traversal(
    options: Option<&mut ocigraph_push_options>,
    allow_path_traversal: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.allow_path_traversal = allow_path_traversal;
        Ok(())
    })
}

/// Sets the time, in seconds since 1970-01-01 UTC, for the entries of packed directories and for
/// the annotation `org.opencontainers.image.created`; like the variable SOURCE_DATE_EPOCH
/// (https://reproducible-builds.org/specs/source-date-epoch/). Default: none; entries then get the
/// time 0, and the manifest has no such annotation.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_set_source_date_epoch(
    options: Option<&mut ocigraph_push_options>,
    source_date_epoch: u64,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.source_date_epoch = Some(source_date_epoch);
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
pub extern "C" fn ocigraph_push_options_set_concurrency(
    options: Option<&mut ocigraph_push_options>,
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
pub extern "C" fn ocigraph_push_options_set_progress(
    options: Option<&mut ocigraph_push_options>,
    callback: ocigraph_progress_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.progress = ProgressCallback::new(callback, user_data);
        Ok(())
    })
}
