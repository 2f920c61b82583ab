//! [`Attachment`]: what a manifest is, by the conventions of those who produce it.

use std::{borrow::Cow, collections::BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    edge::{Edge, EdgeKind},
    predicate::{document, kind_of_predicate},
    sibling_tag::SiblingTag,
    statement::Statement,
};
use crate::{
    annotation::Annotations,
    descriptor::Descriptor,
    manifest::Manifest,
    media_type::{BUILDKIT_ATTESTATION, EMPTY, essence, is_image_config},
    weight::{OBJECT, Weight},
};

const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";
const BUNDLE_CONTENT: &str = "dev.sigstore.bundle.content";
const BUNDLE_PREDICATE: &str = "dev.sigstore.bundle.predicateType";
const COSIGN_ARTIFACT: &str = "application/vnd.dev.cosign.artifact.";
const COSIGN_PREDICATE: &str = "predicateType";
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const DSSE: &str = "application/vnd.dsse.envelope.v1+json";
const IN_TOTO: &str = "application/vnd.in-toto+json";
const IN_TOTO_PREDICATE: &str = "in-toto.io/predicate-type";
const NOTATION: &str = "application/vnd.cncf.notary.signature";
const HELM_CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const HELM_PROVENANCE: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";
/// The annotations of an entry of an index that BuildKit writes.
const REFERENCE_TYPE: &str = "vnd.docker.reference.type";
const REFERENCE_DIGEST: &str = "vnd.docker.reference.digest";

/// What a manifest is to the manifest that it is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AttachmentKind {
    /// A signature.
    Signature,
    /// An in-toto statement, whatever its predicate.
    Attestation,
    /// How the subject was built: a SLSA provenance.
    Provenance,
    /// A list of the subject's components.
    Sbom,
    /// The result of a scan for vulnerabilities.
    ScanResult,
    /// Which vulnerabilities affect the subject.
    Vex,
    /// A Helm chart.
    Chart,
}

impl AttachmentKind {
    /// Every kind.
    pub const ALL: [AttachmentKind; 7] = [
        AttachmentKind::Signature,
        AttachmentKind::Attestation,
        AttachmentKind::Provenance,
        AttachmentKind::Sbom,
        AttachmentKind::ScanResult,
        AttachmentKind::Vex,
        AttachmentKind::Chart,
    ];

    /// Returns the name used in arguments and JSON results: `signature`, `attestation`,
    /// `provenance`, `sbom`, `scan-result`, `vex` or `chart`.
    pub fn name(self) -> &'static str {
        match self {
            AttachmentKind::Signature => "signature",
            AttachmentKind::Attestation => "attestation",
            AttachmentKind::Provenance => "provenance",
            AttachmentKind::Sbom => "sbom",
            AttachmentKind::ScanResult => "scan-result",
            AttachmentKind::Vex => "vex",
            AttachmentKind::Chart => "chart",
        }
    }

    /// Returns the word that labels use.
    fn word(self) -> &'static str {
        match self {
            AttachmentKind::Sbom => "SBoM",
            AttachmentKind::Vex => "VEX",
            AttachmentKind::ScanResult => "scan result",
            AttachmentKind::Chart => "Helm chart",
            kind => kind.name(),
        }
    }
}

/// What is needed to know an [`Attachment`] completely.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Unread {
    /// Nothing.
    #[default]
    Nothing,
    /// The manifest: the list has no annotations, or the producer writes them on the layers.
    Manifest,
    /// The content of these layers, which [`Statement::read`] reads.
    Layers(Vec<Descriptor>),
}

