package ocigraph

import "io"

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

// check reports whether the file can be one of the files of an artifact, and otherwise records an error.
func (f *File) check(s *settings, index int) bool {
	switch n := f.sources(); {
	case n > 1:
		s.refuse("Files[%d] (Path %q, Title %q) has more than one of Path, Content and Reader; set one", index, f.Path, f.Title)
	case n == 0 && f.Title == "":
		s.refuse("Files[%d] has none of Path, Content and Reader; set one", index)
	default:
		return true
	}
	return false
}

// checkSingle reports whether the file can be an option that is one file, such as Config, and otherwise records an error.
func (f *File) checkSingle(s *settings, option string) bool {
	switch {
	case f.Reader != nil:
		s.refuse("%s does not support Reader; read the content and set Content", option)
	case f.Title != "" || len(f.Annotations) > 0:
		s.refuse("%s does not support Title and Annotations; set MediaType and one of Path and Content", option)
	case f.sources() > 1:
		s.refuse("%s has both Path %q and Content; set one", option, f.Path)
	case f.sources() == 0 && f.MediaType == "":
		s.refuse("%s has neither Path nor Content; set one", option)
	default:
		return true
	}
	return false
}
