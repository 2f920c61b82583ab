//! A server for fault injection. It uses raw sockets, so that it can close a connection within a body, send nothing, or
//! send endless responses.
//!
//! A script is a list of rules. The first rule whose method and part of the path match a request responds with its next
//! reply, and repeats its last one. Other requests receive 404. Every request is logged with its headers. A connection
//! is closed after each response.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use ocigraph::{Descriptor, annotation, media_type};
use serde_json::json;
use socket2::SockRef;

/// Maximum bytes of a body in the log.
const CONTENT: u64 = 64 * 1024;

/// The response to one request.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    how: How,
    early: bool,
}

#[derive(Clone, Copy, Debug)]
enum How {
    Whole,
    /// Closes the connection after this many bytes, although `Content-Length` is that of the complete body.
    CutAt(usize),
    /// Sends nothing after this many bytes and keeps the connection open.
    StallsAt(usize),
    /// Chunked transfer coding without the last chunk.
    Unended,
    /// Repeats the body until the client closes the connection.
    Endless,
    /// Sends one byte at a time, with this pause before each.
    Slow(Duration),
    /// Closes the connection without a response.
    Reset,
    /// Sends nothing and keeps the connection open.
    Silence,
}

impl Reply {
    /// Returns a response with a body and its length.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), how: How::Whole, early: false }
    }

    /// Returns a response with status 200.
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::new(200, body)
    }

    /// Returns an error response of a registry.
    pub fn error(status: u16, code: &str) -> Self {
        Self::new(status, format!(r#"{{"errors":[{{"code":"{code}","message":"as ordered"}}]}}"#))
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Closes the connection after `bytes` of the body.
    pub fn cut_at(mut self, bytes: usize) -> Self {
        self.how = How::CutAt(bytes);
        self
    }

    /// Sends nothing after `bytes` of the body, and keeps the connection open.
    pub fn stalls_at(mut self, bytes: usize) -> Self {
        self.how = How::StallsAt(bytes);
        self
    }

    /// Sends the body as one chunk, without the last chunk of the chunked transfer coding.
    pub fn unended(mut self) -> Self {
        self.how = How::Unended;
        self
    }

    /// Repeats the body until the client closes the connection.
    pub fn endless(mut self) -> Self {
        self.how = How::Endless;
        self
    }

    /// Responds before it reads the body of the request.
    pub fn early(mut self) -> Self {
        self.early = true;
        self
    }

    /// Sends the body one byte at a time.
    pub fn slow(mut self, pause: Duration) -> Self {
        self.how = How::Slow(pause);
        self
    }

    /// Returns a reply that closes the connection without a response.
    pub fn reset() -> Self {
        Self { how: How::Reset, ..Self::new(0, "") }
    }

    /// Returns a reply that sends nothing.
    pub fn silence() -> Self {
        Self { how: How::Silence, ..Self::new(0, "") }
    }
}

/// A logged request.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    /// Method.
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// Headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// Received bytes of the body.
    pub body: usize,
    /// The first 64 KiB of the body.
    pub content: Vec<u8>,
}

impl RecordedRequest {
    /// Returns a header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

struct Rule {
    method: String,
    part: String,
    replies: Replies,
}

enum Replies {
    Scripted(VecDeque<Reply>),
    Made(Maker),
}

type Maker = Arc<dyn Fn(&RecordedRequest) -> Reply + Send + Sync>;

#[derive(Default)]
struct Script {
    rules: Vec<Rule>,
    seen: Vec<RecordedRequest>,
    over: bool,
}

impl Script {
    fn is_early(&self, method: &str, target: &str) -> bool {
        let rule = self.rules.iter().find(|r| r.method == method && target.contains(&r.part));
        rule.is_some_and(|rule| match &rule.replies {
            Replies::Scripted(replies) => replies.front().is_some_and(|reply| reply.early),
            Replies::Made(_) => false,
        })
    }
}

/// A running server. Ends when dropped.
pub struct FaultServer {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
}

impl FaultServer {
    /// Listens on a free loopback port.
    ///
    /// # Panics
    /// If no port is free.
    pub fn start() -> Self {
        Self::listen(TcpListener::bind("127.0.0.1:0").expect("a free loopback port"))
    }

    /// Starts a server with a receive buffer of a few KiB. With the default size of some systems, a client can send a
    /// complete manifest that the server does not read.
    ///
    /// # Panics
    /// If no port is free.
    pub fn with_small_receive_buffer() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
        // Accepted sockets inherit the size.
        SockRef::from(&listener).set_recv_buffer_size(4 << 10).expect("a size that exists");
        Self::listen(listener)
    }

    fn listen(listener: TcpListener) -> Self {
        let address = listener.local_addr().expect("the address of a listener");
        let script = Arc::new(Mutex::new(Script::default()));
        let shared = Arc::clone(&script);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                if lock(&shared).over {
                    return;
                }
                let script = Arc::clone(&shared);
                // A client that closes its connection early is not a failure of the server.
                thread::spawn(move || drop(serve(connection, &script)));
            }
        });
        Self { address, script }
    }

    /// Starts a registry with an artifact of this many files, `app:v1`. The download of each blob stalls.
    ///
    /// # Panics
    /// If no port is free.
    pub fn stalled(files: usize) -> Self {
        let server = Self::start();
        let layer = |i: usize| {
            let mut blob = Descriptor::of(media_type::OCTET_STREAM, &i.to_be_bytes());
            blob.size = 1 << 20;
            blob.annotations.insert(annotation::TITLE.into(), format!("f{i}"));
            blob
        };
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": media_type::OCI_MANIFEST,
            "config": Descriptor::of(media_type::EMPTY, b"{}"),
            "layers": (0..files).map(layer).collect::<Vec<_>>(),
        });
        let manifest =
            Reply::ok(manifest.to_string()).header("Content-Type", media_type::OCI_MANIFEST);
        server.on("GET", "/manifests/v1", [manifest]).on(
            "GET",
            "/blobs/",
            [Reply::ok(vec![7; 1 << 20]).stalls_at(1000)],
        );
        server
    }

    /// Returns the address as `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Adds a rule. Earlier rules have precedence.
    pub fn on(&self, method: &str, part: &str, replies: impl IntoIterator<Item = Reply>) -> &Self {
        self.rule(method, part, Replies::Scripted(replies.into_iter().collect()))
    }

    /// Adds a rule that computes its replies.
    pub fn respond_with(
        &self,
        method: &str,
        part: &str,
        reply: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static,
    ) -> &Self {
        self.rule(method, part, Replies::Made(Arc::new(reply)))
    }

    fn rule(&self, method: &str, part: &str, replies: Replies) -> &Self {
        let rule = Rule { method: method.to_owned(), part: part.to_owned(), replies };
        lock(&self.script).rules.push(rule);
        self
    }

    /// Returns the requests with this method and part of the target, in the order of their arrival.
    pub fn seen(&self, method: &str, part: &str) -> Vec<RecordedRequest> {
        let script = lock(&self.script);
        script
            .seen
            .iter()
            .filter(|s| s.method == method && s.target.contains(part))
            .cloned()
            .collect()
    }

    /// Returns all requests.
    pub fn all(&self) -> Vec<RecordedRequest> {
        lock(&self.script).seen.clone()
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        lock(&self.script).over = true;
        // Wakes the listener, which then ends.
        drop(TcpStream::connect(self.address));
    }
}

