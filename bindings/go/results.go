package ocigraph

// An Outcome is what became of a blob or file.
type Outcome string

// What can become of a blob or file.
const (
	// Uploaded: it was sent.
	Uploaded Outcome = "uploaded"
	// AlreadyExists: it was there already.
	AlreadyExists Outcome = "existed"
	// Mounted: the registry took it from another of its repositories.
	Mounted Outcome = "mounted"
	// Written: it was written to a file.
	Written Outcome = "written"
	// Unchanged: an identical file was there already.
	Unchanged Outcome = "unchanged"
	// KeptExisting: another file was there, and was to be kept.
	KeptExisting Outcome = "kept"
	// Verified: it was read and compared with its descriptor.
	Verified Outcome = "checked"
)

// A Descriptor is what content is: type, digest and size, and what else is known about it.
type Descriptor struct {
	// MediaType is that of the content.
	MediaType string `json:"media_type"`
	// Digest is that of the content, such as "sha256:e3b0…".
	Digest string `json:"digest"`
	// Size is the length of the content in bytes.
	Size int64 `json:"size"`
	// ArtifactType is the type of the artifact whose manifest this describes.
	ArtifactType string `json:"artifact_type,omitempty"`
	// Annotations are those of the content, or of a referrer's manifest in a list of referrers.
	Annotations map[string]string `json:"annotations,omitempty"`
	// Platform is what an image in an index runs on.
	Platform *Platform `json:"platform,omitempty"`
}

// A Platform is what an image runs on.
type Platform struct {
	// Architecture is that of the CPU, as Go names it.
	Architecture string `json:"architecture"`
	// OS is the operating system, as Go names it.
	OS string `json:"os"`
	// OSVersion is the version of the operating system.
	OSVersion string `json:"os.version,omitempty"`
	// OSFeatures are features that the operating system must have.
	OSFeatures []string `json:"os.features,omitempty"`
	// Variant is that of the CPU: "v7".
	Variant string `json:"variant,omitempty"`
}

// A PushResult is what was pushed.
type PushResult struct {
	// Reference is the place, by digest.
	Reference string `json:"reference"`
	// Descriptor is the manifest's.
	Descriptor Descriptor `json:"descriptor"`
	// Tags are those it was given.
	Tags []string `json:"tags"`
	// Blobs are in the order of the files; the config is not among them.
	Blobs []PushedBlob `json:"blobs"`
	// Manifest is the manifest's bytes.
	Manifest []byte `json:"-"`
}

// A PushedBlob is a blob of a push.
type PushedBlob struct {
	// Title is its file name.
	Title string `json:"title,omitempty"`
	// Descriptor is the blob's.
	Descriptor Descriptor `json:"descriptor"`
	// Outcome is what became of it.
	Outcome Outcome `json:"outcome"`
}

// A PullResult is one artifact that was pulled.
type PullResult struct {
	// Reference is the place, by digest.
	Reference string `json:"reference"`
	// Descriptor is the manifest's.
	Descriptor Descriptor `json:"descriptor"`
	// Files are in the order of the manifest.
	Files []PulledFile `json:"files"`
	// Skipped are blobs without a title, which are not written.
	Skipped []Descriptor `json:"skipped"`
}

// A PulledFile is a file of a pull.
type PulledFile struct {
	// Path is where it is.
	Path string `json:"path"`
	// Descriptor is the blob's.
	Descriptor Descriptor `json:"descriptor"`
	// Outcome is what became of it.
	Outcome Outcome `json:"outcome"`
}

// A DeleteReport is what was deleted, or would be.
type DeleteReport struct {
	// DryRun says that nothing was done.
	DryRun bool `json:"dry_run"`
	// Deleted are in the order of deletion: referrers before their subjects.
	Deleted []Descriptor `json:"deleted"`
	// Kept are those that stay, and why.
	Kept []RetainedManifest `json:"kept"`
	// Failed are those that could not be deleted.
	Failed []DeleteFailure `json:"failed"`
}

// A RetainedManifest is a manifest that a delete leaves.
type RetainedManifest struct {
	// Descriptor is the manifest's.
	Descriptor Descriptor `json:"descriptor"`
	// Reason is a phrase: "tagged stable".
	Reason string `json:"reason"`
}

// A DeleteFailure is a manifest that could not be deleted.
type DeleteFailure struct {
	// Descriptor is the manifest's.
	Descriptor Descriptor `json:"descriptor"`
	// Message is why, as a sentence.
	Message string `json:"error"`
	// Code is the kind of failure, such as [ErrForbidden].
	Code Code `json:"code"`
}

// A CopyReport is what was copied.
type CopyReport struct {
	// Source is where from, by digest.
	Source string `json:"source"`
	// Destination is where to, by digest.
	Destination string `json:"destination"`
	// Descriptor is that of the manifest that was named.
	Descriptor Descriptor `json:"descriptor"`
	// Tags are those it was given.
	Tags []string `json:"tags"`
	// Manifests is how many were written; those that were there are not counted.
	Manifests int `json:"manifests"`
	// Blobs are counted by what became of them.
	Blobs CopiedBlobs `json:"blobs"`
	// Bytes were written, of manifests and blobs.
	Bytes int64 `json:"bytes"`
}

