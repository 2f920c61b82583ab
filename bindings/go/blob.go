package ocigraph

// #include <ocigraph.h>
// #include "callbacks.h"
import "C"

import (
	"context"
	"io"
)

// FetchManifest returns the manifest that the reference names, as it is stored, its digest checked. Nil options take it as it
// is.
func (c *Client) FetchManifest(ctx context.Context, reference string, options *ResolveOptions) (*Manifest, error) {
	a := during("fetch manifest", reference)
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

// PushManifest stores a manifest as it is, under the reference's tags, and returns its descriptor. An empty media type takes
// the one written in it.
func (c *Client) PushManifest(ctx context.Context, reference, mediaType string, content []byte) (Descriptor, error) {
	a := during("push manifest", reference)
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

// DeleteManifest deletes the one manifest that the reference names, with the reference's tags, and nothing else: what refers to
// it stays, unlike with [Client.Delete]. It returns its descriptor.
func (c *Client) DeleteManifest(ctx context.Context, reference string) (Descriptor, error) {
	a := during("delete manifest", reference)
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

// BlobOptions say how a blob is moved.
type BlobOptions struct {
	// Progress is told what happens; an error from it ends the transfer.
	Progress func(Event) error
}

func (o *BlobOptions) fill(a *arguments, c *C.ocigraph_blob_options) error {
	s := &settings{arguments: a}
	if o.Progress != nil {
		data := a.callback(&callback{progress: o.Progress})
		s.set(C.ocigraph_blob_options_set_progress(c, C.ocigraph_progress_fn(C.ocigraph_go_progress), data, &s.failure))
	}
	return s.err
}

// FetchBlob writes the blob that the reference names by digest to w, and returns its descriptor. The content is checked while
// it passes: only when FetchBlob has returned no error is it known to be what the digest says. Nil options tell nobody.
func (c *Client) FetchBlob(ctx context.Context, reference string, w io.Writer, options *BlobOptions) (Descriptor, error) {
	a := during("fetch blob", reference)
	defer a.release()
	o := C.ocigraph_blob_options_new()
	a.own(func() { C.ocigraph_blob_options_free(o) })
	if options != nil {
		if err := options.fill(a, o); err != nil {
			return Descriptor{}, err
		}
	}
	write, data := C.ocigraph_write_fn(C.ocigraph_go_write), a.callback(&callback{writer: w})
	out, err := perform(ctx, c, a, func(r *C.ocigraph_descriptor) { C.ocigraph_descriptor_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_descriptor, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_fetch_blob(client, a.text(reference), write, data, o, token, out, failure)
		})
	if err != nil {
		return Descriptor{}, err
	}
	return descriptor(out), nil
}

// PushBlob stores bytes as a blob where the reference points, unless it is there. An empty media type is
// "application/octet-stream". Nil options tell nobody.
func (c *Client) PushBlob(ctx context.Context, reference, mediaType string, content []byte, options *BlobOptions) (*BlobResult, error) {
	a := during("push blob", reference)
	defer a.release()
	return c.pushBlob(ctx, a, options,
		func(client *C.ocigraph_client, o *C.ocigraph_blob_options, token *C.ocigraph_cancel, out **C.ocigraph_blob_result, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_push_blob(client, a.text(reference), a.text(mediaType), a.bytes(content), o, token, out, failure)
		})
}

// PushBlobFile is [Client.PushBlob] for a file, which is read where it lies, and must not change meanwhile.
func (c *Client) PushBlobFile(ctx context.Context, reference, mediaType, path string, options *BlobOptions) (*BlobResult, error) {
	a := during("push blob", reference)
	defer a.release()
	return c.pushBlob(ctx, a, options,
		func(client *C.ocigraph_client, o *C.ocigraph_blob_options, token *C.ocigraph_cancel, out **C.ocigraph_blob_result, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_push_blob_file(client, a.text(reference), a.text(mediaType), a.text(path), o, token, out, failure)
		})
}

// PushBlobFrom is [Client.PushBlob] for content that r gives. It is read to its end first; short content is kept in memory, the
// rest in a temporary file.
func (c *Client) PushBlobFrom(ctx context.Context, reference, mediaType string, r io.Reader, options *BlobOptions) (*BlobResult, error) {
	a := during("push blob", reference)
	defer a.release()
	read, data := C.ocigraph_read_fn(C.ocigraph_go_read), a.callback(&callback{reader: r})
	return c.pushBlob(ctx, a, options,
		func(client *C.ocigraph_client, o *C.ocigraph_blob_options, token *C.ocigraph_cancel, out **C.ocigraph_blob_result, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_push_blob_from(client, a.text(reference), a.text(mediaType), read, data, o, token, out, failure)
		})
}

func (c *Client) pushBlob(ctx context.Context, a *arguments, options *BlobOptions,
	push func(client *C.ocigraph_client, o *C.ocigraph_blob_options, token *C.ocigraph_cancel, out **C.ocigraph_blob_result, failure **C.ocigraph_error) C.ocigraph_status) (*BlobResult, error) {
	o := C.ocigraph_blob_options_new()
	a.own(func() { C.ocigraph_blob_options_free(o) })
	if options != nil {
		if err := options.fill(a, o); err != nil {
			return nil, err
		}
	}
	out, err := perform(ctx, c, a, func(r *C.ocigraph_blob_result) { C.ocigraph_blob_result_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_blob_result, failure **C.ocigraph_error) C.ocigraph_status {
			return push(client, o, token, out, failure)
		})
	if err != nil {
		return nil, err
	}
	result := new(BlobResult)
	return result, decode(C.ocigraph_blob_result_json(out), result)
}
