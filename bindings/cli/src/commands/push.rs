//! `push` and `attach`: push files as an artifact.

use std::{
    collections::BTreeMap,
    env::{self, VarError},
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use ocigraph::{
    Annotations, AttachOptions, BufferedContent, Code, Content, EMPTY_JSON, Error, File, Manifest,
    ManifestFormat, OutputFile, Platform, PushOptions, PushResult, Reference, Result, media_type,
    read_small_file, utf8_text,
};

use crate::{
    ExitCode,
    args::{Common, key_values, usage},
    format::{Format, FormatArg},
    oras_defaults, output,
    progress::uploads,
    shapes,
    target::{LayoutArgs, Target, TargetText},
    usage::{Usage, is_standard_input},
};

#[derive(Debug, Args)]
#[command(after_help = "\
EXAMPLES
  ocigraph push registry.example.com/app:v1 ./readme.md:text/markdown
  ocigraph push registry.example.com/app --artifact-type signature/example \\
      --subject registry.example.com/app:v1 ./signature.json:application/json
  ocigraph push oci:some/folder:v1,latest ./docs")]
pub(crate) struct PushArgs {
    /// Destination: host/repository[:tag[,tag…]] or oci:PATH[:tag[,tag…]]
    target: TargetText,
    /// Subject: an artifact in the same repository that the new artifact refers to
    #[arg(long, value_name = "REFERENCE")]
    subject: Option<TargetText>,
    /// Platform that the artifact is for: it becomes the config, by which an index can list it
    #[arg(long, value_name = "OS/ARCH[/VARIANT][:OS_VERSION]", conflicts_with = "config")]
    artifact_platform: Option<Platform>,
    /// Version of the image specification: v1.1 is --manifest-format oci-1.1, v1.0 is oci-1.0
    #[arg(long, value_name = "VERSION", conflicts_with = "manifest_format")]
    image_spec: Option<ImageSpec>,
    /// Ignored: push always asks the destination whether it has a blob
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    artifact: Artifact,
}

/// A version of the image specification.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum ImageSpec {
    /// The config has the artifact type, and there is no subject
    #[value(name = "v1.0")]
    V1_0,
    /// The manifest has artifactType and subject
    #[value(name = "v1.1")]
    V1_1,
}

#[derive(Debug, Args)]
#[command(after_help = "\
EXAMPLES
  ocigraph attach registry.example.com/app:v1 --artifact-type sbom/example sbom.json
  ocigraph attach registry.example.com/app:v1 --artifact-type sbom/example \\
      --platform linux/arm64 sbom-arm64.json
  ocigraph attach registry.example.com/app:v1 --artifact-type note/example \\
      --allow-empty -a text=approved")]
pub(crate) struct AttachArgs {
    /// Subject: the artifact to attach to
    subject: TargetText,
    /// Attach to the image for this platform in an index
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    platform: Option<Platform>,
    /// Attach an artifact without files
    #[arg(long)]
    allow_empty: bool,
    #[command(flatten)]
    artifact: Artifact,
}

/// The arguments that `push` and `attach` share.
#[derive(Debug, Args)]
struct Artifact {
    /// Files and directories to push: PATH[:MEDIA/TYPE]. - means standard input, with the title `stdin`
    #[arg(value_name = "FILE")]
    files: Vec<String>,
    /// Title of a file in place of its path: where a pull writes it. Give one for each file, in their order
    #[arg(long = "title", value_name = "TITLE")]
    titles: Vec<String>,
    /// Type of the artifact, for example sbom/example
    #[arg(long, value_name = "TYPE")]
    artifact_type: Option<String>,
    /// Add an annotation to the manifest
    #[arg(short, long = "annotation", value_name = "KEY=VALUE")]
    annotations: Vec<String>,
    /// Add annotations from a JSON file, or - for standard input:
    /// {"$manifest": {…}, "$config": {…}, "FILE": {…}}
    #[arg(long, value_name = "FILE")]
    annotation_file: Option<PathBuf>,
    /// Use this file as the config: PATH[:MEDIA/TYPE]. - means standard input. Default media type:
    /// application/vnd.unknown.config.v1+json
    #[arg(long, value_name = "FILE")]
    config: Option<String>,
    /// Format of the manifest: auto, oci-1.1, oci-1.0, oci-artifact or oras-artifact
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    manifest_format: ManifestFormat,
    /// Allow titles that are absolute paths or contain ..
    #[arg(long, visible_alias = "disable-path-validation")]
    allow_path_traversal: bool,
    /// Also write the manifest to this file
    #[arg(long, value_name = "FILE")]
    export_manifest: Option<PathBuf>,
    #[command(flatten)]
    format: FormatArg,
    #[command(flatten)]
    layout: LayoutArgs,
}

