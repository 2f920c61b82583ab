/* Attaches an SBoM to an image and prints the tree of everything that is attached to it.
 *
 *   cc attach_sbom.c -o attach_sbom $(pkg-config --cflags --libs ocigraph)
 *   ./attach_sbom registry.example.com/net-monitor:v1 sbom.json */

#include <ocigraph.h>
#include <stdio.h>

/* Pushes the SBoM to the repository of the image without a tag: a referrer is found through its subject. */
static ocigraph_status attach(const ocigraph_client *client, const ocigraph_reference *image, ocigraph_str path,
                              ocigraph_error **error) {
    ocigraph_push_options *options = ocigraph_push_options_new();
    ocigraph_push_result *pushed = NULL;
    ocigraph_str type = OCIGRAPH_STR("sbom/example"), media_type = OCIGRAPH_STR("application/json");
    ocigraph_status status = ocigraph_push_options_set_artifact_type(options, type, error);
    if (status == OCIGRAPH_OK) {
        status = ocigraph_push_options_set_subject(options, ocigraph_reference_text(image), error);
    }
    if (status == OCIGRAPH_OK) {
        status = ocigraph_push_options_add_path(options, path, media_type, OCIGRAPH_STR("sbom.json"), error);
    }
    if (status == OCIGRAPH_OK) {
        status = ocigraph_client_push(client, ocigraph_reference_location(image), options, NULL, &pushed, error);
    }
    if (status == OCIGRAPH_OK) {
        printf("attached %.*s\n", OCIGRAPH_PRINTF(ocigraph_push_result_reference(pushed)));
    }
    ocigraph_push_result_free(pushed);
    ocigraph_push_options_free(options);
    return status;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: attach_sbom IMAGE FILE\n");
        return 2;
    }
    ocigraph_reference *image = NULL;
    ocigraph_client *client = NULL;
    ocigraph_graph *graph = NULL;
    ocigraph_error *error = NULL;
    ocigraph_status status = ocigraph_reference_parse(ocigraph_text(argv[1]), &image, &error);
    if (status == OCIGRAPH_OK) {
        status = ocigraph_client_new(NULL, NULL, &client, &error);
    }
    if (status == OCIGRAPH_OK) {
        status = attach(client, image, ocigraph_text(argv[2]), &error);
    }
    if (status == OCIGRAPH_OK) {
        status = ocigraph_client_discover(client, ocigraph_reference_text(image), NULL, NULL, &graph, &error);
    }
    if (status == OCIGRAPH_OK) {
        printf("%.*s", OCIGRAPH_PRINTF(ocigraph_graph_tree(graph)));
    } else {
        /* The message includes the reason and a hint. */
        fprintf(stderr, "attach_sbom: %.*s\n", OCIGRAPH_PRINTF(ocigraph_error_message(error)));
    }
    ocigraph_error_free(error);
    ocigraph_graph_free(graph);
    ocigraph_client_free(client);
    ocigraph_reference_free(image);
    return status == OCIGRAPH_OK ? 0 : 1;
}
