// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of migrate.

use std::mem::MaybeUninit;

use ocigraph::MigrateOptions;

use crate::{
    boundary::{call_status, free, require},
    error::ocigraph_error,
    numbers::parse_attachment_form,
    status::ocigraph_status,
};

/// Options of `ocigraph_client_migrate`.
#[derive(Default)]
pub struct ocigraph_migrate_options {
    pub(crate) core: MigrateOptions,
}

/// Creates migrate options with the default values.
///
/// Ownership: free the result with `ocigraph_migrate_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_options_new() -> Option<Box<ocigraph_migrate_options>> {
    Some(Box::default())
}

/// Frees migrate options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_options_free(options: Option<Box<ocigraph_migrate_options>>) {
    free(options);
}

/// Sets the form that attachments get. Default: `OCIGRAPH_ATTACHMENT_FORM_REFERRERS`.
///
/// `to`: one of `OCIGRAPH_ATTACHMENT_FORM_*`.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the number is unknown.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_options_set_to(
    options: Option<&mut ocigraph_migrate_options>,
    to: i32,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = parse_attachment_form(to)?;
        require(options, "options")?.core.to = value;
        Ok(())
    })
}

/// If true, makes the report without writing or deleting anything. Default: false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_options_set_dry_run(
    options: Option<&mut ocigraph_migrate_options>,
    dry_run: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.dry_run = dry_run;
        Ok(())
    })
}

/// If true, deletes the old form of each attachment after the new form was read back. Retained is a
/// manifest with another tag, one that an index lists, and one with attachments of its own.
/// Default: false, which leaves the old form in place.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_options_set_remove_old(
    options: Option<&mut ocigraph_migrate_options>,
    remove_old: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.remove_old = remove_old;
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
pub extern "C" fn ocigraph_migrate_options_set_concurrency(
    options: Option<&mut ocigraph_migrate_options>,
    concurrency: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.concurrency = Some(concurrency);
        Ok(())
    })
}
