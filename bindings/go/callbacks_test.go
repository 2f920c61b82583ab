package ocigraph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"
)

// A once writer fails its first write after it has written the bytes, like a disk that was full for a moment.
type once struct{ failed error }

func (w *once) Write(p []byte) (int, error) {
	err := w.failed
	w.failed = nil
	return len(p), err
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

type writeFunc func([]byte) (int, error)

func (f writeFunc) Write(p []byte) (int, error) { return f(p) }

func TestReadersAreReadAsIOReaderDocuments(t *testing.T) {
	client, location := newClient(t), "oci:"+filepath.Join(t.TempDir(), "store")
	mine := errors.New("mine")
	for name, c := range map[string]struct {
		reader io.Reader
		due    error
	}{
		"io.EOF together with bytes":   {iotest.DataErrReader(strings.NewReader("content")), nil},
		"a wrapped io.EOF":             {io.MultiReader(strings.NewReader("content"), iotest.ErrReader(fmt.Errorf("cut off: %w", io.EOF))), io.EOF},
		"an error together with bytes": {io.TeeReader(strings.NewReader("content"), &once{mine}), mine},
		"no progress":                  {readFunc(func([]byte) (int, error) { return 0, nil }), io.ErrNoProgress},
	} {
		pushed, err := client.PushBlobFrom(t.Context(), location, "", c.reader, nil)
		if c.due != nil {
			if !errors.Is(err, c.due) || !errors.Is(err, ErrIO) {
				t.Errorf("%s: %+v, %v", name, pushed, err)
			}
			continue
		}
		if err != nil || pushed.Descriptor.Digest != must(Digest(SHA256, []byte("content"))) {
			t.Errorf("%s: %+v, %v", name, pushed, err)
		}
	}
	for name, faulty := range map[string]readFunc{
		"negative":                   func([]byte) (int, error) { return -1, nil },
		"negative with io.EOF":       func([]byte) (int, error) { return -1, io.EOF },
		"more than the buffer holds": func(p []byte) (int, error) { return len(p) + 1, nil },
	} {
		_, blob := client.PushBlobFrom(t.Context(), location, "", faulty, nil)
		_, file := client.Push(t.Context(), location+":faulty", &PushOptions{Files: []File{{Title: "a", Reader: faulty}}})
		for _, err := range []error{blob, file} {
			var failure *Error
			if !errors.As(err, &failure) || failure.Code != ErrIO || !strings.Contains(err.Error(), "invalid Read: it returned") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if _, err := client.Resolve(t.Context(), location+":faulty", nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("stored nevertheless: %v", err)
	}
	blob := must(client.PushBlob(t.Context(), location, "", []byte("a blob"), nil))
	short := writeFunc(func(p []byte) (int, error) { return len(p) - 1, nil })
	_, err := client.FetchBlob(t.Context(), location+"@"+blob.Descriptor.Digest, short, nil)
	if !errors.Is(err, io.ErrShortWrite) {
		t.Error(err)
	}
}

// blocking returns one call for every kind of callback. The callback of each call runs block.
func blocking(t *testing.T, location, host string) map[string]func(ctx context.Context, client *Client, block func()) error {
	client := newClient(t)
	blob := must(client.PushBlob(t.Context(), location, "", []byte("a blob"), nil)).Descriptor.Digest
	must(client.Push(t.Context(), location+":v1", &PushOptions{Files: []File{{Title: "a", Content: []byte("a")}}}))
	return map[string]func(ctx context.Context, client *Client, block func()) error{
		"a reader": func(ctx context.Context, client *Client, block func()) error {
			_, err := client.PushBlobFrom(ctx, location, "", readFunc(func([]byte) (int, error) { block(); return 0, io.EOF }), nil)
			return err
		},
		"a file's reader": func(ctx context.Context, client *Client, block func()) error {
			reader := readFunc(func([]byte) (int, error) { block(); return 0, io.EOF })
			_, err := client.Push(ctx, location+":v2", &PushOptions{Files: []File{{Title: "a", Reader: reader}}})
			return err
		},
		"a writer": func(ctx context.Context, client *Client, block func()) error {
			_, err := client.FetchBlob(ctx, location+"@"+blob, writeFunc(func(p []byte) (int, error) { block(); return len(p), nil }), nil)
			return err
		},
		"a progress function": func(ctx context.Context, client *Client, block func()) error {
			_, err := client.Verify(ctx, location+":v1", &VerifyOptions{Progress: func(Event) error { block(); return nil }})
			return err
		},
		"a credential function": func(ctx context.Context, client *Client, block func()) error {
			_, err := client.Tags(ctx, host+"/app")
			return err
		},
	}
}

// asking creates a client whose credential function also runs block.
func asking(block *atomic.Pointer[func()]) *Client {
	return must(NewClient(&ClientOptions{
		CredentialFunc: func(context.Context, string, string) (*Credential, error) { (*block.Load())(); return nil, nil },
	}))
}

func TestACancelledCallReturnsWhileItsCallbackBlocks(t *testing.T) {
	location, host := "oci:"+filepath.Join(t.TempDir(), "store"), fixture(t, "--auth=basic:ada:s3cret")
	mine := errors.New("mine")
	for name, call := range blocking(t, location, host) {
		t.Run(name, func(t *testing.T) {
			goroutines, handles := runtime.NumGoroutine(), live.Load()
			running, let := make(chan struct{}, 100), make(chan struct{})
			var block atomic.Pointer[func()]
			wait := func() { running <- struct{}{}; <-let }
			block.Store(&wait)
			client := asking(&block)
			ctx, cancel := context.WithCancelCause(t.Context())
			go func() { <-running; cancel(mine) }()
			begin := time.Now()
			err := call(ctx, client, wait)
			if took := time.Since(begin); took > 5*time.Second || !errors.Is(err, mine) || !errors.Is(err, ErrCancelled) {
				t.Errorf("after %v: %v", took, err)
			}
			// The blocked callback does not delay Close either.
			client.Close()
			if live.Load() <= handles {
				t.Error("the buffer of the callback should still be valid")
			}
			close(let)
			settled(t, goroutines, handles)
		})
	}
}

func TestCloseCanBeCalledFromEveryCallback(t *testing.T) {
	location, host := "oci:"+filepath.Join(t.TempDir(), "store"), fixture(t, "--auth=basic:ada:s3cret")
	for name, call := range blocking(t, location, host) {
		t.Run(name, func(t *testing.T) {
			goroutines, handles := runtime.NumGoroutine(), live.Load()
			var block atomic.Pointer[func()]
			client := asking(&block)
			shut := func() { client.Close() }
			block.Store(&shut)
			if err := call(t.Context(), client, shut); !errors.Is(err, ErrClosed) || !errors.Is(err, ErrCancelled) {
				t.Error(err)
			}
			settled(t, goroutines, handles)
		})
	}
}

func TestNoCallbackRunsAfterItsCallHasReturned(t *testing.T) {
	location := "oci:" + filepath.Join(t.TempDir(), "store")
	client := newClient(t)
	var content [1 << 20]byte
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		// Not atomic, so that the race detector reports any use after the call.
		events := 0
		_, err := client.Push(ctx, location+":v1", &PushOptions{
			Files:    []File{{Title: "a", Reader: bytes.NewReader(content[:])}},
			Progress: func(Event) error { events++; cancel(); time.Sleep(time.Millisecond); return nil },
		})
		if err != nil && !errors.Is(err, context.Canceled) || events == 0 {
			t.Error(err, events)
		}
	}
}

// The test blocks twice as many callbacks as a client has threads. A client calls its credential function one call at a time.
func TestBlockedCallbacksDelayNoOtherCalls(t *testing.T) {
	location, host := "oci:"+filepath.Join(t.TempDir(), "store"), fixture(t, "--auth=basic:ada:s3cret")
	registry := fixture(t)
	slow := fixture(t, "--delay-ms=60000")
	many := 2 * runtime.NumCPU()
	var copies atomic.Int64
	calls := blocking(t, location, host)
	calls["a progress function beside a writer"] = func(ctx context.Context, client *Client, block func()) error {
		digest := must(Digest(SHA256, []byte("a blob")))
		_, err := client.FetchBlob(ctx, location+"@"+digest, io.Discard, &BlobOptions{Progress: func(Event) error { block(); return nil }})
		return err
	}
	calls["progress of a pull"] = func(ctx context.Context, client *Client, block func()) error {
		_, err := client.Pull(ctx, location+":v1", &PullOptions{Output: t.TempDir(), Progress: func(Event) error { block(); return nil }})
		return err
	}
	calls["progress of a push"] = func(ctx context.Context, client *Client, block func()) error {
		_, err := client.Push(ctx, registry+"/pushed:v1", &PushOptions{
			Files: []File{{Title: "a", Content: []byte("a")}}, Progress: func(Event) error { block(); return nil },
		})
		return err
	}
	calls["progress of a copy"] = func(ctx context.Context, client *Client, block func()) error {
		// Existing content is not copied again and causes no events.
		destination := fmt.Sprintf("%s/copied%d:v1", registry, copies.Add(1))
		_, err := client.Copy(ctx, location+":v1", destination, &CopyOptions{Progress: func(Event) error { block(); return nil }})
		return err
	}
	attach(t, newClient(t), registry+"/app:v1", "app/example", "", "content")
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			running, let, ended := make(chan struct{}, 1000), make(chan struct{}), make(chan error, many)
			wait := func() { running <- struct{}{}; <-let }
			var block atomic.Pointer[func()]
			block.Store(&wait)
			client := must(NewClient(&ClientOptions{
				CredentialFunc: func(context.Context, string, string) (*Credential, error) { (*block.Load())(); return nil, nil },
				Limits:         Limits{ResponseTimeout: 2 * time.Second, MaxAttempts: 1},
			}))
			defer client.Close()
			for range many {
				go func() { ended <- call(context.Background(), client, wait) }()
			}
			atOnce := many
			if name == "a credential function" {
				atOnce = 1
			}
			for range atOnce {
				<-running
			}
			for range 2 * many {
				must(client.Tags(t.Context(), registry+"/app"))
				must(client.Resolve(t.Context(), location+":v1", nil))
			}
			if _, err := client.Tags(t.Context(), slow+"/app"); !errors.Is(err, ErrTimeout) {
				t.Error(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			defer cancel()
			if _, err := client.Tags(ctx, slow+"/app"); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
			close(let)
			for range many {
				if err := <-ended; err != nil && !errors.Is(err, ErrUnauthorized) {
					t.Error(err)
				}
			}
		})
	}
}
