//! Options of push: what to push, from paths, memory and read callbacks.

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

/// The format that the registry lists as a referrer: OCI 1.1, or ORAS on registries that list
/// nothing else.
pub const OCIGRAPH_FORMAT_AUTO: i32 = 0;
/// OCI image manifest 1.1.
pub const OCIGRAPH_FORMAT_OCI_1_1: i32 = 1;
/// OCI image manifest 1.0.
pub const OCIGRAPH_FORMAT_OCI_1_0: i32 = 2;
/// OCI artifact manifest, of 1.1.0-rc1 and rc2.
pub const OCIGRAPH_FORMAT_OCI_ARTIFACT: i32 = 3;
/// ORAS artifact manifest.
pub const OCIGRAPH_FORMAT_ORAS_ARTIFACT: i32 = 4;

/// What to push, and how.
#[derive(Default)]
pub struct ocigraph_push_options {
    core: PushOptions,
    files: Vec<Entry>,
    progress: ProgressCallback,
}

#[derive(Clone)]
enum Entry {
    File(File),
    /// Read anew by each push.
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
    /// A copy for one operation: its options without files, and the files to come.
    pub(crate) fn prepare(&self, gate: &Gate) -> (PushOptions, Files) {
        let progress = self.progress.through(gate);
        (PushOptions { progress, ..self.core.clone() }, Files(self.files.clone()))
    }
}

/// What is to be pushed, the content of read callbacks not yet read.
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

/// New options, with the defaults.
///
/// Ownership: the caller's, until `ocigraph_push_options_free`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_new() -> Option<Box<ocigraph_push_options>> {
    Some(Box::default())
}

/// Ends options.
///
/// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_options_free(options: Option<Box<ocigraph_push_options>>) {
    free(options);
}

/// Adds a file or directory; a directory is packed as tar and gzip.
///
/// `media_type`: no text guesses it from the name. `title`: no text takes the path.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL, for no path, and for what is not UTF-8 or no media type. Since 0.1.0.
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

/// Adds content in memory, which is copied, under a title.
///
/// `title`: no text gives it none, so that a pull does not write it. `media_type`: no text guesses it from the title.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL and for what is not UTF-8 or no media type. Since 0.1.0.
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

/// Adds content that `read` gives, under a title. Each push with these options reads it to its free,
/// on a thread of the library; short content is kept in memory, the rest in a temporary file. Two
/// pushes at once would share `user_data`, and a second one finds a stream at its end: give each push
/// options of its own, or a `read` that knows where it begins.
///
/// `title` and `media_type`: as for `ocigraph_push_options_add_bytes`. `user_data` must live as long as operations
/// that use these options.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL and for what is not UTF-8 or no media type. Since 0.1.0.
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

/// Adds an annotation to the file that was added last.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL, for no key and what is not UTF-8, or where
/// no file was added. Since 0.1.0.
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
        let last = last.ok_or_else(|| invalid("no file was added that could be annotated"))?;
        last.annotations().insert(key, value);
        Ok(())
    })
}

/// The artifact's type, such as "application/vnd.example.sbom". No text: none.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL and for what is no media type. Since 0.1.0.
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

/// Makes the artifact a referrer of what this names: a whole reference, tag or digest included, in the
/// repository or layout that is pushed to. No text: of nothing.
///
/// Threads: one at a time. Errors: INVALID_REFERENCE, also for one without tag and digest,
/// INVALID_ARGUMENT for NULL or what is not UTF-8. Since 0.1.0.
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

/// Adds an annotation to the manifest.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL, for no key and what is not UTF-8. Since 0.1.0.
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

/// A config instead of the empty one.
///
/// `media_type`: no text is "application/json".
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL and for what is not UTF-8 or no media type. Since 0.1.0.
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

/// A config out of a file instead of the empty one.
///
/// `media_type`: no text guesses it from the name.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL, for no path, and for what is not UTF-8 or no media type. Since 0.1.0.
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

/// The manifest's format: `OCIGRAPH_FORMAT_*`.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or another number. Since 0.1.0.
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
            other => return Err(invalid(format!("{other} is no format of manifests"))),
        };
        require(options, "options")?.core.format = format;
        Ok(())
    })
}

/// Takes absolute titles and titles with `..` as they are.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
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

/// Seconds since 1970: the time put into packed directories and the `created` annotation. Without
/// it directories get 0 and there is no `created`, so that the same input has the same digest.
/// A push with a time after the year 9999 fails with INVALID_ARGUMENT.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
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

/// How many requests to make at once; 0 is the default.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
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

/// Reports progress to `callback`, with `user_data` as its first argument. NULL: to nobody.
/// `user_data` must live as long as operations that use these options.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
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
