//! A registry at hand: image layouts and archives that this process serves.

use std::{mem::MaybeUninit, path::PathBuf, time::Duration};

use ::ocigraph_runtime::ProcessLocal;
use ocigraph_server::{Server, ServerOptions};
use tokio::{runtime::Runtime, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    boundary::{call, call_status, free, read, require},
    error::ocigraph_error,
    signals,
    status::ocigraph_status,
    text::{invalid, ocigraph_str, spaced, texts},
};

/// Options of `ocigraph_serve`.
pub struct ocigraph_serve_options {
    core: ServerOptions,
}

/// Creates serve options with the default values.
///
/// Ownership: free the result with `ocigraph_serve_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_serve_options_new() -> Option<Box<ocigraph_serve_options>> {
    Some(Box::new(ocigraph_serve_options { core: default_options() }))
}

/// Frees serve options. Registries that were started with them are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_serve_options_free(options: Option<Box<ocigraph_serve_options>>) {
    free(options);
}

/// Sets the address to listen on: "HOST:PORT". Port 0 chooses a free port. Default, also for no text:
/// "127.0.0.1:0".
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_serve_options_set_listen(
    options: Option<&mut ocigraph_serve_options>,
    listen: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let listen = listen.optional("listen")?.unwrap_or_else(|| ANY_PORT.to_owned());
        require(options, "options")?.core.listen = listen;
        Ok(())
    })
}

/// If true, the registry refuses every change. Default: false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_serve_options_set_read_only(
    options: Option<&mut ocigraph_serve_options>,
    read_only: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.read_only = read_only;
        Ok(())
    })
}

/// Sets a file with the passwords of users, as `htpasswd -B` writes it: one "USER:HASH" a line, with a
/// hash of bcrypt. Every request then needs one of them. `ocigraph_serve` reads the file once.
/// Default, also for no text: none, everyone who can connect may do everything.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the path is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_serve_options_set_htpasswd(
    options: Option<&mut ocigraph_serve_options>,
    path: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let path = path.optional("path")?.map(PathBuf::from);
        require(options, "options")?.core.htpasswd = path;
        Ok(())
    })
}

/// Sets the certificate of the registry, followed by those that it was signed with, and its private
/// key, both as PEM files. `ocigraph_serve` reads them once. No text for both selects plain HTTP, the
/// default.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, if a path is not UTF-8, or if only one path is given.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_serve_options_set_certificate(
    options: Option<&mut ocigraph_serve_options>,
    cert_file: ocigraph_str,
    key_file: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let tls = match (cert_file.optional("cert_file")?, key_file.optional("key_file")?) {
            (Some(cert), Some(key)) => Some((cert.into(), key.into())),
            (None, None) => None,
            _ => return Err(invalid("a certificate needs its key: give cert_file and key_file")),
        };
        require(options, "options")?.core.tls = tls;
        Ok(())
    })
}

/// Makes the registry imitate another one, to test a client: what that lacks, refuses and answers.
/// `name`: "azure", "docker-2.8", "ecr", "ghcr" or "harbor"; `docs/serve.md` has the habits. Default, also
/// for no text: the specification.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the name is not one of these.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_serve_options_set_behave_as(
    options: Option<&mut ocigraph_serve_options>,
    name: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let options = require(options, "options")?;
        options.core.behave_as = name.parse_optional("name")?;
        Ok(())
    })
}

/// A registry that `ocigraph_serve` started.
pub struct ocigraph_served_registry {
    host: String,
    serving: ProcessLocal<Serving>,
}

struct Serving {
    threads: Runtime,
    stop: CancellationToken,
    ended: JoinHandle<()>,
}

/// Serves image layouts as a registry on threads of its own, for tests and for machines without a
/// network, until the registry is freed. It is that of the command `ocigraph serve`: the OCI
/// distribution specification 1.1.1 with referrers, over layouts that other processes can use at the
/// same time. The registry has its address when this function returns, and answers.
///
/// `sources`: an array of `count` sources, each "[NAME=]oci:PATH". A layout is one repository, with the
/// name of its directory or NAME. A directory without a layout is a folder of layouts: repository a/b
/// is the layout a/b below it, which the first push creates. It need not exist. A tar archive of a
/// layout is read-only. `options`: NULL selects the defaults.
///
/// Ownership: free `out` with `ocigraph_served_registry_free`.
/// Errors: INVALID_ARGUMENT if `sources` is empty, or if a source, the address or the file of passwords
/// cannot be used; NETWORK if the address cannot be listened on; TLS if the certificate or its key
/// cannot be used; NOT_FOUND, IO, INVALID_MANIFEST if a source cannot be read.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_serve(
    sources: *const ocigraph_str,
    count: usize,
    options: Option<&ocigraph_serve_options>,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_served_registry>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let sources = texts(sources, count, "sources")?;
        let options = options.map_or_else(default_options, |options| options.core.clone());
        let threads = ::ocigraph_runtime::build("ocigraph serve", 0, signals::block)?;
        let server = threads
            .block_on(Server::bind(&sources, options))
            .map_err(|error| error.with_operation("serve", spaced(&sources)))?;
        let (host, stop) = (server.address().to_string(), CancellationToken::new());
        let ended = threads.spawn(server.run(stop.clone()));
        let serving = ProcessLocal::new(Serving { threads, stop, ended });
        Ok(ocigraph_served_registry { host, serving })
    })
}

/// Returns the host and port of the registry, as references name them, such as "127.0.0.1:40123".
///
/// Ownership: borrowed from `registry`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_served_registry_host(
    registry: Option<&ocigraph_served_registry>,
) -> ocigraph_str {
    read(registry, |registry| registry.host.as_str().into())
}

/// Ends a registry: accepts no more connections, lets the requests in progress end for at most 10
/// seconds, and frees it. Uploads that are in progress are removed. In a forked child process it does
/// nothing: the registry belongs to the parent.
///
/// Ownership: takes `registry`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_served_registry_free(registry: Option<Box<ocigraph_served_registry>>) {
    free(registry);
}

const ANY_PORT: &str = "127.0.0.1:0";

/// A program starts a registry beside others, so the port is free by default.
fn default_options() -> ServerOptions {
    let mut options = ServerOptions::default();
    options.listen = ANY_PORT.to_owned();
    options
}

impl Drop for ocigraph_served_registry {
    fn drop(&mut self) {
        let Some(Serving { threads, stop, ended }) = self.serving.take() else { return };
        stop.cancel();
        // It ends within its own time limit. A panic in it was reported by the thread.
        let _ = threads.block_on(ended);
        threads.shutdown_timeout(Duration::from_secs(1));
    }
}
