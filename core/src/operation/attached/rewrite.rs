//! The manifests of an attachment in its old and its new form.
//!
//! A manifest is edited as text, so that members which the edit does not concern keep their order and
//! their text: the way back then gives the original bytes, and so the original digest.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::layers::is_same_layer;
use ocigraph_types::{
    Algorithm, Descriptor, Manifest, ManifestBuilder, ManifestFormat, SIBLING_SUFFIXES, media_type,
};

/// An edit, or the reason why the manifest cannot have the other form, as a phrase for users.
pub(crate) type Rewritten<T> = Result<T, String>;

/// Returns the artifact type that cosign's OCI 1.1 mode gives to what the tags with this suffix name.
pub(crate) fn artifact_type_of(suffix: &str) -> String {
    format!("application/vnd.dev.cosign.artifact.{suffix}.v1+json")
}

/// Returns the suffix of the tags for this artifact type.
pub(crate) fn suffix_of(artifact_type: &str) -> Option<&'static str> {
    SIBLING_SUFFIXES.into_iter().find(|suffix| artifact_type_of(suffix) == artifact_type)
}

/// Returns the referrer for the manifest of a sibling tag: the same text with two members more, at its
/// end, and the artifact type as the type of the config. cosign's OCI 1.1 mode writes both, and some
/// registries list only the type of the config: ggcr 0.22.1, and those of OCI 1.1.0-rc.
pub(crate) fn as_referrer(
    manifest: &Manifest,
    artifact_type: &str,
    subject: &Descriptor,
) -> Rewritten<Manifest> {
    if manifest.media_type() != media_type::OCI_MANIFEST {
        let kind = manifest.media_type();
        return Err(format!("a manifest of the type {kind} cannot have a subject"));
    }
    // Readers in Go ignore the case of names.
    let is_added = |name: &str| {
        ["artifactType", "subject"].iter().any(|added| added.eq_ignore_ascii_case(name))
    };
    if let Some((name, _)) =
        Members::of(text(manifest)?)?.0.into_iter().find(|(name, _)| is_added(name))
    {
        return Err(format!("it already has the member {name}"));
    }
    let added = added(artifact_type, subject)?;
    let written = |text: &str| {
        let (body, end) = split_end(text);
        parsed(format!("{body}{added}{end}"))
    };
    let text = text(manifest)?;
    if let Some(typed) = with_config_type(text, media_type::OCI_IMAGE_CONFIG, artifact_type)? {
        let referrer = written(&typed)?;
        if as_tagged(&referrer, artifact_type)?.bytes() == manifest.bytes() {
            return Ok(referrer);
        }
    }
    // Another type of config would be lost on the way back.
    written(text)
}

/// Returns the manifest of a sibling tag for a referrer: the original bytes if [`as_referrer`] made the
/// referrer, else the same members without the artifact type and the subject.
pub(crate) fn as_tagged(manifest: &Manifest, artifact_type: &str) -> Rewritten<Manifest> {
    let typed = text(manifest)?;
    let text = with_config_type(typed, artifact_type, media_type::OCI_IMAGE_CONFIG)?;
    let text = text.as_deref().unwrap_or(typed);
    let (body, end) = split_end(text);
    if let Some(subject) = manifest.subject()
        && let Some(original) = body.strip_suffix(&*added(artifact_type, &subject.plain())?)
    {
        return parsed(format!("{original}{end}"));
    }
    let mut members = Members::of(text)?.texts();
    members.retain(|(name, _)| !matches!(name.as_str(), "artifactType" | "subject"));
    parsed(object(&members)?)
}

/// Returns the text of a manifest with another type of the config. `None` if the config does not have
/// the type, or has it twice.
fn with_config_type(text: &str, from: &str, to: &str) -> Rewritten<Option<String>> {
    let members = Members::of(text)?;
    let Some((_, config)) = members.0.iter().find(|(name, _)| name == "config") else {
        return Ok(None);
    };
    let (config, from) = (config.get(), json(from)?);
    if config.matches(&from).count() != 1 || text.matches(config).count() != 1 {
        return Ok(None);
    }
    Ok(Some(text.replacen(config, &config.replacen(&from, &json(to)?, 1), 1)))
}

