//! Options of resolve and of fetching a manifest.

use std::mem::MaybeUninit;

use ocigraph::Platform;

use crate::{
    boundary::{call_status, free, require},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// How to find a manifest by its name: for `ocigraph_client_resolve` and
/// `ocigraph_client_fetch_manifest`.
#[derive(Default)]
pub struct ocigraph_resolve_options {
    pub(crate) platform: Option<Platform>,
}

/// New options, with the defaults.
///
/// Ownership: the caller's, until `ocigraph_resolve_options_free`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_resolve_options_new() -> Option<Box<ocigraph_resolve_options>> {
    Some(Box::default())
}

/// Ends options.
///
/// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_resolve_options_free(options: Option<Box<ocigraph_resolve_options>>) {
    free(options);
}

/// Takes, of an index, the image for this platform.
/// Written `os/architecture[/variant]`, as in "linux/arm64". No text: none.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is no platform. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_resolve_options_set_platform(
    options: Option<&mut ocigraph_resolve_options>,
    platform: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = platform.parse_optional("platform")?;
        require(options, "options")?.platform = value;
        Ok(())
    })
}
