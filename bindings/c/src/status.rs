//! The status that every call returns, and the versions of library and ABI.
//!
//! The numbers are those of the core's codes; a test holds both equal to `tests/vectors/errors.json`.

use std::ffi::c_char;

/// How a call ended: `OCIGRAPH_OK`, or the kind of failure. Numbers are only ever added, so treat
/// one you do not know like `OCIGRAPH_INTERNAL`.
pub type ocigraph_status = i32;

/// All went well.
pub const OCIGRAPH_OK: i32 = 0;
/// An option or argument that cannot be used as given; a handle that is NULL.
pub const OCIGRAPH_INVALID_ARGUMENT: i32 = 1;
/// A reference, tag or digest that is not written as one.
pub const OCIGRAPH_INVALID_REFERENCE: i32 = 2;
/// The repository, manifest, tag, blob or file is not there.
pub const OCIGRAPH_NOT_FOUND: i32 = 3;
/// Something is there already and was not to be replaced.
pub const OCIGRAPH_ALREADY_EXISTS: i32 = 4;
/// The registry wants credentials, or refused those it was given.
pub const OCIGRAPH_UNAUTHORIZED: i32 = 5;
/// The credentials are known, but may not do this.
pub const OCIGRAPH_FORBIDDEN: i32 = 6;
/// The registry or layout cannot do it.
pub const OCIGRAPH_UNSUPPORTED: i32 = 7;
/// The registry limits requests; `ocigraph_error_retry_after` has the wait it asked for.
pub const OCIGRAPH_RATE_LIMITED: i32 = 8;
/// More than a limit allows: a manifest, a list, an archive.
pub const OCIGRAPH_TOO_LARGE: i32 = 9;
/// Content does not hash to its digest.
pub const OCIGRAPH_DIGEST_MISMATCH: i32 = 10;
/// Content is shorter or longer than its descriptor says.
pub const OCIGRAPH_SIZE_MISMATCH: i32 = 11;
/// A manifest or index that is not one.
pub const OCIGRAPH_INVALID_MANIFEST: i32 = 12;
/// A title or archive entry that would be written outside the output directory.
pub const OCIGRAPH_UNSAFE_PATH: i32 = 13;
/// Nothing moved for longer than the limit.
pub const OCIGRAPH_TIMEOUT: i32 = 14;
/// The connection could not be made, or broke.
pub const OCIGRAPH_NETWORK: i32 = 15;
/// The server's certificate, or ours, was not accepted.
pub const OCIGRAPH_TLS: i32 = 16;
/// Any other answer of a registry.
pub const OCIGRAPH_REGISTRY: i32 = 17;
/// A file or directory could not be read or written; a read or write callback failed.
pub const OCIGRAPH_IO: i32 = 18;
/// Another writer won, or what is there contradicts what was asked.
pub const OCIGRAPH_CONFLICT: i32 = 19;
/// A credential file or helper that could not be used.
pub const OCIGRAPH_CREDENTIALS: i32 = 20;
/// Ended by the cancel token, a progress callback, or the end of the runtime.
pub const OCIGRAPH_CANCELLED: i32 = 21;
/// A defect in this library.
pub const OCIGRAPH_INTERNAL: i32 = 22;
/// A list could be read only in part: neither "none" nor "all" can be told.
pub const OCIGRAPH_INCOMPLETE: i32 = 23;

/// The version this header belongs to: major.
pub const OCIGRAPH_VERSION_MAJOR: i32 = 0;
/// The version this header belongs to: minor.
pub const OCIGRAPH_VERSION_MINOR: i32 = 1;
/// The version this header belongs to: patch.
pub const OCIGRAPH_VERSION_PATCH: i32 = 0;
/// The ABI this header belongs to: the number in `libocigraph.so.0`.
pub const OCIGRAPH_ABI_VERSION: u32 = 0;

/// The version of the library in use, such as "0.1.0", ended by NUL.
///
/// Ownership: static. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The ABI of the library in use. Where it is not `OCIGRAPH_ABI_VERSION`, the program was built for
/// another library.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_abi_version() -> u32 {
    OCIGRAPH_ABI_VERSION
}

/// The stable name of a status, such as "NOT_FOUND"; "OK"; no text for a number that is none.
///
/// Ownership: static. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_status_name(status: ocigraph_status) -> crate::ocigraph_str {
    if status == OCIGRAPH_OK {
        return "OK".into();
    }
    let code = ocigraph::Code::ALL.iter().find(|code| **code as i32 == status);
    code.map(|code| code.name()).into()
}
