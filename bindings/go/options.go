package ocigraph

/*
#include <ocigraph.h>

int32_t ocigraphGoProgress(void *user_data, ocigraph_event *event);
int64_t ocigraphGoRead(void *user_data, uint8_t *buffer, size_t capacity);
*/
import "C"

import "io"

// A Format is how a manifest is written.
type Format int32

// The formats of manifests.
const (
	// FormatAuto is what the registry lists as a referrer: OCI 1.1, or ORAS on registries that list nothing else.
	FormatAuto Format = C.OCIGRAPH_FORMAT_AUTO
	// FormatOCI11 is the OCI image manifest 1.1.
	FormatOCI11 Format = C.OCIGRAPH_FORMAT_OCI_1_1
	// FormatOCI10 is the OCI image manifest 1.0.
	FormatOCI10 Format = C.OCIGRAPH_FORMAT_OCI_1_0
	// FormatOCIArtifact is the OCI artifact manifest, of 1.1.0-rc1 and rc2.
	FormatOCIArtifact Format = C.OCIGRAPH_FORMAT_OCI_ARTIFACT
	// FormatORASArtifact is the ORAS artifact manifest.
	FormatORASArtifact Format = C.OCIGRAPH_FORMAT_ORAS_ARTIFACT
)

// A File is one thing to push, or a config: a path, bytes, or what a reader gives.
type File struct {
	// Path is a file or directory on disk; a directory is packed as tar and gzip.
	Path string
	// Content is bytes in memory, where there is neither path nor reader.
	Content []byte
	// Reader is read to its end when the push begins. Short content is kept in memory, the rest in a temporary file.
	Reader io.Reader
	// Title is the file's name in the artifact; taken from the path when empty.
	Title string
	// MediaType is guessed from the name when empty.
	MediaType string
	// Annotations are further annotations of the file's descriptor.
	Annotations map[string]string
}

// PushOptions say what to push, and how.
type PushOptions struct {
	// Files become the artifact's blobs, in their order; an artifact may have none.
	Files []File
	// ArtifactType is the artifact's type, such as "application/vnd.example.sbom".
	ArtifactType string
	// Subject makes the artifact a referrer of what this reference names in the same place.
	Subject string
	// Annotations are the manifest's.
	Annotations map[string]string
	// Config takes the place of the empty one: a path or bytes.
	Config *File
	// Format is the manifest's.
	Format Format
	// AllowPathTraversal takes absolute titles and titles with ".." as they are.
	AllowPathTraversal bool
	// SourceDateEpoch is in seconds since 1970: the time put into packed directories and the annotation for when it was
	// created. Without it directories get 0 and there is no such annotation.
	SourceDateEpoch *uint64
	// Concurrency is how many requests to make at once; 0 is the default.
	Concurrency int
	// Progress is told what happens; an error from it ends the push.
	Progress func(Event) error
}

func (o *PushOptions) fill(a *arguments, c *C.ocigraph_push_options) error {
	var failure *C.ocigraph_error
	for i := range o.Files {
		if err := o.Files[i].add(a, c); err != nil {
			return err
		}
	}
	if o.ArtifactType != "" {
		if err := check(C.ocigraph_push_options_set_artifact_type(c, a.text(o.ArtifactType), &failure), failure); err != nil {
			return err
		}
	}
	if o.Subject != "" {
		if err := check(C.ocigraph_push_options_set_subject(c, a.text(o.Subject), &failure), failure); err != nil {
			return err
		}
	}
	for key, value := range o.Annotations {
		status := C.ocigraph_push_options_add_annotation(c, a.text(key), a.text(value), &failure)
		if err := check(status, failure); err != nil {
			return err
		}
	}
	if o.Config != nil {
		mediaType := a.text(o.Config.MediaType)
		status := C.ocigraph_status(C.OCIGRAPH_OK)
		if o.Config.Path != "" {
			status = C.ocigraph_push_options_set_config_path(c, a.text(o.Config.Path), mediaType, &failure)
		} else {
			status = C.ocigraph_push_options_set_config(c, a.bytes(o.Config.Content), mediaType, &failure)
		}
		if err := check(status, failure); err != nil {
			return err
		}
	}
	if o.Format != FormatAuto {
		if err := check(C.ocigraph_push_options_set_format(c, C.int32_t(o.Format), &failure), failure); err != nil {
			return err
		}
	}
	if o.AllowPathTraversal {
		if err := check(C.ocigraph_push_options_set_allow_path_traversal(c, C.bool(o.AllowPathTraversal), &failure), failure); err != nil {
			return err
		}
	}
	if o.SourceDateEpoch != nil {
		if err := check(C.ocigraph_push_options_set_source_date_epoch(c, C.uint64_t(*o.SourceDateEpoch), &failure), failure); err != nil {
			return err
		}
	}
	if o.Concurrency > 0 {
		if err := check(C.ocigraph_push_options_set_concurrency(c, C.size_t(o.Concurrency), &failure), failure); err != nil {
			return err
		}
	}
	if o.Progress != nil {
		data := a.callback(&callback{progress: o.Progress})
		status := C.ocigraph_push_options_set_progress(c, C.ocigraph_progress_fn(C.ocigraphGoProgress), data, &failure)
		if err := check(status, failure); err != nil {
			return err
		}
	}
	return nil
}