fn lock(script: &Mutex<Script>) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(connection: TcpStream, script: &Mutex<Script>) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut connection = connection;
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(());
    }
    let mut words = line.split_whitespace();
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default().to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let read_body = |reader: &mut BufReader<TcpStream>| {
        let mut content = Vec::new();
        reader.by_ref().take(length.min(CONTENT)).read_to_end(&mut content)?;
        let rest = length - length.min(CONTENT);
        std::io::copy(&mut reader.by_ref().take(rest), &mut std::io::sink())?;
        Ok::<_, std::io::Error>(content)
    };
    let early = lock(script).is_early(&method, &target);
    let content = if early { Vec::new() } else { read_body(&mut reader)? };
    let body = if early { 0 } else { length as usize };
    let (reply, head) = {
        let mut script = lock(script);
        let seen = RecordedRequest { method, target, headers, body, content };
        let rule = script
            .rules
            .iter_mut()
            .find(|rule| rule.method == seen.method && seen.target.contains(&rule.part));
        let reply: Maker = match rule.map(|rule| &mut rule.replies) {
            Some(Replies::Made(maker)) => Arc::clone(maker),
            Some(Replies::Scripted(replies)) => {
                let next = if replies.len() > 1 { replies.pop_front() } else { None };
                let reply = next.or_else(|| replies.front().cloned());
                let reply = reply.unwrap_or_else(|| Reply::error(404, "MANIFEST_UNKNOWN"));
                Arc::new(move |_| reply.clone())
            }
            None => Arc::new(|_| Reply::error(404, "MANIFEST_UNKNOWN")),
        };
        let head = seen.method == "HEAD";
        script.seen.push(seen.clone());
        drop(script);
        (reply(&seen), head)
    };
    answer(&mut connection, &mut reader, reply, head)?;
    if early {
        // The client must see the response before this frees space in the receive buffer.
        thread::sleep(Duration::from_secs(1));
        read_body(&mut reader)?;
    }
    Ok(())
}

fn answer(
    connection: &mut TcpStream,
    reader: &mut impl Read,
    reply: Reply,
    head: bool,
) -> std::io::Result<()> {
    let Reply { status, headers, body, how, early: _ } = reply;
    match how {
        How::Reset => return connection.shutdown(Shutdown::Both),
        How::Silence => {
            // Returns when the client closes the connection.
            std::io::copy(reader, &mut std::io::sink())?;
            return Ok(());
        }
        _ => {}
    }
    let mut text = format!("HTTP/1.1 {status} As Ordered\r\nconnection: close\r\n");
    for (name, value) in &headers {
        text += &format!("{name}: {value}\r\n");
    }
    if matches!(how, How::Unended) {
        text += "transfer-encoding: chunked\r\n";
    } else if !matches!(how, How::Endless) && !headers.iter().any(|(n, _)| n == "content-length") {
        text += &format!("content-length: {}\r\n", body.len());
    }
    text += "\r\n";
    connection.write_all(text.as_bytes())?;
    if head {
        return Ok(());
    }
    match how {
        How::CutAt(bytes) => connection.write_all(&body[..bytes.min(body.len())])?,
        How::StallsAt(bytes) => {
            connection.write_all(&body[..bytes.min(body.len())])?;
            std::io::copy(reader, &mut std::io::sink())?;
        }
        How::Unended => {
            connection.write_all(format!("{:x}\r\n", body.len()).as_bytes())?;
            connection.write_all(&body)?;
            connection.write_all(b"\r\n")?;
        }
        How::Endless => loop {
            connection.write_all(&body)?;
        },
        How::Slow(pause) => {
            for byte in body {
                thread::sleep(pause);
                connection.write_all(&[byte])?;
            }
        }
        How::Whole | How::Reset | How::Silence => connection.write_all(&body)?,
    }
    connection.shutdown(Shutdown::Write)
}
