package ocigraph

// A Descriptor is an OCI content descriptor. See
// https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md.
type Descriptor struct {
	// MediaType is the media type of the content.
	MediaType string `json:"media_type"`
	// Digest is the digest of the content, such as "sha256:e3b0…".
	Digest string `json:"digest"`
	// Size is the size of the content in bytes.
	Size int64 `json:"size"`
	// ArtifactType is the artifact type of the manifest that the descriptor names. It is empty if the manifest has
	// none.
	ArtifactType string `json:"artifact_type,omitempty"`
	// Annotations are the annotations of the descriptor. In a list of referrers, they are the annotations of the
	// referrer's manifest.
	Annotations map[string]string `json:"annotations,omitempty"`
	// Platform is the platform of an image in an index, or nil.
	Platform *Platform `json:"platform,omitempty"`
}

// A Platform is the platform that an image runs on. See
// https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md.
type Platform struct {
	// Architecture is the CPU architecture as a GOARCH value, such as "arm64".
	Architecture string `json:"architecture"`
	// OS is the operating system as a GOOS value, such as "linux".
	OS string `json:"os"`
	// OSVersion is the version of the operating system.
	OSVersion string `json:"os.version,omitempty"`
	// OSFeatures are features that the operating system must have.
	OSFeatures []string `json:"os.features,omitempty"`
	// Variant is the variant of the CPU, such as "v7".
	Variant string `json:"variant,omitempty"`
}

// A PushResult is the result of [Client.Push].
type PushResult struct {
	// Reference is the reference of the artifact by digest.
	Reference string `json:"reference"`
	// Descriptor is the descriptor of the manifest.
	Descriptor Descriptor `json:"descriptor"`
	// Tags are the tags that were set.
	Tags []string `json:"tags"`
	// Blobs are the blobs in the order of the files. They do not include the config.
	Blobs []PushedBlob `json:"blobs"`
	// Manifest is the manifest as JSON bytes.
	Manifest []byte `json:"-"`
}

// A PushedBlob is one blob of a push.
type PushedBlob struct {
	// Title is the file name of the blob.
	Title string `json:"title,omitempty"`
	// Descriptor is the descriptor of the blob.
	Descriptor Descriptor `json:"descriptor"`
	// Outcome is the outcome: [Uploaded], [AlreadyExists] or [Mounted].
	Outcome Outcome `json:"outcome"`
}

// A PullResult is one artifact that [Client.Pull] pulled.
type PullResult struct {
	// Reference is the reference of the artifact by digest.
	Reference string `json:"reference"`
	// Descriptor is the descriptor of the manifest.
	Descriptor Descriptor `json:"descriptor"`
	// Files are the files in the order of the manifest.
	Files []PulledFile `json:"files"`
	// Skipped are the blobs that were not written because they have no title.
	Skipped []Descriptor `json:"skipped"`
}

// A PulledFile is one file of a pull.
type PulledFile struct {
	// Path is the path of the file, including the output directory.
	Path string `json:"path"`
	// Descriptor is the descriptor of the blob.
	Descriptor Descriptor `json:"descriptor"`
	// Outcome is the outcome: [Written], [Unchanged] or [KeptExisting].
	Outcome Outcome `json:"outcome"`
}

// A DeleteReport is the result of [Client.Delete].
type DeleteReport struct {
	// DryRun is true for a dry run, which deleted nothing.
	DryRun bool `json:"dry_run"`
	// Deleted are the manifests that were deleted, or would be deleted by a dry run, in the order of deletion:
	// referrers before their subjects.
	Deleted []Descriptor `json:"deleted"`
	// Kept are the manifests that were kept, with the reasons.
	Kept []RetainedManifest `json:"kept"`
	// Failed are the manifests that could not be deleted.
	Failed []DeleteFailure `json:"failed"`
}

// A RetainedManifest is a manifest that a delete kept.
type RetainedManifest struct {
	// Descriptor is the descriptor of the manifest.
	Descriptor Descriptor `json:"descriptor"`
	// Reason states why the manifest was kept, such as "tagged stable".
	Reason string `json:"reason"`
}

// A DeleteFailure is a manifest that could not be deleted.
type DeleteFailure struct {
	// Descriptor is the descriptor of the manifest.
	Descriptor Descriptor `json:"descriptor"`
	// Message is the error message.
	Message string `json:"error"`
	// Code is the kind of the failure, such as [ErrForbidden].
	Code Code `json:"code"`
}

// A CopyReport is the result of [Client.Copy].
type CopyReport struct {
	// Source is the source as a reference by digest.
	Source string `json:"source"`
	// Destination is the destination as a reference by digest.
	Destination string `json:"destination"`
	// Descriptor is the descriptor of the manifest that the source names.
	Descriptor Descriptor `json:"descriptor"`
	// Tags are the tags that were set at the destination.
	Tags []string `json:"tags"`
	// Manifests is the number of manifests written. Manifests that already existed do not count.
	Manifests int `json:"manifests"`
	// Blobs are the numbers of blobs by outcome.
	Blobs CopiedBlobs `json:"blobs"`
	// Bytes is the number of bytes written, of manifests and blobs.
	Bytes int64 `json:"bytes"`
}

// CopiedBlobs are the numbers of blobs of a copy by outcome. Blobs of manifests that already existed do not count.
type CopiedBlobs struct {
	// Copied is the number of blobs that were sent.
	Copied int `json:"copied"`
	// Existed is the number of blobs that already existed at the destination.
	Existed int `json:"existed"`
	// Mounted is the number of blobs that the registry mounted from another of its repositories.
	Mounted int `json:"mounted"`
}

