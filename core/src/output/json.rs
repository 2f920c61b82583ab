//! JSON: how that of other tools is read, and how results are written.
//!
//! Every language and the command line write results through [`ToJson`], so that they have the same
//! fields everywhere: `media_type` in Python and C, `mediaType` in Node.js and on the command line.

use serde_json::{Value, json};

#[cfg(feature = "registry")]
use crate::{
    operation::login::{LoginResult, LogoutResult},
    store::registry::auth::StoredIn,
};
use crate::{
    operation::{
        copy::CopyReport,
        delete::{DeleteFailure, DeleteReport, RetainedManifest},
        pull::{PullResult, PulledFile},
        push::{PushResult, PushedBlob},
        verify::{Problem, VerifyReport},
    },
    store::catalog::{Attributes, ManifestInfo, TagInfo},
};
use ocigraph_types::{Names, ToJson};

impl ToJson for PushResult {
    fn to_json(&self, names: Names) -> Value {
        names.object([
            ("reference", json!(self.reference.to_string())),
            ("descriptor", self.descriptor.to_json(names)),
            ("tags", json!(self.tags)),
            ("blobs", self.blobs.to_json(names)),
        ])
    }
}

impl ToJson for PushedBlob {
    fn to_json(&self, names: Names) -> Value {
        names.object([
            ("title", json!(self.descriptor.title())),
            ("descriptor", self.descriptor.to_json(names)),
            ("outcome", json!(self.outcome.name())),
        ])
    }
}

impl ToJson for PullResult {
    fn to_json(&self, names: Names) -> Value {
        names.object([
            ("reference", json!(self.reference.to_string())),
            ("descriptor", self.descriptor.to_json(names)),
            ("files", self.files.to_json(names)),
            ("skipped", self.skipped.to_json(names)),
        ])
    }
}

impl ToJson for PulledFile {
    fn to_json(&self, names: Names) -> Value {
        names.object([
            ("path", json!(self.path.to_string_lossy())),
            ("descriptor", self.descriptor.to_json(names)),
            ("outcome", json!(self.outcome.name())),
        ])
    }
}

impl ToJson for DeleteReport {
    fn to_json(&self, names: Names) -> Value {
        names.object([
            ("dry_run", json!(self.dry_run)),
            ("deleted", self.deleted.to_json(names)),
            ("kept", self.kept.to_json(names)),
            ("failed", self.failed.to_json(names)),
        ])
    }
}

impl ToJson for RetainedManifest {
    fn to_json(&self, names: Names) -> Value {
        names.object([
            ("descriptor", self.descriptor.to_json(names)),
            ("reason", json!(self.reason)),
        ])
    }
}

impl ToJson for DeleteFailure {
    fn to_json(&self, names: Names) -> Value {
        names.object([
            ("descriptor", self.descriptor.to_json(names)),
            ("error", json!(self.error.to_string())),
            ("code", json!(self.error.code().name())),
        ])
    }
}

impl ToJson for CopyReport {
    fn to_json(&self, names: Names) -> Value {
        names.object([
            ("source", json!(self.source.to_string())),
            ("destination", json!(self.destination.to_string())),
            ("descriptor", self.descriptor.to_json(names)),
            ("tags", json!(self.tags)),
            ("manifests", json!(self.manifests)),
            (
                "blobs",
                json!({
                    "copied": self.blobs.copied,
                    "existed": self.blobs.existed,
                    "mounted": self.blobs.mounted,
                }),
            ),
            ("bytes", json!(self.bytes)),
        ])
    }
}

impl ToJson for VerifyReport {
    fn to_json(&self, names: Names) -> Value {
        names.object([
            ("checked", json!(self.checked)),
            ("bytes", json!(self.bytes)),
            ("problems", self.problems.to_json(names)),
        ])
    }
}

impl ToJson for Problem {
    fn to_json(&self, names: Names) -> Value {
        names.object([
            ("descriptor", self.descriptor.to_json(names)),
            ("path", json!(self.path)),
            ("kind", json!(self.kind.name())),
            ("detail", json!(self.detail)),
        ])
    }
}

#[cfg(feature = "registry")]
impl ToJson for LoginResult {
    fn to_json(&self, names: Names) -> Value {
        names.object([
            ("host", json!(self.host)),
            ("stored_in", json!(self.stored_in.name())),
            ("plain_text", json!(matches!(self.stored_in, StoredIn::File(_)))),
            ("verified", json!(self.verified)),
            ("overridden", json!(self.overridden)),
        ])
    }
}

#[cfg(feature = "registry")]
impl ToJson for LogoutResult {
    fn to_json(&self, names: Names) -> Value {
        let removed_from: Vec<String> = self.removed_from.iter().map(StoredIn::name).collect();
        names.object([
            ("host", json!(self.host)),
            ("removed_from", json!(removed_from)),
            ("remains", json!(self.remains)),
        ])
    }
}

impl ToJson for ManifestInfo {
    fn to_json(&self, names: Names) -> Value {
        names.object([
            ("descriptor", self.descriptor.to_json(names)),
            ("tags", json!(self.tags)),
            ("subject", json!(self.subject)),
            ("created", json!(self.created)),
            ("last_updated", json!(self.last_updated)),
            ("architecture", json!(self.architecture)),
            ("os", json!(self.os)),
            ("config_media_type", json!(self.config_media_type)),
            ("image_size", json!(self.image_size)),
            ("attributes", attributes(self.attributes, names)),
        ])
    }
}

impl ToJson for TagInfo {
    fn to_json(&self, names: Names) -> Value {
        names.object([
            ("name", json!(self.name)),
            ("digest", json!(self.digest)),
            ("created", json!(self.created)),
            ("last_updated", json!(self.last_updated)),
            ("signed", json!(self.signed)),
            ("attributes", attributes(self.attributes, names)),
        ])
    }
}

fn attributes(attributes: Option<Attributes>, names: Names) -> Value {
    attributes.map_or(Value::Null, |attributes| attributes.to_json(names))
}

impl ToJson for Attributes {
    fn to_json(&self, names: Names) -> Value {
        names.object([
            ("delete_enabled", json!(self.delete_enabled)),
            ("list_enabled", json!(self.list_enabled)),
            ("read_enabled", json!(self.read_enabled)),
            ("write_enabled", json!(self.write_enabled)),
        ])
    }
}
