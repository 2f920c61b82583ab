//! The commands of `docs/prune.md`.

use ocigraph_suite::{Workspace, ocigraph_binary};

use crate::place::{OLD, Place};

#[test]
fn the_commands_of_the_page_run() {
    let page = include_str!("../../../../docs/prune.md");
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let commands = blocks.collect::<String>();
    let work = Workspace::new();
    let place = Place::layout(&work, "store");
    for number in 0..12 {
        place.push(&format!("build-{number}"), &format!("image {number}"), OLD);
    }
    place.push("v1", "release", OLD);
    let image = place.push("pr-7", "of a pull request", OLD);
    let sbom = place.attach("pr-7", "sbom/example");
    work.write("commands", commands);
    let folder = ocigraph_binary().parent().unwrap().to_path_buf();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = work.command("bash");
    command.args(["-euo", "pipefail", "commands"]).env("PATH", path);
    let output = work.run(&mut command).ok();
    // The images beyond the newest ten, in the dry run.
    assert!(output.contains("Would delete 4 manifests"), "{output}");
    assert!(!place.exists(&image) && !place.exists(&sbom), "{output}");
    assert!(place.exists("v1") && place.exists("build-0"), "{output}");
}
