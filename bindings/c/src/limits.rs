//! Timeouts and maxima of a client.

use std::{mem::MaybeUninit, time::Duration};

use ocigraph::{Limits, Result};

use crate::{
    boundary::{call_status, require},
    client::ocigraph_client_options,
    error::ocigraph_error,
    status::ocigraph_status,
    text::invalid,
};

/// Maximum time to establish a connection, in milliseconds. Default: 10,000.
pub const OCIGRAPH_LIMIT_CONNECT_TIMEOUT: i32 = 1;
/// Maximum time from a request to the first header of its response, in milliseconds. Default:
/// 30,000.
pub const OCIGRAPH_LIMIT_RESPONSE_TIMEOUT: i32 = 2;
/// Maximum time between two parts of a request or response body, in milliseconds. Default: 30,000.
pub const OCIGRAPH_LIMIT_IDLE_TIMEOUT: i32 = 3;
/// Maximum time from the last byte of an upload to the response, in milliseconds. One second is
/// added for every 16 MiB sent, because registries compute the digest before they respond. Default:
/// 60,000.
pub const OCIGRAPH_LIMIT_UPLOAD_RESPONSE_TIMEOUT: i32 = 4;
/// Maximum time without a transferred byte, across all attempts, in milliseconds. The response to a
/// completed upload and a delay that the registry asks for do not count. Default: 90,000.
pub const OCIGRAPH_LIMIT_STALL_TIMEOUT: i32 = 5;
/// Maximum time for a credential helper to respond, in milliseconds. Default: 30,000.
pub const OCIGRAPH_LIMIT_HELPER_TIMEOUT: i32 = 6;
/// Maximum number of attempts for one request, including the first. Default: 5.
pub const OCIGRAPH_LIMIT_MAX_ATTEMPTS: i32 = 7;
/// Maximum size of a manifest or of one page of a list, in bytes. Default: 4,194,304 (4 MiB).
pub const OCIGRAPH_LIMIT_MAX_MANIFEST_BYTES: i32 = 8;
/// Maximum number of pages of a list. Default: 10,000.
pub const OCIGRAPH_LIMIT_MAX_PAGES: i32 = 9;
/// Maximum number of entries of a list, and of manifests in a graph. Default: 1,000,000.
pub const OCIGRAPH_LIMIT_MAX_ENTRIES: i32 = 10;

/// Sets a timeout or a maximum. `limit` is one of `OCIGRAPH_LIMIT_*`, which state the unit and the
/// default. A `value` of 0 restores the default.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or `limit` is unknown.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_limit(
    options: Option<&mut ocigraph_client_options>,
    limit: i32,
    value: u64,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || set(&mut require(options, "options")?.config.limits, limit, value))
}

fn set(limits: &mut Limits, limit: i32, value: u64) -> Result<()> {
    let default = Limits::default();
    let given = Some(value).filter(|value| *value > 0);
    let time = |default| given.map_or(default, Duration::from_millis);
    let count = |default| given.map_or(default, |n| usize::try_from(n).unwrap_or(usize::MAX));
    match limit {
        OCIGRAPH_LIMIT_CONNECT_TIMEOUT => limits.connect_timeout = time(default.connect_timeout),
        OCIGRAPH_LIMIT_RESPONSE_TIMEOUT => limits.response_timeout = time(default.response_timeout),
        OCIGRAPH_LIMIT_IDLE_TIMEOUT => limits.idle_timeout = time(default.idle_timeout),
        OCIGRAPH_LIMIT_UPLOAD_RESPONSE_TIMEOUT => {
            limits.upload_response_timeout = time(default.upload_response_timeout)
        }
        OCIGRAPH_LIMIT_STALL_TIMEOUT => limits.stall_timeout = time(default.stall_timeout),
        OCIGRAPH_LIMIT_HELPER_TIMEOUT => limits.helper_timeout = time(default.helper_timeout),
        OCIGRAPH_LIMIT_MAX_ATTEMPTS => {
            limits.max_attempts =
                given.map_or(default.max_attempts, |n| u32::try_from(n).unwrap_or(u32::MAX));
        }
        OCIGRAPH_LIMIT_MAX_MANIFEST_BYTES => {
            limits.max_manifest_bytes = count(default.max_manifest_bytes)
        }
        OCIGRAPH_LIMIT_MAX_PAGES => limits.max_pages = count(default.max_pages),
        OCIGRAPH_LIMIT_MAX_ENTRIES => limits.max_entries = count(default.max_entries),
        other => return Err(invalid(format!("invalid limit {other}: expected OCIGRAPH_LIMIT_*"))),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the limits with one set to 7, and with it reset to the default.
    fn with(limit: i32) -> (Limits, Limits) {
        let mut limits = Limits::default();
        assert!(set(&mut limits, limit, 7).is_ok());
        let changed = limits;
        assert!(set(&mut limits, limit, 0).is_ok());
        (changed, limits)
    }

    #[test]
    fn each_number_sets_its_own_limit_and_zero_resets_it() {
        let (time, default) = (Duration::from_millis(7), Limits::default());
        let cases = [
            (OCIGRAPH_LIMIT_CONNECT_TIMEOUT, default.connect_timeout(time)),
            (OCIGRAPH_LIMIT_RESPONSE_TIMEOUT, default.response_timeout(time)),
            (OCIGRAPH_LIMIT_IDLE_TIMEOUT, default.idle_timeout(time)),
            (OCIGRAPH_LIMIT_UPLOAD_RESPONSE_TIMEOUT, default.upload_response_timeout(time)),
            (OCIGRAPH_LIMIT_STALL_TIMEOUT, default.stall_timeout(time)),
            (OCIGRAPH_LIMIT_HELPER_TIMEOUT, default.helper_timeout(time)),
            (OCIGRAPH_LIMIT_MAX_ATTEMPTS, default.max_attempts(7)),
            (OCIGRAPH_LIMIT_MAX_MANIFEST_BYTES, default.max_manifest_bytes(7)),
            (OCIGRAPH_LIMIT_MAX_PAGES, default.max_pages(7)),
            (OCIGRAPH_LIMIT_MAX_ENTRIES, default.max_entries(7)),
        ];
        for (limit, due) in cases {
            let (changed, back) = with(limit);
            assert_eq!(format!("{changed:?}"), format!("{due:?}"));
            assert_eq!(format!("{back:?}"), format!("{default:?}"));
        }
        assert!(set(&mut Limits::default(), 0, 7).is_err());
        assert!(set(&mut Limits::default(), 11, 7).is_err());
    }
}
