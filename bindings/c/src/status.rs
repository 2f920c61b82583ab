//! The status of a call, and the versions of the library and its ABI.
//!
//! The numbers are the codes of the core. A test compares both with `tests/vectors/errors.json`.

use std::ffi::c_char;

/// The result of a call: `OCIGRAPH_OK` or the kind of failure. Later versions may add numbers.
/// Treat an unknown number as `OCIGRAPH_INTERNAL`.
pub type ocigraph_status = i32;

/// The call succeeded.
pub const OCIGRAPH_OK: i32 = 0;
/// An option or argument is invalid, or a required handle is NULL.
pub const OCIGRAPH_INVALID_ARGUMENT: i32 = 1;
/// A reference, tag or digest has invalid syntax.
pub const OCIGRAPH_INVALID_REFERENCE: i32 = 2;
/// The repository, manifest, tag, blob or file does not exist.
pub const OCIGRAPH_NOT_FOUND: i32 = 3;
/// The target exists and must not be replaced.
pub const OCIGRAPH_ALREADY_EXISTS: i32 = 4;
/// The registry requires credentials, or rejected the credentials it received (HTTP 401).
pub const OCIGRAPH_UNAUTHORIZED: i32 = 5;
/// The credentials are valid but do not permit this operation (HTTP 403).
pub const OCIGRAPH_FORBIDDEN: i32 = 6;
/// The registry or layout does not support the operation.
pub const OCIGRAPH_UNSUPPORTED: i32 = 7;
/// The registry limits the request rate (HTTP 429). `ocigraph_error_retry_after` returns the delay
/// that it asked for.
pub const OCIGRAPH_RATE_LIMITED: i32 = 8;
/// A manifest, a list or an archive exceeds its limit.
pub const OCIGRAPH_TOO_LARGE: i32 = 9;
/// The digest of the content differs from the expected digest.
pub const OCIGRAPH_DIGEST_MISMATCH: i32 = 10;
/// The content is shorter or longer than the size in its descriptor.
pub const OCIGRAPH_SIZE_MISMATCH: i32 = 11;
/// A manifest or index is malformed.
pub const OCIGRAPH_INVALID_MANIFEST: i32 = 12;
/// A title or an archive entry names a path outside the output directory.
pub const OCIGRAPH_UNSAFE_PATH: i32 = 13;
/// No byte was transferred within the time limit.
pub const OCIGRAPH_TIMEOUT: i32 = 14;
/// The connection could not be established, or was lost.
pub const OCIGRAPH_NETWORK: i32 = 15;
/// The TLS handshake failed: the certificate of the server or of the client was not accepted.
pub const OCIGRAPH_TLS: i32 = 16;
/// The registry returned an error that no other status describes.
pub const OCIGRAPH_REGISTRY: i32 = 17;
/// A file or directory could not be read or written, or a read or write callback failed.
pub const OCIGRAPH_IO: i32 = 18;
/// Another writer changed the target first, or the existing content contradicts the request.
pub const OCIGRAPH_CONFLICT: i32 = 19;
/// A credential file, helper or callback failed.
pub const OCIGRAPH_CREDENTIALS: i32 = 20;
/// The operation was ended by its cancel token, by its progress callback or by the end of the
/// runtime.
pub const OCIGRAPH_CANCELLED: i32 = 21;
/// The library has a defect. Please report it.
pub const OCIGRAPH_INTERNAL: i32 = 22;
/// A list could be read only in part, so the operation cannot know all its entries.
pub const OCIGRAPH_INCOMPLETE: i32 = 23;

/// Major version of this header.
pub const OCIGRAPH_VERSION_MAJOR: i32 = 0;
/// Minor version of this header.
pub const OCIGRAPH_VERSION_MINOR: i32 = 1;
/// Patch version of this header.
pub const OCIGRAPH_VERSION_PATCH: i32 = 0;
/// ABI version of this header: the number in the file name `libocigraph.so.0`.
pub const OCIGRAPH_ABI_VERSION: u32 = 0;

/// Returns the version of the loaded library as NUL-terminated text, such as "0.1.0".
///
/// Ownership: static storage.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// Returns the ABI version of the loaded library. If it differs from `OCIGRAPH_ABI_VERSION`, the
/// program was compiled for another library.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_abi_version() -> u32 {
    OCIGRAPH_ABI_VERSION
}

/// Returns the stable name of a status, such as "OK" or "NOT_FOUND", or no text for an unknown
/// number.
///
/// Ownership: static storage.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_status_name(status: ocigraph_status) -> crate::ocigraph_str {
    if status == OCIGRAPH_OK {
        return "OK".into();
    }
    let code = ocigraph::Code::ALL.iter().find(|code| **code as i32 == status);
    code.map(|code| code.name()).into()
}
