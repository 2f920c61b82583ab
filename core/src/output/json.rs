//! Results as JSON: [`ToJson`] for every result of an operation.
//!
//! The results implement `Serialize` with names in snake case; [`Names`] renames the fields for
//! Node.js and the command line.

use serde::{Serialize, Serializer};
use serde_json::Value;

#[cfg(feature = "layout")]
use crate::operation::{
    backup::{ArchivedTag, BackupReport},
    restore::RestoreReport,
};
use crate::{
    content::progress::Outcome,
    operation::{
        check::{CheckReport, CheckedRequirement, Presence},
        copy::CopyReport,
        delete::{DeleteFailure, DeleteReport, RetainedManifest},
        discover::{DiscoverSummary, DiscoveredRow},
        index::IndexResult,
        migrate::{KeptAttachment, MigrateReport, Migration, MigrationKind, RemovedAttachment},
        prune::{
            KeepCause, KeptManifest, PruneCause, PruneFailure, PruneReport, PrunedKind,
            PrunedManifest, PrunedRepository, RefusedManifest,
        },
        pull::{PullResult, PulledFile},
        push::{PushResult, PushedBlob},
        sweep::{SweepCoverage, SweepRow, SweepStatus, SweepSummary},
        sync::{SyncOutcome, SyncRow, SyncSummary},
        verify::{Problem, ProblemKind, VerifyReport},
    },
    store::catalog::{Attributes, ManifestInfo, TagInfo},
};
#[cfg(feature = "registry")]
use crate::{
    operation::login::{LoginResult, LogoutResult},
    store::registry::auth::StoredIn,
};
use ocigraph_types::{Descriptor, KeyCase, Reference, ToJson, serialize_descriptor};

macro_rules! to_json {
    ($($result:ty),* $(,)?) => {$(
        impl ToJson for $result {
            fn to_json(&self, case: KeyCase) -> Value {
                case.to_value(self)
            }
        }
    )*};
}

to_json!(
    Attributes,
    CheckReport,
    CheckedRequirement,
    CopyReport,
    DeleteFailure,
    DeleteReport,
    DiscoverSummary,
    DiscoveredRow,
    IndexResult,
    KeptAttachment,
    KeptManifest,
    ManifestInfo,
    MigrateReport,
    Migration,
    Problem,
    PruneFailure,
    PruneReport,
    PrunedManifest,
    PrunedRepository,
    PullResult,
    PulledFile,
    PushResult,
    PushedBlob,
    RefusedManifest,
    RemovedAttachment,
    RetainedManifest,
    SweepCoverage,
    SweepRow,
    SweepSummary,
    SyncRow,
    SyncSummary,
    TagInfo,
    VerifyReport,
);

#[cfg(feature = "layout")]
to_json!(ArchivedTag, BackupReport, RestoreReport);

#[cfg(feature = "registry")]
to_json!(LoginResult, LogoutResult);

macro_rules! by_name {
    ($($kind:ty),* $(,)?) => {$(
        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.name())
            }
        }
    )*};
}

by_name!(
    KeepCause,
    MigrationKind,
    Outcome,
    Presence,
    ProblemKind,
    PruneCause,
    PrunedKind,
    SweepStatus,
    SyncOutcome
);

#[cfg(feature = "registry")]
by_name!(StoredIn);

impl Serialize for PushedBlob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            title: Option<&'a str>,
            #[serde(serialize_with = "serialize_descriptor")]
            descriptor: &'a Descriptor,
            outcome: Outcome,
        }
        let Self { descriptor, outcome } = self;
        Fields { title: descriptor.title(), descriptor, outcome: *outcome }.serialize(serializer)
    }
}

impl Serialize for DeleteFailure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            #[serde(serialize_with = "serialize_descriptor")]
            descriptor: &'a Descriptor,
            error: String,
            code: &'static str,
        }
        let Self { descriptor, error } = self;
        let code = error.code().name();
        Fields { descriptor, error: error.to_string(), code }.serialize(serializer)
    }
}

