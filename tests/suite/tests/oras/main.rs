//! The examples of ORAS's help, run side by side by ORAS and by ocigraph under the name `oras`.
//!
//! Each program has a registry and a working folder of its own. After each command, the exit codes, the standard
//! output, the files and the layouts must agree. `examples` has the commands; [`DIFFERENCES`] has the only differences
//! that are allowed, each with its reason. A difference that no longer exists fails the test, too.

mod compare;
mod differences;
mod examples;
mod session;

use ocigraph_suite::Kind;

use examples::{LAYOUT, REGISTRY};
use session::Session;

fn side_by_side(name: &'static str, session: &mut Session, examples: &str) {
    for line in examples.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if !line.starts_with('#') {
            session.run(name, line);
        }
    }
    session.check(name);
}

#[test]
fn on_docker_registry() {
    side_by_side("docker-registry", &mut Session::with_registry(Kind::Docker2), REGISTRY);
}

#[test]
fn on_distribution() {
    side_by_side("distribution", &mut Session::with_registry(Kind::Distribution3), REGISTRY);
}

#[test]
fn on_ggcr() {
    side_by_side("ggcr", &mut Session::with_registry(Kind::Ggcr), REGISTRY);
}

#[test]
fn in_image_layouts() {
    side_by_side("layout", &mut Session::with_registry(Kind::Ocimem), LAYOUT);
}