/// What a manifest is, by the conventions of those who produce it: cosign, sigstore, notation,
/// BuildKit, Docker Scout, Helm, and the tools that attach a document under its media type.
///
/// It is *what the producer says*, not a verified fact.
///
/// `serde` writes and reads everything but [`Attachment::unread`]. Another version of this crate may
/// not read what this version writes.
///
/// ```
/// use ocigraph_types::{Attachment, AttachmentKind, Descriptor, EdgeKind, media_type};
///
/// let sbom = Descriptor {
///     artifact_type: Some("application/vnd.cyclonedx+json".into()),
///     ..Descriptor::of(media_type::OCI_MANIFEST, b"sbom")
/// };
/// let attachment = Attachment::of_listed(EdgeKind::Referrer, &sbom);
/// assert!(attachment.is(AttachmentKind::Sbom));
/// assert_eq!(attachment.label().unwrap(), "SBoM (CycloneDX)");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Attachment {
    kinds: BTreeSet<AttachmentKind>,
    predicate_types: BTreeSet<String>,
    /// The media types of the layers that are documents.
    #[serde(default)]
    documents: BTreeSet<String>,
    /// Who produced it, or the format of the document.
    form: Option<Cow<'static, str>>,
    /// The platform or digest of the image that a BuildKit attestation is about.
    of: Option<String>,
    #[serde(skip)]
    unread: Unread,
    #[serde(skip)]
    is_refused: bool,
}

impl Weight for Attachment {
    fn weight(&self) -> usize {
        // A node of a `BTreeSet` has room for eleven entries.
        let texts = |set: &BTreeSet<String>| match set.is_empty() {
            true => 0,
            false => 11 * size_of::<String>() + set.iter().map(Weight::weight).sum::<usize>(),
        };
        let layers = match &self.unread {
            Unread::Layers(layers) => layers.weight(),
            _ => 0,
        };
        size_of::<Self>()
            + 2 * OBJECT
            + texts(&self.predicate_types)
            + texts(&self.documents)
            + self.form.as_ref().map_or(0, |form| form.len())
            + self.of.weight()
            + layers
    }
}

impl Attachment {
    /// Recognizes a manifest by its entry in a list of referrers or in an index.
    /// [`Attachment::unread`] tells whether the manifest has to be read too.
    pub fn of_listed(kind: EdgeKind, listed: &Descriptor) -> Self {
        let mut attachment = Self::default();
        let artifact_type = listed.artifact_type.as_deref().map(essence).unwrap_or_default();
        attachment.read_type(&artifact_type, &listed.annotations);
        if kind == EdgeKind::Attestation || is_buildkit_entry(listed) {
            attachment.form = Some("BuildKit".into());
            attachment.unread = Unread::Manifest;
        }
        if kind == EdgeKind::Tag || (kind == EdgeKind::Referrer && !says_artifact_type(listed)) {
            attachment.unread = Unread::Manifest;
        }
        attachment
    }

    /// Recognizes a manifest that was read. [`Attachment::unread`] tells whether layers have to be
    /// read too.
    pub fn of_manifest(edge: &Edge, manifest: &Manifest) -> Self {
        let listed = Descriptor {
            artifact_type: manifest.artifact_type().map(str::to_owned),
            annotations: manifest.annotations().clone(),
            ..edge.descriptor.clone()
        };
        let mut attachment = Self::of_listed(edge.kind, &listed);
        if is_buildkit_entry(&edge.descriptor) {
            attachment.form = Some("BuildKit".into());
        }
        attachment.unread = Unread::Nothing;
        let suffix = edge.tag.as_deref().and_then(SiblingTag::parse);
        match suffix.as_ref().map(SiblingTag::suffix) {
            // cosign writes SBoMs of any type. What a signature or an attestation is, its layers say.
            Some("sbom") if !manifest.blobs().is_empty() => {
                attachment.add(AttachmentKind::Sbom, "cosign tag");
            }
            Some(_) => attachment.form = Some("cosign tag".into()),
            None => {}
        }
        attachment.read_layers(manifest);
        attachment
    }

    /// Adds what a layer says that [`Unread::Layers`] named.
    pub fn add_statement(&mut self, statement: Option<&Statement>) {
        match statement {
            Some(Statement::Signature) => {
                self.kinds.insert(AttachmentKind::Signature);
            }
            Some(Statement::Attestation(predicate)) => self.add_predicate(predicate),
            None => {}
        }
    }

