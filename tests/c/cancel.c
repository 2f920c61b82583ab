/* Cancellation before, during and after a call, from another thread.
 *
 *   cancel LOCATION SLOW      an empty layout, and a repository whose registry responds after one minute */

#include "check.h"

static double cancelled;

static void *cancel_soon(void *cancel) {
    struct timespec pause = {.tv_nsec = 100000000};
    nanosleep(&pause, NULL);
    cancelled = seconds();
    ocigraph_cancel_cancel(cancel);
    ocigraph_cancel_cancel(cancel);
    return NULL;
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    const char *location = argv[1], *slow = argv[2];
    ocigraph_client *client = new_client();
    ocigraph_graph *graph = NULL;
    ocigraph_cancel *cancel = ocigraph_cancel_new();
    CHECK(!ocigraph_cancel_is_cancelled(cancel));

    /* After: the result is not affected. */
    char digest[128];
    attach(client, at(location, ":v1"), "app/example", ocigraph_text(NULL), "content", digest);
    SUCCEEDS(ocigraph_client_discover(client, at(location, ":v1"), NULL, cancel, &graph, &failure));
    ocigraph_cancel_cancel(cancel);
    CHECK(ocigraph_cancel_is_cancelled(cancel));
    CHECK(contains(ocigraph_graph_tree(graph), location));
    ocigraph_graph_free(graph);

    /* Before: the operation does not start. */
    graph = GARBAGE(ocigraph_graph);
    FAILS(OCIGRAPH_CANCELLED, ocigraph_client_discover(client, at(location, ":v1"), NULL, cancel, &graph, &failure));
    CHECK(graph == NULL);
    ocigraph_push_result *pushed = GARBAGE(ocigraph_push_result);
    FAILS(OCIGRAPH_CANCELLED, ocigraph_client_push(client, at(location, ":v2"), NULL, cancel, &pushed, &failure));
    CHECK(pushed == NULL);
    FAILS(OCIGRAPH_CANCELLED, ocigraph_client_untag(client, at(location, ":v1"), NULL, cancel, &failure));
    ocigraph_cancel_free(cancel);

    /* During: the call returns although the registry does not respond. */
    pthread_t thread;
    cancel = ocigraph_cancel_new();
    CHECK(pthread_create(&thread, NULL, cancel_soon, cancel) == 0);
    ocigraph_error *error = NULL;
    graph = GARBAGE(ocigraph_graph);
    CHECK(ocigraph_client_discover(client, at(slow, ":v1"), NULL, cancel, &graph, &error) == OCIGRAPH_CANCELLED);
    double returned = seconds();
    pthread_join(thread, NULL);
    CHECK(graph == NULL && returned - cancelled < slower());
    CHECK(ocigraph_str_is(ocigraph_error_operation(error), "discover"));
    CHECK(same(ocigraph_error_reference(error), at(slow, ":v1")) && !ocigraph_error_retryable(error));
    ocigraph_error_free(error);
    ocigraph_cancel_free(cancel);

    /* Digests of files, before and during: the file never ends. */
    cancel = ocigraph_cancel_new();
    ocigraph_descriptor *digest_of = GARBAGE(ocigraph_descriptor);
    ocigraph_digest_list *digests = GARBAGE(ocigraph_digest_list);
    ocigraph_str endless[] = {OCIGRAPH_STR("/dev/zero"), OCIGRAPH_STR("/dev/zero"), OCIGRAPH_STR("/dev/zero")};
    CHECK(pthread_create(&thread, NULL, cancel_soon, cancel) == 0);
    FAILS(OCIGRAPH_CANCELLED,
          ocigraph_digest_files(OCIGRAPH_ALGORITHM_SHA256, endless, 3, cancel, &digests, &failure));
    returned = seconds();
    pthread_join(thread, NULL);
    CHECK(digests == NULL && returned - cancelled < slower());
    FAILS(OCIGRAPH_CANCELLED,
          ocigraph_digest_file(OCIGRAPH_ALGORITHM_SHA512, endless[0], cancel, &digest_of, &failure));
    CHECK(digest_of == NULL);
    ocigraph_cancel_free(cancel);

    /* The client still works. */
    SUCCEEDS(ocigraph_client_discover(client, at(location, ":v1"), NULL, NULL, &graph, &failure));
    ocigraph_graph_free(graph);
    ocigraph_client_free(client);
    return 0;
}
