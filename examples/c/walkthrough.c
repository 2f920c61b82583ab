/* Runs the walkthrough of the article in C (tests/article/walkthrough contains it as commands): attaches a signature, a
 * readme and an SBoM to an image, signs the SBoM, prints the graph, pulls the readme, and deletes everything.
 *
 *   REGISTRY=localhost:5000 ./walkthrough      or REGISTRY=oci:some/folder
 *
 * The image $REGISTRY/net-monitor:v1 must exist. The pushed content comes from memory. */

#include <ocigraph.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ocigraph_client *client;
static ocigraph_error *error;
static char repository[512], image[600];

/* Exits if a call has failed. */
static void check(ocigraph_status status) {
    if (status != OCIGRAPH_OK) {
        fprintf(stderr, "walkthrough: %.*s\n", OCIGRAPH_PRINTF(ocigraph_error_message(error)));
        exit(1);
    }
}

static void step(const char *title) {
    printf("\n## %s\n", title);
}

struct file {
    const char *title, *media_type, *content;
};

/* Pushes files from memory as a referrer of `subject`. */
static void push(const char *type, const char *subject, const struct file *files, size_t count) {
    ocigraph_push_options *options = ocigraph_push_options_new();
    ocigraph_push_result *pushed = NULL;
    check(ocigraph_push_options_set_artifact_type(options, ocigraph_text(type), &error));
    check(ocigraph_push_options_set_subject(options, ocigraph_text(subject), &error));
    for (size_t i = 0; i < count; i++) {
        ocigraph_bytes content = {(const uint8_t *)files[i].content, strlen(files[i].content)};
        check(ocigraph_push_options_add_bytes(options, ocigraph_text(files[i].title), ocigraph_text(files[i].media_type),
                                              content, &error));
    }
    check(ocigraph_client_push(client, ocigraph_text(repository), options, NULL, &pushed, &error));
    ocigraph_str digest = ocigraph_descriptor_digest(ocigraph_push_result_descriptor(pushed));
    printf("Digest: %.*s\n", OCIGRAPH_PRINTF(digest));
    ocigraph_push_result_free(pushed);
    ocigraph_push_options_free(options);
}

static void draw(void) {
    ocigraph_graph *graph = NULL;
    check(ocigraph_client_discover(client, ocigraph_text(image), NULL, NULL, &graph, &error));
    printf("%.*s", OCIGRAPH_PRINTF(ocigraph_graph_tree(graph)));
    ocigraph_graph_free(graph);
}

/* Stores "REPOSITORY@DIGEST" of the first direct referrer with an artifact type in `name`. */
static void first_of(const char *type, char *name, size_t size) {
    ocigraph_discover_options *options = ocigraph_discover_options_new();
    ocigraph_graph *graph = NULL;
    check(ocigraph_discover_options_set_artifact_type(options, ocigraph_text(type), &error));
    check(ocigraph_client_discover(client, ocigraph_text(image), options, NULL, &graph, &error));
    ocigraph_str subject = ocigraph_descriptor_digest(ocigraph_graph_subject(graph));
    for (size_t i = 0; i < ocigraph_graph_referrer_count(graph, subject); i++) {
        const ocigraph_descriptor *referrer = ocigraph_graph_referrer(graph, subject, i);
        /* The filtered graph also contains referrers of other types that lead to one of this type. */
        if (ocigraph_str_is(ocigraph_descriptor_artifact_type(referrer), type)) {
            snprintf(name, size, "%s@%.*s", repository, OCIGRAPH_PRINTF(ocigraph_descriptor_digest(referrer)));
            ocigraph_graph_free(graph);
            ocigraph_discover_options_free(options);
            return;
        }
    }
    fprintf(stderr, "walkthrough: nothing of type %s refers to %s\n", type, image);
    exit(1);
}

