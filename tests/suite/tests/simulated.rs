//! A simulated repository of the fixture registry: what the client finds in it is what its settings say, and
//! what it cannot read has its own error.

use std::collections::{BTreeMap, HashMap};

use ocigraph::{Client, ClientConfig, Code, DiscoverOptions, Error, Graph, Limits, Reference};
use ocigraph_fixture::{Config, Fixture, LogKind, Simulate};

/// Discovers all tags of a repository, in the order of the tags.
async fn discovered(client: &Client, location: &str) -> Vec<(String, Result<Graph, Error>)> {
    let repository: Reference = location.parse().unwrap();
    let mut all = Vec::new();
    for tag in client.tags(&repository).await.unwrap() {
        let image: Reference = format!("{location}:{tag}").parse().unwrap();
        all.push((tag, client.discover(&image, DiscoverOptions::default()).await));
    }
    all
}

fn run(settings: &Simulate, check: impl FnOnce(&Fixture, Vec<(String, Result<Graph, Error>)>)) {
    let fixture = Fixture::start(Config {
        simulate: Some(settings.clone()),
        log: LogKind::Counts,
        ..Config::default()
    });
    let location = format!("{}/{}", fixture.host(), settings.repository(1));
    let limits = Limits::default().max_attempts(1);
    let client = Client::with_config(ClientConfig::default().limits(limits));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    check(&fixture, runtime.block_on(discovered(&client, &location)));
}

#[test]
fn a_client_finds_every_attachment_of_a_simulated_repository() {
    let settings = Simulate {
        tags: 80,
        page: 30,
        index_every: 4,
        sibling_every: 7,
        sboms: 600,
        signatures: 500,
        signed_sboms: 500,
        ..Simulate::default()
    };
    let expected = settings.expected();
    run(&settings, |_, all| {
        assert_eq!(all.len() as u64, expected.tags + expected.sibling_tags);
        let graphs = all.iter().filter(|(tag, _)| tag.starts_with('v'));
        let mut labels = BTreeMap::<String, u64>::new();
        for (tag, graph) in graphs {
            let graph = graph.as_ref().unwrap_or_else(|e| panic!("{tag}: {e}"));
            for node in graph.walk() {
                if let Some(attachment) = graph.attachment(&node.descriptor.digest) {
                    for kind in attachment.kinds() {
                        *labels.entry(kind.name().to_owned()).or_default() += 1;
                    }
                }
            }
        }
        let signatures = expected.signatures + expected.sbom_signatures + expected.sibling_tags / 2;
        let due = [
            ("attestation", expected.sibling_tags / 2),
            ("provenance", expected.sibling_tags / 2),
            ("sbom", expected.sboms),
            ("signature", signatures),
        ];
        assert_eq!(labels, BTreeMap::from(due.map(|(kind, count)| (kind.to_owned(), count))));
    });
}

#[test]
fn what_is_missing_refused_or_unknown_has_an_error_of_its_own() {
    let settings = Simulate {
        tags: 200,
        sboms: 500,
        manifests_404: 50,
        manifests_403: 50,
        referrers_401: 50,
        referrers_403: 50,
        referrers_429: 50,
        referrers_500: 50,
        retry_after: 3600,
        ..Simulate::default()
    };
    let expected = settings.expected();
    let lists = |status: u16| expected.odd_lists[&status];
    run(&settings, |fixture, all| {
        let mut errors = HashMap::<Code, u64>::new();
        let mut sboms = 0;
        for (_, result) in all {
            match result {
                Ok(graph) => sboms += graph.len() as u64,
                Err(e) => *errors.entry(e.code()).or_default() += 1,
            }
        }
        let due = [
            (Code::NotFound, expected.missing_tags),
            (Code::Forbidden, expected.refused_tags + lists(403)),
            (Code::Unauthorized, lists(401)),
            (Code::RateLimited, lists(429)),
            (Code::Registry, lists(500)),
        ];
        assert_eq!(errors, HashMap::from(due));
        assert_eq!(sboms, expected.sboms);
        // Each discovery lists the tags. Nothing else was requested twice.
        let repeated = fixture.repeated();
        let is_list = |request: &String| request.ends_with("/tags/list");
        assert!(repeated.requests.keys().all(is_list), "{repeated:?}");
        assert_eq!(repeated.unknown, 0);
    });
}
