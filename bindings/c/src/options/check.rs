// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of check.

use std::mem::MaybeUninit;

use ocigraph::CheckOptions;

use crate::{
    boundary::{call_status, free, require},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Options of `ocigraph_client_check`.
#[derive(Default)]
pub struct ocigraph_check_options {
    pub(crate) core: CheckOptions,
}

/// Creates check options with the default values.
///
/// Ownership: free the result with `ocigraph_check_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_check_options_new() -> Option<Box<ocigraph_check_options>> {
    Some(Box::default())
}

/// Frees check options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_check_options_free(options: Option<Box<ocigraph_check_options>>) {
    free(options);
}

/// Checks the image for this platform if the reference names an index. NOT_FOUND if the index has
/// no such image. Default: checks what the reference names.
///
/// `platform`: `os/architecture[/variant][:os.version]`, such as "linux/arm64". An empty text or
/// NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_check_options_set_platform(
    options: Option<&mut ocigraph_check_options>,
    platform: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = platform.parse_optional("platform")?;
        require(options, "options")?.core.platform = value;
        Ok(())
    })
}

/// If true, checks each image of an index for itself: what is attached to the index counts for none
/// of them. Default: false; what an index requires is then attached to the index, or to each of its
/// images.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_check_options_set_each_platform(
    options: Option<&mut ocigraph_check_options>,
    each_platform: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.each_platform = each_platform;
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
pub extern "C" fn ocigraph_check_options_set_concurrency(
    options: Option<&mut ocigraph_check_options>,
    concurrency: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.concurrency = Some(concurrency);
        Ok(())
    })
}
