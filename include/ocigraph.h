/* ocigraph: pushes, pulls, discovers, copies, verifies and deletes graphs of artifacts (signatures, SBoMs, scan results,
 * documents) in OCI registries and in image layout directories.
 *
 * This header is the reference manual of the C library. It is generated from bindings/c/src; do not edit it.
 *
 * This program prints everything that is attached to an image:
 *
 *     #include <ocigraph.h>
 *     #include <stdio.h>
 *
 *     int main(void) {
 *         ocigraph_client *client = NULL;
 *         ocigraph_graph *graph = NULL;
 *         ocigraph_error *error = NULL;
 *         if (ocigraph_client_new(NULL, NULL, &client, &error) == OCIGRAPH_OK &&
 *             ocigraph_client_discover(client, OCIGRAPH_STR("oci:store/app:v1"), NULL, NULL, &graph, &error)
 *                 == OCIGRAPH_OK) {
 *             printf("%.*s", OCIGRAPH_PRINTF(ocigraph_graph_tree(graph)));
 *         } else {
 *             fprintf(stderr, "%.*s\n", OCIGRAPH_PRINTF(ocigraph_error_message(error)));
 *         }
 *         ocigraph_graph_free(graph);
 *         ocigraph_client_free(client);
 *         ocigraph_error_free(error);
 *         return 0;
 *     }
 *
 *     cc first.c $(pkg-config --cflags --libs ocigraph)
 *
 * The directory examples/c of the repository contains larger programs: attach_sbom.c pushes a referrer, stream_blobs.c
 * streams blobs through a callback and cancels on Ctrl-C, and walkthrough.c uses most operations.
 *
 * Conventions
 * -----------
 * References. Operations take a reference as text: "host[:port]/repository[:tag][@digest]" for a registry, or
 * "oci:PATH[:tag][@digest]" for an image layout directory, which needs no server. The host is required; there is no
 * default registry. If a reference has a tag and a digest, the digest selects the manifest. The tag of a layout can
 * be any name, such as "docker.io/library/hello:1.0"; ocigraph_reference_parse describes where PATH ends. The client uses
 * plain HTTP for loopback hosts and TLS for all others. PATH can also be a tar archive of an image layout, which is read in
 * place: "oci:app.tar:v1". Operations that write fail for it with UNSUPPORTED.
 *
 * Status and errors. Every function that can fail returns an ocigraph_status: OCIGRAPH_OK or the kind of failure. Its last
 * parameter is an ocigraph_error **, which receives the details. Pass NULL if the status is enough. The library keeps no
 * "last error" of a thread. The comment of a function lists the statuses to expect under "Errors", without the prefix
 * OCIGRAPH_. "Network errors" are UNAUTHORIZED, FORBIDDEN, RATE_LIMITED, TIMEOUT, NETWORK, TLS, REGISTRY and, with a
 * credential file, helper or callback, CREDENTIALS. INTERNAL reports a defect of the library and can come from any function.
 *
 * Outputs. `out` must point to a variable, and so must `error` unless it is NULL. The variables need no initial value: both are
 * first set to NULL. On success `out` is set, on failure `error`.
 *
 * Text and bytes are passed as a pointer and a length (ocigraph_str, ocigraph_bytes). Text is UTF-8. The library copies
 * arguments before a function returns. An argument with a length of 0 means "not given" where that is allowed. Results are
 * not NUL-terminated; a known empty result has a length of 0 and a pointer that is not NULL. The macros and functions at
 * the end of this header convert: OCIGRAPH_STR and OCIGRAPH_STR_INIT from a literal, ocigraph_text from NUL-terminated text,
 * OCIGRAPH_PRINTF for printf; ocigraph_str_is compares.
 *
 * Options are handles with one setter for each option. NULL instead of options selects the defaults. A setter validates its
 * arguments and leaves the options unchanged if it fails. Combinations of options are validated by the operation. Numbers
 * with a name, such as OCIGRAPH_FORMAT_OCI_1_1, have the type int32_t; an unknown number is INVALID_ARGUMENT.
 *
 * Results are read with accessors. Most results also have a function ..._json, which returns the complete result as JSON
 * text. An accessor returns 0, NULL or no text if the handle is NULL or an index is too large.
 *
 * Ownership
 * ---------
 * The caller owns every handle that a function ..._new returns or that a function stores in `out`, and frees it once with
 * the function ..._free of its type. Every ..._free accepts NULL.
 * A `const` pointer or a text that an accessor returns is borrowed: it is valid until the handle is freed.
 * The library copies arguments or uses them only during the call. The exceptions are `user_data` and callbacks; the comment
 * of a function states how long they must stay valid.
 * Handles can be freed in any order: a client keeps what it needs of its runtime and its options.
 *
 * Thread safety
 * -------------
 * A handle that is passed as a pointer to const can be used by several threads concurrently: clients, cancel tokens,
 * results, and options that are no longer changed. A handle that is passed as a pointer to non-const, to a setter or to
 * ..._free, must not be used by another thread during the call. Concurrent operations with the same options share the
 * `user_data` of their callbacks: either make it thread-safe or give each operation its own options.
 * "Threads" in the comment of a function states from which threads it can be called. No function may be called from a
 * signal handler.
 * The library does all network and file access on its own threads, which belong to a runtime. These threads do not exist
 * in a forked child process: there, calls with a client of the parent return INVALID_ARGUMENT, freeing such a client or its
 * runtime does nothing, and new clients work.
 * The library installs nothing process-wide: no signal handler, logger or TLS provider. Its threads block signals, except
 * SIGPROF, SIGURG and those that report a fault of the thread itself. Signal handlers therefore run on the program's own
 * threads, and a lost connection is a NETWORK error instead of a SIGPIPE. A defect of the library prints a line to standard error and is reported as INTERNAL; the
 * process continues.
 * The shared library stays loaded after dlclose, because its threads may still be running.
 *
 * Callbacks
 * ---------
 * An operation calls its progress, read and write callbacks one at a time. A client calls its credential callback one call
 * at a time. A completion callback is called once, when its operation is over. After an operation has returned or its
 * completion callback was called, none of its other callbacks is called. After a client or runtime was freed, none of its
 * callbacks is called.
 * Write callbacks, and progress callbacks of the blocking form, run on the calling thread. All other callbacks run on
 * threads of the library that do no other work. A callback may therefore block: it delays only its own operation. For each
 * runtime, up to 512 callbacks can block concurrently; more of them wait. While a progress callback blocks, the transfer
 * continues, and only the latest position of each blob is reported afterwards.
 * An operation returns only after its running progress, read, write or credential callback has returned. Such a callback
 * must not start an operation; the call fails with INVALID_ARGUMENT. It may cancel operations and call every other function.
 * It may free the client, cancel token, options and runtime of its operation; freeing a client or runtime in a callback
 * cancels operations without waiting for them.
 * A completion callback may do anything, including waiting for other operations. For each runtime, up to 64 of them run
 * concurrently; more of them wait, so a completion callback must not wait for another completion callback.
 * A callback must not throw an exception or call longjmp across the library.
 *
 * Cancellation
 * ------------
 * ocigraph_cancel_cancel cancels every call that received the token. It can be called from any thread, before or during
 * the call. The call then returns OCIGRAPH_CANCELLED promptly, whatever the network does, and leaves no incomplete content
 * under its final name. Before it returns, it waits for a running callback of its operation, and up to two seconds until its
 * partial files are removed and its upload sessions are cancelled at the registry. A callback that can block for long should
 * therefore check the token. Cancelling a finished call has no effect. If a process is killed during a transfer, the same call resumes the transfer later where the
 * registry permits it.
 *
 * Versioning
 * ----------
 * Within one ABI version, functions, numbers and fields are only added. A program that was compiled with this header runs
 * with every later library of the same OCIGRAPH_ABI_VERSION, which is the number in the file name of the library. "Since" in
 * a comment is the first version that has the function. ocigraph_version() returns the version of the library, and
 * OCIGRAPH_VERSION_MAJOR, _MINOR and _PATCH contain the version of this header.
 */


#ifndef OCIGRAPH_H
#define OCIGRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// The call succeeded.
#define OCIGRAPH_OK 0

// An option or argument is invalid, or a required handle is NULL.
#define OCIGRAPH_INVALID_ARGUMENT 1

// A reference, tag or digest has invalid syntax.
#define OCIGRAPH_INVALID_REFERENCE 2

// The repository, manifest, tag, blob or file does not exist.
#define OCIGRAPH_NOT_FOUND 3

// The target exists and must not be replaced.
#define OCIGRAPH_ALREADY_EXISTS 4

// The registry requires credentials, or rejected the credentials it received (HTTP 401).
#define OCIGRAPH_UNAUTHORIZED 5

// The credentials are valid but do not permit this operation (HTTP 403).
#define OCIGRAPH_FORBIDDEN 6

// The registry or layout does not support the operation.
#define OCIGRAPH_UNSUPPORTED 7

// The registry limits the request rate (HTTP 429). `ocigraph_error_retry_after` returns the delay
// that it asked for.
#define OCIGRAPH_RATE_LIMITED 8

// A manifest, a list or an archive exceeds its limit.
#define OCIGRAPH_TOO_LARGE 9

// The digest of the content differs from the expected digest.
#define OCIGRAPH_DIGEST_MISMATCH 10

// The content is shorter or longer than the size in its descriptor.
#define OCIGRAPH_SIZE_MISMATCH 11

// A manifest or index is malformed.
#define OCIGRAPH_INVALID_MANIFEST 12

// A title or an archive entry names a path outside the output directory.
#define OCIGRAPH_UNSAFE_PATH 13

// No byte was transferred within the time limit.
#define OCIGRAPH_TIMEOUT 14

// The connection could not be established, or was lost.
#define OCIGRAPH_NETWORK 15

// The TLS handshake failed: the certificate of the server or of the client was not accepted.
#define OCIGRAPH_TLS 16

// The registry returned an error that no other status describes.
#define OCIGRAPH_REGISTRY 17

// A file or directory could not be read or written, or a read or write callback failed.
#define OCIGRAPH_IO 18

// Another writer changed the target first, or the existing content contradicts the request.
#define OCIGRAPH_CONFLICT 19

// A credential file, helper or callback failed.
#define OCIGRAPH_CREDENTIALS 20

// The operation was ended by its cancel token, by its progress callback or by the end of the
// runtime.
#define OCIGRAPH_CANCELLED 21

// The library has a defect. Please report it.
#define OCIGRAPH_INTERNAL 22

// A list could be read only in part, so the operation cannot know all its entries.
#define OCIGRAPH_INCOMPLETE 23

// Major version of this header.
#define OCIGRAPH_VERSION_MAJOR 0

// Minor version of this header.
#define OCIGRAPH_VERSION_MINOR 1

// Patch version of this header.
#define OCIGRAPH_VERSION_PATCH 0

// ABI version of this header: the number in the file name `libocigraph.so.0`.
#define OCIGRAPH_ABI_VERSION 0

// The default: OCI 1.1 image manifests with a `subject`, which the referrers API lists where the
// registry has it.
#define OCIGRAPH_ATTACHMENT_FORM_REFERRERS 1

// The tags `sha256-<hex>.sig`, `.att` and `.sbom` of cosign, and the fallback tag for all other
// referrers.
#define OCIGRAPH_ATTACHMENT_FORM_TAGS 2

// Edge from a subject to a referrer: the manifest has the other as its `subject`.
#define OCIGRAPH_EDGE_KIND_REFERRER 1

// Edge from an index to a manifest that it lists.
#define OCIGRAPH_EDGE_KIND_CHILD 2

// Edge from a manifest to one of which a tag has its digest: `sha256-<hex>.sig`, `.att` or
// `.sbom`, as cosign writes it.
#define OCIGRAPH_EDGE_KIND_TAG 3

// Edge from an image to its attestation by BuildKit: an index lists both, and the entry of the
// attestation names the image in the annotation `vnd.docker.reference.digest`.
#define OCIGRAPH_EDGE_KIND_ATTESTATION 4

// It has another tag, which stays.
#define OCIGRAPH_KEEP_CAUSE_TAGGED 1

// An index lists it that stays.
#define OCIGRAPH_KEEP_CAUSE_LISTED 2

// It is the subject of a manifest that stays.
#define OCIGRAPH_KEEP_CAUSE_SUBJECT 3

// It is attached to a manifest that stays.
#define OCIGRAPH_KEEP_CAUSE_ATTACHED 4

// It lists a referrer that stays.
#define OCIGRAPH_KEEP_CAUSE_LISTS 5

// Its time of creation is not known.
#define OCIGRAPH_KEEP_CAUSE_TIME_UNKNOWN 6

// The registry has locked it.
#define OCIGRAPH_KEEP_CAUSE_LOCKED 7

// Something could not be read, and may need it.
#define OCIGRAPH_KEEP_CAUSE_UNREAD 8

// The registry cannot remove its tag alone.
#define OCIGRAPH_KEEP_CAUSE_TAG_NOT_REMOVABLE 9

// The default: `OCIGRAPH_FORMAT_OCI_1_1`, or `OCIGRAPH_FORMAT_ORAS_ARTIFACT` for a referrer on a
// registry that lists only ORAS artifacts as referrers.
#define OCIGRAPH_FORMAT_AUTO 0

// OCI image manifest 1.1 (https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md),
// with `artifactType` and `subject`.
#define OCIGRAPH_FORMAT_OCI_1_1 1

// OCI image manifest 1.0 (https://github.com/opencontainers/image-spec/blob/v1.0.2/manifest.md):
// the media type of the configuration is the artifact type. Cannot have a subject.
#define OCIGRAPH_FORMAT_OCI_1_0 2

// OCI artifact manifest
// (https://github.com/opencontainers/image-spec/blob/v1.1.0-rc2/artifact.md), of the release
// candidates 1.1.0-rc1 and 1.1.0-rc2.
#define OCIGRAPH_FORMAT_OCI_ARTIFACT 3

// ORAS artifact manifest
// (https://github.com/oras-project/artifacts-spec/blob/v1.0.0-rc.2/artifact-manifest.md).
#define OCIGRAPH_FORMAT_ORAS_ARTIFACT 4

// A tag of cosign becomes a referrer.
#define OCIGRAPH_MIGRATION_KIND_TAG_TO_REFERRER 1

// An artifact manifest of ORAS or of OCI 1.1.0-rc becomes an OCI 1.1 image manifest.
#define OCIGRAPH_MIGRATION_KIND_ARTIFACT_TO_IMAGE 2

// A referrer that only the fallback tag lists is pushed again, so that the referrers API lists it.
#define OCIGRAPH_MIGRATION_KIND_LIST_BY_API 3

// A referrer becomes a tag of cosign.
#define OCIGRAPH_MIGRATION_KIND_REFERRER_TO_TAG 4

// A referrer that the referrers API lists is listed under the fallback tag too.
#define OCIGRAPH_MIGRATION_KIND_LIST_BY_TAG 5

// The blob was uploaded, or written to an image layout.
#define OCIGRAPH_OUTCOME_UPLOADED 1

// The target already had the blob.
#define OCIGRAPH_OUTCOME_ALREADY_EXISTS 2

// The registry mounted the blob from another of its repositories.
#define OCIGRAPH_OUTCOME_MOUNTED 3

// The blob was written to a file, or unpacked to a directory.
#define OCIGRAPH_OUTCOME_WRITTEN 4

// The file already had the blob's content.
#define OCIGRAPH_OUTCOME_UNCHANGED 5

// A different file was at the path, and was kept as the options ask.
#define OCIGRAPH_OUTCOME_KEPT_EXISTING 6

// The blob was read and matches its descriptor.
#define OCIGRAPH_OUTCOME_VERIFIED 7

// It is attached.
#define OCIGRAPH_PRESENCE_PRESENT 1

// It may be attached: something could not be listed or read. The registry refused, throttled or
// failed.
#define OCIGRAPH_PRESENCE_UNKNOWN 2

// It is not attached: everything that is attached was listed and read.
#define OCIGRAPH_PRESENCE_MISSING 3

// The content does not exist.
#define OCIGRAPH_PROBLEM_MISSING 1

// The content has another size than its descriptor says.
#define OCIGRAPH_PROBLEM_SIZE 2

// The content has another digest than its descriptor says.
#define OCIGRAPH_PROBLEM_DIGEST 3

// The content is not a valid manifest or contradicts its descriptor, or its list of referrers or
// the index of the layout is malformed, completely or in part.
#define OCIGRAPH_PROBLEM_MALFORMED 4

// The registry refuses to serve the content or fails at it, so it was not checked.
#define OCIGRAPH_PROBLEM_UNREADABLE 5

// The manifest exists and has a subject, and the list of the subject's referrers lacks it.
#define OCIGRAPH_PROBLEM_UNLISTED 6

// It is older than the option `older_than` allows.
#define OCIGRAPH_PRUNE_CAUSE_OLD 1

// It is not among the newest of the option `keep_last`.
#define OCIGRAPH_PRUNE_CAUSE_NOT_AMONG_LAST 2

// Its tags match the option `tags`.
#define OCIGRAPH_PRUNE_CAUSE_TAG 3

// It has no tag, and nothing needs it that stays.
#define OCIGRAPH_PRUNE_CAUSE_UNTAGGED 4

// Its subject does not exist.
#define OCIGRAPH_PRUNE_CAUSE_ORPHAN 5

// Its tag has the digest of a manifest that does not exist.
#define OCIGRAPH_PRUNE_CAUSE_DEAD_TAG 6

// It is attached to a manifest that is deleted.
#define OCIGRAPH_PRUNE_CAUSE_ATTACHED 7

// An index that is deleted lists it, and nothing else does that stays.
#define OCIGRAPH_PRUNE_CAUSE_LISTED 8

// A manifest that is neither an index nor a referrer.
#define OCIGRAPH_PRUNED_KIND_MANIFEST 1

// An index.
#define OCIGRAPH_PRUNED_KIND_INDEX 2

// A manifest with a subject.
#define OCIGRAPH_PRUNED_KIND_REFERRER 3

// A manifest that is attached by a tag of cosign.
#define OCIGRAPH_PRUNED_KIND_SIBLING_TAG 4

// A list of referrers under a fallback tag.
#define OCIGRAPH_PRUNED_KIND_FALLBACK_TAG 5

// Tags alone: the manifest stays.
#define OCIGRAPH_PRUNED_KIND_TAG 6

// The API of the registry if it has one, and the tag schema else. Beside the API, the list under
// the tag is read too.
#define OCIGRAPH_REFERRERS_MODE_AUTO 1

// The API alone. Where the registry has none, listing referrers fails with UNSUPPORTED, and so
// does pushing or deleting a manifest with a subject.
#define OCIGRAPH_REFERRERS_MODE_API 2

// The tag schema alone: the API is never asked, and a push of a manifest with a subject updates
// the list under the tag also where the registry has the API.
#define OCIGRAPH_REFERRERS_MODE_TAG 3

// The manifest exists. For an image: something is attached, and all of it was listed.
#define OCIGRAPH_SWEEP_STATUS_FOUND 1

// For an image: everything was listed, and nothing is attached.
#define OCIGRAPH_SWEEP_STATUS_NONE 2

// What is named does not exist.
#define OCIGRAPH_SWEEP_STATUS_MISSING 3

// Something could not be read: more can be attached.
#define OCIGRAPH_SWEEP_STATUS_UNKNOWN 4

// The registry refuses to say it, with 401 or 403: more can be attached.
#define OCIGRAPH_SWEEP_STATUS_REFUSED 5

// Something was copied, and the destination has all of it now.
#define OCIGRAPH_SYNC_OUTCOME_COPIED 1

// The destination had all of it.
#define OCIGRAPH_SYNC_OUTCOME_EXISTED 2

// A dry run: the destination lacks something.
#define OCIGRAPH_SYNC_OUTCOME_WOULD_COPY 3

// The destination lacks something, or the source does not have what is named.
#define OCIGRAPH_SYNC_OUTCOME_MISSING 4

// The source or the destination refused something.
#define OCIGRAPH_SYNC_OUTCOME_REFUSED 5

// The tag at the destination names something else, and cannot be changed or was changed meanwhile.
#define OCIGRAPH_SYNC_OUTCOME_CHANGED 6

// Something could not be read: it is not known what the destination lacks.
#define OCIGRAPH_SYNC_OUTCOME_UNKNOWN 7

// The tag was removed from the destination, since the source does not have it.
#define OCIGRAPH_SYNC_OUTCOME_REMOVED 8

// A dry run: the tag would be removed.
#define OCIGRAPH_SYNC_OUTCOME_WOULD_REMOVE 9

// Time to connect to a registry, TLS handshake included. Default: 10 s. Unit: milliseconds.
#define OCIGRAPH_LIMIT_CONNECT_TIMEOUT 1

// Time from a request to the first header of its response. Default: 30 s. Unit: milliseconds.
#define OCIGRAPH_LIMIT_RESPONSE_TIMEOUT 2

// Time between two pieces of a body, in either direction. Default: 30 s. Unit: milliseconds.
#define OCIGRAPH_LIMIT_IDLE_TIMEOUT 3

// Time from the last byte of an upload to the first header of its response. One second is added
// for every 16 MiB sent, since a registry digests a blob before it responds. Default: 60 s. Unit:
// milliseconds.
#define OCIGRAPH_LIMIT_UPLOAD_RESPONSE_TIMEOUT 4

// Time without a transferred byte after which an operation fails, over all attempts of a request.
// The time that a registry needs to respond to an upload, and a pause that it asks for, do not
// count. Default: 90 s. Unit: milliseconds.
#define OCIGRAPH_LIMIT_STALL_TIMEOUT 5

// Time for a credential helper to answer before it is killed. Default: 30 s. Unit: milliseconds.
#define OCIGRAPH_LIMIT_HELPER_TIMEOUT 6

// Number of attempts of one request, the first included. A response with status 429 does not count
// while the registry serves this client, or has done so within the stall timeout: the request
// waits for its turn. Default: 5.
#define OCIGRAPH_LIMIT_MAX_ATTEMPTS 7

// Maximum size of a manifest, and of one page of a list, in bytes. Default: 4 MiB.
#define OCIGRAPH_LIMIT_MAX_MANIFEST_BYTES 8

// Maximum number of pages of a list. Default: 10,000.
#define OCIGRAPH_LIMIT_MAX_PAGES 9

// Maximum number of entries of a list and of manifests in a graph. Default: 1,000,000.
#define OCIGRAPH_LIMIT_MAX_ENTRIES 10

// Maximum number of requests a second to one host and port, the budget of the client: in any one
// second, no more are sent. It counts every request, also to token servers, after a redirect, and
// when a request is sent again. All operations of a client share it. Where a registry admits less,
// the client sends less. The wait for the budget is not a stall. Minimum: 1. Default: no maximum.
#define OCIGRAPH_LIMIT_MAX_REQUESTS_PER_SECOND 11

// The fields are known. If this bit is clear, the other bits have no meaning.
#define OCIGRAPH_ATTRIBUTES_KNOWN 1

// True if it can be deleted.
#define OCIGRAPH_ATTRIBUTES_DELETE 2

// True if lists contain it.
#define OCIGRAPH_ATTRIBUTES_LIST 4

// True if it can be pulled.
#define OCIGRAPH_ATTRIBUTES_READ 8

// True if it can be changed.
#define OCIGRAPH_ATTRIBUTES_WRITE 16

// It is unknown whether True if content trust signed the tag. Azure only.
#define OCIGRAPH_SIGNED_UNKNOWN 0

// Yes: True if content trust signed the tag. Azure only.
#define OCIGRAPH_SIGNED_YES 1

// The opposite of `OCIGRAPH_SIGNED_YES`.
#define OCIGRAPH_SIGNED_NO 2

// The transfer of a blob has started.
#define OCIGRAPH_EVENT_STARTED 1

// The transfer of a blob has reached `position`. A retry that starts over lowers the position.
#define OCIGRAPH_EVENT_MOVED 2

// The last event of a blob. `outcome` contains the result.
#define OCIGRAPH_EVENT_FINISHED 3

// SHA-256. Every registry supports it.
#define OCIGRAPH_ALGORITHM_SHA256 1

// SHA-512. The OCI image specification permits it, but few registries support it.
#define OCIGRAPH_ALGORITHM_SHA512 2

// Options of `ocigraph_client_attach`.
typedef struct ocigraph_attach_options ocigraph_attach_options;

// Options of `ocigraph_client_backup`.
typedef struct ocigraph_backup_options ocigraph_backup_options;

// The result of `ocigraph_client_backup`. A dry run reports what would be stored.
typedef struct ocigraph_backup_report ocigraph_backup_report;

// Options of `ocigraph_client_delete_blob`.
typedef struct ocigraph_blob_delete_options ocigraph_blob_delete_options;

// Options of `ocigraph_client_fetch_blob` and the `ocigraph_client_push_blob` functions.
typedef struct ocigraph_blob_options ocigraph_blob_options;

// The result of pushing a blob: its descriptor and its outcome.
typedef struct ocigraph_blob_result ocigraph_blob_result;

// A cancel token: cancels every call that received it. See "Cancellation" above.
typedef struct ocigraph_cancel ocigraph_cancel;

// Options of `ocigraph_client_check`.
typedef struct ocigraph_check_options ocigraph_check_options;

// The result of `ocigraph_client_check`.
typedef struct ocigraph_check_report ocigraph_check_report;

// A client for registries and image layouts. It holds connections, tokens and the capabilities
// that it detected for each registry. Create one client and share it between threads.
typedef struct ocigraph_client ocigraph_client;

// Configuration of a client: credentials, TLS, proxies, headers and limits. Any number of clients
// can be created from the same options.
typedef struct ocigraph_client_options ocigraph_client_options;

// Options of `ocigraph_client_copy`.
typedef struct ocigraph_copy_options ocigraph_copy_options;

// The result of `ocigraph_client_copy`.
typedef struct ocigraph_copy_report ocigraph_copy_report;

// A credential for a registry. Freeing it erases the secret from memory.
typedef struct ocigraph_credential ocigraph_credential;

// Options of `ocigraph_client_delete`.
typedef struct ocigraph_delete_options ocigraph_delete_options;

// The result of `ocigraph_client_delete`. A dry run reports what a delete would do.
typedef struct ocigraph_delete_report ocigraph_delete_report;

// An OCI content descriptor: media type, digest, size, artifact type, annotations and platform.
// See https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md.
typedef struct ocigraph_descriptor ocigraph_descriptor;

// The digests and sizes of files, in the order of the paths.
typedef struct ocigraph_digest_list ocigraph_digest_list;

// The rows of `ocigraph_client_discover_each`. The operation works only while a function waits for
// the next batch.
typedef struct ocigraph_discover_each_rows ocigraph_discover_each_rows;

// Options of `ocigraph_client_discover` and `ocigraph_client_discover_each` and `ocigraph_graph_filter`.
typedef struct ocigraph_discover_options ocigraph_discover_options;

// The totals of `ocigraph_client_discover_each`.
typedef struct ocigraph_discover_summary ocigraph_discover_summary;

// A batch of `ocigraph_discover_each_rows_next`: at least one row.
//
// A row of `ocigraph_client_discover_each`: an edge to a manifest, and what the manifest is; or
// something that could not be read.
typedef struct ocigraph_discovered_row_list ocigraph_discovered_row_list;

