//! TLS: which certificates are trusted, and which one the client presents.
//!
//! The roots of the system are read for the first TLS connection. The cryptography provider is
//! passed explicitly, so that the application can choose the default of the process.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use once_cell::sync::OnceCell;
use rustls::{
    CertificateError, ClientConfig as TlsConfig, DigitallySignedStruct, RootCertStore,
    SignatureScheme,
    client::{
        ResolvesClientCert,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
    sign::CertifiedKey,
};
use rustls_platform_verifier::Verifier;
use zeroize::Zeroizing;

use crate::{
    content::{plain_text::without_mark, small_file::read_small_file},
    per_process::PerProcess,
    store::registry::hint,
};
use ocigraph_types::{Code, Error, Result};

/// The TLS part of the client configuration.
#[derive(Debug, Clone)]
pub(crate) struct TlsOptions {
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) cert_file: Option<PathBuf>,
    pub(crate) key_file: Option<PathBuf>,
    pub(crate) insecure: bool,
}

/// The names of the protocols in a TLS handshake (RFC 7301).
const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";

/// Returns the configuration for a server over TLS.
pub(super) fn config(options: &TlsOptions) -> Result<TlsConfig> {
    static DEFAULT: PerProcess<OnceCell<TlsConfig>> = PerProcess::new();
    let is_default = options.ca_file.is_none() && options.cert_file.is_none() && !options.insecure;
    if !is_default {
        return build(options);
    }
    // Reading the roots of the system takes time, and they are the same for all clients.
    let default = DEFAULT.get(|inherited| match inherited.and_then(OnceCell::get) {
        Some(config) => OnceCell::with_value(config.clone()),
        // Another thread may have been reading them at the fork.
        None => OnceCell::new(),
    });
    default.get_or_try_init(|| build(options)).cloned()
}

fn build(options: &TlsOptions) -> Result<TlsConfig> {
    let builder = builder()?.dangerous().with_custom_certificate_verifier(verifier(options)?);
    let mut config = match identity(options)? {
        Some((chain, key)) => builder
            .with_client_auth_cert(chain, key)
            .map_err(|e| tls_error("the client certificate cannot be used", e))?,
        None => builder.with_no_client_auth(),
    };
    // The HTTP library does not set the protocols in a configuration that it is given.
    config.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
    Ok(config)
}

/// Makes a configuration offer HTTP/1.1 alone, of which each connection carries one request at a time.
pub(super) fn without_http2(mut config: TlsConfig) -> TlsConfig {
    config.alpn_protocols = vec![HTTP1.to_vec()];
    config
}

/// Whether a server has asked this client for a certificate that it does not have.
///
/// With TLS 1.3 the server refuses after the handshake, and closes the connection while the request
/// arrives. The alert that gives the reason can be lost then.
#[derive(Debug, Default, Clone)]
pub(super) struct CertificateRequests(Arc<AtomicBool>);

