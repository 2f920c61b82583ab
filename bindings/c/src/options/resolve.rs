// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of resolve.

use std::mem::MaybeUninit;

use ocigraph::ResolveOptions;

use crate::{
    boundary::{call_status, free, require},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Options of `ocigraph_client_resolve` and `ocigraph_client_fetch_manifest`.
#[derive(Default)]
pub struct ocigraph_resolve_options {
    pub(crate) core: ResolveOptions,
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

/// Selects, in an index, the image for this platform. Default: the index itself.
///
/// `platform`: `os/architecture[/variant][:os.version]`, such as "linux/arm64". An empty text or
/// NULL unsets it.
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
        require(options, "options")?.core.platform = value;
        Ok(())
    })
}

/// Adds a media type. The media types that the manifest may have. A registry is asked for these
/// alone, and can refuse others. A manifest of another media type fails with NOT_FOUND. Default:
/// none, which accepts every media type.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_resolve_options_add_media_type(
    options: Option<&mut ocigraph_resolve_options>,
    media_type: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let options = require(options, "options")?;
        let value = media_type.required("media_type")?;
        options.core.media_types.push(value);
        Ok(())
    })
}