func (f *File) add(a *arguments, c *C.ocigraph_push_options) error {
	var failure *C.ocigraph_error
	var status C.ocigraph_status
	title, mediaType := a.text(f.Title), a.text(f.MediaType)
	switch {
	case f.Path != "":
		status = C.ocigraph_push_options_add_path(c, a.text(f.Path), mediaType, title, &failure)
	case f.Reader != nil:
		data := a.callback(&callback{reader: f.Reader})
		read := C.ocigraph_read_fn(C.ocigraphGoRead)
		status = C.ocigraph_push_options_add_reader(c, title, mediaType, read, data, &failure)
	default:
		status = C.ocigraph_push_options_add_bytes(c, title, mediaType, a.bytes(f.Content), &failure)
	}
	if err := check(status, failure); err != nil {
		return err
	}
	for key, value := range f.Annotations {
		status := C.ocigraph_push_options_add_file_annotation(c, a.text(key), a.text(value), &failure)
		if err := check(status, failure); err != nil {
			return err
		}
	}
	return nil
}

// PullOptions say how to pull.
type PullOptions struct {
	// Output is the directory to write into; created when it is not there. Empty is the current one.
	Output string
	// ArtifactType pulls, instead of what the reference names, its referrers of this type.
	ArtifactType string
	// Platform pulls, of an index, the image for this platform: "linux/arm64".
	Platform string
	// IncludeSubject pulls also what the artifact refers to, and what that refers to in turn.
	IncludeSubject bool
	// KeepOldFiles leaves files that are there already as they are.
	KeepOldFiles bool
	// AllowPathTraversal writes where titles say, even outside the output directory.
	AllowPathTraversal bool
	// Concurrency is how many requests to make at once; 0 is the default.
	Concurrency int
	// Progress is told what happens; an error from it ends the pull.
	Progress func(Event) error
}

func (o *PullOptions) fill(a *arguments, c *C.ocigraph_pull_options) error {
	var failure *C.ocigraph_error
	if o.Output != "" {
		if err := check(C.ocigraph_pull_options_set_output(c, a.text(o.Output), &failure), failure); err != nil {
			return err
		}
	}
	if o.ArtifactType != "" {
		if err := check(C.ocigraph_pull_options_set_artifact_type(c, a.text(o.ArtifactType), &failure), failure); err != nil {
			return err
		}
	}
	if o.Platform != "" {
		if err := check(C.ocigraph_pull_options_set_platform(c, a.text(o.Platform), &failure), failure); err != nil {
			return err
		}
	}
	if o.IncludeSubject {
		if err := check(C.ocigraph_pull_options_set_include_subject(c, C.bool(o.IncludeSubject), &failure), failure); err != nil {
			return err
		}
	}
	if o.KeepOldFiles {
		if err := check(C.ocigraph_pull_options_set_keep_old_files(c, C.bool(o.KeepOldFiles), &failure), failure); err != nil {
			return err
		}
	}
	if o.AllowPathTraversal {
		if err := check(C.ocigraph_pull_options_set_allow_path_traversal(c, C.bool(o.AllowPathTraversal), &failure), failure); err != nil {
			return err
		}
	}
	if o.Concurrency > 0 {
		if err := check(C.ocigraph_pull_options_set_concurrency(c, C.size_t(o.Concurrency), &failure), failure); err != nil {
			return err
		}
	}
	if o.Progress != nil {
		data := a.callback(&callback{progress: o.Progress})
		status := C.ocigraph_pull_options_set_progress(c, C.ocigraph_progress_fn(C.ocigraphGoProgress), data, &failure)
		if err := check(status, failure); err != nil {
			return err
		}
	}
	return nil
}

// DiscoverOptions say what to discover, or to filter a [Graph] by.
type DiscoverOptions struct {
	// ArtifactType returns only referrers of this type, with what leads to them and what lies beneath them.
	ArtifactType string
	// Annotations returns only referrers with these annotations, in the same way.
	Annotations map[string]string
	// Platform starts, at an index, from the image for this platform: "linux/arm64".
	Platform string
	// Depth is how many levels of referrers to walk; 0 is all.
	Depth int
	// Concurrency is how many requests to make at once; 0 is the default.
	Concurrency int
}

