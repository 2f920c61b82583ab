//! JSON as results are written.

use std::{borrow::Cow, fmt::Write as _};

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use crate::{Descriptor, Error, Graph, escape::json_text};

/// Go writes an absent list or map as `null` as often as not.
pub fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
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
    /// An object with the fields that are not null.
    pub fn object(self, fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
        let known = fields.into_iter().filter(|(_, value)| !value.is_null());
        Value::Object(known.map(|(name, value)| (self.write(name).into_owned(), value)).collect())
    }
}

/// A result as a JSON value. What is not known is left out; annotations keep their own names.
///
/// ```
/// use ocigraph_types::{Descriptor, Names, ToJson};
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
