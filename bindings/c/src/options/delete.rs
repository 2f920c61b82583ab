//! Options of delete.

use std::mem::MaybeUninit;

use ocigraph::DeleteOptions;

use crate::{
    boundary::{call_status, free, require},
    error::ocigraph_error,
    status::ocigraph_status,
};

/// How to delete.
#[derive(Default)]
pub struct ocigraph_delete_options {
    pub(crate) core: DeleteOptions,
}

/// New options, with the defaults.
///
/// Ownership: the caller's, until `ocigraph_delete_options_free`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_options_new() -> Option<Box<ocigraph_delete_options>> {
    Some(Box::default())
}

/// Ends options.
///
/// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_options_free(options: Option<Box<ocigraph_delete_options>>) {
    free(options);
}

/// Only says what would be deleted.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
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

/// Deletes also what would be kept: what is tagged otherwise or listed by another index.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
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

/// How many requests to make at once; 0 is the default.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_options_set_concurrency(
    options: Option<&mut ocigraph_delete_options>,
    concurrency: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.concurrency = Some(concurrency).filter(|n| *n > 0);
        Ok(())
    })
}
