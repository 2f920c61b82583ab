//! Sends files without copying them through this process: the kernel takes the bytes from its cache.
//!
//! `sendfile` runs on a blocking thread, because it can wait for the disk. It never waits for the client:
//! the socket does not block. See `file_parts` for how a body names the files.

use std::{
    io,
    os::unix::fs::FileExt as _,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::sendfile,
    io::Errno,
    net::{Shutdown, shutdown},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, Interest, ReadBuf},
    net::TcpStream,
    task::{JoinHandle, spawn_blocking},
};

use crate::file_parts::{FileParts, Part, is_placeholder};

/// Maximum bytes of one `sendfile`. A slow disk needs less than the time in which a write must make progress.
const MAX_SENT: usize = 256 * 1024;
/// Maximum bytes that are read into memory where `sendfile` is not possible.
const MAX_READ: usize = 64 * 1024;

/// A connection that sends a part of a file in place of each placeholder.
pub(crate) struct FileSender {
    stream: Arc<TcpStream>,
    parts: FileParts,
    sending: Option<JoinHandle<io::Result<usize>>>,
}

impl FileSender {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream: Arc::new(stream), parts: FileParts::default(), sending: None }
    }

    pub(crate) fn parts(&self) -> FileParts {
        self.parts.clone()
    }

    fn poll_send(&mut self, cx: &mut Context<'_>, placeholder: usize) -> Poll<io::Result<usize>> {
        loop {
            if let Some(sending) = &mut self.sending {
                let sent = ready!(Pin::new(sending).poll(cx));
                self.sending = None;
                match sent.map_err(io::Error::other)? {
                    Ok(0) => {
                        tracing::warn!("a blob ended while it was sent");
                        return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
                    }
                    Ok(sent) => {
                        self.parts.advance(sent);
                        return Poll::Ready(Ok(sent));
                    }
                    Err(e) if is_transient(&e) => {}
                    Err(e) => {
                        if !is_of_client(&e) {
                            tracing::warn!(error = %e, "a blob cannot be read");
                        }
                        return Poll::Ready(Err(e));
                    }
                }
            }
            ready!(self.stream.poll_write_ready(cx))?;
            // `sendfile` did not tell the runtime that the socket is full, so ask.
            match self.stream.try_io(Interest::WRITABLE, || check_writable(&self.stream)) {
                Ok(()) => {}
                Err(e) if is_transient(&e) => continue,
                Err(e) => return Poll::Ready(Err(e)),
            }
            let part = self.parts.front().filter(|part| part.length == placeholder);
            let part = part.ok_or_else(|| io::Error::other("a placeholder without its part"))?;
            let stream = Arc::clone(&self.stream);
            self.sending = Some(spawn_blocking(move || send(&stream, &part)));
        }
    }

    /// Writes once the socket is ready.
    fn poll_written(
        &self,
        cx: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.stream.poll_write_ready(cx))?;
            match write(&self.stream) {
                Err(e) if is_transient(&e) => {}
                written => return Poll::Ready(written),
            }
        }
    }
}

/// Sends the beginning of a part, as much as the socket takes now. Returns the number of bytes, 0 at the end of
/// the file.
fn send(stream: &TcpStream, part: &Part) -> io::Result<usize> {
    let mut offset = part.offset;
    match sendfile(stream, &*part.file, Some(&mut offset), part.length.min(MAX_SENT)) {
        // Some file systems and sandboxes do not have it.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP | Errno::PERM) => {
            let mut bytes = vec![0; part.length.min(MAX_READ)];
            match part.file.read_at(&mut bytes, part.offset)? {
                0 => Ok(0),
                length => Ok(rustix::io::write(stream, &bytes[..length])?),
            }
        }
        sent => Ok(sent?),
    }
}

fn check_writable(socket: &TcpStream) -> io::Result<()> {
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    match poll(&mut [PollFd::new(socket, PollFlags::OUT)], Some(&now))? {
        0 => Err(io::ErrorKind::WouldBlock.into()),
        _ => Ok(()),
    }
}

/// Returns true if the same call can succeed later.
fn is_transient(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

/// Returns true if the connection failed, not the file.
fn is_of_client(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, TimedOut};
    let kinds = [BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, TimedOut];
    kinds.contains(&error.kind())
}

impl AsyncRead for FileSender {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.stream.poll_read_ready(cx))?;
            match self.stream.try_read_buf(buf) {
                Err(e) if is_transient(&e) => {}
                read => return Poll::Ready(read.map(drop)),
            }
        }
    }
}

impl AsyncWrite for FileSender {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match is_placeholder(buf) {
            true => self.poll_send(cx, buf.len()),
            false => self.poll_written(cx, |stream| stream.try_write(buf)),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = bufs.iter().position(|buf| !buf.is_empty()).unwrap_or_default();
        let bufs = &bufs[first..];
        match bufs.iter().position(|buf| is_placeholder(buf)) {
            Some(0) => self.poll_send(cx, bufs[0].len()),
            others => {
                let bufs = &bufs[..others.unwrap_or(bufs.len())];
                self.poll_written(cx, |stream| stream.try_write_vectored(bufs))
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match shutdown(&*self.stream, Shutdown::Write) {
            // The client has closed the connection already.
            Ok(()) | Err(Errno::NOTCONN) => Poll::Ready(Ok(())),
            Err(e) => Poll::Ready(Err(e.into())),
        }
    }
}
