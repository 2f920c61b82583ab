/* Executes one step of a scenario (tests/scenarios/README.md) with the C library.
 *
 *   step OPERATION KEY=VALUE...      a list repeats its key; a map has arguments KEY.NAME=VALUE
 *
 * Prints the result as JSON, or content unchanged. If the operation fails, it prints the name of the status and exits
 * with 3. */

#include "check.h"

static int count;
static char **arguments;

/* Returns the value of the next argument with this key, starting at `*from`, or NULL. */
static const char *next_value(const char *key, int *from) {
    size_t length = strlen(key);
    for (; *from < count; (*from)++) {
        if (strncmp(arguments[*from], key, length) == 0 && arguments[*from][length] == '=') {
            return arguments[(*from)++] + length + 1;
        }
    }
    return NULL;
}

static ocigraph_str text(const char *key) {
    int from = 0;
    return ocigraph_text(next_value(key, &from));
}

static bool flag(const char *key) {
    return ocigraph_str_is(text(key), "true");
}

/* Splits the next argument KEY.NAME=VALUE, starting at `*from`. */
static bool next_pair(const char *key, int *from, ocigraph_str *name, ocigraph_str *value) {
    size_t length = strlen(key);
    for (; *from < count; (*from)++) {
        char *argument = arguments[*from];
        if (strncmp(argument, key, length) == 0 && argument[length] == '.') {
            char *equals = strchr(argument, '=');
            *name = (ocigraph_str){argument + length + 1, (size_t)(equals - argument) - length - 1};
            *value = ocigraph_text(equals + 1);
            (*from)++;
            return true;
        }
    }
    return false;
}

static void end_with(ocigraph_status status) {
    if (status != OCIGRAPH_OK) {
        fprintf(stderr, "%.*s\n", OCIGRAPH_PRINTF(ocigraph_error_message(failure)));
        printf("%.*s", OCIGRAPH_PRINTF(ocigraph_status_name(status)));
        exit(3);
    }
}

static void print(ocigraph_str json) {
    fwrite(json.data, 1, json.length, stdout);
}

static void print_descriptor(ocigraph_descriptor *descriptor) {
    printf("{\"descriptor\":%.*s}", OCIGRAPH_PRINTF(ocigraph_descriptor_json(descriptor)));
    ocigraph_descriptor_free(descriptor);
}

static void push(ocigraph_client *client) {
    ocigraph_push_options *options = ocigraph_push_options_new();
    ocigraph_push_result *result;
    ocigraph_str name, value;
    const char *file;
    for (int from = 0; (file = next_value("files", &from)) != NULL;) {
        const char *colon = strchr(file, ':');
        ocigraph_str path = colon ? (ocigraph_str){file, (size_t)(colon - file)} : ocigraph_text(file);
        ocigraph_str type = ocigraph_text(colon ? colon + 1 : NULL);
        end_with(ocigraph_push_options_add_path(options, path, type, ocigraph_text(NULL), &failure));
    }
    for (int from = 0; next_pair("annotations", &from, &name, &value);) {
        end_with(ocigraph_push_options_add_annotation(options, name, value, &failure));
    }
    end_with(ocigraph_push_options_set_artifact_type(options, text("artifact_type"), &failure));
    end_with(ocigraph_push_options_set_subject(options, text("subject"), &failure));
    if (text("config").length > 0) {
        end_with(ocigraph_push_options_set_config_path(options, text("config"), ocigraph_text(NULL), &failure));
    }
    static const char *formats[] = {"auto", "oci-1.1", "oci-1.0", "oci-artifact", "oras-artifact"};
    for (int32_t format = OCIGRAPH_FORMAT_AUTO; format <= OCIGRAPH_FORMAT_ORAS_ARTIFACT; format++) {
        if (ocigraph_str_is(text("format"), formats[format])) {
            end_with(ocigraph_push_options_set_format(options, format, &failure));
        }
    }
    end_with(ocigraph_client_push(client, text("target"), options, NULL, &result, &failure));
    print(ocigraph_push_result_json(result));
    ocigraph_push_result_free(result);
    ocigraph_push_options_free(options);
}

