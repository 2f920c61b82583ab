//! Repositories that the tests fill, and the parts of reports that they compare.

use std::collections::BTreeMap;

use ocigraph_fixture::{Config, Fixture};
use ocigraph_suite::{Kind, Registry, Workspace};
use serde_json::{Value, json};

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const OLD: &str = "2020-01-31T10:00:00Z";
const CREATED: &str = "org.opencontainers.image.created";

/// What runs until a test ends.
pub(crate) enum Server {
    Registry { _running: Registry },
    Fixture(Fixture),
    Layout,
}

/// A repository that a test fills.
pub(crate) struct Place<'a> {
    pub(crate) work: &'a Workspace,
    pub(crate) server: Server,
    pub(crate) location: String,
}

impl<'a> Place<'a> {
    pub(crate) fn registry(work: &'a Workspace, kind: Kind) -> Self {
        let registry = Registry::start(kind);
        let location = registry.reference("app");
        Self { work, server: Server::Registry { _running: registry }, location }
    }

    pub(crate) fn fixture(work: &'a Workspace, config: Config) -> Self {
        let fixture = Fixture::start(config);
        let location = format!("{}/app", fixture.host());
        Self { work, server: Server::Fixture(fixture), location }
    }

    pub(crate) fn layout(work: &'a Workspace, name: &str) -> Self {
        Self {
            work,
            server: Server::Layout,
            location: format!("oci:{}", work.path(name).display()),
        }
    }

    /// Registries of each kind, Azure's, and a layout.
    pub(crate) fn all(work: &'a Workspace) -> Vec<Self> {
        let mut places: Vec<Self> =
            Kind::ALL.into_iter().map(|kind| Self::registry(work, kind)).collect();
        places.push(Self::fixture(work, Config { azure: true, ..Config::default() }));
        places.push(Self::layout(work, "layout"));
        places
    }

    pub(crate) fn lists_untagged(&self) -> bool {
        !matches!(self.server, Server::Registry { .. })
    }

    pub(crate) fn at(&self, name: &str) -> String {
        let separator = if name.starts_with("sha256:") { '@' } else { ':' };
        format!("{}{separator}{name}", self.location)
    }

    pub(crate) fn fixture_itself(&self) -> &Fixture {
        match &self.server {
            Server::Fixture(fixture) => fixture,
            _ => panic!("it is not a fixture"),
        }
    }

    /// Pushes an artifact with a time, under tags, and returns its digest.
    pub(crate) fn push(&self, tags: &str, content: &str, created: &str) -> String {
        self.work.write("content", content);
        let created = format!("{CREATED}={created}");
        let args = ["push", "--format", "json", "--artifact-type", "app/example"];
        let more = ["--annotation", &created, &self.at(tags), "content"];
        digest(&self.work.ocigraph(&[&args[..], &more].concat()).json())
    }

    pub(crate) fn attach(&self, subject: &str, artifact_type: &str) -> String {
        self.work.write("attached", format!("{artifact_type} of {subject}"));
        let subject = self.at(subject);
        let args = ["attach", "--format", "json", "--artifact-type", artifact_type, &subject];
        digest(&self.work.ocigraph(&[&args[..], &["attached"]].concat()).json())
    }

    /// Pushes a manifest as bytes under a tag or by its digest.
    pub(crate) fn push_bytes(
        &self,
        tag: Option<&str>,
        media_type: &str,
        manifest: &Value,
    ) -> String {
        self.work.write("manifest.json", manifest.to_string());
        let target = tag.map_or_else(|| self.location.clone(), |tag| self.at(tag));
        let args = ["manifest", "push", "--format", "json", "--media-type", media_type, &target];
        digest(&self.work.ocigraph(&[&args[..], &["manifest.json"]].concat()).json())
    }

    /// Pushes an index of manifests.
    pub(crate) fn push_index(
        &self,
        tag: Option<&str>,
        images: &[&str],
        created: Option<&str>,
    ) -> String {
        let entries: Vec<Value> = images.iter().map(|image| self.descriptor(image)).collect();
        let mut index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries });
        if let Some(created) = created {
            index["annotations"] = json!({ CREATED: created });
        }
        self.push_bytes(tag, INDEX, &index)
    }

    pub(crate) fn descriptor(&self, name: &str) -> Value {
        let found = self.work.ocigraph(&["resolve", "--format", "json", &self.at(name)]).json();
        json!({ "mediaType": found["mediaType"], "digest": found["digest"], "size": found["size"] })
    }

    pub(crate) fn sibling(&self, subject: &str, suffix: &str) -> String {
        let tag = format!("{}.{suffix}", subject.replacen(':', "-", 1));
        self.push(&tag, &format!("{suffix} of {subject}"), OLD)
    }

    /// Deletes one manifest, and leaves what is attached to it.
    pub(crate) fn delete_alone(&self, digest: &str) {
        self.work.ocigraph(&["manifest", "delete", "--yes", &self.at(digest)]).ok();
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.work.ocigraph(&["resolve", &self.at(name)]).code == Some(0)
    }

    pub(crate) fn verify(&self, tag: &str) {
        self.work.ocigraph(&["verify", &self.at(tag)]).ok();
    }

    pub(crate) fn prune(&self, options: &[&str]) -> ocigraph_suite::CommandResult {
        let args = ["prune", "--format", "json", &self.location];
        self.work.ocigraph(&[&args[..], options].concat())
    }

    pub(crate) fn plan(&self, options: &[&str]) -> Value {
        self.prune(&[options, &["--dry-run"]].concat()).json()
    }
}

pub(crate) fn digest(result: &Value) -> String {
    result["descriptor"]["digest"].as_str().or(result["digest"].as_str()).unwrap().to_owned()
}

/// Returns a field of each entry of a list of the first repository, by digest.
pub(crate) fn of_list(report: &Value, list: &str, field: &str) -> BTreeMap<String, String> {
    let entries = report["repositories"][0][list].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    entries.map(|one| (text(&one["descriptor"]["digest"]), text(&one[field]))).collect()
}

pub(crate) fn causes(report: &Value, list: &str) -> BTreeMap<String, String> {
    of_list(report, list, "cause")
}

pub(crate) fn expected(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

pub(crate) fn assert_nothing_deleted(place: &Place<'_>, tags: &[&str]) {
    for tag in tags {
        assert!(place.exists(tag), "{}: {tag}", place.location);
    }
}
