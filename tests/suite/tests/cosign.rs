//! What `cosign`, `regctl`, `oras` and `helm` find and verify on an image or a chart, they find and verify on a copy.

use std::collections::{BTreeMap, BTreeSet};

use ocigraph_suite::{Cosign, CosignFormat, Helm, Kind, Registry, SLSA, SPDX, Workspace, tool};
use serde_json::{Value, json};

/// The predicate type of a signature that is a bundle.
const SIGNATURE: &str = "https://sigstore.dev/cosign/sign/v1";
const NOTATION: &str = "application/vnd.cncf.notary.signature";

/// What the tools find on one image.
#[derive(Debug, PartialEq, Eq)]
struct Findings {
    /// The types of the signatures, and the envelopes of the attestations, by command and format.
    verified: BTreeMap<String, BTreeSet<String>>,
    /// The headings and layers of `cosign tree`.
    tree: BTreeSet<(String, String)>,
    /// The digests of `regctl artifact tree --digest-tags`, with their artifact types or tags.
    regctl: BTreeMap<String, String>,
    /// The digests of `oras discover`, with their artifact types.
    oras: BTreeMap<String, String>,
}

impl Findings {
    #[track_caller]
    fn of(cosign: &Cosign, work: &Workspace, image: &str) -> Self {
        let mut verified = BTreeMap::new();
        for format in CosignFormat::ALL {
            verified.insert(format!("verify {format:?}"), cosign.verify(format, image));
            for predicate_type in [SPDX, SLSA] {
                let envelopes = cosign.verify_attestation(format, predicate_type, image);
                assert_eq!(envelopes.len(), 1, "{predicate_type}: {envelopes:?}");
                verified
                    .insert(format!("verify-attestation {format:?} {predicate_type}"), envelopes);
            }
        }
        Self {
            verified,
            tree: cosign.tree(image),
            regctl: regctl(work, image),
            oras: oras(work, &["--plain-http", image]),
        }
    }

    /// Asserts that these are the findings of a copy in a registry.
    #[track_caller]
    fn assert_same(&self, copy: &Self, kind: Kind) {
        assert_eq!(self.verified, copy.verified, "{kind}");
        assert_eq!(self.tree, copy.tree, "{kind}");
        if kind == Kind::Ggcr {
            // Its lists of referrers have the media type of the config in place of the artifact type.
            let digests =
                |list: &BTreeMap<String, String>| -> Vec<String> { list.keys().cloned().collect() };
            assert_eq!(digests(&self.regctl), digests(&copy.regctl), "{kind}");
            assert_eq!(digests(&self.oras), digests(&copy.oras), "{kind}");
        } else {
            assert_eq!(self.regctl, copy.regctl, "{kind}");
            assert_eq!(self.oras, copy.oras, "{kind}");
        }
    }
}

/// An image with everything attached, as `host/repository`, and its digest.
struct Image {
    repository: String,
    digest: String,
}

impl Image {
    /// Pushes an image with the tag `v1`; signs it, attests it twice and attaches an SBoM in each format; and attaches a
    /// manifest with the shape of a signature of notation.
    #[track_caller]
    fn push(work: &Workspace, cosign: &Cosign, registry: &Registry) -> Self {
        let repository = registry.reference("app");
        let digest = work.push_image(&format!("{repository}:v1"));
        let image = Self { repository, digest };
        let name = image.name();
        let document = json!({
            "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "dataLicense": "CC0-1.0", "name": "app",
            "documentNamespace": "https://example.com/app",
            "creationInfo": { "created": "2026-01-01T00:00:00Z", "creators": ["Tool: example"] },
        });
        let provenance = json!({
            "buildDefinition": { "buildType": "https://example.com/build", "externalParameters": {} },
            "runDetails": { "builder": { "id": "https://example.com/builder" } },
        });
        for format in CosignFormat::ALL {
            cosign.sign(format, &name);
            cosign.attest(format, "spdxjson", &document, &name);
            cosign.attest(format, "slsaprovenance1", &provenance, &name);
        }
        cosign.attach_sbom(CosignFormat::Tags, "spdx", &document, &name);
        let bom = json!({ "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1 });
        cosign.attach_sbom(CosignFormat::Referrers, "cyclonedx", &bom, &name);
        image.attach_notation(work);
        image
    }

    fn name(&self) -> String {
        self.at(&self.repository)
    }

    /// Returns the name of a copy in this repository.
    fn at(&self, repository: &str) -> String {
        format!("{repository}@{}", self.digest)
    }

    fn tag(&self, suffix: &str) -> String {
        format!("{}:{}.{suffix}", self.repository, self.digest.replacen(':', "-", 1))
    }

    #[track_caller]
    fn attach_notation(&self, work: &Workspace) {
        let pushed = |content: &str, media_type: &str| {
            work.write("blob", content);
            let args = ["blob", "push", "--format", "json", "--media-type", media_type];
            work.ocigraph(&[&args[..], &[&self.repository, "blob"]].concat()).json()["descriptor"]
                .clone()
        };
        let subject = work.ocigraph(&["resolve", "--format", "json", &self.name()]).json();
        let signature = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": pushed("{}", NOTATION),
            "layers": [pushed("{\"payload\":\"e30\"}", "application/jose+json")],
            "subject": subject,
            "annotations": { "io.cncf.notary.x509chain.thumbprint#S256": "[\"00\"]" },
        });
        work.write("signature.json", signature.to_string());
        let digest = work.ocigraph(&["digest", "signature.json"]).ok();
        let target = format!("{}@{}", self.repository, digest.split_whitespace().next().unwrap());
        work.ocigraph(&["manifest", "push", &target, "signature.json"]).ok();
    }
}

