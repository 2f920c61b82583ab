//! The bytes of blobs on connections that carry several requests.

mod running;

use std::io::{Read as _, Write as _};

use ocigraph::Algorithm;
use running::{
    Running,
    http::{connect, send},
};

const MIB: usize = 1 << 20;

/// Returns bytes that differ from those of other seeds and from zeros.
fn content(seed: usize, size: usize) -> Vec<u8> {
    (0..size)
        .map(|at| u8::try_from((at * 31 + at / 251 + seed * 7 + 1) % 255).unwrap() + 1)
        .collect()
}

#[test]
fn blobs_of_any_size_follow_each_other_on_one_connection() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    let sizes = [1, 32 << 10, (32 << 10) + 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 5];
    let blobs: Vec<(String, Vec<u8>)> = sizes
        .iter()
        .enumerate()
        .map(|(seed, size)| {
            let content = content(seed, *size);
            let digest = Algorithm::Sha256.digest(&content).to_string();
            let target = format!("/v2/app/blobs/uploads/?digest={digest}");
            send(running.address(), "POST", &target, &[], &content).is(201);
            (digest, content)
        })
        .collect();
    // Each blob after each other one, as a whole, in part, and without its content.
    let mut requests = Vec::new();
    for first in 0..blobs.len() {
        for (second, (_, content)) in blobs.iter().enumerate() {
            let middle = content.len() / 2;
            requests.extend([(first, "GET", 0), (second, "GET", middle), (first, "HEAD", 0)]);
        }
    }
    let mut connection = connect(running.address());
    let mut sender = connection.try_clone().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // All requests are on their way before the first response has been read.
            let mut text = String::new();
            for (blob, method, start) in &requests {
                let digest = &blobs[*blob].0;
                text.push_str(&format!("{method} /v2/app/blobs/{digest} HTTP/1.1\r\nHost: x\r\n"));
                if *start > 0 {
                    text.push_str(&format!("Range: bytes={start}-\r\n"));
                }
                text.push_str("\r\n");
            }
            sender.write_all(text.as_bytes()).unwrap();
        });
        for (blob, method, start) in &requests {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                connection.read_exact(&mut byte).unwrap();
                head.extend(byte);
            }
            let head = String::from_utf8(head).unwrap();
            let status = if *start > 0 { "HTTP/1.1 206" } else { "HTTP/1.1 200" };
            assert!(head.starts_with(status), "{head}");
            if *method == "GET" {
                let expected = &blobs[*blob].1[*start..];
                let mut body = vec![0; expected.len()];
                connection.read_exact(&mut body).unwrap();
                assert!(body == expected, "blob {blob} from byte {start}");
            }
        }
    });
}