// The details of a failure: status, message, hint, operation, reference and the response of the
// registry.
typedef struct ocigraph_error ocigraph_error;

// A subject and what is attached to it, directly or through others: referrers, the manifests of
// tags that cosign derives from a digest, attestations of BuildKit, and the children of an index.
// It is immutable.
typedef struct ocigraph_graph ocigraph_graph;

// Options of `ocigraph_client_index_create`.
typedef struct ocigraph_index_create_options ocigraph_index_create_options;

// An index that was created or updated.
typedef struct ocigraph_index_result ocigraph_index_result;

// Options of `ocigraph_client_index_update`.
typedef struct ocigraph_index_update_options ocigraph_index_update_options;

// The result of `ocigraph_client_login`.
typedef struct ocigraph_login_result ocigraph_login_result;

// The result of `ocigraph_client_logout`.
typedef struct ocigraph_logout_result ocigraph_logout_result;

// A manifest: its bytes as stored, and the descriptors that it contains.
typedef struct ocigraph_manifest ocigraph_manifest;

// The result of `ocigraph_client_manifests`: a list of manifests.
typedef struct ocigraph_manifest_list ocigraph_manifest_list;

// Options of `ocigraph_client_migrate`.
typedef struct ocigraph_migrate_options ocigraph_migrate_options;

// The result of `ocigraph_client_migrate`. A dry run reports what a migration would do.
typedef struct ocigraph_migrate_report ocigraph_migrate_report;

// Options of `ocigraph_client_prune`.
typedef struct ocigraph_prune_options ocigraph_prune_options;

// The result of `ocigraph_client_prune`: the plan of a dry run, or what was done. Its JSON, with
// names in camel case, is what the option `plan` writes and the option `execute` reads.
typedef struct ocigraph_prune_report ocigraph_prune_report;

// Options of `ocigraph_client_pull`.
typedef struct ocigraph_pull_options ocigraph_pull_options;

// The result of `ocigraph_client_pull`: a list of artifacts.
typedef struct ocigraph_pull_result ocigraph_pull_result;

// Options of `ocigraph_client_push`.
typedef struct ocigraph_push_options ocigraph_push_options;

// The result of a push or an attach.
typedef struct ocigraph_push_result ocigraph_push_result;

// A parsed reference: a location (repository or image layout) with optional tags and digest.
typedef struct ocigraph_reference ocigraph_reference;

// Options of `ocigraph_client_resolve` and `ocigraph_client_fetch_manifest`.
typedef struct ocigraph_resolve_options ocigraph_resolve_options;

// Options of `ocigraph_client_restore`.
typedef struct ocigraph_restore_options ocigraph_restore_options;

// The result of `ocigraph_client_restore`. A dry run reports what would be written.
typedef struct ocigraph_restore_report ocigraph_restore_report;

// The threads that execute operations. Clients can share a runtime.
typedef struct ocigraph_runtime ocigraph_runtime;

// Options of `ocigraph_serve`.
typedef struct ocigraph_serve_options ocigraph_serve_options;

// A registry that `ocigraph_serve` started.
typedef struct ocigraph_served_registry ocigraph_served_registry;

// Options of `ocigraph_client_sweep`.
typedef struct ocigraph_sweep_options ocigraph_sweep_options;

// A batch of `ocigraph_sweep_rows_next`: at least one row.
//
// A row of `ocigraph_client_sweep`: an image, something that is attached to it, or something that
// could not be read.
//
// The row of an image has `depth` 0 and comes after the rows of what is attached to it. Its
// `status` tells whether these are all.
typedef struct ocigraph_sweep_row_list ocigraph_sweep_row_list;

// The rows of `ocigraph_client_sweep`. The operation works only while a function waits for the
// next batch.
typedef struct ocigraph_sweep_rows ocigraph_sweep_rows;

// The totals of a sweep.
//
// All numbers count images, and not tags: an image with several tags counts once in each
// repository. A repository or registry that could not be read counts as one, too.
typedef struct ocigraph_sweep_summary ocigraph_sweep_summary;

// Options of `ocigraph_client_sync`.
typedef struct ocigraph_sync_options ocigraph_sync_options;

// A batch of `ocigraph_sync_rows_next`: at least one row.
//
// A row of `ocigraph_client_sync`: a reference, or something that could not be listed.
typedef struct ocigraph_sync_row_list ocigraph_sync_row_list;

// The rows of `ocigraph_client_sync`. The operation works only while a function waits for the next
// batch.
typedef struct ocigraph_sync_rows ocigraph_sync_rows;

// The summary of the rows of `ocigraph_client_sync`, with those of an earlier one that the
// checkpoint has.
typedef struct ocigraph_sync_summary ocigraph_sync_summary;

// The result of `ocigraph_client_tag_details`: a list of tags.
typedef struct ocigraph_tag_list ocigraph_tag_list;

// A list of texts: tags or repositories.
typedef struct ocigraph_text_list ocigraph_text_list;

// Options of `ocigraph_client_untag`.
typedef struct ocigraph_untag_options ocigraph_untag_options;

// Options of `ocigraph_client_verify`.
typedef struct ocigraph_verify_options ocigraph_verify_options;

// The result of `ocigraph_client_verify`.
typedef struct ocigraph_verify_report ocigraph_verify_report;

// UTF-8 text as a pointer and a length, without a terminating NUL. As an argument, `{NULL, 0}` and
// a length of 0 mean "not given". As a result, `{NULL, 0}` means "unknown"; a known empty text has
// a length of 0 and a `data` pointer that is not NULL.
typedef struct {
    // Pointer to the first byte.
    const char *data;
    // Number of bytes.
    size_t length;
} ocigraph_str;

// The result of a call: `OCIGRAPH_OK` or the kind of failure. Later versions may add numbers.
// Treat an unknown number as `OCIGRAPH_INTERNAL`.
typedef int32_t ocigraph_status;

// Provides the credential for a repository of a registry.
//
// It stores the credential in `out`, or leaves NULL there for anonymous access, and returns
// `OCIGRAPH_OK`. Any other status fails the operation with `OCIGRAPH_CREDENTIALS`. `error` can
// receive an error from `ocigraph_error_new` that states the reason; such an error fails the
// operation even if the status is `OCIGRAPH_OK`. Both outputs are NULL on entry. The library takes
// ownership of both.
//
// `host` is the registry, such as "registry.example.com:5000". `repository` is the repository, or
// `{NULL, 0}` for a request that concerns the whole registry.
//
// The library calls it on one of its own threads, one call at a time for each client. It may
// block. The operation waits for it, even after the operation was cancelled.
typedef ocigraph_status (*ocigraph_credential_fn)(void *user_data,
                                                  ocigraph_str host,
                                                  ocigraph_str repository,
                                                  ocigraph_credential **out,
                                                  ocigraph_error **error);

// Bytes as a pointer and a length. `{NULL, 0}` is empty.
typedef struct {
    // Pointer to the first byte.
    const uint8_t *data;
    // Number of bytes.
    size_t length;
} ocigraph_bytes;

// Reads up to `capacity` bytes of content into `buffer`. Returns the number of bytes read, 0 at
// the end of the content, or a negative number to fail the operation with `OCIGRAPH_IO`.
typedef int64_t (*ocigraph_read_fn)(void *user_data, uint8_t *buffer, size_t capacity);

// The result for one blob or file: `OCIGRAPH_OUTCOME_*`.
typedef int32_t ocigraph_outcome;

// A progress event of one blob. Later versions may append fields.
typedef struct {
    // `OCIGRAPH_EVENT_*`. Ignore unknown kinds.
    int32_t kind;
    // `OCIGRAPH_OUTCOME_*` if `kind` is `OCIGRAPH_EVENT_FINISHED`, otherwise 0.
    ocigraph_outcome outcome;
    // Descriptor of the blob. It is valid until the callback returns.
    const ocigraph_descriptor *blob;
    // Number of bytes transferred so far, out of `ocigraph_descriptor_size(blob)`.
    uint64_t position;
} ocigraph_event;

// Receives the progress events of an operation, one at a time. Return 0 to continue; any other
// value ends the operation with `OCIGRAPH_CANCELLED`.
//
// The blocking form of an operation calls it on the calling thread, the callback form on a thread
// of the library. It may block: the transfer continues meanwhile, and only the latest position of
// each blob is reported afterwards.
typedef int32_t (*ocigraph_progress_fn)(void *user_data, const ocigraph_event *event);

// Receives the result of `ocigraph_client_push_start`. If `status` is `OCIGRAPH_OK`, `result` is
// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
// and must free them.
typedef void (*ocigraph_push_fn)(void *user_data,
                                 ocigraph_status status,
                                 ocigraph_push_result *result,
                                 ocigraph_error *error);

// Receives the result of `ocigraph_client_attach_start`. If `status` is `OCIGRAPH_OK`, `result` is
// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
// and must free them.
typedef void (*ocigraph_attach_fn)(void *user_data,
                                   ocigraph_status status,
                                   ocigraph_push_result *result,
                                   ocigraph_error *error);

// Receives the result of `ocigraph_client_pull_start`. If `status` is `OCIGRAPH_OK`, `result` is
// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
// and must free them.
typedef void (*ocigraph_pull_fn)(void *user_data,
                                 ocigraph_status status,
                                 ocigraph_pull_result *result,
                                 ocigraph_error *error);

// Receives the result of `ocigraph_client_discover_start`. If `status` is `OCIGRAPH_OK`, `result`
// is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns
// both and must free them.
typedef void (*ocigraph_discover_fn)(void *user_data,
                                     ocigraph_status status,
                                     ocigraph_graph *result,
                                     ocigraph_error *error);

// Receives the result of `ocigraph_discover_each_rows_next_start`. If `status` is `OCIGRAPH_OK`,
// `error` is NULL, and `result` has the next rows, or is NULL after the last one; otherwise
// `error` is set and `result` is NULL. The callback owns both and must free them.
typedef void (*ocigraph_discover_each_rows_fn)(void *user_data,
                                               ocigraph_status status,
                                               ocigraph_discovered_row_list *result,
                                               ocigraph_error *error);

// Receives the result of `ocigraph_client_delete_start`. If `status` is `OCIGRAPH_OK`, `result` is
// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
// and must free them.
typedef void (*ocigraph_delete_fn)(void *user_data,
                                   ocigraph_status status,
                                   ocigraph_delete_report *result,
                                   ocigraph_error *error);

// Receives the result of `ocigraph_client_copy_start`. If `status` is `OCIGRAPH_OK`, `result` is
// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
// and must free them.
typedef void (*ocigraph_copy_fn)(void *user_data,
                                 ocigraph_status status,
                                 ocigraph_copy_report *result,
                                 ocigraph_error *error);

// Receives the result of `ocigraph_client_backup_start`. If `status` is `OCIGRAPH_OK`, `result` is
// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
// and must free them.
typedef void (*ocigraph_backup_fn)(void *user_data,
                                   ocigraph_status status,
                                   ocigraph_backup_report *result,
                                   ocigraph_error *error);

// Receives the result of `ocigraph_client_restore_start`. If `status` is `OCIGRAPH_OK`, `result`
// is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns
// both and must free them.
typedef void (*ocigraph_restore_fn)(void *user_data,
                                    ocigraph_status status,
                                    ocigraph_restore_report *result,
                                    ocigraph_error *error);

// Receives the result of `ocigraph_client_migrate_start`. If `status` is `OCIGRAPH_OK`, `result`
// is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns
// both and must free them.
typedef void (*ocigraph_migrate_fn)(void *user_data,
                                    ocigraph_status status,
                                    ocigraph_migrate_report *result,
                                    ocigraph_error *error);

// Receives the result of `ocigraph_client_verify_start`. If `status` is `OCIGRAPH_OK`, `result` is
// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
// and must free them.
typedef void (*ocigraph_verify_fn)(void *user_data,
                                   ocigraph_status status,
                                   ocigraph_verify_report *result,
                                   ocigraph_error *error);

// Receives the result of `ocigraph_client_check_start`. If `status` is `OCIGRAPH_OK`, `result` is
// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
// and must free them.
typedef void (*ocigraph_check_fn)(void *user_data,
                                  ocigraph_status status,
                                  ocigraph_check_report *result,
                                  ocigraph_error *error);

// Receives the result of `ocigraph_client_resolve_start`. If `status` is `OCIGRAPH_OK`, `result`
// is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns
// both and must free them.
typedef void (*ocigraph_resolve_fn)(void *user_data,
                                    ocigraph_status status,
                                    ocigraph_descriptor *result,
                                    ocigraph_error *error);

// Receives the result of `ocigraph_client_fetch_manifest_start`. If `status` is `OCIGRAPH_OK`,
// `result` is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback
// owns both and must free them.
typedef void (*ocigraph_fetch_manifest_fn)(void *user_data,
                                           ocigraph_status status,
                                           ocigraph_manifest *result,
                                           ocigraph_error *error);

// Receives the result of `ocigraph_client_push_manifest_start`. If `status` is `OCIGRAPH_OK`,
// `result` is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback
// owns both and must free them.
typedef void (*ocigraph_push_manifest_fn)(void *user_data,
                                          ocigraph_status status,
                                          ocigraph_descriptor *result,
                                          ocigraph_error *error);

// Receives the result of `ocigraph_client_delete_manifest_start`. If `status` is `OCIGRAPH_OK`,
// `result` is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback
// owns both and must free them.
typedef void (*ocigraph_delete_manifest_fn)(void *user_data,
                                            ocigraph_status status,
                                            ocigraph_descriptor *result,
                                            ocigraph_error *error);

// Receives the result of `ocigraph_client_index_create_start`. If `status` is `OCIGRAPH_OK`,
// `result` is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback
// owns both and must free them.
typedef void (*ocigraph_index_create_fn)(void *user_data,
                                         ocigraph_status status,
                                         ocigraph_index_result *result,
                                         ocigraph_error *error);

// Receives the result of `ocigraph_client_index_update_start`. If `status` is `OCIGRAPH_OK`,
// `result` is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback
// owns both and must free them.
typedef void (*ocigraph_index_update_fn)(void *user_data,
                                         ocigraph_status status,
                                         ocigraph_index_result *result,
                                         ocigraph_error *error);

// Receives the end of `ocigraph_client_delete_blob_start`. If `status` is not `OCIGRAPH_OK`,
// `error` is set. The callback owns it and must free it.
typedef void (*ocigraph_delete_blob_fn)(void *user_data,
                                        ocigraph_status status,
                                        ocigraph_error *error);

// Receives the result of `ocigraph_client_prune_start`. If `status` is `OCIGRAPH_OK`, `result` is
// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
// and must free them.
typedef void (*ocigraph_prune_fn)(void *user_data,
                                  ocigraph_status status,
                                  ocigraph_prune_report *result,
                                  ocigraph_error *error);

// Receives the result of `ocigraph_sync_rows_next_start`. If `status` is `OCIGRAPH_OK`, `error` is
// NULL, and `result` has the next rows, or is NULL after the last one; otherwise `error` is set
// and `result` is NULL. The callback owns both and must free them.
typedef void (*ocigraph_sync_rows_fn)(void *user_data,
                                      ocigraph_status status,
                                      ocigraph_sync_row_list *result,
                                      ocigraph_error *error);

// Receives the result of `ocigraph_sweep_rows_next_start`. If `status` is `OCIGRAPH_OK`, `error`
// is NULL, and `result` has the next rows, or is NULL after the last one; otherwise `error` is set
// and `result` is NULL. The callback owns both and must free them.
typedef void (*ocigraph_sweep_rows_fn)(void *user_data,
                                       ocigraph_status status,
                                       ocigraph_sweep_row_list *result,
                                       ocigraph_error *error);

// Receives the result of `ocigraph_client_tag_start`. If `status` is `OCIGRAPH_OK`, `result` is
// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
// and must free them.
typedef void (*ocigraph_tag_fn)(void *user_data,
                                ocigraph_status status,
                                ocigraph_descriptor *result,
                                ocigraph_error *error);

// Receives the end of `ocigraph_client_untag_start`. If `status` is not `OCIGRAPH_OK`, `error` is
// set. The callback owns it and must free it.
typedef void (*ocigraph_untag_fn)(void *user_data, ocigraph_status status, ocigraph_error *error);

// Receives the result of `ocigraph_client_tags_start`. If `status` is `OCIGRAPH_OK`, `result` is
// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
// and must free them.
typedef void (*ocigraph_tags_fn)(void *user_data,
                                 ocigraph_status status,
                                 ocigraph_text_list *result,
                                 ocigraph_error *error);

// Receives the result of `ocigraph_client_tag_details_start`. If `status` is `OCIGRAPH_OK`,
// `result` is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback
// owns both and must free them.
typedef void (*ocigraph_tag_details_fn)(void *user_data,
                                        ocigraph_status status,
                                        ocigraph_tag_list *result,
                                        ocigraph_error *error);

// Receives the result of `ocigraph_client_manifests_start`. If `status` is `OCIGRAPH_OK`, `result`
// is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns
// both and must free them.
typedef void (*ocigraph_manifests_fn)(void *user_data,
                                      ocigraph_status status,
                                      ocigraph_manifest_list *result,
                                      ocigraph_error *error);

// Receives the result of `ocigraph_client_repositories_start`. If `status` is `OCIGRAPH_OK`,
// `result` is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback
// owns both and must free them.
typedef void (*ocigraph_repositories_fn)(void *user_data,
                                         ocigraph_status status,
                                         ocigraph_text_list *result,
                                         ocigraph_error *error);

// Receives the result of `ocigraph_client_login_start`. If `status` is `OCIGRAPH_OK`, `result` is
// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
// and must free them.
typedef void (*ocigraph_login_fn)(void *user_data,
                                  ocigraph_status status,
                                  ocigraph_login_result *result,
                                  ocigraph_error *error);

// Receives the result of `ocigraph_client_logout_start`. If `status` is `OCIGRAPH_OK`, `result` is
// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
// and must free them.
typedef void (*ocigraph_logout_fn)(void *user_data,
                                   ocigraph_status status,
                                   ocigraph_logout_result *result,
                                   ocigraph_error *error);

// Receives the next `length` bytes of content. Return 0 to continue; any other value fails the
// operation with `OCIGRAPH_IO`.
typedef int32_t (*ocigraph_write_fn)(void *user_data, const uint8_t *data, size_t length);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Creates the error that a credential callback returns. Its status is CREDENTIALS.
//
// `message`: the reason. Invalid UTF-8 is replaced. An empty message becomes "the credential
// callback failed".
//
// `user_data`: a pointer that `ocigraph_error_user_data` returns for the error of the failed
// operation, for example to an exception. The library never dereferences it.
//
// Ownership: store the result in the `error` output of the callback, or free it with
// `ocigraph_error_free`. `message` is copied.
// Threads: any. Since 0.1.0.
ocigraph_error *ocigraph_error_new(ocigraph_str message, void *user_data);

// Frees an error and everything borrowed from it.
//
// Ownership: takes `error`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_error_free(ocigraph_error *error);

// Returns the status of the failed call, or `OCIGRAPH_OK` for NULL.
//
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_error_status(const ocigraph_error *error);

// Returns the complete message for a person: the operation, the reference, the reason and the
// hint.
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_message(const ocigraph_error *error);

// Returns the reason of the failure, without operation, reference and hint.
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_reason(const ocigraph_error *error);

// Returns a suggestion for solving the problem, or no text if there is none.
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_hint(const ocigraph_error *error);

// Returns the name of the operation, such as "push", or no text if the error belongs to no
// operation.
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_operation(const ocigraph_error *error);

// Returns the reference that the operation was working on, or no text.
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_reference(const ocigraph_error *error);

// Returns the HTTP status of the registry's response, or 0 if no response was received.
//
// Threads: any. Since 0.1.0.
uint16_t ocigraph_error_http_status(const ocigraph_error *error);

// Returns the number of errors that the registry's response lists.
//
// See https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_error_registry_count(const ocigraph_error *error);

// Returns the code of one error in the registry's response, such as "MANIFEST_UNKNOWN".
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_registry_code(const ocigraph_error *error, size_t index);

// Returns the message of one error in the registry's response. It can be empty.
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_registry_message(const ocigraph_error *error, size_t index);

// Returns the identifier under which the registry logged the request, or no text.
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_request_id(const ocigraph_error *error);

// Returns the delay in seconds after which the registry asked to retry, or a negative number if it
// did not ask.
//
// Threads: any. Since 0.1.0.
double ocigraph_error_retry_after(const ocigraph_error *error);

// Returns true if the same call may succeed later without any change.
//
// Threads: any. Since 0.1.0.
bool ocigraph_error_retryable(const ocigraph_error *error);

// Returns the `user_data` that a callback passed to `ocigraph_error_new`, or NULL for any other
// error.
//
// Ownership: the pointer belongs to the code that passed it.
// Threads: any. Since 0.1.0.
void *ocigraph_error_user_data(const ocigraph_error *error);

// Returns the error as a JSON object.
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_json(const ocigraph_error *error);

// Returns the version of the loaded library as NUL-terminated text, such as "0.1.0".
//
// Ownership: static storage.
// Threads: any. Since 0.1.0.
const char *ocigraph_version(void);

// Returns the ABI version of the loaded library. If it differs from `OCIGRAPH_ABI_VERSION`, the
// program was compiled for another library.
//
// Threads: any. Since 0.1.0.
uint32_t ocigraph_abi_version(void);

// Returns the stable name of a status, such as "OK" or "NOT_FOUND", or no text for an unknown
// number.
//
// Ownership: static storage.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_status_name(ocigraph_status status);

// Creates a cancel token.
//
// Ownership: free the result with `ocigraph_cancel_free`.
// Threads: any. Since 0.1.0.
ocigraph_cancel *ocigraph_cancel_new(void);

// Cancels every call that received this token, including calls made later. They return
// `OCIGRAPH_CANCELLED`. Cancelling twice has no further effect.
//
// Threads: any, including from a callback and while other threads use the token. Since 0.1.0.
void ocigraph_cancel_cancel(const ocigraph_cancel *cancel);

// Returns true if the token was cancelled.
//
// Threads: any. Since 0.1.0.
bool ocigraph_cancel_is_cancelled(const ocigraph_cancel *cancel);

// Frees a cancel token without cancelling anything. Blocking calls that use the token must have
// returned, except the call whose callback calls this function. Operations of the callback form
// may still be running.
//
// Ownership: takes `cancel`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_cancel_free(ocigraph_cancel *cancel);

// Creates client options with the default values.
//
// Ownership: free the result with `ocigraph_client_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_client_options *ocigraph_client_options_new(void);

// Frees client options. Clients created from them are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_client_options_free(ocigraph_client_options *options);

// Sets the credential for every registry that the client connects to. It replaces an earlier
// credential, anonymous access or credential callback.
//
// By default, the client searches the credentials of other tools: `DOCKER_AUTH_CONFIG`, the
// configuration files of Docker and of the containers tools, and the credential helpers that those
// files name.
//
// Errors: INVALID_ARGUMENT if `options` or `credential` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_credential(ocigraph_client_options *options,
                                                       const ocigraph_credential *credential,
                                                       ocigraph_error **error);

// Makes every request anonymous. It replaces an earlier credential or credential callback.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_anonymous(ocigraph_client_options *options,
                                                      ocigraph_error **error);

// Sets the function that provides credentials. The client calls it with `user_data` as the first
// argument when a registry requires a credential. It replaces an earlier credential or anonymous
// access.
//
// `user_data` must stay valid until every client created from these options is freed. The library
// makes no call after that.
//
// Errors: INVALID_ARGUMENT if `options` or `callback` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_credential_callback(ocigraph_client_options *options,
                                                                ocigraph_credential_fn callback,
                                                                void *user_data,
                                                                ocigraph_error **error);

// Sets the client certificate chain and its private key, both as PEM files, for registries that
// require mutual TLS. No text for both unsets them. Default: not set.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, if a path is not UTF-8, or if only one path is
// given; TLS if the files do not contain a certificate and its key.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_client_certificate(ocigraph_client_options *options,
                                                               ocigraph_str cert_file,
                                                               ocigraph_str key_file,
                                                               ocigraph_error **error);

// Sets a credential file in docker's format, in place of all others: neither docker's and podman's
// own files nor environment variables such as `DOCKER_AUTH_CONFIG` are read. A file that does not
// exist has no credentials. `login` writes to it. Default: not set, and `login` writes to docker's
// `config.json`. An empty text or NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_auth_file(ocigraph_client_options *options,
                                                      ocigraph_str auth_file,
                                                      ocigraph_error **error);

// Selects plain HTTP (true) or TLS (false) for every registry. Default: plain HTTP for loopback
// addresses and TLS for all other hosts.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_plain_http(ocigraph_client_options *options,
                                                       bool plain_http,
                                                       ocigraph_error **error);

// Sets a PEM file of certificates to trust in addition to those of the system. Default: not set.
// An empty text or NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8; TLS if the file contains
// no certificate.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_ca_file(ocigraph_client_options *options,
                                                    ocigraph_str ca_file,
                                                    ocigraph_error **error);

// If true, accepts any server certificate. Anyone on the network path can then read and change the
// traffic. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_insecure(ocigraph_client_options *options,
                                                     bool insecure,
                                                     ocigraph_error **error);

// If true, uses the proxies in `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`, except for hosts in
// `NO_PROXY` and for loopback addresses. A malformed address of a proxy is an error. An entry of
// `NO_PROXY` that is not understood is ignored with a warning. Default: true.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_use_proxy(ocigraph_client_options *options,
                                                      bool use_proxy,
                                                      ocigraph_error **error);

// Adds an address. Addresses to connect to in place of those that a host name has, each as
// `HOST:PORT:ADDRESS[:PORT]`, such as `registry.example.com:443:203.0.113.7:8443`. An address is
// used for each connection to its host and port, also after a redirect and to a token server;
// certificates, headers and credentials are those of the name. Such a connection uses no proxy. An
// IPv6 address before a port must be in brackets. Of several addresses for one host and port, the
// last one is used. Default: none.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, or the text has another form.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_add_resolve(ocigraph_client_options *options,
                                                    ocigraph_str resolve,
                                                    ocigraph_error **error);

// Sets the way in which referrers are listed, also those that are pushed or deleted. Image layouts
// ignore it. Default: `OCIGRAPH_REFERRERS_MODE_AUTO`.
//
// `referrers_mode`: one of `OCIGRAPH_REFERRERS_MODE_*`.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the number is unknown.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_referrers_mode(ocigraph_client_options *options,
                                                           int32_t referrers_mode,
                                                           ocigraph_error **error);

// Adds a header. Additional header fields, as names and values. They are sent only to the origin
// of the registry. Default: none.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, if a text is not UTF-8, or if the name or value
// is not a valid header.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_add_header(ocigraph_client_options *options,
                                                   ocigraph_str name,
                                                   ocigraph_str value,
                                                   ocigraph_error **error);

// Sets the `User-Agent` header (RFC 9110, section 10.1.5,
// https://www.rfc-editor.org/rfc/rfc9110#section-10.1.5). Default: `ocigraph/` and the version of
// ocigraph.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is not UTF-8 or not valid in a
// header.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_user_agent(ocigraph_client_options *options,
                                                       ocigraph_str user_agent,
                                                       ocigraph_error **error);

