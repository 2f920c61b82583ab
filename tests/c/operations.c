/* Every operation in its blocking form, and every accessor of its result.
 *
 *   operations LOCATION OTHER HOST      two empty repositories or layouts, and the registry or "" */

#include "check.h"

static const char *location, *other, *host;

static void push_and_read_the_result(const ocigraph_client *client) {
    write_file("a.txt", "content of a\n");
    ocigraph_push_options *options = ocigraph_push_options_new();
    SUCCEEDS(ocigraph_push_options_add_path(options, OCIGRAPH_STR("a.txt"), OCIGRAPH_STR("text/markdown"),
                                            ocigraph_text(NULL), &failure));
    SUCCEEDS(ocigraph_push_options_add_file_annotation(options, OCIGRAPH_STR("of"), OCIGRAPH_STR("the file"), &failure));
    SUCCEEDS(ocigraph_push_options_add_bytes(options, OCIGRAPH_STR("b.json"), ocigraph_text(NULL),
                                             bytes_of("{}"), &failure));
    SUCCEEDS(ocigraph_push_options_add_annotation(options, OCIGRAPH_STR("of"), OCIGRAPH_STR("the manifest"), &failure));
    SUCCEEDS(ocigraph_push_options_set_artifact_type(options, OCIGRAPH_STR("app/example"), &failure));
    SUCCEEDS(ocigraph_push_options_set_config(options, bytes_of("{\"x\":1}"), OCIGRAPH_STR("application/x"), &failure));
    SUCCEEDS(ocigraph_push_options_set_format(options, OCIGRAPH_FORMAT_OCI_1_1, &failure));
    SUCCEEDS(ocigraph_push_options_set_source_date_epoch(options, 1700000000, &failure));
    SUCCEEDS(ocigraph_push_options_set_concurrency(options, 2, &failure));

    ocigraph_push_result *result = GARBAGE(ocigraph_push_result);
    SUCCEEDS(ocigraph_client_push(client, at(location, ":v1,latest"), options, NULL, &result, &failure));
    const ocigraph_descriptor *manifest = ocigraph_push_result_descriptor(result);
    CHECK(same(ocigraph_push_result_reference(result), by_digest(location, ocigraph_descriptor_digest(manifest))));
    CHECK(ocigraph_str_is(ocigraph_descriptor_media_type(manifest), "application/vnd.oci.image.manifest.v1+json"));
    CHECK(ocigraph_str_is(ocigraph_descriptor_artifact_type(manifest), "app/example"));
    CHECK(ocigraph_str_is(ocigraph_descriptor_annotation(manifest, OCIGRAPH_STR("of")), "the manifest"));
    CHECK(ocigraph_str_is(ocigraph_descriptor_annotation(manifest, OCIGRAPH_STR("org.opencontainers.image.created")),
                          "2023-11-14T22:13:20Z"));
    CHECK(ocigraph_descriptor_annotation(manifest, OCIGRAPH_STR("no such")).data == NULL);
    CHECK(ocigraph_descriptor_annotation_count(manifest) == 2);
    CHECK(ocigraph_str_is(ocigraph_descriptor_annotation_key(manifest, 0), "of"));
    CHECK(ocigraph_str_is(ocigraph_descriptor_annotation_value(manifest, 0), "the manifest"));
    CHECK(ocigraph_descriptor_annotation_key(manifest, 2).data == NULL);
    CHECK(ocigraph_descriptor_size(manifest) == ocigraph_push_result_manifest(result).length);
    CHECK(ocigraph_push_result_tag_count(result) == 2);
    CHECK(ocigraph_str_is(ocigraph_push_result_tag(result, 1), "latest"));
    CHECK(ocigraph_push_result_tag(result, 2).data == NULL);
    CHECK(ocigraph_push_result_blob_count(result) == 2);
    const ocigraph_descriptor *blob = ocigraph_push_result_blob(result, 0);
    CHECK(ocigraph_str_is(ocigraph_descriptor_title(blob), "a.txt"));
    CHECK(ocigraph_str_is(ocigraph_descriptor_media_type(blob), "text/markdown"));
    CHECK(ocigraph_str_is(ocigraph_descriptor_annotation(blob, OCIGRAPH_STR("of")), "the file"));
    CHECK(ocigraph_descriptor_platform(blob).data == NULL);
    CHECK(ocigraph_push_result_blob_outcome(result, 0) == OCIGRAPH_OUTCOME_UPLOADED);
    CHECK(ocigraph_push_result_blob(result, 2) == NULL);
    CHECK(contains(ocigraph_push_result_json(result), "\"media_type\":\"text/markdown\""));
    CHECK(ocigraph_push_result_json(result).data == ocigraph_push_result_json(result).data);
    CHECK(contains(ocigraph_descriptor_json(blob), "\"size\":13"));
    ocigraph_push_result_free(result);

    /* The options are unchanged, and the same push sends nothing. */
    SUCCEEDS(ocigraph_client_push(client, at(location, ":v2"), options, NULL, &result, &failure));
    CHECK(ocigraph_push_result_blob_outcome(result, 0) == OCIGRAPH_OUTCOME_ALREADY_EXISTS);
    ocigraph_push_result_free(result);
    ocigraph_push_options_free(options);
}