/// Returns the digests that `regctl artifact tree` lists, with their artifact types or tags.
#[track_caller]
fn regctl(work: &Workspace, image: &str) -> BTreeMap<String, String> {
    let (host, _) = image.split_once('/').unwrap();
    let run = |args: &[&str]| work.run(work.command(tool("regctl")).args(args)).ok();
    run(&["registry", "set", "--tls", "disabled", host]);
    let tree = run(&["artifact", "tree", "--digest-tags", image]);
    let lines =
        tree.lines().filter_map(|line| line.trim_start().strip_prefix("- ")?.split_once(": "));
    lines.map(|(digest, what)| (digest.to_owned(), what.to_owned())).collect()
}

/// Returns the digests that `oras discover` lists, with their artifact types.
#[track_caller]
fn oras(work: &Workspace, args: &[&str]) -> BTreeMap<String, String> {
    let graph = work.oras(&[&["discover", "--format", "json"], args].concat()).json();
    nodes(&graph)
        .into_iter()
        .map(|node| {
            let artifact_type = node["artifactType"].as_str().unwrap_or_default();
            (digest_of(node), artifact_type.to_owned())
        })
        .collect()
}

/// Returns the nodes below the root of a graph in the JSON of `oras discover` or `ocigraph discover`.
fn nodes(graph: &Value) -> Vec<&Value> {
    let lists = ["referrers", "attached"].into_iter().filter_map(|list| graph[list].as_array());
    lists.flatten().flat_map(|node| [vec![node], nodes(node)].concat()).collect()
}

fn digest_of(node: &Value) -> String {
    node["digest"].as_str().expect("a node has a digest").to_owned()
}

/// Asserts that the filter for SPDX documents finds the attestations with this predicate type in both formats.
#[track_caller]
fn assert_filtered(work: &Workspace, original: &Image, findings: &Findings, copy: &str) {
    let bundle = |(heading, _): &(String, String)| {
        let (predicate_type, reference) = heading.split_once(" artifacts via OCI referrer: @")?;
        predicate_type.ends_with(SPDX).then(|| reference.to_owned())
    };
    let mut expected: BTreeSet<String> = findings.tree.iter().filter_map(bundle).collect();
    expected.insert(work.crane(&["digest", &original.tag("att")]).ok().trim().to_owned());
    assert_eq!(expected.len(), 2, "{expected:?}");
    let graph = work.ocigraph(&["discover", "--predicate", SPDX, "-o", "json", copy]).json();
    let mut found: Vec<_> = nodes(&graph).into_iter().map(digest_of).collect();
    found.sort();
    assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{copy}: {graph}");
}

#[track_caller]
fn copy(work: &Workspace, from: &str, to: &str) {
    work.ocigraph(&["copy", "-r", &format!("{from}:v1"), &format!("{to}:v1")]).ok();
    let verified = work.ocigraph(&["verify", "--format", "json", &format!("{to}:v1")]).json();
    assert_eq!(verified["problems"], json!([]), "{to}");
}

/// Checks copies from one kind of registry to another, and through a layout.
#[track_caller]
fn check(from: Kind, to: Kind) {
    let work = Workspace::new();
    let cosign = Cosign::new(&work);
    let (origin, target) = (Registry::start(from), Registry::start(to));
    let image = Image::push(&work, &cosign, &origin);
    let original = Findings::of(&cosign, &work, &image.name());
    let signatures = &original.verified["verify Referrers"];
    assert!(signatures.contains(SIGNATURE), "{signatures:?}");
    // Three bundles, an SBoM and a signature of notation.
    assert_eq!(original.oras.len(), 5, "{:?}", original.oras);
    // In addition three tags.
    assert_eq!(original.regctl.len(), 8, "{:?}", original.regctl);

    let direct = target.reference("app");
    copy(&work, &image.repository, &direct);
    original.assert_same(&Findings::of(&cosign, &work, &image.at(&direct)), to);
    assert_filtered(&work, &image, &original, &image.at(&direct));

    copy(&work, &image.repository, "oci:layout");
    assert_eq!(original.oras, oras(&work, &["--oci-layout", "layout:v1"]));
    assert_filtered(&work, &image, &original, "oci:layout:v1");
    let returned = target.reference("returned");
    copy(&work, "oci:layout", &returned);
    original.assert_same(&Findings::of(&cosign, &work, &image.at(&returned)), to);
}