    /// Marks the manifest as one that could not be read.
    pub fn with_unread_manifest(mut self) -> Self {
        self.unread = Unread::Manifest;
        self
    }

    /// Marks the manifest as one that the registry refuses, with 401 or 403.
    pub fn with_refused_manifest(mut self) -> Self {
        self.is_refused = true;
        self.with_unread_manifest()
    }

    /// Returns true if the registry refuses the manifest.
    pub fn is_refused(&self) -> bool {
        self.is_refused
    }

    /// Names the image that a BuildKit attestation is about.
    pub fn about(mut self, image: impl Into<String>) -> Self {
        self.of = Some(image.into());
        self
    }

    /// Returns everything that the manifest is, in the order of the kinds. A provenance is also an
    /// attestation. Empty if it follows no known convention.
    pub fn kinds(&self) -> impl Iterator<Item = AttachmentKind> {
        self.kinds.iter().copied()
    }

    /// Returns true if the manifest is of this kind.
    pub fn is(&self, kind: AttachmentKind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Returns the predicate types of the manifest's in-toto statements, in alphabetical order.
    pub fn predicate_types(&self) -> impl Iterator<Item = &str> {
        self.predicate_types.iter().map(String::as_str)
    }

    /// Returns true if a statement of the manifest has this predicate type.
    pub fn has_predicate(&self, predicate_type: &str) -> bool {
        self.predicate_types.contains(predicate_type)
    }

    /// Returns true if a layer of the manifest is a document with this media type, such as
    /// `application/spdx+json`.
    pub fn has_document(&self, media_type: &str) -> bool {
        self.documents.contains(&essence(media_type))
    }

    /// Returns true if the manifest follows a known convention, by what was read of it.
    pub fn is_recognized(&self) -> bool {
        !self.kinds.is_empty() || self.form.is_some()
    }

    /// Returns what has to be read to know all kinds and predicate types.
    pub fn unread(&self) -> &Unread {
        &self.unread
    }

    /// Returns a phrase for people, such as `signature (cosign bundle)` or `attestation:
    /// https://spdx.dev/Document`. `None` if the manifest follows no known convention.
    pub fn label(&self) -> Option<String> {
        let form = self.form.as_ref().map(|form| format!(" ({form})")).unwrap_or_default();
        let of = self.of.as_ref().map(|of| format!(" for {of}")).unwrap_or_default();
        if self.form.as_deref() == Some("notation") {
            return Some("notation signature".to_owned());
        }
        let predicates: Vec<&str> = self.predicate_types().collect();
        let buildkit = self.form.as_deref() == Some("BuildKit");
        let is_signature = self.is(AttachmentKind::Signature);
        if !predicates.is_empty() && !is_signature && !buildkit {
            let form = if self.form.as_deref() == Some("cosign tag") { &form } else { "" };
            return Some(format!("attestation: {}{form}{of}", predicates.join(", ")));
        }
        // A signature and a BuildKit attestation are named by what they are, not by `attestation`.
        let mut kinds: Vec<AttachmentKind> = self.kinds().collect();
        if kinds.len() > 1 {
            kinds.retain(|kind| *kind != AttachmentKind::Attestation);
        }
        let words: Vec<&str> = kinds.into_iter().map(AttachmentKind::word).collect();
        match words.as_slice() {
            [] => self.form.as_ref().map(|form| format!("{form}{of}")),
            words => Some(format!("{}{form}{of}", words.join(" and "))),
        }
    }

    fn add(&mut self, kind: AttachmentKind, form: &'static str) {
        self.kinds.insert(kind);
        self.form = Some(form.into());
    }

    fn add_predicate(&mut self, predicate: &str) {
        let kind = kind_of_predicate(predicate);
        self.kinds.extend(kind);
        // A signature of cosign 3 is a statement too, and nobody means it by an attestation.
        if kind != Some(AttachmentKind::Signature) {
            self.kinds.insert(AttachmentKind::Attestation);
        }
        self.predicate_types.insert(predicate.to_owned());
    }

    fn read_type(&mut self, artifact_type: &str, annotations: &Annotations) {
        if is_bundle(artifact_type) {
            self.form = Some("sigstore bundle".into());
            match annotations.get(BUNDLE_CONTENT).map(String::as_str) {
                Some("message-signature") => self.add(AttachmentKind::Signature, "cosign bundle"),
                _ => self.unread = Unread::Manifest,
            }
            if let Some(predicate) = annotations.get(BUNDLE_PREDICATE) {
                self.add_predicate(predicate);
                if self.is(AttachmentKind::Signature) {
                    self.form = Some("cosign bundle".into());
                }
                self.unread = Unread::Nothing;
            }
        } else if let Some(rest) = artifact_type.strip_prefix(COSIGN_ARTIFACT) {
            match rest.split('.').next() {
                Some("sig") => self.add(AttachmentKind::Signature, "cosign"),
                Some("att") => self.add(AttachmentKind::Attestation, "cosign"),
                Some("sbom") => self.add(AttachmentKind::Sbom, "cosign"),
                _ => {}
            }
            self.unread = Unread::Manifest;
        } else if artifact_type == NOTATION {
            self.add(AttachmentKind::Signature, "notation");
        } else if artifact_type == IN_TOTO || artifact_type == DSSE {
            self.kinds.insert(AttachmentKind::Attestation);
            match annotations.get(IN_TOTO_PREDICATE) {
                Some(predicate) => self.add_predicate(predicate),
                None => self.unread = Unread::Manifest,
            }
        } else if artifact_type == BUILDKIT_ATTESTATION {
            self.form = Some("BuildKit".into());
            self.unread = Unread::Manifest;
        } else if artifact_type == HELM_CONFIG {
            self.kinds.insert(AttachmentKind::Chart);
            self.unread = Unread::Manifest;
        } else if artifact_type == SIMPLE_SIGNING {
            self.add(AttachmentKind::Signature, "cosign");
        } else if let Some((kind, form)) = document(artifact_type) {
            self.add(kind, form);
        }
    }

    fn read_layers(&mut self, manifest: &Manifest) {
        let mut unread = Vec::new();
        // A bundle names its content on the manifest.
        let is_named = !self.predicate_types.is_empty() || self.is_signed();
        for layer in manifest.blobs() {
            let media_type = essence(&layer.media_type);
            let is_bundle = is_bundle(&media_type);
            let is_statement = is_bundle || is_attestation(&media_type);
            let named = layer.annotations.get(IN_TOTO_PREDICATE);
            let by_cosign = layer.annotations.get(COSIGN_PREDICATE).filter(|_| is_statement);
            if let Some(predicate) = named.or(by_cosign) {
                self.add_predicate(predicate);
            } else if is_statement && !is_named {
                unread.push(layer.clone());
                if !is_bundle {
                    self.kinds.insert(AttachmentKind::Attestation);
                }
            } else if media_type == SIMPLE_SIGNING {
                self.kinds.insert(AttachmentKind::Signature);
                self.form.get_or_insert("cosign".into());
            } else if media_type == HELM_PROVENANCE {
                self.form = Some("with provenance".into());
            } else if let Some((kind, format)) = document(&media_type) {
                self.kinds.insert(kind);
                self.documents.insert(media_type);
                match self.form.as_deref() {
                    None => self.form = Some(format.into()),
                    Some(form @ ("cosign tag" | "cosign")) => {
                        self.form = Some(format!("{format}, {form}").into());
                    }
                    Some(_) => {}
                }
            }
        }
        if !unread.is_empty() {
            self.unread = Unread::Layers(unread);
        }
    }

    fn is_signed(&self) -> bool {
        self.kinds.len() == 1 && self.is(AttachmentKind::Signature)
    }
}

/// Returns true if the entry of a list says the artifact type of a referrer. ggcr 0.22.1 lists the type
/// of the config in its place.
pub fn says_artifact_type(listed: &Descriptor) -> bool {
    let artifact_type = listed.artifact_type.as_deref().map(essence).unwrap_or_default();
    !artifact_type.is_empty() && artifact_type != EMPTY && !is_image_config(&artifact_type)
}

/// Returns true for the media type of a sigstore bundle, of any version.
pub fn is_bundle(media_type: &str) -> bool {
    media_type.strip_prefix(BUNDLE).is_some_and(|rest| rest.starts_with(['.', '+']))
}

/// Returns true for the media type of an in-toto statement, bare or in an envelope.
fn is_attestation(media_type: &str) -> bool {
    let rest = media_type.strip_prefix("application/vnd.in-toto");
    media_type == DSSE || rest.is_some_and(|rest| rest.starts_with(['.', '+']))
}

/// Returns true for the entry of a BuildKit attestation in an index.
fn is_buildkit_entry(listed: &Descriptor) -> bool {
    listed.annotations.get(REFERENCE_TYPE).is_some_and(|kind| kind == "attestation-manifest")
}

impl Descriptor {
    /// Returns true if this entry of an index is an attestation, as BuildKit writes it, and not an
    /// image.
    pub fn is_attestation(&self) -> bool {
        is_buildkit_entry(self)
    }

