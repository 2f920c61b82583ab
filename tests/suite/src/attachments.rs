//! One image with everything attached to it that producers attach, each in its own way.
//!
//! The manifests have the shapes that the producers write; their signatures are not valid. They are pushed one by one
//! as bytes, so that nothing but the registry decides what is found.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::workspace::Workspace;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const IMAGE_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
const DSSE: &str = "application/vnd.dsse.envelope.v1+json";
const IN_TOTO: &str = "application/vnd.in-toto+json";
/// The predicate type of an SPDX document.
pub const SPDX: &str = "https://spdx.dev/Document";
/// The predicate type of a SLSA provenance.
pub const SLSA: &str = "https://slsa.dev/provenance/v1";

/// A manifest, and the tag under which it is pushed.
#[derive(Debug)]
struct Pushed {
    media_type: &'static str,
    bytes: String,
    tag: Option<String>,
}

/// An image index of two platforms with everything attached.
#[derive(Debug, Default)]
pub struct AttachedImage {
    blobs: Vec<String>,
    manifests: Vec<Pushed>,
    /// The digest of the index.
    pub index: String,
    /// The digests of the images for linux/amd64 and linux/arm64.
    pub images: Vec<String>,
    /// The digest of every attached manifest, and its label.
    pub attached: Vec<(String, &'static str)>,
    /// The digests of the manifests with a statement about an SPDX document.
    pub spdx: Vec<String>,
}

impl AttachedImage {
    /// Creates the manifests of an image with the tag `v1`. Those of another `name` have other digests,
    /// and the same base layer.
    pub fn new(name: &str) -> Self {
        Self::with_tag(name, "v1")
    }

