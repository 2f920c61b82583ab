//! TLS: the system's roots, read when the first TLS connection is made, and what the caller adds to
//! them. The provider is passed explicitly, so that the process default stays the application's own.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use rustls::{
    CertificateError, ClientConfig as TlsConfig, DigitallySignedStruct, RootCertStore,
    SignatureScheme,
    client::{
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
};
use rustls_platform_verifier::Verifier;
use zeroize::Zeroizing;

use super::config::ClientConfig;
use crate::content::small_file::read_small_file;
use ocigraph_types::{Code, Error, Result};

/// The configuration for registries.
pub(super) fn config(asked: &ClientConfig) -> Result<TlsConfig> {
    static PLAIN: OnceLock<TlsConfig> = OnceLock::new();
    let plain = asked.ca_file.is_none() && asked.cert_file.is_none() && !asked.insecure;
    // Reading the system's roots takes time, and they are the same for all.
    if let Some(config) = PLAIN.get().filter(|_| plain) {
        return Ok(config.clone());
    }
    let builder = builder()?.dangerous().with_custom_certificate_verifier(verifier(asked)?);
    let mut config = match identity(asked)? {
        Some((chain, key)) => builder
            .with_client_auth_cert(chain, key)
            .map_err(|e| tls_error("the client certificate cannot be used", e))?,
        None => builder.with_no_client_auth(),
    };
    // The HTTP library asks for nothing in a configuration that it did not make itself.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(if plain { PLAIN.get_or_init(|| config).clone() } else { config })
}

/// Whether the files that the caller names hold what they should.
pub(super) fn check(asked: &ClientConfig) -> Result<()> {
    if let Some(path) = &asked.ca_file {
        certificates(path)?;
    }
    identity(asked).map(drop)
}

/// A configuration that trusts nobody, for plain HTTP.
pub(super) fn no_roots() -> Result<TlsConfig> {
    Ok(builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

fn builder() -> Result<rustls::ConfigBuilder<TlsConfig, rustls::WantsVerifier>> {
    TlsConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|e| tls_error("TLS cannot be set up", e))
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

fn verifier(asked: &ClientConfig) -> Result<Arc<dyn ServerCertVerifier>> {
    if asked.insecure {
        return Ok(Arc::new(TakesAny(provider())));
    }
    let unusable =
        |e| tls_error("the certificates of the system, or those given, cannot be used", e);
    let Some(path) = &asked.ca_file else {
        return Ok(Arc::new(Verifier::new(provider()).map_err(unusable)?));
    };
    let given = certificates(path)?;
    let verifier = Verifier::new_with_extra_roots(given.clone(), provider()).map_err(unusable)?;
    Ok(Arc::new(TakesGiven { verifier, given }))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let unusable = |why: String| {
        Error::new(Code::Tls, format!("{} holds no certificates: {why}", path.display()))
            .with_hint("it must be in PEM, as in -----BEGIN CERTIFICATE-----")
    };
    let text = read_small_file(path).map_err(|e| unusable(e.to_string()))?;
    let all = CertificateDer::pem_slice_iter(&text)
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|e| unusable(e.to_string()))?;
    if all.is_empty() {
        return Err(unusable("there is none in it".into()));
    }
    Ok(all)
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn identity(asked: &ClientConfig) -> Result<Option<Identity>> {
    let (cert, key) = match (&asked.cert_file, &asked.key_file) {
        (None, None) => return Ok(None),
        (Some(cert), Some(key)) => (cert, key),
        _ => {
            return Err(Error::new(
                Code::InvalidArgument,
                "a client certificate and its key go together",
            )
            .with_hint("give both (--cert-file and --key-file)"));
        }
    };
    let unusable = |why: String| {
        Error::new(Code::Tls, format!("{} holds no private key: {why}", key.display()))
    };
    let text = Zeroizing::new(read_small_file(key).map_err(|e| unusable(e.to_string()))?);
    let private = PrivateKeyDer::from_pem_slice(&text).map_err(|e| unusable(e.to_string()))?;
    Ok(Some((certificates(cert)?, private)))
}

fn tls_error(what: &str, error: rustls::Error) -> Error {
    Error::new(Code::Tls, format!("{what}: {error}")).with_source(error)
}

/// Takes a server's own certificate too, where that was given: what `openssl req -x509` makes says of
/// itself that it is an authority, and is then refused as a server's.
#[derive(Debug)]
struct TakesGiven {
    verifier: Verifier,
    given: Vec<CertificateDer<'static>>,
}

impl TakesGiven {
    fn was_given(&self, cert: &CertificateDer<'_>, error: &rustls::Error) -> bool {
        // Dates are checked before this is.
        matches!(error, rustls::Error::InvalidCertificate(CertificateError::Other(other))
            if other.0.to_string() == "CaUsedAsEndEntity")
            && self.given.iter().any(|given| given.as_ref() == cert.as_ref())
    }
}

impl ServerCertVerifier for TakesGiven {
    fn verify_server_cert(
        &self,
        cert: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        match self.verifier.verify_server_cert(cert, chain, name, ocsp, now) {
            Err(e) if self.was_given(cert, &e) => {
                verify_server_name(&ParsedCertificate::try_from(cert)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
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

/// For `insecure`: believes any certificate, and still checks that the server holds its key.
#[derive(Debug)]
struct TakesAny(Arc<CryptoProvider>);

impl ServerCertVerifier for TakesAny {
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
