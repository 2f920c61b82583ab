//! The proxy that imitates a network: it forwards every byte in both directions, and a reader that
//! does not read blocks the writer.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use ocigraph_suite::Proxy;

const MIB: usize = 1 << 20;

/// The paths: the round trip in milliseconds, and the bytes per second.
const PATHS: [(u64, u64); 4] = [(0, 0), (0, 20_000_000), (20, 0), (20, 20_000_000)];

/// Returns content in which no part is like another.
fn content(seed: u32, length: usize) -> Vec<u8> {
    let words =
        (0..).flat_map(|i: u32| i.wrapping_mul(2_654_435_761).wrapping_add(seed).to_le_bytes());
    words.take(length).collect()
}

#[test]
fn every_byte_passes_in_both_directions_of_each_connection() {
    for (round_trip, rate) in PATHS {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let proxy = Proxy::with_rate(&host, Duration::from_millis(round_trip), rate);
        // Not a multiple of the chunks of the proxy.
        let (asked, answered) = (content(1, 3 * MIB + 17), content(2, 5 * MIB + 1));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut client = TcpStream::connect(proxy.host()).unwrap();
                    client.write_all(&asked).unwrap();
                    client.shutdown(Shutdown::Write).unwrap();
                    let mut received = Vec::new();
                    client.read_to_end(&mut received).unwrap();
                    assert!(received == answered, "{round_trip} ms, {rate} bytes per second");
                });
            }
            for _ in 0..2 {
                let (mut server, _) = listener.accept().unwrap();
                let (asked, answered) = (&asked, &answered);
                scope.spawn(move || {
                    let mut received = Vec::new();
                    server.read_to_end(&mut received).unwrap();
                    assert!(received == *asked, "{round_trip} ms, {rate} bytes per second");
                    server.write_all(answered).unwrap();
                });
            }
        });
    }
}

#[test]
fn a_slow_reader_blocks_the_writer() {
    // Much more than the queue of the proxy and the buffers of the two sockets hold.
    const MOST: usize = 256 * MIB;
    for rate in [0, 4_000_000_000] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let proxy = Proxy::with_rate(&host, Duration::from_millis(2), rate);
        let mut client = TcpStream::connect(proxy.host()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        server.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
        let block = content(3, MIB);
        let mut written = 0;
        while written < MOST {
            match server.write(&block[written % MIB..]) {
                Ok(n) => written += n,
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
                    break;
                }
            }
        }
        assert!(written < MOST, "the proxy holds {} MiB, rate {rate}", written / MIB);

        drop(server);
        let mut received = Vec::new();
        client.read_to_end(&mut received).unwrap();
        assert_eq!(received.len(), written, "rate {rate}");
        assert!(received.chunks(MIB).all(|part| part == &block[..part.len()]), "rate {rate}");
    }
}
