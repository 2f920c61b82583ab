//! TLS and passwords, with ocigraph and other clients.

use ocigraph_suite::{Authority, PASSWORD, USER, Workspace};

use crate::served::Served;

/// [`USER`] and [`PASSWORD`].
const USERS: &str = "ada:$2a$05$UbGhPBPV5H9xeq2PDrR9me/XTxWit9On2mm3fSqmkbohW.RrpO4cK\n";

#[test]
fn clients_push_and_pull_over_tls_with_a_password() {
    let (work, authority) = (Workspace::new(), Authority::new());
    let own = authority.registry();
    work.write("ca.pem", authority.pem());
    work.write("cert.pem", own.certificate);
    work.write("key.pem", own.key);
    work.write("users", USERS);
    work.write("app.bin", "the program");
    let tls = ["--tls-cert", "cert.pem", "--tls-key", "key.pem", "--htpasswd", "users"];
    let served = Served::start(&work, &[tls.as_slice(), &["oci:registry"]].concat());
    let image = served.reference("app:v1");
    let trust = ["--plain-http=false", "--ca-file", "ca.pem"];
    let push = [["push", &image, "app.bin"].as_slice(), &trust].concat();
    let anonymous = work.ocigraph(&push);
    assert!(anonymous.stderr.contains("[UNAUTHORIZED]"), "{anonymous}");
    let login =
        [["login", &served.host, "-u", USER, "--password-stdin"].as_slice(), &trust].concat();
    let wrong = work.ocigraph_with_input(&login, b"wrong");
    assert!(wrong.stderr.contains("[UNAUTHORIZED]"), "{wrong}");
    work.ocigraph_with_input(&login, PASSWORD.as_bytes()).ok();
    work.ocigraph(&push).ok();
    work.ocigraph(&[["pull", &image, "--output", "pulled"].as_slice(), &trust].concat()).ok();
    assert_eq!(work.read("pulled/app.bin"), b"the program");
    work.oras(&["pull", "--ca-file", "ca.pem", "--output", "by-oras", &image]).ok();
    assert_eq!(work.read("by-oras/app.bin"), b"the program");
    let untrusted = work.ocigraph(&["resolve", &image, "--plain-http=false"]);
    assert!(untrusted.stderr.contains("[TLS]"), "{untrusted}");
    let plain = work.ocigraph(&["resolve", &image, "--plain-http", "--max-attempts", "1"]);
    assert!(plain.fails_with(1).contains("the server uses TLS"));
}

#[test]
fn a_certificate_needs_its_key_and_passwords_are_in_a_file() {
    let work = Workspace::new();
    let failed = work.ocigraph(&["serve", "oci:registry", "--tls-cert", "cert.pem"]);
    assert!(failed.fails_with(2).contains("--tls-key"));
    let credential = ["-u", "ada", "-p", "s3cret"];
    let failed = work.ocigraph(&[["serve", "oci:registry"].as_slice(), &credential].concat());
    assert!(failed.fails_with(2).contains("--htpasswd"));
}
