package ocigraph

// #include <ocigraph.h>
import "C"

// A Reference names a place, and what is in it. Methods of a client take references as text; this is for programs that look
// into one, or make one from another.
type Reference struct {
	text, location, host, repository, path, digest string
	tags                                        []string
}

// ParseReference reads a reference: "host[:port]/repository[:tag[,tag...]][@digest]" or "oci:PATH[:tag][@digest]". Nothing is
// looked up.
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

// At is the same place by this digest alone: where a descriptor of it is to be found.
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

// String is the whole reference, to be given to methods of a client.
func (r Reference) String() string { return r.text }

// Location is the place alone, without tags and digest: where to push what gets no tag, and list what is there.
func (r Reference) Location() string { return r.location }

// Host is the registry, such as "localhost:5000"; empty where it is a layout.
func (r Reference) Host() string { return r.host }

// Repository is such as "library/alpine"; empty where it is a layout.
func (r Reference) Repository() string { return r.repository }

// Path is the directory of a layout; empty where it is a repository.
func (r Reference) Path() string { return r.path }

// Tags are in the order they were written.
func (r Reference) Tags() []string { return append([]string(nil), r.tags...) }

// Digest is empty where there is none.
func (r Reference) Digest() string { return r.digest }
