//! What is attached to a manifest otherwise than as a referrer, and what attached manifests are.

pub(crate) mod edges;
pub(crate) mod layers;
pub(crate) mod recognition;
pub(crate) mod rewrite;
pub(crate) mod sibling_tags;
pub(crate) mod walk;
