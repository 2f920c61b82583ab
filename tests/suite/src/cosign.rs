//! Signatures, attestations and SBoMs that `cosign` attaches and verifies, in both of its formats.
//!
//! It needs the key, the signing config and the trusted root that `cosign` creates in the workspace. They name no
//! service, so nothing has a timestamp or an entry in a transparency log. It never uses the public services of
//! Sigstore: the environment names a proxy that refuses every connection to another host.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::tools::tool;
use crate::workspace::{CommandResult, Workspace};

/// A format in which `cosign` attaches things to an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CosignFormat {
    /// Versions 1 and 2: manifests with the tags `sha256-<hex>.sig`, `.att` and `.sbom`.
    Tags,
    /// Version 3: referrers. Signatures and attestations are Sigstore bundles; an SBoM has a type of its own.
    Referrers,
}

impl CosignFormat {
    /// All formats.
    pub const ALL: [Self; 2] = [Self::Tags, Self::Referrers];
}

/// `cosign` with a key pair of its own, in a workspace.
///
/// Images are named with their digest: `host/app@sha256:…`.
#[derive(Debug)]
pub struct Cosign<'a> {
    work: &'a Workspace,
}

impl<'a> Cosign<'a> {
    /// Creates the key pair, a signing config without services, and a trusted root without authorities.
    ///
    /// # Panics
    /// If `cosign` fails.
    #[track_caller]
    pub fn new(work: &'a Workspace) -> Self {
        let cosign = Self { work };
        cosign.run(&["generate-key-pair"]).ok();
        cosign.run(&["signing-config", "create", "--out", "signing-config.json"]).ok();
        cosign.run(&["trusted-root", "create", "--out", "trusted-root.json"]).ok();
        cosign
    }

    /// Signs an image.
    ///
    /// # Panics
    /// If `cosign` fails.
    #[track_caller]
    pub fn sign(&self, format: CosignFormat, image: &str) {
        let mut args = vec!["sign"];
        args.extend(signing_options(format));
        args.push(image);
        self.run(&args).ok();
    }

    /// Signs an index and each image in it.
    ///
    /// # Panics
    /// If `cosign` fails.
    #[track_caller]
    pub fn sign_recursively(&self, format: CosignFormat, index: &str) {
        let mut args = vec!["sign", "--recursive"];
        args.extend(signing_options(format));
        args.push(index);
        self.run(&args).ok();
    }

    /// Saves an image with its signatures and attestations in an image layout.
    ///
    /// # Panics
    /// If `cosign` fails.
    #[track_caller]
    pub fn save(&self, folder: &str, image: &str) {
        self.run(&["save", "--dir", folder, image]).ok();
    }

    /// Attests an image. `kind` is a short name of the predicate type, such as `spdxjson`: with a URI, `cosign` wraps
    /// the predicate.
    ///
    /// # Panics
    /// If `cosign` fails.
    #[track_caller]
    pub fn attest(&self, format: CosignFormat, kind: &str, predicate: &Value, image: &str) {
        self.work.write("predicate.json", predicate.to_string());
        let mut args = vec!["attest"];
        args.extend(signing_options(format));
        args.extend(["--type", kind, "--predicate", "predicate.json", image]);
        self.run(&args).ok();
    }

    /// Attaches an SBoM of the kind `spdx` or `cyclonedx` in JSON, without a signature.
    ///
    /// # Panics
    /// If `cosign` fails.
    #[track_caller]
    pub fn attach_sbom(&self, format: CosignFormat, kind: &str, sbom: &Value, image: &str) {
        self.work.write("sbom.json", sbom.to_string());
        let mode = match format {
            CosignFormat::Tags => "legacy",
            CosignFormat::Referrers => "oci-1-1",
        };
        let mode = ["--registry-referrers-mode", mode];
        let sbom = ["--sbom", "sbom.json", "--input-format", "json", "--type", kind, image];
        self.run(&[["attach", "sbom"].as_slice(), &mode, &sbom].concat()).ok();
    }