static void pull(ocigraph_client *client) {
    ocigraph_pull_options *options = ocigraph_pull_options_new();
    ocigraph_pull_result *result;
    end_with(ocigraph_pull_options_set_output(options, text("output"), &failure));
    end_with(ocigraph_pull_options_set_artifact_type(options, text("artifact_type"), &failure));
    end_with(ocigraph_pull_options_set_platform(options, text("platform"), &failure));
    end_with(ocigraph_pull_options_set_include_subject(options, flag("include_subject"), &failure));
    end_with(ocigraph_pull_options_set_keep_old_files(options, flag("keep_old_files"), &failure));
    end_with(ocigraph_client_pull(client, text("target"), options, NULL, &result, &failure));
    print(ocigraph_pull_result_json(result));
    ocigraph_pull_result_free(result);
    ocigraph_pull_options_free(options);
}

static void discover(ocigraph_client *client) {
    ocigraph_discover_options *options = ocigraph_discover_options_new();
    ocigraph_graph *graph;
    ocigraph_str name, value;
    for (int from = 0; next_pair("annotations", &from, &name, &value);) {
        end_with(ocigraph_discover_options_add_annotation(options, name, value, &failure));
    }
    end_with(ocigraph_discover_options_set_artifact_type(options, text("artifact_type"), &failure));
    if (text("depth").length > 0) {
        end_with(ocigraph_discover_options_set_depth(options, strtoul(text("depth").data, NULL, 10), &failure));
    }
    end_with(ocigraph_client_discover(client, text("target"), options, NULL, &graph, &failure));
    print(ocigraph_graph_json(graph));
    ocigraph_graph_free(graph);
    ocigraph_discover_options_free(options);
}

static void delete(ocigraph_client *client) {
    ocigraph_delete_options *options = ocigraph_delete_options_new();
    ocigraph_delete_report *report;
    end_with(ocigraph_delete_options_set_dry_run(options, flag("dry_run"), &failure));
    end_with(ocigraph_delete_options_set_force(options, flag("force"), &failure));
    end_with(ocigraph_client_delete(client, text("target"), options, NULL, &report, &failure));
    print(ocigraph_delete_report_json(report));
    ocigraph_delete_report_free(report);
    ocigraph_delete_options_free(options);
}

static void copy(ocigraph_client *client) {
    ocigraph_copy_options *options = ocigraph_copy_options_new();
    ocigraph_copy_report *report;
    end_with(ocigraph_copy_options_set_recursive(options, flag("recursive"), &failure));
    end_with(ocigraph_copy_options_set_platform(options, text("platform"), &failure));
    end_with(ocigraph_client_copy(client, text("source"), text("destination"), options, NULL, &report, &failure));
    print(ocigraph_copy_report_json(report));
    ocigraph_copy_report_free(report);
    ocigraph_copy_options_free(options);
}

static void verify(ocigraph_client *client) {
    ocigraph_verify_report *report;
    end_with(ocigraph_client_verify(client, text("target"), NULL, NULL, &report, &failure));
    print(ocigraph_verify_report_json(report));
    ocigraph_verify_report_free(report);
}

static void resolve(ocigraph_client *client) {
    ocigraph_resolve_options *options = ocigraph_resolve_options_new();
    ocigraph_descriptor *descriptor;
    end_with(ocigraph_resolve_options_set_platform(options, text("platform"), &failure));
    end_with(ocigraph_client_resolve(client, text("target"), options, NULL, &descriptor, &failure));
    print_descriptor(descriptor);
    ocigraph_resolve_options_free(options);
}

static void tag(ocigraph_client *client) {
    ocigraph_str tags[16];
    size_t number = 0;
    const char *value;
    for (int from = 0; (value = next_value("tags", &from)) != NULL;) {
        CHECK(number < 16);
        tags[number++] = ocigraph_text(value);
    }
    ocigraph_descriptor *descriptor;
    end_with(ocigraph_client_tag(client, text("target"), tags, number, NULL, &descriptor, &failure));
    print_descriptor(descriptor);
}

