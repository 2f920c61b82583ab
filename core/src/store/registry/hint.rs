//! What to try after a failure of a registry, its token server, or the way to it: every hint that the
//! registry code gives.
//!
//! `tests/vectors/hints.json` has at least one situation for each, and a test reaches it. A hint is
//! an instruction that can be followed in that situation; where none can, the error has no hint.

use std::fmt::Display;

/// Writes a function for each hint.
macro_rules! hints {
    ($($name:ident($($value:ident),*) = $text:literal;)*) => {
        $(pub(crate) fn $name($($value: impl Display),*) -> String { format!($text) })*
    };
}

hints! {
    sign_in(login) = "sign in with {login}";
    sign_in_again(host, login) = "the credentials for {host} were refused; sign in again with {login}";
    credential_refused(host) = "the credentials for {host} were refused; give others";
    callback_without_credential(host) = "the credential callback returned no credential for {host}";
    client_without_credential(host) = "this client has no credentials for {host}; give some";
    not_permitted(host) = "use credentials for {host} that permit this operation";
    check_password() = "check the user name and the password";
    realm_refused() = "nothing was sent to it; check the address of the registry";

    web_page() = "a web page answered; check the name and the port of the registry, and whether a gateway requires a sign-in";
    not_a_registry() = "check the name and the port of the registry";
    compressed_response() = "let the registry, or the proxy in front of it, send responses without compression";
    uses_tls() = "the server uses TLS: omit --plain-http, or pass --plain-http=false";
    redirected_to(host) = "name the registry by its address {host}";
    redirected_to_tls() = "the registry redirects to TLS: omit --plain-http, or pass --plain-http=false";
    redirected_by_gateway() = "check whether a gateway or a sign-in page is in front of the registry";
    forwarded_proto() = "if a proxy in front of the registry ends TLS, let it send X-Forwarded-Proto: https";
    too_many_requests() = "try again later, or send fewer concurrent requests (--concurrency)";

    check_address(host) = "check the address {host}, and that the server runs";
    check_given_address(address, host) = "check the address {address} that was given for {host} (--resolve), and that the server runs";
    form_of_address() = "for example registry.example.com:443:203.0.113.7 or registry.example.com:443:[2001:db8::7]:8443";
    proxy_variable(name) = "correct or remove {name}, or use no proxy (--no-proxy)";
    untrusted_certificate() = "for a private certificate authority, pass its certificate (--ca-file)";
    no_tls_at_server() = "for a registry without TLS, use plain HTTP (--plain-http)";
    wrong_certificate() = "check the name of the registry and the clock of this machine, or let the registry renew its certificate";
    client_certificate_required() = "pass a client certificate (--cert-file and --key-file)";
    no_pem() = "expected PEM: -----BEGIN CERTIFICATE-----";
    certificate_and_key() = "pass both (--cert-file and --key-file)";

    list_tags(repository) = "`ocigraph tags {repository}` lists the tags";
    list_manifests(repository) = "`ocigraph manifests {repository}` lists the manifests";
    check_repository(repository) = "check the name {repository}";
    reduce_manifest() = "use fewer annotations, or split the artifact";
    content_first() = "push the content that the manifest names to this repository, then the manifest again";
    immutable_tag(tag) = "choose another tag: the registry may not allow {tag} to be changed";
    media_type_refused(media_type) = "let the registry accept {media_type}; zot accepts Docker's manifests with the setting compat: docker2s2";
    use_sha256() = "use sha256, an image layout, or a registry that supports this algorithm";
    refer_by_digest() = "refer to the manifest by its digest, without a tag";

    delete_at_docker_hub() = "delete the manifest on the web site of Docker Hub";
    delete_at_github() = "delete the package version on its GitHub page, or by GitHub's REST API";
    enable_deletion(host) = "enable deletion at {host}, or unlock the manifest";
    enable_blob_deletion(host) = "enable deletion at {host}, or delete the artifact and let the registry collect its blobs";
    delete_with_manifest(host) = "{host} deletes a tag only with its manifest and all its tags: `ocigraph delete` does that";
    enable_tag_deletion(host) = "enable deletion of tags at {host}, or remove the tag in its own interface";

    no_referrers_api() = "let clients keep the list: pass --distribution-spec v1.1-referrers-tag, or omit it";
    referrers_list_busy() = "try again when fewer clients write to it";
    not_a_referrers_list(tag) = "remove the tag {tag}, then push again";
    malformed_referrers_list(tag) = "repair or remove the tag {tag}, then try again";
    referrers_list_too_large(subject) = "use fewer annotations, or delete referrers of {subject}";
    referrers_list_immutable(tag) = "let the registry change the tag {tag}: exclude sha256-* from immutable tags";
    attach_again() = "push it again to list it";

    name_credential_file() = "set DOCKER_CONFIG, or name a file with --registry-config";
    sign_in_to_registry(host) = "sign in to {host}, or name another file (--registry-config)";
    wait_for_program() = "try again after that program has ended";
    end_lock_holder() = "end the process that holds the lock, and try again";
    repair_credential_file() = "repair it or move it away; `ocigraph login` writes a new one";
    helper_name() = "expected letters, digits, dots, underscores and hyphens";
    install_helper() = "install it, or remove it from the credential file";
    install_helper_first(program, file, next) = "install the credential helper {program}, or remove it from {file}, then {next}";
}
