package ocigraph

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// Tests of error details, for errors of the library and of this package.

func TestEveryErrorNamesItsOperationAndReference(t *testing.T) {
	client, location := newClient(t), "oci:"+filepath.Join(t.TempDir(), "store")
	closed := must(NewClient(nil))
	closed.Close()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	let := make(chan struct{})
	defer close(let)
	for _, c := range []struct {
		operation, reference string
		code                 Code
		call                 func() error
	}{
		{"push", "nowhere", ErrInvalidReference, func() error { _, err := client.Push(t.Context(), "nowhere", nil); return err }},
		{"untag", "nowhere", ErrInvalidReference, func() error { return client.Untag(t.Context(), "nowhere", nil) }},
		{"copy", location + " to nowhere", ErrInvalidReference, func() error { _, err := client.Copy(t.Context(), location, "nowhere", nil); return err }},
		{"repositories", "no host", ErrInvalidReference, func() error { _, err := client.Repositories(t.Context(), "no host"); return err }},
		{"push blob", "nowhere", ErrInvalidReference, func() error { _, err := client.PushBlob(t.Context(), "nowhere", "", nil, nil); return err }},
		{"login", "a.example", ErrInvalidArgument, func() error { _, err := client.Login(t.Context(), "a.example", Credential{}); return err }},
		{"resolve", location + ":none", ErrNotFound, func() error { _, err := client.Resolve(t.Context(), location+":none", nil); return err }},
		{"tags", location, ErrCancelled, func() error { _, err := client.Tags(over, location); return err }},
		{"verify", location, ErrCancelled, func() error { _, err := closed.Verify(t.Context(), location, nil); return err }},
		{"push blob", location, ErrCancelled, func() error {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			blocks := readFunc(func([]byte) (int, error) { cancel(); <-let; return 0, io.EOF })
			_, err := client.PushBlobFrom(ctx, location, "", blocks, nil)
			return err
		}},
	} {
		var failure *Error
		if err := c.call(); !errors.As(err, &failure) {
			t.Errorf("%s: %v", c.operation, err)
			continue
		}
		rest, begins := strings.CutPrefix(failure.Message, c.operation+" "+c.reference+": ")
		if failure.Code != c.code || failure.Operation != c.operation || failure.Reference != c.reference || !begins || rest == "" {
			t.Errorf("%+v is not of %s %s", failure, c.operation, c.reference)
		}
	}
}

func TestAClosedGraphReturnsErrClosed(t *testing.T) {
	client, location := newClient(t), "oci:"+filepath.Join(t.TempDir(), "store")
	attach(t, client, location+":v1", "app/example", "", "an image")
	graph := must(client.Discover(t.Context(), location+":v1", nil))
	graph.Close()
	_, filter := graph.Filter(DiscoverOptions{})
	_, marshal := json.Marshal(graph)
	for _, err := range []error{filter, marshal} {
		var failure *Error
		if !errors.As(err, &failure) || !errors.Is(err, ErrClosed) || !errors.Is(err, ErrCancelled) {
			t.Error(err)
		}
	}
}
