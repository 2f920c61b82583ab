//! Clients that are slow, many or malicious.

mod running;

use std::{
    fs,
    io::{Read as _, Write as _},
    thread,
    time::{Duration, Instant},
};

use ocigraph::Algorithm;
use running::{
    Running,
    http::{PATIENCE, Response, connect, send, send_head},
};

const SHORT: Duration = Duration::from_millis(300);

fn uploads(running: &Running) -> String {
    let started = send(running.address(), "POST", "/v2/app/blobs/uploads/", &[], b"").is(202);
    started.header("location").to_owned()
}

#[test]
fn a_client_that_stops_sending_is_ended_and_can_resume() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(&[format!("oci:{}", folder.path().display())], |options| {
        options.idle_timeout = SHORT;
    });
    let location = uploads(&running);
    let mut connection = connect(running.address());
    let large = vec![7; 1 << 20];
    send_head(&mut connection, "PATCH", &location, &[("Content-Length", "2097152")]);
    connection.write_all(&large).unwrap();
    Response::read(&mut connection).is_error(408, "BLOB_UPLOAD_INVALID");
    let status = send(running.address(), "GET", &location, &[], b"").is(204);
    let arrived: usize = status.header("range").strip_prefix("0-").unwrap().parse().unwrap();
    assert!(arrived >= 500_000, "{arrived}");
    let rest = [&large[arrived + 1..], &large].concat();
    let range = format!("{}-{}", arrived + 1, 2 * large.len() - 1);
    let headers = [("Content-Range", range.as_str())];
    send(running.address(), "PATCH", &location, &headers, &rest).is(202);
    let digest = Algorithm::Sha256.digest(&large.repeat(2));
    send(running.address(), "PUT", &format!("{location}?digest={digest}"), &[], b"").is(201);
}

#[test]
fn a_request_continues_an_upload_whose_connection_broke_unnoticed() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    let location = uploads(&running);
    let mut stale = connect(running.address());
    send_head(&mut stale, "PATCH", &location, &[("Content-Length", "100")]);
    stale.write_all(b"lost").unwrap();
    thread::sleep(Duration::from_millis(100));
    let started = Instant::now();
    send(running.address(), "PATCH", &location, &[("Content-Range", "0-4")], b"hello").is(202);
    assert!(started.elapsed() < PATIENCE / 2, "it waited for the other connection");
    Response::read(&mut stale).is_error(400, "BLOB_UPLOAD_INVALID");
    let digest = Algorithm::Sha256.digest(b"hello");
    send(running.address(), "PUT", &format!("{location}?digest={digest}"), &[], b"").is(201);
}

#[test]
fn a_client_that_stops_reading_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(&[format!("oci:{}", folder.path().display())], |options| {
        options.idle_timeout = SHORT;
        options.max_connections = 1;
    });
    let large = vec![7; 32 << 20];
    let digest = Algorithm::Sha256.digest(&large);
    let target = format!("/v2/app/blobs/uploads/?digest={digest}");
    send(running.address(), "POST", &target, &[], &large).is(201);
    let mut stalled = connect(running.address());
    send_head(&mut stalled, "GET", &format!("/v2/app/blobs/{digest}"), &[]);
    stalled.read_exact(&mut [0; 12]).unwrap();
    // The only connection is free again once the stalled one was closed.
    send(running.address(), "GET", "/v2/", &[], b"").is(200);
    let mut rest = Vec::new();
    let _ = stalled.read_to_end(&mut rest);
    assert!(rest.len() < large.len(), "the response should be incomplete");
}

