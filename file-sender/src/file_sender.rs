//! A connection that sends files without copying them through this process.
//!
//! `sendfile` runs on a blocking thread, because it can wait for the disk. It never waits for the other
//! side: the socket does not block.

use std::{
    io,
    os::{fd::AsFd, unix::fs::FileExt as _},
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

use crate::file_parts::{FileFailure, FileParts, Part, Sending, is_in_placeholder};

/// Maximum bytes that are read into memory where `sendfile` is not possible.
const MAX_READ: usize = 64 * 1024;

/// A TCP connection that sends a part of a file in the place of each placeholder of its [`FileParts`], and all
/// other bytes as they are.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use futures::StreamExt as _;
/// use ocigraph_file_sender::FileSender;
/// use tokio::{io::{AsyncReadExt as _, AsyncWriteExt as _}, net::{TcpListener, TcpStream}};
///
/// # let mut file = tempfile::tempfile()?;
/// # std::io::Write::write_all(&mut file, b"0123456789")?;
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// let stream = TcpStream::connect(listener.local_addr()?).await?;
/// let mut sender = FileSender::new(stream);
/// let mut placeholders = Box::pin(sender.parts().stream(file, 2, 5));
/// sender.write_all(b"part: ").await?;
/// while let Some(placeholder) = placeholders.next().await {
///     sender.write_all(&placeholder?).await?;
/// }
/// assert_eq!(sender.parts().sent(), 5);
/// drop(sender);
/// let mut received = String::new();
/// listener.accept().await?.0.read_to_string(&mut received).await?;
/// assert_eq!(received, "part: 23456");
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
#[derive(Debug)]
pub struct FileSender {
    stream: Arc<TcpStream>,
    parts: FileParts,
    sending: Option<JoinHandle<io::Result<usize>>>,
}

impl FileSender {
    /// Creates a sender for a connection.
    pub fn new(stream: TcpStream) -> Self {
        Self { stream: Arc::new(stream), parts: FileParts::default(), sending: None }
    }

    /// Returns the parts that the connection sends.
    pub fn parts(&self) -> FileParts {
        self.parts.clone()
    }

    fn poll_send(&mut self, cx: &mut Context<'_>, placeholder: usize) -> Poll<io::Result<usize>> {
        loop {
            if let Some(sending) = &mut self.sending {
                let sent = ready!(Pin::new(sending).poll(cx));
                self.sending = None;
                match sent.map_err(io::Error::other)? {
                    Err(e) if is_transient(&e) => {}
                    sent => return Poll::Ready(sent),
                }
            }
            ready!(self.stream.poll_write_ready(cx))?;
            // `sendfile` did not tell the runtime that the socket is full, so ask.
            match self.stream.try_io(Interest::WRITABLE, || check_writable(&self.stream)) {
                Ok(()) => {}
                Err(e) if is_transient(&e) => continue,
                Err(e) => return Poll::Ready(Err(e)),
            }
            let sending = self.parts.begin(placeholder);
            let sending =
                sending.ok_or_else(|| io::Error::other("a placeholder without its part"))?;
            let stream = Arc::clone(&self.stream);
            self.sending = Some(spawn_blocking(move || send(&stream, &sending)));
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

/// Sends the beginning of a part, as much as the socket takes now, and notes what became of it. Returns the
/// number of bytes.
fn send(stream: &TcpStream, sending: &Sending) -> io::Result<usize> {
    let part = &sending.part;
    let mut offset = part.offset;
    let sent = match sendfile(stream, &*part.file, Some(&mut offset), part.length) {
        // Some file systems and sandboxes do not have it.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP | Errno::PERM) => copied(stream, part),
        sent => sent.map_err(io::Error::from),
    };
    match sent {
        Ok(0) => {
            sending.fail(FileFailure::Ended);
            Err(io::ErrorKind::UnexpectedEof.into())
        }
        Ok(sent) => {
            sending.advance(sent);
            Ok(sent)
        }
        Err(e) if is_transient(&e) => Err(e),
        // `sendfile` does not say which of the two sides has failed.
        Err(e) => match part.file.read_at(&mut [0], part.offset) {
            Ok(_) => Err(e),
            Err(unreadable) => {
                let kind = unreadable.kind();
                sending.fail(FileFailure::Unreadable(unreadable));
                Err(kind.into())
            }
        },
    }
}

/// Sends the beginning of a part without `sendfile`.
fn copied(stream: impl AsFd, part: &Part) -> io::Result<usize> {
    let mut bytes = vec![0; part.length.min(MAX_READ)];
    match part.file.read_at(&mut bytes, part.offset)? {
        0 => Ok(0),
        length => Ok(rustix::io::write(stream, &bytes[..length])?),
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
        match is_in_placeholder(buf) {
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
        match bufs.iter().position(|buf| is_in_placeholder(buf)) {
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
            // The other side has closed the connection already.
            Ok(()) | Err(Errno::NOTCONN) => Poll::Ready(Ok(())),
            Err(e) => Poll::Ready(Err(e.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Write as _, os::unix::net::UnixStream};

    use futures::StreamExt as _;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    const SIZE: usize = 3_000_000;

    fn file() -> (std::fs::File, Vec<u8>) {
        let content: Vec<u8> = (0..SIZE as u32).map(|n| (n ^ (n >> 8) ^ (n >> 16)) as u8).collect();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&content).unwrap();
        (file, content)
    }

    async fn connection() -> (FileSender, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (FileSender::new(stream), listener.accept().await.unwrap().0)
    }

    async fn write(
        sender: &mut FileSender,
        file: std::fs::File,
        start: u64,
        length: u64,
    ) -> io::Result<()> {
        let mut placeholders = Box::pin(sender.parts().stream(file, start, length));
        let mut left = length;
        while let Some(placeholder) = placeholders.next().await {
            let placeholder = placeholder?;
            assert!(crate::is_placeholder(&placeholder, left));
            left -= placeholder.len() as u64;
            sender.write_all(&placeholder).await?;
        }
        Ok(())
    }

    #[tokio::test]
    async fn parts_of_a_file_arrive_between_other_bytes_at_a_slow_reader() {
        let ((file, content), (mut sender, mut receiver)) = (file(), connection().await);
        let parts = sender.parts();
        let writing = tokio::spawn(async move {
            sender.write_all(b"before").await.unwrap();
            write(&mut sender, file, 1001, 2_000_000).await.unwrap();
            sender.write_all(b"after").await.unwrap();
        });
        let mut received = Vec::new();
        let mut chunk = vec![0; 100_000];
        loop {
            match receiver.read(&mut chunk).await.unwrap() {
                0 => break,
                length => received.extend_from_slice(&chunk[..length]),
            }
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        writing.await.unwrap();
        parts.settled().await;
        assert_eq!(parts.sent(), 2_000_000);
        assert!(received == [b"before", &content[1001..2_001_001], b"after"].concat());
        assert!(parts.take_failure().is_none());
    }

    #[tokio::test]
    async fn a_file_that_ends_early_is_a_failure_of_the_file() {
        let ((file, _), (mut sender, mut receiver)) = (file(), connection().await);
        let parts = sender.parts();
        let reading = tokio::spawn(async move {
            let mut received = Vec::new();
            let _ = receiver.read_to_end(&mut received).await;
            received.len()
        });
        let error = write(&mut sender, file, 0, SIZE as u64 + 1).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert!(matches!(parts.take_failure(), Some(FileFailure::Ended)));
        assert_eq!(parts.sent(), SIZE as u64);
        drop(sender);
        assert_eq!(reading.await.unwrap(), SIZE);
    }

    #[tokio::test]
    async fn a_closed_connection_is_not_a_failure_of_the_file() {
        let ((file, _), (mut sender, receiver)) = (file(), connection().await);
        let parts = sender.parts();
        drop(receiver);
        // The first bytes may be accepted before the other side says that it is closed.
        let error = write(&mut sender, file, 0, SIZE as u64).await.unwrap_err();
        let kinds = [io::ErrorKind::BrokenPipe, io::ErrorKind::ConnectionReset];
        assert!(kinds.contains(&error.kind()), "{error}");
        assert!(parts.take_failure().is_none());
    }

    #[test]
    fn a_part_is_copied_where_sendfile_is_not_possible() {
        let (file, content) = file();
        let (sender, mut receiver) = UnixStream::pair().unwrap();
        let mut part = Part { file: Arc::new(file), offset: 70_000, length: 256 };
        assert_eq!(copied(&sender, &part).unwrap(), 256);
        let mut received = vec![0; 256];
        io::Read::read_exact(&mut receiver, &mut received).unwrap();
        assert!(received == content[70_000..70_256]);
        part.offset = SIZE as u64;
        assert_eq!(copied(&sender, &part).unwrap(), 0);
    }

    #[test]
    fn a_copy_of_a_placeholder_is_recognized() {
        let (file, _) = file();
        let placeholders = FileParts::default().stream(file, 0, SIZE as u64);
        let chunks = futures::executor::block_on_stream(Box::pin(placeholders));
        let chunk = chunks.take(1).next().unwrap().unwrap();
        assert!(crate::is_placeholder(&chunk, SIZE as u64));
        assert!(!crate::is_placeholder(&chunk.slice(1..), SIZE as u64));
        assert!(!crate::is_placeholder(&bytes::Bytes::copy_from_slice(&chunk), SIZE as u64));
    }
}