// A VerifyReport is the result of [Client.Verify].
type VerifyReport struct {
	// Checked is the number of manifests and blobs that were checked.
	Checked int `json:"checked"`
	// Bytes is the number of bytes that were read and digested.
	Bytes int64 `json:"bytes"`
	// Problems are the problems found. It is empty if the graph is intact.
	Problems []Problem `json:"problems"`
}

// A ProblemKind is the kind of a [Problem].
type ProblemKind string

// The kinds of problems.
const (
	// Missing means that the content does not exist.
	Missing ProblemKind = "missing"
	// WrongSize means that the size of the content differs from its descriptor.
	WrongSize ProblemKind = "size"
	// WrongDigest means that the digest of the content differs from its descriptor.
	WrongDigest ProblemKind = "digest"
	// Malformed means that the content is not a valid manifest, or that its media type differs from its descriptor.
	Malformed ProblemKind = "malformed"
)

// A Problem is missing or damaged content in a graph.
type Problem struct {
	// Descriptor is the expected descriptor of the content.
	Descriptor Descriptor `json:"descriptor"`
	// Path lists the digests from the root of the graph to the content. It is empty for the root itself.
	Path []string `json:"path"`
	// Kind is the kind of the problem.
	Kind ProblemKind `json:"kind"`
	// Detail is a sentence that describes the problem.
	Detail string `json:"detail"`
}

// A ManifestInfo is an entry of [Client.Manifests]. Unknown fields are empty.
type ManifestInfo struct {
	// Descriptor is the descriptor of the manifest.
	Descriptor Descriptor `json:"descriptor"`
	// Tags are the tags of the manifest.
	Tags []string `json:"tags"`
	// Subject is the digest of the subject.
	Subject string `json:"subject,omitempty"`
	// Created is the creation time in RFC 3339 format, from the registry, otherwise from the annotations or the config.
	Created string `json:"created,omitempty"`
	// LastUpdated is when the manifest or its tags last changed, in RFC 3339 format.
	LastUpdated string `json:"last_updated,omitempty"`
	// Architecture is the CPU architecture in the config of an image.
	Architecture string `json:"architecture,omitempty"`
	// OS is the operating system in the config of an image.
	OS string `json:"os,omitempty"`
	// ConfigMediaType is the media type of the config.
	ConfigMediaType string `json:"config_media_type,omitempty"`
	// ImageSize is the total size of config, layers and blobs in bytes.
	ImageSize int64 `json:"image_size,omitempty"`
	// Attributes are what the registry permits for the manifest, or nil if the registry does not report it.
	Attributes *Attributes `json:"attributes,omitempty"`
}

// A TagInfo is an entry of [Client.TagDetails]. Unknown fields are empty.
type TagInfo struct {
	// Name is the tag.
	Name string `json:"name"`
	// Digest is the digest of the manifest that the tag names.
	Digest string `json:"digest"`
	// Created is when the tag was created, in RFC 3339 format.
	Created string `json:"created,omitempty"`
	// LastUpdated is when the tag last changed, in RFC 3339 format.
	LastUpdated string `json:"last_updated,omitempty"`
	// Signed is true if the tag is signed with Docker Content Trust, or nil if the registry does not report it.
	Signed *bool `json:"signed,omitempty"`
	// Attributes are what the registry permits for the tag, or nil if the registry does not report it.
	Attributes *Attributes `json:"attributes,omitempty"`
}

// Attributes are what Azure Container Registry permits for a manifest or tag. A locked one cannot be deleted or
// changed.
type Attributes struct {
	// DeleteEnabled is true if the manifest or tag can be deleted.
	DeleteEnabled bool `json:"delete_enabled"`
	// ListEnabled is true if the manifest or tag appears in lists.
	ListEnabled bool `json:"list_enabled"`
	// ReadEnabled is true if the manifest or tag can be pulled.
	ReadEnabled bool `json:"read_enabled"`
	// WriteEnabled is true if the manifest or tag can be changed.
	WriteEnabled bool `json:"write_enabled"`
}

// A Manifest is a manifest as stored, with the descriptors that it contains.
type Manifest struct {
	// Bytes are the bytes of the manifest, exactly as stored.
	Bytes []byte
	// Descriptor is the descriptor of the manifest, with its artifact type and annotations.
	Descriptor Descriptor
	// IsIndex is true if the manifest is an index (a list of manifests).
	IsIndex bool
	// Config is the config, or nil if the manifest has none.
	Config *Descriptor
	// Subject is the subject, or nil if the manifest has none.
	Subject *Descriptor
	// Blobs are the layers or blobs. They do not include the config.
	Blobs []Descriptor
	// Manifests are the manifests that the index lists.
	Manifests []Descriptor
}

// A BlobResult is the result of pushing a blob.
type BlobResult struct {
	// Descriptor is the descriptor of the blob.
	Descriptor Descriptor `json:"descriptor"`
	// Outcome is the outcome: [Uploaded], [AlreadyExists] or [Mounted].
	Outcome Outcome `json:"outcome"`
}

// A FileDigest is the digest and size of a file.
type FileDigest struct {
	// Path is the path of the file.
	Path string `json:"path,omitempty"`
	// Digest is the digest, such as "sha256:e3b0…".
	Digest string `json:"digest"`
	// Size is the size in bytes.
	Size int64 `json:"size"`
}
