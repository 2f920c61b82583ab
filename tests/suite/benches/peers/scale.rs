//! Sweeps and synchronises many images. The peers work on one image at a time, so a shell loops over them.

use std::sync::Arc;

use ocigraph::{Client, File, PushOptions, Reference};
use ocigraph_suite::{Kind, Proxy, Registry, tool};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    ROUND_TRIP, behind,
    bench::{Args, Bench, Row, args, regctl_host, script},
};

/// A name, and the command that copies all images to a repository.
type Peer<'a> = (&'a str, &'a dyn Fn(&str) -> Args);

/// The images, each with two attachments.
const IMAGES: usize = 50;

pub(crate) fn sweep(bench: &mut Bench) {
    let name = format!("sweep of {IMAGES} images, each with 2 attachments, round trip 20 ms");
    let row = Row::script(name, "oras discover in a loop").faster(20.0);
    if !bench.wants([&row]) {
        return;
    }
    let registry = Registry::start(Kind::Ocimem);
    push_images(&registry);
    let proxy = Proxy::start(registry.host(), ROUND_TRIP);
    let oras = tool("oras").display().to_string();
    let image = behind(&proxy, "app:v$i");
    let theirs = looped(&format!("{oras} discover --plain-http --format json {image}"));
    let repository = behind(&proxy, "app");
    bench.row(&row, &mut |_| theirs.clone(), &mut |_| args(&["sweep", &repository]));
}

pub(crate) fn sync(bench: &mut Bench) {
    let cold =
        format!("sync of {IMAGES} images, each with 2 attachments, to nothing, round trip 20 ms");
    let warm = format!("sync of {IMAGES} images that are there, round trip 20 ms");
    let (by_oras, by_regctl) = ("oras cp -r in a loop", "regctl image copy --referrers in a loop");
    let rows = [
        (Row::script(&*cold, by_oras).faster(5.0), Row::script(&*warm, by_oras).faster(20.0)),
        (Row::script(&*cold, by_regctl).faster(5.0), Row::script(&*warm, by_regctl).faster(20.0)),
    ];
    if !bench.wants(rows.iter().flat_map(|(cold, warm)| [cold, warm])) {
        return;
    }
    let registry = Registry::start(Kind::Ocimem);
    push_images(&registry);
    let other = Registry::start(Kind::Ocimem);
    let (from, to) =
        (Proxy::start(registry.host(), ROUND_TRIP), Proxy::start(other.host(), ROUND_TRIP));
    let source = behind(&from, "app");
    let [oras, regctl] = ["oras", "regctl"].map(|name| tool(name).display().to_string());
    let hosts = [regctl_host(&from.host()), regctl_host(&to.host())].concat().join(" ");
    let plain = "--from-plain-http --to-plain-http --no-tty";
    let with_oras = |target: &str| {
        let target = behind(&to, target);
        looped(&format!("{oras} cp -r {plain} {source}:v$i {target}:v$i"))
    };
    let with_regctl = |target: &str| {
        let target = behind(&to, target);
        looped(&format!("{regctl} {hosts} image copy --referrers {source}:v$i {target}:v$i"))
    };
    let peers: [Peer<'_>; 2] = [("oras", &with_oras), ("regctl", &with_regctl)];
    for ((cold, warm), (name, theirs)) in rows.iter().zip(peers) {
        let ours = |target: &str| args(&["sync", &source, &behind(&to, target)]);
        bench.row(cold, &mut |run| theirs(&format!("{name}{run}")), &mut |run| {
            ours(&format!("beside-{name}{run}"))
        });
        bench.prepare(&ours("there"));
        bench.row(warm, &mut |_| theirs("there"), &mut |_| ours("there"));
    }
}

fn looped(command: &str) -> Args {
    let last = IMAGES - 1;
    script(format!("for i in $(seq 0 {last}); do {command} || exit 1; done"))
}

/// Pushes images `app:v0`, `app:v1` and so on.
fn push_images(registry: &Registry) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let (client, at_once) = (Client::new(), Arc::new(Semaphore::new(8)));
        let mut pushes = JoinSet::new();
        for i in 0..IMAGES {
            let (client, at_once) = (client.clone(), Arc::clone(&at_once));
            let image: Reference =
                registry.reference(&format!("app:v{i}")).parse().expect("a reference");
            pushes.spawn(async move {
                let _permit = at_once.acquire().await;
                let file = |name: &str| vec![File::bytes(name, format!("{name} of {i}"))];
                let options = PushOptions::default().artifact_type("app/example");
                client.push(&image, options.files(file("app"))).await.expect("pushing an image");
                let repository = Reference::new(image.location().clone());
                for name in ["sbom", "signature"] {
                    let options = PushOptions::default().artifact_type(format!("{name}/example"));
                    let options = options.files(file(name)).subject(image.clone());
                    client.push(&repository, options).await.expect("pushing a referrer");
                }
            });
        }
        pushes.join_all().await;
    });
}
