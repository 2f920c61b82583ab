//! JSON: how that of other tools is read, and how results are written.
//!
//! Every language and the command line write results through [`ToJson`], so that they have the same
//! fields everywhere: `media_type` in Python and C, `mediaType` in Node.js and on the command line.

use std::{borrow::Cow, fmt::Write as _};

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use crate::{
    auth::StoredIn,
    descriptor::Descriptor,
    error::Error,
    escape::json_text,
    graph::Graph,
    options::{
        Attributes, CopyReport, DeleteFailure, DeleteReport, LoginResult, LogoutResult,
        ManifestInfo, Problem, PullResult, PulledFile, PushResult, PushedBlob, RetainedManifest,
        TagInfo, VerifyReport,
    },
};

/// Go writes an absent list or map as `null` as often as not.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// How the names of fields are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Names {
    /// `media_type`, as in Python, C and Go.
    #[default]
    Snake,
    /// `mediaType`, as in Node.js and on the command line.
    Camel,
}

impl Names {
    fn write(self, snake: &'static str) -> Cow<'static, str> {
        if self == Names::Snake || !snake.contains('_') {
            return snake.into();
        }
        let mut camel = String::with_capacity(snake.len());
        for (i, word) in snake.split('_').enumerate() {
            let (first, rest) = word.split_at(word.len().min(1));
            camel.push_str(&if i == 0 { first.to_owned() } else { first.to_ascii_uppercase() });
            camel.push_str(rest);
        }
        camel.into()
    }

    /// An object without the fields that are null.
    fn object(self, fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
        let known = fields.into_iter().filter(|(_, value)| !value.is_null());
        Value::Object(known.map(|(name, value)| (self.write(name).into_owned(), value)).collect())
    }
}

/// A result as a JSON value. What is not known is left out; annotations keep their own names.
///
/// ```
/// use ocigraph::{Descriptor, Names, ToJson};
///
/// let blob = Descriptor::of("text/plain", b"hello");
/// assert_eq!(blob.to_json(Names::Snake)["media_type"], "text/plain");
/// assert_eq!(blob.to_json(Names::Camel)["mediaType"], "text/plain");
/// ```
pub trait ToJson {
    /// The value, with its fields named as `names` says.
    fn to_json(&self, names: Names) -> Value;
}

impl<T: ToJson> ToJson for [T] {
    fn to_json(&self, names: Names) -> Value {
        self.iter().map(|item| item.to_json(names)).collect()
    }
}

impl ToJson for Descriptor {
    fn to_json(&self, names: Names) -> Value {
        let annotations = (!self.annotations.is_empty()).then_some(&self.annotations);
        names.object([
            ("media_type", json!(self.media_type)),
            ("digest", json!(self.digest)),
            ("size", json!(self.size)),
            ("artifact_type", json!(self.artifact_type)),
            ("annotations", json!(annotations)),
            ("platform", json!(self.platform)),
        ])
    }
}

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

impl ToJson for Error {
    fn to_json(&self, names: Names) -> Value {
        let registry_errors: Vec<Value> = self
            .registry_errors()
            .iter()
            .map(|e| json!({ "code": e.code, "message": e.message }))
            .collect();
        names.object([
            ("code", json!(self.code().name())),
            ("number", json!(self.code() as i32)),
            ("message", json!(self.to_string())),
            ("hint", json!(self.hint())),
            ("operation", json!(self.operation())),
            ("reference", json!(self.reference())),
            ("status", json!(self.status())),
            ("registry_errors", json!(registry_errors)),
            ("request_id", json!(self.request_id())),
            ("retry_after", json!(self.retry_after().map(|wait| wait.as_secs_f64()))),
            ("retryable", json!(self.is_retryable())),
        ])
    }
}

impl Graph {
    /// The graph as JSON text, for scripts of both generations of ORAS: the root is the subject's
    /// descriptor under the name `reference`; `references` holds the direct referrers that `wanted`
    /// accepts, flat; `referrers` the whole tree, each node with its `reference` below `place`.
    ///
    /// It is written piece by piece, since a registry decides how deep a graph is.
    pub fn json(
        &self,
        reference: &str,
        place: &str,
        names: Names,
        wanted: impl Fn(&Descriptor) -> bool,
    ) -> String {
        let root = self.subject();
        let direct = self.referrers(&root.digest).iter().filter(|d| wanted(d));
        let flat: Value = direct.map(|d| d.to_json(names)).collect();
        let mut head = node(reference, root, names);
        head.insert("references".into(), flat);
        let mut text = String::new();
        open(&mut text, 0, head);
        let mut depth = 0;
        let mut begun = false;
        for step in self.walk() {
            while depth >= step.depth {
                close(&mut text, depth, begun);
                depth -= 1;
                begun = true;
            }
            text.push_str(if begun { ",\n" } else { "\n" });
            let name = format!("{place}@{}", step.descriptor.digest);
            open(&mut text, step.depth, node(&name, step.descriptor, names));
            depth = step.depth;
            begun = false;
        }
        for depth in (0..=depth).rev() {
            close(&mut text, depth, begun);
            begun = true;
        }
        text
    }
}

fn node(reference: &str, descriptor: &Descriptor, names: Names) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("reference".into(), json!(reference));
    if let Value::Object(fields) = descriptor.to_json(names) {
        map.extend(fields);
    }
    map
}

/// Writes an object up to the beginning of its list of referrers.
fn open(text: &mut String, depth: usize, map: Map<String, Value>) {
    let indent = indent(depth);
    let object = json_text(&Value::Object(map));
    for line in object.strip_suffix("\n}").unwrap_or(&object).lines() {
        let _ = writeln!(text, "{indent}{line}");
    }
    text.pop();
    let _ = write!(text, ",\n{indent}  \"referrers\": [");
}

fn close(text: &mut String, depth: usize, begun: bool) {
    let indent = indent(depth);
    if begun {
        let _ = write!(text, "\n{indent}  ");
    }
    let _ = write!(text, "]\n{indent}}}");
}

/// Four spaces a level; beneath some depth no more, lest blanks outgrow the graph.
fn indent(depth: usize) -> String {
    " ".repeat(depth.min(16) * 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(content: &str) -> Descriptor {
        Descriptor {
            artifact_type: Some("a/b".into()),
            ..Descriptor::of("x/y", content.as_bytes())
        }
    }

    #[test]
    fn a_graph_without_referrers_is_json() {
        let text = Graph::new(named("root")).json("host/x:v1", "host/x", Names::Camel, |_| true);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["reference"], "host/x:v1");
        assert_eq!(value["references"], json!([]));
        assert_eq!(value["referrers"], json!([]));
        assert_eq!(text, format!("{value:#}"));
    }

    #[test]
    fn names_are_written_either_way() {
        assert_eq!(Names::Snake.write("config_media_type"), "config_media_type");
        assert_eq!(Names::Camel.write("config_media_type"), "configMediaType");
        assert_eq!(Names::Camel.write("os"), "os");
    }
}
