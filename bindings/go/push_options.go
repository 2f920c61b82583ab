package ocigraph

// #include <ocigraph.h>
// #include "callbacks.h"
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

// A File is one thing to push: a path, bytes, or what a reader gives.
type File struct {
	// Path is a file or directory on disk; a directory is packed as tar and gzip.
	Path string
	// Content is bytes in memory, where there is neither path nor reader. Nil is an empty file, which needs a title.
	Content []byte
	// Reader is read to its end when the push begins. Short content is kept in memory, the rest in a temporary file. A
	// reader gives its content once: a push that is made again needs another.
	Reader io.Reader
	// Title is the file's name in the artifact, under which it is pulled; taken from the path when empty. What is absolute or
	// has ".." fails as [ErrUnsafePath] before anything is sent, unless AllowPathTraversal is set.
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
	// Config takes the place of the empty one: Path or Content, and MediaType. Nothing else can be said of it.
	Config *File
	// Format is the manifest's.
	Format Format
	// AllowPathTraversal takes titles that are absolute or have "..", given or taken from paths, as they are. Without it they
	// fail as [ErrUnsafePath].
	AllowPathTraversal bool
	// SourceDateEpoch is in seconds since 1970: the time put into packed directories and the annotation for when it was
	// created. Without it directories get 0 and there is no such annotation.
	SourceDateEpoch *uint64
	// Concurrency is how many requests to make at once; 0 is the default.
	Concurrency int
	// Progress is told what happens; an error from it ends the push, and is in the push's error.
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

// origins is how many origins of its content the file has.
func (f *File) origins() int {
	n := 0
	for _, has := range []bool{f.Path != "", f.Reader != nil, f.Content != nil} {
		if has {
			n++
		}
	}
	return n
}

func (f *File) add(s *settings, c *C.ocigraph_push_options, index int) {
	switch n := f.origins(); {
	case n > 1:
		s.refuse("Files[%d], with Path %q and Title %q, has more than one of Path, Content and Reader; give one", index, f.Path, f.Title)
		return
	case n == 0 && f.Title == "":
		s.refuse("Files[%d] has none of Path, Content and Reader; give one", index)
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
		s.refuse("the config has a Reader, which is for files; read it, and give its bytes as Content")
	case f.Title != "" || len(f.Annotations) > 0:
		s.refuse("the config has a Title or Annotations, which are for files; give MediaType and one of Path and Content")
	case f.origins() > 1:
		s.refuse("the config with Path %q has Content too; give one", f.Path)
	case f.origins() == 0 && f.MediaType == "":
		s.refuse("the config has neither Path nor Content; give one")
	case f.Path != "":
		s.set(C.ocigraph_push_options_set_config_path(c, s.text(f.Path), s.text(f.MediaType), &s.failure))
	default:
		s.set(C.ocigraph_push_options_set_config(c, s.bytes(f.Content), s.text(f.MediaType), &s.failure))
	}
}
