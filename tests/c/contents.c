/* Single manifests and blobs, content from memory and callbacks, digests, and invalid arguments and references.
 *
 *   contents LOCATION HOST      an empty repository or layout, and the registry or "" */

#include "check.h"

#include <sys/stat.h>

static const char *location, *host;

static void push_shared_content(const ocigraph_client *client) {
    ocigraph_push_options *options = ocigraph_push_options_new();
    ocigraph_push_result *result = NULL;
    write_file("a.txt", "content of a\n");
    CHECK(mkdir("out", 0700) == 0);
    write_file("out/b.json", "{}");
    SUCCEEDS(ocigraph_push_options_add_path(options, OCIGRAPH_STR("a.txt"), ocigraph_text(NULL), ocigraph_text(NULL),
                                            &failure));
    SUCCEEDS(ocigraph_push_options_add_path(options, OCIGRAPH_STR("out/b.json"), ocigraph_text(NULL), ocigraph_text(NULL),
                                            &failure));
    SUCCEEDS(ocigraph_push_options_set_config(options, bytes_of("{\"x\":1}"), OCIGRAPH_STR("application/x"), &failure));
    SUCCEEDS(ocigraph_push_options_set_artifact_type(options, OCIGRAPH_STR("app/example"), &failure));
    SUCCEEDS(ocigraph_client_push(client, at(location, ":v1"), options, NULL, &result, &failure));
    ocigraph_push_result_free(result);
    ocigraph_push_options_free(options);
}

static int32_t append(void *user_data, const uint8_t *data, size_t length) {
    strncat(user_data, (const char *)data, length);
    return 0;
}

struct content {
    const char *text;
    size_t position;
};

/* Returns a few bytes per call. */
static int64_t next_bytes(void *user_data, uint8_t *buffer, size_t capacity) {
    struct content *content = user_data;
    size_t left = strlen(content->text) - content->position;
    size_t count = left < 3 ? left : 3;
    CHECK(capacity >= 3);
    memcpy(buffer, content->text + content->position, count);
    content->position += count;
    return (int64_t)count;
}