impl CertificateRequests {
    pub(super) fn was_received(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Makes a configuration without a client certificate note the request for one.
    pub(super) fn noted_by(&self, mut config: TlsConfig) -> TlsConfig {
        if !config.client_auth_cert_resolver.has_certs() {
            config.client_auth_cert_resolver = Arc::new(self.clone());
        }
        config
    }
}

impl ResolvesClientCert for CertificateRequests {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.store(true, Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

/// Reads the files that the caller names; TLS if one of them holds no certificate or key.
pub(crate) fn check(options: &TlsOptions) -> Result<()> {
    if let Some(path) = &options.ca_file {
        certificates(path)?;
    }
    identity(options).map(drop)
}

/// Returns a configuration that trusts no certificate, for plain HTTP.
pub(super) fn without_roots() -> Result<TlsConfig> {
    Ok(builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

fn builder() -> Result<rustls::ConfigBuilder<TlsConfig, rustls::WantsVerifier>> {
    TlsConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|e| tls_error("the TLS configuration could not be created", e))
}

#[cfg(feature = "rustls-ring")]
use rustls::crypto::ring as cryptography;

#[cfg(all(feature = "rustls-aws-lc-rs", not(feature = "rustls-ring")))]
use rustls::crypto::aws_lc_rs as cryptography;

#[cfg(not(any(feature = "rustls-ring", feature = "rustls-aws-lc-rs")))]
compile_error!("the feature `registry` needs `rustls-ring` or `rustls-aws-lc-rs`");

fn provider() -> Arc<CryptoProvider> {
    Arc::new(cryptography::default_provider())
}

fn verifier(options: &TlsOptions) -> Result<Arc<dyn ServerCertVerifier>> {
    if options.insecure {
        return Ok(Arc::new(AcceptAny(provider())));
    }
    let unusable =
        |e| tls_error("the certificates of the system, or those in ca_file, cannot be used", e);
    let Some(path) = &options.ca_file else {
        return Ok(Arc::new(Verifier::new(provider()).map_err(unusable)?));
    };
    let given = certificates(path)?;
    let verifier = Verifier::new_with_extra_roots(given.clone(), provider()).map_err(unusable)?;
    Ok(Arc::new(AcceptGiven { verifier, given }))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let unusable = |reason: String| {
        Error::new(Code::Tls, format!("{} has no certificates: {reason}", path.display()))
            .with_hint(hint::no_pem())
    };
    let text = read_small_file(path).map_err(|e| unusable(e.to_string()))?;
    let text = without_mark(&text).map_err(|why| unusable(why.into()))?;
    let all = CertificateDer::pem_slice_iter(text)
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|e| unusable(e.to_string()))?;
    if all.is_empty() {
        return Err(unusable("no PEM section found".into()));
    }
    Ok(all)
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn identity(options: &TlsOptions) -> Result<Option<Identity>> {
    let (cert, key) = match (&options.cert_file, &options.key_file) {
        (None, None) => return Ok(None),
        (Some(cert), Some(key)) => (cert, key),
        _ => {
            return Err(Error::new(
                Code::InvalidArgument,
                "a client certificate needs its key, and a key its certificate",
            )
            .with_hint(hint::certificate_and_key()));
        }
    };
    let unusable = |reason: String| {
        Error::new(Code::Tls, format!("{} has no private key: {reason}", key.display()))
    };
    let text = Zeroizing::new(read_small_file(key).map_err(|e| unusable(e.to_string()))?);
    let text = without_mark(&text).map_err(|why| unusable(why.into()))?;
    let private = PrivateKeyDer::from_pem_slice(text).map_err(|e| unusable(e.to_string()))?;
    Ok(Some((certificates(cert)?, private)))
}

fn tls_error(what: &str, error: rustls::Error) -> Error {
    Error::new(Code::Tls, format!("{what}: {error}")).with_source(error)
}

/// Also accepts a server certificate that is listed in `ca_file` itself: `openssl req -x509` marks
/// a self-signed certificate as an authority, which rustls refuses as a server certificate.
#[derive(Debug)]
struct AcceptGiven {
    verifier: Verifier,
    given: Vec<CertificateDer<'static>>,
}

impl AcceptGiven {
    fn is_given(&self, cert: &CertificateDer<'_>, error: &rustls::Error) -> bool {
        // rustls checks the dates before it reports this error.
        matches!(error, rustls::Error::InvalidCertificate(CertificateError::Other(other))
            if other.0.to_string() == "CaUsedAsEndEntity")
            && self.given.iter().any(|given| given.as_ref() == cert.as_ref())
    }
}

impl ServerCertVerifier for AcceptGiven {
    fn verify_server_cert(
        &self,
        cert: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        match self.verifier.verify_server_cert(cert, chain, name, ocsp, now) {
            Err(e) if self.is_given(cert, &e) => {
                verify_server_name(&ParsedCertificate::try_from(cert)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls12_signature(message, cert, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls13_signature(message, cert, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

/// For `insecure`: accepts any certificate, but checks that the server has its private key.
#[derive(Debug)]
struct AcceptAny(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let schemes = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, cert, signature, schemes)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let schemes = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, cert, signature, schemes)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
