//! Everything that is attached to one image, whichever way its producer attached it.

use std::collections::{BTreeMap, BTreeSet};

use ocigraph_suite::{AttachedImage, Kind, Registry, SPDX, Workspace};
use serde_json::Value;

/// The registries, and a layout.
fn places(work: &Workspace) -> Vec<(Option<Registry>, String)> {
    let mut places: Vec<_> = Kind::ALL
        .into_iter()
        .map(|kind| {
            let registry = Registry::start(kind);
            let location = registry.reference("app");
            (Some(registry), location)
        })
        .collect();
    places.push((None, format!("oci:{}", work.path("layout").display())));
    places
}

/// Returns every node of the JSON of `discover`, with its digest, edge and label.
fn nodes(graph: &Value) -> Vec<(String, String, Option<String>)> {
    let mut nodes = Vec::new();
    for (list, edge) in [("referrers", "referrer"), ("attached", "")] {
        for node in graph[list].as_array().into_iter().flatten() {
            let edge = node["edge"].as_str().unwrap_or(edge).to_owned();
            let label = node["label"].as_str().map(str::to_owned);
            nodes.push((node["digest"].as_str().unwrap().to_owned(), edge, label));
            nodes.extend(self::nodes(node));
        }
    }
    nodes
}

#[test]
fn everything_attached_is_shown_once_with_its_label() {
    let work = Workspace::new();
    let image = AttachedImage::new("app");
    for (registry, location) in places(&work) {
        image.push_to(&work, &location);
        let reference = format!("{location}:v1");
        let graph = work.ocigraph(&["discover", "-o", "json", &reference]).json();
        let found = nodes(&graph);
        let labels: BTreeMap<&str, Option<&str>> =
            found.iter().map(|(digest, _, label)| (digest.as_str(), label.as_deref())).collect();
        assert_eq!(labels.len(), found.len(), "{location}: {found:#?}");
        for (digest, label) in &image.attached {
            assert_eq!(labels.get(digest.as_str()), Some(&Some(*label)), "{location}: {found:#?}");
        }
        for platform in &image.images {
            assert_eq!(labels.get(platform.as_str()), Some(&None), "{location}");
        }
        assert_eq!(found.len(), image.attached.len() + image.images.len(), "{found:#?}");
        assert_eq!(graph["referrers"].as_array().unwrap().len(), 6, "{location}");

        let args = ["discover", "-o", "json", "--predicate", SPDX, &reference];
        let filtered = work.ocigraph(&args).json();
        let found: BTreeSet<String> = nodes(&filtered)
            .into_iter()
            .filter_map(|(digest, _, label)| label.map(|_| digest))
            .collect();
        assert_eq!(found, image.spdx.iter().cloned().collect(), "{location}");

        let args = ["discover", "-o", "json", "--only", "referrers", &reference];
        let only = work.ocigraph(&args).json();
        assert!(only.get("attached").is_none(), "{location}");
        assert_eq!(only["referrers"].as_array().unwrap().len(), 6, "{location}");

        let args = ["discover", "-o", "json", "--platform", "linux/amd64", &reference];
        let platform = work.ocigraph(&args).json();
        let found = nodes(&platform);
        assert_eq!(found.len(), 1, "{location}: {found:?}");
        assert_eq!(found[0].0, image.attached[0].0, "{location}");
        drop(registry);
    }
}