    /// Returns the digest of the image that this entry of an index is an attestation for, as
    /// BuildKit writes it. `None` for every other entry.
    pub fn attestation_of(&self) -> Option<crate::digest::Digest> {
        if !is_buildkit_entry(self) {
            return None;
        }
        self.annotations.get(REFERENCE_DIGEST)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{digest::Algorithm, media_type};

    const SPDX: &str = "https://spdx.dev/Document";
    const SLSA: &str = "https://slsa.dev/provenance/v1";

    fn listed(artifact_type: &str, annotations: &[(&str, &str)]) -> Descriptor {
        Descriptor {
            artifact_type: (!artifact_type.is_empty()).then(|| artifact_type.to_owned()),
            annotations: annotations.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect(),
            ..Descriptor::of(media_type::OCI_MANIFEST, b"x")
        }
    }

    fn manifest(config: &str, layers: &[(&str, Value)]) -> Manifest {
        let blob = |media_type: &str, annotations: &Value| {
            json!({
                "mediaType": media_type, "digest": Algorithm::Sha256.digest(b"x").as_str(), "size": 1,
                "annotations": annotations,
            })
        };
        let layers: Vec<Value> = layers.iter().map(|(t, a)| blob(t, a)).collect();
        let text =
            json!({"schemaVersion": 2, "config": blob(config, &json!({})), "layers": layers});
        Manifest::parse(text.to_string().into(), None, Algorithm::Sha256).unwrap()
    }

    fn label_of(artifact_type: &str, annotations: &[(&str, &str)]) -> (Option<String>, Unread) {
        let found = Attachment::of_listed(EdgeKind::Referrer, &listed(artifact_type, annotations));
        (found.label(), found.unread().clone())
    }

    #[test]
    fn a_written_attachment_is_read_with_its_label_kinds_and_predicate_types() {
        let tag = format!("sha256-{}.sbom", "a".repeat(64));
        let manifest =
            manifest("", &[("text/spdx", json!({})), (DSSE, json!({"predicateType": SLSA}))]);
        let edge = Edge::of_tag(tag, listed("", &[]));
        let found = Attachment::of_manifest(&edge, &manifest).about("linux/arm64");
        assert_eq!(found.label().unwrap(), format!("attestation: {SLSA} for linux/arm64"));
        let read: Attachment =
            serde_json::from_value(serde_json::to_value(&found).unwrap()).unwrap();
        assert_eq!(read, found);
    }

    #[test]
    fn a_list_entry_is_recognized_by_its_type_and_annotations() {
        let bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], Option<&'a str>);
        let cases: &[Case<'_>] = &[
            (bundle, &[(BUNDLE_CONTENT, "message-signature")], Some("signature (cosign bundle)")),
            (
                bundle,
                &[
                    (BUNDLE_CONTENT, "dsse-envelope"),
                    (BUNDLE_PREDICATE, "https://sigstore.dev/cosign/sign/v1"),
                ],
                Some("signature (cosign bundle)"),
            ),
            (
                bundle,
                &[(BUNDLE_CONTENT, "dsse-envelope"), (BUNDLE_PREDICATE, SPDX)],
                Some("attestation: https://spdx.dev/Document"),
            ),
            (
                IN_TOTO,
                &[(IN_TOTO_PREDICATE, SLSA)],
                Some("attestation: https://slsa.dev/provenance/v1"),
            ),
            (NOTATION, &[], Some("notation signature")),
            ("application/spdx+json", &[], Some("SBoM (SPDX)")),
            ("application/sarif+json", &[], Some("scan result (SARIF)")),
            ("signature/example", &[], None),
        ];
        for (artifact_type, annotations, label) in cases {
            let (found, unread) = label_of(artifact_type, annotations);
            assert_eq!(found.as_deref(), *label, "{artifact_type}");
            assert_eq!(unread, Unread::Nothing, "{artifact_type}");
        }
    }

