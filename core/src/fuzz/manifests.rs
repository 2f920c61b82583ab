//! Manifests and indexes: their bytes are kept, and other JSON parsers see the same content in
//! them.

use bolero::{check, produce, produce_with};
use serde_json::Value;

use super::{Edit, edited, pick, picks, text};
use ocigraph_types::{
    Algorithm, Annotations, Code, Descriptor, Manifest, ManifestBuilder, ManifestFormat,
    empty_descriptor, media_type,
};

/// The descriptor that replaces `DESCRIPTOR` in the values below.
const DESCRIPTOR: &str = r#"{"mediaType":"text/plain","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2,"annotations":{"a":"b"},"x":[1]}"#;

const FIELDS: [&str; 11] = [
    "schemaVersion",
    "mediaType",
    "artifactType",
    "config",
    "layers",
    "blobs",
    "manifests",
    "subject",
    "annotations",
    "unknown",
    "Layers",
];

const VALUES: [&str; 30] = [
    "2",
    "1",
    "-1",
    "1e999",
    "18446744073709551616",
    "null",
    "true",
    r#""""#,
    r#""\ud800""#,
    r#""text/plain""#,
    r#""application/vnd.oci.image.manifest.v1+json""#,
    r#""application/vnd.oci.image.index.v1+json""#,
    r#""application/vnd.docker.distribution.manifest.v2+json""#,
    r#""application/vnd.oci.artifact.manifest.v1+json""#,
    r#""application/vnd.cncf.oras.artifact.manifest.v1+json""#,
    r#""Application/VND.oci.image.manifest.v1+json; charset=utf-8""#,
    "[]",
    "{}",
    r#"{"a":"b","a":"c"}"#,
    r#"{"a":1}"#,
    "[null]",
    "DESCRIPTOR",
    "[DESCRIPTOR]",
    "[DESCRIPTOR,DESCRIPTOR]",
    r#"{"digest":"sha256:44","size":2}"#,
    r#"{"digest":"x:y","size":18446744073709551615,"data":"!","urls":null,"annotations":null}"#,
    r#"{"digest":"x:y","size":-1}"#,
    r#"{"digest":"x:y","size":1.5}"#,
    r#"{"digest":"x:y","digest":"x:z","size":1}"#,
    r#"{"digest":"x:y","size":1,"platform":{"os":1,"os.version":"x"}}"#,
];

fn read(bytes: &[u8], content_type: Option<&str>) {
    let manifest = match Manifest::parse(bytes.to_vec().into(), content_type, Algorithm::Sha256) {
        Ok(manifest) => manifest,
        Err(e) => {
            let known = [Code::InvalidManifest, Code::Unsupported, Code::TooLarge];
            return assert!(known.contains(&e.code()), "{e}");
        }
    };
    assert_eq!(manifest.bytes(), bytes);
    assert_eq!(*manifest.digest(), Algorithm::Sha256.digest(bytes));
    let own = manifest.plain_descriptor();
    assert_eq!((&own.digest, own.size), (manifest.digest(), bytes.len() as u64));
    assert!(media_type::is_manifest(manifest.media_type()), "{}", manifest.media_type());
    if manifest.is_index() {
        assert!(manifest.config().is_none() && manifest.blobs().is_empty());
    } else {
        assert!(manifest.manifests().is_empty());
    }
    let listed = [manifest.blobs(), manifest.manifests()].concat();
    // Another JSON parser sees the same content, unless it refuses what unknown fields contain.
    if let Ok(seen) = serde_json::from_slice::<Value>(bytes) {
        let subject = manifest.subject().map(|subject| subject.digest.as_str());
        assert_eq!(subject, seen["subject"]["digest"].as_str());
        assert_eq!(manifest.config().map(|c| c.size), seen["config"]["size"].as_u64());
        let list = ["manifests", "layers", "blobs"].iter().find_map(|list| seen[list].as_array());
        assert_eq!(listed.len(), list.map_or(0, Vec::len));
    }
    // A descriptor that a layout writes to its index is read back unchanged.
    for descriptor in listed.iter().chain(manifest.config()).chain(manifest.subject()) {
        let written = serde_json::to_string(descriptor).unwrap();
        assert_eq!(serde_json::from_str::<Descriptor>(&written).unwrap(), *descriptor);
    }
    let again =
        Manifest::parse(bytes.to_vec().into(), Some(manifest.media_type()), Algorithm::Sha256);
    assert_eq!(again.unwrap().descriptor(), manifest.descriptor());
}

#[test]
fn arbitrary_bytes_are_kept_as_a_manifest_or_refused() {
    check!().for_each(|bytes: &[u8]| read(bytes, None));
}

#[test]
fn arbitrary_fields_are_kept_as_a_manifest_or_refused() {
    let fields = produce_with::<Vec<(u8, u8)>>().len(0..7usize);
    check!().with_generator((fields, produce::<Option<u8>>())).for_each(|(fields, served_as)| {
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{:?}:{}", pick(&FIELDS, *name), pick(&VALUES, *value)))
            .collect();
        let body = format!("{{{}}}", fields.join(",")).replace("DESCRIPTOR", DESCRIPTOR);
        let served_as = served_as.map(|p| pick(&VALUES[9..16], p).trim_matches('"'));
        read(body.as_bytes(), served_as);
    });
}

