package ocigraph

// #include <ocigraph.h>
import "C"

import "context"

// Resolve returns the descriptor of the manifest that the reference names. With nil options, an index resolves to the
// index itself. Errors include [ErrInvalidReference] and [ErrNotFound].
func (c *Client) Resolve(ctx context.Context, reference string, options *ResolveOptions) (Descriptor, error) {
	a := newArguments("resolve", reference)
	defer a.release()
	o := C.ocigraph_resolve_options_new()
	a.own(func() { C.ocigraph_resolve_options_free(o) })
	if options != nil {
		if err := options.fill(a, o); err != nil {
			return Descriptor{}, err
		}
	}
	out, err := perform(ctx, c, a, func(r *C.ocigraph_descriptor) { C.ocigraph_descriptor_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_descriptor, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_resolve(client, a.text(reference), o, token, out, failure)
		})
	if err != nil {
		return Descriptor{}, err
	}
	return descriptor(out), nil
}

// Tag adds tags to the manifest that the reference names and returns its descriptor. A tag that already exists is
// moved. Errors include [ErrInvalidReference] and [ErrNotFound].
func (c *Client) Tag(ctx context.Context, reference string, tags ...string) (Descriptor, error) {
	a := newArguments("tag", reference)
	defer a.release()
	views, count := a.texts(tags)
	out, err := perform(ctx, c, a, func(r *C.ocigraph_descriptor) { C.ocigraph_descriptor_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_descriptor, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_tag(client, a.text(reference), views, count, token, out, failure)
		})
	if err != nil {
		return Descriptor{}, err
	}
	return descriptor(out), nil
}

// Untag removes the tags of the reference and keeps the manifest. Errors include [ErrNotFound], and [ErrUnsupported] if
// the registry cannot remove a tag.
func (c *Client) Untag(ctx context.Context, reference string) error {
	a := newArguments("untag", reference)
	defer a.release()
	err := c.do(ctx, a, func(client *C.ocigraph_client, token *C.ocigraph_cancel, failure **C.ocigraph_error) C.ocigraph_status {
		return C.ocigraph_client_untag(client, a.text(reference), token, failure)
	})
	return err
}

// Tags returns the tags of a repository or layout in the order of the registry. The tags of the referrers tag schema
// are omitted.
func (c *Client) Tags(ctx context.Context, reference string) ([]string, error) {
	a := newArguments("tags", reference)
	defer a.release()
	out, err := perform(ctx, c, a, func(r *C.ocigraph_text_list) { C.ocigraph_text_list_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_text_list, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_tags(client, a.text(reference), token, out, failure)
		})
	if err != nil {
		return nil, err
	}
	return texts(out), nil
}

// TagDetails returns the tags of a repository or layout, as [Client.Tags] does, with their digests and the metadata
// that the registry reports.
func (c *Client) TagDetails(ctx context.Context, reference string) ([]TagInfo, error) {
	a := newArguments("tags", reference)
	defer a.release()
	out, err := perform(ctx, c, a, func(r *C.ocigraph_tag_list) { C.ocigraph_tag_list_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_tag_list, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_tag_details(client, a.text(reference), token, out, failure)
		})
	if err != nil {
		return nil, err
	}
	var result []TagInfo
	err = decode(C.ocigraph_tag_list_json(out), &result)
	return result, err
}

// Repositories returns the repositories of a registry, "registry.example.com[:port]". It returns [ErrUnsupported] if
// the registry does not list its repositories.
func (c *Client) Repositories(ctx context.Context, host string) ([]string, error) {
	a := newArguments("repositories", host)
	defer a.release()
	out, err := perform(ctx, c, a, func(r *C.ocigraph_text_list) { C.ocigraph_text_list_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_text_list, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_repositories(client, a.text(host), token, out, failure)
		})
	if err != nil {
		return nil, err
	}
	return texts(out), nil
}

func texts(list *C.ocigraph_text_list) []string {
	all := make([]string, C.ocigraph_text_list_count(list))
	for i := range all {
		all[i] = goString(C.ocigraph_text_list_get(list, C.size_t(i)))
	}
	return all
}
