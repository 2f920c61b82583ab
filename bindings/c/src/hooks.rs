//! What the tests need and a release does not have: a panic to order, and an option of tomorrow.
//!
//! `tests/c/hooked` builds the library with it, beside the one that everything else uses.

use std::mem::MaybeUninit;

use crate::{
    boundary::{act, need},
    error::ocigraph_error,
    options::ocigraph_discover_options,
    status::ocigraph_status,
};

/// Panics, as a defect would.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_test_panic(
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    #[expect(clippy::panic, reason = "it is what this is for")]
    act(error, || panic!("as ordered"))
}

/// An option that today's header does not have.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_options_set_tomorrow(
    options: Option<&mut ocigraph_discover_options>,
    tomorrow: u64,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    act(error, || {
        need(options, "options")?.tomorrow.push(tomorrow);
        Ok(())
    })
}