static void untag(ocigraph_client *client) {
    end_with(ocigraph_client_untag(client, text("target"), NULL, &failure));
    printf("{}");
}

static void tags(ocigraph_client *client) {
    ocigraph_text_list *list;
    end_with(ocigraph_client_tags(client, text("target"), NULL, &list, &failure));
    print(ocigraph_text_list_json(list));
    ocigraph_text_list_free(list);
}

static void repositories(ocigraph_client *client) {
    ocigraph_text_list *list;
    end_with(ocigraph_client_repositories(client, text("host"), NULL, &list, &failure));
    print(ocigraph_text_list_json(list));
    ocigraph_text_list_free(list);
}

static void manifests(ocigraph_client *client) {
    ocigraph_manifest_list *list;
    end_with(ocigraph_client_manifests(client, text("target"), NULL, &list, &failure));
    print(ocigraph_manifest_list_json(list));
    ocigraph_manifest_list_free(list);
}

static void fetch_manifest(ocigraph_client *client) {
    ocigraph_manifest *manifest;
    end_with(ocigraph_client_fetch_manifest(client, text("target"), NULL, NULL, &manifest, &failure));
    ocigraph_bytes bytes = ocigraph_manifest_bytes(manifest);
    fwrite(bytes.data, 1, bytes.length, stdout);
    ocigraph_manifest_free(manifest);
}

static void push_manifest(ocigraph_client *client) {
    ocigraph_descriptor *descriptor;
    ocigraph_str manifest = text("manifest");
    end_with(ocigraph_client_push_manifest(client, text("target"), ocigraph_text(NULL), bytes_of(manifest.data), NULL,
                                           &descriptor, &failure));
    print_descriptor(descriptor);
}

static int32_t write_out(void *user_data, const uint8_t *data, size_t length) {
    return fwrite(data, 1, length, user_data) == length ? 0 : 1;
}

static void fetch_blob(ocigraph_client *client) {
    ocigraph_descriptor *descriptor;
    end_with(ocigraph_client_fetch_blob(client, text("target"), write_out, stdout, NULL, NULL, &descriptor, &failure));
    ocigraph_descriptor_free(descriptor);
}

static void push_blob(ocigraph_client *client) {
    ocigraph_blob_result *result;
    end_with(ocigraph_client_push_blob(client, text("target"), ocigraph_text(NULL), bytes_of(text("content").data), NULL, NULL,
                                       &result, &failure));
    print(ocigraph_blob_result_json(result));
    ocigraph_blob_result_free(result);
}

static void digest_files(ocigraph_client *client) {
    (void)client;
    ocigraph_str paths[16];
    size_t number = 0;
    const char *value;
    for (int from = 0; (value = next_value("files", &from)) != NULL;) {
        CHECK(number < 16);
        paths[number++] = ocigraph_text(value);
    }
    ocigraph_digest_list *list;
    end_with(ocigraph_digest_files(OCIGRAPH_ALGORITHM_SHA256, paths, number, NULL, &list, &failure));
    print(ocigraph_digest_list_json(list));
    ocigraph_digest_list_free(list);
}

static const struct {
    const char *name;
    void (*run)(ocigraph_client *);
} operations[] = {
    {"push", push}, {"pull", pull}, {"discover", discover}, {"delete", delete}, {"copy", copy}, {"verify", verify},
    {"resolve", resolve}, {"tag", tag}, {"untag", untag}, {"tags", tags}, {"manifests", manifests},
    {"repositories", repositories}, {"fetch_manifest", fetch_manifest}, {"push_manifest", push_manifest},
    {"fetch_blob", fetch_blob}, {"push_blob", push_blob}, {"digest_files", digest_files},
};

int main(int argc, char **argv) {
    CHECK(argc >= 2);
    count = argc - 2, arguments = argv + 2;
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (strcmp(argv[1], operations[i].name) == 0) {
            ocigraph_client *client = new_client();
            operations[i].run(client);
            ocigraph_client_free(client);
            return 0;
        }
    }
    fprintf(stderr, "C has no operation %s\n", argv[1]);
    return 2;
}
