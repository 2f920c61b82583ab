//! The tags of fallback indexes (distribution-spec v1.1.1, "Referrers Tag Schema").

use ocigraph_types::Digest;

/// Returns the tag of the fallback index of a subject: `<algorithm>-<encoded>`, cut to 32 and 64
/// characters (distribution-spec v1.1.1, "Referrers Tag Schema").
pub(crate) fn fallback_tag(subject: &Digest) -> String {
    let clean = |text: &str, max: usize| -> String {
        text.chars()
            .take(max)
            .map(|c| {
                if c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '-' { c } else { '-' }
            })
            .collect()
    };
    format!("{}-{}", clean(subject.algorithm_name(), 32), clean(subject.encoded(), 64))
}

/// Returns true for a tag that has the form of a fallback tag.
pub(crate) fn is_fallback_tag(tag: &str) -> bool {
    tag.split_once('-').is_some_and(|(algorithm, hex)| {
        matches!(algorithm, "sha256" | "sha512")
            && hex.len() == 64
            && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Returns the subject of which a fallback tag has the digest. `None` for one of SHA-512, of which the
/// tag has a part only.
pub(crate) fn subject_of_fallback_tag(tag: &str) -> Option<Digest> {
    if !is_fallback_tag(tag) {
        return None;
    }
    let subject: Digest = tag.replacen('-', ":", 1).parse().ok()?;
    subject.algorithm().is_ok().then_some(subject)
}
