//! `push` and `attach`.

use std::{
    collections::BTreeMap,
    env::{self, VarError},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use clap::Args;
use ocigraph::{
    Annotations, BufferedContent, Code, Error, File, ManifestFormat, OutputFile, PushOptions,
    Reference, Result, media_type, read_small_file,
};

use crate::{
    ExitCode,
    args::{Common, Format, FormatArg, Target, key_values, usage},
    output,
    progress::uploads,
};

#[derive(Debug, Args)]
#[command(after_help = "\
EXAMPLES
  ocigraph push registry.example.com/app:v1 ./readme.md:text/markdown
  ocigraph push registry.example.com/app --artifact-type signature/example \\
      --subject registry.example.com/app:v1 ./signature.json:application/json
  ocigraph push oci:some/folder:v1,latest ./docs")]
pub(crate) struct PushArgs {
    /// Where to: host/repository[:tag[,tag…]] or oci:PATH[:tag[,tag…]]
    target: Target,
    /// Refer to this artifact, in the same repository
    #[arg(long, value_name = "REFERENCE")]
    subject: Option<Reference>,
    #[command(flatten)]
    artifact: Artifact,
}

#[derive(Debug, Args)]
#[command(after_help = "\
EXAMPLES
  ocigraph attach registry.example.com/app:v1 --artifact-type sbom/example sbom.json")]
pub(crate) struct AttachArgs {
    /// What to refer to
    subject: Reference,
    #[command(flatten)]
    artifact: Artifact,
}

/// What is pushed, whatever it is named.
#[derive(Debug, Args)]
struct Artifact {
    /// Files and directories: PATH[:MEDIA/TYPE]; - is standard input, pushed as `stdin`
    #[arg(value_name = "FILE")]
    files: Vec<String>,
    /// Type of the artifact, as in sbom/example
    #[arg(long, value_name = "TYPE")]
    artifact_type: Option<String>,
    /// Annotate the manifest
    #[arg(short, long = "annotation", value_name = "KEY=VALUE")]
    annotations: Vec<String>,
    /// Annotations from a JSON file: {"$manifest": {…}, "$config": {…}, "FILE": {…}}
    #[arg(long, value_name = "FILE")]
    annotation_file: Option<PathBuf>,
    /// Use a file as config: PATH[:MEDIA/TYPE]
    #[arg(long, value_name = "FILE")]
    config: Option<String>,
    /// Format of the manifest: auto, oci-1.1, oci-1.0, oci-artifact or oras-artifact
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    manifest_format: ManifestFormat,
    /// Take absolute paths, and those with .., as titles
    #[arg(long, visible_alias = "disable-path-validation")]
    allow_path_traversal: bool,
    /// Write the manifest to a file too
    #[arg(long, value_name = "FILE")]
    export_manifest: Option<PathBuf>,
    #[command(flatten)]
    format: FormatArg,
}

pub(crate) async fn push(common: &Common, args: PushArgs) -> Result<ExitCode> {
    send(common, &args.target, args.subject, args.artifact).await
}

/// The artifact goes beside its subject, without a tag.
pub(crate) async fn attach(common: &Common, args: AttachArgs) -> Result<ExitCode> {
    if args.artifact.artifact_type.is_none() {
        return Err(usage("what is attached needs a type")
            .with_hint("pass --artifact-type, as in sbom/example"));
    }
    let target = Reference::new(args.subject.location().clone()).into();
    send(common, &target, Some(args.subject), args.artifact).await
}

async fn send(
    common: &Common,
    target: &Target,
    subject: Option<Reference>,
    artifact: Artifact,
) -> Result<ExitCode> {
    let (export_manifest, format) = (artifact.export_manifest.clone(), artifact.format.format);
    // A path that cannot be written is told before anything is sent.
    let export_manifest = export_manifest.as_deref().map(OutputFile::new).transpose()?;
    let options = PushOptions {
        subject,
        concurrency: common.concurrency(),
        progress: uploads(common),
        ..artifact.options()?
    };
    let pushed = common.client()?.push(&target.reference, options).await?;
    if let Some(mut file) = export_manifest {
        file.write(&pushed.manifest)?;
        file.commit()?;
    }
    match format {
        Format::Text => {
            output::line(&format!("Pushed {target}"));
            output::line(&format!("Digest: {}", pushed.descriptor.digest));
        }
        Format::Json => output::result(&pushed),
    }
    Ok(ExitCode::SUCCESS)
}

impl Artifact {
    fn options(self) -> Result<PushOptions> {
        let mut input_read = false;
        let mut of_files = read_annotation_file(self.annotation_file.as_deref())?;
        let mut annotations = of_files.remove("$manifest").unwrap_or_default();
        annotations.extend(key_values(&self.annotations)?);
        let config = match &self.config {
            Some(text) => {
                let mut config = file(text, &mut input_read)?;
                config.annotations = of_files.remove("$config").unwrap_or_default();
                Some(config)
            }
            None => None,
        };
        let mut files = Vec::with_capacity(self.files.len());
        for text in &self.files {
            let mut file = file(text, &mut input_read)?;
            let (path, _) = split_type(text);
            let plain = path.strip_prefix("./").unwrap_or(path);
            if let Some(annotations) = of_files.remove(path).or_else(|| of_files.remove(plain)) {
                file.annotations = annotations;
            }
            files.push(file);
        }
        if let Some(unused) = of_files.keys().next() {
            return Err(usage(format!(
                "the annotation file names {unused:?}, which is not pushed"
            )));
        }
        Ok(PushOptions {
            files,
            artifact_type: self.artifact_type,
            annotations,
            config,
            format: self.manifest_format,
            allow_path_traversal: self.allow_path_traversal,
            source_date_epoch: source_date_epoch()?,
            ..PushOptions::default()
        })
    }
}

fn file(text: &str, input_read: &mut bool) -> Result<File> {
    let (path, kind) = split_type(text);
    if path.is_empty() {
        return Err(
            usage(format!("{text:?} names no file")).with_hint("write PATH or PATH:MEDIA/TYPE")
        );
    }
    let file = match path {
        "-" if *input_read => {
            return Err(usage("standard input can be pushed once"));
        }
        "-" => {
            *input_read = true;
            BufferedContent::read(std::io::stdin())?.into_file("stdin")?
        }
        _ => File::path(path),
    };
    Ok(match kind {
        Some(kind) => file.with_media_type(kind),
        None => file,
    })
}

/// `path:media/type`. What follows the last colon is a type only when it is written as one, so that
/// a drive letter or a colon in a name is none.
fn split_type(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((path, kind)) if media_type::is_valid(kind) && !Path::new(text).exists() => {
            (path, Some(kind))
        }
        _ => (text, None),
    }
}