    #[test]
    fn what_an_entry_does_not_say_is_unread_and_not_none() {
        for artifact_type in
            ["application/vnd.dev.sigstore.bundle.v0.3+json", IN_TOTO, BUILDKIT_ATTESTATION, ""]
        {
            assert_eq!(label_of(artifact_type, &[]).1, Unread::Manifest, "{artifact_type}");
        }
        let bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
        let edge = Edge::new(EdgeKind::Referrer, listed(bundle, &[]));
        let mut found = Attachment::of_manifest(&edge, &manifest(bundle, &[(bundle, json!({}))]));
        assert!(matches!(found.unread(), Unread::Layers(layers) if layers.len() == 1));
        found.add_statement(Some(&Statement::Attestation(SPDX.into())));
        assert!(found.has_predicate(SPDX) && found.is(AttachmentKind::Sbom));
    }

    #[test]
    fn all_attestations_of_one_manifest_are_named() {
        let hex = "a".repeat(64);
        let layers = [
            (DSSE, json!({COSIGN_PREDICATE: SPDX})),
            (DSSE, json!({COSIGN_PREDICATE: SLSA})),
            (DSSE, json!({})),
        ];
        let edge = Edge::of_tag(format!("sha256-{hex}.att"), listed("", &[]));
        let found =
            Attachment::of_manifest(&edge, &manifest(media_type::OCI_IMAGE_CONFIG, &layers));
        assert_eq!(
            found.label().unwrap(),
            "attestation: https://slsa.dev/provenance/v1, https://spdx.dev/Document (cosign tag)"
        );
        assert!(matches!(found.unread(), Unread::Layers(layers) if layers.len() == 1));
        let kinds: Vec<AttachmentKind> = found.kinds().collect();
        use AttachmentKind::{Attestation, Provenance, Sbom};
        assert_eq!(kinds, [Attestation, Provenance, Sbom]);
    }

