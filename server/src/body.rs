//! Bodies of requests: streamed, with a limit on the time between two parts.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::{Bytes, BytesMut};
use futures::{StreamExt as _, stream};
use ocigraph::{ByteStream, Code, Error, Result};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Returns the content of a body. It ends with an error if the client sends nothing for `idle`, and when
/// `ended` is cancelled.
pub(crate) fn stream(body: Body, idle: Duration, ended: CancellationToken) -> ByteStream {
    let state = Some((body.into_data_stream(), ended));
    stream::unfold(state, move |state| async move {
        let (mut body, ended) = state?;
        let next = tokio::select! {
            biased;
            () = ended.cancelled() => Err(Error::new(Code::Cancelled, "another request continues the upload")),
            next = next_part(&mut body, idle) => next,
        };
        match next {
            Ok(Some(part)) => Some((Ok(part), Some((body, ended)))),
            Ok(None) => None,
            Err(e) => Some((Err(e), None)),
        }
    })
    .fuse()
    .boxed()
}

/// Reads a whole body of at most `limit` bytes. TOO_LARGE if it has more, TIMEOUT if it is not complete
/// after `time`.
pub(crate) async fn whole(body: Body, limit: usize, time: Duration) -> Result<Bytes> {
    let mut body = body.into_data_stream();
    let mut whole = BytesMut::new();
    let read = async {
        while let Some(part) = next_part(&mut body, time).await? {
            if whole.len() + part.len() > limit {
                return Err(Error::new(Code::TooLarge, format!("more than {limit} bytes")));
            }
            whole.extend_from_slice(&part);
        }
        Ok(())
    };
    timeout(time, read).await.unwrap_or_else(|_| Err(too_slow()))?;
    Ok(whole.freeze())
}

/// Reads and drops up to `limit` bytes, so that a client that is still sending gets the response and not
/// a closed connection.
pub(crate) async fn drain(body: Body, limit: usize, time: Duration) {
    let mut body = body.into_data_stream();
    let mut drained = 0;
    let read = async {
        while drained < limit
            && let Ok(Some(part)) = next_part(&mut body, time).await
        {
            drained += part.len();
        }
    };
    let _ = timeout(time, read).await;
}

async fn next_part(body: &mut BodyDataStream, idle: Duration) -> Result<Option<Bytes>> {
    match timeout(idle, body.next()).await {
        Ok(None) => Ok(None),
        Ok(Some(Ok(part))) => Ok(Some(part)),
        Ok(Some(Err(e))) => {
            Err(Error::new(Code::Network, format!("the body of the request is incomplete: {e}")))
        }
        Err(_) => Err(too_slow()),
    }
}

fn too_slow() -> Error {
    Error::new(Code::Timeout, "the client sends too slowly")
}
