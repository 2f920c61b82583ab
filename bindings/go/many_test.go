package ocigraph

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The test runs the pulls on one shared client and on separate clients.
func TestTwoHundredConcurrentPullsOfALayoutEnd(t *testing.T) {
	const many, files = 200, 32
	image := "oci:" + filepath.Join(t.TempDir(), "store") + ":v1"
	shared := newClient(t)
	var pushed []File
	for i := range files {
		pushed = append(pushed, File{Title: fmt.Sprintf("file%d", i), Content: bytes.Repeat([]byte{byte(i)}, 20_000)})
	}
	must(shared.Push(t.Context(), image, &PushOptions{Files: pushed}))
	for name, client := range map[string]func() *Client{
		"one client":        func() *Client { return shared },
		"a client for each": func() *Client { return newClient(t) },
	} {
		t.Run(name, func(t *testing.T) {
			// Ends the test if the pulls deadlock.
			ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
			defer cancel()
			out, ended := t.TempDir(), make(chan error, many)
			for i := range many {
				client := client()
				go func() {
					_, err := client.Pull(ctx, image, &PullOptions{Output: filepath.Join(out, fmt.Sprint(i))})
					ended <- err
				}()
			}
			for range many {
				if err := <-ended; err != nil {
					t.Fatal(err)
				}
			}
			for i := range many {
				last := must(os.ReadFile(filepath.Join(out, fmt.Sprint(i), fmt.Sprintf("file%d", files-1))))
				if !bytes.Equal(last, pushed[files-1].Content) {
					t.Errorf("the file of pull %d is not what was pushed", i)
				}
			}
		})
	}
}
