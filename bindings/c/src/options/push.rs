//! Options of push: files from paths, memory and read callbacks, and properties of the manifest.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::{
    Annotations, BufferedContent, File, ManifestFormat, PushOptions, Reference, Result,
    media_type as types,
};

use tokio::runtime::Handle;

use crate::{
    blob::spawn_callback,
    boundary::{call_status, free, require},
    callback::{
        Gate, ProgressCallback, ReadCallback, UserData, ocigraph_progress_fn, ocigraph_read_fn,
    },
    error::ocigraph_error,
    status::ocigraph_status,
    text::{invalid, ocigraph_bytes, ocigraph_str},
};

/// The format that the registry lists as a referrer: the OCI image manifest 1.1, or the ORAS
/// artifact manifest if the registry lists only that one. This is the default.
pub const OCIGRAPH_FORMAT_AUTO: i32 = 0;
/// OCI image manifest 1.1: https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md.
pub const OCIGRAPH_FORMAT_OCI_1_1: i32 = 1;
/// OCI image manifest 1.0, which has neither `artifactType` nor `subject`.
pub const OCIGRAPH_FORMAT_OCI_1_0: i32 = 2;
/// OCI artifact manifest of the image specification 1.1.0-rc1 and 1.1.0-rc2.
pub const OCIGRAPH_FORMAT_OCI_ARTIFACT: i32 = 3;
/// ORAS artifact manifest: https://github.com/oras-project/artifacts-spec.
pub const OCIGRAPH_FORMAT_ORAS_ARTIFACT: i32 = 4;

/// Options of `ocigraph_client_push`: the files, and the properties of the manifest.
#[derive(Default)]
pub struct ocigraph_push_options {
    core: PushOptions,
    files: Vec<Entry>,
    progress: ProgressCallback,
}

#[derive(Clone)]
enum Entry {
    File(File),
    /// Content of a read callback, which each push reads.
    Read {
        from: ReadCallback,
        title: Option<String>,
        media_type: Option<String>,
        annotations: Annotations,
    },
}

impl Entry {
    fn annotations(&mut self) -> &mut Annotations {
        match self {
            Entry::File(file) => &mut file.annotations,
            Entry::Read { annotations, .. } => annotations,
        }
    }

    async fn file(self, gate: &Gate, callbacks: &Handle) -> Result<File> {
        let (from, title, media_type, annotations) = match self {
            Entry::File(file) => return Ok(file),
            Entry::Read { from, title, media_type, annotations } => {
                (from, title, media_type, annotations)
            }
        };
        let reader = from.through(gate.clone());
        let named = title.clone().unwrap_or_default();
        let read = move || BufferedContent::read(reader)?.into_file(&named);
        let file = spawn_callback(callbacks, read).await?;
        Ok(File { title, media_type, annotations, ..file })
    }
}

impl ocigraph_push_options {
    /// Copies the options for one operation, with the files separately.
    pub(crate) fn prepare(&self, gate: &Gate) -> (PushOptions, Files) {
        let progress = self.progress.through(gate);
        (self.core.clone().progress(progress), Files(self.files.clone()))
    }
}

/// The files of one push. Read callbacks have not been called yet.
pub(crate) struct Files(Vec<Entry>);

impl Files {
    pub(crate) async fn read(self, gate: &Gate, callbacks: &Handle) -> Result<Vec<File>> {
        let mut files = Vec::with_capacity(self.0.len());
        for entry in self.0 {
            files.push(entry.file(gate, callbacks).await?);
        }
        Ok(files)
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
    call_status(error, || {
        let file = File {
            media_type: media_type.checked("media_type", types::check)?,
            title: title.optional("title")?,
            ..File::path(path.required("path")?)
        };
        require(options, "options")?.files.push(Entry::File(file));
        Ok(())
    })
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
    call_status(error, || {
        let file = File {
            media_type: media_type.checked("media_type", types::check)?,
            title: title.optional("title")?,
            ..File::bytes(String::new(), content.bytes("content")?)
        };
        require(options, "options")?.files.push(Entry::File(file));
        Ok(())
    })
}

/// Adds content that the `read` callback provides. Each push with these options calls `read`, with
/// `user_data` as the first argument, until the end of the content. Small content is buffered in
/// memory, larger content in a temporary file.
///
/// `title`, `media_type`: as for `ocigraph_push_options_add_bytes`. `user_data` must stay valid
/// until every push that uses these options is over.
///
/// All pushes with these options share `user_data`, and a stream that was read once is at its end.
/// Use separate options for each push, or a callback that restarts its content.
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
        let entry = Entry::Read {
            from: ReadCallback::new(read, user_data)?,
            title: title.optional("title")?,
            media_type: media_type.checked("media_type", types::check)?,
            annotations: Annotations::new(),
        };
        require(options, "options")?.files.push(entry);
        Ok(())
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
    call_status(error, || {
        let (key, value) = (key.required("key")?, value.text("value")?);
        let last = require(options, "options")?.files.last_mut();
        let last = last.ok_or_else(|| invalid("add a file before its annotation"))?;
        last.annotations().insert(key, value);
        Ok(())
    })
}

