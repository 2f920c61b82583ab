//! Pushes and pulls of one large file: the time goes into digests, TLS, sockets and disks or, where the
//! rate of a connection is limited, into the path.

use std::path::Path;

use ocigraph_suite::{Authority, Kind, Options, Proxy, Registry, tool};

use crate::{
    ROUND_TRIP, behind,
    bench::{Args, Bench, Row, args, regctl_host, script},
    files::{emptied, memory_disk, write_large},
};

/// The size of the file.
const GIB: u64 = 1 << 30;

/// Bytes per second of each connection where it is limited, as many object stores give.
const RATE: u64 = 25_000_000;

const NO_MEMORY_DISK: &str = "/dev/shm has less than 2 GiB";

pub(crate) fn loopback(bench: &mut Bench) {
    let push = "push 1 GiB, loopback";
    let pull = "pull 1 GiB to a memory disk, loopback";
    let push_oras = Row::new(push, "oras").faster(1.0).cpu(0.8);
    let push_regctl = Row::new(push, "regctl");
    let push_cosign = Row::new(push, "cosign");
    let pull_oras = Row::new(pull, "oras").faster(1.7);
    let pull_regctl = Row::new(pull, "regctl");
    let pull_to_disk = Row::new("pull 1 GiB, loopback", "oras");
    let pushes = [&push_oras, &push_regctl, &push_cosign];
    let pulls = [&pull_oras, &pull_regctl, &pull_to_disk];
    if !bench.wants(pushes.into_iter().chain(pulls)) {
        return;
    }
    let registry = Registry::start(Kind::Distribution3);
    write_large(&bench.work.path("large"), 1, GIB);

    let mut ours = pushing(&registry, &[]);
    let mut oras = pushing_with_oras(&registry, &["--plain-http"]);
    bench.row(&push_oras, &mut oras, &mut ours);
    bench.row(
        &push_regctl,
        &mut |run| {
            let target = registry.reference(&format!("regctl{run}:v1"));
            let put = ["artifact", "put", "--artifact-type=a/b", "--file-title", "-f", "large"];
            [&regctl_host(registry.host())[..], &args(&put), &[target]].concat()
        },
        &mut ours,
    );
    bench.row(
        &push_cosign,
        &mut |run| {
            let target = registry.reference(&format!("cosign{run}:v1"));
            args(&["upload", "blob", "-f", "large", &target])
        },
        &mut ours,
    );

    if !bench.wants(pulls) {
        return;
    }
    let image = registry.reference("large:v1");
    bench.prepare(&args(&["push", "-q", &image, "large"]));
    let disk = bench.work.path("pulled");
    match memory_disk(2 * GIB) {
        Some(memory) => {
            let mut ours = pulling(&image, memory.path(), &[]);
            let mut oras = pulling_with_oras(&image, memory.path(), &["--plain-http"]);
            bench.row(&pull_oras, &mut oras, &mut ours);
            let mut regctl = pulling_with_regctl(&image, registry.host(), memory.path());
            bench.row(&pull_regctl, &mut regctl, &mut ours);
        }
        None => {
            bench.skip(&pull_oras, NO_MEMORY_DISK);
            bench.skip(&pull_regctl, NO_MEMORY_DISK);
        }
    }
    let mut oras = pulling_with_oras(&image, &disk, &["--plain-http"]);
    bench.row(&pull_to_disk, &mut oras, &mut pulling(&image, &disk, &[]));
}

/// The registry itself serves TLS, so no other program takes CPU time.
pub(crate) fn over_tls(bench: &mut Bench) {
    let push = Row::new("push 1 GiB over TLS, loopback", "oras").cpu(0.7);
    let pull = Row::new("pull 1 GiB over TLS to a memory disk, loopback", "oras");
    if !bench.wants([&push, &pull]) {
        return;
    }
    let authority = Authority::new();
    let tls = Some(authority.registry());
    let registry = Registry::start_with(Kind::Distribution3, Options { tls, ..Options::default() });
    bench.work.write("ca.pem", authority.pem());
    write_large(&bench.work.path("large"), 1, GIB);
    let oras_trusts = ["--ca-file", "ca.pem"];
    let trusts = ["--plain-http=false", "--ca-file", "ca.pem"];

    let mut ours = pushing(&registry, &trusts);
    bench.row(&push, &mut pushing_with_oras(&registry, &oras_trusts), &mut ours);

    if !bench.wants([&pull]) {
        return;
    }
    let image = registry.reference("large:v1");
    bench.prepare(&[args(&["push", "-q", &image, "large"]), args(&trusts)].concat());
    let Some(memory) = memory_disk(2 * GIB) else {
        return bench.skip(&pull, NO_MEMORY_DISK);
    };
    let mut oras = pulling_with_oras(&image, memory.path(), &oras_trusts);
    bench.row(&pull, &mut oras, &mut pulling(&image, memory.path(), &trusts));
}