/// Returns a manifest with the layers of `others` that it lacks.
pub(crate) fn with_layers_of(manifest: &Manifest, others: &[Manifest]) -> Rewritten<Manifest> {
    let mut layers: Vec<(Descriptor, String)> = Vec::new();
    for one in std::iter::once(manifest).chain(others) {
        for (layer, text) in one.blobs().iter().zip(layer_texts(one)?) {
            if !layers.iter().any(|(known, _)| is_same_layer(known, layer)) {
                layers.push((layer.clone(), text));
            }
        }
    }
    let layers: Vec<String> = layers.into_iter().map(|(_, text)| text).collect();
    let mut members = Members::of(text(manifest)?)?.texts();
    replace(&mut members, "layers", format!("[{}]", layers.join(",")));
    parsed(object(&members)?)
}

/// Returns the OCI 1.1 image manifest for an artifact manifest: the empty config, and the blobs as
/// layers.
pub(crate) fn as_image(manifest: &Manifest) -> Rewritten<Manifest> {
    let mut image = ManifestBuilder::new()
        .blobs(manifest.blobs().iter().cloned())
        .annotations(manifest.annotations().clone());
    if let Some(artifact_type) = manifest.artifact_type() {
        image = image.artifact_type(artifact_type);
    }
    if let Some(subject) = manifest.subject() {
        image = image.subject(subject.plain());
    }
    image.build(ManifestFormat::Oci11).map_err(|e| e.message().to_owned())
}

/// The members of a JSON object, with the text of each value.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Members<'a> {
    fn of(text: &'a str) -> Rewritten<Self> {
        serde_json::from_str(text).map_err(|e| format!("it cannot be read: {e}"))
    }

    fn texts(self) -> Vec<(String, String)> {
        self.0.into_iter().map(|(name, value)| (name, value.get().to_owned())).collect()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfObject;

        impl<'de> Visitor<'de> for OfObject {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(OfObject).map(Self)
    }
}

fn layer_texts(manifest: &Manifest) -> Rewritten<Vec<String>> {
    let members = Members::of(text(manifest)?)?;
    let Some((_, layers)) = members.0.iter().find(|(name, _)| name == "layers") else {
        return Ok(Vec::new());
    };
    let layers: Option<Vec<&RawValue>> =
        serde_json::from_str(layers.get()).map_err(|e| format!("it cannot be read: {e}"))?;
    Ok(layers.unwrap_or_default().into_iter().map(|layer| layer.get().to_owned()).collect())
}

fn replace(members: &mut Vec<(String, String)>, name: &str, value: String) {
    match members.iter_mut().find(|(known, _)| known == name) {
        Some((_, old)) => *old = value,
        None => members.push((name.to_owned(), value)),
    }
}

fn object(members: &[(String, String)]) -> Rewritten<String> {
    let members = members.iter().map(|(name, value)| Ok(format!("{}:{value}", json(name)?)));
    Ok(format!("{{{}}}", members.collect::<Rewritten<Vec<_>>>()?.join(",")))
}

/// The members that a referrer has and the manifest of a tag lacks.
fn added(artifact_type: &str, subject: &Descriptor) -> Rewritten<String> {
    Ok(format!(",\"artifactType\":{},\"subject\":{}", json(artifact_type)?, json(subject)?))
}

fn json(value: &(impl serde::Serialize + ?Sized)) -> Rewritten<String> {
    serde_json::to_string(value).map_err(|e| format!("it cannot be written as JSON: {e}"))
}

fn text(manifest: &Manifest) -> Rewritten<&str> {
    std::str::from_utf8(manifest.bytes()).map_err(|_| "it is not encoded in UTF-8".to_owned())
}

/// Splits the text of an object after its last member.
fn split_end(text: &str) -> (&str, &str) {
    let body = text.trim_ascii_end().strip_suffix('}').unwrap_or(text).trim_ascii_end();
    text.split_at(body.len())
}

