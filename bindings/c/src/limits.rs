//! How long a client waits, and how much it reads.

use std::{mem::MaybeUninit, time::Duration};

use ocigraph::{Limits, Result};

use crate::{
    boundary::{call_status, require},
    client::ocigraph_client_options,
    error::ocigraph_error,
    status::ocigraph_status,
    text::invalid,
};

/// A limit, in milliseconds: to connect. 10,000.
pub const OCIGRAPH_LIMIT_CONNECT_TIMEOUT: i32 = 1;
/// A limit, in milliseconds: from a request to the first header of its answer. 30,000.
pub const OCIGRAPH_LIMIT_RESPONSE_TIMEOUT: i32 = 2;
/// A limit, in milliseconds: between two pieces of a body, either way. 30,000.
pub const OCIGRAPH_LIMIT_IDLE_TIMEOUT: i32 = 3;
/// A limit, in milliseconds: from an upload's last byte to the answer; a second more for every
/// 16 MiB that were sent. 60,000.
pub const OCIGRAPH_LIMIT_UPLOAD_RESPONSE_TIMEOUT: i32 = 4;
/// A limit, in milliseconds: for whatever is being tried, without a byte moved. 90,000.
pub const OCIGRAPH_LIMIT_STALL_TIMEOUT: i32 = 5;
/// A limit, in milliseconds: for a credential helper to answer. 30,000.
pub const OCIGRAPH_LIMIT_HELPER_TIMEOUT: i32 = 6;
/// A limit: tries of one request, the first included. 5.
pub const OCIGRAPH_LIMIT_MAX_ATTEMPTS: i32 = 7;
/// A limit, in bytes: of a manifest or a list. 4 MiB.
pub const OCIGRAPH_LIMIT_MAX_MANIFEST_BYTES: i32 = 8;
/// A limit: pages of a list. 10,000.
pub const OCIGRAPH_LIMIT_MAX_PAGES: i32 = 9;
/// A limit: entries of a list, and manifests of a graph. 1,000,000.
pub const OCIGRAPH_LIMIT_MAX_ENTRIES: i32 = 10;

/// How long to wait, and how much to read: one of `OCIGRAPH_LIMIT_*`, which say what is counted and
/// what is the default. 0 is the default.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or another number. Since 0.1.0.
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
        other => return Err(invalid(format!("{other} is no limit"))),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The limits with one changed to 7, and changed back.
    fn with(limit: i32) -> (Limits, Limits) {
        let mut limits = Limits::default();
        assert!(set(&mut limits, limit, 7).is_ok());
        let changed = limits;
        assert!(set(&mut limits, limit, 0).is_ok());
        (changed, limits)
    }

    #[test]
    fn each_limit_is_the_one_that_it_is_called() {
        let (time, default) = (Duration::from_millis(7), Limits::default());
        let cases = [
            (OCIGRAPH_LIMIT_CONNECT_TIMEOUT, Limits { connect_timeout: time, ..default }),
            (OCIGRAPH_LIMIT_RESPONSE_TIMEOUT, Limits { response_timeout: time, ..default }),
            (OCIGRAPH_LIMIT_IDLE_TIMEOUT, Limits { idle_timeout: time, ..default }),
            (
                OCIGRAPH_LIMIT_UPLOAD_RESPONSE_TIMEOUT,
                Limits { upload_response_timeout: time, ..default },
            ),
            (OCIGRAPH_LIMIT_STALL_TIMEOUT, Limits { stall_timeout: time, ..default }),
            (OCIGRAPH_LIMIT_HELPER_TIMEOUT, Limits { helper_timeout: time, ..default }),
            (OCIGRAPH_LIMIT_MAX_ATTEMPTS, Limits { max_attempts: 7, ..default }),
            (OCIGRAPH_LIMIT_MAX_MANIFEST_BYTES, Limits { max_manifest_bytes: 7, ..default }),
            (OCIGRAPH_LIMIT_MAX_PAGES, Limits { max_pages: 7, ..default }),
            (OCIGRAPH_LIMIT_MAX_ENTRIES, Limits { max_entries: 7, ..default }),
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
