//! `serve`: serves image layouts and archives as a registry.

use std::path::PathBuf;

use clap::Args;
use ocigraph::Result;
use ocigraph_server::{Server, ServerOptions};
use tokio_util::sync::CancellationToken;

use crate::{
    ExitCode,
    args::{Common, usage},
    output,
};

#[derive(Debug, Args)]
#[command(after_help = "\
A SOURCE is [NAME=]oci:PATH. PATH is one of
  a layout             one repository, with the name of its directory, or NAME
  a tar archive        read-only: the repositories that `ocigraph backup` put in it, without their
                       hosts; or one repository with the name of the file, or NAME
  any other directory  a folder of layouts: repository a/b is the layout PATH/a/b. The first push to
                       a repository creates it. The directory need not exist

Prints `listening on HOST:PORT` when it is ready. Other processes can use the layouts at the same
time. SIGTERM and SIGINT let requests in progress end for 10 s; the exit code is 0 then.

Without TLS and passwords, serve only addresses that nobody else can reach.

EXAMPLES
  ocigraph serve oci:registry
  ocigraph serve oci:backup.tar --listen 127.0.0.1:0
  ocigraph serve oci:registry --behave-as docker-2.8
  ocigraph serve team/app=oci:store/app oci:store/base --read-only
  ocigraph serve oci:registry --listen 0.0.0.0:443 --htpasswd users \\
      --tls-cert cert.pem --tls-key key.pem")]
pub(crate) struct ServeArgs {
    /// Layouts, archives, or a folder of layouts
    #[arg(value_name = "SOURCE", required = true)]
    sources: Vec<String>,
    /// Address to listen on; port 0 chooses a free port
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:5000")]
    listen: String,
    /// Refuse every change
    #[arg(long)]
    read_only: bool,
    /// Imitate what a registry lacks, refuses and answers, to test clients: azure, docker-2.8, ecr, ghcr
    /// or harbor
    #[arg(long, value_name = "REGISTRY")]
    behave_as: Option<String>,
    /// Also end when standard input ends, and so with the program that holds its other end
    #[arg(long)]
    until_stdin_ends: bool,
    /// Ask for a user name and a password of this file, which `htpasswd -B` writes
    #[arg(long, value_name = "FILE")]
    htpasswd: Option<PathBuf>,
    /// Certificate of the server, followed by those that it was signed with (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

/// Serves until `stop` is cancelled.
pub(crate) async fn serve(
    common: &Common,
    args: ServeArgs,
    stop: CancellationToken,
) -> Result<ExitCode> {
    if let Some(option) = common.registry_only() {
        return Err(usage(format!(
            "{option} is for clients of a registry, and serve is a registry"
        ))
        .with_hint(format!("omit {option}; --htpasswd has the passwords of a registry")));
    }
    let mut options = ServerOptions::default();
    options.listen = args.listen;
    options.read_only = args.read_only;
    let behave_as = args.behave_as.as_deref().map(str::parse).transpose();
    options.behave_as =
        behave_as.map_err(|error: ocigraph::Error| error.with_operation("serve", "--behave-as"))?;
    options.htpasswd = args.htpasswd;
    options.tls = args.tls_cert.zip(args.tls_key);
    let server = Server::bind(&args.sources, options)
        .await
        .map_err(|error| error.with_operation("serve", args.sources.join(" ")))?;
    output::line(&format!("listening on {}", server.address()));
    if args.until_stdin_ends {
        end_with_stdin(stop.clone());
    }
    server.run(stop).await;
    Ok(ExitCode::SUCCESS)
}

/// Cancels `stop` when standard input ends. The thread ends with the process.
fn end_with_stdin(stop: CancellationToken) {
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        stop.cancel();
    });
}