#[test]
fn a_request_that_does_not_end_does_not_keep_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(&[format!("oci:{}", folder.path().display())], |options| {
        options.stop_timeout = SHORT;
    });
    let location = uploads(&running);
    let mut stalled = connect(running.address());
    send_head(&mut stalled, "PATCH", &location, &[("Content-Length", "100")]);
    stalled.write_all(b"some").unwrap();
    let mut idle = connect(running.address());
    idle.write_all(b"GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    idle.read_exact(&mut [0; 12]).unwrap();
    let started = Instant::now();
    drop(running);
    assert!(started.elapsed() < PATIENCE / 2, "{:?}", started.elapsed());
    let names = fs::read_dir(folder.path().join("app/.ocigraph")).unwrap().flatten();
    let left = names.filter(|e| e.file_name().to_string_lossy().starts_with("blob-")).count();
    assert_eq!(left, 0);
}

#[test]
fn the_number_of_connections_is_limited_and_others_wait() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(&[format!("oci:{}", folder.path().display())], |options| {
        options.max_connections = 2;
    });
    let locations = [uploads(&running), uploads(&running)];
    let held = locations.map(|location| {
        let mut connection = connect(running.address());
        send_head(&mut connection, "PATCH", &location, &[("Content-Length", "100")]);
        connection.write_all(b"some").unwrap();
        connection
    });
    let address = running.address();
    let waiting = thread::spawn(move || send(address, "GET", "/v2/", &[], b"").status);
    thread::sleep(SHORT);
    assert!(!waiting.is_finished(), "a third connection was served");
    drop(held);
    assert_eq!(waiting.join().unwrap(), 200);
}

#[test]
fn idle_connections_do_not_keep_others_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(&[format!("oci:{}", folder.path().display())], |options| {
        options.max_connections = 2;
    });
    let idle: Vec<_> = (0..4)
        .map(|_| {
            let mut connection = connect(running.address());
            connection.write_all(b"GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
            connection.read_exact(&mut [0; 12]).unwrap();
            connection
        })
        .collect();
    send(running.address(), "GET", "/v2/", &[], b"").is(200);
    drop(idle);
}

#[test]
fn the_number_of_uploads_is_limited() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(&[format!("oci:{}", folder.path().display())], |options| {
        options.max_uploads = 2;
    });
    let first = uploads(&running);
    uploads(&running);
    let refused = send(running.address(), "POST", "/v2/app/blobs/uploads/", &[], b"");
    refused.is_error(429, "TOOMANYREQUESTS");
    assert!(!refused.header("retry-after").is_empty());
    send(running.address(), "DELETE", &first, &[], b"").is(204);
    uploads(&running);
}

#[test]
fn an_upload_that_nobody_continues_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(&[format!("oci:{}", folder.path().display())], |options| {
        options.upload_timeout = SHORT;
        options.sweep_interval = SHORT;
    });
    let location = uploads(&running);
    send(running.address(), "PATCH", &location, &[], b"half").is(202);
    let until = Instant::now() + PATIENCE;
    while send(running.address(), "GET", &location, &[], b"").status != 404 {
        assert!(Instant::now() < until, "the upload should be removed");
        thread::sleep(Duration::from_millis(50));
    }
    let names = fs::read_dir(folder.path().join("app/.ocigraph")).unwrap().flatten();
    let left = names.filter(|e| e.file_name().to_string_lossy().starts_with("blob-")).count();
    assert_eq!(left, 0);
}

#[test]
fn headers_and_targets_that_are_too_long_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    let refuses = |target: &str, headers: &[(&str, &str)]| {
        let mut connection = connect(running.address());
        send_head(&mut connection, "GET", target, headers);
        // The server may close the connection before the client has sent everything.
        if let Some(refused) = Response::read_if_any(&mut connection) {
            assert!([414, 431].contains(&refused.status), "{refused:?}");
        }
    };
    // The limit is 64 KiB, and what is read with the last of them.
    let long = "x".repeat(300 * 1024);
    refuses("/v2/", &[("X-Long", &long)]);
    refuses(&format!("/v2/app/tags/list?last={long}"), &[]);
    let many: Vec<(String, &str)> = (0..200).map(|n| (format!("X-{n}"), "y")).collect();
    let many: Vec<(&str, &str)> =
        many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    refuses("/v2/", &many);
    // The server goes on.
    send(running.address(), "GET", "/v2/", &[], b"").is(200);
}