#[test]
fn an_index_with_a_config_or_blobs_is_refused() {
    for body in [
        format!(r#"{{"config":{DESCRIPTOR}}}"#),
        format!(r#"{{"manifests":[],"blobs":[{DESCRIPTOR}]}}"#),
    ] {
        let served_as = Some(media_type::OCI_INDEX);
        let error = Manifest::parse(body.into(), served_as, Algorithm::Sha256).unwrap_err();
        assert_eq!(error.code(), Code::InvalidManifest);
    }
}

#[test]
fn an_edited_manifest_is_kept_or_refused() {
    let valid: Vec<Vec<u8>> = [ManifestFormat::Oci11, ManifestFormat::OrasArtifact]
        .into_iter()
        .map(|format| parts("a/b", "note", true, 2, false).build(format).unwrap())
        .map(|manifest| manifest.bytes().to_vec())
        .chain([format!(r#"{{"schemaVersion":2,"manifests":[{DESCRIPTOR}]}}"#).into_bytes()])
        .collect();
    let edits = produce_with::<Vec<Edit>>().len(1..4usize);
    check!().with_generator((produce::<u8>(), edits)).for_each(|(which, edits)| {
        read(&edited(&pick(&valid, *which), edits), None);
    });
}

#[test]
fn deeply_nested_json_is_refused() {
    for nested in ["[", "{\"a\":"] {
        let body = format!(r#"{{"schemaVersion":2,"manifests":[],"x":{}"#, nested.repeat(100_000));
        read(body.as_bytes(), None);
        read(nested.repeat(100_000).as_bytes(), None);
    }
}

struct Parts {
    artifact_type: Option<String>,
    config: Option<Descriptor>,
    blobs: Vec<Descriptor>,
    subject: Option<Descriptor>,
    annotations: Annotations,
}

impl Parts {
    fn build(self, format: ManifestFormat) -> ocigraph_types::Result<Manifest> {
        let mut builder = ManifestBuilder::new().blobs(self.blobs).annotations(self.annotations);
        if let Some(artifact_type) = self.artifact_type {
            builder = builder.artifact_type(artifact_type);
        }
        if let Some(config) = self.config {
            builder = builder.config(config);
        }
        if let Some(subject) = self.subject {
            builder = builder.subject(subject);
        }
        builder.build(format)
    }
}

fn parts(artifact_type: &str, note: &str, subject: bool, blobs: usize, config: bool) -> Parts {
    let blob = |i: usize| Descriptor::of("text/plain", &[i as u8]);
    Parts {
        artifact_type: (!artifact_type.is_empty()).then(|| artifact_type.to_owned()),
        config: config.then(|| Descriptor::of("application/vnd.example.config", b"config")),
        blobs: (0..blobs).map(blob).collect(),
        subject: subject.then(|| Descriptor::of(media_type::OCI_MANIFEST, b"subject")),
        annotations: Annotations::from([(note.to_owned(), note.to_owned())]),
    }
}

#[test]
fn a_written_manifest_contains_the_parts_that_it_was_built_from() {
    const FORMATS: [ManifestFormat; 5] = [
        ManifestFormat::Oci11,
        ManifestFormat::Oci10,
        ManifestFormat::OciArtifact,
        ManifestFormat::OrasArtifact,
        ManifestFormat::OrasArtifactDraft,
    ];
    const WORDS: [&str; 9] =
        ["a/b", "signature", "/", "example", "application/vnd.x+json", ";", ".", "-", " "];
    let made_of = (
        (produce::<u8>(), picks(4), produce::<String>()),
        (produce::<bool>(), 0..4usize, produce::<bool>()),
    );
    check!().with_generator(made_of).for_each(
        |((format, kind, note), (subject, blobs, config))| {
            let kind = text(&WORDS, kind);
            let made = || parts(&kind, note, *subject, *blobs, *config);
            let manifest = match made().build(pick(&FORMATS, *format)) {
                Ok(manifest) => manifest,
                Err(e) => return assert_eq!(e.code(), Code::InvalidArgument, "{e}"),
            };
            let parts = made();
            assert_eq!(manifest.subject(), parts.subject.as_ref());
            assert_eq!(*manifest.annotations(), parts.annotations);
            let nothing = [empty_descriptor()];
            let placeholder = parts.blobs.is_empty() && !manifest.blobs().is_empty();
            let blobs = if placeholder { &nothing[..] } else { &parts.blobs };
            assert_eq!(manifest.blobs(), blobs);
            if let Some(kind) = &parts.artifact_type {
                assert_eq!(manifest.artifact_type(), Some(kind.as_str()));
            }
            let again = made().build(pick(&FORMATS, *format)).unwrap();
            assert_eq!(again.bytes(), manifest.bytes());
        },
    );
}