    #[test]
    fn signatures_and_sboms_by_tag_are_recognized() {
        let hex = "a".repeat(64);
        let of = |suffix: &str, layer: &str| {
            let edge = Edge::of_tag(format!("sha256-{hex}.{suffix}"), listed("", &[]));
            let layers = [(layer, json!({}))];
            Attachment::of_manifest(&edge, &manifest(media_type::OCI_IMAGE_CONFIG, &layers)).label()
        };
        assert_eq!(of("sig", SIMPLE_SIGNING).unwrap(), "signature (cosign tag)");
        assert_eq!(of("sbom", "text/spdx+json").unwrap(), "SBoM (SPDX, cosign tag)");
        assert_eq!(of("other", "a/b"), None);
        // The name of a tag alone makes no signature.
        assert_eq!(of("sig", "a/b").unwrap(), "cosign tag");
        assert_eq!(of("sbom", "a/b").unwrap(), "SBoM (cosign tag)");
        let artifact_type = "application/vnd.dev.cosign.artifact.sbom.v1+json";
        let edge = Edge::new(EdgeKind::Referrer, listed(artifact_type, &[]));
        let sbom = manifest(artifact_type, &[("application/vnd.cyclonedx+json", json!({}))]);
        let label = Attachment::of_manifest(&edge, &sbom).label().unwrap();
        assert_eq!(label, "SBoM (CycloneDX, cosign)");
    }

