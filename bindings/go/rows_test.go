package ocigraph

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
)

// imageWithReferrers returns an image that has three referrers.
func imageWithReferrers(t *testing.T, client *Client) (location string) {
	location = "oci:" + filepath.Join(t.TempDir(), "store")
	attach(t, client, location+":v1", "app/example", "", "an image")
	for _, content := range []string{"a", "b", "c"} {
		attach(t, client, location, "sbom/example", location+":v1", content)
	}
	return location
}

func TestRowsAreReadInALoopAndHaveASummary(t *testing.T) {
	client := newClient(t)
	location := imageWithReferrers(t, client)
	rows := client.DiscoverEach(t.Context(), location+":v1", nil)
	var found []DiscoveredRow
	for row, err := range rows.All() {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, row)
	}
	if len(found) != 3 || found[0].Edge != EdgeKindReferrer || found[0].Descriptor.ArtifactType != "sbom/example" {
		t.Errorf("%+v", found)
	}
	if summary := rows.Summary(); summary.Edges != 3 || summary.Subject.Digest != found[0].Parent {
		t.Errorf("%+v", summary)
	}
	for row := range rows.All() {
		t.Errorf("a second loop reads %+v", row)
	}
	swept := client.Sweep(t.Context(), []string{location}, &SweepOptions{Tags: []string{"v*"}})
	for batch, err := range swept.Batches() {
		if err != nil || len(batch) == 0 {
			t.Errorf("a batch of %d rows: %v", len(batch), err)
		}
	}
	if summary := swept.Summary(); summary.Images != 1 || summary.Attached != 3 {
		t.Errorf("%+v", summary)
	}
}

func TestALoopThatEndsEarlyFreesTheRows(t *testing.T) {
	client := newClient(t)
	location, before := imageWithReferrers(t, client), live.Load()
	rows := client.Sweep(t.Context(), []string{location}, nil)
	if live.Load() != before+1 {
		t.Errorf("%d handles, expected one more than %d", live.Load(), before)
	}
	for range rows.All() {
		break
	}
	if live.Load() != before {
		t.Errorf("%d handles, expected %d", live.Load(), before)
	}
	unread := client.Sweep(t.Context(), []string{location}, nil)
	unread.Close()
	unread.Close()
	for row, err := range unread.All() {
		t.Errorf("closed rows have %+v, %v", row, err)
	}
	if live.Load() != before {
		t.Errorf("%d handles, expected %d", live.Load(), before)
	}
}

func TestAnErrorIsTheLastIterationOfALoop(t *testing.T) {
	client := newClient(t)
	location := imageWithReferrers(t, client)
	enough := errors.New("enough")
	over, cancel := context.WithCancelCause(t.Context())
	cancel(enough)
	for name, test := range map[string]struct {
		rows *Rows[DiscoveredRow, DiscoverSummary]
		want error
	}{
		"missing":   {client.DiscoverEach(t.Context(), location+":none", nil), ErrNotFound},
		"arguments": {client.DiscoverEach(t.Context(), "no reference", nil), ErrInvalidReference},
		"context":   {client.DiscoverEach(over, location+":v1", nil), enough},
	} {
		var errs []error
		for _, err := range test.rows.All() {
			errs = append(errs, err)
		}
		if len(errs) != 1 || !errors.Is(errs[0], test.want) {
			t.Errorf("%s: %v, expected %v", name, errs, test.want)
		}
	}
	closed := newClient(t)
	rows := closed.DiscoverEach(t.Context(), location+":v1", nil)
	closed.Close()
	for _, err := range rows.All() {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%v, expected %v", err, ErrClosed)
		}
	}
}
