//! Connections: their number, the time that a client may take, and their graceful end.

use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, Request, header::CONNECTION},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use ocigraph_file_sender::FileParts;
#[cfg(target_os = "linux")]
use ocigraph_file_sender::FileSender;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    routes::{self, Registry},
    timed_io::TimedIo,
};

/// Maximum bytes of the first line and the headers of a request, and of one read.
const BUFFER_SIZE: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;
/// Time for the TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for the headers of a request, and between two requests.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// The pause after a connection could not be accepted, usually for lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves connections until `stop` is cancelled and those in progress have ended.
pub(crate) async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    registry: Arc<Registry>,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(registry.options.max_connections));
    let (connections, abort) = (TaskTracker::new(), CancellationToken::new());
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            next = next => next,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(e) => {
                tracing::warn!(error = %e, "cannot accept a connection");
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let (registry, stop, abort) = (Arc::clone(&registry), stop.clone(), abort.clone());
        let (tls, all) = (tls.clone(), connections.clone());
        connections.spawn(async move {
            let _place = place;
            let served = async {
                let Some(tls) = tls else {
                    return serve_plain(stream, registry, all, stop).await;
                };
                match timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
                    Ok(Ok(stream)) => serve(stream, None, registry, all, stop).await,
                    Ok(Err(e)) => tracing::debug!(error = %e, "a TLS handshake failed"),
                    Err(_) => tracing::debug!("a TLS handshake took too long"),
                }
            };
            tokio::select! {
                () = served => {}
                () = abort.cancelled() => {}
            }
        });
    }
    drop(listener);
    connections.close();
    let _ = timeout(registry.options.stop_timeout, connections.wait()).await;
    abort.cancel();
    connections.wait().await;
}

#[cfg(target_os = "linux")]
async fn serve_plain(
    stream: TcpStream,
    registry: Arc<Registry>,
    all: TaskTracker,
    stop: CancellationToken,
) {
    let sender = FileSender::new(stream);
    let parts = sender.parts();
    serve(sender, Some(parts), registry, all, stop).await;
}

#[cfg(not(target_os = "linux"))]
async fn serve_plain(
    stream: TcpStream,
    registry: Arc<Registry>,
    all: TaskTracker,
    stop: CancellationToken,
) {
    serve(stream, None, registry, all, stop).await;
}

/// Serves a connection. `parts` are the parts of files that it sends without a copy, if it can. If `all`
/// connections are as many as may be, it ends after the request, since others may wait for its place.
async fn serve<S>(
    stream: S,
    parts: Option<FileParts>,
    registry: Arc<Registry>,
    all: TaskTracker,
    stop: CancellationToken,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let io = TokioIo::new(TimedIo::new(stream, registry.options.idle_timeout));
    let service = service_fn(move |request: Request<Incoming>| {
        let (registry, parts, all) = (Arc::clone(&registry), parts.clone(), all.clone());
        async move {
            let mut response = routes::handle(&registry, request.map(Body::new), parts).await;
            if all.len() >= registry.options.max_connections {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // `FileParts` relies on it.
        .writev(true)
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(BUFFER_SIZE)
        .max_headers(MAX_HEADERS)
        .serve_connection(io, service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(e) = ended {
        tracing::debug!(error = %e, "a connection failed");
    }
}