fn read_annotation_file(path: Option<&Path>) -> Result<BTreeMap<String, Annotations>> {
    let Some(path) = path else { return Ok(BTreeMap::new()) };
    let text = read_small_file(path).map_err(|e| match e.kind() {
        // Nor would a registry take a manifest of this size.
        ErrorKind::FileTooLarge => {
            Error::new(Code::TooLarge, format!("cannot read {}: {e}", path.display()))
        }
        _ => Error::io("read", path, e),
    })?;
    serde_json::from_slice(&text).map_err(|e| {
        usage(format!("{} holds no annotations: {e}", path.display()))
            .with_hint(r#"write {"$manifest": {"key": "value"}, "FILE": {"key": "value"}}"#)
    })
}

fn source_date_epoch() -> Result<Option<u64>> {
    let wrong = |text: &str| usage(format!("SOURCE_DATE_EPOCH is {text:?}, no number of seconds"));
    match env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text.parse().map(Some).map_err(|_| wrong(&text)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(text)) => Err(wrong(&text.to_string_lossy())),
    }
}

#[cfg(test)]
mod tests {
    use super::split_type;

    #[test]
    fn only_a_media_type_is_taken_for_one() {
        assert_eq!(split_type("./a.json:application/json"), ("./a.json", Some("application/json")));
        assert_eq!(split_type("a:b"), ("a:b", None));
        assert_eq!(split_type(r"C:\dir\a.json"), (r"C:\dir\a.json", None));
    }
}
