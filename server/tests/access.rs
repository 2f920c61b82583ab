//! Passwords and TLS.

mod running;

use std::{fs, io::Write as _};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ocigraph::Code;
use ocigraph_server::{Server, ServerOptions};
use running::{
    Running,
    http::{connect, send},
};

fn basic(credential: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(credential))
}

#[test]
fn every_request_needs_a_password_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("users");
    let hash = |password: &str| bcrypt::hash(password, 4).unwrap();
    fs::write(&file, format!("ada:{}\nbob:{}\n", hash("open: sesame ä"), hash("b"))).unwrap();
    let running =
        Running::start(&[format!("oci:{}/registry", folder.path().display())], |options| {
            options.htpasswd = Some(file);
        });
    let with = |method: &str, target: &str, credential: &str| {
        let value = basic(credential);
        send(running.address(), method, target, &[("Authorization", &value)], b"")
    };
    for (method, target) in [
        ("GET", "/v2/"),
        ("GET", "/v2/_catalog"),
        ("POST", "/v2/app/blobs/uploads/"),
        ("GET", "/v2/app/blobs/uploads/1"),
        ("GET", "/elsewhere"),
    ] {
        let refused = send(running.address(), method, target, &[], b"");
        refused.is_error(401, "UNAUTHORIZED");
        assert!(refused.header("www-authenticate").starts_with("Basic realm="), "{refused:?}");
        for credential in ["ada:wrong", "ada:", "ada:b", "eve:b", ":", "nothing"] {
            with(method, target, credential).is_error(401, "UNAUTHORIZED");
        }
    }
    for credential in ["ada:open: sesame ä", "bob:b", "ada:open: sesame ä"] {
        with("GET", "/v2/", credential).is(200);
        with("POST", "/v2/app/blobs/uploads/", credential).is(202);
    }
    with("GET", "/v2/", "bob:open: sesame ä").is_error(401, "UNAUTHORIZED");
}

#[test]
fn files_that_cannot_be_used_are_errors_before_the_server_listens() {
    let folder = tempfile::tempdir().unwrap();
    let (users, pem) = (folder.path().join("users"), folder.path().join("cert.pem"));
    fs::write(&users, "ada:$apr1$x$y\n").unwrap();
    fs::write(&pem, "no certificate").unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fails = |set: &dyn Fn(&mut ServerOptions)| {
        let mut options = ServerOptions::default();
        "127.0.0.1:0".clone_into(&mut options.listen);
        set(&mut options);
        let sources = [format!("oci:{}", folder.path().join("registry").display())];
        runtime.block_on(Server::bind(&sources, options)).unwrap_err()
    };
    let error = fails(&|options| options.htpasswd = Some(users.clone()));
    assert_eq!(error.code(), Code::InvalidArgument);
    assert!(error.to_string().contains("line 1"), "{error}");
    let error = fails(&|options| options.htpasswd = Some(folder.path().join("missing")));
    assert_eq!(error.code(), Code::NotFound, "{error}");
    let error = fails(&|options| options.tls = Some((pem.clone(), pem.clone())));
    assert_eq!(error.code(), Code::Tls);
    assert!(error.to_string().contains("cert.pem"), "{error}");
}

#[test]
fn a_header_that_is_not_text_is_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    let mut connection = connect(running.address());
    connection
        .write_all(b"GET /v2/ HTTP/1.1\r\nHost: x\r\nRange: \xff\r\nConnection: close\r\n\r\n")
        .unwrap();
    assert_eq!(running::http::Response::read(&mut connection).status, 200);
}
