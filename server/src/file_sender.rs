//! Sends files without copying them through this process: the kernel takes the bytes from its cache.
//!
//! `sendfile` runs on a blocking thread, because it can wait for the disk. It never waits for the client:
//! the socket does not block. See `file_parts` for how a body names the files.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::sendfile,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, Interest, ReadBuf},
    net::TcpStream,
    task::{JoinHandle, spawn_blocking},
};

use crate::file_parts::{FileParts, is_placeholder};

/// A connection that sends a part of a file in place of each placeholder.
pub(crate) struct FileSender {
    stream: TcpStream,
    parts: FileParts,
    /// A second descriptor of the socket, for the blocking thread.
    socket: Option<Arc<std::net::TcpStream>>,
    sending: Option<JoinHandle<io::Result<usize>>>,
}

impl FileSender {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, parts: FileParts::default(), socket: None, sending: None }
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
                    Ok(0) => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
                    Ok(sent) => {
                        self.parts.advance(sent);
                        return Poll::Ready(Ok(sent));
                    }
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                    Err(e) => return Poll::Ready(Err(e)),
                }
            }
            ready!(self.stream.poll_write_ready(cx))?;
            // `sendfile` did not tell the runtime that the socket is full, so ask.
            match self.stream.try_io(Interest::WRITABLE, || check_writable(&self.stream)) {
                Ok(()) => {}
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => continue,
                Err(e) => return Poll::Ready(Err(e)),
            }
            let part = self.parts.front().filter(|part| part.length == placeholder);
            let part = part.ok_or_else(|| io::Error::other("a placeholder without its part"))?;
            let socket = self.socket()?;
            self.sending = Some(spawn_blocking(move || {
                let mut offset = part.offset;
                Ok(sendfile(&*socket, &*part.file, Some(&mut offset), part.length)?)
            }));
        }
    }

    fn socket(&mut self) -> io::Result<Arc<std::net::TcpStream>> {
        if let Some(socket) = &self.socket {
            return Ok(Arc::clone(socket));
        }
        let socket = rustix::io::fcntl_dupfd_cloexec(&self.stream, 3)?;
        let socket = Arc::new(std::net::TcpStream::from(socket));
        self.socket = Some(Arc::clone(&socket));
        Ok(socket)
    }
}

fn check_writable(socket: &TcpStream) -> io::Result<()> {
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    match poll(&mut [PollFd::new(socket, PollFlags::OUT)], Some(&now))? {
        0 => Err(io::ErrorKind::WouldBlock.into()),
        _ => Ok(()),
    }
}

impl AsyncRead for FileSender {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
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
            false => Pin::new(&mut self.stream).poll_write(cx, buf),
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
            Some(others) => Pin::new(&mut self.stream).poll_write_vectored(cx, &bufs[..others]),
            None => Pin::new(&mut self.stream).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
