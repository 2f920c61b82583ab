//! What the Rust tests share: real registries on free loopback ports, the other clients of the ecosystem as peers, and
//! small images to hang artifacts on.
//!
//! It relies on the tools that `tests/setup` gathers and names in `OCIGRAPH_TOOLS`; a tool that is missing fails the test
//! and never skips it. Nothing here reads or writes the user's own credentials, and every process that is started
//! ends with the value that stands for it, or with the test itself if that is killed.
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

mod fault;
mod helper;
mod image;
mod library;
mod process;
mod proxy;
mod random;
mod registry;
mod tls;
mod tools;
mod user;
mod workspace;

pub use fault::{Faults, Reply, Seen};
pub use helper::CredentialHelper;
pub use library::{c_library, c_program, go_program, with_library};
pub use proxy::Proxy;
pub use random::{Random, soak_setting};
pub use registry::{Kind, Options, PASSWORD, Registry, TokenServer, USER};
pub use tls::{Authority, Shows, TlsFront};
pub use tools::{ocigraph_binary, tool};
pub use user::User;
pub use workspace::{Ran, Workspace};