func (o *DiscoverOptions) fill(a *arguments, c *C.ocigraph_discover_options) error {
	var failure *C.ocigraph_error
	if o.ArtifactType != "" {
		if err := check(C.ocigraph_discover_options_set_artifact_type(c, a.text(o.ArtifactType), &failure), failure); err != nil {
			return err
		}
	}
	for key, value := range o.Annotations {
		status := C.ocigraph_discover_options_add_annotation(c, a.text(key), a.text(value), &failure)
		if err := check(status, failure); err != nil {
			return err
		}
	}
	if o.Platform != "" {
		if err := check(C.ocigraph_discover_options_set_platform(c, a.text(o.Platform), &failure), failure); err != nil {
			return err
		}
	}
	if o.Depth > 0 {
		if err := check(C.ocigraph_discover_options_set_depth(c, C.size_t(o.Depth), &failure), failure); err != nil {
			return err
		}
	}
	if o.Concurrency > 0 {
		if err := check(C.ocigraph_discover_options_set_concurrency(c, C.size_t(o.Concurrency), &failure), failure); err != nil {
			return err
		}
	}
	return nil
}

// DeleteOptions say how to delete.
type DeleteOptions struct {
	// DryRun only says what would be deleted.
	DryRun bool
	// Force deletes also what would be kept: what is tagged otherwise or listed by another index.
	Force bool
	// Concurrency is how many requests to make at once; 0 is the default.
	Concurrency int
}

func (o *DeleteOptions) fill(_ *arguments, c *C.ocigraph_delete_options) error {
	var failure *C.ocigraph_error
	if o.DryRun {
		if err := check(C.ocigraph_delete_options_set_dry_run(c, C.bool(o.DryRun), &failure), failure); err != nil {
			return err
		}
	}
	if o.Force {
		if err := check(C.ocigraph_delete_options_set_force(c, C.bool(o.Force), &failure), failure); err != nil {
			return err
		}
	}
	if o.Concurrency > 0 {
		if err := check(C.ocigraph_delete_options_set_concurrency(c, C.size_t(o.Concurrency), &failure), failure); err != nil {
			return err
		}
	}
	return nil
}

// CopyOptions say how to copy.
type CopyOptions struct {
	// Recursive copies also everything that refers to it, to what an index lists, and so on.
	Recursive bool
	// Platform copies, of an index, only the image for this platform: "linux/arm64".
	Platform string
	// Foreign copies foreign layers too, which registries need not have.
	Foreign bool
	// Concurrency is how many requests to make at once; 0 is the default.
	Concurrency int
	// Progress is told what happens; an error from it ends the copy.
	Progress func(Event) error
}

func (o *CopyOptions) fill(a *arguments, c *C.ocigraph_copy_options) error {
	var failure *C.ocigraph_error
	if o.Recursive {
		if err := check(C.ocigraph_copy_options_set_recursive(c, C.bool(o.Recursive), &failure), failure); err != nil {
			return err
		}
	}
	if o.Platform != "" {
		if err := check(C.ocigraph_copy_options_set_platform(c, a.text(o.Platform), &failure), failure); err != nil {
			return err
		}
	}
	if o.Foreign {
		if err := check(C.ocigraph_copy_options_set_foreign(c, C.bool(o.Foreign), &failure), failure); err != nil {
			return err
		}
	}
	if o.Concurrency > 0 {
		if err := check(C.ocigraph_copy_options_set_concurrency(c, C.size_t(o.Concurrency), &failure), failure); err != nil {
			return err
		}
	}
	if o.Progress != nil {
		data := a.callback(&callback{progress: o.Progress})
		status := C.ocigraph_copy_options_set_progress(c, C.ocigraph_progress_fn(C.ocigraphGoProgress), data, &failure)
		if err := check(status, failure); err != nil {
			return err
		}
	}
	return nil
}

// VerifyOptions say what to verify.
type VerifyOptions struct {
	// Platform starts, at an index, from the image for this platform: "linux/arm64".
	Platform string
	// Concurrency is how many requests to make at once; 0 is the default.
	Concurrency int
	// Progress is told what happens; an error from it ends the verification.
	Progress func(Event) error
}

func (o *VerifyOptions) fill(a *arguments, c *C.ocigraph_verify_options) error {
	var failure *C.ocigraph_error
	if o.Platform != "" {
		if err := check(C.ocigraph_verify_options_set_platform(c, a.text(o.Platform), &failure), failure); err != nil {
			return err
		}
	}
	if o.Concurrency > 0 {
		if err := check(C.ocigraph_verify_options_set_concurrency(c, C.size_t(o.Concurrency), &failure), failure); err != nil {
			return err
		}
	}
	if o.Progress != nil {
		data := a.callback(&callback{progress: o.Progress})
		status := C.ocigraph_verify_options_set_progress(c, C.ocigraph_progress_fn(C.ocigraphGoProgress), data, &failure)
		if err := check(status, failure); err != nil {
			return err
		}
	}
	return nil
}

// ResolveOptions say how to find a manifest by its name.
type ResolveOptions struct {
	// Platform takes, of an index, the image for this platform: "linux/arm64".
	Platform string
}

func (o *ResolveOptions) fill(a *arguments, c *C.ocigraph_resolve_options) error {
	var failure *C.ocigraph_error
	if o.Platform != "" {
		if err := check(C.ocigraph_resolve_options_set_platform(c, a.text(o.Platform), &failure), failure); err != nil {
			return err
		}
	}
	return nil
}
