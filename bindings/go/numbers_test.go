package ocigraph

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func everything(t *testing.T, client *Client, location string) {
	t.Helper()
	attach(t, client, location+":v1", "app/example", "", "content")
	attach(t, client, location, "sbom/example", location+":v1", "sbom")
	if graph := must(client.Discover(t.Context(), location+":v1", nil)); graph.Len() != 1 {
		t.Errorf("%d referrers", graph.Len())
	}
	must(client.Pull(t.Context(), location+":v1", &PullOptions{Output: t.TempDir()}))
	must(client.Tags(t.Context(), location))
}

func TestLimitsAcceptAnyValue(t *testing.T) {
	host := fixture(t)
	for _, long := range []time.Duration{1 << 40, 1 << 62, math.MaxInt64} {
		for _, many := range []int{0, math.MaxInt32, 1 << 62, math.MaxInt} {
			client := must(NewClient(&ClientOptions{Limits: Limits{
				ConnectTimeout: long, ResponseTimeout: long, IdleTimeout: long, UploadResponseTimeout: long, StallTimeout: long, HelperTimeout: long,
				MaxAttempts: many, MaxManifestBytes: many, MaxPages: many, MaxEntries: many, MaxRequestsPerSecond: many,
			}}))
			everything(t, client, host+"/app")
			client.Close()
		}
	}
	for _, less := range []time.Duration{-1, math.MinInt64} {
		for name, limits := range map[string]Limits{
			"ConnectTimeout": {ConnectTimeout: less}, "ResponseTimeout": {ResponseTimeout: less}, "IdleTimeout": {IdleTimeout: less},
			"UploadResponseTimeout": {UploadResponseTimeout: less}, "StallTimeout": {StallTimeout: less}, "HelperTimeout": {HelperTimeout: less},
			"MaxAttempts": {MaxAttempts: int(less)}, "MaxManifestBytes": {MaxManifestBytes: int(less)}, "MaxPages": {MaxPages: int(less)}, "MaxEntries": {MaxEntries: int(less)}, "MaxRequestsPerSecond": {MaxRequestsPerSecond: int(less)},
		} {
			if _, err := NewClient(&ClientOptions{Limits: limits}); !errors.Is(err, ErrInvalidArgument) {
				t.Errorf("%s %d: %v", name, less, err)
			}
		}
	}
}

func TestNumericOptionsAcceptAnyValue(t *testing.T) {
	ctx, client, folder := t.Context(), newClient(t), t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "a"), []byte("content"), 0o644); err != nil {
		t.Fatal(err)
	}
	files := []File{{Path: folder, Title: "folder"}}
	for _, location := range []string{fixture(t) + "/app", "oci:" + filepath.Join(t.TempDir(), "store")} {
		image := location + ":v1"
		for _, many := range []int{0, 1, math.MaxInt32, 1 << 62, math.MaxInt} {
			must(client.Push(ctx, image, &PushOptions{Files: files, Concurrency: many}))
			attach(t, client, location, "sbom/example", image, "sbom")
			limits := UnpackLimits{Entries: uint64(many), Bytes: uint64(many), Ratio: uint64(many)}
			if many == 1 {
				limits = UnpackLimits{Entries: math.MaxUint64, Bytes: math.MaxUint64, Ratio: math.MaxUint64}
			}
			must(client.Pull(ctx, image, &PullOptions{Output: t.TempDir(), UnpackLimits: limits, Concurrency: many}))
			graph := must(client.Discover(ctx, image, &DiscoverOptions{Depth: &many, Concurrency: many}))
			if graph.Len() != min(many, 1) {
				t.Errorf("a depth of %d has %d", many, graph.Len())
			}
			must(client.Verify(ctx, image, &VerifyOptions{Concurrency: many}))
			must(client.Copy(ctx, image, location+"-copied:v1", &CopyOptions{Recursive: true, Concurrency: many}))
			must(client.Delete(ctx, image, &DeleteOptions{DryRun: true, Concurrency: many}))
		}
		for _, less := range []int{-1, math.MinInt} {
			for name, err := range map[string]error{
				"push":     second(client.Push(ctx, image, &PushOptions{Concurrency: less})),
				"pull":     second(client.Pull(ctx, image, &PullOptions{Concurrency: less})),
				"discover": second(client.Discover(ctx, image, &DiscoverOptions{Concurrency: less})),
				"depth":    second(client.Discover(ctx, image, &DiscoverOptions{Depth: &less})),
				"verify":   second(client.Verify(ctx, image, &VerifyOptions{Concurrency: less})),
				"copy":     second(client.Copy(ctx, image, location, &CopyOptions{Concurrency: less})),
				"delete":   second(client.Delete(ctx, image, &DeleteOptions{Concurrency: less})),
			} {
				if !errors.Is(err, ErrInvalidArgument) {
					t.Errorf("%s %d: %v", name, less, err)
				}
			}
		}
		for _, epoch := range []uint64{1 << 40, 1 << 62, math.MaxUint64} {
			if _, err := client.Push(ctx, image, &PushOptions{SourceDateEpoch: &epoch}); !errors.Is(err, ErrInvalidArgument) {
				t.Errorf("%d: %v", epoch, err)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestARetryDelayOfAnyLengthIsReported(t *testing.T) {
	host := fixture(t)
	client := newClient(t)
	// The library reports delays that exceed the clock as ten years.
	const longest = 10 * 365 * 24 * time.Hour
	for header, expected := range map[string]time.Duration{
		"600": 10 * time.Minute, "9223372036854775807": longest, "18446744073709551615": longest,
	} {
		configure(t, host, `{"fail": [{"method": "GET", "path": "tags/list", "status": 429, "retry_after": "`+header+`"}]}`)
		_, err := client.Tags(t.Context(), host+"/app")
		var failure *Error
		if !errors.As(err, &failure) || failure.Code != ErrRateLimited || failure.RetryAfter != expected {
			t.Errorf("%s: %+v", header, err)
		}
	}
}
