// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of the client and of the operations, one file for each.
//!
//! Each is an opaque handle with one function for each option. A setter copies and checks its
//! arguments, so that a new option adds a function and changes no existing one.

// The order of the modules is that of the header.
mod client;

mod push;

mod attach;

mod pull;

mod discover;

mod delete;

mod copy;

mod backup;

mod restore;

mod migrate;

mod verify;

mod check;

mod resolve;

mod index_create;

mod index_update;

mod blob;

mod blob_delete;

mod prune;

mod sync;

mod sweep;

mod untag;

pub use attach::*;
pub use backup::*;
pub use blob::*;
pub use blob_delete::*;
pub use check::*;
pub use client::*;
pub use copy::*;
pub use delete::*;
pub use discover::*;
pub use index_create::*;
pub use index_update::*;
pub use migrate::*;
pub use prune::*;
pub use pull::*;
pub use push::*;
pub use resolve::*;
pub use restore::*;
pub use sweep::*;
pub use sync::*;
pub use untag::*;
pub use verify::*;

/// Asserts at compile time that every handle can be shared between threads, as the header
/// promises.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<ocigraph_push_options>();
    shared::<ocigraph_attach_options>();
    shared::<ocigraph_pull_options>();
    shared::<ocigraph_discover_options>();
    shared::<ocigraph_delete_options>();
    shared::<ocigraph_copy_options>();
    shared::<ocigraph_backup_options>();
    shared::<ocigraph_restore_options>();
    shared::<ocigraph_migrate_options>();
    shared::<ocigraph_verify_options>();
    shared::<ocigraph_check_options>();
    shared::<ocigraph_resolve_options>();
    shared::<ocigraph_index_create_options>();
    shared::<ocigraph_index_update_options>();
    shared::<ocigraph_blob_options>();
    shared::<ocigraph_blob_delete_options>();
    shared::<ocigraph_prune_options>();
    shared::<ocigraph_sync_options>();
    shared::<ocigraph_sweep_options>();
    shared::<ocigraph_untag_options>();
};
