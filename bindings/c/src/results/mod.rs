// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Results as handles. Each owns the value of the core and the parts that C borrows from it.

// The order of the modules is that of the header.
mod descriptor;

mod manifest;

mod graph;

mod text_list;

mod push;

mod pull;

mod discovered_row_list;

mod discover_summary;

mod delete;

mod copy;

mod backup;

mod restore;

mod migrate;

mod verify;

mod check;

mod index;

mod prune;

mod sync_row_list;

mod sync_summary;

mod sweep_row_list;

mod sweep_summary;

mod tag_list;

mod manifest_list;

mod login;

mod logout;

pub use backup::*;
pub use check::*;
pub use copy::*;
pub use delete::*;
pub use descriptor::*;
pub use discover_summary::*;
pub use discovered_row_list::*;
pub use graph::*;
pub use index::*;
pub use login::*;
pub use logout::*;
pub use manifest::*;
pub use manifest_list::*;
pub use migrate::*;
pub use prune::*;
pub use pull::*;
pub use push::*;
pub use restore::*;
pub use sweep_row_list::*;
pub use sweep_summary::*;
pub use sync_row_list::*;
pub use sync_summary::*;
pub use tag_list::*;
pub use text_list::*;
pub use verify::*;

/// Asserts at compile time that every handle can be shared between threads, as the header
/// promises.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<ocigraph_descriptor>();
    shared::<ocigraph_manifest>();
    shared::<ocigraph_graph>();
    shared::<ocigraph_text_list>();
    shared::<ocigraph_push_result>();
    shared::<ocigraph_pull_result>();
    shared::<ocigraph_discovered_row_list>();
    shared::<ocigraph_discover_summary>();
    shared::<ocigraph_delete_report>();
    shared::<ocigraph_copy_report>();
    shared::<ocigraph_backup_report>();
    shared::<ocigraph_restore_report>();
    shared::<ocigraph_migrate_report>();
    shared::<ocigraph_verify_report>();
    shared::<ocigraph_check_report>();
    shared::<ocigraph_index_result>();
    shared::<ocigraph_prune_report>();
    shared::<ocigraph_sync_row_list>();
    shared::<ocigraph_sync_summary>();
    shared::<ocigraph_sweep_row_list>();
    shared::<ocigraph_sweep_summary>();
    shared::<ocigraph_tag_list>();
    shared::<ocigraph_manifest_list>();
    shared::<ocigraph_login_result>();
    shared::<ocigraph_logout_result>();
};
