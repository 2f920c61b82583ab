//! One function for each task that the documentation describes. The other languages have the same program.
//!
//! ```sh
//! cargo run -p ocigraph --example tasks attach registry.example.com/app:v1 sbom.spdx.json
//! ```

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the output of a program")]

use std::{collections::BTreeSet, path::Path, process::ExitCode};

use ocigraph::{
    AttachOptions, BackupOptions, CheckOptions, Client, Code, File, Presence, PruneOptions,
    ResolveOptions, RestoreOptions, Result, SweepOptions, SweepStatus, SyncOptions, SyncOutcome,
};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let client = Client::new();
    let done = match arguments[..] {
        ["attach", image, sbom] => attach(&client, image, sbom).await,
        ["gate", image] => gate(&client, image).await,
        ["sync", source, destination] => sync(&client, source, destination).await,
        ["prune", repository] => prune(&client, repository).await,
        ["sweep", target] => sweep(&client, target).await,
        ["backup", repository, archive] => backup(&client, repository, archive).await,
        ["restore", archive, destination] => restore(&client, archive, destination).await,
        ["errors", image] => errors(&client, image).await,
        _ => {
            eprintln!("usage: tasks TASK ARGUMENT...");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("tasks: {error}");
            ExitCode::FAILURE
        }
    }
}

// ANCHOR: attach
/// `built` has the digest of the image, which a push returns: a tag can move while the pipeline runs.
async fn attach(client: &Client, built: &str, sbom: &str) -> Result<bool> {
    let file = File::path(sbom).with_media_type("application/spdx+json");
    let options = AttachOptions::default().files(vec![file]).artifact_type("application/spdx+json");
    let attached = client.attach(&built.parse()?, options).await?;
    println!("attached {}", attached.reference);
    Ok(true)
}
// ANCHOR_END: attach

// ANCHOR: gate
async fn gate(client: &Client, image: &str) -> Result<bool> {
    let requirements = ["signature", "sbom"].map(String::from);
    let checked = client.check(&image.parse()?, &requirements, CheckOptions::default()).await?;
    for required in &checked.requirements {
        println!("{}: {}", required.requirement, required.presence.name());
    }
    // `Unknown` is not `Missing`: the registry did not tell. Try again.
    if checked.presence != Presence::Present {
        return Ok(false);
    }
    // Deploy the reference by digest: the tag can move after the check.
    println!("{}", checked.reference);
    Ok(true)
}
// ANCHOR_END: gate

// ANCHOR: sync
async fn sync(client: &Client, source: &str, destination: &str) -> Result<bool> {
    let mut complete = true;
    let mut rows = client.sync(&[source.to_owned()], destination, SyncOptions::default())?;
    while let Some(batch) = rows.next_batch().await? {
        for row in batch {
            println!("{} {}", row.outcome.name(), row.source);
            complete &= matches!(row.outcome, SyncOutcome::Copied | SyncOutcome::Existed);
        }
    }
    Ok(complete)
}
// ANCHOR_END: sync

// ANCHOR: prune
async fn prune(client: &Client, repository: &str) -> Result<bool> {
    // `dry_run(true)` makes the same report and deletes nothing.
    let options = PruneOptions::default().tags(vec!["pr-*".into()]).orphans(true).max(100);
    let report = client.prune(&[repository.parse()?], options).await?;
    for pruned in &report.repositories {
        for manifest in &pruned.deleted {
            println!("deleted {}: {}", manifest.descriptor.digest, manifest.reason);
        }
        for refused in &pruned.refused {
            println!("refused {}: {}", refused.descriptor.digest, refused.error);
        }
    }
    Ok(report.failed.is_empty() && report.repositories.iter().all(|r| r.refused.is_empty()))
}
// ANCHOR_END: prune

// ANCHOR: sweep
async fn sweep(client: &Client, target: &str) -> Result<bool> {
    let mut with_sbom = BTreeSet::new();
    let mut rows = client.sweep(&[target.to_owned()], SweepOptions::default())?;
    while let Some(batch) = rows.next_batch().await? {
        for row in batch {
            let name = format!("{}:{}", row.repository, row.tag.unwrap_or_default());
            // The row of an image has the depth 0 and comes after the rows of what is attached to it.
            if row.depth > 0 {
                if row.kinds.iter().any(|kind| kind == "sbom") {
                    with_sbom.insert(row.image);
                }
            } else if !matches!(row.status, SweepStatus::Found | SweepStatus::None) {
                println!("{name} is {}: {}", row.status.name(), row.error.unwrap_or_default());
            } else if !with_sbom.contains(&row.image) {
                println!("{name} has no SBoM");
            }
        }
    }
    println!("{} images", rows.summary().images);
    Ok(true)
}
// ANCHOR_END: sweep

// ANCHOR: air-gap
async fn backup(client: &Client, repository: &str, archive: &str) -> Result<bool> {
    let options = BackupOptions::default().recursive(true);
    let report = client.backup(&[repository.parse()?], Path::new(archive), options).await?;
    println!("stored {} tags, {} manifests", report.tags.len(), report.manifests);
    Ok(report.missing.is_empty())
}

async fn restore(client: &Client, archive: &str, destination: &str) -> Result<bool> {
    let options = RestoreOptions::default();
    let report = client.restore(&[archive.into()], destination, options).await?;
    println!("restored {} tags, {} manifests", report.tags.len(), report.manifests);
    Ok(report.missing.is_empty())
}
// ANCHOR_END: air-gap

// ANCHOR: errors
async fn errors(client: &Client, image: &str) -> Result<bool> {
    match client.resolve(&image.parse()?, ResolveOptions::default()).await {
        Ok(descriptor) => {
            println!("{}", descriptor.digest);
            return Ok(true);
        }
        Err(error) if error.code() == Code::NotFound => println!("there is no such image"),
        Err(error) if error.is_retryable() => println!("{}: {error}; try again", error.code()),
        Err(error) => println!("{}: {error}", error.code()),
    }
    Ok(false)
}
// ANCHOR_END: errors
