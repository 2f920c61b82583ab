/* 16 threads share one client, options, a cancel token and a repository.
 *
 *   threads LOCATION ROUNDS */

#include "check.h"

enum { THREADS = 16 };

static const char *location;
static int rounds;
static ocigraph_client *client;
static ocigraph_cancel *cancel;
static ocigraph_discover_options *discover;

static void *work(void *number) {
    int me = *(int *)number;
    for (int round = 0; round < rounds; round++) {
        char tag[64], content[64], image[128], signature[128];
        snprintf(tag, sizeof tag, ":t%d-%d", me, round);
        snprintf(content, sizeof content, "content %d %d", me, round);
        attach(client, at(location, tag), "app/example", ocigraph_text(NULL), content, image);
        attach(client, at(location, ""), "signature/example", at(location, tag), content, signature);
        ocigraph_graph *graph = NULL;
        SUCCEEDS(ocigraph_client_discover(client, at(location, tag), discover, cancel, &graph, &failure));
        CHECK(ocigraph_graph_count(graph) == 1);
        CHECK(ocigraph_str_is(ocigraph_descriptor_digest(ocigraph_graph_descriptor(graph, 0)), signature));
        ocigraph_graph_free(graph);
        ocigraph_delete_report *report = NULL;
        SUCCEEDS(ocigraph_client_delete(client, at(location, tag), NULL, cancel, &report, &failure));
        CHECK(ocigraph_delete_report_deleted_count(report) == 2);
        ocigraph_delete_report_free(report);
    }
    return NULL;
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    location = argv[1], rounds = atoi(argv[2]);
    client = new_client();
    cancel = ocigraph_cancel_new();
    discover = ocigraph_discover_options_new();
    SUCCEEDS(ocigraph_discover_options_set_artifact_type(discover, OCIGRAPH_STR("signature/example"), &failure));
    pthread_t threads[THREADS];
    int numbers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        CHECK(pthread_create(&threads[i], NULL, work, &numbers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    ocigraph_text_list *tags = NULL;
    SUCCEEDS(ocigraph_client_tags(client, at(location, ""), NULL, &tags, &failure));
    CHECK(ocigraph_text_list_count(tags) == 0);
    ocigraph_text_list_free(tags);
    ocigraph_discover_options_free(discover);
    ocigraph_cancel_free(cancel);
    ocigraph_client_free(client);
    return 0;
}
