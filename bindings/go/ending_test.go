package ocigraph

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// Tests of cancellation, and of what remains afterwards.

func TestAContextCancelsACallWithin100Milliseconds(t *testing.T) {
	client, slow := newClient(t), fixture(t, "--delay-ms=60000")+"/slow:v1"
	mine := errors.New("mine")
	for name, call := range map[string]func(ctx context.Context) error{
		"discover": func(ctx context.Context) error { _, err := client.Discover(ctx, slow, nil); return err },
		"resolve":  func(ctx context.Context) error { _, err := client.Resolve(ctx, slow, nil); return err },
		"push":     func(ctx context.Context) error { _, err := client.Push(ctx, slow, nil); return err },
		"untag":    func(ctx context.Context) error { return client.Untag(ctx, slow, nil) },
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		var at time.Time
		time.AfterFunc(50*time.Millisecond, func() { at = time.Now(); cancel(mine) })
		err := call(ctx)
		if late := time.Since(at); late > 100*time.Millisecond {
			t.Errorf("%s returned %v after its context ended", name, late)
		}
		if !errors.Is(err, ErrCancelled) || !errors.Is(err, mine) {
			t.Errorf("%s returned %v", name, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := client.Discover(ctx, slow, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.Discover(over, slow, nil); !errors.Is(err, context.Canceled) || !errors.Is(err, ErrCancelled) {
		t.Error(err)
	}
}

func TestACancelledContextClosesTheConnectionWithin100Milliseconds(t *testing.T) {
	arrived, gone := make(chan struct{}, 10), make(chan time.Time, 10)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
		gone <- time.Now()
	}))
	defer server.Close()
	client := newClient(t)
	least := time.Hour
	// On a busy machine, the server itself may be late.
	for range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			_, err := client.Resolve(ctx, strings.TrimPrefix(server.URL, "http://")+"/app:v1", nil)
			ended <- err
		}()
		<-arrived
		begin := time.Now()
		cancel()
		least = min(least, (<-gone).Sub(begin))
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	if least > 100*time.Millisecond {
		t.Errorf("the server noticed it after %v", least)
	}
}

func TestCloseCancelsRunningCallsAndCanBeRepeated(t *testing.T) {
	slow := fixture(t, "--delay-ms=60000") + "/slow:v1"
	client := must(NewClient(nil))
	failures := make(chan error)
	for range 4 {
		go func() { _, err := client.Discover(context.Background(), slow, nil); failures <- err }()
	}
	time.Sleep(50 * time.Millisecond)
	var closing sync.WaitGroup
	for range 3 {
		closing.Add(1)
		go func() { client.Close(); closing.Done() }()
	}
	for range 4 {
		if err := <-failures; !errors.Is(err, ErrClosed) || !errors.Is(err, ErrCancelled) {
			t.Error(err)
		}
	}
	closing.Wait()
	if _, err := client.Tags(context.Background(), slow); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}

func settled(t *testing.T, goroutines int, handles int64) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		runtime.GC()
		if runtime.NumGoroutine() <= goroutines && live.Load() <= handles {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines and %d handles are left, of %d and %d", runtime.NumGoroutine(), live.Load(), goroutines, handles)
		}
	}
}

func TestAThousandGoroutinesShareOneClient(t *testing.T) {
	host := fixture(t)
	location := host + "/app"
	outer := newClient(t)
	attach(t, outer, location+":v1", "app/example", "", "an image")
	attach(t, outer, location, "sbom/example", location+":v1", "an SBoM")
	// Responses take about as long as the contexts last, so that only some calls succeed.
	configure(t, host, `{"delay_ms": 20}`)
	goroutines, handles := runtime.NumGoroutine(), live.Load()
	client := must(NewClient(nil))
	var running sync.WaitGroup
	var mu sync.Mutex
	ended := map[bool]int{}
	for range 1000 {
		running.Add(1)
		go func() {
			defer running.Done()
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rand.IntN(2000))*time.Millisecond)
			defer cancel()
			graph, err := client.Discover(ctx, location+":v1", nil)
			if err == nil && graph.Len() != 1 || err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v, %v", graph, err)
			}
			mu.Lock()
			ended[err == nil]++
			mu.Unlock()
		}()
	}
	running.Wait()
	client.Close()
	if ended[true] == 0 || ended[false] == 0 {
		t.Errorf("some calls should succeed and some be cancelled: %v", ended)
	}
	settled(t, goroutines, handles)
}

func TestTheGarbageCollectorCanRunAtAnyTime(t *testing.T) {
	location := "oci:" + filepath.Join(t.TempDir(), "store")
	handles := live.Load()
	outer := newClient(t)
	image := attach(t, outer, location+":v1", "app/example", "", "an image")
	attach(t, outer, location, "sbom/example", location+":v1", "an SBoM")
	stop := make(chan struct{})
	collected := make(chan int)
	go func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				collected <- n
				return
			default:
				runtime.GC()
			}
		}
	}()
	var running sync.WaitGroup
	for range 8 {
		running.Add(1)
		go func() {
			defer running.Done()
			for range 20 {
				// The garbage collector frees clients and graphs that are not closed, but never during a call.
				graph := must(must(NewClient(nil)).Discover(context.Background(), location+":v1", nil))
				tree := must(graph.Filter(DiscoverOptions{ArtifactType: "sbom/example"})).Tree()
				progressed := 0
				verified := must(must(NewClient(nil)).Verify(context.Background(), location+":v1", &VerifyOptions{
					Progress: func(Event) error { progressed++; return nil },
				}))
				if !strings.Contains(tree, "sbom/example") || verified.Checked != 5 || progressed == 0 || graph.Subject().Digest != image {
					t.Errorf("%s %+v %d", tree, verified, progressed)
				}
			}
		}()
	}
	running.Wait()
	close(stop)
	if n := <-collected; n < 10 {
		t.Errorf("the collector ran %d times", n)
	}
	outer.Close()
	settled(t, 1<<30, handles)
}
