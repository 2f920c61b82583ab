//! Random graphs and criteria: what stays according to the plan has everything that it had.

use std::collections::{BTreeMap, BTreeSet};

use ocigraph::{
    Algorithm, Client, Code, Digest, DiscoverOptions, Manifest, PruneOptions, PruneReport,
    Reference, ResolveOptions, VerifyOptions,
};
use ocigraph_fixture::{Config, Fixture, Referrers};
use ocigraph_suite::{Random, soak_setting};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

struct Repository {
    client: Client,
    location: String,
    /// The descriptors of all manifests that were pushed.
    pushed: Vec<Value>,
    /// Those that were not deleted.
    existing: Vec<Value>,
}

impl Repository {
    fn at(&self, name: &str) -> Reference {
        format!("{}{name}", self.location).parse().unwrap()
    }

    async fn push(&mut self, random: &mut Random, number: usize) {
        let created = match random.below(4) {
            0 => None,
            1 => Some("2099-01-01T00:00:00Z"),
            _ => Some("2020-01-01T00:00:00Z"),
        };
        let mut annotations = json!({ "number": number.to_string() });
        if let Some(created) = created {
            annotations["org.opencontainers.image.created"] = json!(created);
        }
        let mut manifest = json!({ "schemaVersion": 2, "annotations": annotations });
        let media_type = if random.one_in(4) { INDEX } else { MANIFEST };
        if media_type == INDEX {
            let children = (0..random.below(4)).filter_map(|_| random.of(&self.existing));
            manifest["manifests"] = children.collect();
        } else {
            let config = self.client.push_bytes(&self.at(""), "{}".into()).await.unwrap();
            manifest["config"] = json!({
                "mediaType": "application/vnd.oci.empty.v1+json",
                "digest": config.digest, "size": 2,
            });
            manifest["layers"] = json!([]);
            manifest["artifactType"] = json!(random.of(&["a/sbom", "a/signature"]));
        }
        manifest["mediaType"] = json!(media_type);
        if random.one_in(3)
            && let Some(subject) = random.of(&self.pushed)
        {
            manifest["subject"] = subject;
        }
        let manifest =
            Manifest::parse(manifest.to_string().into(), Some(media_type), Algorithm::Sha256)
                .unwrap();
        let mut names = vec![format!("@{}", manifest.digest())];
        if random.one_in(2) {
            names = vec![format!(":t{}", random.below(8))];
        }
        if random.one_in(8)
            && let Some(subject) = random.of(&self.pushed)
        {
            let suffix = random.of(&["sig", "att"]).unwrap();
            let subject = subject["digest"].as_str().unwrap().replacen(':', "-", 1);
            names.push(format!(":{subject}.{suffix}"));
        }
        for name in names {
            self.client.push_manifest(&self.at(&name), &manifest).await.unwrap();
        }
        let descriptor = json!({
            "mediaType": media_type, "digest": manifest.digest(), "size": manifest.bytes().len(),
        });
        self.pushed.push(descriptor.clone());
        self.existing.push(descriptor);
    }

    /// Deletes a manifest, and leaves what needs it.
    async fn delete_one(&mut self, random: &mut Random) {
        let Some(one) = random.of(&self.existing) else { return };
        self.existing.retain(|other| *other != one);
        let at = self.at(&format!("@{}", one["digest"].as_str().unwrap()));
        match self.client.fetch_manifest(&at, ResolveOptions::default()).await {
            // A layout keeps what an index lists.
            Ok(manifest) => {
                if let Err(e) = self.client.delete_manifest(&at, &manifest).await {
                    assert_eq!(e.code(), Code::Conflict, "{e}");
                }
            }
            Err(e) => assert_eq!(e.code(), Code::NotFound, "{e}"),
        }
    }

    /// Returns what each tag leads to: its digest, everything that is attached, and what of that is damaged.
    async fn graphs(&self) -> BTreeMap<String, (Digest, BTreeSet<String>)> {
        let mut graphs = BTreeMap::new();
        for tag in self.client.tags(&self.at("")).await.unwrap_or_default() {
            let at = self.at(&format!(":{tag}"));
            let graph = match self.client.discover(&at, DiscoverOptions::default()).await {
                Ok(graph) => graph,
                Err(e) if e.code() == Code::NotFound => continue,
                Err(e) => panic!("{e}"),
            };
            let mut found: BTreeSet<String> =
                graph.walk().map(|node| node.descriptor.digest.to_string()).collect();
            let report = self.client.verify(&at, VerifyOptions::default()).await.unwrap();
            found.extend(
                report.problems.iter().map(|problem| {
                    format!("{} {}", problem.descriptor.digest, problem.kind.name())
                }),
            );
            let subject = graph.subject().digest.clone();
            let manifest =
                self.client.fetch_manifest(&at, ResolveOptions::default()).await.unwrap();
            if let Some(of) = manifest.subject() {
                let at = self.at(&format!("@{}", of.digest));
                let exists = self.client.resolve(&at, ResolveOptions::default()).await.is_ok();
                found.insert(format!("the subject exists: {exists}"));
            }
            graphs.insert(tag, (subject, found));
        }
        graphs
    }
}

