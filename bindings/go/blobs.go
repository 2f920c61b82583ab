package ocigraph

/*
#include <ocigraph.h>

int64_t ocigraphGoRead(void *user_data, uint8_t *buffer, size_t capacity);
int32_t ocigraphGoWrite(void *user_data, uint8_t *data, size_t length);
*/
import "C"

import (
	"context"
	"io"
	"unsafe"
)

// FetchManifest returns the manifest that the reference names, as it is stored, its digest checked. Nil options take it as it
// is.
func (c *Client) FetchManifest(ctx context.Context, reference string, options *ResolveOptions) (*Manifest, error) {
	var a arguments
	defer a.release()
	o := C.ocigraph_resolve_options_new()
	defer C.ocigraph_resolve_options_free(o)
	if options != nil {
		if err := options.fill(&a, o); err != nil {
			return nil, err
		}
	}
	var out *C.ocigraph_manifest
	err := c.do(ctx, &a, func(client *C.ocigraph_client, token *C.ocigraph_cancel, failure **C.ocigraph_error) C.ocigraph_status {
		return C.ocigraph_client_fetch_manifest(client, a.text(reference), o, token, &out, failure)
	})
	if err != nil {
		return nil, err
	}
	defer C.ocigraph_manifest_free(out)
	bytes := C.ocigraph_manifest_bytes(out)
	manifest := &Manifest{
		Bytes:      C.GoBytes(unsafe.Pointer(bytes.data), C.int(bytes.length)),
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
	var a arguments
	defer a.release()
	var out *C.ocigraph_descriptor
	err := c.do(ctx, &a, func(client *C.ocigraph_client, token *C.ocigraph_cancel, failure **C.ocigraph_error) C.ocigraph_status {
		return C.ocigraph_client_push_manifest(client, a.text(reference), a.text(mediaType), a.bytes(content), token, &out, failure)
	})
	if err != nil {
		return Descriptor{}, err
	}
	defer C.ocigraph_descriptor_free(out)
	return descriptor(out), nil
}

// FetchBlob writes the blob that the reference names by digest to w, and returns its descriptor. The content is checked while
// it passes: only when FetchBlob has returned no error is it known to be what the digest says.
func (c *Client) FetchBlob(ctx context.Context, reference string, w io.Writer) (Descriptor, error) {
	var a arguments
	defer a.release()
	write, data := C.ocigraph_write_fn(C.ocigraphGoWrite), a.callback(&callback{writer: w})
	var out *C.ocigraph_descriptor
	err := c.do(ctx, &a, func(client *C.ocigraph_client, token *C.ocigraph_cancel, failure **C.ocigraph_error) C.ocigraph_status {
		return C.ocigraph_client_fetch_blob(client, a.text(reference), write, data, nil, token, &out, failure)
	})
	if err != nil {
		return Descriptor{}, err
	}
	defer C.ocigraph_descriptor_free(out)
	return descriptor(out), nil
}

// PushBlob stores bytes as a blob where the reference points, unless it is there. An empty media type is
// "application/octet-stream".
func (c *Client) PushBlob(ctx context.Context, reference, mediaType string, content []byte) (*BlobResult, error) {
	var a arguments
	defer a.release()
	var out *C.ocigraph_blob_result
	err := c.do(ctx, &a, func(client *C.ocigraph_client, token *C.ocigraph_cancel, failure **C.ocigraph_error) C.ocigraph_status {
		return C.ocigraph_client_push_blob(client, a.text(reference), a.text(mediaType), a.bytes(content), nil, token, &out, failure)
	})
	if err != nil {
		return nil, err
	}
	defer C.ocigraph_blob_result_free(out)
	result := new(BlobResult)
	return result, decode(C.ocigraph_blob_result_json(out), result)
}

// PushBlobFrom is PushBlob for content that r gives. It is read to its end first; short content is kept in memory, the rest in
// a temporary file.
func (c *Client) PushBlobFrom(ctx context.Context, reference, mediaType string, r io.Reader) (*BlobResult, error) {
	var a arguments
	defer a.release()
	read, data := C.ocigraph_read_fn(C.ocigraphGoRead), a.callback(&callback{reader: r})
	var out *C.ocigraph_blob_result
	err := c.do(ctx, &a, func(client *C.ocigraph_client, token *C.ocigraph_cancel, failure **C.ocigraph_error) C.ocigraph_status {
		return C.ocigraph_client_push_blob_from(client, a.text(reference), a.text(mediaType), read, data, nil, token, &out, failure)
	})
	if err != nil {
		return nil, err
	}
	defer C.ocigraph_blob_result_free(out)
	result := new(BlobResult)
	return result, decode(C.ocigraph_blob_result_json(out), result)
}
