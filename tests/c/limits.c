/* Timeouts, maxima for responses of a registry, and limits for unpacking.
 *
 *   limits LOCATION SLOW      an empty repository whose lists have pages of one entry, and a repository whose registry
 *                             responds after one minute */

#include "check.h"

#include <sys/stat.h>

/* Returns the status of a discover with one limit. */
static ocigraph_status discover(ocigraph_str image, int32_t limit, uint64_t value) {
    ocigraph_client_options *options = ocigraph_client_options_new();
    ocigraph_client *client = NULL;
    ocigraph_graph *graph = NULL;
    SUCCEEDS(ocigraph_client_options_set_limit(options, OCIGRAPH_LIMIT_MAX_ATTEMPTS, 1, &failure));
    SUCCEEDS(ocigraph_client_options_set_limit(options, limit, value, &failure));
    SUCCEEDS(ocigraph_client_new(NULL, options, &client, &failure));
    ocigraph_client_options_free(options);
    ocigraph_status status = ocigraph_client_discover(client, image, NULL, NULL, &graph, NULL);
    CHECK((status == OCIGRAPH_OK) == (graph != NULL));
    ocigraph_graph_free(graph);
    ocigraph_client_free(client);
    return status;
}

/* Every limit accepts any value, or fails with a clear error. */
static const uint64_t VALUES[] = {0, 1ull << 31, 1ull << 32, 1ull << 62, 1ull << 63, UINT64_MAX};
#define COUNT (sizeof VALUES / sizeof VALUES[0])

static void limits_accept_any_value(const char *location) {
    for (size_t i = 0; i < COUNT; i++) {
        ocigraph_client_options *options = ocigraph_client_options_new();
        ocigraph_client *client = NULL;
        ocigraph_text_list *tags = NULL;
        char digest[128];
        for (int32_t limit = OCIGRAPH_LIMIT_CONNECT_TIMEOUT; limit <= OCIGRAPH_LIMIT_MAX_REQUESTS_PER_SECOND; limit++) {
            SUCCEEDS(ocigraph_client_options_set_limit(options, limit, VALUES[i], &failure));
        }
        SUCCEEDS(ocigraph_client_new(NULL, options, &client, &failure));
        attach(client, at(location, ":v1"), "app/example", ocigraph_text(NULL), "content", digest);
        SUCCEEDS(ocigraph_client_tags(client, at(location, ""), NULL, &tags, &failure));
        CHECK(discover(at(location, ":v1"), OCIGRAPH_LIMIT_STALL_TIMEOUT, VALUES[i]) == OCIGRAPH_OK);
        ocigraph_text_list_free(tags);
        ocigraph_client_free(client);
        ocigraph_client_options_free(options);
    }
}

