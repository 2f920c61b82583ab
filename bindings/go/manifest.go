package ocigraph

// #include <ocigraph.h>
import "C"

import "context"

// FetchManifest returns the manifest that the reference names, as stored, and verifies its digest. With nil options, it
// returns an index as an index. Errors include [ErrNotFound], [ErrDigestMismatch], [ErrInvalidManifest] and
// [ErrTooLarge].
func (c *Client) FetchManifest(ctx context.Context, reference string, options *ResolveOptions) (*Manifest, error) {
	a := newArguments("fetch manifest", reference)
	defer a.release()
	o := C.ocigraph_resolve_options_new()
	a.own(func() { C.ocigraph_resolve_options_free(o) })
	if options != nil {
		if err := options.fill(a, o); err != nil {
			return nil, err
		}
	}
	out, err := perform(ctx, c, a, func(r *C.ocigraph_manifest) { C.ocigraph_manifest_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_manifest, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_fetch_manifest(client, a.text(reference), o, token, out, failure)
		})
	if err != nil {
		return nil, err
	}
	manifest := &Manifest{
		Bytes:      goBytes(C.ocigraph_manifest_bytes(out)),
		Descriptor: descriptor(C.ocigraph_manifest_descriptor(out)),
		IsIndex:    bool(C.ocigraph_manifest_is_index(out)),
	}
	if config := C.ocigraph_manifest_config(out); config != nil {
		d := descriptor(config)
		manifest.Config = &d
	}
	if subject := C.ocigraph_manifest_subject(out); subject != nil {
		d := descriptor(subject)
		manifest.Subject = &d
	}
	for i := range C.ocigraph_manifest_blob_count(out) {
		manifest.Blobs = append(manifest.Blobs, descriptor(C.ocigraph_manifest_blob(out, i)))
	}
	for i := range C.ocigraph_manifest_manifest_count(out) {
		manifest.Manifests = append(manifest.Manifests, descriptor(C.ocigraph_manifest_manifest(out, i)))
	}
	return manifest, nil
}

// PushManifest pushes the bytes of a manifest unchanged, tags it with the tags of the reference, and returns its
// descriptor. An empty mediaType uses the mediaType in the manifest. Errors include [ErrInvalidManifest], and
// [ErrDigestMismatch] if the reference has another digest.
func (c *Client) PushManifest(ctx context.Context, reference, mediaType string, content []byte) (Descriptor, error) {
	a := newArguments("push manifest", reference)
	defer a.release()
	out, err := perform(ctx, c, a, func(r *C.ocigraph_descriptor) { C.ocigraph_descriptor_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_descriptor, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_push_manifest(client, a.text(reference), a.text(mediaType), a.bytes(content), token, out, failure)
		})
	if err != nil {
		return Descriptor{}, err
	}
	return descriptor(out), nil
}

// DeleteManifest deletes the manifest that the reference names together with the tags of the reference, and returns its
// descriptor. Unlike [Client.Delete], it does not delete referrers. Errors include [ErrNotFound], and [ErrUnsupported]
// if the registry does not support deletion.
func (c *Client) DeleteManifest(ctx context.Context, reference string) (Descriptor, error) {
	a := newArguments("delete manifest", reference)
	defer a.release()
	out, err := perform(ctx, c, a, func(r *C.ocigraph_descriptor) { C.ocigraph_descriptor_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_descriptor, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_delete_manifest(client, a.text(reference), token, out, failure)
		})
	if err != nil {
		return Descriptor{}, err
	}
	return descriptor(out), nil
}

// Manifests returns the tagged and untagged manifests of a repository or layout with their metadata.
func (c *Client) Manifests(ctx context.Context, reference string) ([]ManifestInfo, error) {
	a := newArguments("manifests", reference)
	defer a.release()
	out, err := perform(ctx, c, a, func(r *C.ocigraph_manifest_list) { C.ocigraph_manifest_list_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_manifest_list, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_manifests(client, a.text(reference), token, out, failure)
		})
	if err != nil {
		return nil, err
	}
	var result []ManifestInfo
	err = decode(C.ocigraph_manifest_list_json(out), &result)
	return result, err
}