    #[test]
    fn an_attestation_of_buildkit_is_named_by_its_predicates_and_its_image() {
        let digest = Algorithm::Sha256.digest(b"image");
        let entry = listed(
            "",
            &[(REFERENCE_TYPE, "attestation-manifest"), (REFERENCE_DIGEST, digest.as_str())],
        );
        assert_eq!(entry.attestation_of(), Some(digest));
        let layers = [SPDX, SLSA].map(|predicate| (IN_TOTO, json!({IN_TOTO_PREDICATE: predicate})));
        let edge = Edge::new(EdgeKind::Attestation, entry);
        let found =
            Attachment::of_manifest(&edge, &manifest(media_type::OCI_IMAGE_CONFIG, &layers))
                .about("linux/arm64");
        assert_eq!(found.label().unwrap(), "provenance and SBoM (BuildKit) for linux/arm64");
    }

    #[test]
    fn a_signature_of_cosign_3_is_not_an_attestation() {
        let bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
        let predicate = "https://sigstore.dev/cosign/sign/v1";
        let annotations = [(BUNDLE_CONTENT, "dsse-envelope"), (BUNDLE_PREDICATE, predicate)];
        let found = Attachment::of_listed(EdgeKind::Referrer, &listed(bundle, &annotations));
        assert_eq!(found.kinds().collect::<Vec<_>>(), [AttachmentKind::Signature]);
    }

    #[test]
    fn layers_tell_what_an_artifact_of_any_type_is() {
        let of = |layer: &str, annotations: Value| {
            let edge = Edge::new(EdgeKind::Referrer, listed("sbom/example", &[]));
            Attachment::of_manifest(&edge, &manifest("sbom/example", &[(layer, annotations)]))
        };
        let spdx = of("application/spdx+json", json!({}));
        assert!(spdx.is(AttachmentKind::Sbom) && spdx.has_document("application/spdx+json; a=b"));
        assert_eq!(spdx.label().unwrap(), "SBoM (SPDX)");
        // Docker signs its attestations.
        let signed = "application/vnd.in-toto.provenance+dsse";
        let provenance = of(signed, json!({IN_TOTO_PREDICATE: SLSA}));
        assert!(provenance.is(AttachmentKind::Provenance) && provenance.has_predicate(SLSA));
        assert!(matches!(of(signed, json!({})).unread(), Unread::Layers(_)));
        let old_bundle = "application/vnd.dev.sigstore.bundle+json;version=0.2";
        assert!(matches!(of(old_bundle, json!({})).unread(), Unread::Layers(_)));
        assert!(!of("a/b", json!({})).is_recognized());
    }

    #[test]
    fn a_chart_with_provenance_says_so() {
        let edge = Edge::new(EdgeKind::Referrer, listed(HELM_CONFIG, &[]));
        let layers = [
            ("application/vnd.cncf.helm.chart.content.v1.tar+gzip", json!({})),
            (HELM_PROVENANCE, json!({})),
        ];
        let found = Attachment::of_manifest(&edge, &manifest(HELM_CONFIG, &layers));
        assert_eq!(found.label().unwrap(), "Helm chart (with provenance)");
    }
}
