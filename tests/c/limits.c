/* Bounds on waiting, on what a registry may send, and on what an archive may unpack to.
 *
 *   limits PLACE SLOW      an empty repository whose lists come in pages of one, and a repository whose registry takes a
 *                          minute to answer */

#include "check.h"

#include <sys/stat.h>

/* How a discover ends within one limit. */
static ocigraph_status discover(ocigraph_str image, int32_t limit, uint64_t value) {
    ocigraph_client_options *options = ocigraph_client_options_new();
    ocigraph_client *client = NULL;
    ocigraph_graph *graph = NULL;
    SUCCEEDS(ocigraph_client_options_set_limit(options, OCIGRAPH_LIMIT_TRIES, 1, &failure));
    SUCCEEDS(ocigraph_client_options_set_limit(options, limit, value, &failure));
    SUCCEEDS(ocigraph_client_new(NULL, options, &client, &failure));
    ocigraph_client_options_free(options);
    ocigraph_status status = ocigraph_client_discover(client, image, NULL, NULL, &graph, NULL);
    CHECK((status == OCIGRAPH_OK) == (graph != NULL));
    ocigraph_graph_free(graph);
    ocigraph_client_free(client);
    return status;
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    const char *place = argv[1], *slow = argv[2];
    ocigraph_client *client = new_client();
    char digest[128];
    attach(client, at(place, ":v1"), "app/example", ocigraph_text(NULL), "content", digest);
    for (int i = 0; i < 3; i++) {
        attach(client, at(place, ""), "sbom/example", at(place, ":v1"), i == 0 ? "a" : i == 1 ? "b" : "c", digest);
    }
    CHECK(discover(at(place, ":v1"), OCIGRAPH_LIMIT_ENTRIES, 0) == OCIGRAPH_OK);
    CHECK(discover(at(place, ":v1"), OCIGRAPH_LIMIT_ENTRIES, 2) == OCIGRAPH_TOO_LARGE);
    CHECK(discover(at(place, ":v1"), OCIGRAPH_LIMIT_PAGES, 2) == OCIGRAPH_TOO_LARGE);
    CHECK(discover(at(place, ":v1"), OCIGRAPH_LIMIT_METADATA, 100) == OCIGRAPH_TOO_LARGE);
    CHECK(discover(at(slow, ":v1"), OCIGRAPH_LIMIT_FIRST_HEADER, 50) == OCIGRAPH_TIMEOUT);

    ocigraph_client_options *options = ocigraph_client_options_new();
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_client_options_set_limit(options, 0, 1, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_client_options_set_limit(options, 11, 1, &failure));
    ocigraph_client_options_free(options);

    CHECK(mkdir("packed", 0700) == 0);
    write_file("packed/a", "a");
    write_file("packed/b", "b");
    ocigraph_push_options *push = ocigraph_push_options_new();
    ocigraph_push_result *pushed = NULL;
    SUCCEEDS(ocigraph_push_options_add_path(push, OCIGRAPH_STR("packed"), ocigraph_text(NULL), ocigraph_text(NULL),
                                            &failure));
    SUCCEEDS(ocigraph_client_push(client, at(place, ":packed"), push, NULL, &pushed, &failure));
    ocigraph_push_result_free(pushed);
    ocigraph_push_options_free(push);
    ocigraph_pull_options *pull = ocigraph_pull_options_new();
    ocigraph_pull_result *pulled = GARBAGE(ocigraph_pull_result);
    SUCCEEDS(ocigraph_pull_options_set_output(pull, OCIGRAPH_STR("out"), &failure));
    SUCCEEDS(ocigraph_pull_options_set_unpack_limits(pull, 2, 0, 0, &failure));
    FAILS(OCIGRAPH_TOO_LARGE, ocigraph_client_pull(client, at(place, ":packed"), pull, NULL, &pulled, &failure));
    CHECK(pulled == NULL);
    SUCCEEDS(ocigraph_pull_options_set_unpack_limits(pull, 0, 1, 0, &failure));
    FAILS(OCIGRAPH_TOO_LARGE, ocigraph_client_pull(client, at(place, ":packed"), pull, NULL, &pulled, &failure));
    SUCCEEDS(ocigraph_pull_options_set_unpack_limits(pull, 3, 1 << 20, 1000, &failure));
    SUCCEEDS(ocigraph_client_pull(client, at(place, ":packed"), pull, NULL, &pulled, &failure));
    CHECK(file_holds("out/packed/a", "a") && file_holds("out/packed/b", "b"));
    ocigraph_pull_result_free(pulled);
    ocigraph_pull_options_free(pull);
    ocigraph_client_free(client);
    return 0;
}
