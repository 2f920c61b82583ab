//! What a server sent, as text for error messages: its own errors, or the first words of the body.
//!
//! Everything is bounded and without control characters, and secrets of the request are replaced by
//! `***`. Relies on the response for the bytes, and never reads any itself.

use http::{Method, StatusCode};
use serde_json::Value;

use super::content_coding::{is_gzip, named_coding};
use crate::{
    content::plain_text::utf8_text,
    store::registry::{hint, secret::Secret},
};
use ocigraph_types::{Error, RegistryError, excerpt, media_type};

/// A response without its body.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(super) method: Method,
    /// Without its query, which can contain a signature.
    pub(super) url: String,
    pub(super) status: StatusCode,
    pub(super) content_type: Option<String>,
    pub(super) content_encoding: Option<String>,
    /// Texts of the request, which messages must not repeat.
    pub(super) secrets: Vec<Secret>,
}

impl Received {
    /// Adds the request and what was received to the error of a body that cannot be read, and a hint
    /// if there is none.
    pub(crate) fn explain(&self, error: Error, body: &[u8]) -> Error {
        let (method, url, status) = (&self.method, self.url(), self.status);
        let words = self.words(body).map(|words| format!(" with {words}")).unwrap_or_default();
        let message = format!(
            "{}; the registry answered {status}{words} to {method} {url}",
            self.masked_text(error.message())
        );
        let error = error.with_message(message);
        match self.hint(body).filter(|_| error.hint().is_none()) {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }

    /// The URL, for messages.
    pub(super) fn url(&self) -> String {
        masked(&self.url, &self.secrets)
    }

    /// The status, what the registry says, and the request.
    pub(super) fn described(
        &self,
        errors: &[RegistryError],
        redirect: Option<String>,
        body: &[u8],
    ) -> String {
        let (method, url, status) = (&self.method, self.url(), self.status);
        let mut parts: Vec<String> =
            errors.iter().map(described).filter(|text| !text.is_empty()).collect();
        if parts.is_empty() {
            parts.extend(self.words(body));
        }
        parts.extend(redirect);
        let parts = match parts.as_slice() {
            [] => String::new(),
            parts => format!(" ({})", parts.join(", ")),
        };
        format!("the registry answered {status}{parts} to {method} {url}")
    }

    /// What to try if the body is not that of a registry.
    pub(super) fn hint(&self, body: &[u8]) -> Option<String> {
        const TLS_EXPECTED: [&str; 2] =
            ["HTTP request to an HTTPS server", "plain HTTP request was sent to HTTPS port"];
        let start = String::from_utf8_lossy(&body[..body.len().min(4096)]);
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            Some(hint::too_many_requests())
        } else if TLS_EXPECTED.iter().any(|words| start.contains(words)) {
            Some(hint::uses_tls())
        } else if self.compression(body).is_some() {
            Some(hint::compressed_response())
        } else if self.is_web_page(body) {
            Some(hint::web_page())
        } else {
            None
        }
    }

    /// Reads the errors of a body: the list of the OCI distribution specification ("Error Codes"), or
    /// the single error of OAuth 2 that token servers send (RFC 6749, section 5.2).
    pub(super) fn errors(&self, body: &[u8]) -> Vec<RegistryError> {
        let text = utf8_text(body).unwrap_or_default();
        let Ok(body) = serde_json::from_str::<Value>(text) else { return Vec::new() };
        let clean = |value: &Value| self.masked(value.as_str().unwrap_or_default());
        let error = |error: &Value, code: &Value, message: &Value| RegistryError {
            detail: self.masked(&detail(&error["detail"])),
            ..RegistryError::new(clean(code), clean(message))
        };
        match &body["errors"] {
            Value::Array(errors) => {
                errors.iter().take(16).map(|e| error(e, &e["code"], &e["message"])).collect()
            }
            _ => {
                let names = ["error_description", "details", "message"];
                let message = names.iter().map(|name| &body[*name]).find(|value| value.is_string());
                match (&body["error"], message) {
                    (Value::Null, None) => Vec::new(),
                    (code, message) => vec![error(&body, code, message.unwrap_or(&Value::Null))],
                }
            }
        }
    }