// Sets a timeout or a maximum. `limit` is one of `OCIGRAPH_LIMIT_*`, which state the unit and the
// default. A `value` of 0 restores the default.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or `limit` is unknown.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_limit(ocigraph_client_options *options,
                                                  int32_t limit,
                                                  uint64_t value,
                                                  ocigraph_error **error);

// Creates push options with the default values.
//
// Ownership: free the result with `ocigraph_push_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_push_options *ocigraph_push_options_new(void);

// Frees push options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_push_options_free(ocigraph_push_options *options);

// Adds a file or a directory. A directory is packed as a gzip-compressed tar archive.
//
// `media_type`: no text derives the media type from the file name. `title`: the name of the file
// when it is pulled; no text uses the path.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, `path` is empty, a text is not UTF-8, or
// `media_type` is not a media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_add_path(ocigraph_push_options *options,
                                               ocigraph_str path,
                                               ocigraph_str media_type,
                                               ocigraph_str title,
                                               ocigraph_error **error);

// Adds content from memory. The content is copied.
//
// `title`: the name of the file when it is pulled; no text adds a blob without a title, which a
// pull skips. `media_type`: no text derives the media type from the title.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, a text is not UTF-8, or `media_type` is not a
// media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_add_bytes(ocigraph_push_options *options,
                                                ocigraph_str title,
                                                ocigraph_str media_type,
                                                ocigraph_bytes content,
                                                ocigraph_error **error);

// Adds content that the `read` callback provides. Each operation with these options calls `read`,
// with `user_data` as the first argument, until the end of the content. Small content is buffered
// in memory, larger content in a temporary file.
//
// `title`, `media_type`: as for `ocigraph_push_options_add_bytes`. `user_data` must stay valid
// until every operation that uses these options is over.
//
// All operations with these options share `user_data`, and a stream that was read once is at its
// end. Use separate options for each operation, or a callback that restarts its content.
//
// Errors: INVALID_ARGUMENT if `options` or `read` is NULL, a text is not UTF-8, or `media_type` is
// not a media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_add_reader(ocigraph_push_options *options,
                                                 ocigraph_str title,
                                                 ocigraph_str media_type,
                                                 ocigraph_read_fn read,
                                                 void *user_data,
                                                 ocigraph_error **error);

// Adds an annotation to the descriptor of the file that was added last.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, no file was added, `key` is empty, or a text is
// not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_add_file_annotation(ocigraph_push_options *options,
                                                          ocigraph_str key,
                                                          ocigraph_str value,
                                                          ocigraph_error **error);

// Sets the artifact type, for example `application/vnd.example.sbom`: see image-spec v1.1.1,
// "Guidelines for Artifact Usage"
// (https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage).
// Default: none. An empty text or NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_artifact_type(ocigraph_push_options *options,
                                                        ocigraph_str artifact_type,
                                                        ocigraph_error **error);

// Sets the subject: a reference with a tag or digest to a manifest in the repository that is
// pushed to. The artifact becomes a referrer of it. NOT_FOUND if the manifest does not exist,
// INVALID_ARGUMENT if it is in another repository. Default: none. An empty text or NULL unsets it.
//
// Errors: INVALID_REFERENCE if the text is not a reference or has neither tag nor digest;
// INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_subject(ocigraph_push_options *options,
                                                  ocigraph_str subject,
                                                  ocigraph_error **error);

// Adds an annotation. The annotations of the manifest. Default: none.
//
// A key that was added before gets the new value.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, `key` is empty, or a text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_add_annotation(ocigraph_push_options *options,
                                                     ocigraph_str key,
                                                     ocigraph_str value,
                                                     ocigraph_error **error);

// Sets the config blob. Its media type is `application/vnd.unknown.config.v1+json` unless it is
// given; without an artifact type, it is the type of the artifact. Its annotations are those of
// the config's descriptor. Default: the empty JSON object, as image-spec recommends for artifacts.
//
// The content is copied. `media_type`: no text selects "application/json".
//
// Errors: INVALID_ARGUMENT if `options` is NULL, the text is not UTF-8, or `media_type` is not a
// media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_config(ocigraph_push_options *options,
                                                 ocigraph_bytes config,
                                                 ocigraph_str media_type,
                                                 ocigraph_error **error);

// Sets the config blob. Its media type is `application/vnd.unknown.config.v1+json` unless it is
// given; without an artifact type, it is the type of the artifact. Its annotations are those of
// the config's descriptor. Default: the empty JSON object, as image-spec recommends for artifacts.
//
// `path`: the file with the content. `media_type`: no text derives the media type from the file
// name.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, `path` is empty, a text is not UTF-8, or
// `media_type` is not a media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_config_path(ocigraph_push_options *options,
                                                      ocigraph_str path,
                                                      ocigraph_str media_type,
                                                      ocigraph_error **error);

// Sets the platform that the artifact is for. It becomes a config of the media type
// `application/vnd.oci.image.config.v1+json`, by which the artifact can be selected in an index.
// With a config of its own it fails with INVALID_ARGUMENT. Default: none.
//
// `artifact_platform`: `os/architecture[/variant][:os.version]`, such as "linux/arm64". An empty
// text or NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_artifact_platform(ocigraph_push_options *options,
                                                            ocigraph_str artifact_platform,
                                                            ocigraph_error **error);

// Sets the format of the manifest. Default: `OCIGRAPH_FORMAT_AUTO`.
//
// `format`: one of `OCIGRAPH_FORMAT_*`.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the number is unknown.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_format(ocigraph_push_options *options,
                                                 int32_t format,
                                                 ocigraph_error **error);

// If true, permits absolute titles and titles with `..`. Default: false; such a title then fails
// with UNSAFE_PATH.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_allow_path_traversal(ocigraph_push_options *options,
                                                               bool allow_path_traversal,
                                                               ocigraph_error **error);

// Sets the time, in seconds since 1970-01-01 UTC, for the entries of packed directories and for
// the annotation `org.opencontainers.image.created`; like the variable SOURCE_DATE_EPOCH
// (https://reproducible-builds.org/specs/source-date-epoch/). Default: none; entries then get the
// time 0, and the manifest has no such annotation.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_source_date_epoch(ocigraph_push_options *options,
                                                            uint64_t source_date_epoch,
                                                            ocigraph_error **error);

// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
// few files.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_concurrency(ocigraph_push_options *options,
                                                      size_t concurrency,
                                                      ocigraph_error **error);

// Reports progress to `callback`, which receives `user_data` as its first argument. NULL disables
// progress, which is the default. `user_data` must stay valid until every operation that uses
// these options is over.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_progress(ocigraph_push_options *options,
                                                   ocigraph_progress_fn callback,
                                                   void *user_data,
                                                   ocigraph_error **error);

// Creates attach options with the default values.
//
// Ownership: free the result with `ocigraph_attach_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_attach_options *ocigraph_attach_options_new(void);

// Frees attach options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_attach_options_free(ocigraph_attach_options *options);

// Adds a file or a directory. A directory is packed as a gzip-compressed tar archive.
//
// `media_type`: no text derives the media type from the file name. `title`: the name of the file
// when it is pulled; no text uses the path.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, `path` is empty, a text is not UTF-8, or
// `media_type` is not a media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_attach_options_add_path(ocigraph_attach_options *options,
                                                 ocigraph_str path,
                                                 ocigraph_str media_type,
                                                 ocigraph_str title,
                                                 ocigraph_error **error);

// Adds content from memory. The content is copied.
//
// `title`: the name of the file when it is pulled; no text adds a blob without a title, which a
// pull skips. `media_type`: no text derives the media type from the title.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, a text is not UTF-8, or `media_type` is not a
// media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_attach_options_add_bytes(ocigraph_attach_options *options,
                                                  ocigraph_str title,
                                                  ocigraph_str media_type,
                                                  ocigraph_bytes content,
                                                  ocigraph_error **error);

// Adds content that the `read` callback provides. Each operation with these options calls `read`,
// with `user_data` as the first argument, until the end of the content. Small content is buffered
// in memory, larger content in a temporary file.
//
// `title`, `media_type`: as for `ocigraph_attach_options_add_bytes`. `user_data` must stay valid
// until every operation that uses these options is over.
//
// All operations with these options share `user_data`, and a stream that was read once is at its
// end. Use separate options for each operation, or a callback that restarts its content.
//
// Errors: INVALID_ARGUMENT if `options` or `read` is NULL, a text is not UTF-8, or `media_type` is
// not a media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_attach_options_add_reader(ocigraph_attach_options *options,
                                                   ocigraph_str title,
                                                   ocigraph_str media_type,
                                                   ocigraph_read_fn read,
                                                   void *user_data,
                                                   ocigraph_error **error);

// Adds an annotation to the descriptor of the file that was added last.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, no file was added, `key` is empty, or a text is
// not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_attach_options_add_file_annotation(ocigraph_attach_options *options,
                                                            ocigraph_str key,
                                                            ocigraph_str value,
                                                            ocigraph_error **error);

// Sets the artifact type, for example `application/vnd.example.sbom`: see image-spec v1.1.1,
// "Guidelines for Artifact Usage"
// (https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage).
// Default: none; it is required unless `config` is set. An empty text or NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_attach_options_set_artifact_type(ocigraph_attach_options *options,
                                                          ocigraph_str artifact_type,
                                                          ocigraph_error **error);

// Attaches to the image for this platform if the reference names an index. NOT_FOUND if the index
// has no such image. Default: attaches to the manifest that the reference names.
//
// `platform`: `os/architecture[/variant][:os.version]`, such as "linux/arm64". An empty text or
// NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_attach_options_set_platform(ocigraph_attach_options *options,
                                                     ocigraph_str platform,
                                                     ocigraph_error **error);

// Adds an annotation. The annotations of the manifest. Default: none.
//
// A key that was added before gets the new value.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, `key` is empty, or a text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_attach_options_add_annotation(ocigraph_attach_options *options,
                                                       ocigraph_str key,
                                                       ocigraph_str value,
                                                       ocigraph_error **error);

// Sets the config blob. Its media type is `application/vnd.unknown.config.v1+json` unless it is
// given; without an artifact type, it is the type of the artifact. Its annotations are those of
// the config's descriptor. Default: the empty JSON object, as image-spec recommends for artifacts.
//
// The content is copied. `media_type`: no text selects "application/json".
//
// Errors: INVALID_ARGUMENT if `options` is NULL, the text is not UTF-8, or `media_type` is not a
// media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_attach_options_set_config(ocigraph_attach_options *options,
                                                   ocigraph_bytes config,
                                                   ocigraph_str media_type,
                                                   ocigraph_error **error);

// Sets the config blob. Its media type is `application/vnd.unknown.config.v1+json` unless it is
// given; without an artifact type, it is the type of the artifact. Its annotations are those of
// the config's descriptor. Default: the empty JSON object, as image-spec recommends for artifacts.
//
// `path`: the file with the content. `media_type`: no text derives the media type from the file
// name.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, `path` is empty, a text is not UTF-8, or
// `media_type` is not a media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_attach_options_set_config_path(ocigraph_attach_options *options,
                                                        ocigraph_str path,
                                                        ocigraph_str media_type,
                                                        ocigraph_error **error);

// Sets the format of the manifest. Default: `OCIGRAPH_FORMAT_AUTO`.
//
// `format`: one of `OCIGRAPH_FORMAT_*`.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the number is unknown.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_attach_options_set_format(ocigraph_attach_options *options,
                                                   int32_t format,
                                                   ocigraph_error **error);

// If true, permits an artifact without files and annotations. Default: false; an attach without
// both then fails with INVALID_ARGUMENT.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_attach_options_set_allow_empty(ocigraph_attach_options *options,
                                                        bool allow_empty,
                                                        ocigraph_error **error);

// If true, permits absolute titles and titles with `..`. Default: false; such a title then fails
// with UNSAFE_PATH.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_attach_options_set_allow_path_traversal(ocigraph_attach_options *options,
                                                                 bool allow_path_traversal,
                                                                 ocigraph_error **error);

// Sets the time, in seconds since 1970-01-01 UTC, for the entries of packed directories and for
// the annotation `org.opencontainers.image.created`; like the variable SOURCE_DATE_EPOCH
// (https://reproducible-builds.org/specs/source-date-epoch/). Default: none; entries then get the
// time 0, and the manifest has no such annotation.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_attach_options_set_source_date_epoch(ocigraph_attach_options *options,
                                                              uint64_t source_date_epoch,
                                                              ocigraph_error **error);

// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
// few files.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_attach_options_set_concurrency(ocigraph_attach_options *options,
                                                        size_t concurrency,
                                                        ocigraph_error **error);

// Reports progress to `callback`, which receives `user_data` as its first argument. NULL disables
// progress, which is the default. `user_data` must stay valid until every operation that uses
// these options is over.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_attach_options_set_progress(ocigraph_attach_options *options,
                                                     ocigraph_progress_fn callback,
                                                     void *user_data,
                                                     ocigraph_error **error);

// Creates pull options with the default values.
//
// Ownership: free the result with `ocigraph_pull_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_pull_options *ocigraph_pull_options_new(void);

// Frees pull options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_pull_options_free(ocigraph_pull_options *options);

// Sets the directory to write to. It is created if necessary. Default, also for an empty path: the
// current directory.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_output(ocigraph_pull_options *options,
                                                 ocigraph_str output,
                                                 ocigraph_error **error);

// Pulls the referrers of this artifact type instead of the artifact itself. NOT_FOUND if the
// artifact has no such referrer. Default: the artifact that the reference names. An empty text or
// NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_artifact_type(ocigraph_pull_options *options,
                                                        ocigraph_str artifact_type,
                                                        ocigraph_error **error);

// Selects the image for this platform if the reference names an index. NOT_FOUND if the index has
// no such image. Default: none; an index then fails with INVALID_ARGUMENT, because it has no
// files.
//
// `platform`: `os/architecture[/variant][:os.version]`, such as "linux/arm64". An empty text or
// NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_platform(ocigraph_pull_options *options,
                                                   ocigraph_str platform,
                                                   ocigraph_error **error);

// If true, also pulls the subject of each artifact, the subject of that subject, and so on.
// Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_include_subject(ocigraph_pull_options *options,
                                                          bool include_subject,
                                                          ocigraph_error **error);

// If true, also writes the blobs without a title, such as the layers of an image, a Helm chart or
// a Wasm module. The file has the path in the annotation `org.cncf.model.filepath`, to which the
// rules for titles apply; without one, or if the blob is an archive, the name is made from the
// digest: `sha256-` and 64 hexadecimal digits. The config and foreign layers are not written.
// Default: false, which lists the blobs without a title as skipped.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_all(ocigraph_pull_options *options,
                                              bool all,
                                              ocigraph_error **error);

// Also writes the config of the artifact to this file; those of its subjects are not written. A
// relative path is below the output directory. Several artifacts with different configs fail with
// CONFLICT. An artifact without a config has no such file. Default: none; a config is then written
// only if it has a title. An empty text or NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_config_file(ocigraph_pull_options *options,
                                                      ocigraph_str config_file,
                                                      ocigraph_error **error);

// Writes the config to the file only if it has this media type. It requires `config_file`.
// Default: any media type. An empty text or NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_config_media_type(ocigraph_pull_options *options,
                                                            ocigraph_str config_media_type,
                                                            ocigraph_error **error);

// If true, does not overwrite existing files. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_keep_old_files(ocigraph_pull_options *options,
                                                         bool keep_old_files,
                                                         ocigraph_error **error);

// If true, writes to absolute titles and to titles with `..`, also outside the output directory.
// Default: false; such a title then fails with UNSAFE_PATH.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_allow_path_traversal(ocigraph_pull_options *options,
                                                               bool allow_path_traversal,
                                                               ocigraph_error **error);

// Sets the limits for unpacked directories. An archive that exceeds one fails with TOO_LARGE.
//
// `entries`: maximum number of files, directories and links. Default: 1,000,000. `bytes`: maximum
// size of the uncompressed archive in bytes. Default: 64 GiB. `ratio`: maximum ratio of the
// uncompressed to the compressed size. Applies once more than 64 MiB are unpacked. Default: 1,000.
// 0 selects the default of each.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_unpack_limits(ocigraph_pull_options *options,
                                                        uint64_t entries,
                                                        uint64_t bytes,
                                                        uint64_t ratio,
                                                        ocigraph_error **error);

// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
// few files.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_concurrency(ocigraph_pull_options *options,
                                                      size_t concurrency,
                                                      ocigraph_error **error);

// Reports progress to `callback`, which receives `user_data` as its first argument. NULL disables
// progress, which is the default. `user_data` must stay valid until every operation that uses
// these options is over.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_progress(ocigraph_pull_options *options,
                                                   ocigraph_progress_fn callback,
                                                   void *user_data,
                                                   ocigraph_error **error);

// Creates discover options with the default values.
//
// Ownership: free the result with `ocigraph_discover_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_discover_options *ocigraph_discover_options_new(void);

// Frees discover options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_discover_options_free(ocigraph_discover_options *options);

// Keeps only what has this artifact type, the paths from the subject to it, and what is attached
// to it directly or indirectly. Default: everything. An empty text or NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_discover_options_set_artifact_type(ocigraph_discover_options *options,
                                                            ocigraph_str artifact_type,
                                                            ocigraph_error **error);

// Adds an annotation. Keeps only what has all these annotations with these values, in the same way
// as `artifact_type`. Default: everything.
//
// A key that was added before gets the new value.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, `key` is empty, or a text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_discover_options_add_annotation(ocigraph_discover_options *options,
                                                         ocigraph_str key,
                                                         ocigraph_str value,
                                                         ocigraph_error **error);

// Keeps only the attestations of which a statement has this predicate type, such as
// `https://spdx.dev/Document`, in the same way as `artifact_type`. Default: everything. An empty
// text or NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_discover_options_set_predicate_type(ocigraph_discover_options *options,
                                                             ocigraph_str predicate_type,
                                                             ocigraph_error **error);

// Follows the edges of this kind alone, for example those to referrers. Default: all kinds.
//
// `only`: one of `OCIGRAPH_EDGE_KIND_*`.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the number is unknown.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_discover_options_set_only(ocigraph_discover_options *options,
                                                   int32_t only,
                                                   ocigraph_error **error);

// Starts at the image for this platform if the reference names an index. NOT_FOUND if the index
// has no such image. Default: starts at the manifest that the reference names.
//
// `platform`: `os/architecture[/variant][:os.version]`, such as "linux/arm64". An empty text or
// NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_discover_options_set_platform(ocigraph_discover_options *options,
                                                       ocigraph_str platform,
                                                       ocigraph_error **error);

// Sets the maximum number of levels: 1 returns what is directly attached, 0 the subject alone.
// Default: all levels.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_discover_options_set_depth(ocigraph_discover_options *options,
                                                    size_t depth,
                                                    ocigraph_error **error);

// If true, returns a graph with problems (`ocigraph_graph_problem`) if a list cannot be read
// completely. Default: false; this then fails with INCOMPLETE.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_discover_options_set_allow_incomplete(ocigraph_discover_options *options,
                                                               bool allow_incomplete,
                                                               ocigraph_error **error);

// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
// few files.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_discover_options_set_concurrency(ocigraph_discover_options *options,
                                                          size_t concurrency,
                                                          ocigraph_error **error);

// Creates delete options with the default values.
//
// Ownership: free the result with `ocigraph_delete_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_delete_options *ocigraph_delete_options_new(void);

// Frees delete options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_delete_options_free(ocigraph_delete_options *options);

// If true, makes the report without deleting anything. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_delete_options_set_dry_run(ocigraph_delete_options *options,
                                                    bool dry_run,
                                                    ocigraph_error **error);

// If true, also deletes manifests that would be retained because they have another tag or another
// index lists them, and proceeds if a list of tags or referrers cannot be read completely.
// Default: false; an incomplete list then fails with INCOMPLETE.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_delete_options_set_force(ocigraph_delete_options *options,
                                                  bool force,
                                                  ocigraph_error **error);

// Deletes only what is attached by edges of this kind, to the artifact or to the images of an
// index, and what is attached to that; the artifact itself stays. The kind is that of referrers or
// that of tags; another one fails with INVALID_ARGUMENT, because an index needs what it lists.
// Default: deletes the artifact with everything that is attached.
//
// `only`: one of `OCIGRAPH_EDGE_KIND_*`.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the number is unknown.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_delete_options_set_only(ocigraph_delete_options *options,
                                                 int32_t only,
                                                 ocigraph_error **error);

// If true, returns an empty report if `reference` names nothing. Default: false; it then fails
// with NOT_FOUND.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_delete_options_set_if_exists(ocigraph_delete_options *options,
                                                      bool if_exists,
                                                      ocigraph_error **error);

// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
// few files.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_delete_options_set_concurrency(ocigraph_delete_options *options,
                                                        size_t concurrency,
                                                        ocigraph_error **error);

// Creates copy options with the default values.
//
// Ownership: free the result with `ocigraph_copy_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_copy_options *ocigraph_copy_options_new(void);

// Frees copy options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_copy_options_free(ocigraph_copy_options *options);

// If true, copies the whole graph: also what is attached to the artifact, to the manifests that an
// index lists, and to what is attached. Tags that have a digest, as cosign writes them, keep their
// names. Default: false, which copies the artifact, its subject, and what an index lists.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_recursive(ocigraph_copy_options *options,
                                                    bool recursive,
                                                    ocigraph_error **error);

// Sets a recursive copy follows the edges of this kind alone, for example those to referrers.
// Default: all kinds.
//
// `only`: one of `OCIGRAPH_EDGE_KIND_*`.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the number is unknown.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_only(ocigraph_copy_options *options,
                                               int32_t only,
                                               ocigraph_error **error);

// Copies only the image for this platform if the source is an index. NOT_FOUND if the index has no
// such image. A recursive copy takes the attestations that the index lists for the image along;
// one without a subject gets the image as its subject, and so another digest. Default: the index
// with all its images.
//
// `platform`: `os/architecture[/variant][:os.version]`, such as "linux/arm64". An empty text or
// NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_platform(ocigraph_copy_options *options,
                                                   ocigraph_str platform,
                                                   ocigraph_error **error);

// Adds an index platform. Copies the images for these platforms, each as `os/arch[/variant]`, if
// the source is an index. With several, the destination gets a new index that lists only these
// images, in the order of the source; a recursive copy keeps the attestations that the index lists
// for them. What is attached to the index of the source is not attached to the new one. One
// platform has the effect of `platform`, and both together fail with INVALID_ARGUMENT. Default:
// none.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_copy_options_add_index_platform(ocigraph_copy_options *options,
                                                         ocigraph_str index_platform,
                                                         ocigraph_error **error);

// If true, copies foreign layers too. Registries need not store these layers: see image-spec
// v1.1.1, "Non-Distributable Layers"
// (https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#non-distributable-layers).
// Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_foreign(ocigraph_copy_options *options,
                                                  bool foreign,
                                                  ocigraph_error **error);

// If true, checks that the content below every copied manifest exists, also if the destination has
// the manifest already, and copies what is missing: a collection of garbage can leave a manifest
// without its content. Digests are not computed. Default: false, which checks only the manifest
// that the source names and what it lists.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_repair(ocigraph_copy_options *options,
                                                 bool repair,
                                                 ocigraph_error **error);

// Sets the client that reaches the destination, with credentials, headers, TLS options and limits
// of its own. Neither client sends anything of the other. Within one registry, blobs are then
// uploaded and not mounted. Default: none, and one client reaches both source and destination.
// NULL unsets it.
//
// Ownership: the options share what `destination_client` has, which may be freed before them. Its
// credential callback is not called after that.
// Errors: INVALID_ARGUMENT if `options` is NULL, or `destination_client` belongs to the parent of
// a forked process.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_destination_client(ocigraph_copy_options *options,
                                                             const ocigraph_client *destination_client,
                                                             ocigraph_error **error);

// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
// few files.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_concurrency(ocigraph_copy_options *options,
                                                      size_t concurrency,
                                                      ocigraph_error **error);

// Reports progress to `callback`, which receives `user_data` as its first argument. NULL disables
// progress, which is the default. `user_data` must stay valid until every operation that uses
// these options is over.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_progress(ocigraph_copy_options *options,
                                                   ocigraph_progress_fn callback,
                                                   void *user_data,
                                                   ocigraph_error **error);

// Creates backup options with the default values.
//
// Ownership: free the result with `ocigraph_backup_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_backup_options *ocigraph_backup_options_new(void);

// Frees backup options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_backup_options_free(ocigraph_backup_options *options);

// If true, also backs up what is attached to the manifests, as a recursive copy does: referrers,
// the tags that cosign derives from a digest, and what is attached to these. Default: false, which
// backs up the tagged manifests and what they list.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_backup_options_set_recursive(ocigraph_backup_options *options,
                                                      bool recursive,
                                                      ocigraph_error **error);

// Sets the archive or directory of an earlier backup. Manifests and blobs that it has are not
// stored again, and a restore needs it too. Only for an archive. Default: none. An empty text or
// NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_backup_options_set_since(ocigraph_backup_options *options,
                                                  ocigraph_str since,
                                                  ocigraph_error **error);

// If true, only reports what would be stored. Reads all manifests, and no blob. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_backup_options_set_dry_run(ocigraph_backup_options *options,
                                                    bool dry_run,
                                                    ocigraph_error **error);

// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
// few files.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_backup_options_set_concurrency(ocigraph_backup_options *options,
                                                        size_t concurrency,
                                                        ocigraph_error **error);

// Reports progress to `callback`, which receives `user_data` as its first argument. NULL disables
// progress, which is the default. `user_data` must stay valid until every operation that uses
// these options is over.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_backup_options_set_progress(ocigraph_backup_options *options,
                                                     ocigraph_progress_fn callback,
                                                     void *user_data,
                                                     ocigraph_error **error);

// Creates restore options with the default values.
//
// Ownership: free the result with `ocigraph_restore_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_restore_options *ocigraph_restore_options_new(void);

// Frees restore options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_restore_options_free(ocigraph_restore_options *options);

// Restores this repository alone, by its name in an archive of several:
// `registry.example.com/app`. Default: all. An empty text or NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_restore_options_set_repository(ocigraph_restore_options *options,
                                                        ocigraph_str repository,
                                                        ocigraph_error **error);

// If true, restores the tagged manifests and what they list, without what is attached to them.
// Default: false, which restores what the archive has.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_restore_options_set_exclude_referrers(ocigraph_restore_options *options,
                                                               bool exclude_referrers,
                                                               ocigraph_error **error);

// If true, only reports what would be sent. Asks the destination what it has. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_restore_options_set_dry_run(ocigraph_restore_options *options,
                                                     bool dry_run,
                                                     ocigraph_error **error);

// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
// few files.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_restore_options_set_concurrency(ocigraph_restore_options *options,
                                                         size_t concurrency,
                                                         ocigraph_error **error);

// Reports progress to `callback`, which receives `user_data` as its first argument. NULL disables
// progress, which is the default. `user_data` must stay valid until every operation that uses
// these options is over.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_restore_options_set_progress(ocigraph_restore_options *options,
                                                      ocigraph_progress_fn callback,
                                                      void *user_data,
                                                      ocigraph_error **error);

// Creates migrate options with the default values.
//
// Ownership: free the result with `ocigraph_migrate_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_migrate_options *ocigraph_migrate_options_new(void);

// Frees migrate options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_migrate_options_free(ocigraph_migrate_options *options);

