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

// What errors say, whoever made them: the library, before or after it began, or this package.

func TestEveryErrorOfACallSaysWhatItDidAndToWhat(t *testing.T) {
	client, place := newClient(t), "oci:"+filepath.Join(t.TempDir(), "store")
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
		{"untag", "nowhere", ErrInvalidReference, func() error { return client.Untag(t.Context(), "nowhere") }},
		{"copy", place + " to nowhere", ErrInvalidReference, func() error { _, err := client.Copy(t.Context(), place, "nowhere", nil); return err }},
		{"repositories", "no host", ErrInvalidReference, func() error { _, err := client.Repositories(t.Context(), "no host"); return err }},
		{"push blob", "nowhere", ErrInvalidReference, func() error { _, err := client.PushBlob(t.Context(), "nowhere", "", nil, nil); return err }},
		{"login", "a.example", ErrInvalidArgument, func() error { _, err := client.Login(t.Context(), "a.example", Credential{}); return err }},
		{"resolve", place + ":none", ErrNotFound, func() error { _, err := client.Resolve(t.Context(), place+":none", nil); return err }},
		{"tags", place, ErrCancelled, func() error { _, err := client.Tags(over, place); return err }},
		{"verify", place, ErrCancelled, func() error { _, err := closed.Verify(t.Context(), place, nil); return err }},
		{"push blob", place, ErrCancelled, func() error {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			blocks := readFunc(func([]byte) (int, error) { cancel(); <-let; return 0, io.EOF })
			_, err := client.PushBlobFrom(ctx, place, "", blocks, nil)
			return err
		}},
	} {
		var said *Error
		if err := c.call(); !errors.As(err, &said) {
			t.Errorf("%s: %v", c.operation, err)
			continue
		}
		rest, begins := strings.CutPrefix(said.Message, c.operation+" "+c.reference+": ")
		if said.Code != c.code || said.Operation != c.operation || said.Reference != c.reference || !begins || rest == "" {
			t.Errorf("%+v is not of %s %s", said, c.operation, c.reference)
		}
	}
}

func TestAClosedGraphSaysSo(t *testing.T) {
	client, place := newClient(t), "oci:"+filepath.Join(t.TempDir(), "store")
	attach(t, client, place+":v1", "app/example", "", "an image")
	graph := must(client.Discover(t.Context(), place+":v1", nil))
	graph.Close()
	_, filter := graph.Filter(DiscoverOptions{})
	_, marshal := json.Marshal(graph)
	for _, err := range []error{filter, marshal} {
		var said *Error
		if !errors.As(err, &said) || !errors.Is(err, ErrClosed) || !errors.Is(err, ErrCancelled) {
			t.Error(err)
		}
	}
}
