//! TLS: the system's roots, read when the first TLS connection is made. The provider is passed
//! explicitly, so that the process default stays the application's own.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, RootCertStore, crypto::CryptoProvider};
use rustls_platform_verifier::BuilderVerifierExt as _;

use crate::error::{Code, Error, Result};

/// The configuration for registries.
pub(super) fn config() -> Result<ClientConfig> {
    static CONFIG: OnceLock<ClientConfig> = OnceLock::new();
    if let Some(config) = CONFIG.get() {
        return Ok(config.clone());
    }
    let config = builder()?
        .with_platform_verifier()
        .map_err(|e| tls_error("the system's certificates cannot be used", e))?
        .with_no_client_auth();
    Ok(CONFIG.get_or_init(|| config).clone())
}

/// A configuration that trusts nobody, for plain HTTP.
pub(super) fn no_roots() -> Result<ClientConfig> {
    Ok(builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|e| tls_error("TLS cannot be set up", e))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn tls_error(what: &str, error: rustls::Error) -> Error {
    Error::new(Code::Tls, format!("{what}: {error}")).with_source(error)
}
