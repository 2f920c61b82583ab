//! Content codings of responses (RFC 9110, section 8.4). None is requested, but some registries and
//! proxies apply one all the same: quay.io has sent manifests with gzip.
//!
//! Metadata with gzip is decoded, up to its limit. Every other coding is an error that names it.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use http::{HeaderMap, header};

use crate::store::registry::hint;
use ocigraph_types::{Code, Error, Result, excerpt};

/// Returns the content coding of a response, or `None` for plain content.
pub(crate) fn content_coding(headers: &HeaderMap) -> Option<&str> {
    named_coding(headers.get(header::CONTENT_ENCODING)?.to_str().unwrap_or("?"))
}

/// Returns the coding that the text of a `Content-Encoding` names, or `None` for plain content.
pub(super) fn named_coding(text: &str) -> Option<&str> {
    let coding = text.trim();
    (!coding.is_empty() && !coding.eq_ignore_ascii_case("identity")).then_some(coding)
}

/// Returns true if content begins as gzip does (RFC 1952, section 2.3.1).
pub(super) fn is_gzip(content: &[u8]) -> bool {
    content.starts_with(&[0x1f, 0x8b])
}

/// Decodes a body. TOO_LARGE if it has more than `limit` bytes, REGISTRY if it cannot be decoded.
pub(super) fn decoded(body: Vec<u8>, coding: &str, limit: usize, url: &str) -> Result<Vec<u8>> {
    let names_gzip = ["gzip", "x-gzip"].iter().any(|name| coding.eq_ignore_ascii_case(name));
    // Some servers name the coding and send plain content.
    if names_gzip && !is_gzip(&body) {
        return Ok(body);
    }
    let failed = |why: &str| {
        let coding = excerpt(coding);
        Error::new(
            Code::Registry,
            format!(
                "the response from {url} has the content coding {coding}, which was not \
                 requested{why}"
            ),
        )
        .with_hint(hint::compressed_response())
    };
    if !names_gzip {
        return Err(failed(""));
    }
    let mut plain = Vec::new();
    MultiGzDecoder::new(body.as_slice())
        .take(limit as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(|e| failed(", and cannot be decoded").with_source(e))?;
    if plain.len() > limit {
        let message = format!("the response from {url} exceeds {limit} bytes");
        return Err(Error::new(Code::TooLarge, message));
    }
    Ok(plain)
}

/// Decodes as much as possible of the body of an error, up to `limit` bytes.
pub(super) fn decoded_start(body: Vec<u8>, headers: &HeaderMap, limit: usize) -> Vec<u8> {
    if content_coding(headers).is_none() || !is_gzip(&body) {
        return body;
    }
    let mut plain = Vec::new();
    let _ = MultiGzDecoder::new(body.as_slice()).take(limit as u64).read_to_end(&mut plain);
    plain
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn gzip_is_decoded_up_to_the_limit_and_other_codings_are_named() {
        let decode = |body: &[u8], coding: &str| decoded(body.to_vec(), coding, 1000, "u");
        assert_eq!(decode(&gzip(b"{}"), "GZIP").unwrap(), b"{}");
        assert_eq!(decode(b"{}", "gzip").unwrap(), b"{}");
        let bomb = gzip(&[b' '; 1001]);
        assert_eq!(decode(&bomb, "gzip").unwrap_err().code(), Code::TooLarge);
        let damaged = decode(&gzip(b"{}")[..12], "x-gzip").unwrap_err();
        assert!(damaged.message().ends_with("not requested, and cannot be decoded"));
        let other = decode(b"{}", "br").unwrap_err();
        assert!(other.message().contains("coding br") && other.code() == Code::Registry);
    }
}
