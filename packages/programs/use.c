/* Pushes an image and a referrer to the location in the argument, and reads and deletes them. */
#include <ocigraph.h>
#include <stdio.h>
#include <stdlib.h>

static ocigraph_client *client;
static ocigraph_error *error;

static void check(ocigraph_status status) {
    if (status != OCIGRAPH_OK) {
        fprintf(stderr, "use: %.*s\n", OCIGRAPH_PRINTF(ocigraph_error_message(error)));
        exit(1);
    }
}

static void push(const char *reference, const char *type, const char *subject) {
    ocigraph_push_options *options = ocigraph_push_options_new();
    ocigraph_push_result *pushed = NULL;
    check(ocigraph_push_options_set_artifact_type(options, ocigraph_text(type), &error));
    if (subject) check(ocigraph_push_options_set_subject(options, ocigraph_text(subject), &error));
    check(ocigraph_client_push(client, ocigraph_text(reference), options, NULL, &pushed, &error));
    ocigraph_push_result_free(pushed);
    ocigraph_push_options_free(options);
}

int main(int argc, char **argv) {
    ocigraph_graph *graph = NULL;
    char image[600];
    if (argc != 2) return 2;
    snprintf(image, sizeof image, "%s:v1", argv[1]);
    check(ocigraph_client_new(NULL, NULL, &client, &error));
    push(image, "image/example", NULL);
    push(argv[1], "sbom/example", image);
    check(ocigraph_client_discover(client, ocigraph_text(image), NULL, NULL, &graph, &error));
    printf("%s\n%.*s", ocigraph_version(), OCIGRAPH_PRINTF(ocigraph_graph_tree(graph)));
    ocigraph_graph_free(graph);
    ocigraph_client_free(client);
    return 0;
}
