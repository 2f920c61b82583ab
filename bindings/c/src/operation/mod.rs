// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operations, one file for each. A blob is fetched and pushed by `crate::blob`.

mod copy;
mod delete;
mod delete_manifest;
mod discover;
mod fetch_manifest;
mod login;
mod logout;
mod manifests;
mod pull;
mod push;
mod push_manifest;
mod repositories;
mod resolve;
mod tag;
mod tag_details;
mod tags;
mod untag;
mod verify;

pub use copy::*;
pub use delete::*;
pub use delete_manifest::*;
pub use discover::*;
pub use fetch_manifest::*;
pub use login::*;
pub use logout::*;
pub use manifests::*;
pub use pull::*;
pub use push::*;
pub use push_manifest::*;
pub use repositories::*;
pub use resolve::*;
pub use tag::*;
pub use tag_details::*;
pub use tags::*;
pub use untag::*;
pub use verify::*;
