//! A client of HTTP/1.1 that costs little: it sends from one buffer, and drops what it receives.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

/// Bytes of one read.
const BUFFER: usize = 256 * 1024;

/// The body of a request: `start`, then `block` as often as it takes.
pub(crate) struct Content<'a> {
    pub(crate) start: &'a [u8],
    pub(crate) block: &'a [u8],
    pub(crate) size: u64,
}

impl<'a> Content<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { start: bytes, block: &[], size: bytes.len() as u64 }
    }
}

/// The head of a response. Its body is read with [`Connection::text`] or [`Connection::skip`].
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// A connection that is kept for all requests.
pub(crate) struct Connection {
    stream: TcpStream,
    host: String,
    buffer: Vec<u8>,
    /// The bytes of `buffer` that have arrived and were not used.
    start: usize,
    end: usize,
    /// The length of the next body, or `None` if it arrives in chunks.
    length: Option<u64>,
}

impl Connection {
    pub(crate) fn open(host: &str) -> Self {
        let stream = TcpStream::connect(host).expect("connecting");
        stream.set_nodelay(true).expect("the option of a socket");
        let buffer = vec![0; BUFFER];
        Self { stream, host: host.to_owned(), buffer, start: 0, end: 0, length: Some(0) }
    }

    /// Returns a location without its host.
    pub(crate) fn path_of(&self, location: &str) -> String {
        let path = location.strip_prefix("http://").and_then(|rest| rest.strip_prefix(&self.host));
        path.unwrap_or(location).to_owned()
    }

    pub(crate) fn request(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Content<'_>>,
    ) -> Response {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.host);
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = &body {
            head.push_str(&format!("Content-Length: {}\r\n", body.size));
        }
        head.push_str("\r\n");
        let mut first = head.into_bytes();
        let mut left = 0;
        if let Some(body) = &body {
            first.extend_from_slice(body.start);
            left = body.size - body.start.len() as u64;
            // One write for a small body.
            if left > 0 && left <= body.block.len() as u64 {
                first.extend_from_slice(&body.block[..left as usize]);
                left = 0;
            }
        }
        self.stream.write_all(&first).expect("sending");
        while left > 0 {
            let block = body.as_ref().map_or(&[][..], |body| body.block);
            let n = left.min(block.len() as u64);
            self.stream.write_all(&block[..n as usize]).expect("sending");
            left -= n;
        }
        self.head()
    }

    /// Reads the head of a response.
    fn head(&mut self) -> Response {
        let status = self.line();
        let status = status.split(' ').nth(1).and_then(|status| status.parse().ok());
        let mut response = Response { status: status.expect("a status"), headers: Vec::new() };
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(':') else { break };
            response.headers.push((name.to_owned(), value.trim().to_owned()));
        }
        let length = response.header("content-length").and_then(|length| length.parse().ok());
        self.length = match response.header("transfer-encoding") {
            Some(_) => None,
            None => Some(length.unwrap_or(0)),
        };
        response
    }

    /// Reads the body of the response, and returns it.
    pub(crate) fn text(&mut self) -> String {
        let mut text = Vec::new();
        self.body(&mut |bytes| text.extend_from_slice(bytes));
        String::from_utf8(text).expect("text")
    }

    /// Reads the body of the response, and returns its number of bytes.
    pub(crate) fn skip(&mut self) -> u64 {
        let mut size = 0;
        self.body(&mut |bytes| size += bytes.len() as u64);
        size
    }

    fn body(&mut self, each: &mut dyn FnMut(&[u8])) {
        let Some(length) = self.length else {
            loop {
                let size = self.line();
                let size = u64::from_str_radix(&size, 16).expect("the size of a chunk");
                self.part(size, each);
                self.line();
                if size == 0 {
                    return;
                }
            }
        };
        self.part(length, each);
    }

    fn part(&mut self, mut left: u64, each: &mut dyn FnMut(&[u8])) {
        while left > 0 {
            if self.start == self.end {
                self.fill();
            }
            let n = left.min((self.end - self.start) as u64) as usize;
            each(&self.buffer[self.start..self.start + n]);
            self.start += n;
            left -= n as u64;
        }
    }

    fn line(&mut self) -> String {
        let mut line = Vec::new();
        loop {
            if self.start == self.end {
                self.fill();
            }
            let byte = self.buffer[self.start];
            self.start += 1;
            match byte {
                b'\n' => break,
                b'\r' => {}
                _ => line.push(byte),
            }
        }
        String::from_utf8(line).expect("text")
    }

    fn fill(&mut self) {
        self.start = 0;
        self.end = self.stream.read(&mut self.buffer).expect("receiving");
        assert!(self.end > 0, "the server closed the connection");
    }
}
