//! The README's tour is run as it stands there.

use ocigraph_suite::{Workspace, ocigraph_binary, tool};

#[test]
fn the_tour_runs() {
    let readme = include_str!("../../../README.md");
    let blocks = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let tour = blocks.filter(|block| block.contains("oci:store")).collect::<String>();
    assert!(tour.contains("ocigraph delete"), "the README has no tour");
    let work = Workspace::new();
    work.write("program", "a program");
    work.write("docs/index.md", "an index");
    work.write("signature.json", "{}");
    work.write("tour", tour);
    let folders = [ocigraph_binary(), tool("jq")].map(|path| path.parent().unwrap().to_path_buf());
    let path = format!(
        "{}:{}:{}",
        folders[0].display(),
        folders[1].display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let mut command = work.command("bash");
    command.args(["-euo", "pipefail", "tour"]).env("PATH", path);
    let output = work.run(&mut command).ok();
    assert!(output.contains("Would delete"), "{output}");
    assert_eq!(work.read("out/signature.json"), b"{}");
}
