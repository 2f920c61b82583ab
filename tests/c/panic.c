/* A panic in the library is reported as INTERNAL, and the process continues. Requires the library with functions for tests.
 *
 *   panic LOCATION */

#include "check.h"

ocigraph_status ocigraph_test_panic(ocigraph_error **error);
ocigraph_status ocigraph_test_panic_inside(const ocigraph_client *client, bool file_work, ocigraph_error **error);
ocigraph_status ocigraph_test_panic_start(const ocigraph_client *client, bool file_work, ocigraph_discover_fn done,
                                          void *user_data, ocigraph_error **error);
ocigraph_status ocigraph_discover_options_set_future_option(ocigraph_discover_options *options, uint64_t value,
                                                       ocigraph_error **error);

static int calls;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void on_complete(void *user_data, ocigraph_status status, ocigraph_graph *graph, ocigraph_error *error) {
    CHECK(user_data == &calls && status == OCIGRAPH_INTERNAL && graph == NULL);
    CHECK(contains(ocigraph_error_message(error), "a panic for the test"));
    ocigraph_error_free(error);
    pthread_mutex_lock(&lock);
    calls++;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

static void a_panic_during_an_operation(const ocigraph_client *client, bool file_work) {
    ocigraph_error *error = GARBAGE(ocigraph_error);
    CHECK(ocigraph_test_panic_inside(client, file_work, &error) == OCIGRAPH_INTERNAL);
    CHECK(contains(ocigraph_error_message(error), "a panic for the test"));
    ocigraph_error_free(error);
    int before = calls;
    for (int i = 0; i < 8; i++) {
        SUCCEEDS(ocigraph_test_panic_start(client, file_work, on_complete, &calls, &failure));
    }
    pthread_mutex_lock(&lock);
    while (calls < before + 8) {
        pthread_cond_wait(&changed, &lock);
    }
    pthread_mutex_unlock(&lock);
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    ocigraph_client *client = new_client();
    ocigraph_error *error = GARBAGE(ocigraph_error);
    CHECK(ocigraph_test_panic(&error) == OCIGRAPH_INTERNAL);
    CHECK(contains(ocigraph_error_message(error), "a panic for the test"));
    ocigraph_error_free(error);
    CHECK(ocigraph_test_panic(NULL) == OCIGRAPH_INTERNAL);
    a_panic_during_an_operation(client, false);
    a_panic_during_an_operation(client, true);

    /* The client still works, with an option that the header does not have yet. */
    char digest[128];
    ocigraph_graph *graph = NULL;
    ocigraph_discover_options *options = ocigraph_discover_options_new();
    SUCCEEDS(ocigraph_discover_options_set_future_option(options, 1, &failure));
    attach(client, at(argv[1], ":v1"), "app/example", ocigraph_text(NULL), "content", digest);
    SUCCEEDS(ocigraph_client_discover(client, at(argv[1], ":v1"), options, NULL, &graph, &failure));
    ocigraph_graph_free(graph);
    ocigraph_discover_options_free(options);
    ocigraph_client_free(client);
    return 0;
}
