package main

import (
	"context"
	"crypto/subtle"
	"errors"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"cuelabs.dev/go/oci/ociregistry/ocimem"
	"cuelabs.dev/go/oci/ociregistry/ociserver"
	ggcr "github.com/google/go-containerregistry/pkg/registry"
	"github.com/olareg/olareg"
	"github.com/olareg/olareg/config"
)

func registry(kind, dir string) http.Handler {
	switch kind {
	case "ocimem":
		return ociserver.New(ocimem.New(), nil)
	case "olareg":
		enabled := true
		return olareg.New(config.Config{
			// Without a garbage collection that would run beside the test.
			Storage: config.ConfigStorage{StoreType: config.StoreDir, RootDir: dir, GC: config.ConfigGC{Frequency: -1}},
			API:     config.ConfigAPI{DeleteEnabled: &enabled},
		})
	}
	options := []ggcr.Option{
		ggcr.WithReferrersSupport(true),
		ggcr.Logger(log.New(os.Stderr, "", log.LstdFlags)),
	}
	if dir != "" {
		options = append(options, ggcr.WithBlobHandler(ggcr.NewDiskBlobHandler(dir)))
	}
	return ggcr.New(options...)
}

func serve(ctx context.Context, listener net.Listener, handler http.Handler, delay time.Duration, auth string) error {
	if auth != "" {
		handler = requireBasic(handler, auth)
	}
	if delay > 0 {
		handler = delayed(handler, delay)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// requireBasic responds with 401 and an error body of the distribution specification to requests without auth.
func requireBasic(next http.Handler, auth string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if subtle.ConstantTimeCompare([]byte(user+":"+password), []byte(auth)) == 1 {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="test-registries"`)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`))
	})
}

func delayed(next http.Handler, delay time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(delay):
			next.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	})
}
