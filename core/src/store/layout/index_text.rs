//! The JSON of an index: `index.json`, and an index of referrers.
//!
//! Each entry is read by itself, so that one that other tools wrote wrongly hides no other. Writing
//! changes only the text of entries that have changed: all other text stays as it is, with unknown
//! fields, numbers and entries that cannot be read.
//!
//! Format: [image-spec v1.1.1, "OCI Image Index Specification"][spec].
//!
//! [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use serde_json::{Map, Value, value::RawValue};

use super::index::Index;
use crate::content::plain_text::utf8_text;
use ocigraph_types::{Code, Descriptor, Digest, Error, Platform, Result, excerpt, media_type};

const MANIFESTS: &str = "manifests";
const ANNOTATIONS: &str = "annotations";

/// Returns the text of an index without entries, with the fields that ORAS also writes into a new
/// layout.
pub(super) fn empty() -> String {
    format!(r#"{{"schemaVersion":2,"mediaType":"{}","manifests":[]}}"#, media_type::OCI_INDEX)
}

/// Parses an index. `size_of` returns the size of a blob, for entries that have no valid size.
/// Returns the reason if the index itself cannot be read.
pub(super) fn parse(
    bytes: &[u8],
    size_of: impl Fn(&Digest) -> Option<u64>,
) -> Result<Index, String> {
    let mut index = Index::default();
    for (position, text) in Listing::of(bytes)?.entries.into_iter().enumerate() {
        match entry(text, &size_of) {
            Entry { descriptor: Some(descriptor), .. } => index.entries.push(Arc::new(descriptor)),
            _ => index.unreadable.push(position),
        }
    }
    Ok(index)
}

/// Returns an annotation of the index itself.
pub(super) fn annotation(bytes: &[u8], key: &str) -> Option<String> {
    let fields: HashMap<String, &RawValue> = serde_json::from_slice(bytes).ok()?;
    let annotations: Map<String, Value> =
        serde_json::from_str(fields.get(ANNOTATIONS)?.get()).ok()?;
    annotations.get(key)?.as_str().map(str::to_owned)
}

/// Returns the text with an annotation of the index itself.
pub(super) fn annotated(bytes: &[u8], key: &str, value: &str) -> Result<Vec<u8>> {
    let failed =
        |reason: String| Error::new(Code::InvalidManifest, format!("cannot annotate it: {reason}"));
    let text = utf8_text(bytes).map_err(|reason| failed(reason.to_string()))?;
    let fields: HashMap<String, &RawValue> =
        serde_json::from_str(text).map_err(|e| failed(e.to_string()))?;
    let old = fields.get(ANNOTATIONS).copied();
    let known: Option<Map<String, Value>> = old
        .map_or(Ok(None), |old| serde_json::from_str(old.get()))
        .map_err(|e| failed(e.to_string()))?;
    let mut annotations = known.unwrap_or_default();
    annotations.insert(key.to_owned(), Value::String(value.to_owned()));
    let is_empty = fields.is_empty();
    Ok(with_field(text, is_empty, old, ANNOTATIONS, &Value::Object(annotations).to_string()))
}

/// Returns the text of an object with another value of a field.
fn with_field(
    text: &str,
    is_empty: bool,
    old: Option<&RawValue>,
    name: &str,
    value: &str,
) -> Vec<u8> {
    let (before, value, after) = match old {
        Some(old) => {
            let start = old.get().as_ptr().addr() - text.as_ptr().addr();
            let end = start + old.get().len();
            (&text[..start], value.to_owned(), &text[end..])
        }
        None => {
            let end = text.rfind('}').unwrap_or(text.len());
            let comma = if is_empty { "" } else { "," };
            (&text[..end], format!("{comma}\"{name}\":{value}"), &text[end..])
        }
    };
    [before, &value, after].concat().into_bytes()
}

/// Returns what is wrong with each malformed entry.
pub(super) fn faults(bytes: &[u8]) -> Vec<String> {
    let entries = Listing::of(bytes).map(|listing| listing.entries).unwrap_or_default();
    let fault = |(position, text): (usize, &RawValue)| {
        let fault = entry(text, &|_| None).fault?;
        Some(format!("entry {} {fault}: {}", position + 1, excerpt(text.get())))
    };
    entries.into_iter().enumerate().filter_map(fault).collect()
}

/// Returns the texts of the entries without a digest.
pub(super) fn unreadable<'a>(bytes: &'a [u8], index: &Index) -> Vec<&'a str> {
    let entries = Listing::of(bytes).map(|listing| listing.entries).unwrap_or_default();
    index.unreadable.iter().filter_map(|i| entries.get(*i)).map(|text| text.get()).collect()
}

