//! TLS: the certificate and the key of the server, in PEM.

use std::{path::Path, sync::Arc};

use ocigraph::{Code, Error, Result};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio_rustls::TlsAcceptor;

/// Reads the files of a certificate, with those that it was signed with after it, and of its key.
pub(crate) fn open(
    files: Option<&(std::path::PathBuf, std::path::PathBuf)>,
) -> Result<Option<TlsAcceptor>> {
    let Some((certificate, key)) = files else { return Ok(None) };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
        .map_err(|e| unusable(certificate, "certificate", &e))?;
    if chain.is_empty() {
        return Err(unusable(certificate, "certificate", &"it has none"));
    }
    let private =
        PrivateKeyDer::from_pem_file(key).map_err(|e| unusable(key, "private key", &e))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::new(Code::Tls, e.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|e| unusable(key, "private key of the certificate", &e))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

fn unusable(path: &Path, what: &str, reason: &dyn std::fmt::Display) -> Error {
    let message = format!("{} cannot be used as the {what}: {reason}", path.display());
    Error::new(Code::Tls, message).with_hint("expected a file in the format PEM")
}
