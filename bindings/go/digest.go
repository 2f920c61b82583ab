package ocigraph

// #include <ocigraph.h>
import "C"

import "context"

// An Algorithm is a hash function for digests.
type Algorithm int32

// The supported hash functions.
const (
	// SHA256 is the hash function that every registry supports.
	SHA256 Algorithm = C.OCIGRAPH_ALGORITHM_SHA256
	// SHA512 is permitted by the OCI image specification, but few registries support it.
	SHA512 Algorithm = C.OCIGRAPH_ALGORITHM_SHA512
)

// A FileDigest is the digest and size of a file.
type FileDigest struct {
	// Path is the path of the file.
	Path string `json:"path,omitempty"`
	// Digest is the digest, such as "sha256:e3b0…".
	Digest string `json:"digest"`
	// Size is the size in bytes.
	Size int64 `json:"size"`
}

// Digest returns the digest of content, such as "sha256:e3b0…". It returns [ErrInvalidArgument] for an unknown
// algorithm.
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

// DigestFiles returns the digests and sizes of files in the order of the paths. It uses all processors. If a file
// cannot be read, it returns the error of the first such file, such as [ErrNotFound] or [ErrIO].
func DigestFiles(ctx context.Context, algorithm Algorithm, paths ...string) ([]FileDigest, error) {
	if ctx.Err() != nil {
		return nil, cancelledBeforeStart(ctx)
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

// Version returns the version of the loaded C library, such as "0.1.0".
func Version() string { return C.GoString(C.ocigraph_version()) }
