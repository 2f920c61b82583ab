//! Sends parts of files in the place of bytes that an HTTP library writes to a connection.
//!
//! An HTTP library sends bytes in memory only. So a body yields placeholders, and [`FileParts`] notes which
//! part of a file each of them represents. The connection, a `FileSender`, sends that part where the
//! library writes the placeholder. On Linux, the kernel takes the bytes from its cache (`sendfile`).
//!
//! The library must write the chunks of a body as they are, with vectored writes. It must not copy them: a copy of a
//! placeholder would be sent as the zeros that it has.
//! `hyper` does so for HTTP/1.1 with `writev(true)`.
//!
//! `FileSender` exists on Linux only. Elsewhere, and with TLS, a program sends the content itself.

mod file_parts;
#[cfg(target_os = "linux")]
mod file_sender;

pub use file_parts::{FileFailure, FileParts, is_placeholder};
#[cfg(target_os = "linux")]
pub use file_sender::FileSender;