static void numeric_options_accept_any_value(const ocigraph_client *client, const char *location) {
    for (size_t i = 0; i < COUNT; i++) {
        size_t value = (size_t)VALUES[i];
        ocigraph_push_options *push = ocigraph_push_options_new();
        ocigraph_pull_options *pull = ocigraph_pull_options_new();
        ocigraph_discover_options *walk = ocigraph_discover_options_new();
        ocigraph_copy_options *copy = ocigraph_copy_options_new();
        ocigraph_verify_options *verify = ocigraph_verify_options_new();
        ocigraph_delete_options *plan = ocigraph_delete_options_new();
        SUCCEEDS(ocigraph_push_options_add_bytes(push, OCIGRAPH_STR("a"), ocigraph_text(NULL), bytes_of("a"), &failure));
        SUCCEEDS(ocigraph_push_options_set_concurrency(push, value, &failure));
        SUCCEEDS(ocigraph_pull_options_set_output(pull, OCIGRAPH_STR("any"), &failure));
        SUCCEEDS(ocigraph_pull_options_set_concurrency(pull, value, &failure));
        SUCCEEDS(ocigraph_pull_options_set_unpack_limits(pull, VALUES[i], VALUES[i], VALUES[i], &failure));
        SUCCEEDS(ocigraph_discover_options_set_concurrency(walk, value, &failure));
        SUCCEEDS(ocigraph_discover_options_set_depth(walk, value, &failure));
        SUCCEEDS(ocigraph_copy_options_set_concurrency(copy, value, &failure));
        SUCCEEDS(ocigraph_copy_options_set_recursive(copy, true, &failure));
        SUCCEEDS(ocigraph_verify_options_set_concurrency(verify, value, &failure));
        SUCCEEDS(ocigraph_delete_options_set_concurrency(plan, value, &failure));
        SUCCEEDS(ocigraph_delete_options_set_dry_run(plan, true, &failure));

        ocigraph_push_result *pushed = NULL;
        ocigraph_pull_result *pulled = NULL;
        ocigraph_graph *graph = NULL;
        ocigraph_copy_report *copied = NULL;
        ocigraph_verify_report *verified = NULL;
        ocigraph_delete_report *planned = NULL;
        char digest[128];
        SUCCEEDS(ocigraph_client_push(client, at(location, ":any"), push, NULL, &pushed, &failure));
        attach(client, at(location, ""), "sbom/example", at(location, ":any"), "sbom", digest);
        SUCCEEDS(ocigraph_client_pull(client, at(location, ":any"), pull, NULL, &pulled, &failure));
        SUCCEEDS(ocigraph_client_discover(client, at(location, ":any"), walk, NULL, &graph, &failure));
        CHECK(ocigraph_graph_count(graph) == (value == 0 ? 0 : 1));
        CHECK(ocigraph_graph_descriptor(graph, (size_t)-1) == NULL && ocigraph_graph_depth(graph, (size_t)-1) == 0);
        CHECK(ocigraph_graph_referrer(graph, ocigraph_text(digest), (size_t)-1) == NULL);
        SUCCEEDS(ocigraph_client_copy(client, at(location, ":any"), OCIGRAPH_STR("oci:any-copy:v1"), copy, NULL, &copied,
                                      &failure));
        SUCCEEDS(ocigraph_client_verify(client, at(location, ":any"), verify, NULL, &verified, &failure));
        SUCCEEDS(ocigraph_client_delete(client, at(location, ":any"), plan, NULL, &planned, &failure));
        ocigraph_push_result_free(pushed);
        ocigraph_pull_result_free(pulled);
        ocigraph_graph_free(graph);
        ocigraph_copy_report_free(copied);
        ocigraph_verify_report_free(verified);
        ocigraph_delete_report_free(planned);

        /* RFC 3339 times end with the year 9999. */
        SUCCEEDS(ocigraph_push_options_set_source_date_epoch(push, VALUES[i], &failure));
        pushed = NULL;
        ocigraph_status status = ocigraph_client_push(client, at(location, ":any"), push, NULL, &pushed, NULL);
        CHECK(status == (VALUES[i] <= 1ull << 32 ? OCIGRAPH_OK : OCIGRAPH_INVALID_ARGUMENT));
        ocigraph_push_result_free(pushed);
        ocigraph_push_options_free(push);
        ocigraph_pull_options_free(pull);
        ocigraph_discover_options_free(walk);
        ocigraph_copy_options_free(copy);
        ocigraph_verify_options_free(verify);
        ocigraph_delete_options_free(plan);
    }
    ocigraph_runtime *runtime = GARBAGE(ocigraph_runtime);
    ocigraph_descriptor *tagged = GARBAGE(ocigraph_descriptor);
    ocigraph_str tag = OCIGRAPH_STR("x");
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_runtime_new((size_t)-1, &runtime, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_client_tag(client, at(location, ":any"), &tag, (size_t)-1, NULL, &tagged, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_client_tag(client, (ocigraph_str){"x", (size_t)-1}, &tag, 1, NULL, &tagged, &failure));
    CHECK(runtime == NULL && tagged == NULL);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    const char *location = argv[1], *slow = argv[2];
    ocigraph_client *client = new_client();
    char digest[128];
    attach(client, at(location, ":v1"), "app/example", ocigraph_text(NULL), "content", digest);
    for (int i = 0; i < 3; i++) {
        attach(client, at(location, ""), "sbom/example", at(location, ":v1"), i == 0 ? "a" : i == 1 ? "b" : "c", digest);
    }
    CHECK(discover(at(location, ":v1"), OCIGRAPH_LIMIT_MAX_ENTRIES, 0) == OCIGRAPH_OK);
    CHECK(discover(at(location, ":v1"), OCIGRAPH_LIMIT_MAX_ENTRIES, 2) == OCIGRAPH_TOO_LARGE);
    CHECK(discover(at(location, ":v1"), OCIGRAPH_LIMIT_MAX_PAGES, 2) == OCIGRAPH_TOO_LARGE);
    CHECK(discover(at(location, ":v1"), OCIGRAPH_LIMIT_MAX_MANIFEST_BYTES, 100) == OCIGRAPH_TOO_LARGE);
    CHECK(discover(at(slow, ":v1"), OCIGRAPH_LIMIT_RESPONSE_TIMEOUT, 50) == OCIGRAPH_TIMEOUT);

    ocigraph_client_options *options = ocigraph_client_options_new();
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_client_options_set_limit(options, 0, 1, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_client_options_set_limit(options, 12, 1, &failure));
    ocigraph_client_options_free(options);

    limits_accept_any_value(location);
    numeric_options_accept_any_value(client, location);

    CHECK(mkdir("packed", 0700) == 0);
    write_file("packed/a", "a");
    write_file("packed/b", "b");
    ocigraph_push_options *push = ocigraph_push_options_new();
    ocigraph_push_result *pushed = NULL;
    SUCCEEDS(ocigraph_push_options_add_path(push, OCIGRAPH_STR("packed"), ocigraph_text(NULL), ocigraph_text(NULL),
                                            &failure));
    SUCCEEDS(ocigraph_client_push(client, at(location, ":packed"), push, NULL, &pushed, &failure));
    ocigraph_push_result_free(pushed);
    ocigraph_push_options_free(push);
    ocigraph_pull_options *pull = ocigraph_pull_options_new();
    ocigraph_pull_result *pulled = GARBAGE(ocigraph_pull_result);
    SUCCEEDS(ocigraph_pull_options_set_output(pull, OCIGRAPH_STR("out"), &failure));
    SUCCEEDS(ocigraph_pull_options_set_unpack_limits(pull, 2, 0, 0, &failure));
    FAILS(OCIGRAPH_TOO_LARGE, ocigraph_client_pull(client, at(location, ":packed"), pull, NULL, &pulled, &failure));
    CHECK(pulled == NULL);
    SUCCEEDS(ocigraph_pull_options_set_unpack_limits(pull, 0, 1, 0, &failure));
    FAILS(OCIGRAPH_TOO_LARGE, ocigraph_client_pull(client, at(location, ":packed"), pull, NULL, &pulled, &failure));
    SUCCEEDS(ocigraph_pull_options_set_unpack_limits(pull, 3, 1 << 20, 1000, &failure));
    SUCCEEDS(ocigraph_client_pull(client, at(location, ":packed"), pull, NULL, &pulled, &failure));
    CHECK(file_holds("out/packed/a", "a") && file_holds("out/packed/b", "b"));
    ocigraph_pull_result_free(pulled);
    ocigraph_pull_options_free(pull);
    ocigraph_client_free(client);
    return 0;
}
