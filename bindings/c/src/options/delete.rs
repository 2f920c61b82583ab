// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of delete.

use std::mem::MaybeUninit;

use ocigraph::DeleteOptions;

use crate::{
    boundary::{call_status, free, require},
    error::ocigraph_error,
    numbers::parse_edge_kind,
    status::ocigraph_status,
};

/// Options of `ocigraph_client_delete`.
#[derive(Default)]
pub struct ocigraph_delete_options {
    pub(crate) core: DeleteOptions,
}

/// Creates delete options with the default values.
///
/// Ownership: free the result with `ocigraph_delete_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_options_new() -> Option<Box<ocigraph_delete_options>> {
    Some(Box::default())
}

/// Frees delete options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_options_free(options: Option<Box<ocigraph_delete_options>>) {
    free(options);
}

/// If true, makes the report without deleting anything. Default: false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_options_set_dry_run(
    options: Option<&mut ocigraph_delete_options>,
    dry_run: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.dry_run = dry_run;
        Ok(())
    })
}

/// If true, also deletes manifests that would be retained because they have another tag or another
/// index lists them, and proceeds if a list of tags or referrers cannot be read completely.
/// Default: false; an incomplete list then fails with INCOMPLETE.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_options_set_force(
    options: Option<&mut ocigraph_delete_options>,
    force: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.force = force;
        Ok(())
    })
}

/// Deletes only what is attached by edges of this kind, to the artifact or to the images of an
/// index, and what is attached to that; the artifact itself stays. The kind is that of referrers or
/// that of tags; another one fails with INVALID_ARGUMENT, because an index needs what it lists.
/// Default: deletes the artifact with everything that is attached.
///
/// `only`: one of `OCIGRAPH_EDGE_KIND_*`.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the number is unknown.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_options_set_only(
    options: Option<&mut ocigraph_delete_options>,
    only: i32,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = parse_edge_kind(only)?;
        require(options, "options")?.core.only = Some(value);
        Ok(())
    })
}

/// If true, returns an empty report if `reference` names nothing. Default: false; it then fails
/// with NOT_FOUND.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_options_set_if_exists(
    options: Option<&mut ocigraph_delete_options>,
    if_exists: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.if_exists = if_exists;
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
pub extern "C" fn ocigraph_delete_options_set_concurrency(
    options: Option<&mut ocigraph_delete_options>,
    concurrency: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.concurrency = Some(concurrency);
        Ok(())
    })
}