// Sets the form that attachments get. Default: `OCIGRAPH_ATTACHMENT_FORM_REFERRERS`.
//
// `to`: one of `OCIGRAPH_ATTACHMENT_FORM_*`.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the number is unknown.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_migrate_options_set_to(ocigraph_migrate_options *options,
                                                int32_t to,
                                                ocigraph_error **error);

// If true, makes the report without writing or deleting anything. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_migrate_options_set_dry_run(ocigraph_migrate_options *options,
                                                     bool dry_run,
                                                     ocigraph_error **error);

// If true, deletes the old form of each attachment after the new form was read back. Retained is a
// manifest with another tag, one that an index lists, and one with attachments of its own.
// Default: false, which leaves the old form in place.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_migrate_options_set_remove_old(ocigraph_migrate_options *options,
                                                        bool remove_old,
                                                        ocigraph_error **error);

// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
// few files.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_migrate_options_set_concurrency(ocigraph_migrate_options *options,
                                                         size_t concurrency,
                                                         ocigraph_error **error);

// Creates verify options with the default values.
//
// Ownership: free the result with `ocigraph_verify_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_verify_options *ocigraph_verify_options_new(void);

// Frees verify options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_verify_options_free(ocigraph_verify_options *options);

// Starts at the image for this platform if the reference names an index. NOT_FOUND if the index
// has no such image. Default: starts at the manifest that the reference names.
//
// `platform`: `os/architecture[/variant][:os.version]`, such as "linux/arm64". An empty text or
// NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_verify_options_set_platform(ocigraph_verify_options *options,
                                                     ocigraph_str platform,
                                                     ocigraph_error **error);

// Follows the edges of this kind alone to what is attached, for example those to referrers. What
// an index lists is always verified. Default: all kinds.
//
// `only`: one of `OCIGRAPH_EDGE_KIND_*`.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the number is unknown.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_verify_options_set_only(ocigraph_verify_options *options,
                                                 int32_t only,
                                                 ocigraph_error **error);

// If true, repairs the lists of referrers that clients keep: in a registry, the index under the
// fallback tag of each manifest of the graph; in a layout, the indexes of regctl and olareg.
// Removes the entries of missing manifests, corrects entries that contradict their manifests, and
// adds manifests that a list lacks. The rest of the graph is not changed. Default: false, which
// only reports them.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_verify_options_set_repair_index(ocigraph_verify_options *options,
                                                         bool repair_index,
                                                         ocigraph_error **error);

// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
// few files.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_verify_options_set_concurrency(ocigraph_verify_options *options,
                                                        size_t concurrency,
                                                        ocigraph_error **error);

// Reports progress to `callback`, which receives `user_data` as its first argument. NULL disables
// progress, which is the default. `user_data` must stay valid until every operation that uses
// these options is over.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_verify_options_set_progress(ocigraph_verify_options *options,
                                                     ocigraph_progress_fn callback,
                                                     void *user_data,
                                                     ocigraph_error **error);

// Creates check options with the default values.
//
// Ownership: free the result with `ocigraph_check_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_check_options *ocigraph_check_options_new(void);

// Frees check options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_check_options_free(ocigraph_check_options *options);

// Checks the image for this platform if the reference names an index. NOT_FOUND if the index has
// no such image. Default: checks what the reference names.
//
// `platform`: `os/architecture[/variant][:os.version]`, such as "linux/arm64". An empty text or
// NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_check_options_set_platform(ocigraph_check_options *options,
                                                    ocigraph_str platform,
                                                    ocigraph_error **error);

// If true, checks each image of an index for itself: what is attached to the index counts for none
// of them. Default: false; what an index requires is then attached to the index, or to each of its
// images.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_check_options_set_each_platform(ocigraph_check_options *options,
                                                         bool each_platform,
                                                         ocigraph_error **error);

// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
// few files.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_check_options_set_concurrency(ocigraph_check_options *options,
                                                       size_t concurrency,
                                                       ocigraph_error **error);

// Creates resolve options with the default values.
//
// Ownership: free the result with `ocigraph_resolve_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_resolve_options *ocigraph_resolve_options_new(void);

// Frees resolve options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_resolve_options_free(ocigraph_resolve_options *options);

// Selects, in an index, the image for this platform. Default: the index itself.
//
// `platform`: `os/architecture[/variant][:os.version]`, such as "linux/arm64". An empty text or
// NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_resolve_options_set_platform(ocigraph_resolve_options *options,
                                                      ocigraph_str platform,
                                                      ocigraph_error **error);

// Adds a media type. The media types that the manifest may have. A registry is asked for these
// alone, and can refuse others. A manifest of another media type fails with NOT_FOUND. Default:
// none, which accepts every media type.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_resolve_options_add_media_type(ocigraph_resolve_options *options,
                                                        ocigraph_str media_type,
                                                        ocigraph_error **error);

// Creates index create options with the default values.
//
// Ownership: free the result with `ocigraph_index_create_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_index_create_options *ocigraph_index_create_options_new(void);

// Frees index create options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_index_create_options_free(ocigraph_index_create_options *options);

// Adds an annotation. The annotations of the index. Default: none.
//
// A key that was added before gets the new value.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, `key` is empty, or a text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_index_create_options_add_annotation(ocigraph_index_create_options *options,
                                                             ocigraph_str key,
                                                             ocigraph_str value,
                                                             ocigraph_error **error);

// Sets the artifact type of the index, a media type. Default: none. An empty text or NULL unsets
// it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_index_create_options_set_artifact_type(ocigraph_index_create_options *options,
                                                                ocigraph_str artifact_type,
                                                                ocigraph_error **error);

// If true, returns the index without pushing it. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_index_create_options_set_dry_run(ocigraph_index_create_options *options,
                                                          bool dry_run,
                                                          ocigraph_error **error);

// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
// few files.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_index_create_options_set_concurrency(ocigraph_index_create_options *options,
                                                              size_t concurrency,
                                                              ocigraph_error **error);

// Creates index update options with the default values.
//
// Ownership: free the result with `ocigraph_index_update_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_index_update_options *ocigraph_index_update_options_new(void);

// Frees index update options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_index_update_options_free(ocigraph_index_update_options *options);

// The manifests to add at the end: tags, digests, or references to the same repository or layout.
// A manifest that the index lists already is not added again. Default: none.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_index_update_options_add(ocigraph_index_update_options *options,
                                                  ocigraph_str manifest,
                                                  ocigraph_error **error);

// The indexes whose manifests are added after `add`, each named as a manifest is. An entry that
// the index has already is not added again. Default: none.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_index_update_options_merge(ocigraph_index_update_options *options,
                                                    ocigraph_str manifest,
                                                    ocigraph_error **error);

// The digests of the manifests to remove, before others are added. A digest that the index does
// not list fails with NOT_FOUND. Default: none.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_index_update_options_remove(ocigraph_index_update_options *options,
                                                     ocigraph_str manifest,
                                                     ocigraph_error **error);

// Adds an annotation. Annotations that the index gets, beside those that it has. One with the same
// key is replaced. Default: none.
//
// A key that was added before gets the new value.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, `key` is empty, or a text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_index_update_options_add_annotation(ocigraph_index_update_options *options,
                                                             ocigraph_str key,
                                                             ocigraph_str value,
                                                             ocigraph_error **error);

// Sets the artifact type that the index gets, a media type. Default: it stays. An empty text or
// NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_index_update_options_set_artifact_type(ocigraph_index_update_options *options,
                                                                ocigraph_str artifact_type,
                                                                ocigraph_error **error);

// If true, removes the artifact type of the index. Default: false. With `artifact_type`, it fails
// with INVALID_ARGUMENT.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_index_update_options_set_remove_artifact_type(ocigraph_index_update_options *options,
                                                                       bool remove_artifact_type,
                                                                       ocigraph_error **error);

// Adds a tag. Further tags of the updated index. Default: none.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_index_update_options_add_tag(ocigraph_index_update_options *options,
                                                      ocigraph_str tag,
                                                      ocigraph_error **error);

// If true, returns the updated index without pushing it. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_index_update_options_set_dry_run(ocigraph_index_update_options *options,
                                                          bool dry_run,
                                                          ocigraph_error **error);

// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
// few files.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_index_update_options_set_concurrency(ocigraph_index_update_options *options,
                                                              size_t concurrency,
                                                              ocigraph_error **error);

// Creates blob options with the default values.
//
// Ownership: free the result with `ocigraph_blob_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_blob_options *ocigraph_blob_options_new(void);

// Frees blob options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_blob_options_free(ocigraph_blob_options *options);

// Reports progress to `callback`, which receives `user_data` as its first argument. NULL disables
// progress, which is the default. `user_data` must stay valid until every operation that uses
// these options is over.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_blob_options_set_progress(ocigraph_blob_options *options,
                                                   ocigraph_progress_fn callback,
                                                   void *user_data,
                                                   ocigraph_error **error);

// Creates blob delete options with the default values.
//
// Ownership: free the result with `ocigraph_blob_delete_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_blob_delete_options *ocigraph_blob_delete_options_new(void);

// Frees blob delete options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_blob_delete_options_free(ocigraph_blob_delete_options *options);

// If true, ignores a blob that does not exist. Default: false; such a blob then fails with
// NOT_FOUND.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_blob_delete_options_set_if_exists(ocigraph_blob_delete_options *options,
                                                           bool if_exists,
                                                           ocigraph_error **error);

// Creates prune options with the default values.
//
// Ownership: free the result with `ocigraph_prune_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_prune_options *ocigraph_prune_options_new(void);

// Frees prune options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_prune_options_free(ocigraph_prune_options *options);

// Adds a keep tag. Patterns of tags that are never removed, and whose manifests stay. Default:
// none.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_prune_options_add_keep_tag(ocigraph_prune_options *options,
                                                    ocigraph_str keep_tag,
                                                    ocigraph_error **error);

// Selects tagged manifests without the newest N, which stay. At least 1. Those count that have a
// tag of `tags`, also under `keep_tags`. A manifest whose time of creation is unknown stays.
// Default: none.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_prune_options_set_keep_last(ocigraph_prune_options *options,
                                                     size_t keep_last,
                                                     ocigraph_error **error);

// Selects tagged manifests that were created before a time: `90d`, `12h`, `2w` ago (`s`, `h`, `d`,
// `w`), or a time in RFC 3339. The time of a manifest is that of the registry (Azure), else that
// of the annotation `org.opencontainers.image.created`, else that of the image config; of an index
// without one, that of its newest image. A time before 1981 is that of a reproducible build, and
// counts as unknown; so does one in the future for `keep_last`. A manifest whose time is unknown
// stays. With `keep_last`, selects what both select. What `untagged`, `orphans` and `dead_tags`
// select has to be as old, unless its time is unknown: nothing says when it was pushed. Default:
// none. An empty text or NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_prune_options_set_older_than(ocigraph_prune_options *options,
                                                      ocigraph_str older_than,
                                                      ocigraph_error **error);

// Adds a tag. Patterns of tags: only these are selected, by `older_than` and `keep_last`, or all
// of them without these two. Other tags stay. Default: all tags, if `older_than` or `keep_last` is
// given.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_prune_options_add_tag(ocigraph_prune_options *options,
                                               ocigraph_str tag,
                                               ocigraph_error **error);

// If true, selects manifests without a tag that nothing needs which stays. A push in progress has
// such manifests: its index comes last. So prune when nothing is pushed, or store a plan and
// execute it later: what an index lists by then stays. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_prune_options_set_untagged(ocigraph_prune_options *options,
                                                    bool untagged,
                                                    ocigraph_error **error);

// If true, selects referrers without a tag whose subject does not exist. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_prune_options_set_orphans(ocigraph_prune_options *options,
                                                   bool orphans,
                                                   ocigraph_error **error);

// If true, selects the tags that cosign derives from a digest, and fallback tags, whose subject
// does not exist. A fallback tag stays while it lists a referrer that stays. The tags of cosign
// stay in a repository that has no other tags and none of their subjects: it may keep the
// signatures of images in another repository (`COSIGN_REPOSITORY`). Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_prune_options_set_dead_tags(ocigraph_prune_options *options,
                                                     bool dead_tags,
                                                     ocigraph_error **error);

// Adds an artifact type. Artifact types: `orphans` and the tags of cosign among `dead_tags` are
// selected only if their manifest has one of them. What is attached to a deleted manifest is
// deleted whatever its type. Default: all types.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_prune_options_add_artifact_type(ocigraph_prune_options *options,
                                                         ocigraph_str artifact_type,
                                                         ocigraph_error **error);

// Sets the maximum number of manifests that are deleted, in all repositories together. If the plan
// has more, the prune fails with CONFLICT, and neither deletes nor stores anything. A dry run
// returns the plan. Default: no limit.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_prune_options_set_max(ocigraph_prune_options *options,
                                               size_t max,
                                               ocigraph_error **error);

// If true, makes the plan without deleting anything. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_prune_options_set_dry_run(ocigraph_prune_options *options,
                                                   bool dry_run,
                                                   ocigraph_error **error);

// Writes the plan to this file as JSON, and deletes nothing. Default: none. An empty text or NULL
// unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_prune_options_set_plan(ocigraph_prune_options *options,
                                                ocigraph_str plan,
                                                ocigraph_error **error);

// Executes the plan in this file, in the repositories that it names. Only `max`, `dry_run` and
// `concurrency` are allowed beside it. Default: none. An empty text or NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_prune_options_set_execute(ocigraph_prune_options *options,
                                                   ocigraph_str execute,
                                                   ocigraph_error **error);

// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
// few files.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_prune_options_set_concurrency(ocigraph_prune_options *options,
                                                       size_t concurrency,
                                                       ocigraph_error **error);

// Creates sync options with the default values.
//
// Ownership: free the result with `ocigraph_sync_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_sync_options *ocigraph_sync_options_new(void);

// Frees sync options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_sync_options_free(ocigraph_sync_options *options);

// Adds a repository. Copies the repositories of which the name, without the host, matches one of
// these patterns: `team-?`. Default: all. The repository of a source that names one is copied in
// any case.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sync_options_add_repository(ocigraph_sync_options *options,
                                                     ocigraph_str repository,
                                                     ocigraph_error **error);

// Adds a tag. Copies the tags that match one of these patterns: `v1.*`. A text can have several
// with commas between them. Default: all. The tags of a source that names some are copied in any
// case.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sync_options_add_tag(ocigraph_sync_options *options,
                                              ocigraph_str tag,
                                              ocigraph_error **error);

// Copies this many tags of each repository: those with the highest versions. `v1.10` is after
// `v1.9`, and `v1.10-rc1` before `v1.10`. At least 1. Default: all.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sync_options_set_latest(ocigraph_sync_options *options,
                                                 size_t latest,
                                                 ocigraph_error **error);

// Adds a platform. Copies the images for these platforms, each as `os/arch[/variant]`: see
// `index_platforms`. Default: all.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sync_options_add_platform(ocigraph_sync_options *options,
                                                   ocigraph_str platform,
                                                   ocigraph_error **error);

// If true, only finds out what would be done: outcomes `would-copy` and `would-remove`. Default:
// false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sync_options_set_dry_run(ocigraph_sync_options *options,
                                                  bool dry_run,
                                                  ocigraph_error **error);

// If true, removes the tags of the destination that the source does not have, within what is
// selected: repositories of sources that name no tags, and there the tags that match the patterns.
// Nothing is removed if a list of the tags is incomplete, or if the source lists no tag. A tag
// that has the digest of a manifest, as cosign writes it, is removed if all tags of the repository
// are selected and copied and the source does not have that manifest. Others stay: a signature of
// what the source has can be the destination's own. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sync_options_set_prune_destination(ocigraph_sync_options *options,
                                                            bool prune_destination,
                                                            ocigraph_error **error);

// If true, also asks the destination for every blob of what it has, and copies again what it has
// lost. Not with `dry_run`. Default: false; a manifest that the destination has proves its blobs,
// since a registry checks them when it receives the manifest.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sync_options_set_repair(ocigraph_sync_options *options,
                                                 bool repair,
                                                 ocigraph_error **error);

// Sets a file that records what was done. A sync of the same sources with the same options
// continues where the file ends, and returns the other rows. A reference counts as done if the
// destination has all of it, when the next rows are asked for. A sync that reaches its end is not
// continued: the next one begins again, also with other sources. Default: none. An empty text or
// NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sync_options_set_checkpoint(ocigraph_sync_options *options,
                                                     ocigraph_str checkpoint,
                                                     ocigraph_error **error);

// Copies a share of the repositories: `1/3`, `2/3` and `3/3` together are all. Which repository is
// in which share depends on its name alone. Default: all. An empty text or NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sync_options_set_shard(ocigraph_sync_options *options,
                                                ocigraph_str shard,
                                                ocigraph_error **error);

// Sets the client that reaches the destination: see `destination_client`. Default: none, and one
// client reaches both. NULL unsets it.
//
// Ownership: the options share what `destination_client` has, which may be freed before them. Its
// credential callback is not called after that.
// Errors: INVALID_ARGUMENT if `options` is NULL, or `destination_client` belongs to the parent of
// a forked process.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sync_options_set_destination_client(ocigraph_sync_options *options,
                                                             const ocigraph_client *destination_client,
                                                             ocigraph_error **error);

// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
// few files.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sync_options_set_concurrency(ocigraph_sync_options *options,
                                                      size_t concurrency,
                                                      ocigraph_error **error);

// Creates sweep options with the default values.
//
// Ownership: free the result with `ocigraph_sweep_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_sweep_options *ocigraph_sweep_options_new(void);

// Frees sweep options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_sweep_options_free(ocigraph_sweep_options *options);

// Adds a repository. Sweeps the repositories of which the name, without the host, matches one of
// these patterns: `team-?`. Default: all. The repository of a target that names one is swept in
// any case.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sweep_options_add_repository(ocigraph_sweep_options *options,
                                                      ocigraph_str repository,
                                                      ocigraph_error **error);

// Adds a tag. Sweeps the tags that match one of these patterns: `v1.*`. A text can have several
// with commas between them. Default: all. The tags of a target that names some are swept in any
// case.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sweep_options_add_tag(ocigraph_sweep_options *options,
                                               ocigraph_str tag,
                                               ocigraph_error **error);

// Sweeps this many tags of each repository: those with the highest versions. `v1.10` is after
// `v1.9`, and `v1.10-rc1` before `v1.10`. At least 1. Default: all.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sweep_options_set_latest(ocigraph_sweep_options *options,
                                                  size_t latest,
                                                  ocigraph_error **error);

// Sets the maximum number of levels: 1 returns what is directly attached, 0 the images alone, with
// the status `found`. Default: all levels.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sweep_options_set_depth(ocigraph_sweep_options *options,
                                                 size_t depth,
                                                 ocigraph_error **error);

// Sets a file that records what was done. A sweep of the same targets with the same options
// continues where the file ends, and returns the other rows. An image counts as done when the next
// rows are asked for. Rows of more than 1,000 attachments of one image may come again. What was
// unknown or refused is asked for again: its rows come last, and those of the next sweep replace
// them. A sweep that reaches its end and leaves nothing unknown or refused is not continued: the
// next one begins again. The file has up to 150 bytes for each image. Default: none. An empty text
// or NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sweep_options_set_checkpoint(ocigraph_sweep_options *options,
                                                      ocigraph_str checkpoint,
                                                      ocigraph_error **error);

// Sweeps a share of the repositories: `1/3`, `2/3` and `3/3` together are all. Which repository is
// in which share depends on its name alone. Default: all. An empty text or NULL unsets it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sweep_options_set_shard(ocigraph_sweep_options *options,
                                                 ocigraph_str shard,
                                                 ocigraph_error **error);

// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
// few files.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_sweep_options_set_concurrency(ocigraph_sweep_options *options,
                                                       size_t concurrency,
                                                       ocigraph_error **error);

// Creates untag options with the default values.
//
// Ownership: free the result with `ocigraph_untag_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_untag_options *ocigraph_untag_options_new(void);

// Frees untag options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_untag_options_free(ocigraph_untag_options *options);

// If true, ignores a tag that does not exist. Default: false; such a tag then fails with
// NOT_FOUND.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_untag_options_set_if_exists(ocigraph_untag_options *options,
                                                     bool if_exists,
                                                     ocigraph_error **error);

// Creates a credential from a user name and a password.
//
// Ownership: free `out` with `ocigraph_credential_free`.
// Errors: INVALID_ARGUMENT if `username` is empty or a text is not UTF-8.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_credential_password(ocigraph_str username,
                                             ocigraph_str password,
                                             ocigraph_credential **out,
                                             ocigraph_error **error);

// Creates a credential from an identity token (an OAuth 2.0 refresh token), which the token server
// of the registry exchanges for access tokens.
//
// Ownership: free `out` with `ocigraph_credential_free`.
// Errors: INVALID_ARGUMENT if `token` is empty or not UTF-8.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_credential_identity_token(ocigraph_str token,
                                                   ocigraph_credential **out,
                                                   ocigraph_error **error);

// Creates a credential from a bearer token, which is sent to the registry unchanged.
//
// Ownership: free `out` with `ocigraph_credential_free`.
// Errors: INVALID_ARGUMENT if `token` is empty or not UTF-8.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_credential_registry_token(ocigraph_str token,
                                                   ocigraph_credential **out,
                                                   ocigraph_error **error);

// Creates a credential from a Microsoft Entra access token, which Azure Container Registry
// exchanges for an identity token.
//
// `tenant`: the Microsoft Entra tenant. No text selects the tenant in the token.
//
// Ownership: free `out` with `ocigraph_credential_free`.
// Errors: INVALID_ARGUMENT if `token` is empty or a text is not UTF-8.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_credential_entra_token(ocigraph_str token,
                                                ocigraph_str tenant,
                                                ocigraph_credential **out,
                                                ocigraph_error **error);

// Frees a credential and erases its secret from memory.
//
// Ownership: takes `credential`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_credential_free(ocigraph_credential *credential);

// Creates a runtime with `workers` threads, at most 1024. 0 selects one thread for each processor.
// Further threads for file access and callbacks are started on demand and end when idle.
//
// Most programs do not need a runtime: a client that is created without one has its own.
//
// Ownership: free `out` with `ocigraph_runtime_free`.
// Errors: INVALID_ARGUMENT if `workers` is too large; IO if the threads cannot be started.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_runtime_new(size_t workers,
                                     ocigraph_runtime **out,
                                     ocigraph_error **error);

// Frees a runtime: cancels every operation that it executes, then returns after each operation has
// returned or has called its completion callback. No callback is called afterwards. Clients of
// this runtime remain valid until they are freed, but their calls return `OCIGRAPH_CANCELLED`.
//
// In a callback, this function cancels the operations and returns immediately, because it would
// wait for itself. Freeing the last client of the runtime then waits for the remaining operations.
//
// Ownership: takes `runtime`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_runtime_free(ocigraph_runtime *runtime);

// Creates a client. It reads no file and sends no request yet.
//
// `runtime`: the threads to use. NULL gives the client its own threads, which end with the client.
// `options`: NULL for the defaults.
//
// Ownership: free `out` with `ocigraph_client_free`.
// Errors: IO if the threads cannot be started.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_client_new(const ocigraph_runtime *runtime,
                                    const ocigraph_client_options *options,
                                    ocigraph_client **out,
                                    ocigraph_error **error);

// Frees a client. Its credential callback is not called afterwards. Blocking calls must have
// returned, except the call whose callback calls this function.
//
// A client with its own threads cancels its operations and waits for them, as
// `ocigraph_runtime_free` does. Operations of a client that shares a runtime continue if they use
// the callback form.
//
// Ownership: takes `client`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_client_free(ocigraph_client *client);

// Packs files, directories and bytes into one artifact and pushes it under the tags of
// `reference`. Blobs that exist already are not sent.
//
// `reference`: the destination. `host/repository:v1,latest` sets two tags. Without a tag, the
// artifact is named by its digest alone, as referrers are. `options`: NULL selects the defaults.
// `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_push_result_free`.
// Errors: INVALID_REFERENCE, IO, CANCELLED, network errors; INVALID_ARGUMENT if an option cannot
// be used; NOT_FOUND if the subject or a file does not exist; UNSAFE_PATH if a title leads out of
// the directory of a later pull.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_push(const ocigraph_client *client,
                                     ocigraph_str reference,
                                     const ocigraph_push_options *options,
                                     const ocigraph_cancel *cancel,
                                     ocigraph_push_result **out,
                                     ocigraph_error **error);

// Starts the operation of `ocigraph_client_push` and returns immediately. The library calls `done`
// exactly once with the result, also if the operation is cancelled or the runtime ends. If this
// call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_push_start(const ocigraph_client *client,
                                           ocigraph_str reference,
                                           const ocigraph_push_options *options,
                                           const ocigraph_cancel *cancel,
                                           ocigraph_push_fn done,
                                           void *user_data,
                                           ocigraph_error **error);

// Packs files, directories and bytes into one artifact and attaches it to what `reference` names:
// the artifact becomes a referrer of it. The artifact has no tag. Blobs that exist already are not
// sent.
//
// `reference`: the artifact that gets a referrer. `options`: NULL selects the defaults. `cancel`:
// may be NULL.
//
// Ownership: free `out` with `ocigraph_push_result_free`.
// Errors: INVALID_REFERENCE, IO, CANCELLED, network errors; INVALID_ARGUMENT if there is neither a
// file nor an annotation nor `allow_empty`, or neither an artifact type nor a config; NOT_FOUND if
// `reference` names nothing or a file does not exist; UNSAFE_PATH if a title leads out of the
// directory of a later pull.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_attach(const ocigraph_client *client,
                                       ocigraph_str reference,
                                       const ocigraph_attach_options *options,
                                       const ocigraph_cancel *cancel,
                                       ocigraph_push_result **out,
                                       ocigraph_error **error);

// Starts the operation of `ocigraph_client_attach` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_attach_start(const ocigraph_client *client,
                                             ocigraph_str reference,
                                             const ocigraph_attach_options *options,
                                             const ocigraph_cancel *cancel,
                                             ocigraph_attach_fn done,
                                             void *user_data,
                                             ocigraph_error **error);

// Writes the files of the artifact that `reference` names into a directory. With an artifact type,
// writes the files of its referrers of that type instead. A file appears under its name only after
// its size and digest were verified. A blob without a title has no file, unless the options ask
// for all blobs; the result lists it.
//
// `reference`: the artifact. `options`: NULL selects the defaults. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_pull_result_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
// `reference` names nothing or no referrer has the type; UNSAFE_PATH if a title leads out of the
// output directory; CONFLICT if two different files have one path; TOO_LARGE if a packed directory
// exceeds its limits; DIGEST_MISMATCH or SIZE_MISMATCH if content is not what its descriptor says.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_pull(const ocigraph_client *client,
                                     ocigraph_str reference,
                                     const ocigraph_pull_options *options,
                                     const ocigraph_cancel *cancel,
                                     ocigraph_pull_result **out,
                                     ocigraph_error **error);

// Starts the operation of `ocigraph_client_pull` and returns immediately. The library calls `done`
// exactly once with the result, also if the operation is cancelled or the runtime ends. If this
// call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_pull_start(const ocigraph_client *client,
                                           ocigraph_str reference,
                                           const ocigraph_pull_options *options,
                                           const ocigraph_cancel *cancel,
                                           ocigraph_pull_fn done,
                                           void *user_data,
                                           ocigraph_error **error);

