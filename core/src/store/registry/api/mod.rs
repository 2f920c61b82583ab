//! The API of a repository: [OCI distribution-spec 1.1.1], the APIs of older referrers drafts, and
//! Azure's own API.
//!
//! [OCI distribution-spec 1.1.1]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md

mod azure;
mod blob_deletion;
mod catalog;
pub(super) mod connection;
mod digest_algorithm;
mod download;
pub(super) mod link_header;
mod manifests;
mod paginated_list;
mod part_growth;
mod parts;
mod referrers;
pub(super) mod registry;
mod store;
mod tags;
mod upload;