/// Writes `index` over `bytes`, the text of the index `before`. Updates the positions of the entries
/// that cannot be read.
pub(super) fn rewrite(bytes: &[u8], before: &Index, index: &mut Index) -> Result<Vec<u8>> {
    let failed = |reason| Error::new(Code::Internal, format!("cannot write the index: {reason}"));
    let listing = Listing::of(bytes).map_err(failed)?;
    let mut descriptors = before.entries.iter();
    let mut old: Vec<(&RawValue, Option<&Arc<Descriptor>>)> = Vec::new();
    let mut unreadable = before.unreadable.iter().peekable();
    for (position, text) in listing.entries.iter().enumerate() {
        let is_unreadable = unreadable.next_if_eq(&&position).is_some();
        old.push((text, if is_unreadable { None } else { descriptors.next() }));
    }
    let mut texts: Vec<Cow<'_, str>> = Vec::new();
    index.unreadable.clear();
    let mut keep_unreadable = |texts: &mut Vec<_>, old: &[(&'_ RawValue, Option<&Arc<_>>)]| {
        for (text, _) in old.iter().filter(|(_, descriptor)| descriptor.is_none()) {
            index.unreadable.push(texts.len());
            texts.push(Cow::Owned(text.get().to_owned()));
        }
    };
    let mut rest = &old[..];
    for entry in &index.entries {
        if let Some(next) = rest.iter().position(|(_, known)| *known == Some(entry)) {
            keep_unreadable(&mut texts, &rest[..next]);
            texts.push(Cow::Borrowed(rest[next].0.get()));
            rest = &rest[next + 1..];
        } else {
            let text = serde_json::to_string(&**entry).map_err(|e| failed(e.to_string()))?;
            texts.push(Cow::Owned(text));
        }
    }
    keep_unreadable(&mut texts, rest);
    Ok(listing.with_entries(&texts.join(",")))
}

/// Where the list of entries ends in the text of an index.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListEnd {
    /// The position after the last entry.
    position: usize,
    is_empty: bool,
}

/// Finds the end of the list. `None` if there is no list, or text that [`rewrite`] removes.
pub(super) fn list_end(bytes: &[u8]) -> Option<ListEnd> {
    let listing = Listing::of(bytes).ok()?;
    let entries = listing.manifests?.get().strip_suffix(']')?.trim_end();
    let start = entries.as_ptr().addr() - bytes.as_ptr().addr();
    let end = ListEnd { position: start + entries.len(), is_empty: listing.entries.is_empty() };
    (listing.text.len() == bytes.len()).then_some(end)
}

/// Returns what to insert at the end of a list for these entries.
pub(super) fn appended(end: ListEnd, entries: &[Arc<Descriptor>]) -> Result<String> {
    let mut text = String::new();
    for (at, entry) in entries.iter().enumerate() {
        if at > 0 || !end.is_empty {
            text.push(',');
        }
        let failed = |e| Error::new(Code::Internal, format!("cannot write the index: {e}"));
        text.push_str(&serde_json::to_string(&**entry).map_err(failed)?);
    }
    Ok(text)
}

/// Inserts the text that [`appended`] returned, and finds the new end.
pub(super) fn insert(bytes: &[u8], end: ListEnd, text: &str) -> (Vec<u8>, ListEnd) {
    let (before, after) = bytes.split_at(end.position);
    let position = end.position + text.len();
    ([before, text.as_bytes(), after].concat(), ListEnd { position, is_empty: false })
}

/// The text of an index, and where its entries are.
struct Listing<'a> {
    text: &'a str,
    /// The value of the field `manifests`, null included.
    manifests: Option<&'a RawValue>,
    has_fields: bool,
    entries: Vec<&'a RawValue>,
}

impl<'a> Listing<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, String> {
        let text = utf8_text(bytes)?;
        // Of two fields with one name the last counts, as for Go.
        let fields: HashMap<String, &RawValue> =
            serde_json::from_str(text).map_err(|e| e.to_string())?;
        let manifests = fields.get(MANIFESTS).copied();
        // Go writes an empty list as null.
        let entries: Option<Vec<&RawValue>> = match manifests {
            Some(list) => serde_json::from_str(list.get())
                .map_err(|_| format!("{MANIFESTS} is not an array: {}", excerpt(list.get())))?,
            None => None,
        };
        let entries = entries.unwrap_or_default();
        Ok(Self { text, manifests, has_fields: !fields.is_empty(), entries })
    }

    /// Returns the text with these entries in place of its own.
    fn with_entries(&self, entries: &str) -> Vec<u8> {
        let entries = format!("[{entries}]");
        with_field(self.text, !self.has_fields, self.manifests, MANIFESTS, &entries)
    }
}

