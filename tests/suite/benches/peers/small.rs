//! Pushes and pulls of many small files: the time goes into round trips, and into what each file
//! costs.

use ocigraph_suite::{Kind, Proxy, Registry};

use crate::{
    ROUND_TRIP, behind,
    bench::{Args, Bench, Row, args, regctl_host},
    files::{content, emptied},
};

const PUSH: &str = "push 2,000 × 16 KiB, round trip 20 ms";
const PULL: &str = "pull 2,000 × 16 KiB, round trip 20 ms";
const OCTETS: &str = "application/octet-stream";

pub(crate) fn push_and_pull(bench: &mut Bench) {
    let push = Row::new(PUSH, "oras").faster(35.0).cpu(0.5);
    let push_regctl = Row::new(PUSH, "regctl").once();
    let pull = Row::new(PULL, "oras").faster(20.0).cpu(0.5);
    let pull_regctl = Row::new(PULL, "regctl").once();
    if !bench.wants([&push, &push_regctl, &pull, &pull_regctl]) {
        return;
    }
    let names: Vec<String> = (0..2000).map(|i| format!("small/{i:04}")).collect();
    for (i, name) in names.iter().enumerate() {
        bench.work.write(name, content(i as u64, 16 * 1024));
    }
    let registry = Registry::start(Kind::Ocimem);
    let proxy = Proxy::start(registry.host(), ROUND_TRIP);
    let with_files = |words: &[&str]| [args(words), names.clone()].concat();

    // Each run has a new repository, because existing blobs are not uploaded.
    let mut pushes = 0;
    let mut ours = |_| {
        pushes += 1;
        with_files(&["push", "--no-progress", &behind(&proxy, &format!("ours{pushes}:v1"))])
    };
    bench.row(
        &push,
        &mut |run| {
            let target = behind(&proxy, &format!("theirs{run}:v1"));
            with_files(&["push", "--plain-http", "--no-tty", &target])
        },
        &mut ours,
    );
    bench.row(
        &push_regctl,
        &mut |run| {
            let target = behind(&proxy, &format!("regctl{run}:v1"));
            // It wants one media type for each file.
            let both = |name| [format!("--file={name}"), format!("--file-media-type={OCTETS}")];
            let files = names.iter().flat_map(both).collect();
            let put = args(&["artifact", "put", "--artifact-type", "a/b", "--file-title", &target]);
            [regctl_host(&proxy.host()).to_vec(), put, files].concat()
        },
        &mut ours,
    );

    if !bench.wants([&pull, &pull_regctl]) {
        return;
    }
    bench.prepare(&with_files(&["push", "-q", &registry.reference("small:v1")]));
    let image = behind(&proxy, "small:v1");
    let regctl_folder = bench.work.path("regctl");
    let mut pulls = 0;
    let mut ours = |_| -> Args {
        pulls += 1;
        args(&["pull", "--no-progress", "-o", &format!("ours{pulls}"), &image])
    };
    bench.row(
        &pull,
        &mut |run| {
            args(&["pull", "--plain-http", "--no-tty", "-o", &format!("theirs{run}"), &image])
        },
        &mut ours,
    );
    bench.row(
        &pull_regctl,
        &mut |_| {
            // It does not create the folder.
            let folder = emptied(&regctl_folder);
            let get = args(&["artifact", "get", "-o", &folder, &image]);
            [regctl_host(&proxy.host()).to_vec(), get].concat()
        },
        &mut ours,
    );
}