// Returns the graph of everything that is attached to what `reference` names, directly or through
// others: its referrers (distribution-spec v1.1.1, "Listing Referrers",
// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers), the
// manifests of the tags that cosign derives from a digest, the attestations of BuildKit, and the
// children of an index. Each edge of the graph has its kind.
//
// `reference`: the subject. `options`: NULL selects the defaults. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_graph_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
// `reference` names nothing; INCOMPLETE if a list cannot be read completely, unless the options
// allow it.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_discover(const ocigraph_client *client,
                                         ocigraph_str reference,
                                         const ocigraph_discover_options *options,
                                         const ocigraph_cancel *cancel,
                                         ocigraph_graph **out,
                                         ocigraph_error **error);

// Starts the operation of `ocigraph_client_discover` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_discover_start(const ocigraph_client *client,
                                               ocigraph_str reference,
                                               const ocigraph_discover_options *options,
                                               const ocigraph_cancel *cancel,
                                               ocigraph_discover_fn done,
                                               void *user_data,
                                               ocigraph_error **error);

// Returns every edge of the graph that `ocigraph_client_discover` returns, as rows that come as
// they are found: what is attached, and to what. The graph is not held in memory. The edge to a
// manifest comes before those from it. A manifest that is attached to another in two ways has two
// rows. The last rows can come before an error.
//
// The rows are read by `ocigraph_discover_each_rows_next`, which makes the requests. This function
// makes none.
//
// `reference`: the subject. `options`: NULL selects the defaults.
//
// Ownership: free `out` with `ocigraph_discover_each_rows_free`. `client` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
// `reference` names nothing; INCOMPLETE at the first list that cannot be read completely, unless
// the options allow it.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_client_discover_each(const ocigraph_client *client,
                                              ocigraph_str reference,
                                              const ocigraph_discover_options *options,
                                              ocigraph_discover_each_rows **out,
                                              ocigraph_error **error);

// Waits for the next rows, at least one, and stores them in `out`. Stores NULL after the last row.
// The rows before count as finished with. A call that is cancelled loses no row: the next one
// continues. After another error, there are no more rows.
//
// `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_discovered_row_list_free`.
// Errors: those of the operation; CANCELLED also if the runtime or the client with its own threads
// has ended.
// Threads: any; concurrent calls wait for each other; blocks until there are rows. Since 0.1.0.
ocigraph_status ocigraph_discover_each_rows_next(const ocigraph_discover_each_rows *rows,
                                                 const ocigraph_cancel *cancel,
                                                 ocigraph_discovered_row_list **out,
                                                 ocigraph_error **error);

// Starts what `ocigraph_discover_each_rows_next` does and returns immediately. The library calls
// `done` exactly once with the result, also if the call is cancelled or the runtime ends. If this
// call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `rows` and `cancel` may be
// freed earlier.
// Errors: INVALID_ARGUMENT; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_discover_each_rows_next_start(const ocigraph_discover_each_rows *rows,
                                                       const ocigraph_cancel *cancel,
                                                       ocigraph_discover_each_rows_fn done,
                                                       void *user_data,
                                                       ocigraph_error **error);

// Stores the totals of the rows that were returned so far in `out`.
//
// Ownership: free `out` with `ocigraph_discover_summary_free`.
// Errors: INVALID_ARGUMENT.
// Threads: any, also while a call waits for rows. Since 0.1.0.
ocigraph_status ocigraph_discover_each_rows_summary(const ocigraph_discover_each_rows *rows,
                                                    ocigraph_discover_summary **out,
                                                    ocigraph_error **error);

// Frees rows and ends their operation. Results that were read remain valid. A callback form of
// `next` that waits ends with NULL.
//
// Ownership: takes `rows`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_discover_each_rows_free(ocigraph_discover_each_rows *rows);

// Deletes what `reference` names and everything that refers to it, referrers before their
// subjects. The report has each manifest that could not be deleted. An interrupted delete can be
// run again. A dry run reports what would be deleted.
//
// `reference`: the artifact. `options`: NULL selects the defaults. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_delete_report_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
// `reference` names nothing, unless the options allow it; UNSUPPORTED if the registry deletes no
// manifest; INCOMPLETE if a list of tags or referrers cannot be read completely.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_delete(const ocigraph_client *client,
                                       ocigraph_str reference,
                                       const ocigraph_delete_options *options,
                                       const ocigraph_cancel *cancel,
                                       ocigraph_delete_report **out,
                                       ocigraph_error **error);

// Starts the operation of `ocigraph_client_delete` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_delete_start(const ocigraph_client *client,
                                             ocigraph_str reference,
                                             const ocigraph_delete_options *options,
                                             const ocigraph_cancel *cancel,
                                             ocigraph_delete_fn done,
                                             void *user_data,
                                             ocigraph_error **error);

// Copies what `source` names, or its whole graph, to `destination`, and sets the destination's
// tags. Content that the destination has is not sent.
//
// `source`: the artifact to copy. `destination`: the location to copy to, with the tags to set.
// `options`: NULL selects the defaults. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_copy_report_free`.
// Errors: INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if `source` names nothing or
// content of it is missing; INVALID_ARGUMENT if one client would send the same credential or
// header to two registries.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_copy(const ocigraph_client *client,
                                     ocigraph_str source,
                                     ocigraph_str destination,
                                     const ocigraph_copy_options *options,
                                     const ocigraph_cancel *cancel,
                                     ocigraph_copy_report **out,
                                     ocigraph_error **error);

// Starts the operation of `ocigraph_client_copy` and returns immediately. The library calls `done`
// exactly once with the result, also if the operation is cancelled or the runtime ends. If this
// call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_copy_start(const ocigraph_client *client,
                                           ocigraph_str source,
                                           ocigraph_str destination,
                                           const ocigraph_copy_options *options,
                                           const ocigraph_cancel *cancel,
                                           ocigraph_copy_fn done,
                                           void *user_data,
                                           ocigraph_error **error);

// Copies repositories and layouts, or some of their tags, into one archive or directory: an image
// layout. A path that ends with `.tar` is an archive. It appears when it is complete and every
// byte is verified; the same content gives the same bytes. A directory gets what it lacks, and
// tags that have moved at the source move in it too. Its `index.json` then says of which
// repository the tags are, in the annotation `io.ocigraph.backup`.
//
// A reference without tag and digest names all tags. Of one repository, the archive has the tags,
// as in any layout. Of several, each name in it is a reference: `host/repository:tag`, or
// `host/repository@digest` for a manifest without a tag. A layout is backed up by itself.
//
// `references`: an array of `count` references: the repositories to back up, or some of their
// tags; or one layout. `output`: the archive, whose name ends with `.tar`, or the directory to
// write. `options`: NULL selects the defaults. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_backup_report_free`.
// Errors: INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if a reference names nothing
// or content of it is missing; INCOMPLETE if a list of tags or referrers cannot be read
// completely; DIGEST_MISMATCH or SIZE_MISMATCH if a registry sends other content than a manifest
// lists; ALREADY_EXISTS if `output` is a file where a directory is written, or the reverse;
// CONFLICT if the directory has the backup of another repository, whose tags would be lost;
// INVALID_ARGUMENT if `references` is empty or an option cannot be used.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_backup(const ocigraph_client *client,
                                       const ocigraph_str *references,
                                       size_t count,
                                       ocigraph_str output,
                                       const ocigraph_backup_options *options,
                                       const ocigraph_cancel *cancel,
                                       ocigraph_backup_report **out,
                                       ocigraph_error **error);

// Starts the operation of `ocigraph_client_backup` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_backup_start(const ocigraph_client *client,
                                             const ocigraph_str *references,
                                             size_t count,
                                             ocigraph_str output,
                                             const ocigraph_backup_options *options,
                                             const ocigraph_cancel *cancel,
                                             ocigraph_backup_fn done,
                                             void *user_data,
                                             ocigraph_error **error);

// Copies what an archive or a directory has to `destination`: a registry, a repository or a
// layout. The first of `inputs` is the archive, which `ocigraph_client_backup`, `oras backup` or
// another tool has written. The others are earlier archives, with content that it lacks because it
// was written with the option `since`.
//
// An archive of one repository is restored to `host/repository`, or `oci:PATH`. Without tags, all
// tags of the archive are restored, and what was backed up by its digest; else those tags. An
// archive of several repositories is restored to a registry, `host` or `host/prefix`: each
// repository keeps its path. In a layout, each keeps its whole name. Tags are set after all
// content was sent and verified, one repository after another: if a registry refuses a tag, the
// error says in which repositories tags were set before.
//
// `inputs`: an array of `count` paths: the archive or directory to restore, and earlier ones that
// have content of it. `destination`: the place to restore to: `host/repository[:tag[,tag]]`,
// `oci:PATH`, or for several repositories `host[/prefix]`. `options`: NULL selects the defaults.
// `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_restore_report_free`.
// Errors: IO, CANCELLED, network errors; NOT_FOUND if a tag is not in the archive, or if neither
// the inputs nor the destination have content of it; DIGEST_MISMATCH or SIZE_MISMATCH if the
// archive is damaged; INVALID_REFERENCE if `destination` names no place for the archive; CONFLICT
// if some names of the archive are tags and others have a repository; INVALID_ARGUMENT if an
// option cannot be used.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_restore(const ocigraph_client *client,
                                        const ocigraph_str *inputs,
                                        size_t count,
                                        ocigraph_str destination,
                                        const ocigraph_restore_options *options,
                                        const ocigraph_cancel *cancel,
                                        ocigraph_restore_report **out,
                                        ocigraph_error **error);

// Starts the operation of `ocigraph_client_restore` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_restore_start(const ocigraph_client *client,
                                              const ocigraph_str *inputs,
                                              size_t count,
                                              ocigraph_str destination,
                                              const ocigraph_restore_options *options,
                                              const ocigraph_cancel *cancel,
                                              ocigraph_restore_fn done,
                                              void *user_data,
                                              ocigraph_error **error);

// Gives everything that is attached to what `reference` names another form, also what is attached
// to the images of an index and to attachments. To referrers: the tags of cosign and the artifact
// manifests of ORAS and OCI 1.1.0-rc become OCI 1.1 referrers, and the referrers API lists what
// only a fallback tag listed. To tags: the referrers of cosign get its tags again, and a fallback
// tag lists what the API lists. The old form stays unless the options ask to remove it. A
// migration can be run again, and then writes only what is missing.
//
// `reference`: the manifest whose attachments are migrated, with everything below it. `options`:
// NULL selects the defaults. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_migrate_report_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
// `reference` names nothing; INCOMPLETE if a list of tags or referrers cannot be read completely,
// in which case nothing is written.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_migrate(const ocigraph_client *client,
                                        ocigraph_str reference,
                                        const ocigraph_migrate_options *options,
                                        const ocigraph_cancel *cancel,
                                        ocigraph_migrate_report **out,
                                        ocigraph_error **error);

// Starts the operation of `ocigraph_client_migrate` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_migrate_start(const ocigraph_client *client,
                                              ocigraph_str reference,
                                              const ocigraph_migrate_options *options,
                                              const ocigraph_cancel *cancel,
                                              ocigraph_migrate_fn done,
                                              void *user_data,
                                              ocigraph_error **error);

// Verifies the whole graph under what `reference` names: every manifest and blob, those of
// referrers included. The report has each problem that was found. Nothing is written, unless the
// options ask to repair the lists of referrers.
//
// `reference`: the root of the graph. `options`: NULL selects the defaults. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_verify_report_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
// `reference` names nothing.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_verify(const ocigraph_client *client,
                                       ocigraph_str reference,
                                       const ocigraph_verify_options *options,
                                       const ocigraph_cancel *cancel,
                                       ocigraph_verify_report **out,
                                       ocigraph_error **error);

// Starts the operation of `ocigraph_client_verify` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_verify_start(const ocigraph_client *client,
                                             ocigraph_str reference,
                                             const ocigraph_verify_options *options,
                                             const ocigraph_cancel *cancel,
                                             ocigraph_verify_fn done,
                                             void *user_data,
                                             ocigraph_error **error);

// Checks that everything in `requirements` is attached to what `reference` names: as a referrer,
// by a sibling tag of cosign, or as an attestation of BuildKit. A requirement is `signature`,
// `attestation`, `provenance`, `sbom`, `scan-result`, `vex` or `chart`; one of these with a
// predicate type or an artifact type, such as `provenance=https://slsa.dev/provenance/v1`; or
// `artifact-type=TYPE`.
//
// It tells whether something is attached, not whether it is valid: no signature is verified. What
// is attached to an attachment does not count. The report has each requirement with its answer:
// `OCIGRAPH_PRESENCE_MISSING` only if everything attached was listed and read, else
// `OCIGRAPH_PRESENCE_UNKNOWN`.
//
// `reference`: the image, or the index of images. `requirements`: an array of `count` texts: what
// must be attached: requirements such as `signature` or `sbom`. `options`: NULL selects the
// defaults. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_check_report_free`.
// Errors: INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if `reference` names
// nothing; INVALID_ARGUMENT if `requirements` is empty or has something else than requirements.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_check(const ocigraph_client *client,
                                      ocigraph_str reference,
                                      const ocigraph_str *requirements,
                                      size_t count,
                                      const ocigraph_check_options *options,
                                      const ocigraph_cancel *cancel,
                                      ocigraph_check_report **out,
                                      ocigraph_error **error);

// Starts the operation of `ocigraph_client_check` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_check_start(const ocigraph_client *client,
                                            ocigraph_str reference,
                                            const ocigraph_str *requirements,
                                            size_t count,
                                            const ocigraph_check_options *options,
                                            const ocigraph_cancel *cancel,
                                            ocigraph_check_fn done,
                                            void *user_data,
                                            ocigraph_error **error);

// Returns the descriptor of what `reference` names. With a platform, the descriptor of the image
// for that platform in the index that `reference` names.
//
// `reference`: a reference with a tag or digest. `options`: NULL selects the defaults. `cancel`:
// may be NULL.
//
// Ownership: free `out` with `ocigraph_descriptor_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
// `reference` names nothing, if the index has no image for the platform, or if the manifest has
// another media type.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_resolve(const ocigraph_client *client,
                                        ocigraph_str reference,
                                        const ocigraph_resolve_options *options,
                                        const ocigraph_cancel *cancel,
                                        ocigraph_descriptor **out,
                                        ocigraph_error **error);

// Starts the operation of `ocigraph_client_resolve` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_resolve_start(const ocigraph_client *client,
                                              ocigraph_str reference,
                                              const ocigraph_resolve_options *options,
                                              const ocigraph_cancel *cancel,
                                              ocigraph_resolve_fn done,
                                              void *user_data,
                                              ocigraph_error **error);

// Returns the manifest that `reference` names, byte for byte as it is stored; without a platform,
// also one that cannot be parsed. With a platform, the manifest of the image for that platform in
// the index that `reference` names.
//
// `reference`: a reference with a tag or digest. `options`: NULL selects the defaults. `cancel`:
// may be NULL.
//
// Ownership: free `out` with `ocigraph_manifest_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
// `reference` names nothing, if the index has no image for the platform, or if the manifest has
// another media type; DIGEST_MISMATCH if the content does not have its digest.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_fetch_manifest(const ocigraph_client *client,
                                               ocigraph_str reference,
                                               const ocigraph_resolve_options *options,
                                               const ocigraph_cancel *cancel,
                                               ocigraph_manifest **out,
                                               ocigraph_error **error);

// Starts the operation of `ocigraph_client_fetch_manifest` and returns immediately. The library
// calls `done` exactly once with the result, also if the operation is cancelled or the runtime
// ends. If this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_fetch_manifest_start(const ocigraph_client *client,
                                                     ocigraph_str reference,
                                                     const ocigraph_resolve_options *options,
                                                     const ocigraph_cancel *cancel,
                                                     ocigraph_fetch_manifest_fn done,
                                                     void *user_data,
                                                     ocigraph_error **error);

// Stores the bytes of a manifest, unchanged, under their digest and under the tags of `reference`.
// Returns the descriptor of the manifest.
//
// `reference`: the destination. Its tags are set. If it has a digest, the manifest must have the
// same. `media_type`: the media type. Default: the field `mediaType` of the manifest. `content`:
// the bytes of the manifest. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_descriptor_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; DIGEST_MISMATCH if
// `reference` has a digest that is not the manifest's; INVALID_MANIFEST if `content` is not a
// manifest.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_push_manifest(const ocigraph_client *client,
                                              ocigraph_str reference,
                                              ocigraph_str media_type,
                                              ocigraph_bytes content,
                                              const ocigraph_cancel *cancel,
                                              ocigraph_descriptor **out,
                                              ocigraph_error **error);

// Starts the operation of `ocigraph_client_push_manifest` and returns immediately. The library
// calls `done` exactly once with the result, also if the operation is cancelled or the runtime
// ends. If this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client` and `cancel` may
// be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_push_manifest_start(const ocigraph_client *client,
                                                    ocigraph_str reference,
                                                    ocigraph_str media_type,
                                                    ocigraph_bytes content,
                                                    const ocigraph_cancel *cancel,
                                                    ocigraph_push_manifest_fn done,
                                                    void *user_data,
                                                    ocigraph_error **error);

// Deletes the manifest that `reference` names, and the tags of `reference`. Its referrers stay.
// Returns the descriptor of the manifest.
//
// `reference`: the manifest. Its tags are removed too. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_descriptor_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
// `reference` names nothing; UNSUPPORTED or FORBIDDEN if the registry refuses to delete.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_delete_manifest(const ocigraph_client *client,
                                                ocigraph_str reference,
                                                const ocigraph_cancel *cancel,
                                                ocigraph_descriptor **out,
                                                ocigraph_error **error);

// Starts the operation of `ocigraph_client_delete_manifest` and returns immediately. The library
// calls `done` exactly once with the result, also if the operation is cancelled or the runtime
// ends. If this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client` and `cancel` may
// be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_delete_manifest_start(const ocigraph_client *client,
                                                      ocigraph_str reference,
                                                      const ocigraph_cancel *cancel,
                                                      ocigraph_delete_manifest_fn done,
                                                      void *user_data,
                                                      ocigraph_error **error);

// Creates an OCI image index of `manifests`, pushes it, and sets the tags of `reference`. Each
// manifest is named by a tag, a digest, or a reference to the repository or layout of `reference`;
// the index lists it once, in the order given. The entry of an image has the platform that its
// config says, the entry of another artifact its artifact type. Without manifests, the index is
// empty.
//
// `reference`: the repository or layout, with the tags of the index. `manifests`: an array of
// `count` texts: the manifests that the index lists: tags, digests, or references to the same
// repository or layout. `options`: NULL selects the defaults. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_index_result_free`.
// Errors: INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if a manifest or the config
// of an image does not exist; INVALID_ARGUMENT if a manifest is in another repository or layout,
// or if an option cannot be used; DIGEST_MISMATCH if `reference` has a digest that is not the
// index's.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_index_create(const ocigraph_client *client,
                                             ocigraph_str reference,
                                             const ocigraph_str *manifests,
                                             size_t count,
                                             const ocigraph_index_create_options *options,
                                             const ocigraph_cancel *cancel,
                                             ocigraph_index_result **out,
                                             ocigraph_error **error);

// Starts the operation of `ocigraph_client_index_create` and returns immediately. The library
// calls `done` exactly once with the result, also if the operation is cancelled or the runtime
// ends. If this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_index_create_start(const ocigraph_client *client,
                                                   ocigraph_str reference,
                                                   const ocigraph_str *manifests,
                                                   size_t count,
                                                   const ocigraph_index_create_options *options,
                                                   const ocigraph_cancel *cancel,
                                                   ocigraph_index_create_fn done,
                                                   void *user_data,
                                                   ocigraph_error **error);

// Adds manifests to the index that `reference` names or removes some, changes its annotations or
// its artifact type, and pushes the updated index. The tag of `reference` moves to it, and the old
// index stays. With a digest in `reference`, no tag moves. The other entries stay as they are,
// with unknown fields. Without a change, the index stays as it is, byte for byte.
//
// `reference`: the index, by a tag, which moves to the updated index, or by a digest. `options`:
// NULL selects the defaults. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_index_result_free`.
// Errors: INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if `reference` or a manifest
// does not exist, or if the index does not list a manifest to remove; INVALID_ARGUMENT if
// `reference` or an index to merge is not an index, if a manifest is in another repository or
// layout, or if an option cannot be used.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_index_update(const ocigraph_client *client,
                                             ocigraph_str reference,
                                             const ocigraph_index_update_options *options,
                                             const ocigraph_cancel *cancel,
                                             ocigraph_index_result **out,
                                             ocigraph_error **error);

// Starts the operation of `ocigraph_client_index_update` and returns immediately. The library
// calls `done` exactly once with the result, also if the operation is cancelled or the runtime
// ends. If this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_index_update_start(const ocigraph_client *client,
                                                   ocigraph_str reference,
                                                   const ocigraph_index_update_options *options,
                                                   const ocigraph_cancel *cancel,
                                                   ocigraph_index_update_fn done,
                                                   void *user_data,
                                                   ocigraph_error **error);

// Deletes the blob that `reference` names by digest. An image layout refuses it while a manifest
// needs the blob; a registry may not check that. `ocigraph_client_delete` deletes an artifact, and
// a layout then removes the blobs that nothing needs.
//
// `reference`: the blob, by its digest. `options`: NULL selects the defaults. `cancel`: may be
// NULL.
//
// Errors: INVALID_ARGUMENT, IO, CANCELLED, network errors; INVALID_REFERENCE if `reference` has no
// digest; NOT_FOUND if the blob does not exist, unless the options allow it; CONFLICT if a
// manifest of a layout needs the blob or another program writes to the layout; UNSUPPORTED if the
// registry deletes no blob.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_delete_blob(const ocigraph_client *client,
                                            ocigraph_str reference,
                                            const ocigraph_blob_delete_options *options,
                                            const ocigraph_cancel *cancel,
                                            ocigraph_error **error);

// Starts the operation of `ocigraph_client_delete_blob` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_delete_blob_start(const ocigraph_client *client,
                                                  ocigraph_str reference,
                                                  const ocigraph_blob_delete_options *options,
                                                  const ocigraph_cancel *cancel,
                                                  ocigraph_delete_blob_fn done,
                                                  void *user_data,
                                                  ocigraph_error **error);

// Deletes from repositories and layouts what the options select, by age, number, tags and kind,
// and keeps what something needs that stays: what an index lists, subjects, and everything
// attached. What is attached to a deleted manifest is deleted with it. The report has the reason
// for everything that is deleted, and for everything that was selected and stays. A plan can be
// stored, and executed later: what has changed since is refused, and an interrupted execution can
// be run again.
//
// A registry that lists no untagged manifests, as most do, shows only those that something tagged
// leads to: the report says so. If a list or a manifest cannot be read, everything stays in that
// repository, because the unread part may need it. A failure in one of several repositories is in
// the report, and does not stop the others.
//
// `references`: an array of `count` references: the repositories and layouts to prune, without
// tags and digests. None with the option `execute`. `options`: NULL selects the defaults.
// `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_prune_report_free`.
// Errors: IO, CANCELLED, network errors; INVALID_ARGUMENT if the options select nothing or cannot
// be used, or if a file is not a plan; CONFLICT if the plan deletes more manifests than the
// options allow; INVALID_REFERENCE if a reference has a tag or digest. Of a single repository:
// NOT_FOUND if it does not exist, UNSUPPORTED if the registry deletes no manifest.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_prune(const ocigraph_client *client,
                                      const ocigraph_str *references,
                                      size_t count,
                                      const ocigraph_prune_options *options,
                                      const ocigraph_cancel *cancel,
                                      ocigraph_prune_report **out,
                                      ocigraph_error **error);

// Starts the operation of `ocigraph_client_prune` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_prune_start(const ocigraph_client *client,
                                            const ocigraph_str *references,
                                            size_t count,
                                            const ocigraph_prune_options *options,
                                            const ocigraph_cancel *cancel,
                                            ocigraph_prune_fn done,
                                            void *user_data,
                                            ocigraph_error **error);

// Copies images of registries, repositories and layouts with everything attached to them, and
// returns a row for each reference. A source is written as a target of `ocigraph_client_sweep`.
// The destination of one repository or layout is `host/repository` or `oci:PATH`. Several
// repositories keep their paths below `host` or `host/prefix`, and their names in `oci:PATH`.
//
// What the destination has is not sent; where nothing is attached, a reference that it has costs
// three requests. After a copy, the destination is asked for the tag, for what an index lists and
// for what is attached: only `copied` and `existed` say that it has all of it. A reference that
// cannot be copied is a row with the outcome `missing`, `refused`, `changed` or `unknown`, and
// ends nothing. A tag that names something else at the destination moves.
//
// An example: `ocigraph_sync_options`.
//
// The rows are read by `ocigraph_sync_rows_next`, which makes the requests. This function makes
// none.
//
// `sources`: an array of `count` texts: the registries, repositories, patterns and layouts to
// copy, as the targets of a sweep. `destination`: the place to copy to: `host/repository`,
// `oci:PATH`, or for several repositories `host[/prefix]`. `options`: NULL selects the defaults.
//
// Ownership: free `out` with `ocigraph_sync_rows_free`. `client` may be freed earlier.
// Errors: IO, CANCELLED, network errors; INVALID_ARGUMENT or INVALID_REFERENCE if a source, the
// destination, a pattern, a platform or a shard cannot be used. The rows fail with UNAUTHORIZED if
// the destination refuses the credential, with INVALID_ARGUMENT if two sources have one
// destination or the checkpoint is of another sync, with CONFLICT if another process uses the
// checkpoint, and with IO if it cannot be written.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_client_sync(const ocigraph_client *client,
                                     const ocigraph_str *sources,
                                     size_t count,
                                     ocigraph_str destination,
                                     const ocigraph_sync_options *options,
                                     ocigraph_sync_rows **out,
                                     ocigraph_error **error);

// Waits for the next rows, at least one, and stores them in `out`. Stores NULL after the last row.
// The rows before count as finished with. A call that is cancelled loses no row: the next one
// continues. After another error, there are no more rows.
//
// `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_sync_row_list_free`.
// Errors: those of the operation; CANCELLED also if the runtime or the client with its own threads
// has ended.
// Threads: any; concurrent calls wait for each other; blocks until there are rows. Since 0.1.0.
ocigraph_status ocigraph_sync_rows_next(const ocigraph_sync_rows *rows,
                                        const ocigraph_cancel *cancel,
                                        ocigraph_sync_row_list **out,
                                        ocigraph_error **error);

// Starts what `ocigraph_sync_rows_next` does and returns immediately. The library calls `done`
// exactly once with the result, also if the call is cancelled or the runtime ends. If this call
// fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `rows` and `cancel` may be
// freed earlier.
// Errors: INVALID_ARGUMENT; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_sync_rows_next_start(const ocigraph_sync_rows *rows,
                                              const ocigraph_cancel *cancel,
                                              ocigraph_sync_rows_fn done,
                                              void *user_data,
                                              ocigraph_error **error);

// Stores the totals of the rows that were returned so far in `out`.
//
// Ownership: free `out` with `ocigraph_sync_summary_free`.
// Errors: INVALID_ARGUMENT.
// Threads: any, also while a call waits for rows. Since 0.1.0.
ocigraph_status ocigraph_sync_rows_summary(const ocigraph_sync_rows *rows,
                                           ocigraph_sync_summary **out,
                                           ocigraph_error **error);

