//! What is attached to a manifest: the kinds of edges of a [`Graph`](crate::Graph), and what the
//! producers of signatures, attestations and SBoMs write.

mod edge;
mod predicate;
mod recognized;
mod requirement;
mod sibling_tag;
mod statement;

pub use edge::{Edge, EdgeKind, EdgeKindError};
pub use recognized::{Attachment, AttachmentKind, Unread, is_bundle, says_artifact_type};
pub use requirement::{Requirement, RequirementError};
pub use sibling_tag::{SIBLING_SUFFIXES, SiblingTag};
pub use statement::Statement;