static void walk_the_graph(const ocigraph_client *client) {
    char signature[128], sbom[128], deep[128];
    ocigraph_graph *graph = NULL, *part = NULL;
    attach(client, at(location, ""), "signature/example", at(location, ":v1"), "a signature", signature);
    attach(client, at(location, ""), "sbom/example", at(location, ":v1"), "an SBoM", sbom);
    attach(client, at(location, ""), "signature/example", by_digest(location, ocigraph_text(sbom)), "deep", deep);

    SUCCEEDS(ocigraph_client_discover(client, at(location, ":v1"), NULL, NULL, &graph, &failure));
    CHECK(ocigraph_graph_count(graph) == 3 && ocigraph_graph_step_count(graph) == 3);
    ocigraph_str subject = ocigraph_descriptor_digest(ocigraph_graph_subject(graph));
    CHECK(ocigraph_graph_referrer_count(graph, subject) == 2);
    CHECK(ocigraph_graph_referrer_count(graph, ocigraph_text(sbom)) == 1);
    CHECK(ocigraph_graph_referrer_count(graph, OCIGRAPH_STR("no digest")) == 0);
    CHECK(ocigraph_str_is(ocigraph_descriptor_digest(ocigraph_graph_referrer(graph, ocigraph_text(sbom), 0)), deep));
    CHECK(ocigraph_graph_referrer(graph, ocigraph_text(sbom), 1) == NULL);
    size_t seen = 0;
    for (size_t i = 0; i < ocigraph_graph_step_count(graph); i++) {
        ocigraph_str digest = ocigraph_descriptor_digest(ocigraph_graph_descriptor(graph, i));
        ocigraph_str above = ocigraph_descriptor_digest(ocigraph_graph_refers_to(graph, i));
        bool is_deep = ocigraph_str_is(digest, deep);
        CHECK(ocigraph_graph_depth(graph, i) == (is_deep ? 2u : 1u));
        CHECK(is_deep ? ocigraph_str_is(above, sbom) : same(above, subject));
        CHECK(ocigraph_graph_is_first(graph, i));
        seen += is_deep || ocigraph_str_is(digest, sbom) || ocigraph_str_is(digest, signature);
    }
    CHECK(seen == 3);
    CHECK(ocigraph_graph_descriptor(graph, 3) == NULL && ocigraph_graph_refers_to(graph, 3) == NULL);
    CHECK(contains(ocigraph_graph_tree(graph), "sbom/example\n"));
    CHECK(contains(ocigraph_graph_tree(graph), deep));
    CHECK(contains(ocigraph_graph_dot(graph), "digraph"));
    CHECK(contains(ocigraph_graph_mermaid(graph), "graph BT"));
    CHECK(contains(ocigraph_graph_json(graph), "\"references\""));
    CHECK(contains(ocigraph_graph_json(graph), "\"artifact_type\""));

    ocigraph_discover_options *options = ocigraph_discover_options_new();
    SUCCEEDS(ocigraph_discover_options_set_artifact_type(options, OCIGRAPH_STR("sbom/example"), &failure));
    SUCCEEDS(ocigraph_graph_filter(graph, options, &part, &failure));
    CHECK(ocigraph_graph_count(part) == 2);
    ocigraph_graph_free(part);
    SUCCEEDS(ocigraph_client_discover(client, at(location, ":v1"), options, NULL, &part, &failure));
    CHECK(ocigraph_graph_count(part) == 2);
    ocigraph_graph_free(part);
    SUCCEEDS(ocigraph_discover_options_set_depth(options, 1, &failure));
    SUCCEEDS(ocigraph_discover_options_set_concurrency(options, 1, &failure));
    SUCCEEDS(ocigraph_client_discover(client, at(location, ":v1"), options, NULL, &part, &failure));
    CHECK(ocigraph_graph_count(part) == 1);
    ocigraph_graph_free(part);
    SUCCEEDS(ocigraph_discover_options_add_annotation(options, OCIGRAPH_STR("no"), OCIGRAPH_STR("such"), &failure));
    SUCCEEDS(ocigraph_client_discover(client, at(location, ":v1"), options, NULL, &part, &failure));
    CHECK(ocigraph_graph_count(part) == 0);
    ocigraph_graph_free(part);
    ocigraph_discover_options_free(options);
    ocigraph_graph_free(graph);
}