static void single_manifests_and_blobs(const ocigraph_client *client) {
    ocigraph_manifest *manifest = NULL;
    ocigraph_descriptor *descriptor = NULL;
    ocigraph_blob_result *blob = NULL;
    SUCCEEDS(ocigraph_client_fetch_manifest(client, at(location, ":v1"), NULL, NULL, &manifest, &failure));
    CHECK(ocigraph_manifest_bytes(manifest).length == ocigraph_descriptor_size(ocigraph_manifest_descriptor(manifest)));
    CHECK(!ocigraph_manifest_is_index(manifest) && ocigraph_manifest_manifest_count(manifest) == 0);
    CHECK(ocigraph_manifest_manifest(manifest, 0) == NULL && ocigraph_manifest_subject(manifest) == NULL);
    CHECK(ocigraph_str_is(ocigraph_descriptor_media_type(ocigraph_manifest_config(manifest)), "application/x"));
    CHECK(ocigraph_manifest_blob_count(manifest) == 2 && ocigraph_manifest_blob(manifest, 2) == NULL);

    char content[256] = "";
    ocigraph_str digest = ocigraph_descriptor_digest(ocigraph_manifest_blob(manifest, 0));
    SUCCEEDS(ocigraph_client_fetch_blob(client, by_digest(location, digest), append, content, NULL, NULL, &descriptor, &failure));
    CHECK(strcmp(content, "content of a\n") == 0 && ocigraph_descriptor_size(descriptor) == 13);
    ocigraph_descriptor_free(descriptor);

    SUCCEEDS(ocigraph_client_push_manifest(client, at(location, ":same"), ocigraph_text(NULL),
                                           ocigraph_manifest_bytes(manifest), NULL, &descriptor, &failure));
    CHECK(same(ocigraph_descriptor_digest(descriptor), ocigraph_descriptor_digest(ocigraph_manifest_descriptor(manifest))));
    ocigraph_descriptor_free(descriptor);
    descriptor = GARBAGE(ocigraph_descriptor);
    FAILS(OCIGRAPH_INVALID_MANIFEST, ocigraph_client_push_manifest(client, at(location, ":bad"), ocigraph_text(NULL),
                                                                   bytes_of("no manifest"), NULL, &descriptor, &failure));
    CHECK(descriptor == NULL);
    ocigraph_manifest_free(manifest);

    SUCCEEDS(ocigraph_client_push_blob(client, at(location, ""), OCIGRAPH_STR("text/plain"), bytes_of("a blob"), NULL, NULL,
                                       &blob, &failure));
    CHECK(ocigraph_blob_result_outcome(blob) == OCIGRAPH_OUTCOME_UPLOADED);
    CHECK(ocigraph_str_is(ocigraph_descriptor_media_type(ocigraph_blob_result_descriptor(blob)), "text/plain"));
    CHECK(contains(ocigraph_blob_result_json(blob), "\"outcome\":\"uploaded\""));
    ocigraph_blob_result_free(blob);
    struct content same_content = {"a blob", 0};
    SUCCEEDS(ocigraph_client_push_blob_from(client, at(location, ""), ocigraph_text(NULL), next_bytes, &same_content, NULL, NULL,
                                            &blob, &failure));
    CHECK(ocigraph_blob_result_outcome(blob) == OCIGRAPH_OUTCOME_ALREADY_EXISTS);
    CHECK(ocigraph_str_is(ocigraph_descriptor_media_type(ocigraph_blob_result_descriptor(blob)),
                          "application/octet-stream"));
    ocigraph_blob_result_free(blob);
    write_file("blob", "a blob in a file");
    SUCCEEDS(ocigraph_client_push_blob_file(client, at(location, ""), OCIGRAPH_STR("text/plain"), OCIGRAPH_STR("blob"), NULL,
                                            NULL, &blob, &failure));
    CHECK(ocigraph_blob_result_outcome(blob) == OCIGRAPH_OUTCOME_UPLOADED);
    CHECK(ocigraph_descriptor_size(ocigraph_blob_result_descriptor(blob)) == 16);
    ocigraph_blob_result_free(blob);
    blob = GARBAGE(ocigraph_blob_result);
    FAILS(OCIGRAPH_NOT_FOUND, ocigraph_client_push_blob_file(client, at(location, ""), ocigraph_text(NULL),
                                                             OCIGRAPH_STR("missing"), NULL, NULL, &blob, &failure));
    CHECK(blob == NULL);
}

/* A known empty result has a valid address, because Go rejects small numbers as pointers. */
static void empty_results_have_valid_addresses(const ocigraph_client *client) {
    ocigraph_push_options *options = ocigraph_push_options_new();
    ocigraph_push_result *result = NULL;
    SUCCEEDS(ocigraph_push_options_add_annotation(options, OCIGRAPH_STR("empty"), OCIGRAPH_STR(""), &failure));
    SUCCEEDS(ocigraph_push_options_set_artifact_type(options, OCIGRAPH_STR("app/example"), &failure));
    SUCCEEDS(ocigraph_client_push(client, at(location, ":empty"), options, NULL, &result, &failure));
    const ocigraph_descriptor *manifest = ocigraph_push_result_descriptor(result);
    ocigraph_str empty = ocigraph_descriptor_annotation(manifest, OCIGRAPH_STR("empty"));
    CHECK((uintptr_t)empty.data > 4096 && empty.length == 0);
    CHECK(ocigraph_descriptor_annotation(manifest, OCIGRAPH_STR("no such")).data == NULL);
    ocigraph_push_result_free(result);
    ocigraph_push_options_free(options);
}

/* Deletes one manifest without its referrers. */
static void delete_one_manifest(const ocigraph_client *client) {
    char referrer[128];
    ocigraph_descriptor *deleted = NULL;
    ocigraph_manifest *manifest = NULL;
    attach(client, at(location, ""), "sbom/example", at(location, ":empty"), "stays", referrer);
    SUCCEEDS(ocigraph_client_delete_manifest(client, at(location, ":empty"), NULL, &deleted, &failure));
    CHECK(ocigraph_str_is(ocigraph_descriptor_artifact_type(deleted), "app/example"));
    ocigraph_descriptor_free(deleted);
    deleted = GARBAGE(ocigraph_descriptor);
    FAILS(OCIGRAPH_NOT_FOUND, ocigraph_client_delete_manifest(client, at(location, ":empty"), NULL, &deleted, &failure));
    CHECK(deleted == NULL);
    ocigraph_str stays = by_digest(location, ocigraph_text(referrer));
    SUCCEEDS(ocigraph_client_fetch_manifest(client, stays, NULL, NULL, &manifest, &failure));
    ocigraph_manifest_free(manifest);
    SUCCEEDS(ocigraph_client_delete_manifest(client, stays, NULL, &deleted, &failure));
    ocigraph_descriptor_free(deleted);
}

