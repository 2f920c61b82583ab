/* Attaches an SBoM to an image and prints the tree of everything that is attached to it.
 *
 *   cc attach_sbom.c -o attach_sbom $(pkg-config --cflags --libs ocigraph)
 *   ./attach_sbom registry.example.com/net-monitor v1 sbom.json */

#include <ocigraph.h>
#include <stdio.h>

/* Says what went wrong, and what to try. */
static int failed(ocigraph_error *error) {
    fprintf(stderr, "attach_sbom: %.*s\n", OCIGRAPH_PRINTF(ocigraph_error_message(error)));
    ocigraph_error_free(error);
    return 1;
}

/* Without a tag: a referrer is found through its subject. */
static ocigraph_status attach(const ocigraph_client *client, ocigraph_str repository, ocigraph_str image,
                              ocigraph_str path, ocigraph_error **error) {
    ocigraph_push_options *options = ocigraph_push_options_new();
    ocigraph_push_result *pushed = NULL;
    ocigraph_str type = OCIGRAPH_STR("sbom/example"), media_type = OCIGRAPH_STR("application/json");
    ocigraph_status status = ocigraph_push_options_set_artifact_type(options, type, error);
    if (status == OCIGRAPH_OK) {
        status = ocigraph_push_options_set_subject(options, image, error);
    }
    if (status == OCIGRAPH_OK) {
        status = ocigraph_push_options_add_path(options, path, media_type, OCIGRAPH_STR("sbom.json"), error);
    }
    if (status == OCIGRAPH_OK) {
        status = ocigraph_client_push(client, repository, options, NULL, &pushed, error);
    }
    if (status == OCIGRAPH_OK) {
        printf("attached %.*s\n", OCIGRAPH_PRINTF(ocigraph_push_result_reference(pushed)));
    }
    ocigraph_push_result_free(pushed);
    ocigraph_push_options_free(options);
    return status;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: attach_sbom REPOSITORY TAG FILE\n");
        return 2;
    }
    char name[1024];
    snprintf(name, sizeof name, "%s:%s", argv[1], argv[2]);
    ocigraph_str repository = ocigraph_text(argv[1]), image = ocigraph_text(name), sbom = ocigraph_text(argv[3]);
    ocigraph_client *client = NULL;
    ocigraph_graph *graph = NULL;
    ocigraph_error *error = NULL;
    ocigraph_status status = ocigraph_client_new(NULL, NULL, &client, &error);
    if (status == OCIGRAPH_OK) {
        status = attach(client, repository, image, sbom, &error);
    }
    if (status == OCIGRAPH_OK) {
        status = ocigraph_client_discover(client, image, NULL, NULL, &graph, &error);
    }
    if (status == OCIGRAPH_OK) {
        printf("%.*s", OCIGRAPH_PRINTF(ocigraph_graph_tree(graph)));
    }
    ocigraph_graph_free(graph);
    ocigraph_client_free(client);
    return status == OCIGRAPH_OK ? 0 : failed(error);
}
