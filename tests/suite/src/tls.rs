//! TLS for any server on loopback: a private certificate authority, certificates for tests, and a TLS proxy in front of
//! a server.
//!
//! All keys are generated when the test runs. The proxy counts and closes connections that do not start with TLS.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection};

use crate::registry::ServerCertificate;

/// The first byte of a TLS connection: a handshake record.
const HANDSHAKE: u8 = 0x16;

/// A private certificate authority.
#[derive(Debug)]
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    /// Creates an authority with a new key.
    ///
    /// # Panics
    /// If no key can be generated.
    #[expect(
        clippy::new_without_default,
        reason = "each has a different key, unlike a default value"
    )]
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "an authority of the tests");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let issuer = CertifiedIssuer::self_signed(params, key()).expect("signing an authority");
        Self { issuer }
    }

    /// Returns the PEM certificate of the authority, for `--ca-file`.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Returns the certificate and the private key of a client, in PEM.
    ///
    /// # Panics
    /// If no key can be generated.
    pub fn client(&self) -> (String, String) {
        let mut params = CertificateParams::new(vec!["client.test".to_owned()]).expect("a name");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let key = key();
        let certificate = params.signed_by(&key, &self.issuer).expect("signing a certificate");
        (certificate.pem(), key.serialize_pem())
    }

    /// Returns the certificate and the private key of a registry on loopback.
    ///
    /// # Panics
    /// If no key can be generated.
    pub fn registry(&self) -> ServerCertificate {
        let (certificate, key) = self.sign(Shows::Good);
        ServerCertificate { certificate: certificate.pem(), key: key.serialize_pem() }
    }

    fn sign(&self, shows: Shows) -> (Certificate, KeyPair) {
        let names = match shows {
            Shows::AnotherName => vec!["elsewhere.test"],
            _ => vec!["127.0.0.1", "localhost", "registry.test"],
        };
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let mut params = CertificateParams::new(names).expect("names");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        if shows == Shows::Expired {
            params.not_after = date_time_ymd(2001, 1, 1);
        }
        let key = key();
        let certificate = params.signed_by(&key, &self.issuer).expect("signing a certificate");
        (certificate, key)
    }

    fn server(&self, shows: Shows, clients: Clients) -> ServerConfig {
        let (certificate, key) = self.sign(shows);
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("the versions of the provider");
        let builder = if clients == Clients::Any {
            builder.with_no_client_auth()
        } else {
            let mut roots = RootCertStore::empty();
            roots.add(self.issuer.der().clone()).expect("the authority's own certificate");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            let verifier = match clients {
                Clients::KnownWithoutReason => verifier.allow_unauthenticated(),
                _ => verifier,
            };
            builder.with_client_cert_verifier(verifier.build().expect("one authority"))
        };
        builder.with_single_cert(vec![certificate.into()], key).expect("a key of its certificate")
    }
}

fn key() -> KeyPair {
    KeyPair::generate().expect("making a key")
}

/// The certificate of a TLS proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// A certificate for `127.0.0.1`, `localhost` and `registry.test`.
    Good,
    /// An expired certificate for the same names.
    Expired,
    /// A certificate for another server.
    AnotherName,
}

/// Which clients a TLS proxy accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clients {
    Any,
    /// Those with a certificate of the authority. Others receive an alert.
    Known,
    /// Those with a certificate of the authority. The connection of others is closed.
    KnownWithoutReason,
}

/// A running TLS proxy. Ends when dropped.
pub struct TlsFront {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    config: Arc<ServerConfig>,
    clients: Clients,
    upstream: String,
    over: AtomicBool,
    connections: AtomicUsize,
    plain: AtomicUsize,
}

impl TlsFront {
    /// Starts a TLS proxy for `upstream`, an address on loopback.
    ///
    /// # Panics
    /// If no port is free.
    pub fn start(authority: &Authority, shows: Shows, upstream: &str) -> Self {
        Self::with_config(authority.server(shows, Clients::Any), Clients::Any, upstream)
    }

    /// Starts a TLS proxy that accepts only clients with a certificate of the authority.
    ///
    /// # Panics
    /// If no port is free.
    pub fn for_known_clients(authority: &Authority, upstream: &str) -> Self {
        let clients = Clients::Known;
        Self::with_config(authority.server(Shows::Good, clients), clients, upstream)
    }

    /// Starts a TLS proxy that closes the connection of a client without a certificate of the
    /// authority, and gives no reason. A client of TLS 1.3 sees the same when the alert is lost.
    ///
    /// # Panics
    /// If no port is free.
    pub fn for_known_clients_without_reason(authority: &Authority, upstream: &str) -> Self {
        let clients = Clients::KnownWithoutReason;
        Self::with_config(authority.server(Shows::Good, clients), clients, upstream)
    }

