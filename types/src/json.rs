//! [`ToJson`]: results as JSON, with the names of fields in the style of each language.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{annotation::Annotations, descriptor::Descriptor, error::Error, platform::Platform};

/// Fields whose content has the names of the OCI specifications or of users, which never change.
const VERBATIM: [&str; 2] = ["annotations", "platform"];

/// The style in which the names of fields are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum KeyCase {
    /// `media_type`, for Python, C and Go. The default.
    #[default]
    Snake,
    /// `mediaType`, for Node.js and the command line.
    Camel,
}

impl KeyCase {
    /// Serializes a value whose fields have names in snake case, and renames the fields.
    ///
    /// The contents of fields called `annotations` and `platform` are not renamed: their names are
    /// those of users and of the OCI specifications.
    ///
    /// ```
    /// use ocigraph_types::{Annotations, KeyCase};
    /// use serde_json::json;
    ///
    /// #[derive(serde::Serialize)]
    /// struct Report {
    ///     dry_run: bool,
    ///     annotations: Annotations,
    /// }
    ///
    /// let annotations = Annotations::from([("my_key".into(), "x".into())]);
    /// assert_eq!(
    ///     KeyCase::Camel.to_value(&Report { dry_run: true, annotations }),
    ///     json!({ "dryRun": true, "annotations": { "my_key": "x" } }),
    /// );
    /// ```
    pub fn to_value<T: Serialize + ?Sized>(self, value: &T) -> Value {
        // Results contain nothing that JSON cannot represent.
        let value = serde_json::to_value(value).unwrap_or_default();
        match self {
            KeyCase::Snake => value,
            KeyCase::Camel => renamed(value),
        }
    }
}

fn renamed(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(renamed).collect(),
        Value::Object(fields) => {
            let field = |(name, value): (String, Value)| {
                let value = if VERBATIM.contains(&name.as_str()) { value } else { renamed(value) };
                (camel_case(&name), value)
            };
            Value::Object(fields.into_iter().map(field).collect::<Map<_, _>>())
        }
        value => value,
    }
}

fn camel_case(snake: &str) -> String {
    let mut camel = String::with_capacity(snake.len());
    for (i, word) in snake.split('_').enumerate() {
        let (first, rest) = word.split_at(word.len().min(1));
        camel.push_str(&if i == 0 { first.to_owned() } else { first.to_ascii_uppercase() });
        camel.push_str(rest);
    }
    camel
}

/// A result that every language returns as JSON with the same fields. Unknown values are omitted.
///
/// ```
/// use ocigraph_types::{Descriptor, KeyCase, ToJson};
///
/// let blob = Descriptor::of("text/plain", b"hello");
/// assert_eq!(blob.to_json(KeyCase::Snake)["media_type"], "text/plain");
/// assert_eq!(blob.to_json(KeyCase::Camel)["mediaType"], "text/plain");
/// ```
pub trait ToJson {
    /// Returns the value as JSON, with the names of its fields in the given style.
    fn to_json(&self, case: KeyCase) -> Value;
}

impl<T: ToJson> ToJson for [T] {
    fn to_json(&self, case: KeyCase) -> Value {
        self.iter().map(|item| item.to_json(case)).collect()
    }
}

/// The fields of a descriptor in results. `Serialize` of [`Descriptor`] writes the JSON of the
/// specification instead.
#[derive(Serialize)]
struct DescriptorFields<'a> {
    media_type: &'a str,
    digest: &'a str,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Annotations::is_empty")]
    annotations: &'a Annotations,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<&'a Platform>,
}

impl<'a> From<&'a Descriptor> for DescriptorFields<'a> {
    fn from(descriptor: &'a Descriptor) -> Self {
        Self {
            media_type: &descriptor.media_type,
            digest: descriptor.digest.as_str(),
            size: descriptor.size,
            artifact_type: descriptor.artifact_type.as_deref(),
            annotations: &descriptor.annotations,
            platform: descriptor.platform.as_ref(),
        }
    }
}

impl ToJson for Descriptor {
    fn to_json(&self, case: KeyCase) -> Value {
        case.to_value(&DescriptorFields::from(self))
    }
}