static void push_from_a_read_callback(const ocigraph_client *client) {
    struct content content = {"read piece by piece", 0};
    ocigraph_push_options *options = ocigraph_push_options_new();
    ocigraph_push_result *result = NULL;
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_push_options_add_reader(options, OCIGRAPH_STR("r.md"), ocigraph_text(NULL),
                                                                      NULL, NULL, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_push_options_add_file_annotation(options, OCIGRAPH_STR("k"), OCIGRAPH_STR("v"), &failure));
    SUCCEEDS(ocigraph_push_options_add_reader(options, OCIGRAPH_STR("r.md"), ocigraph_text(NULL), next_bytes, &content,
                                              &failure));
    SUCCEEDS(ocigraph_push_options_add_file_annotation(options, OCIGRAPH_STR("k"), OCIGRAPH_STR("v"), &failure));
    SUCCEEDS(ocigraph_client_push(client, at(location, ":reader"), options, NULL, &result, &failure));
    const ocigraph_descriptor *blob = ocigraph_push_result_blob(result, 0);
    CHECK(ocigraph_str_is(ocigraph_descriptor_title(blob), "r.md"));
    CHECK(ocigraph_str_is(ocigraph_descriptor_media_type(blob), "text/markdown"));
    CHECK(ocigraph_str_is(ocigraph_descriptor_annotation(blob, OCIGRAPH_STR("k")), "v"));
    CHECK(ocigraph_descriptor_size(blob) == strlen(content.text));
    char fetched[256] = "";
    ocigraph_descriptor *descriptor = NULL;
    SUCCEEDS(ocigraph_client_fetch_blob(client, by_digest(location, ocigraph_descriptor_digest(blob)), append, fetched, NULL, NULL,
                                        &descriptor, &failure));
    CHECK(strcmp(fetched, content.text) == 0);
    ocigraph_descriptor_free(descriptor);
    ocigraph_push_result_free(result);
    ocigraph_push_options_free(options);
}

/* A pull does not write blobs without a title. */
static void push_without_titles(const ocigraph_client *client) {
    struct content content = {"read, without a title", 0};
    ocigraph_push_options *options = ocigraph_push_options_new();
    ocigraph_pull_options *pull = ocigraph_pull_options_new();
    ocigraph_push_result *result = NULL;
    ocigraph_pull_result *pulled = NULL;
    ocigraph_delete_report *report = NULL;
    SUCCEEDS(ocigraph_push_options_add_bytes(options, ocigraph_text(NULL), ocigraph_text(NULL), bytes_of("no title"),
                                             &failure));
    SUCCEEDS(ocigraph_push_options_add_reader(options, ocigraph_text(NULL), OCIGRAPH_STR("text/plain"), next_bytes,
                                              &content, &failure));
    SUCCEEDS(ocigraph_push_options_set_artifact_type(options, OCIGRAPH_STR("app/example"), &failure));
    SUCCEEDS(ocigraph_client_push(client, at(location, ":untitled"), options, NULL, &result, &failure));
    CHECK(ocigraph_push_result_blob_count(result) == 2);
    for (size_t i = 0; i < 2; i++) {
        CHECK(ocigraph_descriptor_title(ocigraph_push_result_blob(result, i)).data == NULL);
        CHECK(ocigraph_str_is(ocigraph_descriptor_media_type(ocigraph_push_result_blob(result, i)),
                              i == 0 ? "application/octet-stream" : "text/plain"));
    }
    SUCCEEDS(ocigraph_pull_options_set_output(pull, OCIGRAPH_STR("untitled"), &failure));
    SUCCEEDS(ocigraph_client_pull(client, at(location, ":untitled"), pull, NULL, &pulled, &failure));
    CHECK(ocigraph_pull_result_file_count(pulled, 0) == 0 && ocigraph_pull_result_skipped_count(pulled, 0) == 2);
    CHECK(ocigraph_descriptor_size(ocigraph_pull_result_skipped(pulled, 0, 0)) == 8);
    SUCCEEDS(ocigraph_client_delete(client, at(location, ":untitled"), NULL, NULL, &report, &failure));
    ocigraph_delete_report_free(report);
    ocigraph_pull_result_free(pulled);
    ocigraph_pull_options_free(pull);
    ocigraph_push_result_free(result);
    ocigraph_push_options_free(options);
}

