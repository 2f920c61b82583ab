package ocigraph

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// A cancelled call has cleaned up when it returns: its upload sessions are closed at the registry, and its partial files
// are removed.

// stalling configures a fixture whose transfers stall, as in the tests of all languages.
const stalling = `{"stall_after": 4194304}`

const stalledSize = 8 << 20

// fixtureState reads JSON from the fixture.
func fixtureState(t testing.TB, host, path string, into any) {
	t.Helper()
	response, err := http.Get("http://" + host + "/_fixture/" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// inTheMiddle returns a progress function that cancels a context when a part of a blob was transferred.
func inTheMiddle(t testing.TB, cause error) (context.Context, func(Event) error) {
	ctx, cancel := context.WithCancelCause(t.Context())
	t.Cleanup(func() { cancel(nil) })
	return ctx, func(event Event) error {
		if event.Kind == Moved && event.Position > 0 {
			cancel(cause)
		}
		return nil
	}
}

func TestACancelledPushHasNoUploadSessionWhenItReturns(t *testing.T) {
	host, client, mine := fixture(t), newClient(t), errors.New("mine")
	configure(t, host, stalling)
	ctx, progress := inTheMiddle(t, mine)
	_, err := client.Push(ctx, host+"/app:v1", &PushOptions{
		Files:    []File{{Title: "large", Content: make([]byte, stalledSize)}},
		Progress: progress,
	})
	var state struct{ Uploads map[string]string }
	fixtureState(t, host, "state", &state)
	var requests []struct {
		Method string
		Status int
	}
	fixtureState(t, host, "requests", &requests)
	if !errors.Is(err, ErrCancelled) || !errors.Is(err, mine) {
		t.Errorf("the push returned %v", err)
	}
	opened, closed := 0, 0
	for _, request := range requests {
		if request.Method == "POST" && request.Status == http.StatusAccepted {
			opened++
		}
		if request.Method == "DELETE" && request.Status == http.StatusNoContent {
			closed++
		}
	}
	if len(state.Uploads) != 0 || opened == 0 || opened != closed {
		t.Errorf("of %d sessions, %d were closed, and %v are open", opened, closed, state.Uploads)
	}
}

func TestACancelledPullHasNoPartialFileWhenItReturns(t *testing.T) {
	host, client, mine := fixture(t), newClient(t), errors.New("mine")
	must(client.Push(t.Context(), host+"/app:v1", &PushOptions{
		Files: []File{{Title: "large", Content: make([]byte, stalledSize)}},
	}))
	configure(t, host, stalling)
	output := filepath.Join(t.TempDir(), "out")
	ctx, progress := inTheMiddle(t, mine)
	_, err := client.Pull(ctx, host+"/app:v1", &PullOptions{Output: output, Progress: progress})
	files, _ := os.ReadDir(output)
	if !errors.Is(err, ErrCancelled) || !errors.Is(err, mine) {
		t.Errorf("the pull returned %v", err)
	}
	if len(files) != 0 {
		t.Errorf("the pull left %v", files)
	}
}