// Frees rows and ends their operation. Results that were read remain valid. A callback form of
// `next` that waits ends with NULL.
//
// Ownership: takes `rows`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_sync_rows_free(ocigraph_sync_rows *rows);

// Returns what is attached to every image of registries, repositories and layouts, as rows that
// come as they are found. A target is `host` (all repositories), `host/PATTERN[:TAG]`,
// `host/repository[:TAG]`, or `oci:PATH[:TAG]`; a tag can be a pattern too. In patterns, `*` means
// any characters but `/`, `**` those too, `?` one character, and `{a,b}` one of several texts.
//
// What cannot be read is a row with the status `unknown`, `refused` or `missing`, and ends
// nothing: an image, a repository, or the list of a registry's repositories. Only *none* says that
// nothing is attached. After 32 requests in a row that did not reach a registry, its other
// repositories are rows with the status `unknown`.
//
// Memory stays bounded: a million tags take less than 200 MB.
//
// The rows are read by `ocigraph_sweep_rows_next`, which makes the requests. This function makes
// none.
//
// `targets`: an array of `count` texts: the registries, repositories, patterns and layouts to
// sweep. `options`: NULL selects the defaults.
//
// Ownership: free `out` with `ocigraph_sweep_rows_free`. `client` may be freed earlier.
// Errors: CANCELLED, network errors; INVALID_ARGUMENT if a target, a pattern or a shard cannot be
// used, or if the checkpoint is of another sweep; INVALID_REFERENCE if a target names no place;
// CONFLICT if another process uses the checkpoint; IO if the checkpoint cannot be written.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_client_sweep(const ocigraph_client *client,
                                      const ocigraph_str *targets,
                                      size_t count,
                                      const ocigraph_sweep_options *options,
                                      ocigraph_sweep_rows **out,
                                      ocigraph_error **error);

// Waits for the next rows, at least one, and stores them in `out`. Stores NULL after the last row.
// The rows before count as finished with. A call that is cancelled loses no row: the next one
// continues. After another error, there are no more rows.
//
// `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_sweep_row_list_free`.
// Errors: those of the operation; CANCELLED also if the runtime or the client with its own threads
// has ended.
// Threads: any; concurrent calls wait for each other; blocks until there are rows. Since 0.1.0.
ocigraph_status ocigraph_sweep_rows_next(const ocigraph_sweep_rows *rows,
                                         const ocigraph_cancel *cancel,
                                         ocigraph_sweep_row_list **out,
                                         ocigraph_error **error);

// Starts what `ocigraph_sweep_rows_next` does and returns immediately. The library calls `done`
// exactly once with the result, also if the call is cancelled or the runtime ends. If this call
// fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `rows` and `cancel` may be
// freed earlier.
// Errors: INVALID_ARGUMENT; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_sweep_rows_next_start(const ocigraph_sweep_rows *rows,
                                               const ocigraph_cancel *cancel,
                                               ocigraph_sweep_rows_fn done,
                                               void *user_data,
                                               ocigraph_error **error);

// Stores the totals of the rows that were returned so far in `out`.
//
// Ownership: free `out` with `ocigraph_sweep_summary_free`.
// Errors: INVALID_ARGUMENT.
// Threads: any, also while a call waits for rows. Since 0.1.0.
ocigraph_status ocigraph_sweep_rows_summary(const ocigraph_sweep_rows *rows,
                                            ocigraph_sweep_summary **out,
                                            ocigraph_error **error);

// Frees rows and ends their operation. Results that were read remain valid. A callback form of
// `next` that waits ends with NULL.
//
// Ownership: takes `rows`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_sweep_rows_free(ocigraph_sweep_rows *rows);

// Points `tags` at the manifest that `reference` names, and returns its descriptor.
//
// `reference`: a reference with a tag or digest. `tags`: an array of `count` texts: the tags to
// set. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_descriptor_free`.
// Errors: IO, CANCELLED, network errors; INVALID_ARGUMENT if `tags` is empty; INVALID_REFERENCE if
// a tag is invalid; NOT_FOUND if `reference` names nothing.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_tag(const ocigraph_client *client,
                                    ocigraph_str reference,
                                    const ocigraph_str *tags,
                                    size_t count,
                                    const ocigraph_cancel *cancel,
                                    ocigraph_descriptor **out,
                                    ocigraph_error **error);

// Starts the operation of `ocigraph_client_tag` and returns immediately. The library calls `done`
// exactly once with the result, also if the operation is cancelled or the runtime ends. If this
// call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client` and `cancel` may
// be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_tag_start(const ocigraph_client *client,
                                          ocigraph_str reference,
                                          const ocigraph_str *tags,
                                          size_t count,
                                          const ocigraph_cancel *cancel,
                                          ocigraph_tag_fn done,
                                          void *user_data,
                                          ocigraph_error **error);

// Removes the tags of `reference`. The manifest stays. With a digest in `reference`, removes only
// tags that name this digest. In an image layout, a tag can end with a digest: `v1@sha256:…` is
// such a tag if the layout has it.
//
// `reference`: the tags to remove. `options`: NULL selects the defaults. `cancel`: may be NULL.
//
// Errors: INVALID_ARGUMENT, IO, CANCELLED, network errors; INVALID_REFERENCE if `reference` has no
// tag; NOT_FOUND if a tag does not exist; DIGEST_MISMATCH if `reference` has a digest that a tag
// does not name; UNSUPPORTED if the registry removes a tag only with its manifest. If some tags
// were removed before the failure, the hint names them.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_untag(const ocigraph_client *client,
                                      ocigraph_str reference,
                                      const ocigraph_untag_options *options,
                                      const ocigraph_cancel *cancel,
                                      ocigraph_error **error);

// Starts the operation of `ocigraph_client_untag` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_untag_start(const ocigraph_client *client,
                                            ocigraph_str reference,
                                            const ocigraph_untag_options *options,
                                            const ocigraph_cancel *cancel,
                                            ocigraph_untag_fn done,
                                            void *user_data,
                                            ocigraph_error **error);

// Returns all tags, in the order of the registry or layout. Fallback tags of referrers are not
// among them. With a tag or digest in `reference`, returns only the tags of that manifest.
//
// `reference`: the repository or layout, or with a tag or digest one manifest in it. `cancel`: may
// be NULL.
//
// Ownership: free `out` with `ocigraph_text_list_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
// `reference` has a tag or digest that names nothing; INCOMPLETE if a part of the list cannot be
// read.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_tags(const ocigraph_client *client,
                                     ocigraph_str reference,
                                     const ocigraph_cancel *cancel,
                                     ocigraph_text_list **out,
                                     ocigraph_error **error);

// Starts the operation of `ocigraph_client_tags` and returns immediately. The library calls `done`
// exactly once with the result, also if the operation is cancelled or the runtime ends. If this
// call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client` and `cancel` may
// be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_tags_start(const ocigraph_client *client,
                                           ocigraph_str reference,
                                           const ocigraph_cancel *cancel,
                                           ocigraph_tags_fn done,
                                           void *user_data,
                                           ocigraph_error **error);

// Returns all tags, each with the digest that it names and what the registry knows of it. With a
// tag or digest in `reference`, returns only the tags of that manifest.
//
// `reference`: the repository or layout, or with a tag or digest one manifest in it. `cancel`: may
// be NULL.
//
// Ownership: free `out` with `ocigraph_tag_list_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
// `reference` has a tag or digest that names nothing; INCOMPLETE if a part of the list cannot be
// read.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_tag_details(const ocigraph_client *client,
                                            ocigraph_str reference,
                                            const ocigraph_cancel *cancel,
                                            ocigraph_tag_list **out,
                                            ocigraph_error **error);

// Starts the operation of `ocigraph_client_tag_details` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client` and `cancel` may
// be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_tag_details_start(const ocigraph_client *client,
                                                  ocigraph_str reference,
                                                  const ocigraph_cancel *cancel,
                                                  ocigraph_tag_details_fn done,
                                                  void *user_data,
                                                  ocigraph_error **error);

// Returns all manifests, tagged and untagged, with what is known of each. An untagged manifest is
// found if an index lists it or if it refers to a manifest that is found. With a tag or digest in
// `reference`, returns only that manifest.
//
// `reference`: the repository or layout, or with a tag or digest one manifest in it. `cancel`: may
// be NULL.
//
// Ownership: free `out` with `ocigraph_manifest_list_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
// `reference` has a tag or digest that names nothing; INCOMPLETE if a part of the list cannot be
// read.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_manifests(const ocigraph_client *client,
                                          ocigraph_str reference,
                                          const ocigraph_cancel *cancel,
                                          ocigraph_manifest_list **out,
                                          ocigraph_error **error);

// Starts the operation of `ocigraph_client_manifests` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client` and `cancel` may
// be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_manifests_start(const ocigraph_client *client,
                                                ocigraph_str reference,
                                                const ocigraph_cancel *cancel,
                                                ocigraph_manifests_fn done,
                                                void *user_data,
                                                ocigraph_error **error);

// Returns the names of a registry's repositories.
//
// `host`: the registry: `host[:port]`. For login and logout also a namespace or repository:
// `host[:port]/namespace`. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_text_list_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; UNSUPPORTED if the
// registry has no catalog; INCOMPLETE if a part of the list cannot be read.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_repositories(const ocigraph_client *client,
                                             ocigraph_str host,
                                             const ocigraph_cancel *cancel,
                                             ocigraph_text_list **out,
                                             ocigraph_error **error);

// Starts the operation of `ocigraph_client_repositories` and returns immediately. The library
// calls `done` exactly once with the result, also if the operation is cancelled or the runtime
// ends. If this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client` and `cancel` may
// be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_repositories_start(const ocigraph_client *client,
                                                   ocigraph_str host,
                                                   const ocigraph_cancel *cancel,
                                                   ocigraph_repositories_fn done,
                                                   void *user_data,
                                                   ocigraph_error **error);

// Checks a credential with a registry and stores it where other tools look: in the credential
// helper that docker's configuration names for the registry, else in that file, as plain text that
// only its owner can read. With a namespace, the credential is used for the repositories in it,
// and credential helpers cannot store it.
//
// `host`: the registry: `host[:port]`. For login and logout also a namespace or repository:
// `host[:port]/namespace`. `credential`: the credential to check and to store. `cancel`: may be
// NULL.
//
// Ownership: free `out` with `ocigraph_login_result_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; UNAUTHORIZED if the
// registry refuses the credential, in which case nothing is stored; UNSUPPORTED for a namespace
// where a credential helper is configured.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_login(const ocigraph_client *client,
                                      ocigraph_str host,
                                      const ocigraph_credential *credential,
                                      const ocigraph_cancel *cancel,
                                      ocigraph_login_result **out,
                                      ocigraph_error **error);

// Starts the operation of `ocigraph_client_login` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `credential` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_login_start(const ocigraph_client *client,
                                            ocigraph_str host,
                                            const ocigraph_credential *credential,
                                            const ocigraph_cancel *cancel,
                                            ocigraph_login_fn done,
                                            void *user_data,
                                            ocigraph_error **error);

// Removes every stored credential of a registry, from files and credential helpers. With a
// namespace, removes the credential of the namespace alone; without one, those of namespaces stay.
//
// `host`: the registry: `host[:port]`. For login and logout also a namespace or repository:
// `host[:port]/namespace`. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_logout_result_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_logout(const ocigraph_client *client,
                                       ocigraph_str host,
                                       const ocigraph_cancel *cancel,
                                       ocigraph_logout_result **out,
                                       ocigraph_error **error);

// Starts the operation of `ocigraph_client_logout` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client` and `cancel` may
// be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_logout_start(const ocigraph_client *client,
                                             ocigraph_str host,
                                             const ocigraph_cancel *cancel,
                                             ocigraph_logout_fn done,
                                             void *user_data,
                                             ocigraph_error **error);

// Frees the result of pushing a blob and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_blob_result_free(ocigraph_blob_result *result);

// Returns the descriptor of the blob.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_blob_result_descriptor(const ocigraph_blob_result *result);

// Returns the outcome of the push: `OCIGRAPH_OUTCOME_*`.
//
// Threads: any. Since 0.1.0.
ocigraph_outcome ocigraph_blob_result_outcome(const ocigraph_blob_result *result);

// Returns the complete result as JSON text, in the format of the command line.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_blob_result_json(const ocigraph_blob_result *result);

// Fetches the blob that the reference names by digest, passes its content to `write`, and returns
// its descriptor. The digest is checked while the content is transferred: the content is verified
// only after this call has succeeded.
//
// `write` is called on the calling thread with `user_data` as its first argument. `options`: NULL
// disables progress. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_descriptor_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, DIGEST_MISMATCH, SIZE_MISMATCH,
// CANCELLED, network errors; IO if `write` fails.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_fetch_blob(const ocigraph_client *client,
                                           ocigraph_str reference,
                                           ocigraph_write_fn write,
                                           void *user_data,
                                           const ocigraph_blob_options *options,
                                           const ocigraph_cancel *cancel,
                                           ocigraph_descriptor **out,
                                           ocigraph_error **error);

// Pushes bytes as a blob to the location of the reference, unless the blob already exists there.
//
// `media_type`: no text selects "application/octet-stream". `options`: NULL disables progress.
// `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_blob_result_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_push_blob(const ocigraph_client *client,
                                          ocigraph_str reference,
                                          ocigraph_str media_type,
                                          ocigraph_bytes content,
                                          const ocigraph_blob_options *options,
                                          const ocigraph_cancel *cancel,
                                          ocigraph_blob_result **out,
                                          ocigraph_error **error);

// Pushes a file as a blob to the location of the reference, unless the blob already exists there.
// The file is read in place and must not change during the call.
//
// `media_type`: no text selects "application/octet-stream". `options`: NULL disables progress.
// `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_blob_result_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, IO, CANCELLED, network errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_push_blob_file(const ocigraph_client *client,
                                               ocigraph_str reference,
                                               ocigraph_str media_type,
                                               ocigraph_str path,
                                               const ocigraph_blob_options *options,
                                               const ocigraph_cancel *cancel,
                                               ocigraph_blob_result **out,
                                               ocigraph_error **error);

// Pushes the content that `read` provides as a blob to the location of the reference, unless the
// blob already exists there. The content is first read to its end: small content into memory,
// larger content into a temporary file.
//
// `read` is called on a thread of the library with `user_data` as its first argument.
// `media_type`: no text selects "application/octet-stream". `options`: NULL disables progress.
// `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_blob_result_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors; IO if `read`
// fails.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_push_blob_from(const ocigraph_client *client,
                                               ocigraph_str reference,
                                               ocigraph_str media_type,
                                               ocigraph_read_fn read,
                                               void *user_data,
                                               const ocigraph_blob_options *options,
                                               const ocigraph_cancel *cancel,
                                               ocigraph_blob_result **out,
                                               ocigraph_error **error);

// Computes the digest of bytes in memory. Returns a descriptor with the digest, the size and the
// media type "application/octet-stream".
//
// `algorithm`: `OCIGRAPH_ALGORITHM_*`.
//
// Ownership: free `out` with `ocigraph_descriptor_free`.
// Errors: INVALID_ARGUMENT if the algorithm is unknown.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_digest(int32_t algorithm,
                                ocigraph_bytes content,
                                ocigraph_descriptor **out,
                                ocigraph_error **error);

// Computes the digest of a file. Returns a descriptor with the digest, the size and the media type
// "application/octet-stream".
//
// `algorithm`: `OCIGRAPH_ALGORITHM_*`. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_descriptor_free`.
// Errors: INVALID_ARGUMENT, NOT_FOUND, IO, CANCELLED.
// Threads: any; blocks until the digest is computed. Since 0.1.0.
ocigraph_status ocigraph_digest_file(int32_t algorithm,
                                     ocigraph_str path,
                                     const ocigraph_cancel *cancel,
                                     ocigraph_descriptor **out,
                                     ocigraph_error **error);

// Computes the digests of several files on all processors. The results have the order of the
// paths.
//
// `algorithm`: `OCIGRAPH_ALGORITHM_*`. `paths`: an array of `count` paths. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_digest_list_free`.
// Errors: INVALID_ARGUMENT, CANCELLED; NOT_FOUND or IO for the first file that cannot be read.
// Threads: any; blocks until the digests are computed. Since 0.1.0.
ocigraph_status ocigraph_digest_files(int32_t algorithm,
                                      const ocigraph_str *paths,
                                      size_t count,
                                      const ocigraph_cancel *cancel,
                                      ocigraph_digest_list **out,
                                      ocigraph_error **error);

// Frees a list of digests and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_digest_list_free(ocigraph_digest_list *result);

// Returns the number of digests.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_digest_list_count(const ocigraph_digest_list *result);

// Returns the digest at `index`, such as "sha256:e3b0...".
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_digest_list_digest(const ocigraph_digest_list *result, size_t index);

// Returns the size in bytes of the file at `index`.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_digest_list_size(const ocigraph_digest_list *result, size_t index);

// Returns the complete list as JSON text, in the format of the command line.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_digest_list_json(const ocigraph_digest_list *result);

// Parses a reference: "host[:port]/repository[:tag[,tag...]][@digest]" or
// "oci:PATH[:tag][@digest]". The tag of a layout can be any name, such as
// "docker.io/library/hello:1.0": PATH is the longest part before a colon that is a layout or a
// file; without one, it ends at the first colon after the directories that exist; "oci:PATH/:tag"
// ends it at the slash. So the function looks which of these exist. It opens no file and does not
// use the network.
//
// Ownership: free `out` with `ocigraph_reference_free`.
// Errors: INVALID_REFERENCE; INVALID_ARGUMENT if the text is not UTF-8.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_reference_parse(ocigraph_str text,
                                         ocigraph_reference **out,
                                         ocigraph_error **error);

// Returns a reference to `digest` in the same location, without tags: the reference of a
// descriptor that was found there.
//
// Ownership: free `out` with `ocigraph_reference_free`.
// Errors: INVALID_ARGUMENT if `reference` is NULL; INVALID_REFERENCE if `digest` is not a digest.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_reference_at(const ocigraph_reference *reference,
                                      ocigraph_str digest,
                                      ocigraph_reference **out,
                                      ocigraph_error **error);

// Frees a reference and everything borrowed from it.
//
// Ownership: takes `reference`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_reference_free(ocigraph_reference *reference);

// Returns the complete reference, as operations take it.
//
// Ownership: borrowed from `reference`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_text(const ocigraph_reference *reference);

// Returns the location without tags and digest: the reference for a push without a tag, and for
// lists.
//
// Ownership: borrowed from `reference`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_location(const ocigraph_reference *reference);

// Returns the registry, such as "localhost:5000", or no text for a layout.
//
// Ownership: borrowed from `reference`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_host(const ocigraph_reference *reference);

// Returns the repository, such as "library/alpine", or no text for a layout.
//
// Ownership: borrowed from `reference`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_repository(const ocigraph_reference *reference);

// Returns the directory of the layout, or no text for a repository.
//
// Ownership: borrowed from `reference`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_path(const ocigraph_reference *reference);

// Returns the number of tags.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_reference_tag_count(const ocigraph_reference *reference);

// Returns the tag at `index`, in the order of the text.
//
// Ownership: borrowed from `reference`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_tag(const ocigraph_reference *reference, size_t index);

// Returns the digest, or no text if the reference has none.
//
// Ownership: borrowed from `reference`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_digest(const ocigraph_reference *reference);

// Creates serve options with the default values.
//
// Ownership: free the result with `ocigraph_serve_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_serve_options *ocigraph_serve_options_new(void);

// Frees serve options. Registries that were started with them are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_serve_options_free(ocigraph_serve_options *options);

// Sets the address to listen on: "HOST:PORT". Port 0 chooses a free port. Default, also for no text:
// "127.0.0.1:0".
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_serve_options_set_listen(ocigraph_serve_options *options,
                                                  ocigraph_str listen,
                                                  ocigraph_error **error);

// If true, the registry refuses every change. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_serve_options_set_read_only(ocigraph_serve_options *options,
                                                     bool read_only,
                                                     ocigraph_error **error);

// Sets a file with the passwords of users, as `htpasswd -B` writes it: one "USER:HASH" a line, with a
// hash of bcrypt. Every request then needs one of them. `ocigraph_serve` reads the file once.
// Default, also for no text: none, everyone who can connect may do everything.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the path is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_serve_options_set_htpasswd(ocigraph_serve_options *options,
                                                    ocigraph_str path,
                                                    ocigraph_error **error);

// Sets the certificate of the registry, followed by those that it was signed with, and its private
// key, both as PEM files. `ocigraph_serve` reads them once. No text for both selects plain HTTP, the
// default.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, if a path is not UTF-8, or if only one path is given.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_serve_options_set_certificate(ocigraph_serve_options *options,
                                                       ocigraph_str cert_file,
                                                       ocigraph_str key_file,
                                                       ocigraph_error **error);

// Makes the registry imitate another one, to test a client: what that lacks, refuses and answers.
// `name`: "azure", "docker-2.8", "ecr", "ghcr" or "harbor"; `docs/serve.md` has the habits. Default, also
// for no text: the specification.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the name is not one of these.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_serve_options_set_behave_as(ocigraph_serve_options *options,
                                                     ocigraph_str name,
                                                     ocigraph_error **error);

// Serves image layouts as a registry on threads of its own, for tests and for machines without a
// network, until the registry is freed. It is that of the command `ocigraph serve`: the OCI
// distribution specification 1.1.1 with referrers, over layouts that other processes can use at the
// same time. The registry has its address when this function returns, and answers.
//
// `sources`: an array of `count` sources, each "[NAME=]oci:PATH". A layout is one repository, with the
// name of its directory or NAME. A directory without a layout is a folder of layouts: repository a/b
// is the layout a/b below it, which the first push creates. It need not exist. A tar archive of a
// layout is read-only. `options`: NULL selects the defaults.
//
// Ownership: free `out` with `ocigraph_served_registry_free`.
// Errors: INVALID_ARGUMENT if `sources` is empty, or if a source, the address or the file of passwords
// cannot be used; NETWORK if the address cannot be listened on; TLS if the certificate or its key
// cannot be used; NOT_FOUND, IO, INVALID_MANIFEST if a source cannot be read.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_serve(const ocigraph_str *sources,
                               size_t count,
                               const ocigraph_serve_options *options,
                               ocigraph_served_registry **out,
                               ocigraph_error **error);

// Returns the host and port of the registry, as references name them, such as "127.0.0.1:40123".
//
// Ownership: borrowed from `registry`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_served_registry_host(const ocigraph_served_registry *registry);

// Ends a registry: accepts no more connections, lets the requests in progress end for at most 10
// seconds, and frees it. Uploads that are in progress are removed. In a forked child process it does
// nothing: the registry belongs to the parent.
//
// Ownership: takes `registry`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_served_registry_free(ocigraph_served_registry *registry);

// Frees a descriptor that a call returned in `out`. Do not free a descriptor that is borrowed from
// a result.
//
// Ownership: takes `descriptor`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_descriptor_free(ocigraph_descriptor *descriptor);

// Returns the media type of the content.
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_media_type(const ocigraph_descriptor *descriptor);

// Returns the digest of the content, such as "sha256:e3b0...".
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_digest(const ocigraph_descriptor *descriptor);

// Returns the size of the content in bytes.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_descriptor_size(const ocigraph_descriptor *descriptor);

// Returns the artifact type of the manifest that the descriptor names, or no text if it has none.
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_artifact_type(const ocigraph_descriptor *descriptor);

// Returns the annotation `org.opencontainers.image.title`, which is the file name of the content,
// or no text.
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_title(const ocigraph_descriptor *descriptor);

// Returns the platform of the image, such as "linux/arm64/v8", or no text if it is unknown.
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_platform(const ocigraph_descriptor *descriptor);

// Returns the value of the annotation `key`, or no text if the descriptor does not have it.
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_annotation(const ocigraph_descriptor *descriptor,
                                            ocigraph_str key);

// Returns the number of annotations.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_descriptor_annotation_count(const ocigraph_descriptor *descriptor);

// Returns the key of the annotation at `index`. Annotations are sorted by key.
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_annotation_key(const ocigraph_descriptor *descriptor,
                                                size_t index);

// Returns the value of the annotation at `index`.
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_annotation_value(const ocigraph_descriptor *descriptor,
                                                  size_t index);

// Returns the descriptor as a JSON object with field names in snake case.
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_json(const ocigraph_descriptor *descriptor);

// Frees a manifest and everything borrowed from it.
//
// Ownership: takes `manifest`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_manifest_free(ocigraph_manifest *manifest);

// Returns the bytes of the manifest, exactly as stored.
//
// Ownership: borrowed from `manifest`.
// Threads: any. Since 0.1.0.
ocigraph_bytes ocigraph_manifest_bytes(const ocigraph_manifest *manifest);

// Returns the descriptor of the manifest, with its artifact type and annotations.
//
// Ownership: borrowed from `manifest`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_descriptor(const ocigraph_manifest *manifest);

// Returns true if the manifest is an index (a list of manifests).
//
// Threads: any. Since 0.1.0.
bool ocigraph_manifest_is_index(const ocigraph_manifest *manifest);

// Returns the config, or NULL if the manifest has none.
//
// Ownership: borrowed from `manifest`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_config(const ocigraph_manifest *manifest);

// Returns the subject, or NULL if the manifest has none.
//
// Ownership: borrowed from `manifest`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_subject(const ocigraph_manifest *manifest);

// Returns the number of layers or blobs. The config does not count.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_manifest_blob_count(const ocigraph_manifest *manifest);

// Returns the layer or blob at `index`.
//
// Ownership: borrowed from `manifest`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_blob(const ocigraph_manifest *manifest, size_t index);

// Returns the number of manifests that the index lists, or 0 if the manifest is not an index.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_manifest_manifest_count(const ocigraph_manifest *manifest);

// Returns the manifest at `index` of the index.
//
// Ownership: borrowed from `manifest`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_manifest(const ocigraph_manifest *manifest,
                                                      size_t index);

// Frees a graph and everything borrowed from it.
//
// Ownership: takes `graph`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_graph_free(ocigraph_graph *graph);

// Returns the subject of the graph: the manifest that the reference names.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_graph_subject(const ocigraph_graph *graph);

// Returns the number of manifests that are attached to the subject, directly or through others.
// Each manifest counts once, even if several paths lead to it.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_graph_count(const ocigraph_graph *graph);

// Returns the number of steps of a walk over all that is attached: depth first. Referrers come
// first, in the order of the registry, then the manifests of tags, attestations, and the children
// of an index. A manifest that is reached again is another step, without what is attached to it.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_graph_step_count(const ocigraph_graph *graph);

// Returns the manifest at `step`.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_graph_descriptor(const ocigraph_graph *graph, size_t step);

// Returns what the manifest at `step` is attached to: the subject of a referrer, or the index that
// lists a child.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_graph_refers_to(const ocigraph_graph *graph, size_t step);

// Returns how the manifest at `step` is attached: one of `OCIGRAPH_EDGE_KIND_*`, or 0 if `step` is
// too large.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_graph_kind(const ocigraph_graph *graph, size_t step);

// Returns the tag that attaches the manifest at `step`, such as `sha256-<hex>.sig`. No text unless
// the kind is OCIGRAPH_EDGE_KIND_TAG.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_tag(const ocigraph_graph *graph, size_t step);