static void errors_have_details(const ocigraph_client *client) {
    ocigraph_graph *graph = GARBAGE(ocigraph_graph);
    ocigraph_error *error = GARBAGE(ocigraph_error);
    CHECK(ocigraph_client_discover(client, at(location, ":v9"), NULL, NULL, &graph, &error) == OCIGRAPH_NOT_FOUND);
    CHECK(graph == NULL && error != NULL);
    CHECK(ocigraph_str_is(ocigraph_error_operation(error), "discover"));
    CHECK(same(ocigraph_error_reference(error), at(location, ":v9")));
    CHECK(contains(ocigraph_error_message(error), "discover ") && ocigraph_error_reason(error).length > 0);
    CHECK(!ocigraph_error_retryable(error) && ocigraph_error_retry_after(error) < 0);
    CHECK(contains(ocigraph_error_json(error), "\"code\":\"NOT_FOUND\""));
    if (host[0] != '\0') {
        CHECK(ocigraph_error_http_status(error) == 404);
    }
    ocigraph_error_free(error);
    CHECK(ocigraph_client_discover(client, OCIGRAPH_STR("alpine"), NULL, NULL, &graph, &error) ==
          OCIGRAPH_INVALID_REFERENCE);
    CHECK(contains(ocigraph_error_hint(error), "docker.io/alpine") && ocigraph_error_request_id(error).data == NULL);
    ocigraph_error_free(error);
    CHECK(ocigraph_client_discover(client, OCIGRAPH_STR("alpine"), NULL, NULL, &graph, NULL) ==
          OCIGRAPH_INVALID_REFERENCE);
}

static void digests(void) {
    ocigraph_digest_list *list = NULL;
    ocigraph_descriptor *one = NULL;
    SUCCEEDS(ocigraph_digest(OCIGRAPH_ALGORITHM_SHA256, bytes_of("{}"), &one, &failure));
    CHECK(contains(ocigraph_descriptor_digest(one), "sha256:44136fa3") && ocigraph_descriptor_size(one) == 2);
    CHECK(ocigraph_str_is(ocigraph_descriptor_media_type(one), "application/octet-stream"));
    ocigraph_descriptor_free(one);
    SUCCEEDS(ocigraph_digest_file(OCIGRAPH_ALGORITHM_SHA512, OCIGRAPH_STR("a.txt"), NULL, &one, &failure));
    CHECK(ocigraph_descriptor_digest(one).length == 7 + 128 && ocigraph_descriptor_size(one) == 13);
    ocigraph_descriptor_free(one);
    one = GARBAGE(ocigraph_descriptor);
    FAILS(OCIGRAPH_NOT_FOUND,
          ocigraph_digest_file(OCIGRAPH_ALGORITHM_SHA256, OCIGRAPH_STR("missing"), NULL, &one, &failure));
    CHECK(one == NULL);
    ocigraph_str paths[] = {OCIGRAPH_STR("a.txt"), OCIGRAPH_STR("out/b.json")};
    SUCCEEDS(ocigraph_digest_files(OCIGRAPH_ALGORITHM_SHA256, paths, 2, NULL, &list, &failure));
    CHECK(ocigraph_digest_list_count(list) == 2 && ocigraph_digest_list_size(list, 0) == 13);
    CHECK(contains(ocigraph_digest_list_json(list), "\"path\":\"out/b.json\""));
    ocigraph_digest_list_free(list);
    paths[1] = OCIGRAPH_STR("missing");
    list = GARBAGE(ocigraph_digest_list);
    FAILS(OCIGRAPH_NOT_FOUND, ocigraph_digest_files(OCIGRAPH_ALGORITHM_SHA256, paths, 2, NULL, &list, &failure));
    CHECK(list == NULL);
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_digest(7, bytes_of("{}"), &one, &failure));
}

