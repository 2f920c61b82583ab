//! Discovers and copies graphs: the time goes into round trips.

use std::sync::Arc;

use ocigraph::{Client, File, PushOptions, Reference};
use ocigraph_fixture::{Config, Fixture};
use ocigraph_suite::{AttachedImage, Kind, Proxy, Registry, tool};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    ROUND_TRIP, behind,
    bench::{Bench, Row, args, regctl_host, script},
};

pub(crate) fn discover(bench: &mut Bench) {
    let (wide, wide_near) =
        ("discover 1,000 referrers, round trip 20 ms", "discover 1,000 referrers, loopback");
    let deep = "discover 100 deep, round trip 20 ms";
    let tree = "discover 10×10×10, round trip 20 ms";
    let graphs: [(&[usize], bool, Vec<Row>); 4] = [
        (&[1000], true, vec![Row::new(wide, "oras").faster(60.0), Row::new(wide, "regctl").once()]),
        (&[10, 10, 10], true, vec![Row::new(tree, "oras").faster(60.0)]),
        (&[1000], false, vec![Row::new(wide_near, "oras").faster(2.0)]),
        (&[1; 100], true, vec![Row::new(deep, "oras").faster(1.0)]),
    ];
    for (widths, far, rows) in graphs {
        if !bench.wants(&rows) {
            continue;
        }
        let registry = Registry::start(Kind::Ocimem);
        let image = build_graph(&registry, "app:v1", widths);
        let proxy = Proxy::start(registry.host(), ROUND_TRIP);
        let host = if far { proxy.host() } else { registry.host().to_owned() };
        let image = format!("{host}/{image}");
        let oras = args(&["discover", "--plain-http", "--format", "json", &image]);
        let regctl = [regctl_host(&host).to_vec(), args(&["artifact", "tree", &image])].concat();
        let mut peers = [oras, regctl].into_iter();
        for row in &rows {
            let peer = peers.next().unwrap_or_default();
            bench.row(row, &mut |_| peer.clone(), &mut |_| {
                args(&["discover", "-o", "json", &image])
            });
        }
    }
}

/// Peers see each only some of what is attached, so two of them together are the peer.
pub(crate) fn discover_attached(bench: &mut Bench) {
    let name = "discover 12 attachments of six conventions, round trip 20 ms";
    let row = Row::script(name, "cosign and regctl").faster(3.0);
    if !bench.wants([&row]) {
        return;
    }
    let registry = Registry::start(Kind::Ocimem);
    let image = AttachedImage::new("app");
    image.push_to(&bench.work, &registry.reference("app"));
    let proxy = Proxy::start(registry.host(), ROUND_TRIP);
    let reference = behind(&proxy, "app:v1");
    let [cosign, regctl] = ["cosign", "regctl"].map(|name| tool(name).display().to_string());
    let host = regctl_host(&proxy.host()).join(" ");
    let both = format!(
        "{cosign} tree {reference} && {regctl} {host} artifact tree --digest-tags {reference}"
    );
    bench.row(&row, &mut |_| script(both.clone()), &mut |_| args(&["discover", &reference]));
}

/// The list is synthetic, because 100,000 pushes would take longer than all rows together.
pub(crate) fn discover_many(bench: &mut Bench) {
    let row = Row::new("discover 100,000 referrers, loopback", "oras").peak_mb(100.0).once();
    if !bench.wants([&row]) {
        return;
    }
    let registry = Fixture::start(Config {
        synthetic_referrers: Some(100_000),
        referrers_page: Some(1000),
        ..Config::default()
    });
    let image = format!("{}/app:v1", registry.host());
    bench.work.write("app", "app");
    bench.prepare(&args(&["push", "-q", &image, "app"]));
    bench.row(
        &row,
        &mut |_| args(&["discover", "--plain-http", "--format", "json", &image]),
        &mut |_| args(&["discover", "-o", "json", &image]),
    );
}

pub(crate) fn copy(bench: &mut Bench) {
    let name = "copy -r of 1,000 referrers, round trip 20 ms";
    let oras = Row::new(name, "oras").faster(40.0);
    let regctl = Row::new(name, "regctl").once();
    if !bench.wants([&oras, &regctl]) {
        return;
    }
    let registry = Registry::start(Kind::Ocimem);
    build_graph(&registry, "app:v1", &[1000]);
    let other = Registry::start(Kind::Ocimem);
    let (from, to) =
        (Proxy::start(registry.host(), ROUND_TRIP), Proxy::start(other.host(), ROUND_TRIP));
    let source = behind(&from, "app:v1");
    let mut copies = 0;
    let mut ours = |_| {
        copies += 1;
        let target = behind(&to, &format!("ours{copies}:v1"));
        args(&["copy", "-r", "--no-progress", &source, &target])
    };
    bench.row(
        &oras,
        &mut |run| {
            let target = behind(&to, &format!("theirs{run}:v1"));
            let plain = ["--from-plain-http", "--to-plain-http", "--no-tty"];
            [args(&["cp", "-r"]), args(&plain), vec![source.clone(), target]].concat()
        },
        &mut ours,
    );
    bench.row(
        &regctl,
        &mut |run| {
            let target = behind(&to, &format!("regctl{run}:v1"));
            let hosts = [regctl_host(&from.host()), regctl_host(&to.host())].concat();
            [hosts, args(&["image", "copy", "--referrers", &source, &target])].concat()
        },
        &mut ours,
    );
}

/// Builds a graph with `widths[0]` referrers, each with `widths[1]` referrers, and so on.
fn build_graph(registry: &Registry, name: &str, widths: &[usize]) -> String {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let client = Client::new();
        let root: Reference = registry.reference(name).parse().expect("a reference");
        let options = PushOptions::default().files(vec![File::bytes("app", name.to_owned())]);
        let pushed = client.push(&root, options).await.expect("pushing the root");
        let mut level = vec![pushed.reference];
        for width in widths {
            level = grow(&client, &level, *width).await;
        }
    });
    name.to_owned()
}

/// Pushes `width` referrers of each of `subjects` and returns their references.
async fn grow(client: &Client, subjects: &[Reference], width: usize) -> Vec<Reference> {
    let at_once = Arc::new(Semaphore::new(32));
    let mut pushes = JoinSet::new();
    for (s, subject) in subjects.iter().enumerate() {
        for i in 0..width {
            let (client, subject, at_once) = (client.clone(), subject.clone(), at_once.clone());
            pushes.spawn(async move {
                let _permit = at_once.acquire().await;
                let options = PushOptions::default()
                    .files(vec![File::bytes("sbom.json", format!("{subject} {s} {i}"))])
                    .artifact_type("sbom/example")
                    .subject(subject.clone());
                let target = Reference::new(subject.location().clone());
                client.push(&target, options).await.expect("pushing a referrer").reference
            });
        }
    }
    pushes.join_all().await
}
