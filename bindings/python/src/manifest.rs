//! Manifests: those that Python passes to a push, and the fields of fetched ones.

use ocigraph::{
    Bytes, Client, Descriptor, KeyCase, Manifest, Reference, ResolveOptions, Result, ToJson,
};
use pyo3::{prelude::*, pybacked::PyBackedBytes, types::PyBytes};
use serde_json::json;

use crate::values::{IntoPlain, plain};

/// The bytes of a manifest as Python passes them, with the media type if it is known.
#[derive(FromPyObject)]
pub(crate) enum GivenManifest {
    Fetched(PyBackedBytes, String),
    Bytes(PyBackedBytes),
}

pub(crate) async fn push_manifest(
    client: Client,
    reference: Reference,
    content: GivenManifest,
    media_type: Option<String>,
) -> Result<Descriptor> {
    let (bytes, known) = match content {
        GivenManifest::Fetched(bytes, media_type) => (bytes, Some(media_type)),
        GivenManifest::Bytes(bytes) => (bytes, None),
    };
    let media_type = media_type.or(known);
    let algorithm = reference.algorithm()?;
    let manifest = Manifest::parse(Bytes::from_owner(bytes), media_type.as_deref(), algorithm)?;
    client.push_manifest(&reference, &manifest).await?;
    Ok(manifest.descriptor())
}

pub(crate) async fn delete_manifest(client: Client, reference: Reference) -> Result<Descriptor> {
    let manifest = client.fetch_manifest(&reference, ResolveOptions::default()).await?;
    client.delete_manifest(&reference, &manifest).await?;
    Ok(manifest.descriptor())
}

/// The fields that every manifest format has, and the bytes.
impl IntoPlain for Manifest {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let fields = json!({
            "descriptor": self.descriptor().to_json(KeyCase::Snake),
            "artifact_type": self.artifact_type(),
            "config": self.config().map(|config| config.to_json(KeyCase::Snake)),
            "blobs": self.blobs().to_json(KeyCase::Snake),
            "manifests": self.manifests().to_json(KeyCase::Snake),
            "subject": self.subject().map(|subject| subject.to_json(KeyCase::Snake)),
            "annotations": self.annotations(),
        });
        let bytes = PyBytes::new(py, self.bytes());
        Ok((plain(py, &fields)?, bytes).into_pyobject(py)?.into_any())
    }
}
