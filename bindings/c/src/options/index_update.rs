// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of index_update.

use std::mem::MaybeUninit;

use ocigraph::IndexUpdateOptions;

use crate::{
    boundary::{call_status, free, require},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Options of `ocigraph_client_index_update`.
#[derive(Default)]
pub struct ocigraph_index_update_options {
    pub(crate) core: IndexUpdateOptions,
}

/// Creates index update options with the default values.
///
/// Ownership: free the result with `ocigraph_index_update_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_update_options_new() -> Option<Box<ocigraph_index_update_options>>
{
    Some(Box::default())
}

/// Frees index update options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_update_options_free(
    options: Option<Box<ocigraph_index_update_options>>,
) {
    free(options);
}

/// The manifests to add at the end: tags, digests, or references to the same repository or layout.
/// A manifest that the index lists already is not added again. Default: none.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_update_options_add(
    options: Option<&mut ocigraph_index_update_options>,
    manifest: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let options = require(options, "options")?;
        let value = manifest.required("manifest")?;
        options.core.add.push(value);
        Ok(())
    })
}

/// The indexes whose manifests are added after `add`, each named as a manifest is. An entry that
/// the index has already is not added again. Default: none.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_update_options_merge(
    options: Option<&mut ocigraph_index_update_options>,
    manifest: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let options = require(options, "options")?;
        let value = manifest.required("manifest")?;
        options.core.merge.push(value);
        Ok(())
    })
}

/// The digests of the manifests to remove, before others are added. A digest that the index does
/// not list fails with NOT_FOUND. Default: none.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_update_options_remove(
    options: Option<&mut ocigraph_index_update_options>,
    manifest: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let options = require(options, "options")?;
        let value = manifest.required("manifest")?;
        options.core.remove.push(value);
        Ok(())
    })
}

/// Adds an annotation. Annotations that the index gets, beside those that it has. One with the same
/// key is replaced. Default: none.
///
/// A key that was added before gets the new value.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, `key` is empty, or a text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_update_options_add_annotation(
    options: Option<&mut ocigraph_index_update_options>,
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

/// Sets the artifact type that the index gets, a media type. Default: it stays. An empty text or
/// NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_update_options_set_artifact_type(
    options: Option<&mut ocigraph_index_update_options>,
    artifact_type: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = artifact_type.optional("artifact_type")?;
        require(options, "options")?.core.artifact_type = value;
        Ok(())
    })
}

/// If true, removes the artifact type of the index. Default: false. With `artifact_type`, it fails
/// with INVALID_ARGUMENT.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_update_options_set_remove_artifact_type(
    options: Option<&mut ocigraph_index_update_options>,
    remove_artifact_type: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.remove_artifact_type = remove_artifact_type;
        Ok(())
    })
}

/// Adds a tag. Further tags of the updated index. Default: none.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_update_options_add_tag(
    options: Option<&mut ocigraph_index_update_options>,
    tag: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let options = require(options, "options")?;
        let value = tag.required("tag")?;
        options.core.tags.push(value);
        Ok(())
    })
}

/// If true, returns the updated index without pushing it. Default: false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_update_options_set_dry_run(
    options: Option<&mut ocigraph_index_update_options>,
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
pub extern "C" fn ocigraph_index_update_options_set_concurrency(
    options: Option<&mut ocigraph_index_update_options>,
    concurrency: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.concurrency = Some(concurrency);
        Ok(())
    })
}