/// One connection needs 43 s, so each program runs once.
pub(crate) fn limited_rate(bench: &mut Bench) {
    let pull = "pull 1 GiB, 25 MB/s a connection, round trip 20 ms";
    let fetch = "fetch a blob of 1 GiB, 25 MB/s a connection, round trip 20 ms";
    let [oras, regctl] =
        ["oras", "regctl"].map(|peer| Row::new(pull, peer).faster(7.0).peak_mb(64.0).once());
    // crane pulls images, not artifacts, but it fetches a blob as `blob fetch` does.
    let crane = Row::script(fetch, "crane").faster(7.0).peak_mb(64.0).once();
    if !bench.wants([&oras, &regctl, &crane]) {
        return;
    }
    let registry = Registry::start(Kind::Distribution3);
    write_large(&bench.work.path("large"), 1, GIB);
    bench.prepare(&args(&["push", "-q", &registry.reference("large:v1"), "large"]));
    let proxy = Proxy::with_rate(registry.host(), ROUND_TRIP, RATE);
    let (image, folder) = (behind(&proxy, "large:v1"), bench.work.path("pulled"));

    let mut ours = pulling(&image, &folder, &[]);
    bench.row(&oras, &mut pulling_with_oras(&image, &folder, &["--plain-http"]), &mut ours);
    bench.row(&regctl, &mut pulling_with_regctl(&image, &proxy.host(), &folder), &mut ours);

    if !bench.wants([&crane]) {
        return;
    }
    let digest = bench.work.ocigraph(&["digest", "large"]).ok();
    let digest = digest.split_whitespace().next().expect("a digest");
    let blob = behind(&proxy, &format!("large@{digest}"));
    let program = tool("crane").display().to_string();
    bench.row(
        &crane,
        &mut |_| script(format!("{program} blob {blob} > {}/blob", emptied(&folder))),
        &mut |_| {
            let output = format!("{}/blob", emptied(&folder));
            args(&["blob", "fetch", "--no-progress", "-o", &output, &blob])
        },
    );
}

/// Each run pushes to a new repository.
fn pushing(registry: &Registry, options: &[&str]) -> impl FnMut(usize) -> Args {
    let (host, options) = (registry.host().to_owned(), args(options));
    let mut pushes = 0;
    move |_| {
        pushes += 1;
        let target = format!("{host}/ours{pushes}:v1");
        [args(&["push", "--no-progress"]), options.clone(), vec![target, "large".to_owned()]]
            .concat()
    }
}

fn pushing_with_oras(registry: &Registry, options: &[&str]) -> impl FnMut(usize) -> Args {
    let (host, options) = (registry.host().to_owned(), args(options));
    move |run| {
        let target = format!("{host}/oras{run}:v1");
        [args(&["push", "--no-tty"]), options.clone(), vec![target, "large".to_owned()]].concat()
    }
}

/// Each run pulls to an empty folder.
fn pulling(image: &str, folder: &Path, options: &[&str]) -> impl FnMut(usize) -> Args {
    pulling_to(folder, [args(&["pull", "--no-progress", image]), args(options)].concat())
}

fn pulling_with_oras(image: &str, folder: &Path, options: &[&str]) -> impl FnMut(usize) -> Args {
    pulling_to(folder, [args(&["pull", "--no-tty", image]), args(options)].concat())
}

fn pulling_with_regctl(image: &str, host: &str, folder: &Path) -> impl FnMut(usize) -> Args {
    let get = [&regctl_host(host)[..], &args(&["artifact", "get", image])].concat();
    pulling_to(folder, get)
}

fn pulling_to(folder: &Path, command: Args) -> impl FnMut(usize) -> Args {
    let folder = folder.to_owned();
    move |_| [command.clone(), vec!["-o".to_owned(), emptied(&folder)]].concat()
}
