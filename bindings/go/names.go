package ocigraph

// #include <ocigraph.h>
import "C"

import "context"

// Resolve returns the descriptor of what the reference names. Nil options take it as it is.
func (c *Client) Resolve(ctx context.Context, reference string, options *ResolveOptions) (Descriptor, error) {
	var a arguments
	defer a.release()
	o := C.ocigraph_resolve_options_new()
	defer C.ocigraph_resolve_options_free(o)
	if options != nil {
		if err := options.fill(&a, o); err != nil {
			return Descriptor{}, err
		}
	}
	var out *C.ocigraph_descriptor
	err := c.do(ctx, &a, func(client *C.ocigraph_client, token *C.ocigraph_cancel, failure **C.ocigraph_error) C.ocigraph_status {
		return C.ocigraph_client_resolve(client, a.text(reference), o, token, &out, failure)
	})
	if err != nil {
		return Descriptor{}, err
	}
	defer C.ocigraph_descriptor_free(out)
	return descriptor(out), nil
}

// Tag points further tags at what the reference names, and returns its descriptor.
func (c *Client) Tag(ctx context.Context, reference string, tags ...string) (Descriptor, error) {
	var a arguments
	defer a.release()
	views, count := a.texts(tags)
	var out *C.ocigraph_descriptor
	err := c.do(ctx, &a, func(client *C.ocigraph_client, token *C.ocigraph_cancel, failure **C.ocigraph_error) C.ocigraph_status {
		return C.ocigraph_client_tag(client, a.text(reference), views, count, token, &out, failure)
	})
	if err != nil {
		return Descriptor{}, err
	}
	defer C.ocigraph_descriptor_free(out)
	return descriptor(out), nil
}

// Untag removes the reference's tags and leaves what they named.
func (c *Client) Untag(ctx context.Context, reference string) error {
	var a arguments
	defer a.release()
	err := c.do(ctx, &a, func(client *C.ocigraph_client, token *C.ocigraph_cancel, failure **C.ocigraph_error) C.ocigraph_status {
		return C.ocigraph_client_untag(client, a.text(reference), token, failure)
	})
	return err
}

// Tags returns all tags, without those by which clients keep referrers, in the registry's order. The reference is a
// repository or a layout.
func (c *Client) Tags(ctx context.Context, reference string) ([]string, error) {
	var a arguments
	defer a.release()
	var out *C.ocigraph_text_list
	err := c.do(ctx, &a, func(client *C.ocigraph_client, token *C.ocigraph_cancel, failure **C.ocigraph_error) C.ocigraph_status {
		return C.ocigraph_client_tags(client, a.text(reference), token, &out, failure)
	})
	if err != nil {
		return nil, err
	}
	defer C.ocigraph_text_list_free(out)
	return texts(out), nil
}

// Manifests returns the manifests, tagged and untagged, with what is known of each. The reference is a repository or a
// layout.
func (c *Client) Manifests(ctx context.Context, reference string) ([]ManifestInfo, error) {
	var a arguments
	defer a.release()
	var out *C.ocigraph_manifest_list
	err := c.do(ctx, &a, func(client *C.ocigraph_client, token *C.ocigraph_cancel, failure **C.ocigraph_error) C.ocigraph_status {
		return C.ocigraph_client_manifests(client, a.text(reference), token, &out, failure)
	})
	if err != nil {
		return nil, err
	}
	defer C.ocigraph_manifest_list_free(out)
	var result []ManifestInfo
	err = decode(C.ocigraph_manifest_list_json(out), &result)
	return result, err
}

// Repositories returns the repositories of a registry, "registry.example.com[:port]"; [ErrUnsupported] where it does not list
// them.
func (c *Client) Repositories(ctx context.Context, host string) ([]string, error) {
	var a arguments
	defer a.release()
	var out *C.ocigraph_text_list
	err := c.do(ctx, &a, func(client *C.ocigraph_client, token *C.ocigraph_cancel, failure **C.ocigraph_error) C.ocigraph_status {
		return C.ocigraph_client_repositories(client, a.text(host), token, &out, failure)
	})
	if err != nil {
		return nil, err
	}
	defer C.ocigraph_text_list_free(out)
	return texts(out), nil
}

func texts(list *C.ocigraph_text_list) []string {
	all := make([]string, C.ocigraph_text_list_count(list))
	for i := range all {
		all[i] = goString(C.ocigraph_text_list_get(list, C.size_t(i)))
	}
	return all
}
