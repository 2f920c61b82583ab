package ocigraph

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// source pushes an artifact to a new layout and returns its reference.
func source(t *testing.T, client *Client) string {
	t.Helper()
	image := "oci:" + filepath.Join(t.TempDir(), "source") + ":v1"
	files := []File{{Content: []byte("x"), Title: "x"}}
	if _, err := client.Push(t.Context(), image, &PushOptions{Files: files}); err != nil {
		t.Fatal(err)
	}
	return image
}

func TestTheClientOfADestinationIsAskedForItsCredential(t *testing.T) {
	host := fixture(t, "--auth", "basic:ada:sesame")
	client := newClient(t)
	image := source(t, client)
	_, err := client.Copy(t.Context(), image, host+"/app:v1", nil)
	if !errors.Is(err, ErrUnauthorized) {
		t.Fatalf("a copy without a credential failed with %v", err)
	}
	var calls []string
	other, err := NewClient(&ClientOptions{CredentialFunc: func(_ context.Context, host, repository string) (*Credential, error) {
		calls = append(calls, host+"/"+repository)
		return &Credential{Username: "ada", Password: "sesame"}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	copied, err := client.Copy(t.Context(), image, host+"/app:v1", &CopyOptions{DestinationClient: other})
	if err != nil || len(copied.Tags) != 1 || strings.Join(calls, " ") != host+"/app" {
		t.Fatalf("the copy returned %v and %v, and called %v", copied, err, calls)
	}
	other.Close()
	_, err = client.Copy(t.Context(), image, host+"/app:v2", &CopyOptions{DestinationClient: other})
	if !errors.Is(err, ErrClosed) {
		t.Fatalf("a copy with a closed client failed with %v", err)
	}
	// One client for both sides is not an error.
	if _, err := client.Copy(t.Context(), image, "oci:"+filepath.Join(t.TempDir(), "copy"), &CopyOptions{DestinationClient: client}); err != nil {
		t.Fatal(err)
	}
}

func TestTheErrorOfADestinationsCredentialFunctionIsWrapped(t *testing.T) {
	host := fixture(t, "--auth", "basic:ada:sesame")
	client := newClient(t)
	image := source(t, client)
	locked := errors.New("the vault is locked")
	other, err := NewClient(&ClientOptions{CredentialFunc: func(context.Context, string, string) (*Credential, error) {
		return nil, locked
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	_, err = client.Copy(t.Context(), image, host+"/app:v1", &CopyOptions{DestinationClient: other})
	if !errors.Is(err, ErrCredentials) || !errors.Is(err, locked) {
		t.Fatalf("the copy failed with %v", err)
	}
}

func TestTheEndOfTheClientOfADestinationCancelsTheCopy(t *testing.T) {
	host := fixture(t, "--delay-ms", "600000")
	client, other := newClient(t), newClient(t)
	image := source(t, client)
	started := make(chan struct{})
	go func() {
		<-started
		time.Sleep(100 * time.Millisecond)
		other.Close()
	}()
	close(started)
	_, err := client.Copy(t.Context(), image, host+"/app:v1", &CopyOptions{DestinationClient: other})
	if !errors.Is(err, ErrClosed) || !errors.Is(err, ErrCancelled) {
		t.Fatalf("the copy failed with %v", err)
	}
	if _, err := client.Tags(t.Context(), image); err != nil {
		t.Fatalf("the client of the source is closed too: %v", err)
	}
}
