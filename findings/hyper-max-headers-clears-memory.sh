#!/usr/bin/env bash
# A client of hyper that allows more header fields than the default allocates and clears memory for all of them before each
# response, whatever the response has.
#
# Version: hyper 1.12.0 with tokio 1.54.1 and hyper-util 0.1.21, from crates.io, built by cargo in a temporary folder.
#
# `max_headers` of a connection is the limit of header fields, by default 100. With the default, the parser works on memory of
# the stack that it does not initialize. A program that expects a gateway with a few hundred fields raises the limit.
#
# Expected: a higher limit costs nothing for responses with few fields, since it only says when to refuse.
#
# Seen: with a limit of 4,096, each response with two fields allocates 262,144 bytes more, in two pieces of 131,072 bytes, and
# writes all of them. That is the size at which malloc of glibc and of musl begin to ask the kernel for each piece. In a
# client that sends some thousand small requests a second, it was a third of the user time. `Client::parse` in
# src/proto/h1/role.rs makes both vectors with `smallvec![MaybeUninit::uninit(); cap]`. `Server::parse` does the same.
#
# Exit codes: 0 as found, 1 changed, 2 cannot tell.

set -euo pipefail

cannot_tell() { echo "cannot tell: $1"; exit 2; }
command -v cargo >/dev/null || cannot_tell "cargo is missing"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src"
cat >"$work/Cargo.toml" <<'TOML'
[package]
name = "headers"
version = "0.0.0"
edition = "2024"

[dependencies]
bytes = "1"
http-body-util = "=0.1.5"
hyper = { version = "=HYPER", features = ["client", "http1"] }
hyper-util = { version = "=0.1.21", features = ["tokio"] }
tokio = { version = "=1.54.1", features = ["io-util", "net", "rt"] }
TOML
sed -i 's/HYPER/1.12.0/' "$work/Cargo.toml"
cat >"$work/src/main.rs" <<'RUST'
use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Counts the bytes that are allocated.
struct Counting;
static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size(), Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok";

/// Returns the bytes that are allocated for each of ten requests, after a first one.
async fn bytes_for_each(max_headers: Option<usize>) -> usize {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        while stream.read(&mut request).await.unwrap() > 0 {
            stream.write_all(RESPONSE).await.unwrap();
        }
    };
    let client = async move {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let mut builder = hyper::client::conn::http1::Builder::new();
        if let Some(max) = max_headers {
            builder.max_headers(max);
        }
        let (mut sender, connection) =
            builder.handshake(hyper_util::rt::TokioIo::new(stream)).await.unwrap();
        tokio::task::spawn_local(connection);
        let mut before = 0;
        for sent in 0..11 {
            if sent == 1 {
                before = ALLOCATED.load(Relaxed);
            }
            let request = hyper::Request::get("/").header("host", "localhost");
            let request = request.body(Empty::<Bytes>::new()).unwrap();
            sender.ready().await.unwrap();
            let response = sender.send_request(request).await.unwrap();
            assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "ok");
        }
        (ALLOCATED.load(Relaxed) - before) / 10
    };
    tokio::task::spawn_local(server);
    client.await
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let local = tokio::task::LocalSet::new();
    for max in [None, Some(100), Some(4096)] {
        let bytes = local.block_on(&runtime, bytes_for_each(max));
        println!("{} {bytes}", max.unwrap_or(0));
    }
}
RUST
(cd "$work" && cargo build --quiet) >"$work/log" 2>&1 || cannot_tell "the program was not built: $(tail -3 "$work/log")"
timeout 60 "$work/target/debug/headers" >"$work/output" || cannot_tell "the program failed"
sed 's/^0 /default: /; s/^\([0-9]*\) /limit \1: /; s/$/ bytes for each response/' "$work/output"
default=$(sed -n 's/^0 //p' "$work/output")
raised=$(sed -n 's/^4096 //p' "$work/output")
if [ $((raised - default)) -ge 200000 ]; then echo "as found"; else echo "changed"; exit 1; fi
