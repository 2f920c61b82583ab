package ocigraph

// #include <ocigraph.h>
import "C"

import "context"

// Push pushes files, directories and bytes as one artifact and tags it with the tags of the reference,
// "host/repository[:tag[,tag…]]" or "oci:PATH[:tag]". If the options set a subject, the artifact becomes a referrer of
// that subject. Nil options push an artifact without files. Errors include [ErrNotFound] for a file or the subject,
// [ErrUnsafePath] and [ErrIO].
func (c *Client) Push(ctx context.Context, reference string, options *PushOptions) (*PushResult, error) {
	a := newArguments("push", reference)
	defer a.release()
	o := C.ocigraph_push_options_new()
	a.own(func() { C.ocigraph_push_options_free(o) })
	if options != nil {
		if err := options.fill(a, o); err != nil {
			return nil, err
		}
	}
	out, err := perform(ctx, c, a, func(r *C.ocigraph_push_result) { C.ocigraph_push_result_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_push_result, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_push(client, a.text(reference), o, token, out, failure)
		})
	if err != nil {
		return nil, err
	}
	result := &PushResult{Manifest: goBytes(C.ocigraph_push_result_manifest(out))}
	return result, decode(C.ocigraph_push_result_json(out), result)
}

// Pull pulls the files of an artifact into a directory. A file appears under its final name only after its size and
// digest were verified. The result has one element, or one for each pulled artifact if the options set an artifact type
// or IncludeSubject. Nil options write into the current directory. Errors include [ErrNotFound], [ErrUnsafePath],
// [ErrDigestMismatch] and [ErrIO].
func (c *Client) Pull(ctx context.Context, reference string, options *PullOptions) ([]PullResult, error) {
	a := newArguments("pull", reference)
	defer a.release()
	o := C.ocigraph_pull_options_new()
	a.own(func() { C.ocigraph_pull_options_free(o) })
	if options != nil {
		if err := options.fill(a, o); err != nil {
			return nil, err
		}
	}
	out, err := perform(ctx, c, a, func(r *C.ocigraph_pull_result) { C.ocigraph_pull_result_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_pull_result, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_pull(client, a.text(reference), o, token, out, failure)
		})
	if err != nil {
		return nil, err
	}
	var result []PullResult
	err = decode(C.ocigraph_pull_result_json(out), &result)
	return result, err
}

// Discover returns the graph of all direct and indirect referrers of a manifest. Nil options return the complete graph.
// Errors include [ErrNotFound], [ErrIncomplete] and [ErrTooLarge]. See
// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers.
func (c *Client) Discover(ctx context.Context, reference string, options *DiscoverOptions) (*Graph, error) {
	a := newArguments("discover", reference)
	defer a.release()
	o := C.ocigraph_discover_options_new()
	a.own(func() { C.ocigraph_discover_options_free(o) })
	if options != nil {
		if err := options.fill(a, o); err != nil {
			return nil, err
		}
	}
	var out *C.ocigraph_graph
	err := c.do(ctx, a, func(client *C.ocigraph_client, token *C.ocigraph_cancel, failure **C.ocigraph_error) C.ocigraph_status {
		return C.ocigraph_client_discover(client, a.text(reference), o, token, &out, failure)
	})
	if err != nil {
		return nil, err
	}
	return newGraph(out), nil
}

// Delete deletes a manifest and all its direct and indirect referrers, referrers first. An interrupted delete can be
// run again. Manifests that could not be deleted are in the report and do not fail the call. Nil options keep manifests
// that have other tags or are listed by another index. Errors include [ErrNotFound] and [ErrUnsupported].
func (c *Client) Delete(ctx context.Context, reference string, options *DeleteOptions) (*DeleteReport, error) {
	a := newArguments("delete", reference)
	defer a.release()
	o := C.ocigraph_delete_options_new()
	a.own(func() { C.ocigraph_delete_options_free(o) })
	if options != nil {
		if err := options.fill(a, o); err != nil {
			return nil, err
		}
	}
	out, err := perform(ctx, c, a, func(r *C.ocigraph_delete_report) { C.ocigraph_delete_report_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_delete_report, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_delete(client, a.text(reference), o, token, out, failure)
		})
	if err != nil {
		return nil, err
	}
	result := new(DeleteReport)
	return result, decode(C.ocigraph_delete_report_json(out), result)
}

// Copy copies an artifact, or its complete graph, from source to destination, and tags it there with the tags of
// destination. Content that already exists at the destination is not sent. Nil options copy the artifact and the
// content that it refers to, without its referrers. Errors include [ErrNotFound] and [ErrDigestMismatch].
func (c *Client) Copy(ctx context.Context, source, destination string, options *CopyOptions) (*CopyReport, error) {
	a := newArguments("copy", source+" to "+destination)
	defer a.release()
	o := C.ocigraph_copy_options_new()
	a.own(func() { C.ocigraph_copy_options_free(o) })
	if options != nil {
		if err := options.fill(a, o); err != nil {
			return nil, err
		}
	}
	out, err := perform(ctx, c, a, func(r *C.ocigraph_copy_report) { C.ocigraph_copy_report_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_copy_report, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_copy(client, a.text(source), a.text(destination), o, token, out, failure)
		})
	if err != nil {
		return nil, err
	}
	result := new(CopyReport)
	return result, decode(C.ocigraph_copy_report_json(out), result)
}

// Verify verifies the size and digest of every manifest and blob in the graph of the reference, including all
// referrers. Problems are in the report and do not fail the call. Nil options verify everything. Errors include
// [ErrNotFound].
func (c *Client) Verify(ctx context.Context, reference string, options *VerifyOptions) (*VerifyReport, error) {
	a := newArguments("verify", reference)
	defer a.release()
	o := C.ocigraph_verify_options_new()
	a.own(func() { C.ocigraph_verify_options_free(o) })
	if options != nil {
		if err := options.fill(a, o); err != nil {
			return nil, err
		}
	}
	out, err := perform(ctx, c, a, func(r *C.ocigraph_verify_report) { C.ocigraph_verify_report_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_verify_report, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_verify(client, a.text(reference), o, token, out, failure)
		})
	if err != nil {
		return nil, err
	}
	result := new(VerifyReport)
	return result, decode(C.ocigraph_verify_report_json(out), result)
}