// Returns a phrase for people that says what the manifest at `step` is, such as
// `signature (cosign bundle)`. No text if the manifest follows no convention that is known. The
// phrase can change between versions.
//
// It is what the producer of the manifest says, not a verified fact.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_label(const ocigraph_graph *graph, size_t step);

// Returns the number of kinds of content of the manifest at `step`. It is 0 if the manifest
// follows no convention that is known.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_graph_attachment_kind_count(const ocigraph_graph *graph, size_t step);

// Returns the kind of content at `index` of the manifest at `step`: `signature`, `attestation`,
// `provenance`, `sbom`, `scan-result`, `vex` or `chart`.
//
// It is what the producer of the manifest says, not a verified fact.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_attachment_kind(const ocigraph_graph *graph, size_t step, size_t index);

// Returns the number of predicate types of the in-toto statements in the manifest at `step`.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_graph_predicate_type_count(const ocigraph_graph *graph, size_t step);

// Returns the predicate type at `index` of the in-toto statements in the manifest at `step`, such
// as `https://slsa.dev/provenance/v1`. They are in alphabetical order.
//
// It is what the producer of the manifest says, not a verified fact.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_predicate_type(const ocigraph_graph *graph, size_t step, size_t index);

// Returns the depth of `step`: 1 for what is directly attached to the graph's subject, or 0 if
// `step` is too large.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_graph_depth(const ocigraph_graph *graph, size_t step);

// Returns true if the walk reaches the manifest at `step` for the first time.
//
// Threads: any. Since 0.1.0.
bool ocigraph_graph_is_first(const ocigraph_graph *graph, size_t step);

// Returns the number of direct referrers of the manifest with this digest, or 0 if the graph does
// not contain it. What is attached in another way does not count.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_graph_referrer_count(const ocigraph_graph *graph, ocigraph_str digest);

// Returns the direct referrer at `index` of the manifest with this digest.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_graph_referrer(const ocigraph_graph *graph,
                                                   ocigraph_str digest,
                                                   size_t index);

// Returns the number of lists of referrers, or of entries in them, that could not be read. It is 0
// unless the options allow an incomplete graph.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_graph_problem_count(const ocigraph_graph *graph);

// Returns the problem at `index` as a text: the list, what could not be read, and why.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_problem(const ocigraph_graph *graph, size_t index);

// Returns the digest of the subject whose list of referrers has the problem at `index`. No text if
// the problem concerns the whole store.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_problem_subject(const ocigraph_graph *graph, size_t index);

// Returns the part of the graph that matches the options: the manifests with the artifact type,
// predicate type and annotations, those on the path to them, and everything that is attached to
// them. `ocigraph_client_discover` filters in the same way.
//
// `out` is independent of `graph`.
//
// Ownership: free `out` with `ocigraph_graph_free`.
// Errors: INVALID_ARGUMENT if `graph` or `options` is NULL.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_graph_filter(const ocigraph_graph *graph,
                                      const ocigraph_discover_options *options,
                                      ocigraph_graph **out,
                                      ocigraph_error **error);

// Returns the graph as a tree in the format of ORAS, below the reference that was discovered, with
// the label of each manifest. The text ends with a line feed.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_tree(const ocigraph_graph *graph);

// Returns the graph as JSON with field names in snake case. It contains `references`, the direct
// referrers that match the options, and `referrers`, the complete tree, so that scripts for either
// generation of ORAS can read it. What is attached in another way is in `attached`.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_json(const ocigraph_graph *graph);

// Returns the graph in the DOT language of Graphviz. Edges point from a manifest to what it is
// attached to.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_dot(const ocigraph_graph *graph);

// Returns the graph as a Mermaid flowchart. Edges point from a manifest to what it is attached to.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_mermaid(const ocigraph_graph *graph);

// Frees a list of texts and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_text_list_free(ocigraph_text_list *result);

// Returns the number of texts.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_text_list_count(const ocigraph_text_list *result);

// Returns the text at `index`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_text_list_get(const ocigraph_text_list *result, size_t index);

// Returns the complete list as a JSON object, in the format of the command line: `{"tags": [...]}`
// or `{"repositories": [...]}`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_text_list_json(const ocigraph_text_list *result);

// Frees a push result and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_push_result_free(ocigraph_push_result *result);

// Returns the artifact, as a reference by digest.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_push_result_reference(const ocigraph_push_result *result);

// Returns the descriptor of the artifact's manifest.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_push_result_descriptor(const ocigraph_push_result *result);

// Returns the number of tags that the manifest got.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_push_result_tag_count(const ocigraph_push_result *result);

// Returns the tag at `index`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_push_result_tag(const ocigraph_push_result *result, size_t index);

// Returns the length of this list: the blobs, without the config, in the order of the files.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_push_result_blob_count(const ocigraph_push_result *result);

// Returns the descriptor of the blob.
//
// `index`: the blob, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_push_result_blob(const ocigraph_push_result *result,
                                                     size_t index);

// Returns the outcome: `OCIGRAPH_OUTCOME_UPLOADED`, `OCIGRAPH_OUTCOME_ALREADY_EXISTS` or
// `OCIGRAPH_OUTCOME_MOUNTED`.
//
// `index`: the blob, from 0.
//
// Threads: any. Since 0.1.0.
ocigraph_outcome ocigraph_push_result_blob_outcome(const ocigraph_push_result *result,
                                                   size_t index);

// Returns the bytes of the manifest, as they were pushed.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_bytes ocigraph_push_result_manifest(const ocigraph_push_result *result);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_push_result_json(const ocigraph_push_result *result);

// Frees a pull result and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_pull_result_free(ocigraph_pull_result *result);

// Returns the number of artifacts.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_pull_result_count(const ocigraph_pull_result *result);

// Returns the artifact, as a reference by digest.
//
// `index`: the artifact, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_pull_result_reference(const ocigraph_pull_result *result, size_t index);

// Returns the descriptor of the artifact's manifest.
//
// `index`: the artifact, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_pull_result_descriptor(const ocigraph_pull_result *result,
                                                           size_t index);

// Returns the length of this list: the files, in the order of the manifest: that of the config if
// the options ask for it, those of the blobs with a title and, if the pull writes all blobs, of
// those without one.
//
// `index`: the artifact, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_pull_result_file_count(const ocigraph_pull_result *result, size_t index);

// Returns the path of the file or of the unpacked directory. Relative if the output directory is.
// The text has the bytes of the path, which need not be UTF-8.
//
// `artifact`: the artifact, from 0. `index`: its file, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_pull_result_file_path(const ocigraph_pull_result *result,
                                            size_t artifact,
                                            size_t index);

// Returns the descriptor of the blob.
//
// `artifact`: the artifact, from 0. `index`: its file, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_pull_result_file(const ocigraph_pull_result *result,
                                                     size_t artifact,
                                                     size_t index);

// Returns the outcome: `OCIGRAPH_OUTCOME_WRITTEN`, `OCIGRAPH_OUTCOME_UNCHANGED` or
// `OCIGRAPH_OUTCOME_KEPT_EXISTING`.
//
// `artifact`: the artifact, from 0. `index`: its file, from 0.
//
// Threads: any. Since 0.1.0.
ocigraph_outcome ocigraph_pull_result_file_outcome(const ocigraph_pull_result *result,
                                                   size_t artifact,
                                                   size_t index);

// Returns the number of blobs that are not written.
//
// `index`: the artifact, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_pull_result_skipped_count(const ocigraph_pull_result *result, size_t index);

// Returns the blob at `index` of this list: the blobs that are not written, since they have no
// title. A pull with `all` writes those of them that are not foreign layers. A config without a
// title is written only to `config_file`, and not listed here.
//
// `artifact`: the artifact, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_pull_result_skipped(const ocigraph_pull_result *result,
                                                        size_t artifact,
                                                        size_t index);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_pull_result_json(const ocigraph_pull_result *result);

// Frees a discovered row list and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_discovered_row_list_free(ocigraph_discovered_row_list *result);

// Returns the number of rows.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_discovered_row_list_count(const ocigraph_discovered_row_list *result);

// Returns the digest of the manifest that the other is attached to. not set for a problem of the
// whole repository. No text if it has none.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_discovered_row_list_parent(const ocigraph_discovered_row_list *result,
                                                 size_t index);

// Returns the number of edges from the subject of the discovery to the manifest: 1 for what is
// directly attached. 0 for a problem.
//
// `index`: the row, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_discovered_row_list_depth(const ocigraph_discovered_row_list *result, size_t index);

// Returns the kind of the edge. not set for a problem. The number is one of
// `OCIGRAPH_EDGE_KIND_*`, or 0 if it has none.
//
// `index`: the row, from 0.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_discovered_row_list_edge(const ocigraph_discovered_row_list *result, size_t index);

// Returns the manifest that the edge leads to. not set for a problem. NULL if there is none.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_discovered_row_list_descriptor(const ocigraph_discovered_row_list *result,
                                                                   size_t index);

// Returns the tag of a tag's edge. No text if it is unknown.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_discovered_row_list_tag(const ocigraph_discovered_row_list *result,
                                              size_t index);

// Returns the what the manifest is, as a phrase such as `SBoM (SPDX)`. not set if it follows no
// known convention. No text if it is unknown.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_discovered_row_list_label(const ocigraph_discovered_row_list *result,
                                                size_t index);

// Returns the number of kinds of the manifest.
//
// `index`: the row, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_discovered_row_list_kind_count(const ocigraph_discovered_row_list *result,
                                               size_t index);

// Returns the kind at `index` of this list: the kinds of the manifest: `signature`, `attestation`,
// `provenance`, `sbom`, `scan-result`, `vex`, `chart`. Empty if it follows no known convention.
//
// `row`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_discovered_row_list_kind(const ocigraph_discovered_row_list *result,
                                               size_t row,
                                               size_t index);

// Returns the number of predicate types of in-toto statements.
//
// `index`: the row, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_discovered_row_list_predicate_type_count(const ocigraph_discovered_row_list *result,
                                                         size_t index);

// Returns the type at `index` of this list: the predicate types of in-toto statements, as far as
// they are known without reading content.
//
// `row`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_discovered_row_list_predicate_type(const ocigraph_discovered_row_list *result,
                                                         size_t row,
                                                         size_t index);

// Returns the part of a list that cannot be read, or the tag whose manifest cannot be read. Edges
// below `parent` can be missing, unless it is a warning. No text if it is unknown.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_discovered_row_list_problem(const ocigraph_discovered_row_list *result,
                                                  size_t index);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_discovered_row_list_json(const ocigraph_discovered_row_list *result);

// Frees a discover summary and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_discover_summary_free(ocigraph_discover_summary *result);

// Returns the subject. not set until it is known. NULL if there is none.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_discover_summary_subject(const ocigraph_discover_summary *result);

// Returns the number of edges.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_discover_summary_edges(const ocigraph_discover_summary *result);

// Returns the number of problems, without warnings.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_discover_summary_problems(const ocigraph_discover_summary *result);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_discover_summary_json(const ocigraph_discover_summary *result);

// Frees a delete report and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_delete_report_free(ocigraph_delete_report *result);

// Returns true for a dry run, which deletes nothing.
//
// Threads: any. Since 0.1.0.
bool ocigraph_delete_report_dry_run(const ocigraph_delete_report *result);

// Returns the number of deleted manifests.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_delete_report_deleted_count(const ocigraph_delete_report *result);

// Returns the manifest at `index` of this list: the deleted manifests, in the order of deletion:
// referrers before their subjects.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_delete_report_deleted(const ocigraph_delete_report *result,
                                                          size_t index);

// Returns the length of this list: the retained manifests, each with the reason.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_delete_report_kept_count(const ocigraph_delete_report *result);

// Returns the descriptor of the manifest.
//
// `index`: the manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_delete_report_kept(const ocigraph_delete_report *result,
                                                       size_t index);

// Returns the reason as a phrase for users, for example `tagged stable`.
//
// `index`: the manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_delete_report_kept_reason(const ocigraph_delete_report *result, size_t index);

// Returns the length of this list: the manifests that could not be deleted, each with the error.
// After a failure, the manifests that would be deleted later are not deleted either, and are not
// reported.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_delete_report_failed_count(const ocigraph_delete_report *result);

// Returns the descriptor of the manifest.
//
// `index`: the manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_delete_report_failed(const ocigraph_delete_report *result,
                                                         size_t index);

// Returns the status of the error of the store. `OCIGRAPH_OK` if the index is too large.
//
// `index`: the manifest, from 0.
//
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_delete_report_failed_status(const ocigraph_delete_report *result,
                                                     size_t index);

// Returns the message of the error of the store.
//
// `index`: the manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_delete_report_failed_message(const ocigraph_delete_report *result,
                                                   size_t index);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_delete_report_json(const ocigraph_delete_report *result);

// Frees a copy report and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_copy_report_free(ocigraph_copy_report *result);

// Returns the source, as a reference by digest.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_copy_report_source(const ocigraph_copy_report *result);

// Returns the destination, as a reference by digest.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_copy_report_destination(const ocigraph_copy_report *result);

// Returns the descriptor of the manifest that the source names.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_copy_report_descriptor(const ocigraph_copy_report *result);

// Returns the number of tags that the manifest got at the destination.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_copy_report_tag_count(const ocigraph_copy_report *result);

// Returns the tag at `index`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_copy_report_tag(const ocigraph_copy_report *result, size_t index);

// Returns the number of manifests written. Manifests that the destination had already are not
// counted.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_copy_report_manifests(const ocigraph_copy_report *result);

// Returns the number of blobs with this outcome: `OCIGRAPH_OUTCOME_UPLOADED`,
// `OCIGRAPH_OUTCOME_ALREADY_EXISTS` or `OCIGRAPH_OUTCOME_MOUNTED`. Blobs of a manifest that the
// destination had already are not counted, unless the copy restored them.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_copy_report_blobs(const ocigraph_copy_report *result, ocigraph_outcome outcome);

// Returns the number of bytes of all manifests and blobs written.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_copy_report_bytes(const ocigraph_copy_report *result);

// Returns the number of referrers that the source lists and does not have.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_copy_report_missing_count(const ocigraph_copy_report *result);

// Returns the referrer at `index` of this list: the referrers that the source lists and does not
// have: clients can delete a referrer without its entry in the list. The copy has all others.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_copy_report_missing(const ocigraph_copy_report *result,
                                                        size_t index);

// Returns the length of this list: the tags that have the digest of a manifest, as cosign writes
// them, and were not copied: at the destination they name other content, which the copy would
// lose; or the destination refused to change them; or the source has lost their manifests. Each
// names something that the destination lacks.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_copy_report_kept_tag_count(const ocigraph_copy_report *result);

// Returns the tag.
//
// `index`: the tag, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_copy_report_kept_tag_tag(const ocigraph_copy_report *result, size_t index);

// Returns the reason as a phrase for users.
//
// `index`: the tag, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_copy_report_kept_tag_reason(const ocigraph_copy_report *result, size_t index);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_copy_report_json(const ocigraph_copy_report *result);

// Frees a backup report and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_backup_report_free(ocigraph_backup_report *result);

// Returns true for a dry run, which writes nothing.
//
// Threads: any. Since 0.1.0.
bool ocigraph_backup_report_dry_run(const ocigraph_backup_report *result);

// Returns the path of the archive or directory. The text has the bytes of the path, which need not
// be UTF-8.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_backup_report_output(const ocigraph_backup_report *result);

// Returns the length of this list: the tags that were backed up, repository by repository, with
// their manifests. A manifest that was named by its digest has no tag.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_backup_report_tag_count(const ocigraph_backup_report *result);

// Returns the location and the tag: that of the source for a backup, that of the destination for a
// restore. A manifest without a tag has its digest.
//
// `index`: the tag, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_backup_report_tag_reference(const ocigraph_backup_report *result,
                                                  size_t index);

// Returns the descriptor of the manifest.
//
// `index`: the tag, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_backup_report_tag(const ocigraph_backup_report *result,
                                                      size_t index);

// Returns the number of manifests stored, without those that the directory had, or that the
// earlier archive has.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_backup_report_manifests(const ocigraph_backup_report *result);

// Returns the number of blobs stored.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_backup_report_blobs(const ocigraph_backup_report *result);

// Returns the number of blobs that the directory had, or that the earlier archive has.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_backup_report_existing_blobs(const ocigraph_backup_report *result);

// Returns the number of bytes of all manifests and blobs stored.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_backup_report_bytes(const ocigraph_backup_report *result);

// Returns the size of the archive in bytes. not set for a directory, and for a dry run. 0 if it is
// unknown.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_backup_report_size(const ocigraph_backup_report *result);

// Returns the number of referrers that a repository lists and does not have.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_backup_report_missing_count(const ocigraph_backup_report *result);

// Returns the referrer at `index` of this list: the referrers that a repository lists and does not
// have. The backup has all others.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_backup_report_missing(const ocigraph_backup_report *result,
                                                          size_t index);

// Returns the length of this list: the tags that cosign derives from a digest, and that were not
// backed up: the repository has lost their manifests, or they name other content in the directory,
// which the backup would lose.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_backup_report_kept_tag_count(const ocigraph_backup_report *result);

// Returns the tag.
//
// `index`: the tag, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_backup_report_kept_tag_tag(const ocigraph_backup_report *result,
                                                 size_t index);

// Returns the reason as a phrase for users.
//
// `index`: the tag, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_backup_report_kept_tag_reason(const ocigraph_backup_report *result,
                                                    size_t index);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_backup_report_json(const ocigraph_backup_report *result);

// Frees a restore report and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_restore_report_free(ocigraph_restore_report *result);

// Returns true for a dry run, which writes nothing.
//
// Threads: any. Since 0.1.0.
bool ocigraph_restore_report_dry_run(const ocigraph_restore_report *result);

// Returns the length of this list: the tags that were set, repository by repository, with their
// manifests. A manifest that was backed up by its digest has no tag.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_restore_report_tag_count(const ocigraph_restore_report *result);

// Returns the location and the tag: that of the source for a backup, that of the destination for a
// restore. A manifest without a tag has its digest.
//
// `index`: the tag, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_restore_report_tag_reference(const ocigraph_restore_report *result,
                                                   size_t index);

// Returns the descriptor of the manifest.
//
// `index`: the tag, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_restore_report_tag(const ocigraph_restore_report *result,
                                                       size_t index);

// Returns the number of manifests written. Manifests that the destination had already are not
// counted.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_restore_report_manifests(const ocigraph_restore_report *result);

// Returns the number of blobs with this outcome: `OCIGRAPH_OUTCOME_UPLOADED`,
// `OCIGRAPH_OUTCOME_ALREADY_EXISTS` or `OCIGRAPH_OUTCOME_MOUNTED`. Blobs of a manifest that the
// destination had already are not counted, unless the copy restored them.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_restore_report_blobs(const ocigraph_restore_report *result,
                                     ocigraph_outcome outcome);

// Returns the number of bytes of all manifests and blobs written.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_restore_report_bytes(const ocigraph_restore_report *result);

// Returns the number of referrers that the archive lists and does not have.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_restore_report_missing_count(const ocigraph_restore_report *result);

// Returns the referrer at `index`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_restore_report_missing(const ocigraph_restore_report *result,
                                                           size_t index);

// Returns the length of this list: the tags that cosign derives from a digest, and that were not
// restored: at the destination they name other content, which the restore would lose.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_restore_report_kept_tag_count(const ocigraph_restore_report *result);

// Returns the tag.
//
// `index`: the tag, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_restore_report_kept_tag_tag(const ocigraph_restore_report *result,
                                                  size_t index);

// Returns the reason as a phrase for users.
//
// `index`: the tag, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_restore_report_kept_tag_reason(const ocigraph_restore_report *result,
                                                     size_t index);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_restore_report_json(const ocigraph_restore_report *result);

// Frees a migrate report and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_migrate_report_free(ocigraph_migrate_report *result);

// Returns true for a dry run, which changes nothing.
//
// Threads: any. Since 0.1.0.
bool ocigraph_migrate_report_dry_run(const ocigraph_migrate_report *result);

// Returns the length of this list: the attachments that have the new form, each with its old and
// its new manifest.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_migrate_report_migrated_count(const ocigraph_migrate_report *result);

// Returns the what changes. The number is one of `OCIGRAPH_MIGRATION_KIND_*`.
//
// `index`: the attachment, from 0.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_migrate_report_migrated_kind(const ocigraph_migrate_report *result, size_t index);

// Returns the descriptor of the manifest in its old form.
//
// `index`: the attachment, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_migrate_report_migrated_old_manifest(const ocigraph_migrate_report *result,
                                                                         size_t index);

// Returns the tag of the old form: a tag of cosign, or the fallback tag that lists the manifest.
// No text if it is unknown.
//
// `index`: the attachment, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_migrate_report_migrated_old_tag(const ocigraph_migrate_report *result,
                                                      size_t index);

// Returns the descriptor of the manifest in its new form. It is the old one if only a list
// changes.
//
// `index`: the attachment, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_migrate_report_migrated_new_manifest(const ocigraph_migrate_report *result,
                                                                         size_t index);

// Returns the tag of the new form: a tag of cosign, or the fallback tag that lists the manifest.
// No text if it is unknown.
//
// `index`: the attachment, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_migrate_report_migrated_new_tag(const ocigraph_migrate_report *result,
                                                      size_t index);

// Returns true if the new form existed before, so that nothing was written.
//
// `index`: the attachment, from 0.
//
// Threads: any. Since 0.1.0.
bool ocigraph_migrate_report_migrated_existed(const ocigraph_migrate_report *result, size_t index);

// Returns the length of this list: the attachments that stay as they are, each with the reason:
// those that cannot have the new form, and, with the option `remove_old`, those whose old form is
// not removed.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_migrate_report_kept_count(const ocigraph_migrate_report *result);

// Returns the what the migration would change. The number is one of `OCIGRAPH_MIGRATION_KIND_*`.
//
// `index`: the attachment, from 0.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_migrate_report_kept_kind(const ocigraph_migrate_report *result, size_t index);

// Returns the descriptor of the manifest that stays.
//
// `index`: the attachment, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_migrate_report_kept(const ocigraph_migrate_report *result,
                                                        size_t index);

// Returns the tag of cosign that names the manifest, or the fallback tag that lists it. No text if
// it is unknown.
//
// `index`: the attachment, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_migrate_report_kept_tag(const ocigraph_migrate_report *result, size_t index);

// Returns the reason as a phrase for users.
//
// `index`: the attachment, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_migrate_report_kept_reason(const ocigraph_migrate_report *result,
                                                 size_t index);

// Returns the number of old forms that were removed after the new form was read back.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_migrate_report_removed_count(const ocigraph_migrate_report *result);

// Returns the descriptor of the manifest. It is deleted, unless only its entry under a fallback
// tag was removed.
//
// `index`: the form, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_migrate_report_removed(const ocigraph_migrate_report *result,
                                                           size_t index);

// Returns the tag that was removed with the manifest, or the fallback tag whose entry was removed.
// No text if it is unknown.
//
// `index`: the form, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_migrate_report_removed_tag(const ocigraph_migrate_report *result,
                                                 size_t index);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_migrate_report_json(const ocigraph_migrate_report *result);

// Frees a verify report and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_verify_report_free(ocigraph_verify_report *result);

// Returns the number of manifests and blobs checked.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_verify_report_checked(const ocigraph_verify_report *result);

// Returns the number of bytes read and digested.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_verify_report_bytes(const ocigraph_verify_report *result);

// Returns the length of this list: the problems found. Empty for an intact graph.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_verify_report_problem_count(const ocigraph_verify_report *result);

// Returns the descriptor of the expected content.
//
// `index`: the problem, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_verify_report_problem(const ocigraph_verify_report *result,
                                                          size_t index);

// Returns the number of digests of the manifests that lead to the content.
//
// `index`: the problem, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_verify_report_problem_path_length(const ocigraph_verify_report *result,
                                                  size_t index);

// Returns the digest at `index` of this list: the digests of the manifests that lead to the
// content, from the root on. Empty for the root, and for what the index of a layout lists outside
// the graph: a damaged manifest, whose subject is unknown, so it may belong to the graph, and a
// blob that is listed as a manifest. For an entry that cannot be read, the problem is one of the
// root.
//
// `problem`: the problem, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_verify_report_problem_path(const ocigraph_verify_report *result,
                                                 size_t problem,
                                                 size_t index);

// Returns the kind of damage. The number is one of `OCIGRAPH_PROBLEM_*`.
//
// `index`: the problem, from 0.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_verify_report_problem_kind(const ocigraph_verify_report *result, size_t index);

// Returns the damage as a sentence for users.
//
// `index`: the problem, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_verify_report_problem_detail(const ocigraph_verify_report *result,
                                                   size_t index);

// Returns the length of this list: the problems that were found and repaired. They are not among
// `problems`.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_verify_report_repaired_count(const ocigraph_verify_report *result);

// Returns the descriptor of the expected content.
//
// `index`: the problem, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_verify_report_repaired(const ocigraph_verify_report *result,
                                                           size_t index);

// Returns the number of digests of the manifests that lead to the content.
//
// `index`: the problem, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_verify_report_repaired_path_length(const ocigraph_verify_report *result,
                                                   size_t index);

// Returns the digest at `index` of this list: the digests of the manifests that lead to the
// content, from the root on. Empty for the root, and for what the index of a layout lists outside
// the graph: a damaged manifest, whose subject is unknown, so it may belong to the graph, and a
// blob that is listed as a manifest. For an entry that cannot be read, the problem is one of the
// root.
//
// `problem`: the problem, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_verify_report_repaired_path(const ocigraph_verify_report *result,
                                                  size_t problem,
                                                  size_t index);

// Returns the kind of damage. The number is one of `OCIGRAPH_PROBLEM_*`.
//
// `index`: the problem, from 0.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_verify_report_repaired_kind(const ocigraph_verify_report *result, size_t index);

// Returns the damage as a sentence for users.
//
// `index`: the problem, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_verify_report_repaired_detail(const ocigraph_verify_report *result,
                                                    size_t index);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_verify_report_json(const ocigraph_verify_report *result);

// Frees a check report and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_check_report_free(ocigraph_check_report *result);

// Returns the what was checked, as a reference by digest.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_check_report_reference(const ocigraph_check_report *result);

// Returns the descriptor of what was checked.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_check_report_descriptor(const ocigraph_check_report *result);

// Returns the answer for all requirements together: missing if one of them is missing, else
// unknown if one of them is unknown. The number is one of `OCIGRAPH_PRESENCE_*`.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_check_report_presence(const ocigraph_check_report *result);

// Returns the length of this list: the requirements with their answers, all of one image after all
// of another.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_check_report_requirement_count(const ocigraph_check_report *result);

// Returns the requirement, such as `sbom`.
//
// `index`: the requirement, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_check_report_requirement_requirement(const ocigraph_check_report *result,
                                                           size_t index);

// Returns the image or index that was checked. Has the platform that its index says.
//
// `index`: the requirement, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_check_report_requirement(const ocigraph_check_report *result,
                                                             size_t index);

// Returns whether what is required is attached. The number is one of `OCIGRAPH_PRESENCE_*`.
//
// `index`: the requirement, from 0.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_check_report_requirement_presence(const ocigraph_check_report *result,
                                                   size_t index);

// Returns the number of manifests that meet the requirement.
//
// `index`: the requirement, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_check_report_requirement_found_count(const ocigraph_check_report *result,
                                                     size_t index);