/// Returns true for an object with fields that only manifests have.
pub(super) fn looks_like_manifest(text: &str) -> bool {
    let Ok(fields) = serde_json::from_str::<HashMap<String, &RawValue>>(text) else { return false };
    let has = |names: &[&str]| names.iter().any(|name| fields.contains_key(*name));
    has(&["schemaVersion", "mediaType"])
        && has(&[MANIFESTS, "layers", "blobs", "config", "fsLayers", "subject"])
}

/// An entry of an index.
struct Entry {
    /// `None` for an entry without a digest.
    descriptor: Option<Descriptor>,
    /// What is wrong with it.
    fault: Option<String>,
}

fn entry(text: &RawValue, size_of: &impl Fn(&Digest) -> Option<u64>) -> Entry {
    let malformed = match serde_json::from_str::<Descriptor>(text.get()) {
        Ok(descriptor) => return Entry { descriptor: Some(descriptor), fault: None },
        Err(e) => e.to_string(),
    };
    let malformed = malformed.split(" at line ").next().unwrap_or_default();
    let Ok(fields) = serde_json::from_str::<Map<String, Value>>(text.get()) else {
        return Entry { descriptor: None, fault: Some("is not an object".to_owned()) };
    };
    let fault = Some(format!("is malformed ({})", excerpt(malformed)));
    Entry { descriptor: salvage(fields, size_of), fault }
}

