//! A repository of a registry as a [`Store`](crate::store::Store): the OCI distribution API, and
//! how real registries deviate from it.
//!
//! Each layer uses only those before it: `hint`, `secret`, `capabilities` and `referrers_mode`, then
//! `http`, `auth`, `config` and `api`.

mod api;
pub(crate) mod auth;
mod capabilities;
mod config;
mod hint;
mod http;
mod referrers_mode;
mod secret;
pub(crate) mod shared_map;

#[cfg(test)]
pub(crate) use api::link_header::next_links;
pub use api::{connection::Connection, registry::Registry};
pub use config::ClientConfig;
pub(crate) use http::budget::Budgets;
pub use http::resolve_override::ResolveOverride;
pub use referrers_mode::ReferrersMode;