#[test]
fn a_copy_to_docker_registry_verifies_as_the_original() {
    check(Kind::Docker2, Kind::Docker2);
}

#[test]
fn a_copy_to_distribution_verifies_as_the_original() {
    check(Kind::Docker2, Kind::Distribution3);
}

#[test]
fn a_copy_to_ggcr_verifies_as_the_original() {
    check(Kind::Docker2, Kind::Ggcr);
}

#[test]
fn a_copy_to_ocimem_verifies_as_the_original() {
    check(Kind::Docker2, Kind::Ocimem);
}

#[test]
fn a_copy_from_ocimem_to_docker_registry_verifies_as_the_original() {
    check(Kind::Ocimem, Kind::Docker2);
}

#[test]
fn a_copy_of_an_index_or_of_one_platform_keeps_the_signatures_of_each_image() {
    let work = Workspace::new();
    let cosign = Cosign::new(&work);
    let origin = Registry::start(Kind::Docker2);
    let [index, amd64, arm64] =
        ["v1", "amd64", "arm64"].map(|tag| origin.reference(&format!("app:{tag}")));
    work.push_image(&amd64);
    work.crane(&["mutate", "--set-platform", "linux/arm64", "--tag", &arm64, &amd64]).ok();
    work.crane(&["index", "append", "--manifest", &amd64, "--manifest", &arm64, "--tag", &index])
        .ok();
    let digests =
        [&index, &amd64, &arm64].map(|image| work.crane(&["digest", image]).ok().trim().to_owned());
    for format in CosignFormat::ALL {
        cosign.sign_recursively(format, &format!("{}@{}", origin.reference("app"), digests[0]));
    }
    for kind in Kind::ALL {
        let registry = Registry::start(kind);
        let (all, one) = (registry.reference("all"), registry.reference("one"));
        work.ocigraph(&["copy", "-r", &index, &format!("{all}:v1")]).ok();
        let platform = ["copy", "-r", "--platform", "linux/arm64", &index, &format!("{one}:v1")];
        work.ocigraph(&platform).ok();
        for format in CosignFormat::ALL {
            for digest in &digests {
                cosign.verify(format, &format!("{all}@{digest}"));
            }
            cosign.verify(format, &format!("{one}@{}", digests[2]));
        }
    }
}

#[test]
fn a_copy_of_a_chart_keeps_its_provenance_and_its_signature() {
    let work = Workspace::new();
    let (cosign, helm) = (Cosign::new(&work), Helm::new(&work));
    let origin = Registry::start(Kind::Docker2);
    let charts = origin.reference("charts");
    helm.push(&charts);
    let original = helm.pull(&charts);
    let chart = format!("{charts}/chart:0.1.0");
    let digest = work.crane(&["digest", &chart]).ok().trim().to_owned();
    for format in CosignFormat::ALL {
        cosign.sign(format, &format!("{charts}/chart@{digest}"));
    }
    let layout = "oci:charts:0.1.0";
    work.ocigraph(&["copy", "-r", &chart, layout]).ok();
    for kind in Kind::ALL {
        let registry = Registry::start(kind);
        for (from, name) in [(chart.as_str(), "direct"), (layout, "returned")] {
            let repository = registry.reference(name);
            work.ocigraph(&["copy", "-r", from, &format!("{repository}/chart:0.1.0")]).ok();
            assert_eq!(helm.pull(&repository), original, "{kind}");
            for format in CosignFormat::ALL {
                cosign.verify(format, &format!("{repository}/chart@{digest}"));
            }
        }
    }
}

#[test]
fn what_cosign_saves_in_a_layout_is_found_and_copied() {
    let work = Workspace::new();
    let cosign = Cosign::new(&work);
    let (registry, other) = (Registry::start(Kind::Ocimem), Registry::start(Kind::Docker2));
    let location = registry.reference("app");
    let digest = work.push_image(&format!("{location}:v1"));
    let image = format!("{location}@{digest}");
    for format in CosignFormat::ALL {
        cosign.sign(format, &image);
        cosign.attest(format, "spdxjson", &json!({ "spdxVersion": "SPDX-2.3" }), &image);
    }
    let count = |reference: &str| {
        let graph = work.ocigraph(&["discover", "-o", "json", reference]).json();
        let length = |list: &str| graph[list].as_array().map_or(0, Vec::len);
        (length("referrers"), length("attached"))
    };
    assert_eq!(count(&image), (2, 2));
    cosign.save("saved", &image);
    // cosign lists no referrers in the layout, and no tags.
    assert_eq!(count("oci:saved"), (2, 2));
    let copy = other.reference("copy");
    work.ocigraph(&["copy", "-r", "oci:saved", &format!("{copy}:v1")]).ok();
    let copy = format!("{copy}@{digest}");
    assert_eq!(count(&copy), (2, 2));
    for format in CosignFormat::ALL {
        cosign.verify(format, &copy);
        cosign.verify_attestation(format, SPDX, &copy);
    }
}
