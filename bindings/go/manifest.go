package ocigraph

// #include <ocigraph.h>
import "C"

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

// newManifest copies a manifest of C.
func newManifest(m *C.ocigraph_manifest) *Manifest {
	manifest := &Manifest{
		Bytes:      goBytes(C.ocigraph_manifest_bytes(m)),
		Descriptor: descriptor(C.ocigraph_manifest_descriptor(m)),
		IsIndex:    bool(C.ocigraph_manifest_is_index(m)),
	}
	if config := C.ocigraph_manifest_config(m); config != nil {
		d := descriptor(config)
		manifest.Config = &d
	}
	if subject := C.ocigraph_manifest_subject(m); subject != nil {
		d := descriptor(subject)
		manifest.Subject = &d
	}
	for i := range C.ocigraph_manifest_blob_count(m) {
		manifest.Blobs = append(manifest.Blobs, descriptor(C.ocigraph_manifest_blob(m, i)))
	}
	for i := range C.ocigraph_manifest_manifest_count(m) {
		manifest.Manifests = append(manifest.Manifests, descriptor(C.ocigraph_manifest_manifest(m, i)))
	}
	return manifest
}
