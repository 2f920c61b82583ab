//! The operations that run on each layout.

use futures::TryStreamExt;
use ocigraph::{
    Client, CopyOptions, DeleteOptions, DiscoverOptions, Error, File, PullOptions, PushOptions,
    Reference, ResolveOptions, Result, TransferOptions, UntagOptions, VerifyOptions,
};
use ocigraph_fixture::Fixture;

use crate::prepared::Layout;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Resolve,
    Tags,
    TagDetails,
    Manifests,
    Discover,
    Pull,
    PullReferrers,
    CopyToRegistry,
    CopyToLayout,
    Verify,
    FetchManifest,
    FetchBlob,
    Tag,
    Untag,
    CopyFromLayout,
    Push,
    PushSame,
    Attach,
    PushManifest,
    PushBlob,
    PushSameBlob,
    DeleteManifest,
    Delete,
}

use Operation::*;

pub(crate) const OPERATIONS: &[Operation] = &[
    Resolve,
    Tags,
    TagDetails,
    Manifests,
    Discover,
    Pull,
    PullReferrers,
    CopyToRegistry,
    CopyToLayout,
    Verify,
    FetchManifest,
    FetchBlob,
    Tag,
    Untag,
    CopyFromLayout,
    Push,
    PushSame,
    Attach,
    PushManifest,
    PushBlob,
    PushSameBlob,
    DeleteManifest,
    Delete,
];

impl Operation {
    /// Returns true for an operation that does not have to change the layout.
    pub(crate) fn reads(self) -> bool {
        OPERATIONS.iter().position(|o| *o == self) < OPERATIONS.iter().position(|o| *o == Tag)
    }

    pub(crate) async fn run(self, layout: &Layout, registry: &Fixture) -> Result<()> {
        let client = Client::new();
        let at = |tag: &str| reference(&format!("oci:{}:{tag}", layout.path().display()));
        let location = || reference(&format!("oci:{}", layout.path().display()));
        let by_digest = |digest| reference(&format!("oci:{}@{digest}", layout.path().display()));
        let beside = |name: &str| reference(&format!("oci:{}:v1", layout.beside(name).display()));
        let recursive = || CopyOptions::default().recursive(true);
        let output = |artifact_type: Option<&str>| {
            let mut options = PullOptions::default();
            options.output = layout.beside("out");
            options.artifact_type = artifact_type.map(str::to_owned);
            options
        };
        let artifact = |text: &str, subject| {
            let mut options = PushOptions::default();
            options.files = vec![File::bytes("file", text.to_owned())];
            options.artifact_type = Some("test/example".into());
            options.subject = subject;
            options
        };
        match self {
            Resolve => drop(client.resolve(&at("v1"), ResolveOptions::default()).await?),
            Tags => drop(client.tags(&at("v1")).await?),
            TagDetails => drop(client.tag_details(&at("v1")).await?),
            Manifests => drop(client.manifests(&at("v1")).await?),
            Discover => drop(client.discover(&at("v1"), DiscoverOptions::default()).await?),
            Pull => drop(client.pull(&at("v1"), output(None)).await?),
            PullReferrers => drop(client.pull(&at("v1"), output(Some("test/signature"))).await?),
            CopyToRegistry => {
                let to = reference(&format!("{}/copy:v1", registry.host()));
                drop(client.copy(&at("v1"), &to, recursive()).await?);
                delete_all(registry).await;
            }
            CopyToLayout => drop(client.copy(&at("v1"), &beside("copy"), recursive()).await?),
            Verify => {
                let report = client.verify(&at("v1"), VerifyOptions::default()).await?;
                if let Some(problem) = report.problems.first() {
                    return Err(Error::new(ocigraph::Code::NotFound, format!("{problem:?}")));
                }
            }
            FetchManifest => {
                drop(client.fetch_manifest(&at("v1"), ResolveOptions::default()).await?)
            }
            FetchBlob => {
                let blob = by_digest(layout.layer());
                let (_, stream) = client.fetch_blob(&blob, TransferOptions::default()).await?;
                let written = layout.beside("stdout");
                // Bytes that were returned before an error count as output.
                let mut stream = stream;
                while let Some(chunk) = stream.try_next().await? {
                    use std::io::Write;
                    let mut file =
                        std::fs::File::options().create(true).append(true).open(&written).unwrap();
                    file.write_all(&chunk).unwrap();
                }
            }
            Tag => drop(client.tag(&at("v1"), &["v2".to_owned()]).await?),
            Untag => client.untag(&at("v1"), UntagOptions::default()).await?,
            CopyFromLayout => {
                drop(client.copy(&beside("good"), &at("copied"), recursive()).await?);
            }
            Push => drop(client.push(&at("pushed"), artifact("pushed", None)).await?),
            PushSame => drop(client.push(&at("same"), artifact(layout.text(), None)).await?),
            Attach => {
                drop(client.push(&at("attached"), artifact("attached", Some(at("v1")))).await?);
            }
            PushManifest => {
                let manifest =
                    client.fetch_manifest(&beside("good"), ResolveOptions::default()).await?;
                client.push_manifest(&at("again"), &manifest).await?;
            }
            PushBlob => drop(client.push_bytes(&location(), "a blob".into()).await?),
            PushSameBlob => {
                drop(client.push_bytes(&location(), layout.text().to_owned().into()).await?)
            }
            DeleteManifest => {
                let manifest = client.fetch_manifest(&at("v1"), ResolveOptions::default()).await?;
                client.delete_manifest(&at("v1"), &manifest).await?;
            }
            Delete => drop(client.delete(&at("v1"), DeleteOptions::default()).await?),
        }
        Ok(())
    }
}

fn reference(text: &str) -> Reference {
    text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// Deletes everything, so that the next copy finds no content.
async fn delete_all(registry: &Fixture) {
    let place = reference(&format!("{}/copy:v1", registry.host()));
    Client::new().delete(&place, DeleteOptions::default()).await.unwrap();
}