    /// Verifies the signatures of an image, and returns the type of each. `cosign` 3.1.3 counts attestations that are
    /// bundles among the signatures.
    ///
    /// # Panics
    /// If `cosign` finds no valid signature in this format, or one of another image.
    #[track_caller]
    pub fn verify(&self, format: CosignFormat, image: &str) -> BTreeSet<String> {
        let mut args = vec!["verify"];
        args.extend(verification_options(format));
        args.push(image);
        let signatures = self.run(&args).json();
        let signatures = signatures.as_array().expect("cosign verify prints a list").iter();
        signatures
            .map(|signature| {
                let critical = &signature["critical"];
                let signed = critical["image"]["docker-manifest-digest"].as_str();
                assert_eq!(signed, image.split_once('@').map(|(_, digest)| digest), "{signature}");
                critical["type"].as_str().expect("a signature has a type").to_owned()
            })
            .collect()
    }

    /// Verifies the signatures of an image in a referrer, as version 2 writes it with
    /// `--registry-referrers-mode oci-1-1`. Without such a referrer, `cosign` verifies those under the tag.
    ///
    /// # Panics
    /// If `cosign` finds no valid signature.
    #[track_caller]
    pub fn verify_referrer(&self, image: &str) {
        let mut args = vec!["verify", "--experimental-oci11"];
        args.extend(verification_options(CosignFormat::Tags));
        args.push(image);
        self.run(&args).ok();
    }

    /// Verifies the attestations of an image with this predicate type, and returns the signed envelopes.
    ///
    /// # Panics
    /// If `cosign` finds no valid attestation with the predicate type in this format.
    #[track_caller]
    pub fn verify_attestation(
        &self,
        format: CosignFormat,
        predicate_type: &str,
        image: &str,
    ) -> BTreeSet<String> {
        let mut args = vec!["verify-attestation", "--type", predicate_type];
        args.extend(verification_options(format));
        args.push(image);
        self.run(&args).ok().lines().map(str::to_owned).collect()
    }

    /// Returns the digest of each layer that `cosign tree` shows, with the line above it. A reference in the line
    /// lacks the repository: `… via OCI referrer: @sha256:…`.
    ///
    /// # Panics
    /// If `cosign` fails.
    #[track_caller]
    pub fn tree(&self, image: &str) -> BTreeSet<(String, String)> {
        let (repository, _) = image.split_once('@').expect("an image is named with its digest");
        let tree = self.run(&["tree", image]).ok();
        let mut layers = BTreeSet::new();
        let mut heading = "";
        for line in tree.lines().skip(1) {
            match line.split_once("🍒 ") {
                Some((_, digest)) => {
                    layers.insert((heading.replace(repository, ""), digest.to_owned()));
                }
                None => heading = line,
            }
        }
        layers
    }

    fn run(&self, args: &[&str]) -> CommandResult {
        let mut command = self.work.command(tool("cosign"));
        command
            .args(args)
            .env("COSIGN_PASSWORD", "")
            // `attach sbom --registry-referrers-mode oci-1-1` requires it.
            .env("COSIGN_EXPERIMENTAL", "1")
            // Nothing listens on port 1. Go's HTTP client never uses a proxy for loopback addresses.
            .env("HTTP_PROXY", "http://127.0.0.1:1")
            .env("HTTPS_PROXY", "http://127.0.0.1:1");
        self.work.run(&mut command)
    }
}

fn signing_options(format: CosignFormat) -> Vec<&'static str> {
    let format = match format {
        CosignFormat::Tags => {
            ["--new-bundle-format=false", "--use-signing-config=false", "--tlog-upload=false"]
        }
        CosignFormat::Referrers => [
            "--new-bundle-format=true",
            "--signing-config=signing-config.json",
            "--trusted-root=trusted-root.json",
        ],
    };
    [["--yes", "--key", "cosign.key"], format].concat()
}

fn verification_options(format: CosignFormat) -> [&'static str; 4] {
    let format = match format {
        CosignFormat::Tags => "--new-bundle-format=false",
        CosignFormat::Referrers => "--new-bundle-format=true",
    };
    ["--key", "cosign.pub", "--insecure-ignore-tlog", format]
}