impl PushArgs {
    pub(crate) fn usage(&self) -> Result<Usage> {
        let standard_input = self.artifact.standard_input();
        Ok(Usage { standard_input, ..Usage::of_target(&self.artifact.layout, &self.target)? })
    }
}

impl AttachArgs {
    pub(crate) fn usage(&self) -> Result<Usage> {
        let standard_input = self.artifact.standard_input();
        Ok(Usage { standard_input, ..Usage::of_target(&self.artifact.layout, &self.subject)? })
    }
}

pub(crate) async fn push(common: &Common, args: PushArgs) -> Result<ExitCode> {
    let written = Written::new(&args.artifact)?;
    let layout = &args.artifact.layout;
    let target = layout.target(&args.target)?;
    let subject = args.subject.as_ref().map(|subject| layout.reference(subject)).transpose()?;
    let mut options = args.artifact.options()?;
    options.subject = subject;
    options.artifact_platform = args.artifact_platform;
    match args.image_spec {
        Some(ImageSpec::V1_0) => {
            options.format = ManifestFormat::Oci10;
            // What ORAS writes without a type: it is that of a config, and not of an artifact.
            if options.artifact_type.is_none() && options.artifact_platform.is_none() {
                let empty = File::bytes("config", EMPTY_JSON);
                let empty = empty.with_media_type(media_type::UNKNOWN_CONFIG);
                options.config.get_or_insert(empty);
            }
        }
        Some(ImageSpec::V1_1) => options.format = ManifestFormat::Oci11,
        None => {}
    }
    if common.as_oras {
        oras_defaults::complete(&mut options);
    }
    options.concurrency = common.concurrency();
    options.progress = uploads(common, &written.format, preparations(&options.files));
    let pushed = common.client()?.push(&target.reference, options).await?;
    let text = || {
        output::pushed("Pushed", &target);
        if let Some(artifact_type) = &pushed.descriptor.artifact_type {
            output::line(&format!("ArtifactType: {}", ocigraph::printable(artifact_type)));
        }
        output::line(&format!("Digest: {}", pushed.descriptor.digest));
    };
    written.finish(&target, &pushed, text)
}

/// Pushes the artifact to the repository of its subject, without a tag.
pub(crate) async fn attach(common: &Common, args: AttachArgs) -> Result<ExitCode> {
    if args.artifact.artifact_type.is_none() && args.artifact.config.is_none() {
        return Err(usage("missing artifact type")
            .with_hint("pass --artifact-type TYPE, for example --artifact-type sbom/example"));
    }
    let written = Written::new(&args.artifact)?;
    let target = args.artifact.layout.target(&args.subject)?;
    let Artifact { files, annotations, annotation_file, .. } = &args.artifact;
    let is_empty = files.is_empty() && annotations.is_empty() && annotation_file.is_none();
    let mut artifact = args.artifact.options()?;
    if is_empty && !args.allow_empty {
        return Err(usage("there is no file to attach").with_hint(
            "name a file, add an annotation, or pass --allow-empty for an artifact without files",
        ));
    }
    if common.as_oras {
        oras_defaults::complete(&mut artifact);
    }
    let mut options = AttachOptions::default();
    options.files = artifact.files;
    options.artifact_type = artifact.artifact_type;
    options.platform = args.platform;
    options.annotations = artifact.annotations;
    options.config = artifact.config;
    options.format = artifact.format;
    options.allow_empty = args.allow_empty;
    options.allow_path_traversal = artifact.allow_path_traversal;
    options.source_date_epoch = artifact.source_date_epoch;
    options.concurrency = common.concurrency();
    options.progress = uploads(common, &written.format, preparations(&options.files));
    let attached = common.client()?.attach(&target.reference, options).await?;
    // With a platform, the subject is the image, and the reference names its index.
    let manifest = Manifest::parse(attached.manifest.clone(), None, Default::default())?;
    let subject = manifest.subject().map(|subject| target.reference.at(subject.digest.clone()));
    let is_typed = |subject: &Reference| subject.digest() == target.reference.digest();
    let subject = subject.filter(|subject| !is_typed(subject));
    let subject = subject.map_or_else(|| target.clone(), |subject| target.with(subject));
    let text = || {
        output::line(&format!("Attached to {}", subject.with_kind()));
        output::line(&format!("Digest: {}", attached.descriptor.digest));
    };
    written.finish(&target, &attached, text)
}

