package ocigraph

// #include <ocigraph.h>
// #include "callbacks.h"
import "C"

import "io"

// A Format is the format of a manifest.
type Format int32

// The formats of manifests.
const (
	// FormatAuto is the format that the registry lists as a referrer: the OCI image manifest 1.1, or the ORAS artifact
	// manifest if the registry lists only that one.
	FormatAuto Format = C.OCIGRAPH_FORMAT_AUTO
	// FormatOCI11 is the OCI image manifest 1.1: https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md.
	FormatOCI11 Format = C.OCIGRAPH_FORMAT_OCI_1_1
	// FormatOCI10 is the OCI image manifest 1.0, which has neither artifactType nor subject.
	FormatOCI10 Format = C.OCIGRAPH_FORMAT_OCI_1_0
	// FormatOCIArtifact is the OCI artifact manifest of the image specification 1.1.0-rc1 and 1.1.0-rc2.
	FormatOCIArtifact Format = C.OCIGRAPH_FORMAT_OCI_ARTIFACT
	// FormatORASArtifact is the ORAS artifact manifest: https://github.com/oras-project/artifacts-spec.
	FormatORASArtifact Format = C.OCIGRAPH_FORMAT_ORAS_ARTIFACT
)

// A File is one file to push. Set exactly one of Path, Content and Reader.
type File struct {
	// Path is a file or directory on disk. A directory is packed as a gzip-compressed tar archive.
	Path string
	// Content is content in memory. A nil Content without Path and Reader is an empty file, which requires a Title.
	Content []byte
	// Reader is read to its end when the push starts. Small content is buffered in memory, larger content in a
	// temporary file. A reader provides its content once; another push needs a new reader.
	Reader io.Reader
	// Title is the name of the file when it is pulled. Default: the path. A title that is absolute or contains ".."
	// fails with [ErrUnsafePath] before anything is sent, unless AllowPathTraversal is set.
	Title string
	// MediaType is the media type of the blob. Default: derived from the file name.
	MediaType string
	// Annotations are further annotations of the descriptor of the file.
	Annotations map[string]string
}

// PushOptions are the options of [Client.Push].
type PushOptions struct {
	// Files become the blobs of the artifact, in this order. An artifact may have none.
	Files []File
	// ArtifactType is the artifact type, such as "application/vnd.example.sbom". Default: none.
	ArtifactType string
	// Subject is the subject of the artifact, which becomes its referrer: a reference with a tag or digest in the
	// repository or layout being pushed to. Default: none.
	Subject string
	// Annotations are the annotations of the manifest.
	Annotations map[string]string
	// Config is the config blob, with MediaType and one of Path and Content. Other fields are invalid. Default: the
	// empty config {}.
	Config *File
	// Format is the format of the manifest. Default: [FormatAuto].
	Format Format
	// AllowPathTraversal permits titles that are absolute or contain "..". Otherwise such a title fails the push with
	// [ErrUnsafePath]. Default: false.
	AllowPathTraversal bool
	// SourceDateEpoch is the time, in seconds since 1970-01-01T00:00:00Z, that is stored in packed directories and in
	// the annotation org.opencontainers.image.created. Default (nil): packed directories get the time 0 and the
	// annotation is omitted, so that the same input has the same digest.
	SourceDateEpoch *uint64
	// Concurrency is the maximum number of concurrent requests. The library uses fewer if the registry slows down or
	// file descriptors run short. Default: 128.
	Concurrency int
	// Progress receives the progress events. An error from it ends the push and is wrapped by the error of the push.
	// Default: none.
	Progress func(Event) error
}

func (o *PushOptions) fill(a *arguments, c *C.ocigraph_push_options) error {
	s := &settings{arguments: a}
	for i := range o.Files {
		o.Files[i].add(s, c, i)
	}
	if o.ArtifactType != "" {
		s.set(C.ocigraph_push_options_set_artifact_type(c, a.text(o.ArtifactType), &s.failure))
	}
	if o.Subject != "" {
		s.set(C.ocigraph_push_options_set_subject(c, a.text(o.Subject), &s.failure))
	}
	for key, value := range o.Annotations {
		s.set(C.ocigraph_push_options_add_annotation(c, a.text(key), a.text(value), &s.failure))
	}
	if o.Config != nil {
		o.Config.setConfig(s, c)
	}
	if o.Format != FormatAuto {
		s.set(C.ocigraph_push_options_set_format(c, C.int32_t(o.Format), &s.failure))
	}
	if o.AllowPathTraversal {
		s.set(C.ocigraph_push_options_set_allow_path_traversal(c, C.bool(true), &s.failure))
	}
	if o.SourceDateEpoch != nil {
		s.set(C.ocigraph_push_options_set_source_date_epoch(c, C.uint64_t(*o.SourceDateEpoch), &s.failure))
	}
	s.set(C.ocigraph_push_options_set_concurrency(c, s.count("Concurrency", o.Concurrency), &s.failure))
	if o.Progress != nil {
		data := a.callback(&callback{progress: o.Progress})
		s.set(C.ocigraph_push_options_set_progress(c, C.ocigraph_progress_fn(C.ocigraph_go_progress), data, &s.failure))
	}
	return s.err
}

// sources returns the number of content sources that are set.
func (f *File) sources() int {
	n := 0
	for _, has := range []bool{f.Path != "", f.Reader != nil, f.Content != nil} {
		if has {
			n++
		}
	}
	return n
}

func (f *File) add(s *settings, c *C.ocigraph_push_options, index int) {
	switch n := f.sources(); {
	case n > 1:
		s.refuse("Files[%d] (Path %q, Title %q) has more than one of Path, Content and Reader; set one", index, f.Path, f.Title)
		return
	case n == 0 && f.Title == "":
		s.refuse("Files[%d] has none of Path, Content and Reader; set one", index)
		return
	}
	title, mediaType := s.text(f.Title), s.text(f.MediaType)
	switch {
	case f.Path != "":
		s.set(C.ocigraph_push_options_add_path(c, s.text(f.Path), mediaType, title, &s.failure))
	case f.Reader != nil:
		data := s.callback(&callback{reader: f.Reader})
		read := C.ocigraph_read_fn(C.ocigraph_go_read)
		s.set(C.ocigraph_push_options_add_reader(c, title, mediaType, read, data, &s.failure))
	default:
		s.set(C.ocigraph_push_options_add_bytes(c, title, mediaType, s.bytes(f.Content), &s.failure))
	}
	for key, value := range f.Annotations {
		s.set(C.ocigraph_push_options_add_file_annotation(c, s.text(key), s.text(value), &s.failure))
	}
}

func (f *File) setConfig(s *settings, c *C.ocigraph_push_options) {
	switch {
	case f.Reader != nil:
		s.refuse("Config does not support Reader; read the content and set Content")
	case f.Title != "" || len(f.Annotations) > 0:
		s.refuse("Config does not support Title and Annotations; set MediaType and one of Path and Content")
	case f.sources() > 1:
		s.refuse("Config has both Path %q and Content; set one", f.Path)
	case f.sources() == 0 && f.MediaType == "":
		s.refuse("Config has neither Path nor Content; set one")
	case f.Path != "":
		s.set(C.ocigraph_push_options_set_config_path(c, s.text(f.Path), s.text(f.MediaType), &s.failure))
	default:
		s.set(C.ocigraph_push_options_set_config(c, s.bytes(f.Content), s.text(f.MediaType), &s.failure))
	}
}
