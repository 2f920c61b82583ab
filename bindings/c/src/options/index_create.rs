// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of index_create.

use std::mem::MaybeUninit;

use ocigraph::IndexCreateOptions;

use crate::{
    boundary::{call_status, free, require},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Options of `ocigraph_client_index_create`.
#[derive(Default)]
pub struct ocigraph_index_create_options {
    pub(crate) core: IndexCreateOptions,
}

/// Creates index create options with the default values.
///
/// Ownership: free the result with `ocigraph_index_create_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_create_options_new() -> Option<Box<ocigraph_index_create_options>>
{
    Some(Box::default())
}

/// Frees index create options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_create_options_free(
    options: Option<Box<ocigraph_index_create_options>>,
) {
    free(options);
}

/// Adds an annotation. The annotations of the index. Default: none.
///
/// A key that was added before gets the new value.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, `key` is empty, or a text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_create_options_add_annotation(
    options: Option<&mut ocigraph_index_create_options>,
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

/// Sets the artifact type of the index, a media type. Default: none. An empty text or NULL unsets
/// it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_create_options_set_artifact_type(
    options: Option<&mut ocigraph_index_create_options>,
    artifact_type: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = artifact_type.optional("artifact_type")?;
        require(options, "options")?.core.artifact_type = value;
        Ok(())
    })
}

/// If true, returns the index without pushing it. Default: false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_create_options_set_dry_run(
    options: Option<&mut ocigraph_index_create_options>,
    dry_run: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.dry_run = dry_run;
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
pub extern "C" fn ocigraph_index_create_options_set_concurrency(
    options: Option<&mut ocigraph_index_create_options>,
    concurrency: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.concurrency = Some(concurrency);
        Ok(())
    })
}