/// Returns the lines about what is prepared, as ORAS prints them.
fn preparations(files: &[File]) -> Vec<String> {
    let paths = files.iter().filter_map(|file| match &file.content {
        Content::Path(path) => Some(path),
        _ => None,
    });
    let lines: Vec<String> = paths.map(|path| format!("Preparing {}", path.display())).collect();
    if lines.is_empty() { vec!["Uploading empty artifact".to_owned()] } else { lines }
}

/// Where the result of a push is written.
struct Written {
    export_manifest: Option<OutputFile>,
    format: Format,
}

impl Written {
    /// Opens the file before the push, so that an error leaves the registry unchanged.
    fn new(artifact: &Artifact) -> Result<Self> {
        let export_manifest = artifact.export_manifest.as_deref().map(OutputFile::new);
        Ok(Self { export_manifest: export_manifest.transpose()?, format: artifact.format.open()? })
    }

    /// Writes the manifest, and prints the result: with `text` for people.
    fn finish(self, target: &Target, pushed: &PushResult, text: impl FnOnce()) -> Result<ExitCode> {
        if let Some(mut file) = self.export_manifest {
            file.write(&pushed.manifest)?;
            file.commit()?;
        }
        self.format.print(|| shapes::pushed(target, pushed), text)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Artifact {
    /// Returns the arguments that read standard input.
    fn standard_input(&self) -> Vec<String> {
        let is_input = |text: &&String| is_standard_input(Path::new(split_type(text).0));
        let files = self.files.iter().filter(is_input).map(|text| format!("the file {text}"));
        let config = self.config.iter().filter(is_input).map(|text| format!("--config {text}"));
        let annotations = self.annotation_file.iter().filter(|path| is_standard_input(path));
        let annotations = annotations.map(|path| format!("--annotation-file {}", path.display()));
        files.chain(config).chain(annotations).collect()
    }

    fn options(self) -> Result<PushOptions> {
        let mut from_file = read_annotation_file(self.annotation_file.as_deref())?;
        let mut annotations = from_file.remove("$manifest").unwrap_or_default();
        annotations.extend(key_values(&self.annotations)?);
        let config = match &self.config {
            Some(text) => {
                let mut config = file(text)?;
                config.annotations = from_file.remove("$config").unwrap_or_default();
                Some(config)
            }
            // The annotations are those of the empty config.
            None => from_file.remove("$config").map(|annotations| {
                let mut config =
                    File::bytes("config", EMPTY_JSON).with_media_type(media_type::EMPTY);
                config.annotations = annotations;
                config
            }),
        };
        let (count, titles) = (self.files.len(), self.titles.len());
        if titles > 0 && titles != count {
            return Err(usage(format!("--title was given {titles} times, for {count} files"))
                .with_hint("give one title for each file, in their order, or none"));
        }
        let mut titles = self.titles.into_iter();
        let mut files = Vec::with_capacity(count);
        for text in &self.files {
            let mut file = file(text)?;
            if let Some(title) = titles.next() {
                file.title = Some(title);
            }
            let (path, _) = split_type(text);
            let plain = path.strip_prefix("./").unwrap_or(path);
            if let Some(annotations) = from_file.remove(path).or_else(|| from_file.remove(plain)) {
                file.annotations = annotations;
            }
            files.push(file);
        }
        if let Some(unused) = from_file.keys().next() {
            return Err(usage(format!(
                "the annotation file has annotations for {unused:?}, which is not pushed"
            )));
        }
        let mut options = PushOptions::default();
        options.files = files;
        options.artifact_type = self.artifact_type;
        options.annotations = annotations;
        options.config = config;
        options.format = self.manifest_format;
        options.allow_path_traversal = self.allow_path_traversal;
        options.source_date_epoch = source_date_epoch()?;
        Ok(options)
    }
}

fn file(text: &str) -> Result<File> {
    let (path, kind) = split_type(text);
    if path.is_empty() {
        return Err(usage(format!("{text:?} names no file: expected PATH or PATH:MEDIA/TYPE")));
    }
    let file = match path {
        "-" => BufferedContent::read(std::io::stdin())?.into_file("stdin")?,
        _ => File::path(path),
    };
    Ok(match kind {
        Some(kind) => file.with_media_type(kind),
        None => file,
    })
}

/// Splits `path:media/type`. The part after the last colon is a media type only if it is valid as
/// one, because paths can contain colons, for example after the drive letter of Windows.
fn split_type(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((path, kind)) if media_type::is_valid(kind) && !Path::new(text).exists() => {
            (path, Some(kind))
        }
        // A colon at the end says that the colons before it belong to the path.
        Some((path, "")) if !path.is_empty() && !Path::new(text).exists() => (path, None),
        _ => (text, None),
    }
}

fn read_annotation_file(path: Option<&Path>) -> Result<BTreeMap<String, Annotations>> {
    let Some(path) = path else { return Ok(BTreeMap::new()) };
    let text = if path == Path::new("-") { read_small_input() } else { read_small_file(path) };
    let text = text.map_err(|e| match e.kind() {
        // A registry would reject a manifest with annotations of this size.
        ErrorKind::FileTooLarge => {
            Error::new(Code::TooLarge, format!("cannot read {}: {e}", path.display()))
        }
        _ => Error::io("read", path, e),
    })?;
    let invalid =
        |reason: &str| usage(format!("invalid annotation file {}: {reason}", path.display()));
    let text = utf8_text(&text).map_err(invalid)?;
    serde_json::from_str(text).map_err(|e| {
        invalid(&e.to_string())
            .with_hint(r#"write {"$manifest": {"key": "value"}, "FILE": {"key": "value"}}"#)
    })
}

/// Reads standard input, with the limit of [`read_small_file`].
fn read_small_input() -> std::io::Result<Vec<u8>> {
    const LIMIT: u64 = 4 * 1024 * 1024;
    let mut text = Vec::new();
    std::io::stdin().take(LIMIT + 1).read_to_end(&mut text)?;
    if text.len() as u64 > LIMIT {
        let message = format!("standard input has more than {LIMIT} bytes");
        return Err(std::io::Error::new(ErrorKind::FileTooLarge, message));
    }
    Ok(text)
}

fn source_date_epoch() -> Result<Option<u64>> {
    let invalid = |text: &str| {
        usage(format!("invalid SOURCE_DATE_EPOCH {text:?}: expected a number of seconds"))
    };
    match env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text.parse().map(Some).map_err(|_| invalid(&text)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(text)) => Err(invalid(&text.to_string_lossy())),
    }
}

#[cfg(test)]
mod tests {
    use super::split_type;

    #[test]
    fn the_part_after_a_colon_is_a_media_type_only_if_it_is_valid() {
        assert_eq!(split_type("./a.json:application/json"), ("./a.json", Some("application/json")));
        assert_eq!(split_type("a:b"), ("a:b", None));
        assert_eq!(split_type("a:b/c:"), ("a:b/c", None));
        assert_eq!(split_type(r"C:\dir\a.json"), (r"C:\dir\a.json", None));
    }
}