static void tags_and_lists(const ocigraph_client *client) {
    ocigraph_descriptor *named = NULL, *again = NULL;
    ocigraph_text_list *texts = NULL;
    ocigraph_manifest_list *manifests = NULL;
    ocigraph_resolve_options *options = ocigraph_resolve_options_new();
    SUCCEEDS(ocigraph_client_resolve(client, at(location, ":v1"), NULL, NULL, &named, &failure));
    SUCCEEDS(ocigraph_resolve_options_set_platform(options, OCIGRAPH_STR("linux/arm64"), &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_resolve_options_set_platform(options, OCIGRAPH_STR("x"), &failure));
    again = GARBAGE(ocigraph_descriptor);
    FAILS(OCIGRAPH_NOT_FOUND, ocigraph_client_resolve(client, at(location, ":v9"), options, NULL, &again, &failure));
    CHECK(again == NULL);
    ocigraph_resolve_options_free(options);

    ocigraph_str tags[] = {OCIGRAPH_STR("x"), OCIGRAPH_STR("y")};
    SUCCEEDS(ocigraph_client_tag(client, at(location, ":v1"), tags, 2, NULL, &again, &failure));
    CHECK(same(ocigraph_descriptor_digest(named), ocigraph_descriptor_digest(again)));
    ocigraph_descriptor_free(again);
    SUCCEEDS(ocigraph_client_tags(client, at(location, ""), NULL, &texts, &failure));
    CHECK(ocigraph_text_list_count(texts) == 5);
    CHECK(contains(ocigraph_text_list_json(texts), "\"tags\""));
    CHECK(ocigraph_text_list_get(texts, 5).data == NULL && ocigraph_text_list_get(texts, 4).data != NULL);
    ocigraph_text_list_free(texts);
    ocigraph_tag_list *details = NULL;
    SUCCEEDS(ocigraph_client_tag_details(client, at(location, ""), NULL, &details, &failure));
    CHECK(ocigraph_tag_list_count(details) == 5);
    for (size_t i = 0; i < 5; i++) {
        CHECK(ocigraph_tag_list_name(details, i).length > 0);
        CHECK(ocigraph_tag_list_digest(details, i).length == strlen("sha256:") + 64);
        CHECK(ocigraph_tag_list_signed(details, i) == OCIGRAPH_SIGNED_UNKNOWN);
        CHECK(ocigraph_tag_list_created(details, i).data == NULL);
        CHECK(ocigraph_tag_list_last_updated(details, i).data == NULL);
        CHECK(ocigraph_tag_list_attributes(details, i) == 0);
    }
    ocigraph_tag_list_free(details);
    SUCCEEDS(ocigraph_client_untag(client, at(location, ":x,y"), NULL, NULL, &failure));
    FAILS(OCIGRAPH_INVALID_REFERENCE, ocigraph_client_untag(client, at(location, ""), NULL, NULL, &failure));

    SUCCEEDS(ocigraph_client_manifests(client, at(location, ""), NULL, &manifests, &failure));
    CHECK(ocigraph_manifest_list_count(manifests) == 4);
    for (size_t i = 0; i < 4; i++) {
        const ocigraph_descriptor *manifest = ocigraph_manifest_list_descriptor(manifests, i);
        bool tagged = same(ocigraph_descriptor_digest(manifest), ocigraph_descriptor_digest(named));
        CHECK(ocigraph_manifest_list_tag_count(manifests, i) == (tagged ? 3u : 0u));
        CHECK((ocigraph_manifest_list_tag(manifests, i, 0).data != NULL) == tagged);
        CHECK((ocigraph_manifest_list_subject(manifests, i).data == NULL) == tagged);
        CHECK(ocigraph_manifest_list_image_size(manifests, i) > 0);
        if (tagged) {
            CHECK(ocigraph_str_is(ocigraph_manifest_list_created(manifests, i), "2023-11-14T22:13:20Z"));
            CHECK(ocigraph_str_is(ocigraph_manifest_list_config_media_type(manifests, i), "application/x"));
        }
        CHECK(ocigraph_manifest_list_architecture(manifests, i).data == NULL);
        CHECK(ocigraph_manifest_list_os(manifests, i).data == NULL);
    }
    CHECK(contains(ocigraph_manifest_list_json(manifests), "\"image_size\""));
    ocigraph_manifest_list_free(manifests);
    if (host[0] != '\0') {
        SUCCEEDS(ocigraph_client_repositories(client, ocigraph_text(host), NULL, &texts, &failure));
        CHECK(ocigraph_text_list_count(texts) >= 1);
        ocigraph_text_list_free(texts);
    }
    ocigraph_descriptor_free(named);
}

static void pull_copy_and_verify(const ocigraph_client *client) {
    ocigraph_pull_options *pull = ocigraph_pull_options_new();
    ocigraph_pull_result *pulled = NULL;
    SUCCEEDS(ocigraph_pull_options_set_output(pull, OCIGRAPH_STR("out"), &failure));
    SUCCEEDS(ocigraph_client_pull(client, at(location, ":v1"), pull, NULL, &pulled, &failure));
    CHECK(ocigraph_pull_result_count(pulled) == 1);
    CHECK(contains(ocigraph_pull_result_reference(pulled, 0), "@sha256:"));
    CHECK(ocigraph_descriptor_size(ocigraph_pull_result_descriptor(pulled, 0)) > 0);
    CHECK(ocigraph_pull_result_file_count(pulled, 0) == 2);
    CHECK(ocigraph_str_is(ocigraph_pull_result_file_path(pulled, 0, 0), "out/a.txt"));
    CHECK(ocigraph_descriptor_size(ocigraph_pull_result_file(pulled, 0, 0)) == 13);
    CHECK(ocigraph_pull_result_file_outcome(pulled, 0, 0) == OCIGRAPH_OUTCOME_WRITTEN);
    /* The config has no title. It is neither written nor skipped. */
    CHECK(ocigraph_pull_result_skipped_count(pulled, 0) == 0);
    CHECK(ocigraph_pull_result_skipped(pulled, 0, 0) == NULL && ocigraph_pull_result_file(pulled, 1, 0) == NULL);
    CHECK(contains(ocigraph_pull_result_json(pulled), "\"written\""));
    CHECK(file_holds("out/a.txt", "content of a\n") && file_holds("out/b.json", "{}"));
    ocigraph_pull_result_free(pulled);
    write_file("out/a.txt", "mine");
    SUCCEEDS(ocigraph_pull_options_set_keep_old_files(pull, true, &failure));
    SUCCEEDS(ocigraph_pull_options_set_artifact_type(pull, OCIGRAPH_STR("sbom/example"), &failure));
    SUCCEEDS(ocigraph_pull_options_set_include_subject(pull, true, &failure));
    SUCCEEDS(ocigraph_client_pull(client, at(location, ":v1"), pull, NULL, &pulled, &failure));
    CHECK(ocigraph_pull_result_count(pulled) == 2);
    CHECK(file_holds("out/a.txt", "mine") && file_holds("out/content.txt", "an SBoM"));
    ocigraph_pull_result_free(pulled);
    ocigraph_pull_options_free(pull);

    ocigraph_copy_options *copy = ocigraph_copy_options_new();
    ocigraph_copy_report *copied = NULL;
    SUCCEEDS(ocigraph_copy_options_set_recursive(copy, true, &failure));
    SUCCEEDS(ocigraph_client_copy(client, at(location, ":v1"), at(other, ":w1"), copy, NULL, &copied, &failure));
    CHECK(ocigraph_copy_report_manifests(copied) == 4);
    CHECK(contains(ocigraph_copy_report_source(copied), "@sha256:"));
    CHECK(contains(ocigraph_copy_report_destination(copied), "@sha256:"));
    CHECK(ocigraph_descriptor_size(ocigraph_copy_report_descriptor(copied)) > 0);
    CHECK(ocigraph_copy_report_tag_count(copied) == 1 && ocigraph_str_is(ocigraph_copy_report_tag(copied, 0), "w1"));
    CHECK(ocigraph_copy_report_blobs(copied, OCIGRAPH_OUTCOME_UPLOADED) +
              ocigraph_copy_report_blobs(copied, OCIGRAPH_OUTCOME_MOUNTED) + 
              ocigraph_copy_report_blobs(copied, OCIGRAPH_OUTCOME_ALREADY_EXISTS) >= 6);
    CHECK(ocigraph_copy_report_bytes(copied) > 0);
    CHECK(contains(ocigraph_copy_report_json(copied), "\"manifests\":4"));
    ocigraph_copy_report_free(copied);
    ocigraph_copy_options_free(copy);

    ocigraph_verify_report *verified = NULL;
    SUCCEEDS(ocigraph_client_verify(client, at(other, ":w1"), NULL, NULL, &verified, &failure));
    CHECK(ocigraph_verify_report_problem_count(verified) == 0);
    CHECK(ocigraph_verify_report_checked(verified) >= 10 && ocigraph_verify_report_bytes(verified) > 0);
    CHECK(contains(ocigraph_verify_report_json(verified), "\"problems\":[]"));
    ocigraph_verify_report_free(verified);
}

/* Copies with a second client for the destination, which is freed before the options. */
static void copy_with_two_clients(const ocigraph_client *client) {
    ocigraph_client *second = NULL;
    ocigraph_copy_options *options = ocigraph_copy_options_new();
    ocigraph_copy_report *report = NULL;
    SUCCEEDS(ocigraph_client_new(NULL, NULL, &second, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_copy_options_set_destination_client(NULL, second, &failure));
    SUCCEEDS(ocigraph_copy_options_set_destination_client(options, second, &failure));
    ocigraph_client_free(second);
    for (int i = 0; i < 2; i++) {
        SUCCEEDS(ocigraph_client_copy(client, at(location, ":v1"), at(other, ":two"), options, NULL, &report, &failure));
        CHECK(ocigraph_copy_report_manifests(report) <= 1);
        ocigraph_copy_report_free(report);
        SUCCEEDS(ocigraph_copy_options_set_destination_client(options, NULL, &failure));
    }
    ocigraph_copy_options_free(options);
}

static void delete_the_graph(const ocigraph_client *client) {
    ocigraph_delete_options *options = ocigraph_delete_options_new();
    ocigraph_delete_report *report = NULL;
    SUCCEEDS(ocigraph_delete_options_set_dry_run(options, true, &failure));
    SUCCEEDS(ocigraph_client_delete(client, at(location, ":v1"), options, NULL, &report, &failure));
    /* The image has another tag, so it is kept. */
    CHECK(ocigraph_delete_report_dry_run(report) && ocigraph_delete_report_kept_count(report) >= 1);
    CHECK(contains(ocigraph_delete_report_kept_reason(report, 0), "tagged"));
    CHECK(ocigraph_descriptor_size(ocigraph_delete_report_kept(report, 0)) > 0);
    ocigraph_delete_report_free(report);
    SUCCEEDS(ocigraph_delete_options_set_dry_run(options, false, &failure));
    SUCCEEDS(ocigraph_delete_options_set_force(options, true, &failure));
    SUCCEEDS(ocigraph_client_delete(client, at(location, ":v1"), options, NULL, &report, &failure));
    CHECK(!ocigraph_delete_report_dry_run(report));
    CHECK(ocigraph_delete_report_deleted_count(report) == 4 && ocigraph_delete_report_failed_count(report) == 0);
    CHECK(ocigraph_descriptor_size(ocigraph_delete_report_deleted(report, 3)) > 0);
    CHECK(ocigraph_delete_report_failed(report, 0) == NULL);
    CHECK(ocigraph_delete_report_failed_status(report, 0) == OCIGRAPH_OK);
    CHECK(ocigraph_delete_report_failed_message(report, 0).data == NULL);
    CHECK(contains(ocigraph_delete_report_json(report), "\"failed\":[]"));
    ocigraph_delete_report_free(report);
    ocigraph_delete_options_free(options);
}

int main(int argc, char **argv) {
    CHECK(argc == 4);
    location = argv[1], other = argv[2], host = argv[3];
    CHECK(ocigraph_abi_version() == OCIGRAPH_ABI_VERSION);
    ocigraph_client_options *options = ocigraph_client_options_new();
    ocigraph_client *client = GARBAGE(ocigraph_client);
    SUCCEEDS(ocigraph_client_options_add_header(options, OCIGRAPH_STR("x-test"), OCIGRAPH_STR("1"), &failure));
    SUCCEEDS(ocigraph_client_options_set_user_agent(options, OCIGRAPH_STR("operations/1"), &failure));
    SUCCEEDS(ocigraph_client_options_set_plain_http(options, true, &failure));
    SUCCEEDS(ocigraph_client_new(NULL, options, &client, &failure));
    ocigraph_client_options_free(options);
    push_and_read_the_result(client);
    walk_the_graph(client);
    tags_and_lists(client);
    pull_copy_and_verify(client);
    copy_with_two_clients(client);
    delete_the_graph(client);
    ocigraph_client_free(client);
    return 0;
}