/// Returns what is valid of a malformed entry, or `None` without a digest. The manifest itself
/// says the rest.
fn salvage(
    mut fields: Map<String, Value>,
    size_of: &impl Fn(&Digest) -> Option<u64>,
) -> Option<Descriptor> {
    let digest: Digest = fields.remove("digest")?.as_str()?.parse().ok()?;
    let mut take = |name: &str| fields.remove(name);
    let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    let size = take("size").and_then(|size| size.as_u64());
    let size = size.filter(|size| *size <= Descriptor::LARGEST).or_else(|| size_of(&digest));
    let media_type = text(take("mediaType")).unwrap_or_default();
    let mut descriptor = Descriptor::new(media_type, digest, size.unwrap_or_default());
    if let Some(Value::Object(annotations)) = take("annotations") {
        let texts =
            annotations.into_iter().filter_map(|(key, value)| Some((key, text(Some(value))?)));
        descriptor.annotations = texts.collect();
    }
    let platform = take("platform").map(serde_json::from_value::<Platform>);
    descriptor.platform = platform.and_then(Result::ok);
    descriptor.artifact_type = text(take("artifactType"));
    descriptor.data = text(take("data"));
    descriptor.urls =
        take("urls").and_then(|urls| serde_json::from_value(urls).ok()).unwrap_or_default();
    descriptor.extra = fields;
    Some(descriptor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ocigraph_types::Algorithm;

    fn index(bytes: &str) -> Index {
        parse(bytes.as_bytes(), |_| Some(7)).unwrap()
    }

    #[test]
    fn an_entry_that_cannot_be_read_hides_no_other_and_stays_where_it_is() {
        let digest = |text: &str| Algorithm::Sha256.digest(text.as_bytes());
        let (one, two) = (digest("one"), digest("two"));
        let sound = format!(r#"{{"digest":"{one}", "size":3,"platform":null,"x":1.50}}"#);
        let salvaged =
            format!(r#"{{"digest":"{two}","size":"12","annotations":{{"a":1,"b":"c"}}}}"#);
        let text = format!(r#"{{ "z":1e3,"manifests": [null, {sound},{salvaged},[5]]}}"#);
        let before = index(&text);
        assert_eq!(before.unreadable, [0, 3]);
        assert_eq!(before.entries.iter().map(|e| e.size).collect::<Vec<_>>(), [3, 7]);
        assert_eq!(before.entries[1].annotations.len(), 1);
        let mut after = before.clone();
        after.entries.push(Arc::new(Descriptor::of("a/b", b"new")));
        let added = serde_json::to_string(&*after.entries[2]).unwrap();
        let written = rewrite(text.as_bytes(), &before, &mut after).unwrap();
        let expected =
            format!(r#"{{ "z":1e3,"manifests": [null,{sound},{salvaged},{added},[5]]}}"#);
        assert_eq!(String::from_utf8(written.clone()).unwrap(), expected);
        assert_eq!(after, parse(&written, |_| Some(7)).unwrap());
        after.entries.remove(0);
        let last = rewrite(&written, &index(&expected), &mut after).unwrap();
        assert!(!String::from_utf8(last.clone()).unwrap().contains(one.as_str()));
        assert_eq!(after, parse(&last, |_| Some(7)).unwrap());
        let details = faults(text.as_bytes());
        assert_eq!(details.len(), 3);
        assert!(details[0].starts_with("entry 1 is not an object: null"), "{details:?}");
        assert!(
            details[1].starts_with("entry 3 is malformed (invalid type: string"),
            "{details:?}"
        );
    }

    #[test]
    fn entries_are_appended_to_a_list_as_a_rewrite_would() {
        let entries = [b"1", b"2"].map(|bytes| Arc::new(Descriptor::of("a/b", bytes)));
        let json = entries.each_ref().map(|entry| serde_json::to_string(&**entry).unwrap());
        let both = json.join(",");
        for (text, expected) in [
            (empty(), empty().replace("[]", &format!("[{both}]"))),
            (
                r#"{"manifests":[ null ], "z":[]}"#.into(),
                format!(r#"{{"manifests":[ null,{both} ], "z":[]}}"#),
            ),
        ] {
            let end = list_end(text.as_bytes()).unwrap();
            let first = appended(end, &entries[..1]).unwrap();
            let (bytes, end) = insert(text.as_bytes(), end, &first);
            let second = appended(end, &entries[1..]).unwrap();
            let (bytes, _) = insert(&bytes, end, &second);
            assert_eq!(String::from_utf8(bytes.clone()).unwrap(), expected);
            let mut rewritten = index(&text);
            let before = rewritten.clone();
            rewritten.entries.extend(entries.clone());
            let whole = rewrite(text.as_bytes(), &before, &mut rewritten).unwrap();
            let (appended, whole) =
                (index(std::str::from_utf8(&bytes).unwrap()), parse(&whole, |_| None));
            assert_eq!(appended.entries, whole.unwrap().entries);
            assert_eq!(appended.unreadable, before.unreadable);
        }
        for text in ["{}", r#"{"manifests":null}"#, "\u{feff}{\"manifests\":[]}"] {
            assert!(list_end(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn an_annotation_of_the_index_changes_nothing_else() {
        for (text, expected) in [
            ("{}", r#"{"annotations":{"k":"v"}}"#),
            (r#"{"manifests":[ ]}"#, r#"{"manifests":[ ],"annotations":{"k":"v"}}"#),
            (
                r#"{"annotations":{"k":"old","a":1}, "x":2}"#,
                r#"{"annotations":{"a":1,"k":"v"}, "x":2}"#,
            ),
            (r#"{"annotations":null}"#, r#"{"annotations":{"k":"v"}}"#),
        ] {
            let written = annotated(text.as_bytes(), "k", "v").unwrap();
            let annotation_of = annotation(&written, "k");
            let parsed = |text: &[u8]| serde_json::from_slice::<Value>(text).unwrap();
            assert_eq!(parsed(&written), parsed(expected.as_bytes()), "{text}");
            assert_eq!(annotation_of.as_deref(), Some("v"), "{text}");
        }
        assert_eq!(annotation(br#"{"annotations":{"k":7}}"#, "k"), None);
        assert!(annotated(br#"{"annotations":[]}"#, "k", "v").is_err());
    }

    #[test]
    fn an_index_without_a_list_is_empty_and_gets_one() {
        let entry = Descriptor::of("a/b", b"new");
        let json = serde_json::to_string(&entry).unwrap();
        for (text, expected) in [
            ("{}", format!(r#"{{"manifests":[{json}]}}"#)),
            (r#"{"manifests":null}"#, format!(r#"{{"manifests":[{json}]}}"#)),
            ("\u{feff}{\"a\":{} }\n", format!("{{\"a\":{{}} ,\"manifests\":[{json}]}}\n")),
        ] {
            let before = index(text);
            assert_eq!(before, Index::default());
            let mut after =
                Index { entries: vec![Arc::new(entry.clone())], unreadable: Vec::new() };
            let written = rewrite(text.as_bytes(), &before, &mut after).unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), expected);
        }
        for refused in ["", "null", "[]", r#"{"manifests":{}}"#, "\u{fe}\u{ff}"] {
            assert!(parse(refused.as_bytes(), |_| None).is_err(), "{refused}");
        }
        assert!(parse(b"\xff\xfe{\0", |_| None).unwrap_err().contains("UTF-16"));
    }
}