fn parsed(text: String) -> Rewritten<Manifest> {
    Manifest::parse(text.into(), Some(media_type::OCI_MANIFEST), Algorithm::Sha256)
        .map_err(|e| e.message().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::attached::layers::covers;
    use ocigraph_types::Bytes;

    const CONFIG: &str = r#"{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2}"#;

    fn layer(signature: &str) -> String {
        format!(
            r#"{{ "size": 2,"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","annotations":{{"dev.cosignproject.cosign/signature":"{signature}"}}}}"#
        )
    }

    fn manifest(layers: &[&str], end: &str) -> Manifest {
        let layers: Vec<String> = layers.iter().map(|one| layer(one)).collect();
        let text = format!(
            "{{\"x-unknown\": [ 1 ],\"schemaVersion\":2, \"config\":{CONFIG},\n\"layers\":[{}]{end}",
            layers.join(", ")
        );
        parsed(text).unwrap()
    }

    fn subject() -> Descriptor {
        Descriptor::of(media_type::OCI_INDEX, b"image")
    }

    #[test]
    fn the_way_to_a_referrer_and_back_gives_the_original_bytes() {
        let artifact_type = artifact_type_of("sig");
        for end in ["}", "\n}\n", " , \"annotations\": {\"a\":\"b\"} \t}"] {
            let original = manifest(&["a"], end);
            let referrer = as_referrer(&original, &artifact_type, &subject()).unwrap();
            assert_eq!(referrer.artifact_type(), Some(&*artifact_type));
            assert_eq!(referrer.subject(), Some(&subject()));
            assert_eq!(referrer.annotations(), original.annotations());
            let config = referrer.config().unwrap();
            assert_eq!(config.media_type, artifact_type);
            assert_eq!(config.digest, original.config().unwrap().digest);
            let back = as_tagged(&referrer, &artifact_type).unwrap();
            assert_eq!(back.bytes(), original.bytes());
            // The same text results again.
            let again = as_referrer(&back, &artifact_type, &subject()).unwrap();
            assert_eq!(again.digest(), referrer.digest());
        }
    }

    #[test]
    fn a_config_of_another_type_keeps_it() {
        let artifact_type = artifact_type_of("sig");
        let text = format!(
            r#"{{"config":{},"layers":[{}]}}"#,
            CONFIG.replace(media_type::OCI_IMAGE_CONFIG, "signature/example"),
            layer("a")
        );
        let original = parsed(text).unwrap();
        let referrer = as_referrer(&original, &artifact_type, &subject()).unwrap();
        assert_eq!(referrer.config(), original.config());
        assert_eq!(as_tagged(&referrer, &artifact_type).unwrap().bytes(), original.bytes());
    }

    #[test]
    fn a_referrer_of_cosign_loses_its_subject_and_its_types() {
        let artifact_type = artifact_type_of("sig");
        let subject = serde_json::to_string(&subject()).unwrap();
        let config = CONFIG.replace(media_type::OCI_IMAGE_CONFIG, &artifact_type);
        let text = format!(
            r#"{{"schemaVersion":2,"config":{config},"layers":[{}],"subject":{subject},"artifactType":"{artifact_type}"}}"#,
            layer("a")
        );
        let tagged = as_tagged(&parsed(text).unwrap(), &artifact_type).unwrap();
        let expected =
            format!(r#"{{"schemaVersion":2,"config":{CONFIG},"layers":[{}]}}"#, layer("a"));
        assert_eq!(tagged.bytes(), expected.as_bytes());
    }

    #[test]
    fn signatures_of_one_payload_are_different_layers() {
        let (a, b, both) =
            (manifest(&["a"], "}"), manifest(&["b"], "}"), manifest(&["a", "b"], "}"));
        assert!(covers(&both, &a) && covers(&both, &b));
        assert!(!covers(&a, &b) && !covers(&a, &both));
        let merged = with_layers_of(&a, &[both.clone(), b]).unwrap();
        assert_eq!(merged.blobs(), both.blobs());
    }

    #[test]
    fn what_cannot_have_a_subject_is_not_rewritten() {
        let says = |text: String| {
            let found = Manifest::parse(Bytes::from(text), None, Algorithm::Sha256).unwrap();
            as_referrer(&found, &artifact_type_of("sig"), &subject()).unwrap_err()
        };
        let docker = format!(
            r#"{{"mediaType":"{}","config":{CONFIG},"layers":[]}}"#,
            media_type::DOCKER_MANIFEST
        );
        assert!(says(docker).ends_with("cannot have a subject"));
        let odd = format!(r#"{{"config":{CONFIG},"layers":[],"Subject":{{}}}}"#);
        assert_eq!(says(odd), "it already has the member Subject");
    }
}