impl Serialize for RefusedManifest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            #[serde(serialize_with = "serialize_descriptor")]
            descriptor: &'a Descriptor,
            tags: &'a [String],
            error: String,
            code: &'static str,
        }
        let Self { descriptor, tags, error } = self;
        let code = error.code().name();
        Fields { descriptor, tags, error: error.to_string(), code }.serialize(serializer)
    }
}

impl Serialize for PruneFailure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            repository: &'a Reference,
            error: String,
            code: &'static str,
        }
        let Self { repository, error } = self;
        let code = error.code().name();
        Fields { repository, error: error.to_string(), code }.serialize(serializer)
    }
}

#[cfg(feature = "registry")]
impl Serialize for LoginResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            host: &'a str,
            stored_in: &'a StoredIn,
            plain_text: bool,
            verified: bool,
            overridden: bool,
        }
        let Self { host, stored_in, verified, overridden } = self;
        let plain_text = matches!(stored_in, StoredIn::File(_));
        Fields { host, stored_in, plain_text, verified: *verified, overridden: *overridden }
            .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::copy::{CopiedBlobs, KeptTag};
    use ocigraph_types::{Code, Digest, Error};

    const DIGEST: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    fn blob() -> Descriptor {
        let mut blob = Descriptor::of("a/b", b"{}");
        blob.annotations.insert("org.opencontainers.image.title".into(), "x_y".into());
        blob.annotations.insert("my_key".into(), "1".into());
        blob
    }

    fn digest() -> Digest {
        DIGEST.parse().unwrap()
    }

    fn reference() -> Reference {
        "localhost/a:v1".parse().unwrap()
    }

    /// Compares the text, because the order of the fields is a part of the output.
    fn check(result: &impl ToJson, expected: &str) {
        let blob = format!(
            r#"{{"mediaType":"a/b","digest":"{DIGEST}","size":2,"annotations":{{"my_key":"1","org.opencontainers.image.title":"x_y"}}}}"#
        );
        let expected = expected.replace("BLOB", &blob).replace("DIGEST", DIGEST);
        assert_eq!(result.to_json(KeyCase::Camel).to_string(), expected);
    }

    #[test]
    fn a_push_and_a_pull_have_the_fields_of_every_language() {
        let pushed = PushResult {
            reference: reference(),
            descriptor: blob(),
            tags: vec!["v1".into()],
            blobs: vec![PushedBlob { descriptor: blob(), outcome: Outcome::AlreadyExists }],
            manifest: "{}".into(),
        };
        check(
            &pushed,
            r#"{"reference":"localhost/a:v1","descriptor":BLOB,"tags":["v1"],"blobs":[{"title":"x_y","descriptor":BLOB,"outcome":"existed"}]}"#,
        );
        let file = PulledFile {
            path: "out/x_y".into(),
            descriptor: blob(),
            outcome: Outcome::KeptExisting,
        };
        let pulled = PullResult {
            reference: reference(),
            descriptor: blob(),
            files: vec![file],
            skipped: vec![blob()],
        };
        check(
            &pulled,
            r#"{"reference":"localhost/a:v1","descriptor":BLOB,"files":[{"path":"out/x_y","descriptor":BLOB,"outcome":"kept"}],"skipped":[BLOB]}"#,
        );
    }

    #[test]
    fn an_index_has_the_fields_of_every_language() {
        let created = IndexResult {
            reference: reference(),
            descriptor: blob(),
            tags: vec!["v1".into()],
            manifests: vec![blob()],
            dry_run: true,
            content: "{}".into(),
        };
        check(
            &created,
            r#"{"reference":"localhost/a:v1","descriptor":BLOB,"tags":["v1"],"manifests":[BLOB],"dryRun":true,"content":"{}"}"#,
        );
    }

    #[test]
    fn a_delete_and_a_copy_have_the_fields_of_every_language() {
        let deleted = DeleteReport {
            dry_run: true,
            deleted: vec![blob()],
            kept: vec![RetainedManifest { descriptor: blob(), reason: "tagged v2".into() }],
            failed: vec![DeleteFailure {
                descriptor: blob(),
                error: Error::new(Code::Forbidden, "not allowed").with_hint("ask"),
            }],
        };
        check(
            &deleted,
            r#"{"dryRun":true,"deleted":[BLOB],"kept":[{"descriptor":BLOB,"reason":"tagged v2"}],"failed":[{"descriptor":BLOB,"error":"not allowed; ask","code":"FORBIDDEN"}]}"#,
        );
        let copied = CopyReport {
            source: reference(),
            destination: reference(),
            descriptor: blob(),
            tags: vec![],
            manifests: 2,
            blobs: CopiedBlobs { copied: 1, existed: 2, mounted: 3 },
            bytes: 5,
            missing: vec![blob()],
            kept_tags: vec![KeptTag { tag: "t.sig".into(), reason: "it names more".into() }],
        };
        check(
            &copied,
            r#"{"source":"localhost/a:v1","destination":"localhost/a:v1","descriptor":BLOB,"tags":[],"manifests":2,"blobs":{"copied":1,"existed":2,"mounted":3},"bytes":5,"missing":[BLOB],"keptTags":[{"tag":"t.sig","reason":"it names more"}]}"#,
        );
    }

    #[test]
    fn a_verify_and_the_listings_have_the_fields_of_every_language() {
        let problem = Problem {
            descriptor: blob(),
            path: vec![digest()],
            kind: ProblemKind::Malformed,
            detail: "it is empty".into(),
        };
        check(
            &VerifyReport { checked: 1, bytes: 2, problems: vec![problem], repaired: vec![] },
            r#"{"checked":1,"bytes":2,"problems":[{"descriptor":BLOB,"path":["DIGEST"],"kind":"malformed","detail":"it is empty"}],"repaired":[]}"#,
        );
        let mut manifest = ManifestInfo {
            descriptor: blob(),
            tags: vec!["v1".into()],
            subject: None,
            created: None,
            last_updated: None,
            architecture: None,
            os: None,
            config_media_type: None,
            image_size: None,
            attributes: None,
            problem: None,
        };
        check(&manifest, r#"{"descriptor":BLOB,"tags":["v1"]}"#);
        manifest.subject = Some(digest());
        manifest.created = Some("1".into());
        manifest.last_updated = Some("2".into());
        manifest.architecture = Some("amd64".into());
        manifest.os = Some("linux".into());
        manifest.config_media_type = Some("c/d".into());
        manifest.image_size = Some(7);
        manifest.attributes = Some(Attributes { delete_enabled: false, ..Attributes::default() });
        check(
            &manifest,
            r#"{"descriptor":BLOB,"tags":["v1"],"subject":"DIGEST","created":"1","lastUpdated":"2","architecture":"amd64","os":"linux","configMediaType":"c/d","imageSize":7,"attributes":{"deleteEnabled":false,"listEnabled":true,"readEnabled":true,"writeEnabled":true}}"#,
        );
        let tag = TagInfo {
            name: "v1".into(),
            digest: Some(digest()),
            created: None,
            last_updated: Some("2".into()),
            signed: Some(false),
            attributes: None,
            problem: None,
        };
        check(&tag, r#"{"name":"v1","digest":"DIGEST","lastUpdated":"2","signed":false}"#);
        let odd = TagInfo::unresolved("v2", "it is refused".into());
        check(&odd, r#"{"name":"v2","problem":"it is refused"}"#);
    }

    #[cfg(feature = "registry")]
    #[test]
    fn a_login_and_a_logout_have_the_fields_of_every_language() {
        let login = LoginResult {
            host: "localhost".into(),
            stored_in: StoredIn::File("a/config.json".into()),
            verified: true,
            overridden: false,
        };
        check(
            &login,
            r#"{"host":"localhost","storedIn":"a/config.json","plainText":true,"verified":true,"overridden":false}"#,
        );
        let logout = LogoutResult {
            host: "localhost".into(),
            removed_from: vec![StoredIn::Helper("docker-credential-x".into())],
            remains: false,
        };
        check(
            &logout,
            r#"{"host":"localhost","removedFrom":["docker-credential-x"],"remains":false}"#,
        );
    }
}