    /// The content type and the first words of a body without a list of errors.
    pub(crate) fn words(&self, body: &[u8]) -> Option<String> {
        const MAX_CHARS: usize = 80;
        let content_type =
            self.content_type.as_deref().map(|text| self.masked(&excerpt(text.trim())));
        if let Some(compression) = self.compression(body) {
            let content_type = content_type.as_deref().unwrap_or("content");
            return Some(format!("{content_type}, compressed with {compression}"));
        }
        let words = self.masked_text(&without_tags(body));
        let mut shown: String = words.chars().take(MAX_CHARS).collect();
        if shown.len() < words.len() {
            shown.push('…');
        }
        match (content_type, shown.is_empty()) {
            (None, true) => None,
            (Some(content_type), true) => Some(content_type).filter(|_| !body.is_empty()),
            (None, false) => Some(format!("{shown:?}")),
            (Some(content_type), false) => Some(format!("{content_type}: {shown:?}")),
        }
    }

    /// The compression of a body, although the request accepted none.
    fn compression(&self, body: &[u8]) -> Option<String> {
        match self.content_encoding.as_deref().and_then(named_coding) {
            Some(named) if !body.is_empty() => {
                Some(self.masked(&excerpt(&named.to_ascii_lowercase())))
            }
            _ => is_gzip(body).then(|| "gzip".to_owned()),
        }
    }

    fn is_web_page(&self, body: &[u8]) -> bool {
        let start: Vec<u8> =
            body.trim_ascii_start().iter().take(9).map(u8::to_ascii_lowercase).collect();
        self.content_type.as_deref().is_some_and(is_html)
            || start.starts_with(b"<!doctype")
            || start.starts_with(b"<html")
    }

    /// A text of the registry without control characters, and with `***` in place of secrets. At most
    /// 512 characters.
    pub(crate) fn masked(&self, text: &str) -> String {
        self.masked_text(text).chars().filter(|c| !c.is_control()).take(512).collect()
    }

    fn masked_text(&self, text: &str) -> String {
        masked(text, &self.secrets)
    }
}

/// Returns true for the media type of a web page.
pub(crate) fn is_html(media_type: &str) -> bool {
    media_type::essence(media_type) == "text/html"
}

/// A text of any length with `***` in place of secrets.
pub(super) fn masked(text: &str, secrets: &[Secret]) -> String {
    let mut text = text.to_owned();
    let mut secrets: Vec<&str> =
        secrets.iter().map(Secret::expose).filter(|secret| !secret.is_empty()).collect();
    // A secret can be part of a longer one, whose rest would remain.
    secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
    for secret in secrets {
        text = text.replace(secret, "***");
    }
    text
}

/// The words of a body, without the tags of HTML.
fn without_tags(body: &[u8]) -> String {
    let (mut text, mut in_tag) = (String::new(), false);
    for c in String::from_utf8_lossy(&body[..body.len().min(4096)]).chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                text.push(' ');
            }
            c if !in_tag => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `CODE: message: detail`, without the parts that are empty.
fn described(error: &RegistryError) -> String {
    let parts = [&error.code, &error.message, &error.detail];
    let parts: Vec<&str> =
        parts.into_iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    parts.join(": ")
}

/// The detail of an error as text: the text itself, the texts of an object, or else JSON.
fn detail(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(fields) if fields.values().all(Value::is_string) => {
            let fields = fields.iter().filter_map(|(name, text)| Some((name, text.as_str()?)));
            fields.map(|(name, text)| format!("{name} {text}")).collect::<Vec<_>>().join(", ")
        }
        Value::Object(fields) if fields.is_empty() => String::new(),
        other => other.to_string(),
    }
}
