//! [`Statement`]: what a signature or attestation says of itself.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::Deserialize;

/// DSSE permits the standard and the URL-safe alphabet; producers omit the padding at times.
fn decode(text: &str) -> Option<Vec<u8>> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if text.contains(['-', '_']) { alphabet::URL_SAFE } else { alphabet::STANDARD };
    GeneralPurpose::new(&alphabet, config).decode(text.trim()).ok()
}

/// What the blob of a signature or attestation says of itself. The signature is not verified.
///
/// ```
/// use ocigraph_types::Statement;
///
/// let bare = br#"{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://slsa.dev/provenance/v1"}"#;
/// let statement = Statement::read(bare).unwrap();
/// assert_eq!(statement, Statement::Attestation("https://slsa.dev/provenance/v1".into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Statement {
    /// A signature of the subject's digest: the `messageSignature` of a sigstore bundle.
    Signature,
    /// An in-toto statement with this predicate type.
    Attestation(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    message_signature: Option<serde::de::IgnoredAny>,
    dsse_envelope: Option<Envelope>,
    payload: Option<String>,
    predicate_type: Option<String>,
}

#[derive(Deserialize)]
struct Envelope {
    payload: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InToto {
    predicate_type: Option<String>,
}

impl Statement {
    /// Reads a [sigstore bundle][bundle], a [DSSE envelope][dsse] or an [in-toto statement][in-toto].
    /// Returns `None` for anything else.
    ///
    /// [bundle]: https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
    /// [dsse]: https://github.com/secure-systems-lab/dsse/blob/master/envelope.md
    /// [in-toto]: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let raw: Raw = serde_json::from_slice(bytes).ok()?;
        let payload = raw.dsse_envelope.and_then(|envelope| envelope.payload).or(raw.payload);
        if let Some(payload) = payload {
            let statement: InToto = serde_json::from_slice(&decode(&payload)?).ok()?;
            return statement.predicate_type.map(Statement::Attestation);
        }
        if raw.message_signature.is_some() {
            return Some(Statement::Signature);
        }
        raw.predicate_type.map(Statement::Attestation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    #[test]
    fn a_statement_is_found_in_an_envelope_and_in_a_bundle() {
        let statement =
            br#"{"predicateType":"https://spdx.dev/Document","subject":[{"name":"\u00ff?>"}]}"#;
        let wanted = Some(Statement::Attestation("https://spdx.dev/Document".into()));
        for payload in [STANDARD.encode(statement), URL_SAFE_NO_PAD.encode(statement)] {
            let envelope =
                format!(r#"{{"payloadType":"x","payload":"{payload}","signatures":[]}}"#);
            assert_eq!(Statement::read(envelope.as_bytes()), wanted);
            let bundle = format!(r#"{{"mediaType":"x","dsseEnvelope":{envelope}}}"#);
            assert_eq!(Statement::read(bundle.as_bytes()), wanted);
        }
        let bundle = br#"{"messageSignature":{"signature":""}}"#;
        assert_eq!(Statement::read(bundle), Some(Statement::Signature));
    }

    #[test]
    fn other_content_says_nothing() {
        for content in ["", "[]", "{}", r#"{"payload":"%"}"#, r#"{"payload":"e30="}"#, "text"] {
            assert_eq!(Statement::read(content.as_bytes()), None, "{content}");
        }
    }
}