/// Serializes a descriptor with the fields that results have: `media_type`, `digest`, `size`,
/// `artifact_type`, `annotations` and `platform`. For `#[serde(serialize_with = "…")]`.
///
/// # Errors
///
/// The error of the serializer.
pub fn serialize_descriptor<S: Serializer>(
    descriptor: &Descriptor,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    DescriptorFields::from(descriptor).serialize(serializer)
}

/// Serializes a descriptor like [`serialize_descriptor`], if there is one.
///
/// # Errors
///
/// The error of the serializer.
#[allow(clippy::ref_option, reason = "serde passes a reference to the field")]
pub fn serialize_optional_descriptor<S: Serializer>(
    descriptor: &Option<Descriptor>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    descriptor.as_ref().map(DescriptorFields::from).serialize(serializer)
}

/// Serializes a list of descriptors, each like [`serialize_descriptor`].
///
/// # Errors
///
/// The error of the serializer.
pub fn serialize_descriptors<S: Serializer>(
    descriptors: &[Descriptor],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(descriptors.iter().map(DescriptorFields::from))
}

#[derive(Serialize)]
struct RegistryErrorFields<'a> {
    code: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct ErrorFields<'a> {
    code: &'static str,
    number: i32,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    registry_errors: Vec<RegistryErrorFields<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<f64>,
    retryable: bool,
}

/// Serializes the fields that every language has: `code`, `number`, `message` (the whole text),
/// `hint`, `operation`, `reference`, `status`, `registry_errors`, `request_id`, `retry_after` (in
/// seconds) and `retryable`.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let registry_errors = self.registry_errors().iter();
        ErrorFields {
            code: self.code().name(),
            number: self.code() as i32,
            message: self.to_string(),
            hint: self.hint(),
            operation: self.operation(),
            reference: self.reference(),
            status: self.status(),
            registry_errors: registry_errors
                .map(|e| RegistryErrorFields { code: &e.code, message: &e.message })
                .collect(),
            request_id: self.request_id(),
            retry_after: self.retry_after().map(|wait| wait.as_secs_f64()),
            retryable: self.is_retryable(),
        }
        .serialize(serializer)
    }
}

impl ToJson for Error {
    fn to_json(&self, case: KeyCase) -> Value {
        case.to_value(self)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::{
        digest::Algorithm,
        error::{Code, RegistryError},
    };

    #[test]
    fn field_names_are_written_in_camel_case() {
        assert_eq!(camel_case("config_media_type"), "configMediaType");
        assert_eq!(camel_case("os"), "os");
    }

    #[test]
    fn a_descriptor_has_the_fields_of_results_and_keeps_the_keys_of_users() {
        let mut descriptor = Descriptor::of("a/b", b"");
        descriptor.artifact_type = Some("c/d".into());
        descriptor.data = Some(String::new());
        descriptor.annotations.insert("my_key".into(), "1".into());
        descriptor.platform = serde_json::from_value(json!({
            "os": "windows", "architecture": "amd64", "os.version": "10", "un_known": { "x_y": 1 },
        }))
        .unwrap();
        let expected = format!(
            r#"{{"mediaType":"a/b","digest":"{}","size":0,"artifactType":"c/d","annotations":{{"my_key":"1"}},"platform":{{"architecture":"amd64","os":"windows","os.version":"10","un_known":{{"x_y":1}}}}}}"#,
            Algorithm::Sha256.digest(b"")
        );
        assert_eq!(descriptor.to_json(KeyCase::Camel).to_string(), expected);
    }

    #[test]
    fn an_error_has_the_fields_of_every_language() {
        let error = Error::new(Code::RateLimited, "too many requests")
            .with_response(429, vec![RegistryError::new("TOOMANYREQUESTS", "slow")], None)
            .with_retry_after(Duration::from_millis(1500))
            .with_operation("pull", "host/a:v1");
        assert_eq!(
            error.to_json(KeyCase::Camel),
            json!({
                "code": "RATE_LIMITED",
                "number": 8,
                "message": "pull host/a:v1: too many requests",
                "operation": "pull",
                "reference": "host/a:v1",
                "status": 429,
                "registryErrors": [{ "code": "TOOMANYREQUESTS", "message": "slow" }],
                "retryAfter": 1.5,
                "retryable": true,
            })
        );
    }
}
