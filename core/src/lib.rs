//! Push, pull, discover and delete *graphs* of supply-chain artifacts in OCI registries and image
//! layout directories.
pub mod media_type;

mod descriptor;
mod digest;
mod error;
mod manifest;
mod progress;
mod reference;
mod store;

pub use bytes::Bytes;
pub use descriptor::{Annotations, Descriptor, Platform, annotation};
pub use digest::{Algorithm, Digest, Hasher, Verifier, digest_file, digest_files, digest_reader};
pub use error::{Code, Error, RegistryError, Result};
pub use manifest::{Manifest, ManifestFormat};
pub use progress::{Event, Outcome, Progress};
pub use reference::{Host, Name, Place, Reference, check_tag};
pub use store::{ByteStream, Doomed, FileSource, Source, Store, StoredBlob, verified};
