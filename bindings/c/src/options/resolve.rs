//! Options of resolve and of fetching a manifest.

use std::mem::MaybeUninit;

use ocigraph::Platform;

use crate::{
    boundary::{call_status, free, require},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Options of `ocigraph_client_resolve` and `ocigraph_client_fetch_manifest`.
#[derive(Default)]
pub struct ocigraph_resolve_options {
    pub(crate) platform: Option<Platform>,
}

/// Creates resolve options with the default values.
///
/// Ownership: free the result with `ocigraph_resolve_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_resolve_options_new() -> Option<Box<ocigraph_resolve_options>> {
    Some(Box::default())
}

/// Frees resolve options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_resolve_options_free(options: Option<Box<ocigraph_resolve_options>>) {
    free(options);
}

/// Resolves to the image for this platform if the reference names an index. The syntax is
/// `os/architecture[/variant]`, such as "linux/arm64". No text unsets it. Default: not set.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
/// Threads: one at a time for each handle. Since 0.1.0.
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
