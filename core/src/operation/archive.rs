//! Archives: image layouts that have the tags of one repository, or of several.
//!
//! In an archive of one repository, the names in `index.json` are its tags, as in any layout. In an
//! archive of several, each name is a reference: `host/repository:tag`, or
//! `host/repository@digest` for a manifest without a tag. So it is known of each manifest to which
//! repositories it belongs. A manifest without a name can belong to each.

mod content;
mod named_repository;
mod names;
mod repository;

pub(crate) use content::Archive;
pub use content::archived_repositories;
pub(crate) use named_repository::NamedRepository;
pub(crate) use names::{name_of_manifest, name_of_tag};
pub(crate) use repository::ArchivedRepository;