static void delete_graph(bool dry_run) {
    ocigraph_delete_options *options = ocigraph_delete_options_new();
    ocigraph_delete_report *report = NULL;
    check(ocigraph_delete_options_set_dry_run(options, dry_run, &error));
    check(ocigraph_client_delete(client, ocigraph_text(image), options, NULL, &report, &error));
    for (size_t i = 0; i < ocigraph_delete_report_deleted_count(report); i++) {
        ocigraph_str digest = ocigraph_descriptor_digest(ocigraph_delete_report_deleted(report, i));
        printf("%s %.*s\n", dry_run ? "Would delete" : "Deleted", OCIGRAPH_PRINTF(digest));
    }
    ocigraph_delete_report_free(report);
    ocigraph_delete_options_free(options);
}

int main(void) {
    const char *registry = getenv("REGISTRY");
    if (registry == NULL) {
        fprintf(stderr, "usage: REGISTRY=... walkthrough\n");
        return 2;
    }
    snprintf(repository, sizeof repository, "%s/net-monitor", registry);
    snprintf(image, sizeof image, "%s:v1", repository);
    check(ocigraph_client_new(NULL, NULL, &client, &error));
    char content[1024], name[700];

    step("push a signature");
    snprintf(content, sizeof content, "{\"artifact\": \"%s\", \"signature\": \"pat hancock\"}\n", image);
    push("signature/example", image, &(struct file){"signature.json", "application/json", content}, 1);

    step("push a multi-file artifact");
    struct file readme[] = {{"readme.md", "application/markdown", "Readme Content\n"},
                            {"readme-details.md", "application/markdown", "Detailed Content\n"}};
    push("readme/example", image, readme, 2);

    step("discover");
    draw();

    step("push an SBoM");
    snprintf(content, sizeof content, "{\"version\": \"0.0.0.0\", \"artifact\": \"%s\", \"contents\": \"good\"}\n", image);
    push("sbom/example", image, &(struct file){"sbom.json", "application/json", content}, 1);

    step("sign the SBoM");
    first_of("sbom/example", name, sizeof name);
    snprintf(content, sizeof content, "{\"artifact\": \"%s\", \"signature\": \"pat hancock\"}\n", name);
    push("signature/example", name, &(struct file){"sbom-signature.json", "application/json", content}, 1);

    step("view the graph");
    draw();

    step("pull the docs");
    ocigraph_pull_options *options = ocigraph_pull_options_new();
    ocigraph_pull_result *pulled = NULL;
    first_of("readme/example", name, sizeof name);
    check(ocigraph_pull_options_set_output(options, OCIGRAPH_STR("download"), &error));
    check(ocigraph_client_pull(client, ocigraph_text(name), options, NULL, &pulled, &error));
    for (size_t i = 0; i < ocigraph_pull_result_file_count(pulled, 0); i++) {
        printf("%.*s\n", OCIGRAPH_PRINTF(ocigraph_pull_result_file_path(pulled, 0, i)));
    }
    ocigraph_pull_result_free(pulled);
    ocigraph_pull_options_free(options);

    step("list the tags");
    ocigraph_text_list *tags = NULL;
    check(ocigraph_client_tags(client, ocigraph_text(repository), NULL, &tags, &error));
    for (size_t i = 0; i < ocigraph_text_list_count(tags); i++) {
        printf("%.*s\n", OCIGRAPH_PRINTF(ocigraph_text_list_get(tags, i)));
    }
    ocigraph_text_list_free(tags);

    step("plan the delete");
    delete_graph(true);
    step("delete the graph");
    delete_graph(false);

    step("what remains");
    ocigraph_manifest_list *manifests = NULL;
    ocigraph_status status = ocigraph_client_manifests(client, ocigraph_text(repository), NULL, &manifests, &error);
    if (status == OCIGRAPH_NOT_FOUND) {
        printf("nothing: the repository is gone\n");
        ocigraph_error_free(error);
    } else {
        check(status);
        printf("%.*s\n", OCIGRAPH_PRINTF(ocigraph_manifest_list_json(manifests)));
    }
    ocigraph_manifest_list_free(manifests);
    ocigraph_client_free(client);
    return 0;
}
