package ocigraph

// #include <ocigraph.h>
import "C"

import "context"

// An Algorithm is a hash function that content can be named by.
type Algorithm int32

// The hash functions that can be computed.
const (
	// SHA256 is what every registry speaks.
	SHA256 Algorithm = C.OCIGRAPH_ALGORITHM_SHA256
	// SHA512 is what the specification allows and few registries keep.
	SHA512 Algorithm = C.OCIGRAPH_ALGORITHM_SHA512
)

// Digest returns the digest of bytes in memory.
func Digest(algorithm Algorithm, content []byte) (string, error) {
	a := new(arguments)
	defer a.release()
	var out *C.ocigraph_descriptor
	var failure *C.ocigraph_error
	status := C.ocigraph_digest(C.int32_t(algorithm), a.bytes(content), &out, &failure)
	if err := check(status, failure); err != nil {
		return "", err
	}
	a.own(func() { C.ocigraph_descriptor_free(out) })
	return goString(C.ocigraph_descriptor_digest(out)), nil
}

// DigestFiles returns the digests of files, on all processors, in the order of the paths; an error for the first file that
// cannot be read.
func DigestFiles(ctx context.Context, algorithm Algorithm, paths ...string) ([]FileDigest, error) {
	if ctx.Err() != nil {
		return nil, beforeItBegan(ctx)
	}
	a := new(arguments)
	defer a.release()
	views, count := a.texts(paths)
	token, _, done := a.token(ctx)
	defer done()
	var out *C.ocigraph_digest_list
	var failure *C.ocigraph_error
	status := C.ocigraph_digest_files(C.int32_t(algorithm), views, count, token, &out, &failure)
	if status != C.OCIGRAPH_OK {
		a.own(func() { C.ocigraph_error_free(failure) })
		err := newError(failure)
		if status == C.OCIGRAPH_CANCELLED {
			err.cause = context.Cause(ctx)
		}
		return nil, err
	}
	a.own(func() { C.ocigraph_digest_list_free(out) })
	var result []FileDigest
	err := decode(C.ocigraph_digest_list_json(out), &result)
	return result, err
}

// Version is that of the C library in use, such as "0.1.0".
func Version() string { return C.GoString(C.ocigraph_version()) }