// CopiedBlobs are blobs of a copy by what became of them. Blobs of manifests that were there are not counted.
type CopiedBlobs struct {
	// Copied were sent.
	Copied int `json:"copied"`
	// Existed were there already.
	Existed int `json:"existed"`
	// Mounted were taken by the registry from another of its repositories.
	Mounted int `json:"mounted"`
}

// A VerifyReport is what a verification found.
type VerifyReport struct {
	// Checked is how many manifests and blobs were looked at.
	Checked int `json:"checked"`
	// Bytes were read and digested.
	Bytes int64 `json:"bytes"`
	// Problems is empty when all is well.
	Problems []Problem `json:"problems"`
}

// A ProblemKind is what is wrong with content.
type ProblemKind string

// What can be wrong with content.
const (
	// Missing: it is not there.
	Missing ProblemKind = "missing"
	// WrongSize: it has another size.
	WrongSize ProblemKind = "size"
	// WrongDigest: it hashes to another digest.
	WrongDigest ProblemKind = "digest"
	// Malformed: it is no manifest, or not what its descriptor says.
	Malformed ProblemKind = "malformed"
)

// A Problem is something wrong in a graph.
type Problem struct {
	// Descriptor is that of what should be there.
	Descriptor Descriptor `json:"descriptor"`
	// Path are the digests that lead to it from the root on; empty for the root.
	Path []string `json:"path"`
	// Kind is what is wrong with it.
	Kind ProblemKind `json:"kind"`
	// Detail is the same as a sentence.
	Detail string `json:"detail"`
}

// A ManifestInfo is what is known of a manifest in a listing. What is not known is empty.
type ManifestInfo struct {
	// Descriptor is the manifest's.
	Descriptor Descriptor `json:"descriptor"`
	// Tags are those that name it.
	Tags []string `json:"tags"`
	// Subject is the digest of what it refers to.
	Subject string `json:"subject,omitempty"`
	// Created is when it was made, RFC 3339: as the registry has it, else as its annotations or its config have it.
	Created string `json:"created,omitempty"`
	// LastUpdated is when it or its tags were last changed, RFC 3339.
	LastUpdated string `json:"last_updated,omitempty"`
	// Architecture is that of the CPU, from an image's config.
	Architecture string `json:"architecture,omitempty"`
	// OS is the operating system, from an image's config.
	OS string `json:"os,omitempty"`
	// ConfigMediaType is the media type of its config.
	ConfigMediaType string `json:"config_media_type,omitempty"`
	// ImageSize is the bytes of its config, layers and blobs together.
	ImageSize int64 `json:"image_size,omitempty"`
	// Attributes are what may be done with it; nil where the registry does not tell.
	Attributes *Attributes `json:"attributes,omitempty"`
}

// A TagInfo is what is known of a tag in a listing. What is not known is empty.
type TagInfo struct {
	// Name is the tag.
	Name string `json:"name"`
	// Digest is that of what it names.
	Digest string `json:"digest"`
	// Created is when it was first written, RFC 3339.
	Created string `json:"created,omitempty"`
	// LastUpdated is when it was last changed, RFC 3339.
	LastUpdated string `json:"last_updated,omitempty"`
	// Signed says whether it is signed by content trust; nil where the registry does not tell.
	Signed *bool `json:"signed,omitempty"`
	// Attributes are what may be done with it; nil where the registry does not tell.
	Attributes *Attributes `json:"attributes,omitempty"`
}

// Attributes are what Azure's registry lets anyone do with a manifest or tag: a locked one is not deleted.
type Attributes struct {
	// DeleteEnabled: it can be deleted.
	DeleteEnabled bool `json:"delete_enabled"`
	// ListEnabled: it is shown in lists.
	ListEnabled bool `json:"list_enabled"`
	// ReadEnabled: it can be pulled.
	ReadEnabled bool `json:"read_enabled"`
	// WriteEnabled: it can be changed.
	WriteEnabled bool `json:"write_enabled"`
}

// A Manifest is a manifest as it is stored.
type Manifest struct {
	// Bytes are exactly as they are stored.
	Bytes []byte
	// Descriptor is its own, with artifact type and annotations.
	Descriptor Descriptor
	// IsIndex says whether it is a list of manifests.
	IsIndex bool
	// Config is nil where it has none.
	Config *Descriptor
	// Subject is nil where it refers to nothing.
	Subject *Descriptor
	// Blobs are its layers or blobs, the config aside.
	Blobs []Descriptor
	// Manifests are those that it lists, as an index.
	Manifests []Descriptor
}

// A BlobResult is a blob that was pushed.
type BlobResult struct {
	// Descriptor is the blob's.
	Descriptor Descriptor `json:"descriptor"`
	// Outcome is what became of it.
	Outcome Outcome `json:"outcome"`
}

// A FileDigest is the digest of a file, or of bytes, and their length.
type FileDigest struct {
	// Path is the file's.
	Path string `json:"path,omitempty"`
	// Digest is such as "sha256:e3b0…".
	Digest string `json:"digest"`
	// Size is in bytes.
	Size int64 `json:"size"`
}
