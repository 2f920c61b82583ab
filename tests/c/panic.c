/* A panic inside the library comes back as INTERNAL, and the process lives. Needs the library with hooks.
 *
 *   panic PLACE */

#include "check.h"

ocigraph_status ocigraph_test_panic(ocigraph_error **error);
ocigraph_status ocigraph_discover_options_set_tomorrow(ocigraph_discover_options *options, uint64_t tomorrow,
                                                       ocigraph_error **error);

int main(int argc, char **argv) {
    CHECK(argc == 2);
    ocigraph_client *client = new_client();
    ocigraph_error *error = GARBAGE(ocigraph_error);
    CHECK(ocigraph_test_panic(&error) == OCIGRAPH_INTERNAL);
    CHECK(contains(ocigraph_error_message(error), "as ordered"));
    ocigraph_error_free(error);
    CHECK(ocigraph_test_panic(NULL) == OCIGRAPH_INTERNAL);

    /* The same client goes on, with the option that today's header lacks. */
    char digest[128];
    ocigraph_graph *graph = NULL;
    ocigraph_discover_options *options = ocigraph_discover_options_new();
    SUCCEEDS(ocigraph_discover_options_set_tomorrow(options, 1, &failure));
    attach(client, at(argv[1], ":v1"), "app/example", ocigraph_text(NULL), "content", digest);
    SUCCEEDS(ocigraph_client_discover(client, at(argv[1], ":v1"), options, NULL, &graph, &failure));
    ocigraph_graph_free(graph);
    ocigraph_discover_options_free(options);
    ocigraph_client_free(client);
    return 0;
}