fn criteria(random: &mut Random) -> PruneOptions {
    let mut options = PruneOptions::default();
    options.older_than = random.one_in(2).then(|| "90d".to_owned());
    options.keep_last = random.one_in(4).then(|| 1 + random.below(3) as usize);
    options.untagged = random.one_in(2);
    options.orphans = random.one_in(2);
    options.dead_tags = random.one_in(2);
    if random.one_in(2) {
        options.keep_tags = vec![format!("t{}", random.below(8)), "t1".to_owned()];
    }
    if random.one_in(4) {
        options.tags = vec![format!("t{}", random.below(8)), "t?".to_owned()];
    } else if options.older_than.is_none() && options.keep_last.is_none() {
        options.untagged = true;
    }
    options
}

fn removed_tags(plan: &PruneReport) -> BTreeSet<String> {
    plan.repositories[0].deleted.iter().flat_map(|entry| entry.tags.clone()).collect()
}

async fn check(client: Client, location: String, seed: u64) {
    let mut random = Random::new(seed);
    let mut repository = Repository { client, location, pushed: Vec::new(), existing: Vec::new() };
    for number in 0..25 {
        repository.push(&mut random, number).await;
        if random.one_in(8) {
            repository.delete_one(&mut random).await;
        }
    }
    repository.client.push_bytes(&repository.at(""), "{}".into()).await.unwrap();
    let before = repository.graphs().await;
    let options = criteria(&mut random);
    let on = format!("{} with seed {seed}: {options:?}", repository.location);
    let references = [repository.at("")];
    let client = &repository.client;
    let plan = client.prune(&references, options.clone().dry_run(true)).await.unwrap();
    let done = client.prune(&references, options.clone()).await.unwrap();
    assert!(done.is_complete(), "{on}: {done:#?}");
    let digests = |report: &PruneReport| -> BTreeSet<String> {
        let deleted = report.repositories[0].deleted.iter();
        deleted.map(|entry| format!("{} {:?}", entry.descriptor.digest, entry.kind)).collect()
    };
    assert_eq!(digests(&plan), digests(&done), "{on}");
    let removed = removed_tags(&plan);
    let mut kept = before;
    kept.retain(|tag, _| !removed.contains(tag));
    let after = repository.graphs().await;
    assert_eq!(
        after.keys().collect::<Vec<_>>(),
        kept.keys().collect::<Vec<_>>(),
        "{on}: {plan:#?}"
    );
    for (tag, expected) in &kept {
        assert_eq!(after[tag], *expected, "{on}: the tag {tag}: {plan:#?}");
    }
    // A second prune finds nothing more that is needless.
    let again = client.prune(&references, options.dry_run(true)).await.unwrap();
    assert!(digests(&again).is_empty(), "{on}: {plan:#?}\nagain: {again:#?}");
}

/// Graphs of each kind of place: `OCIGRAPH_PRUNE_SEEDS`, or 8.
fn seeds() -> u64 {
    soak_setting("OCIGRAPH_PRUNE_SEEDS").unwrap_or(8)
}

#[test]
fn what_stays_in_a_layout_has_everything_that_it_had() {
    let runtime = Runtime::new().unwrap();
    for seed in 0..seeds() {
        let dir = tempfile::tempdir().unwrap();
        let location = format!("oci:{}", dir.path().join("layout").display());
        runtime.block_on(check(Client::new(), location, seed));
    }
}

#[test]
fn what_stays_in_a_registry_has_everything_that_it_had() {
    let runtime = Runtime::new().unwrap();
    for (kind, azure, referrers) in
        [(0, false, Referrers::None), (1, false, Referrers::Oci), (2, true, Referrers::Oci)]
    {
        for seed in 0..seeds() {
            let config = Config { azure, referrers, check_blobs: false, ..Config::default() };
            let fixture = Fixture::start(config);
            let location = format!("{}/app", fixture.host());
            runtime.block_on(check(Client::new(), location, seed + 1000 * kind));
        }
    }
}
