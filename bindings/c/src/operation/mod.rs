// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operations, one file for each. A blob is fetched and pushed by `crate::blob`.

// The order of the modules is that of the header.
mod push;

mod attach;

mod pull;

mod discover;

mod discover_each;

mod delete;

mod copy;

mod backup;

mod restore;

mod migrate;

mod verify;

mod check;

mod resolve;

mod fetch_manifest;

mod push_manifest;

mod delete_manifest;

mod index_create;

mod index_update;

mod delete_blob;

mod prune;

mod sync;

mod sweep;

mod tag;

mod untag;

mod tags;

mod tag_details;

mod manifests;

mod repositories;

mod login;

mod logout;

pub use attach::*;
pub use backup::*;
pub use check::*;
pub use copy::*;
pub use delete::*;
pub use delete_blob::*;
pub use delete_manifest::*;
pub use discover::*;
pub use discover_each::*;
pub use fetch_manifest::*;
pub use index_create::*;
pub use index_update::*;
pub use login::*;
pub use logout::*;
pub use manifests::*;
pub use migrate::*;
pub use prune::*;
pub use pull::*;
pub use push::*;
pub use push_manifest::*;
pub use repositories::*;
pub use resolve::*;
pub use restore::*;
pub use sweep::*;
pub use sync::*;
pub use tag::*;
pub use tag_details::*;
pub use tags::*;
pub use untag::*;
pub use verify::*;

/// Asserts at compile time that every handle can be shared between threads, as the header
/// promises.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<ocigraph_discover_each_rows>();
    shared::<ocigraph_sync_rows>();
    shared::<ocigraph_sweep_rows>();
};