    /// Starts a TLS proxy with a self-signed certificate that is marked as an authority, as `openssl req -x509` creates
    /// it. Also returns the certificate in PEM.
    ///
    /// # Panics
    /// If no port is free.
    pub fn self_signed(name: &str, ended: bool, upstream: &str) -> (Self, String) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        if ended {
            params.not_after = date_time_ymd(2001, 1, 1);
        }
        let key = key();
        let certificate = params.self_signed(&key).expect("signing a certificate");
        let pem = certificate.pem();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the versions of the provider")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.into()], key)
            .expect("a key of its certificate");
        (Self::with_config(config, Clients::Any, upstream), pem)
    }

    fn with_config(config: ServerConfig, clients: Clients, upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
        let address = listener.local_addr().expect("the address of a listener");
        let shared = Arc::new(Shared {
            config: Arc::new(config),
            clients,
            upstream: upstream.to_owned(),
            over: AtomicBool::new(false),
            connections: AtomicUsize::new(0),
            plain: AtomicUsize::new(0),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                if serving.over.load(Ordering::Acquire) {
                    return;
                }
                let shared = Arc::clone(&serving);
                // A client that closes its connection early is not a failure of the proxy.
                thread::spawn(move || drop(serve(connection, &shared)));
            }
        });
        Self { address, shared }
    }

    /// Returns the address as `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Returns the number of connections.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Acquire)
    }

    /// Returns the number of connections that did not start with TLS.
    pub fn plain_connections(&self) -> usize {
        self.shared.plain.load(Ordering::Acquire)
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Release);
        // Wakes the listener, which then ends.
        drop(TcpStream::connect(self.address));
    }
}

fn serve(client: TcpStream, shared: &Shared) -> io::Result<()> {
    shared.connections.fetch_add(1, Ordering::AcqRel);
    let mut first = [0];
    if client.peek(&mut first)? == 0 {
        return Ok(());
    }
    if first[0] != HANDSHAKE {
        shared.plain.fetch_add(1, Ordering::AcqRel);
        return client.shutdown(Shutdown::Both);
    }
    let tls = ServerConnection::new(Arc::clone(&shared.config)).map_err(io::Error::other)?;
    let mut session = Session { tls, client: client.try_clone()? };
    if let Err(refused) = session.tls.complete_io(&mut session.client) {
        // The alert is on its way: were the connection closed with bytes unread, it would be lost.
        let _ = session.client.shutdown(Shutdown::Write);
        client.set_read_timeout(Some(Duration::from_secs(5)))?;
        let _ = io::copy(&mut (&client).take(1 << 20), &mut io::sink());
        return Err(refused);
    }
    if shared.clients == Clients::KnownWithoutReason && session.tls.peer_certificates().is_none() {
        return client.shutdown(Shutdown::Both);
    }
    let upstream = TcpStream::connect(&shared.upstream)?;
    let session = Mutex::new(session);
    thread::scope(|scope| {
        let answers = scope.spawn(|| send_answers(&session, &upstream));
        let asked = pass_requests(&session, &client, &upstream);
        let _ = upstream.shutdown(if asked.is_ok() { Shutdown::Write } else { Shutdown::Both });
        let _ = answers.join();
        asked
    })
}

struct Session {
    tls: ServerConnection,
    client: TcpStream,
}

impl Session {
    fn flush(&mut self) -> io::Result<()> {
        while self.tls.wants_write() {
            self.tls.write_tls(&mut self.client)?;
        }
        Ok(())
    }
}

fn lock(session: &Mutex<Session>) -> MutexGuard<'_, Session> {
    session.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Copies from the client to the upstream server until the client closes its side.
fn pass_requests(
    session: &Mutex<Session>,
    mut client: &TcpStream,
    mut upstream: &TcpStream,
) -> io::Result<()> {
    // What came with the end of the handshake.
    let mut clear = read_clear(&mut lock(session))?;
    let mut records = [0; 16 * 1024];
    loop {
        upstream.write_all(&clear)?;
        let length = client.read(&mut records)?;
        if length == 0 {
            return Ok(());
        }
        clear.clear();
        let mut records = &records[..length];
        let mut session = lock(session);
        while !records.is_empty() {
            session.tls.read_tls(&mut records)?;
            clear.extend(read_clear(&mut session)?);
        }
    }
}

fn read_clear(session: &mut Session) -> io::Result<Vec<u8>> {
    let state = session.tls.process_new_packets().map_err(io::Error::other)?;
    let mut clear = vec![0; state.plaintext_bytes_to_read()];
    session.tls.reader().read_exact(&mut clear)?;
    session.flush()?;
    Ok(clear)
}

/// Copies from the upstream server to the client until the server closes its side.
fn send_answers(session: &Mutex<Session>, mut upstream: &TcpStream) -> io::Result<()> {
    let mut clear = [0; 16 * 1024];
    loop {
        let length = upstream.read(&mut clear)?;
        let mut session = lock(session);
        if length == 0 {
            session.tls.send_close_notify();
            session.flush()?;
            return session.client.shutdown(Shutdown::Write);
        }
        session.tls.writer().write_all(&clear[..length])?;
        session.flush()?;
    }
}
