package ocigraph

// #include <ocigraph.h>
// #include "callbacks.h"
import "C"

import (
	"context"
	"io"
)

// A BlobResult is the result of pushing a blob.
type BlobResult struct {
	// Descriptor is the descriptor of the blob.
	Descriptor Descriptor `json:"descriptor"`
	// Outcome is the outcome: [Uploaded], [AlreadyExists] or [Mounted].
	Outcome Outcome `json:"outcome"`
}

// FetchBlob writes the blob that the reference names by digest to w and returns its descriptor. The digest is checked
// while the content is transferred: the content is verified only after FetchBlob has returned without an error. Nil
// options disable progress. Errors include [ErrNotFound], [ErrDigestMismatch], [ErrSizeMismatch], and [ErrIO] if w
// fails.
func (c *Client) FetchBlob(ctx context.Context, reference string, w io.Writer, options *BlobOptions) (Descriptor, error) {
	a := newArguments("fetch blob", reference)
	defer a.release()
	o, err := options.toC(a)
	if err != nil {
		return Descriptor{}, err
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

// PushBlob pushes bytes as a blob to the location of the reference, unless the blob already exists there. An empty
// mediaType selects "application/octet-stream". Nil options disable progress.
func (c *Client) PushBlob(ctx context.Context, reference, mediaType string, content []byte, options *BlobOptions) (*BlobResult, error) {
	a := newArguments("push blob", reference)
	defer a.release()
	return c.pushBlob(ctx, a, options,
		func(client *C.ocigraph_client, o *C.ocigraph_blob_options, token *C.ocigraph_cancel, out **C.ocigraph_blob_result, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_push_blob(client, a.text(reference), a.text(mediaType), a.bytes(content), o, token, out, failure)
		})
}

// PushBlobFile is like [Client.PushBlob] for a file. The file is read in place and must not change during the call.
// Errors include [ErrNotFound] and [ErrIO].
func (c *Client) PushBlobFile(ctx context.Context, reference, mediaType, path string, options *BlobOptions) (*BlobResult, error) {
	a := newArguments("push blob", reference)
	defer a.release()
	return c.pushBlob(ctx, a, options,
		func(client *C.ocigraph_client, o *C.ocigraph_blob_options, token *C.ocigraph_cancel, out **C.ocigraph_blob_result, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_push_blob_file(client, a.text(reference), a.text(mediaType), a.text(path), o, token, out, failure)
		})
}

// PushBlobFrom is like [Client.PushBlob] for the content of r. The content is first read to its end: small content into
// memory, larger content into a temporary file. Errors include [ErrIO] if r fails.
func (c *Client) PushBlobFrom(ctx context.Context, reference, mediaType string, r io.Reader, options *BlobOptions) (*BlobResult, error) {
	a := newArguments("push blob", reference)
	defer a.release()
	read, data := C.ocigraph_read_fn(C.ocigraph_go_read), a.callback(&callback{reader: r})
	return c.pushBlob(ctx, a, options,
		func(client *C.ocigraph_client, o *C.ocigraph_blob_options, token *C.ocigraph_cancel, out **C.ocigraph_blob_result, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_push_blob_from(client, a.text(reference), a.text(mediaType), read, data, o, token, out, failure)
		})
}

func (c *Client) pushBlob(ctx context.Context, a *arguments, options *BlobOptions,
	push func(client *C.ocigraph_client, o *C.ocigraph_blob_options, token *C.ocigraph_cancel, out **C.ocigraph_blob_result, failure **C.ocigraph_error) C.ocigraph_status) (*BlobResult, error) {
	o, err := options.toC(a)
	if err != nil {
		return nil, err
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
