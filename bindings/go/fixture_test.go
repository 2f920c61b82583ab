package ocigraph

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// tool returns the path of a program that tests/setup provides or cargo built.
func tool(t testing.TB, variable, name string) string {
	t.Helper()
	folder := os.Getenv(variable)
	if folder == "" {
		t.Fatalf("looking for %s: %s is not set; run the tests with `make test`", name, variable)
	}
	return filepath.Join(folder, name)
}

// serve starts a program that prints a line {"address": …} and ends when its standard input is closed. It returns the
// address.
func serve(t testing.TB, program string, args ...string) string {
	t.Helper()
	command := exec.Command(program, args...)
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_ = command.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	var ready struct{ Address string }
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil {
		t.Fatalf("%s should print its address, but printed %q: %v", program, line, err)
	}
	return ready.Address
}

// fixture starts an in-memory registry with options of tests/fixture.
func fixture(t testing.TB, switches ...string) string {
	t.Helper()
	return serve(t, tool(t, "OCIGRAPH_BUILT", "ocigraph-fixture"), switches...)
}

// configure replaces the options of a fixture.
func configure(t testing.TB, host, switches string) {
	t.Helper()
	request, err := http.NewRequest("PUT", "http://"+host+"/_fixture/config", bytes.NewBufferString(switches))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusNoContent {
		t.Fatalf("the fixture answered %s", response.Status)
	}
}

func newClient(t testing.TB) *Client {
	t.Helper()
	client, err := NewClient(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("this should succeed: %v", err))
	}
	return value
}

// attach pushes a text as an artifact and returns its digest. With a subject, the artifact is a referrer.
func attach(t testing.TB, client *Client, target, artifactType, subject, content string) string {
	t.Helper()
	pushed, err := client.Push(t.Context(), target, &PushOptions{
		Files:        []File{{Title: "content.txt", Content: []byte(content)}},
		ArtifactType: artifactType,
		Subject:      subject,
	})
	if err != nil {
		t.Fatal(err)
	}
	return pushed.Descriptor.Digest
}