    /// Like [`AttachedImage::new`], with another tag.
    pub fn with_tag(name: &str, tag: &str) -> Self {
        let mut image = Self::default();
        let mut entries = Vec::new();
        let mut attestations = Vec::new();
        for architecture in ["amd64", "arm64"] {
            let platform = json!({ "os": "linux", "architecture": architecture });
            let config = image.blob(IMAGE_CONFIG, platform.to_string(), json!({}));
            let layers = [format!("base for {architecture}"), format!("{name} for {architecture}")]
                .map(|content| {
                    image.blob("application/vnd.oci.image.layer.v1.tar", content, json!({}))
                });
            let digest = image.manifest(json!({ "config": config, "layers": layers }), None);
            let mut entry = image.descriptor(&digest);
            entry["platform"] = platform;
            entries.push(entry);
            image.images.push(digest);
        }
        // BuildKit before and from version 0.32.
        for (i, of) in image.images.clone().into_iter().enumerate() {
            let architecture = ["amd64", "arm64"][i];
            let config = image.blob(IMAGE_CONFIG, json!({ "of": of }).to_string(), json!({}));
            let layers = [SLSA, SPDX].map(|predicate| {
                let statement = json!({ "predicateType": predicate, "of": of }).to_string();
                image.blob(IN_TOTO, statement, json!({ "in-toto.io/predicate-type": predicate }))
            });
            let mut fields = json!({ "config": config, "layers": layers });
            if architecture == "arm64" {
                fields["artifactType"] =
                    json!("application/vnd.docker.attestation.manifest.v1+json");
                fields["subject"] = image.descriptor(&of);
            }
            let digest = image.manifest(fields, None);
            let mut entry = image.descriptor(&digest);
            entry["platform"] = json!({ "os": "unknown", "architecture": "unknown" });
            entry["annotations"] = json!({
                "vnd.docker.reference.type": "attestation-manifest",
                "vnd.docker.reference.digest": of,
            });
            attestations.push(entry);
            let label = [
                "provenance and SBoM (BuildKit) for linux/amd64",
                "provenance and SBoM (BuildKit) for linux/arm64",
            ][i];
            image.attached.push((digest.clone(), label));
            image.spdx.push(digest);
        }
        entries.extend(attestations);
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries });
        image.index = image.push(INDEX, index, Some(tag.to_owned()));
        image.attach_by_tags(name);
        image.attach_as_referrers(name);
        image
    }

    /// What cosign writes before version 3.
    fn attach_by_tags(&mut self, name: &str) {
        let of = self.index.replacen(':', "-", 1);
        let config = self.blob(IMAGE_CONFIG, format!("{{\"of\":{name:?}}}"), json!({}));
        let payload = json!({ "critical": { "image": self.index }, "name": name }).to_string();
        let signed = self.blob(
            "application/vnd.dev.cosign.simplesigning.v1+json",
            payload,
            json!({ "dev.cosignproject.cosign/signature": "c2ln" }),
        );
        let statements = [SPDX, SLSA].map(|predicate| {
            let envelope = json!({ "payload": "e30=", "of": name, "predicate": predicate });
            self.blob(DSSE, envelope.to_string(), json!({ "predicateType": predicate }))
        });
        let sbom = self.blob("text/spdx+json", format!("{{\"name\":{name:?}}}"), json!({}));
        for (suffix, layers, label) in [
            ("sig", vec![signed], "signature (cosign tag)"),
            (
                "att",
                statements.to_vec(),
                "attestation: https://slsa.dev/provenance/v1, https://spdx.dev/Document (cosign tag)",
            ),
            ("sbom", vec![sbom], "SBoM (SPDX, cosign tag)"),
        ] {
            let fields = json!({ "config": config, "layers": layers });
            let digest = self.manifest(fields, Some(format!("{of}.{suffix}")));
            if suffix == "att" {
                self.spdx.push(digest.clone());
            }
            self.attached.push((digest, label));
        }
    }

    /// What cosign 3, notation, ORAS and Helm attach as referrers.
    fn attach_as_referrers(&mut self, name: &str) {
        let subject = self.descriptor(&self.index);
        let empty = self.blob(EMPTY, "{}".to_owned(), json!({}));
        for (predicate, label) in [
            ("https://sigstore.dev/cosign/sign/v1", "signature (cosign bundle)"),
            (SPDX, "attestation: https://spdx.dev/Document"),
            (SLSA, "attestation: https://slsa.dev/provenance/v1"),
        ] {
            let bundle = self.blob(
                BUNDLE,
                json!({ "of": name, "predicate": predicate }).to_string(),
                json!({}),
            );
            let digest = self.manifest(
                json!({
                    "artifactType": BUNDLE, "config": empty, "layers": [bundle], "subject": subject,
                    "annotations": {
                        "dev.sigstore.bundle.content": "dsse-envelope",
                        "dev.sigstore.bundle.predicateType": predicate,
                    },
                }),
                None,
            );
            if predicate == SPDX {
                self.spdx.push(digest.clone());
            }
            self.attached.push((digest, label));
        }
        self.attach_notation(name, &subject);
        let document = self.blob(
            "application/vnd.cyclonedx+json",
            json!({ "bomFormat": "CycloneDX", "name": name }).to_string(),
            json!({ "org.opencontainers.image.title": "bom.json" }),
        );
        let sbom = self.manifest(
            json!({
                "artifactType": "application/vnd.cyclonedx+json",
                "config": empty, "layers": [document], "subject": subject,
            }),
            None,
        );
        self.attached.push((sbom.clone(), "SBoM (CycloneDX)"));
        let sbom = self.descriptor(&sbom);
        self.attach_notation(name, &sbom);
        let config = self.blob(
            "application/vnd.cncf.helm.config.v1+json",
            json!({ "name": name, "version": "0.1.0" }).to_string(),
            json!({}),
        );
        let layers = [
            "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
            "application/vnd.cncf.helm.chart.provenance.v1.prov",
        ]
        .map(|media_type| self.blob(media_type, format!("{media_type} of {name}"), json!({})));
        let chart = json!({ "config": config, "layers": layers, "subject": subject });
        let chart = self.manifest(chart, None);
        self.attached.push((chart, "Helm chart (with provenance)"));
    }

    fn attach_notation(&mut self, name: &str, subject: &Value) {
        let config = self.blob("application/vnd.cncf.notary.signature", "{}".to_owned(), json!({}));
        let of = subject["digest"].as_str().unwrap_or_default();
        let signature = self.blob("application/jose+json", format!("{name} {of}"), json!({}));
        let digest = self.manifest(
            json!({
                "config": config, "layers": [signature], "subject": subject,
                "annotations": { "io.cncf.notary.x509chain.thumbprint#S256": "[\"00\"]" },
            }),
            None,
        );
        self.attached.push((digest, "notation signature"));
    }

    /// Pushes everything to a repository: `host/app` or `oci:folder`.
    ///
    /// # Panics
    /// If a push fails.
    #[track_caller]
    pub fn push_to(&self, work: &Workspace, location: &str) {
        for blob in &self.blobs {
            work.write("blob", blob);
            work.ocigraph(&["blob", "push", location, "blob"]).ok();
        }
        for Pushed { media_type, bytes, tag } in &self.manifests {
            work.write("manifest.json", bytes);
            let target = match tag {
                Some(tag) => format!("{location}:{tag}"),
                None => format!("{location}@{}", digest_of(bytes)),
            };
            work.ocigraph(&[
                "manifest",
                "push",
                "--media-type",
                media_type,
                &target,
                "manifest.json",
            ])
            .ok();
        }
    }

    /// Returns the digests of all manifests.
    pub fn manifests(&self) -> Vec<String> {
        self.manifests.iter().map(|pushed| digest_of(&pushed.bytes)).collect()
    }

    fn blob(&mut self, media_type: &str, content: String, annotations: Value) -> Value {
        let descriptor = json!({
            "mediaType": media_type, "digest": digest_of(&content), "size": content.len(),
            "annotations": annotations,
        });
        if !self.blobs.contains(&content) {
            self.blobs.push(content);
        }
        descriptor
    }

    fn manifest(&mut self, mut fields: Value, tag: Option<String>) -> String {
        fields["schemaVersion"] = json!(2);
        fields["mediaType"] = json!(MANIFEST);
        self.push(MANIFEST, fields, tag)
    }

    fn push(&mut self, media_type: &'static str, fields: Value, tag: Option<String>) -> String {
        let bytes = fields.to_string();
        let digest = digest_of(&bytes);
        self.manifests.push(Pushed { media_type, bytes, tag });
        digest
    }

    fn descriptor(&self, digest: &str) -> Value {
        let of = |pushed: &&Pushed| digest_of(&pushed.bytes) == digest;
        let pushed = self.manifests.iter().find(of).expect("the manifest was added before");
        json!({
            "mediaType": pushed.media_type, "digest": digest, "size": pushed.bytes.len(),
        })
    }
}

fn digest_of(content: &str) -> String {
    let hex: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
