//! Several processes attach to the same subject at the same time: no entry is lost.

use std::thread;

use ocigraph_suite::{Kind, Registry, Workspace};

const EACH: usize = 50;

fn two_processes_push(image: &str, work: &Workspace) {
    for i in 0..2 * EACH {
        work.write(format!("{i}.json"), format!("{{\"number\":{i}}}"));
    }
    thread::scope(|scope| {
        for half in 0..2 {
            scope.spawn(move || {
                for i in half * EACH..(half + 1) * EACH {
                    let file = format!("{i}.json");
                    work.ocigraph(&[
                        "attach",
                        "-q",
                        "--artifact-type",
                        "number/example",
                        image,
                        &file,
                    ])
                    .ok();
                }
            });
        }
    });
    let graph = work.ocigraph(&["discover", "-o", "json", image]).json();
    assert_eq!(graph["references"].as_array().unwrap().len(), 2 * EACH);
}

#[test]
fn concurrent_pushes_to_a_layout_lose_no_referrer() {
    let work = Workspace::new();
    work.write("readme.md", "hello");
    work.ocigraph(&["push", "oci:layout:v1", "readme.md"]).ok();
    two_processes_push("oci:layout:v1", &work);
}

#[test]
fn concurrent_pushes_to_a_registry_without_referrers_api_lose_no_referrer() {
    let registry = Registry::start(Kind::Docker2);
    let work = Workspace::new();
    let image = registry.reference("app:v1");
    work.push_image(&image);
    two_processes_push(&image, &work);
}
