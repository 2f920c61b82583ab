//! What a registry reads of a request, and every registry alike: the path, and ranges of bytes. It knows no
//! repositories and no storage, so that other servers of the protocol can use it.

mod endpoint;
mod range;

pub use endpoint::{Endpoint, decoded_segment};
pub use range::{Requested, content_range, received_range};