// Returns the manifest at `index`.
//
// `requirement`: the requirement, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_check_report_requirement_found(const ocigraph_check_report *result,
                                                                   size_t requirement,
                                                                   size_t index);

// Returns the number of Phrases for users.
//
// `index`: the requirement, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_check_report_requirement_detail_count(const ocigraph_check_report *result,
                                                      size_t index);

// Returns the Phrase at `index` of this list: the phrases for users: what could not be read, or
// which images of an index lack the attachment.
//
// `requirement`: the requirement, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_check_report_requirement_detail(const ocigraph_check_report *result,
                                                      size_t requirement,
                                                      size_t index);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_check_report_json(const ocigraph_check_report *result);

// Frees a index result and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_index_result_free(ocigraph_index_result *result);

// Returns the index, as a reference by digest.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_index_result_reference(const ocigraph_index_result *result);

// Returns the descriptor of the index.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_index_result_descriptor(const ocigraph_index_result *result);

// Returns the number of tags that the index got.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_index_result_tag_count(const ocigraph_index_result *result);

// Returns the tag at `index` of this list: the tags that the index got, or would get without
// `dry_run`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_index_result_tag(const ocigraph_index_result *result, size_t index);

// Returns the number of entries of the index.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_index_result_manifest_count(const ocigraph_index_result *result);

// Returns the entry at `index`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_index_result_manifest(const ocigraph_index_result *result,
                                                          size_t index);

// Returns true for a dry run, which pushes nothing.
//
// Threads: any. Since 0.1.0.
bool ocigraph_index_result_dry_run(const ocigraph_index_result *result);

// Returns the bytes of the index, which are a text in UTF-8.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_index_result_content(const ocigraph_index_result *result);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_index_result_json(const ocigraph_index_result *result);

// Frees a prune report and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_prune_report_free(ocigraph_prune_report *result);

// Returns the version of this format: 1.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_prune_report_schema_version(const ocigraph_prune_report *result);

// Returns the kind of this document: `io.ocigraph.prune`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_prune_report_kind(const ocigraph_prune_report *result);

// Returns the time at which the plan was made, RFC 3339.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_prune_report_created(const ocigraph_prune_report *result);

// Returns true if nothing was deleted: the report is a plan.
//
// Threads: any. Since 0.1.0.
bool ocigraph_prune_report_dry_run(const ocigraph_prune_report *result);

// Returns the number of repositories and layouts in the order in which they were named.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_prune_report_repository_count(const ocigraph_prune_report *result);

// Returns the repository or layout.
//
// `index`: the repository, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_prune_report_repository_repository(const ocigraph_prune_report *result,
                                                         size_t index);

// Returns the length of this list: the deleted manifests, in the order of deletion: referrers
// before their subjects, indexes before what they list, and tags that are removed alone last.
//
// `index`: the repository, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_prune_report_repository_deleted_count(const ocigraph_prune_report *result,
                                                      size_t index);

// Returns the descriptor of the manifest; if only tags are removed, of the manifest that they
// name.
//
// `repository`: the repository, from 0. `index`: its manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_prune_report_repository_deleted(const ocigraph_prune_report *result,
                                                                    size_t repository,
                                                                    size_t index);

// Returns the what is deleted. The number is one of `OCIGRAPH_PRUNED_KIND_*`.
//
// `repository`: the repository, from 0. `index`: its manifest, from 0.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_prune_report_repository_deleted_kind(const ocigraph_prune_report *result,
                                                      size_t repository,
                                                      size_t index);

// Returns the number of tags that are removed.
//
// `repository`: the repository, from 0. `index`: its manifest, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_prune_report_repository_deleted_tag_count(const ocigraph_prune_report *result,
                                                          size_t repository,
                                                          size_t index);

// Returns the tag at `index` of this list: the tags that are removed: all tags of a manifest that
// is deleted.
//
// `repository`: the repository, from 0. `manifest`: its manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_prune_report_repository_deleted_tag(const ocigraph_prune_report *result,
                                                          size_t repository,
                                                          size_t manifest,
                                                          size_t index);

// Returns the time of creation, RFC 3339, if it is known. No text if it is unknown.
//
// `repository`: the repository, from 0. `index`: its manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_prune_report_repository_deleted_created(const ocigraph_prune_report *result,
                                                              size_t repository,
                                                              size_t index);

// Returns the digest of the subject; of a tag that has the digest of a manifest, that digest. No
// text if it has none.
//
// `repository`: the repository, from 0. `index`: its manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_prune_report_repository_deleted_subject(const ocigraph_prune_report *result,
                                                              size_t repository,
                                                              size_t index);

// Returns why it is deleted. The number is one of `OCIGRAPH_PRUNE_CAUSE_*`.
//
// `repository`: the repository, from 0. `index`: its manifest, from 0.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_prune_report_repository_deleted_cause(const ocigraph_prune_report *result,
                                                       size_t repository,
                                                       size_t index);

// Returns why it is deleted, as a phrase for users, for example `older than 90 days`.
//
// `repository`: the repository, from 0. `index`: its manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_prune_report_repository_deleted_reason(const ocigraph_prune_report *result,
                                                             size_t repository,
                                                             size_t index);

// Returns true if it did not exist any more when it was to be deleted.
//
// `repository`: the repository, from 0. `index`: its manifest, from 0.
//
// Threads: any. Since 0.1.0.
bool ocigraph_prune_report_repository_deleted_gone(const ocigraph_prune_report *result,
                                                   size_t repository,
                                                   size_t index);

// Returns the length of this list: the selected manifests that stay, each with the reason.
//
// `index`: the repository, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_prune_report_repository_kept_count(const ocigraph_prune_report *result,
                                                   size_t index);

// Returns the descriptor of the manifest.
//
// `repository`: the repository, from 0. `index`: its manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_prune_report_repository_kept(const ocigraph_prune_report *result,
                                                                 size_t repository,
                                                                 size_t index);

// Returns the number of selected tags of the manifest.
//
// `repository`: the repository, from 0. `index`: its manifest, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_prune_report_repository_kept_tag_count(const ocigraph_prune_report *result,
                                                       size_t repository,
                                                       size_t index);

// Returns the tag at `index` of this list: the selected tags of the manifest. Those that stay too,
// unless `deleted` has them.
//
// `repository`: the repository, from 0. `manifest`: its manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_prune_report_repository_kept_tag(const ocigraph_prune_report *result,
                                                       size_t repository,
                                                       size_t manifest,
                                                       size_t index);

// Returns why it stays. The number is one of `OCIGRAPH_KEEP_CAUSE_*`.
//
// `repository`: the repository, from 0. `index`: its manifest, from 0.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_prune_report_repository_kept_cause(const ocigraph_prune_report *result,
                                                    size_t repository,
                                                    size_t index);

// Returns why it stays, as a phrase for users, for example `listed by v2, which stays`.
//
// `repository`: the repository, from 0. `index`: its manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_prune_report_repository_kept_reason(const ocigraph_prune_report *result,
                                                          size_t repository,
                                                          size_t index);

// Returns the length of this list: the manifests that could not be deleted, each with the error:
// CONFLICT if they have changed since the plan was made, or are needed by others that stay.
//
// `index`: the repository, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_prune_report_repository_refused_count(const ocigraph_prune_report *result,
                                                      size_t index);

// Returns the descriptor of the manifest.
//
// `repository`: the repository, from 0. `index`: its manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_prune_report_repository_refused(const ocigraph_prune_report *result,
                                                                    size_t repository,
                                                                    size_t index);

// Returns the number of tags that would be removed.
//
// `repository`: the repository, from 0. `index`: its manifest, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_prune_report_repository_refused_tag_count(const ocigraph_prune_report *result,
                                                          size_t repository,
                                                          size_t index);

// Returns the tag at `index`.
//
// `repository`: the repository, from 0. `manifest`: its manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_prune_report_repository_refused_tag(const ocigraph_prune_report *result,
                                                          size_t repository,
                                                          size_t manifest,
                                                          size_t index);

// Returns the status of the error. `OCIGRAPH_OK` if the index is too large.
//
// `repository`: the repository, from 0. `index`: its manifest, from 0.
//
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_prune_report_repository_refused_status(const ocigraph_prune_report *result,
                                                                size_t repository,
                                                                size_t index);

// Returns the message of the error.
//
// `repository`: the repository, from 0. `index`: its manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_prune_report_repository_refused_message(const ocigraph_prune_report *result,
                                                              size_t repository,
                                                              size_t index);

// Returns the number of phrases for users that say what a prune of this repository does not see.
//
// `index`: the repository, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_prune_report_repository_unseen_count(const ocigraph_prune_report *result,
                                                     size_t index);

// Returns the phrase at `index`.
//
// `repository`: the repository, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_prune_report_repository_unseen(const ocigraph_prune_report *result,
                                                     size_t repository,
                                                     size_t index);

// Returns the number of phrases for users that name the lists and manifests that could not be
// read.
//
// `index`: the repository, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_prune_report_repository_unread_count(const ocigraph_prune_report *result,
                                                     size_t index);

// Returns the phrase at `index` of this list: the phrases for users that name the lists and
// manifests that could not be read. If there is one, everything stays that was selected, since
// something unread may need it.
//
// `repository`: the repository, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_prune_report_repository_unread(const ocigraph_prune_report *result,
                                                     size_t repository,
                                                     size_t index);

// Returns the length of this list: the repositories that could not be pruned at all, each with the
// error. Nothing in them was deleted.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_prune_report_failed_count(const ocigraph_prune_report *result);

// Returns the repository or layout.
//
// `index`: the repository, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_prune_report_failed_repository(const ocigraph_prune_report *result,
                                                     size_t index);

// Returns the status of the error. `OCIGRAPH_OK` if the index is too large.
//
// `index`: the repository, from 0.
//
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_prune_report_failed_status(const ocigraph_prune_report *result,
                                                    size_t index);

// Returns the message of the error.
//
// `index`: the repository, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_prune_report_failed_message(const ocigraph_prune_report *result,
                                                  size_t index);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_prune_report_json(const ocigraph_prune_report *result);

// Frees a sync row list and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_sync_row_list_free(ocigraph_sync_row_list *result);

// Returns the number of rows.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_sync_row_list_count(const ocigraph_sync_row_list *result);

// Returns the reference at the source, or the repository or registry that could not be listed.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sync_row_list_source(const ocigraph_sync_row_list *result, size_t index);

// Returns the reference at the destination. Empty if it is not known.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sync_row_list_destination(const ocigraph_sync_row_list *result, size_t index);

// Returns the digest that the destination should have. For a tag that is removed, empty. not set
// if it is not known. No text if it has none.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sync_row_list_digest(const ocigraph_sync_row_list *result, size_t index);

// Returns the what was done, or what is wrong. The number is one of `OCIGRAPH_SYNC_OUTCOME_*`.
//
// `index`: the row, from 0.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_sync_row_list_outcome(const ocigraph_sync_row_list *result, size_t index);

// Returns the number of manifests written.
//
// `index`: the row, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_sync_row_list_manifests(const ocigraph_sync_row_list *result, size_t index);

// Returns the number of blobs sent or mounted.
//
// `index`: the row, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_sync_row_list_blobs(const ocigraph_sync_row_list *result, size_t index);

// Returns the number of bytes of all manifests and blobs written.
//
// `index`: the row, from 0.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sync_row_list_bytes(const ocigraph_sync_row_list *result, size_t index);

// Returns the what is wrong or would be done, as a phrase for users. No text if it is unknown.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sync_row_list_detail(const ocigraph_sync_row_list *result, size_t index);

// Returns the name of the error's code, such as `FORBIDDEN`, if there was an error. No text if it
// is unknown.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sync_row_list_code(const ocigraph_sync_row_list *result, size_t index);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sync_row_list_json(const ocigraph_sync_row_list *result);

// Frees a sync summary and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_sync_summary_free(ocigraph_sync_summary *result);

// Returns the number of rows that an earlier sync with the same checkpoint has completed.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sync_summary_resumed(const ocigraph_sync_summary *result);

// Returns the number of rows with the outcome `copied`.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sync_summary_copied(const ocigraph_sync_summary *result);

// Returns the number of rows with the outcome `existed`.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sync_summary_existed(const ocigraph_sync_summary *result);

// Returns the number of rows with the outcome `would-copy`.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sync_summary_would_copy(const ocigraph_sync_summary *result);

// Returns the number of rows with the outcome `missing`.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sync_summary_missing(const ocigraph_sync_summary *result);

// Returns the number of rows with the outcome `refused`.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sync_summary_refused(const ocigraph_sync_summary *result);

// Returns the number of rows with the outcome `changed`.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sync_summary_changed(const ocigraph_sync_summary *result);

// Returns the number of rows with the outcome `unknown`.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sync_summary_unknown(const ocigraph_sync_summary *result);

// Returns the number of rows with the outcome `removed`.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sync_summary_removed(const ocigraph_sync_summary *result);

// Returns the number of rows with the outcome `would-remove`.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sync_summary_would_remove(const ocigraph_sync_summary *result);

// Returns the number of manifests written.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sync_summary_manifests(const ocigraph_sync_summary *result);

// Returns the number of blobs sent or mounted.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sync_summary_blobs(const ocigraph_sync_summary *result);

// Returns the number of bytes of all manifests and blobs written.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sync_summary_bytes(const ocigraph_sync_summary *result);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sync_summary_json(const ocigraph_sync_summary *result);

// Frees a sweep row list and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_sweep_row_list_free(ocigraph_sweep_row_list *result);

// Returns the number of rows.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_sweep_row_list_count(const ocigraph_sweep_row_list *result);

// Returns the registry, as `host[:port]`, or the path of the image layout after `oci:`.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_row_list_registry(const ocigraph_sweep_row_list *result, size_t index);

// Returns the repository. Empty for an image layout, and for a registry whose repositories cannot
// be listed.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_row_list_repository(const ocigraph_sweep_row_list *result,
                                                size_t index);

// Returns the tag of the image, also for what is attached: one of its tags if it has several. not
// set if the image was found or named without one. No text if it is unknown.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_row_list_tag(const ocigraph_sweep_row_list *result, size_t index);

// Returns the digest of the image. not set if it is not known. No text if it has none.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_row_list_image(const ocigraph_sweep_row_list *result, size_t index);

// Returns the digest of the manifest that this one is attached to. not set for an image. No text
// if it has none.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_row_list_subject(const ocigraph_sweep_row_list *result, size_t index);

// Returns the digest of the manifest. not set for something that could not be read. No text if it
// has none.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_row_list_digest(const ocigraph_sweep_row_list *result, size_t index);

// Returns the how the manifest is attached: `referrer`, `tag`, `attestation` or `child`. not set
// for an image. No text if it is unknown.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_row_list_edge(const ocigraph_sweep_row_list *result, size_t index);

// Returns the what the manifest is, as a phrase such as `SBoM (SPDX)`. not set if it follows no
// known convention. No text if it is unknown.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_row_list_label(const ocigraph_sweep_row_list *result, size_t index);

// Returns the number of kinds of the manifest.
//
// `index`: the row, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_sweep_row_list_kind_count(const ocigraph_sweep_row_list *result, size_t index);

// Returns the kind at `index` of this list: the kinds of the manifest: `signature`, `attestation`,
// `provenance`, `sbom`, `scan-result`, `vex`, `chart`. Empty if it follows no known convention.
//
// `row`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_row_list_kind(const ocigraph_sweep_row_list *result,
                                          size_t row,
                                          size_t index);

// Returns the artifact type, if it is known without reading the manifest. No text if it is
// unknown.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_row_list_artifact_type(const ocigraph_sweep_row_list *result,
                                                   size_t index);

// Returns the number of predicate types of in-toto statements.
//
// `index`: the row, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_sweep_row_list_predicate_type_count(const ocigraph_sweep_row_list *result,
                                                    size_t index);

// Returns the type at `index` of this list: the predicate types of in-toto statements, as far as
// they are known without reading content.
//
// `row`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_row_list_predicate_type(const ocigraph_sweep_row_list *result,
                                                    size_t row,
                                                    size_t index);

// Returns the media type of the manifest. No text if it is unknown.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_row_list_media_type(const ocigraph_sweep_row_list *result,
                                                size_t index);

// Returns the size of the manifest in bytes. 0 if it is unknown.
//
// `index`: the row, from 0.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sweep_row_list_size(const ocigraph_sweep_row_list *result, size_t index);

// Returns the annotation `org.opencontainers.image.created`, if the list or index has it. No text
// if it is unknown.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_row_list_created(const ocigraph_sweep_row_list *result, size_t index);

// Returns the platform, as `os/arch[/variant]`, if an index lists the manifest with one. No text
// if it is unknown.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_row_list_platform(const ocigraph_sweep_row_list *result, size_t index);

// Returns the number of edges from the image: 0 for the image, 1 for what is directly attached.
//
// `index`: the row, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_sweep_row_list_depth(const ocigraph_sweep_row_list *result, size_t index);

// Returns the what is known. The number is one of `OCIGRAPH_SWEEP_STATUS_*`.
//
// `index`: the row, from 0.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_sweep_row_list_status(const ocigraph_sweep_row_list *result, size_t index);

// Returns why it is not known, or refused. not set if it is known. No text if it is unknown.
//
// `index`: the row, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_row_list_error(const ocigraph_sweep_row_list *result, size_t index);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_row_list_json(const ocigraph_sweep_row_list *result);

// Frees a sweep summary and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_sweep_summary_free(ocigraph_sweep_summary *result);

// Returns the images of which a row was returned, whatever is known of them.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sweep_summary_images(const ocigraph_sweep_summary *result);

// Returns the manifests that are attached to them, and those that indexes list.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sweep_summary_attached(const ocigraph_sweep_summary *result);

// Returns the images to which nothing is attached.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sweep_summary_none(const ocigraph_sweep_summary *result);

// Returns the images, repositories and registries that do not exist.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sweep_summary_missing(const ocigraph_sweep_summary *result);

// Returns the images, repositories and registries of which not everything could be read.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sweep_summary_unknown(const ocigraph_sweep_summary *result);

// Returns the images, repositories and registries of which the registry refuses something.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sweep_summary_refused(const ocigraph_sweep_summary *result);

// Returns the rows that were returned before, by the sweep that the checkpoint continues, and that
// stay valid. Those of what was unknown, refused or unreadable came after them, and are replaced.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sweep_summary_resumed_rows(const ocigraph_sweep_summary *result);

// Returns the length of this list: the how many images have attachments of each kind: of all
// images, by repository, and by platform. In this order, and complete after the last row.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_sweep_summary_coverage_count(const ocigraph_sweep_summary *result);

// Returns the repository, as `host/repository`, or the layout as `oci:PATH`. not set for all. No
// text if it is unknown.
//
// `index`: the image, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_summary_coverage_repository(const ocigraph_sweep_summary *result,
                                                        size_t index);

// Returns the platform of the images in indexes, as `os/arch[/variant]`, or `other` for those
// after the first 256. not set for all images. No text if it is unknown.
//
// `index`: the image, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_summary_coverage_platform(const ocigraph_sweep_summary *result,
                                                      size_t index);

// Returns the kind: `signature`, `attestation`, `provenance`, `sbom`, `scan-result`, `vex` or
// `chart`.
//
// `index`: the image, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_summary_coverage_kind(const ocigraph_sweep_summary *result,
                                                  size_t index);

// Returns the number of images.
//
// `index`: the image, from 0.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sweep_summary_coverage_images(const ocigraph_sweep_summary *result, size_t index);

// Returns the images that have such an attachment.
//
// `index`: the image, from 0.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sweep_summary_coverage_covered(const ocigraph_sweep_summary *result,
                                                 size_t index);

// Returns the images of which it is not known.
//
// `index`: the image, from 0.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_sweep_summary_coverage_unknown(const ocigraph_sweep_summary *result,
                                                 size_t index);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_sweep_summary_json(const ocigraph_sweep_summary *result);

// Frees a tag list and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_tag_list_free(ocigraph_tag_list *result);

// Returns the number of tags.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_tag_list_count(const ocigraph_tag_list *result);

// Returns the tag itself.
//
// `index`: the tag, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_tag_list_name(const ocigraph_tag_list *result, size_t index);

// Returns the digest of the manifest that the tag names, unless the registry does not say it: see
// `problem`. No text if it has none.
//
// `index`: the tag, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_tag_list_digest(const ocigraph_tag_list *result, size_t index);

// Returns the time of the first push under this tag, RFC 3339. Azure only. No text if it is
// unknown.
//
// `index`: the tag, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_tag_list_created(const ocigraph_tag_list *result, size_t index);

// Returns the time of the last change, RFC 3339. Azure only. No text if it is unknown.
//
// `index`: the tag, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_tag_list_last_updated(const ocigraph_tag_list *result, size_t index);

// Returns true if content trust signed the tag. Azure only. The number is one of
// `OCIGRAPH_SIGNED_*`.
//
// `index`: the tag, from 0.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_tag_list_signed(const ocigraph_tag_list *result, size_t index);

// Returns the permitted actions. Azure only. The bits are `OCIGRAPH_ATTRIBUTES_*`. 0 if they are
// unknown.
//
// `index`: the tag, from 0.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_tag_list_attributes(const ocigraph_tag_list *result, size_t index);

// Returns the what prevents that the tag is resolved, as a phrase for users: its manifest is
// malformed, or the registry refuses to serve it. No text if it is unknown.
//
// `index`: the tag, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_tag_list_problem(const ocigraph_tag_list *result, size_t index);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_tag_list_json(const ocigraph_tag_list *result);

// Frees a manifest list and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_manifest_list_free(ocigraph_manifest_list *result);

// Returns the number of manifests.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_manifest_list_count(const ocigraph_manifest_list *result);

// Returns the manifest. Its size is 0 if the list of the registry does not contain it.
//
// `index`: the manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_list_descriptor(const ocigraph_manifest_list *result,
                                                             size_t index);

// Returns the number of tags that name the manifest.
//
// `index`: the manifest, from 0.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_manifest_list_tag_count(const ocigraph_manifest_list *result, size_t index);

// Returns the tag at `index`.
//
// `manifest`: the manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_tag(const ocigraph_manifest_list *result,
                                        size_t manifest,
                                        size_t index);

// Returns the digest of the subject. No text if it has none.
//
// `index`: the manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_subject(const ocigraph_manifest_list *result, size_t index);

// Returns the creation time, RFC 3339: from Azure's list, else from the annotation
// `org.opencontainers.image.created`, else from the config of the image. No text if it is unknown.
//
// `index`: the manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_created(const ocigraph_manifest_list *result, size_t index);

// Returns the time of the last change of the manifest or its tags, RFC 3339. Azure only. No text
// if it is unknown.
//
// `index`: the manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_last_updated(const ocigraph_manifest_list *result,
                                                 size_t index);

// Returns the CPU architecture, from the config of an image. No text if it is unknown.
//
// `index`: the manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_architecture(const ocigraph_manifest_list *result,
                                                 size_t index);

// Returns the operating system, from the config of an image. No text if it is unknown.
//
// `index`: the manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_os(const ocigraph_manifest_list *result, size_t index);

// Returns the media type of the config. No text if it is unknown.
//
// `index`: the manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_config_media_type(const ocigraph_manifest_list *result,
                                                      size_t index);

// Returns the total size of config, layers and blobs, in bytes. 0 if it is unknown.
//
// `index`: the manifest, from 0.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_manifest_list_image_size(const ocigraph_manifest_list *result, size_t index);

// Returns the permitted actions. Azure only. The bits are `OCIGRAPH_ATTRIBUTES_*`. 0 if they are
// unknown.
//
// `index`: the manifest, from 0.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_manifest_list_attributes(const ocigraph_manifest_list *result, size_t index);

// Returns the what prevents that the manifest or its config is read, as a phrase for users: it is
// malformed, or the registry refuses to serve it. The details are not known then. No text if it is
// unknown.
//
// `index`: the manifest, from 0.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_problem(const ocigraph_manifest_list *result, size_t index);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_json(const ocigraph_manifest_list *result);

// Frees a login result and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_login_result_free(ocigraph_login_result *result);

// Returns the registry: host, and port and namespace if they were given.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_login_result_host(const ocigraph_login_result *result);

// Returns where the credential is stored.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_login_result_stored_in(const ocigraph_login_result *result);

// Returns true if the credential is stored as plain text in a file that only its owner can read.
//
// Threads: any. Since 0.1.0.
bool ocigraph_login_result_plain_text(const ocigraph_login_result *result);

// Returns true if the registry demanded authentication and accepted the credential. False if it
// serves anonymous requests, which verify nothing.
//
// Threads: any. Since 0.1.0.
bool ocigraph_login_result_verified(const ocigraph_login_result *result);

// Returns true if `DOCKER_AUTH_CONFIG` has a credential for the registry, which is used before the
// stored one.
//
// Threads: any. Since 0.1.0.
bool ocigraph_login_result_overridden(const ocigraph_login_result *result);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_login_result_json(const ocigraph_login_result *result);

// Frees a logout result and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_logout_result_free(ocigraph_logout_result *result);

// Returns the registry: host, and port and namespace if they were given.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_logout_result_host(const ocigraph_logout_result *result);

// Returns the number of places from which credentials were removed.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_logout_result_removed_count(const ocigraph_logout_result *result);

// Returns the place at `index` of this list: the places from which credentials were removed: files
// and credential helpers. Empty if none were stored.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_logout_result_removed(const ocigraph_logout_result *result, size_t index);

// Returns true if `DOCKER_AUTH_CONFIG` still has a credential for the registry.
//
// Threads: any. Since 0.1.0.
bool ocigraph_logout_result_remains(const ocigraph_logout_result *result);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_logout_result_json(const ocigraph_logout_result *result);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* OCIGRAPH_H */

#ifndef OCIGRAPH_HELPERS_H
#define OCIGRAPH_HELPERS_H

/* Converts a string literal to an ocigraph_str. Other expressions do not compile; use ocigraph_text for them. */
#ifdef __cplusplus
#define OCIGRAPH_STR(literal) (ocigraph_text("" literal ""))
#else
#define OCIGRAPH_STR(literal) ((ocigraph_str){"" literal "", sizeof("" literal "") - 1})
#endif

/* Initializes a static ocigraph_str from a string literal:
 * static const ocigraph_str type = OCIGRAPH_STR_INIT("text/plain"); */
#define OCIGRAPH_STR_INIT(literal) {"" literal "", sizeof("" literal "") - 1}

/* Expands an ocigraph_str to the two arguments of the printf conversion "%.*s". */
#define OCIGRAPH_PRINTF(view) \
    (int)((view).length < 0x7fffffff ? (view).length : 0x7fffffff), (view).data ? (view).data : ""

/* Converts NUL-terminated text to an ocigraph_str. NULL becomes {NULL, 0}. */
static inline ocigraph_str ocigraph_text(const char *text) {
    ocigraph_str view = {NULL, 0};
    if (text != NULL) {
        view.data = text;
        view.length = strlen(text);
    }
    return view;
}

/* Returns true if the ocigraph_str equals the NUL-terminated text. */
static inline bool ocigraph_str_is(ocigraph_str view, const char *text) {
    return strlen(text) == view.length && (view.length == 0 || memcmp(view.data, text, view.length) == 0);
}

#endif /* OCIGRAPH_HELPERS_H */
