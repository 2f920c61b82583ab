//! Support for the Rust tests: real registries on free loopback ports, other clients, and small images to which tests
//! attach artifacts.
//!
//! It needs the tools that `tests/setup` installs and names in `OCIGRAPH_TOOLS`. A missing tool fails a test and never
//! skips it. This crate never reads or writes the credentials of the user. Each process ends when the value that
//! represents it is dropped, or when the test is killed.
//!
//! ```no_run
//! use ocigraph_suite::{Kind, Registry, Workspace};
//!
//! let registry = Registry::start(Kind::Ocimem);
//! let work = Workspace::new();
//! let image = registry.reference("net-monitor:v1");
//! work.push_image(&image);
//! work.write("signature.json", "{}");
//! work.oras(&["attach", "--plain-http", "--artifact-type", "signature/example", &image, "signature.json"]).ok();
//! println!("{}", work.ocigraph(&["discover", "-o", "tree", &image]).ok());
//! ```

/// The program in Rust of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;

mod attachments;
mod conformance;
mod cosign;
mod fault;
mod helm;
mod helper;
mod image;
mod library;
mod process;
mod proxy;
mod random;
mod ranges;
mod registry;
pub mod scenarios;
mod sources;
mod stalled;
mod storage;
mod tls;
mod tools;
mod user;
mod workspace;

pub use attachments::{AttachedImage, SLSA, SPDX};
pub use conformance::conformance;
pub use cosign::{Cosign, CosignFormat};
pub use fault::{FaultServer, RecordedRequest, Reply};
pub use helm::Helm;
pub use helper::CredentialHelper;
pub use library::{c_library, c_program, go_program, with_library};
pub use proxy::Proxy;
pub use random::{Random, soak_setting};
pub use ranges::assert_read_once;
pub use registry::{Kind, Options, PASSWORD, Registry, ServerCertificate, TokenServer, USER};
pub use sources::{SourceOf, each_source};
pub use stalled::{STALLED_SIZE, assert_sessions_closed, stalling};
pub use storage::{run_with_storage, write_root_archive};
pub use tls::{Authority, Shows, TlsFront};
pub use tools::{ocigraph_binary, tool};
pub use user::User;
pub use workspace::{CommandResult, Workspace};
