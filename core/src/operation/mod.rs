//! The operations. Each is written once, over a [`Store`](crate::Store) or a
//! [`ReadStore`](crate::ReadStore), and each is public: a program can run one over a store of its
//! own.
//!
//! [`Client`](crate::Client) has a method for each, opens the store that a reference names, and
//! asks a registry for a token with the right scope. The functions here take the store as it is.
//! Like the client's methods they name the operation and the reference in their errors.

#[cfg(feature = "layout")]
pub(crate) mod archive;
pub(crate) mod attach;
pub(crate) mod attached;
#[cfg(feature = "layout")]
pub(crate) mod backup;
pub(crate) mod blob;
pub(crate) mod check;
pub(crate) mod checkpoint;
pub(crate) mod copy;
pub(crate) mod delete;
pub(crate) mod discover;
pub(crate) mod full_names;
pub(crate) mod index;
pub(crate) mod list;
#[cfg(feature = "registry")]
pub(crate) mod login;
pub(crate) mod manifest;
pub(crate) mod migrate;
pub(crate) mod named;
pub(crate) mod prune;
pub(crate) mod pull;
pub(crate) mod push;
pub(crate) mod read;
#[cfg(feature = "layout")]
pub(crate) mod restore;
pub(crate) mod rows;
pub(crate) mod select;
pub(crate) mod selection;
pub(crate) mod sweep;
pub(crate) mod sync;
pub(crate) mod tag;
pub(crate) mod transfer;
pub(crate) mod verify;

#[cfg(feature = "layout")]
pub use archive::archived_repositories;
pub use attach::attach;
#[cfg(feature = "layout")]
pub use backup::backup;
pub use blob::{blob_for, delete_blob, fetch_blob, push_blob};
pub use check::check;
pub use copy::copy;
pub use delete::delete;
pub use discover::{discover, discover_each};
pub use index::{index_create, index_update};
pub use list::{manifests, tag_details, tags};
pub use manifest::{delete_manifest, fetch_manifest, push_manifest, resolve};
pub use migrate::migrate;
pub use prune::prune;
pub use pull::pull;
pub use push::push;
#[cfg(feature = "layout")]
pub use restore::restore;
pub use tag::{tag, untag};
pub use verify::verify;
