package ocigraph

// #include <ocigraph.h>
import "C"

import "context"

// Push packs files, directories and bytes into one artifact, and names it by the reference's tags. With a subject it becomes a
// referrer of that. Nil options push an artifact without files.
func (c *Client) Push(ctx context.Context, reference string, options *PushOptions) (*PushResult, error) {
	a := during("push", reference)
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

// Pull writes an artifact's files into a directory, verified; with an artifact type those of the referrers of that type. A
// file appears under its name when it is whole. Nil options write into the current directory.
func (c *Client) Pull(ctx context.Context, reference string, options *PullOptions) ([]PullResult, error) {
	a := during("pull", reference)
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

// Discover returns the graph of everything that refers to what the reference names. Nil options walk it whole.
func (c *Client) Discover(ctx context.Context, reference string, options *DiscoverOptions) (*Graph, error) {
	a := during("discover", reference)
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

// Delete deletes what the reference names and all that refers to it, referrers first; or only says what would be deleted.
// It can be run again where it was interrupted. What could not be deleted is in the report. Nil options keep what is tagged
// otherwise.
func (c *Client) Delete(ctx context.Context, reference string, options *DeleteOptions) (*DeleteReport, error) {
	a := during("delete", reference)
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

// Copy copies what source names, or its whole graph, to destination, and tags it there. What is there already is not sent.
// Nil options copy the one artifact, with what it refers to.
func (c *Client) Copy(ctx context.Context, source, destination string, options *CopyOptions) (*CopyReport, error) {
	a := during("copy", source+" to "+destination)
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

// Verify checks the whole graph under what the reference names: every manifest and blob, those of referrers too. What it
// finds is in the report. Nil options check all.
func (c *Client) Verify(ctx context.Context, reference string, options *VerifyOptions) (*VerifyReport, error) {
	a := during("verify", reference)
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
