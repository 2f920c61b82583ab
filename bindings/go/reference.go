package ocigraph

// #include <ocigraph.h>
import "C"

// A Reference is a parsed reference: a location (repository or image layout) with optional tags and digest. Methods of
// [Client] take references as text. A Reference is for programs that need the parts of a reference or derive one from
// another.
type Reference struct {
	text, location, host, repository, path, digest string
	tags                                           []string
}

// ParseReference parses a reference: "host[:port]/repository[:tag[,tag…]][@digest]" or "oci:PATH[:tag][@digest]". It
// returns [ErrInvalidReference] for invalid syntax.
//
// The tag of a layout can be any name, such as "docker.io/library/hello:1.0". PATH is the longest part before a colon that
// is a layout or a file; without one, it ends at the first colon after the directories that exist; "oci:PATH/:tag" ends it
// at the slash. So ParseReference looks which of these exist. It opens no file and does not use the network.
func ParseReference(text string) (Reference, error) {
	a := new(arguments)
	defer a.release()
	var out *C.ocigraph_reference
	var failure *C.ocigraph_error
	if err := check(C.ocigraph_reference_parse(a.text(text), &out, &failure), failure); err != nil {
		return Reference{}, err
	}
	a.own(func() { C.ocigraph_reference_free(out) })
	return reference(out), nil
}

// At returns a reference to digest in the same location, without tags: the reference of a descriptor that was found
// there. It returns [ErrInvalidReference] if digest is not a digest.
func (r Reference) At(digest string) (Reference, error) {
	a := new(arguments)
	defer a.release()
	var parsed, out *C.ocigraph_reference
	var failure *C.ocigraph_error
	if err := check(C.ocigraph_reference_parse(a.text(r.text), &parsed, &failure), failure); err != nil {
		return Reference{}, err
	}
	a.own(func() { C.ocigraph_reference_free(parsed) })
	if err := check(C.ocigraph_reference_at(parsed, a.text(digest), &out, &failure), failure); err != nil {
		return Reference{}, err
	}
	a.own(func() { C.ocigraph_reference_free(out) })
	return reference(out), nil
}

func reference(r *C.ocigraph_reference) Reference {
	read := Reference{
		text: goString(C.ocigraph_reference_text(r)), location: goString(C.ocigraph_reference_location(r)), host: goString(C.ocigraph_reference_host(r)),
		repository: goString(C.ocigraph_reference_repository(r)), path: goString(C.ocigraph_reference_path(r)),
		digest: goString(C.ocigraph_reference_digest(r)),
	}
	for i := range C.ocigraph_reference_tag_count(r) {
		read.tags = append(read.tags, goString(C.ocigraph_reference_tag(r, i)))
	}
	return read
}

// String returns the complete reference, as methods of [Client] take it.
func (r Reference) String() string { return r.text }

// Location returns the location without tags and digest: the reference for a push without a tag, and for lists.
func (r Reference) Location() string { return r.location }

// Host returns the registry, such as "localhost:5000", or "" for a layout.
func (r Reference) Host() string { return r.host }

// Repository returns the repository, such as "library/alpine", or "" for a layout.
func (r Reference) Repository() string { return r.repository }

// Path returns the directory of the layout, or "" for a repository.
func (r Reference) Path() string { return r.path }

// Tags returns the tags in the order of the text.
func (r Reference) Tags() []string { return append([]string(nil), r.tags...) }

// Digest returns the digest, or "" if the reference has none.
func (r Reference) Digest() string { return r.digest }
