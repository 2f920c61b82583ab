//! Referrers as a [`Graph`](super::Graph) holds them. A list can have 100,000 entries, which mostly share
//! their types and the keys of their annotations, and rarely have other fields.

use std::{borrow::Cow, collections::HashSet, sync::Arc};

use serde_json::{Map, Value};

use crate::{
    descriptor::Descriptor,
    digest::Digest,
    platform::Platform,
    weight::{OBJECT, Weight, weight_of_fields},
};

/// A descriptor in a graph.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq)]
pub struct CompactDescriptor {
    pub(super) digest: Digest,
    size: u64,
    media_type: Arc<str>,
    artifact_type: Option<Arc<str>>,
    /// The keys of the annotations, in their order, each with the end of its value in `values`.
    annotations: Box<[(Arc<str>, usize)]>,
    values: Box<str>,
    rare: Option<Box<Rare>>,
}

/// The fields that few referrers have.
#[derive(Debug, Clone, PartialEq)]
struct Rare {
    urls: Vec<String>,
    data: Option<String>,
    platform: Option<Platform>,
    extra: Map<String, Value>,
}

impl CompactDescriptor {
    /// Returns the descriptor.
    pub fn descriptor(&self) -> Descriptor {
        let mut descriptor =
            Descriptor::new(self.media_type.as_ref(), self.digest.clone(), self.size);
        descriptor.artifact_type = self.artifact_type.as_deref().map(str::to_owned);
        descriptor.annotations =
            self.annotations().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        if let Some(rare) = &self.rare {
            let Rare { urls, data, platform, extra } = (**rare).clone();
            descriptor = Descriptor { urls, data, platform, extra, ..descriptor };
        }
        descriptor
    }

    /// Returns the artifact type or, without one, the media type.
    pub(super) fn kind(&self) -> &str {
        self.artifact_type.as_deref().unwrap_or(&self.media_type)
    }

    /// Iterates over the annotations, in the order of their keys.
    pub(super) fn annotations(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        let mut start = 0;
        self.annotations.iter().map(move |(key, end)| {
            let value = self.values.get(start..*end).unwrap_or_default();
            start = *end;
            (&**key, value)
        })
    }
}

impl<'a> From<&'a CompactDescriptor> for Cow<'a, Descriptor> {
    fn from(compact: &'a CompactDescriptor) -> Self {
        Cow::Owned(compact.descriptor())
    }
}

/// The texts that the descriptors of a graph share.
#[doc(hidden)]
#[derive(Debug, Clone, Default)]
pub struct SharedTexts(HashSet<Arc<str>>);

/// Two graphs are equal whatever texts they have shared.
impl PartialEq for SharedTexts {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl SharedTexts {
    /// Returns the compact form of a descriptor, and adds to `weight` the bytes that it takes.
    pub fn compact(&mut self, descriptor: Descriptor, weight: &mut usize) -> CompactDescriptor {
        let Descriptor {
            media_type,
            digest,
            size,
            urls,
            annotations,
            data,
            platform,
            artifact_type,
            extra,
        } = descriptor;
        *weight += size_of::<CompactDescriptor>() + OBJECT + digest.as_str().len();
        let media_type = self.shared(media_type, weight);
        let artifact_type = artifact_type.map(|text| self.shared(text, weight));
        let mut values = String::with_capacity(annotations.values().map(String::len).sum());
        let annotations: Box<[_]> = annotations
            .into_iter()
            .map(|(key, value)| {
                values.push_str(&value);
                (self.shared(key, weight), values.len())
            })
            .collect();
        if !annotations.is_empty() {
            *weight += size_of_val(&*annotations) + values.len() + 2 * OBJECT;
        }
        let values = values.into_boxed_str();
        let is_rare = !urls.is_empty() || data.is_some() || platform.is_some() || !extra.is_empty();
        let rare = is_rare.then(|| {
            *weight += size_of::<Rare>()
                + OBJECT
                + urls.weight()
                + data.weight()
                + platform.weight()
                + weight_of_fields(&extra);
            Box::new(Rare { urls, data, platform, extra })
        });
        CompactDescriptor { digest, size, media_type, artifact_type, annotations, values, rare }
    }

    fn shared(&mut self, text: String, weight: &mut usize) -> Arc<str> {
        if let Some(known) = self.0.get(text.as_str()) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        // A table that has grown has room for twice as many entries.
        *weight += 2 * size_of::<Arc<str>>() + OBJECT + new.len();
        self.0.insert(Arc::clone(&new));
        new
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_compact_descriptor_keeps_every_field_and_shares_texts() {
        let mut descriptor = Descriptor::of("x/y", b"1");
        descriptor.artifact_type = Some("a/b".into());
        for (key, value) in [("a", "1"), ("empty", ""), ("key", "value")] {
            descriptor.annotations.insert(key.into(), value.into());
        }
        let mut texts = SharedTexts::default();
        let [mut first, mut second] = [0, 0];
        let one = texts.compact(descriptor.clone(), &mut first);
        let other = texts.compact(descriptor.clone(), &mut second);
        assert_eq!(one.descriptor(), descriptor);
        assert!(Arc::ptr_eq(&one.media_type, &other.media_type));
        assert!(second < first && second < descriptor.weight() / 2, "{second}");
        descriptor.urls.push("https://example.com".into());
        descriptor.data = Some("MQ==".into());
        descriptor.platform = Some(Platform::new("linux", "arm64"));
        descriptor.extra.insert("x".into(), json!([1]));
        let mut third = 0;
        assert_eq!(texts.compact(descriptor.clone(), &mut third).descriptor(), descriptor);
        assert!(third > second);
    }
}