/// Sets the artifact type, such as "application/vnd.example.sbom". No text unsets it. Default: not
/// set.
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
        let value = artifact_type.checked("artifact_type", types::check_artifact_type)?;
        require(options, "options")?.core.artifact_type = value;
        Ok(())
    })
}

/// Sets the subject, so that the artifact becomes its referrer: a reference with a tag or digest in
/// the repository or layout being pushed to. No text unsets it. Default: not set.
///
/// See
/// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests-with-subject.
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
        let subject: Option<Reference> = subject.parse_optional("subject")?;
        subject.as_ref().map(Reference::name).transpose()?;
        require(options, "options")?.core.subject = subject;
        Ok(())
    })
}

/// Adds an annotation to the manifest. A key that was added before gets the new value.
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

/// Sets the config blob of the manifest from memory. Default: the empty config `{}`.
///
/// `media_type`: no text selects "application/json".
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
        let file = File {
            media_type: media_type.checked("media_type", types::check)?,
            ..File::bytes("config.json", config.bytes("config")?)
        };
        require(options, "options")?.core.config = Some(file);
        Ok(())
    })
}

/// Sets the config blob of the manifest from a file. Default: the empty config `{}`.
///
/// `media_type`: no text derives the media type from the file name.
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
        let file = File {
            media_type: media_type.checked("media_type", types::check)?,
            ..File::path(path.required("path")?)
        };
        require(options, "options")?.core.config = Some(file);
        Ok(())
    })
}

/// Sets the format of the manifest: `OCIGRAPH_FORMAT_*`. Default: `OCIGRAPH_FORMAT_AUTO`.
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
        let format = match format {
            OCIGRAPH_FORMAT_AUTO => ManifestFormat::Auto,
            OCIGRAPH_FORMAT_OCI_1_1 => ManifestFormat::Oci11,
            OCIGRAPH_FORMAT_OCI_1_0 => ManifestFormat::Oci10,
            OCIGRAPH_FORMAT_OCI_ARTIFACT => ManifestFormat::OciArtifact,
            OCIGRAPH_FORMAT_ORAS_ARTIFACT => ManifestFormat::OrasArtifact,
            other => {
                return Err(invalid(format!(
                    "invalid manifest format {other}: expected OCIGRAPH_FORMAT_*"
                )));
            }
        };
        require(options, "options")?.core.format = format;
        Ok(())
    })
}

/// Permits titles that are absolute or contain `..` if true. Otherwise such a title fails the push
/// with UNSAFE_PATH before anything is sent. Default: false.
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

/// Sets the time, in seconds since 1970-01-01T00:00:00Z, that is stored in packed directories and
/// in the annotation `org.opencontainers.image.created`. By default, packed directories get the
/// time 0 and the annotation is omitted, so that the same input has the same digest.
///
/// A push fails with INVALID_ARGUMENT if the time is after the year 9999.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_set_source_date_epoch(
    options: Option<&mut ocigraph_push_options>,
    seconds: u64,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.source_date_epoch = Some(seconds);
        Ok(())
    })
}

/// Sets the maximum number of concurrent requests. The library uses fewer if the registry slows
/// down or file descriptors run short. 0 selects the default: 128.
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
pub extern "C" fn ocigraph_push_options_set_progress(
    options: Option<&mut ocigraph_push_options>,
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