static void invalid_arguments_are_rejected(const ocigraph_client *client) {
    ocigraph_push_options *options = ocigraph_push_options_new();
    ocigraph_push_result *result = NULL;
    ocigraph_str not_utf8 = {"\xff", 1}, too_long = {"x", SIZE_MAX}, nowhere = {NULL, 4};
    ocigraph_bytes no_bytes = {NULL, 4};
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_push_options_set_artifact_type(options, not_utf8, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_push_options_set_artifact_type(options, too_long, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_push_options_set_artifact_type(options, nowhere, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_push_options_add_bytes(options, OCIGRAPH_STR("t"), ocigraph_text(NULL),
                                                                     no_bytes, &failure));
    ocigraph_str no_type = OCIGRAPH_STR("sbom"), nothing = OCIGRAPH_STR("");
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_push_options_set_artifact_type(options, no_type, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_push_options_add_bytes(options, OCIGRAPH_STR("t"), no_type, bytes_of("x"), &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_push_options_add_path(options, OCIGRAPH_STR("a.txt"), no_type, nothing, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_push_options_add_reader(options, OCIGRAPH_STR("t"), no_type, next_bytes, NULL, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_push_options_set_config(options, bytes_of("{}"), no_type, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_push_options_set_config_path(options, nothing, nothing, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_push_options_add_path(options, nothing, nothing, nothing, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_push_options_set_format(options, 99, &failure));
    FAILS(OCIGRAPH_INVALID_REFERENCE, ocigraph_push_options_set_subject(options, OCIGRAPH_STR("x"), &failure));
    FAILS(OCIGRAPH_INVALID_REFERENCE, ocigraph_push_options_set_subject(options, at(location, ""), &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_push_options_add_annotation(options, nothing, OCIGRAPH_STR("x"), &failure));
    ocigraph_discover_options *discover = ocigraph_discover_options_new();
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_discover_options_add_annotation(discover, nothing, nothing, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_discover_options_set_platform(discover, OCIGRAPH_STR("linux"), &failure));
    ocigraph_discover_options_free(discover);
    ocigraph_runtime *runtime = GARBAGE(ocigraph_runtime);
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_runtime_new(SIZE_MAX, &runtime, &failure));
    CHECK(runtime == NULL);
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_client_tag(client, at(location, ":v1"), NULL, 2, NULL,
                                                         &(ocigraph_descriptor *){NULL}, &failure));
    SUCCEEDS(ocigraph_push_options_add_path(options, OCIGRAPH_STR("missing"), ocigraph_text(NULL), ocigraph_text(NULL),
                                            &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_push_options_add_file_annotation(options, nothing, OCIGRAPH_STR("x"), &failure));
    result = GARBAGE(ocigraph_push_result);
    FAILS(OCIGRAPH_NOT_FOUND, ocigraph_client_push(client, at(location, ":v1"), options, NULL, &result, &failure));
    CHECK(result == NULL);
    ocigraph_push_options_free(options);
    options = ocigraph_push_options_new();
    SUCCEEDS(ocigraph_push_options_set_artifact_type(options, OCIGRAPH_STR("app/example"), &failure));
    SUCCEEDS(ocigraph_push_options_set_source_date_epoch(options, UINT64_MAX, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_client_push(client, at(location, ":no-time"), options, NULL, &result, &failure));
    ocigraph_push_options_free(options);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    location = argv[1], host = argv[2];
    ocigraph_client *client = new_client();
    push_shared_content(client);
    invalid_arguments_are_rejected(client);
    single_manifests_and_blobs(client);
    empty_results_have_valid_addresses(client);
    delete_one_manifest(client);
    push_from_a_read_callback(client);
    push_without_titles(client);
    errors_have_details(client);
    digests();
    ocigraph_client_free(client);
    return 0;
}
