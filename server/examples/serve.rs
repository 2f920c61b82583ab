//! The example of the documentation: serves a folder of layouts, pushes to it, and ends it.
//!
//!     cargo run -p ocigraph-server --example serve -- FOLDER

#![allow(clippy::print_stdout)]

use ocigraph::{Client, PushOptions, Result};
use ocigraph_server::{Server, ServerOptions};
use tokio_util::sync::CancellationToken;

// ANCHOR: serve
async fn serve(client: &Client, folder: &str) -> Result<bool> {
    let mut options = ServerOptions::default();
    options.listen = "127.0.0.1:0".to_owned();
    let server = Server::bind(&[format!("oci:{folder}")], options).await?;
    let repository = format!("{}/team/app", server.address());
    let stop = CancellationToken::new();
    let running = tokio::spawn(server.run(stop.clone()));

    let options = PushOptions::default().artifact_type("app/example");
    client.push(&format!("{repository}:v1").parse()?, options).await?;
    println!("{}", client.tags(&repository.parse()?).await?.join(" "));

    stop.cancel();
    let _ = running.await;
    Ok(true)
}
// ANCHOR_END: serve

#[tokio::main]
async fn main() -> Result<()> {
    let folder = std::env::args().nth(1).expect("serve FOLDER");
    serve(&Client::new(), &folder).await.map(drop)
}
