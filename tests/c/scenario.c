/* Executes steps of scenarios with the C library. tests/scenarios/README.md describes the protocol, scenario_options.h
 * lists the options. */

#include "check.h"
#include "json.h"

#include <setjmp.h>

/* The step: its arguments, its client, and the answer so far. A failure jumps to `answered`. */
static json *arguments;
static ocigraph_client *client;
static output answer, events;
static jmp_buf answered;

static void unsupported(const char *what, const char *name) {
    answer.length = 0;
    output_text(&answer, "\"unsupported\":\"");
    output_text(&answer, what);
    output_text(&answer, " ");
    output_text(&answer, name);
    output_text(&answer, "\"");
    longjmp(answered, 1);
}

static void need(ocigraph_status status) {
    if (status == OCIGRAPH_OK) {
        return;
    }
    answer.length = 0;
    output_text(&answer, "\"error\":{\"code\":");
    output_string(&answer, ocigraph_status_name(status));
    output_text(&answer, ",\"message\":");
    output_string(&answer, ocigraph_error_message(failure));
    output_text(&answer, "}");
    ocigraph_error_free(failure);
    failure = NULL;
    longjmp(answered, 1);
}

/* Returns an argument, and takes it, or NULL. */
static json *take(const char *name) {
    json *value = json_get(arguments, name);
    if (value != NULL) {
        value->taken = true;
    }
    return value;
}

static ocigraph_str text(const char *name) {
    return json_text(take(name));
}

/* Fails if an argument was not taken. */
static void end_arguments(void) {
    for (const json *value = arguments->first; value != NULL; value = value->next) {
        if (!value->taken) {
            unsupported("no argument", value->name);
        }
    }
}

/* The kinds of options. Each defines a function that reads `given`, a member of the object `all`. */

static int32_t record(void *user_data, const ocigraph_event *event) {
    static const char *kinds[] = {"", "started", "moved", "finished"};
    static const char *outcomes[] = {"", "uploaded", "existed", "mounted", "written", "unchanged", "kept", "checked"};
    output *to = user_data;
    output_text(to, to->length == 0 ? "[" : ",");
    output_text(to, "{\"kind\":\"");
    output_text(to, kinds[event->kind]);
    output_text(to, "\",\"outcome\":\"");
    output_text(to, outcomes[event->outcome]);
    output_text(to, "\",\"digest\":");
    output_string(to, ocigraph_descriptor_digest(event->blob));
    if (ocigraph_descriptor_title(event->blob).data != NULL) {
        output_text(to, ",\"title\":");
        output_string(to, ocigraph_descriptor_title(event->blob));
    }
    output_text(to, ",\"size\":");
    output_number(to, ocigraph_descriptor_size(event->blob));
    output_text(to, ",\"position\":");
    output_number(to, event->position);
    output_text(to, "}");
    return 0;
}

static void check_parts(const json *given, const char *const known[], size_t count, const char *what) {
    for (const json *part = given->first; part != NULL; part = part->next) {
        size_t i = 0;
        while (i < count && strcmp(part->name, known[i]) != 0) {
            i++;
        }
        if (i == count) {
            unsupported(what, part->name);
        }
    }
}

/* The content and its properties, of a file that is a path or an object. */
typedef struct {
    ocigraph_str path, title, type;
    const char *content;
    const json *annotations;
} file_parts;

static file_parts parts_of(const json *file) {
    ocigraph_str none = ocigraph_text(NULL);
    if (file->kind == '"') {
        return (file_parts){json_text(file), none, none, NULL, NULL};
    }
    const json *content = json_get(file, "content"), *annotations = json_get(file, "annotations");
    return (file_parts){
        json_text(json_get(file, "path")), json_text(json_get(file, "title")), json_text(json_get(file, "media_type")),
        content ? content->text : NULL, annotations ? annotations->first : NULL,
    };
}

/* The functions that add the files and set the config of the options `handle`. */
#define FILES_OF(handle)                                                                                               \
    static void handle##_add_files(ocigraph_##handle##_options *options, const json *given) {                          \
        static const char *const known[] = {"path", "content", "title", "media_type", "annotations"};                  \
        for (const json *file = given->first; file != NULL; file = file->next) {                                       \
            check_parts(file, known, 5, "no file with");                                                               \
            file_parts parts = parts_of(file);                                                                         \
            if (parts.content != NULL) {                                                                               \
                ocigraph_bytes bytes = bytes_of(parts.content);                                                        \
                need(ocigraph_##handle##_options_add_bytes(options, parts.title, parts.type, bytes, &failure));        \
            } else {                                                                                                   \
                need(ocigraph_##handle##_options_add_path(options, parts.path, parts.type, parts.title, &failure));    \
            }                                                                                                          \
            for (const json *pair = parts.annotations; pair != NULL; pair = pair->next) {                              \
                ocigraph_str key = ocigraph_text(pair->name), value = json_text(pair);                                 \
                need(ocigraph_##handle##_options_add_file_annotation(options, key, value, &failure));                  \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    static void handle##_set_config(ocigraph_##handle##_options *options, const json *given) {                         \
        static const char *const known[] = {"path", "content", "media_type"};                                          \
        check_parts(given, known, 3, "no config with");                                                                \
        file_parts parts = parts_of(given);                                                                            \
        if (parts.content != NULL) {                                                                                   \
            need(ocigraph_##handle##_options_set_config(options, bytes_of(parts.content), parts.type, &failure));      \
        } else {                                                                                                       \
            need(ocigraph_##handle##_options_set_config_path(options, parts.path, parts.type, &failure));              \
        }                                                                                                              \
    }

FILES_OF(push)
FILES_OF(attach)

/* Returns the number of a name: the first has the number `first`. */
static int32_t number_of(const json *given, const char *what, int32_t first, const char *const *names) {
    for (int32_t i = 0; names[i] != NULL; i++) {
        if (ocigraph_str_is(json_text(given), names[i])) {
            return first + i;
        }
    }
    unsupported(what, given->text);
    return 0;
}

static int32_t format(const json *given) {
    static const char *const formats[] = {"auto", "oci-1.1", "oci-1.0", "oci-artifact", "oras-artifact", NULL};
    return number_of(given, "no format", OCIGRAPH_FORMAT_AUTO, formats);
}

static int32_t edge_kind(const json *given) {
    static const char *const kinds[] = {"referrer", "child", "tag", "attestation", NULL};
    return number_of(given, "no kind of edges", OCIGRAPH_EDGE_KIND_REFERRER, kinds);
}

static int32_t attachment_form(const json *given) {
    static const char *const forms[] = {"referrers", "tags", NULL};
    return number_of(given, "no form of attachments", OCIGRAPH_ATTACHMENT_FORM_REFERRERS, forms);
}

static int32_t referrers_mode(const json *given) {
    static const char *const modes[] = {"auto", "api", "tag", NULL};
    return number_of(given, "no referrers mode", OCIGRAPH_REFERRERS_MODE_AUTO, modes);
}

static void set_unpack_limits(ocigraph_pull_options *options, const json *given) {
    uint64_t entries = 0, bytes = 0, ratio = 0;
    for (const json *limit = given->first; limit != NULL; limit = limit->next) {
        if (strcmp(limit->name, "entries") == 0) {
            entries = json_integer(limit);
        } else if (strcmp(limit->name, "bytes") == 0) {
            bytes = json_integer(limit);
        } else if (strcmp(limit->name, "ratio") == 0) {
            ratio = json_integer(limit);
        } else {
            unsupported("no unpack limit", limit->name);
        }
    }
    need(ocigraph_pull_options_set_unpack_limits(options, entries, bytes, ratio, &failure));
}

static ocigraph_credential *credential(const json *given) {
    ocigraph_credential *credential = NULL;
    const json *username = json_get(given, "username"), *password = json_get(given, "password");
    const json *first = given->first;
    if (username != NULL && password != NULL && first->next->next == NULL) {
        need(ocigraph_credential_password(json_text(username), json_text(password), &credential, &failure));
    } else if (first != NULL && strcmp(first->name, "identity_token") == 0 && first->next == NULL) {
        need(ocigraph_credential_identity_token(json_text(first), &credential, &failure));
    } else if (first != NULL && strcmp(first->name, "registry_token") == 0 && first->next == NULL) {
        need(ocigraph_credential_registry_token(json_text(first), &credential, &failure));
    } else {
        unsupported("no credential with", first == NULL ? "nothing" : first->name);
    }
    return credential;
}

/* A callback whose user data is a credential as JSON. */
static ocigraph_status provide(void *user_data, ocigraph_str host, ocigraph_str repository, ocigraph_credential **out,
                               ocigraph_error **error) {
    const json *given = user_data;
    (void)host, (void)repository;
    return ocigraph_credential_password(json_text(json_get(given, "username")), json_text(json_get(given, "password")), out,
                                        error);
}

static void set_credentials(ocigraph_client_options *options, const json *given) {
    if (given->kind == '"') {
        if (strcmp(given->text, "anonymous") == 0) {
            need(ocigraph_client_options_set_anonymous(options, &failure));
        } else if (strcmp(given->text, "stored") != 0) {
            unsupported("no credentials", given->text);
        }
        return;
    }
    json *callback = json_get(given, "callback");
    if (callback != NULL && given->first->next == NULL) {
        need(ocigraph_client_options_set_credential_callback(options, provide, callback, &failure));
        return;
    }
    ocigraph_credential *set = credential(given);
    ocigraph_status status = ocigraph_client_options_set_credential(options, set, &failure);
    ocigraph_credential_free(set);
    need(status);
}

static void set_limits(ocigraph_client_options *options, const json *given) {
    static const struct {
        const char *name;
        /* The number of units of the limit in one of the scenario. */
        double units;
        int32_t number;
    } limits[] = {
#define SECONDS 1000
#define NUMBER 1
#define OPTION(operation, handle, name, KIND, function)
#define LIMIT(name, KIND, number) {#name, KIND, OCIGRAPH_LIMIT_##number},
#include "scenario_options.h"
#undef OPTION
#undef LIMIT
    };
    const size_t count = sizeof limits / sizeof limits[0];
    for (const json *limit = given->first; limit != NULL; limit = limit->next) {
        size_t i = 0;
        while (i < count && strcmp(limits[i].name, limit->name) != 0) {
            i++;
        }
        if (i == count) {
            unsupported("no limit", limit->name);
        }
        uint64_t value = (uint64_t)(json_number(limit) * limits[i].units);
        need(ocigraph_client_options_set_limit(options, limits[i].number, value, &failure));
    }
}

/* The client that an option of the step holds. */
static ocigraph_client *other;

static void *fill(void *options, const char *operation, json *all);

static ocigraph_client *other_client(json *given) {
    ocigraph_client_options *options = fill(ocigraph_client_options_new(), "client", given);
    ocigraph_status status = ocigraph_client_new(NULL, options, &other, &failure);
    ocigraph_client_options_free(options);
    need(status);
    return other;
}

#define SETTER(operation, option) static void operation##_##option(void *options, const json *given, const json *all)
#define UNUSED (void)all
#define SET(handle, function, ...) need(ocigraph_##handle##_options_##function(options, __VA_ARGS__, &failure))

#define TEXT(operation, handle, option, function) \
    SETTER(operation, option) { UNUSED; SET(handle, function, json_text(given)); }
#define BOOL(operation, handle, option, function) \
    SETTER(operation, option) { UNUSED; SET(handle, function, json_true(given)); }
#define INTEGER(operation, handle, option, function) \
    SETTER(operation, option) { UNUSED; SET(handle, function, json_integer(given)); }
#define FORMAT(operation, handle, option, function) \
    SETTER(operation, option) { UNUSED; SET(handle, function, format(given)); }
#define EDGE_KIND(operation, handle, option, function) \
    SETTER(operation, option) { UNUSED; SET(handle, function, edge_kind(given)); }
#define ATTACHMENT_FORM(operation, handle, option, function) \
    SETTER(operation, option) { UNUSED; SET(handle, function, attachment_form(given)); }
#define REFERRERS_MODE(operation, handle, option, function) \
    SETTER(operation, option) { UNUSED; SET(handle, function, referrers_mode(given)); }
#define TEXTS(operation, handle, option, function) \
    SETTER(operation, option) { \
        UNUSED; \
        for (const json *entry = given->first; entry != NULL; entry = entry->next) { \
            SET(handle, function, json_text(entry)); \
        } \
    }
#define PAIRS(operation, handle, option, function) \
    SETTER(operation, option) { \
        UNUSED; \
        for (const json *pair = given->first; pair != NULL; pair = pair->next) { \
            SET(handle, function, ocigraph_text(pair->name), json_text(pair)); \
        } \
    }
#define TEXTS(operation, handle, option, function) \
    SETTER(operation, option) { \
        UNUSED; \
        for (const json *entry = given->first; entry != NULL; entry = entry->next) { \
            SET(handle, function, json_text(entry)); \
        } \
    }
#define PROGRESS(operation, handle, option, function) \
    SETTER(operation, option) { \
        UNUSED; \
        if (json_true(given)) { \
            SET(handle, function, record, &events); \
        } \
    }
/* One function sets both files, so each option sets both. */
#define CERTIFICATE(operation, handle, option, function) \
    SETTER(operation, option) { \
        (void)given; \
        SET(handle, function, json_text(json_get(all, "cert_file")), json_text(json_get(all, "key_file"))); \
    }
#define FILES(operation, handle, option, function) SETTER(operation, option) { UNUSED; handle##_add_files(options, given); }
#define CONFIG(operation, handle, option, function) SETTER(operation, option) { UNUSED; handle##_set_config(options, given); }
#define UNPACK_LIMITS(operation, handle, option, function) \
    SETTER(operation, option) { UNUSED; set_unpack_limits(options, given); }
#define CREDENTIALS(operation, handle, option, function) SETTER(operation, option) { UNUSED; set_credentials(options, given); }
#define CLIENT(operation, handle, option, function) \
    SETTER(operation, option) { UNUSED; SET(handle, function, other_client((json *)given)); }
#define LIMITS(operation, handle, option, function) SETTER(operation, option) { UNUSED; set_limits(options, given); }

#define OPTION(operation, handle, option, KIND, function) KIND(operation, handle, option, function)
#define LIMIT(name, KIND, number)
#include "scenario_options.h"
#undef OPTION
#undef LIMIT

static const struct {
    const char *operation, *name;
    void (*set)(void *options, const json *given, const json *all);
} option_table[] = {
#define OPTION(operation, handle, name, KIND, function) {#operation, #name, operation##_##name},
#define LIMIT(name, KIND, number)
#include "scenario_options.h"
#undef OPTION
#undef LIMIT
};

/* Moves the members of `all` that are left to options. Returns the options. */
static void *fill(void *options, const char *operation, json *all) {
    for (json *given = all->first; given != NULL; given = given->next) {
        const size_t count = sizeof option_table / sizeof option_table[0];
        size_t i = 0;
        while (i < count && (strcmp(option_table[i].operation, operation) != 0 || strcmp(option_table[i].name, given->name) != 0)) {
            i++;
        }
        if (!given->taken && i == count) {
            unsupported("no option", given->name);
        }
        if (!given->taken) {
            option_table[i].set(options, given, all);
        }
    }
    return options;
}

/* The operations. */

static void result(ocigraph_str value) {
    output_text(&answer, "\"result\":");
    output_json(&answer, value);
}

static void result_member(const char *name, ocigraph_str value) {
    output_text(&answer, "\"result\":{\"");
    output_text(&answer, name);
    output_text(&answer, "\":");
    output_json(&answer, value);
    output_text(&answer, "}");
}

static void result_descriptor(ocigraph_descriptor *descriptor) {
    result_member("descriptor", ocigraph_descriptor_json(descriptor));
    ocigraph_descriptor_free(descriptor);
}

static void result_content(const char *data, size_t length) {
    output_text(&answer, "\"result\":{\"content\":");
    output_string(&answer, (ocigraph_str){data, length});
    output_text(&answer, "}");
}

/* The rows so far, as the elements of a list. */
static output all_rows;

static void add_rows(ocigraph_str list) {
    output batch = {0};
    output_json(&batch, list);
    batch.data[batch.length - 1] = '\0'; /* the bracket */
    output_text(&all_rows, all_rows.length == 0 ? "" : ",");
    output_text(&all_rows, batch.data + 1);
    free(batch.data);
}

static void result_rows(ocigraph_str summary) {
    output_text(&answer, "\"result\":{\"rows\":[");
    output_text(&answer, all_rows.length == 0 ? "" : all_rows.data);
    output_text(&answer, "],\"summary\":");
    output_json(&answer, summary);
    output_text(&answer, "}");
}

/* Reads `rows` of the operation `name`, whose batches and totals have these types, and frees them. */
#define READ_ROWS(name, batch_type, summary_type)                                                                      \
    do {                                                                                                               \
        batch_type *batch;                                                                                             \
        summary_type *summary;                                                                                         \
        all_rows.length = 0;                                                                                           \
        for (;;) {                                                                                                     \
            need(ocigraph_##name##_rows_next(rows, NULL, &batch, &failure));                                           \
            if (batch == NULL) {                                                                                       \
                break;                                                                                                 \
            }                                                                                                          \
            add_rows(batch_type##_json(batch));                                                                        \
            batch_type##_free(batch);                                                                                  \
        }                                                                                                              \
        need(ocigraph_##name##_rows_summary(rows, &summary, &failure));                                                \
        result_rows(summary_type##_json(summary));                                                                     \
        summary_type##_free(summary);                                                                                  \
        ocigraph_##name##_rows_free(rows);                                                                             \
    } while (0)

static void push(void) {
    ocigraph_push_result *pushed;
    ocigraph_str reference = text("reference");
    ocigraph_push_options *options = fill(ocigraph_push_options_new(), "push", arguments);
    need(ocigraph_client_push(client, reference, options, NULL, &pushed, &failure));
    result(ocigraph_push_result_json(pushed));
    ocigraph_push_result_free(pushed);
    ocigraph_push_options_free(options);
}

static void run_attach(void) {
    ocigraph_push_result *attached;
    ocigraph_str reference = text("reference");
    ocigraph_attach_options *options = fill(ocigraph_attach_options_new(), "attach", arguments);
    need(ocigraph_client_attach(client, reference, options, NULL, &attached, &failure));
    result(ocigraph_push_result_json(attached));
    ocigraph_push_result_free(attached);
    ocigraph_attach_options_free(options);
}

static void pull(void) {
    ocigraph_pull_result *pulled;
    ocigraph_str reference = text("reference");
    ocigraph_pull_options *options = fill(ocigraph_pull_options_new(), "pull", arguments);
    need(ocigraph_client_pull(client, reference, options, NULL, &pulled, &failure));
    result(ocigraph_pull_result_json(pulled));
    ocigraph_pull_result_free(pulled);
    ocigraph_pull_options_free(options);
}

static void discover(void) {
    ocigraph_graph *graph;
    ocigraph_str reference = text("reference");
    ocigraph_discover_options *options = fill(ocigraph_discover_options_new(), "discover", arguments);
    need(ocigraph_client_discover(client, reference, options, NULL, &graph, &failure));
    /* The root of the JSON is the subject. Its last member is the list of its referrers. */
    output root = {0};
    output_json(&root, ocigraph_graph_json(graph));
    output_text(&answer, "\"result\":{\"subject\":");
    output_text(&answer, root.data);
    output_text(&answer, ",");
    output_text(&answer, strstr(root.data, "\"referrers\""));
    free(root.data);
    ocigraph_graph_free(graph);
    ocigraph_discover_options_free(options);
}

static void discover_each(void) {
    ocigraph_discover_each_rows *rows;
    ocigraph_str reference = text("reference");
    ocigraph_discover_options *options = fill(ocigraph_discover_options_new(), "discover_each", arguments);
    need(ocigraph_client_discover_each(client, reference, options, &rows, &failure));
    ocigraph_discover_options_free(options);
    READ_ROWS(discover_each, ocigraph_discovered_row_list, ocigraph_discover_summary);
}

static void delete(void) {
    ocigraph_delete_report *report;
    ocigraph_str reference = text("reference");
    ocigraph_delete_options *options = fill(ocigraph_delete_options_new(), "delete", arguments);
    need(ocigraph_client_delete(client, reference, options, NULL, &report, &failure));
    result(ocigraph_delete_report_json(report));
    ocigraph_delete_report_free(report);
    ocigraph_delete_options_free(options);
}

static void migrate(void) {
    ocigraph_migrate_report *report;
    ocigraph_str reference = text("reference");
    ocigraph_migrate_options *options = fill(ocigraph_migrate_options_new(), "migrate", arguments);
    need(ocigraph_client_migrate(client, reference, options, NULL, &report, &failure));
    result(ocigraph_migrate_report_json(report));
    ocigraph_migrate_report_free(report);
    ocigraph_migrate_options_free(options);
}

static void copy(void) {
    ocigraph_copy_report *report;
    ocigraph_str source = text("source"), destination = text("destination");
    ocigraph_copy_options *options = fill(ocigraph_copy_options_new(), "copy", arguments);
    need(ocigraph_client_copy(client, source, destination, options, NULL, &report, &failure));
    result(ocigraph_copy_report_json(report));
    ocigraph_copy_report_free(report);
    ocigraph_copy_options_free(options);
}

static void verify(void) {
    ocigraph_verify_report *report;
    ocigraph_str reference = text("reference");
    ocigraph_verify_options *options = fill(ocigraph_verify_options_new(), "verify", arguments);
    need(ocigraph_client_verify(client, reference, options, NULL, &report, &failure));
    result(ocigraph_verify_report_json(report));
    ocigraph_verify_report_free(report);
    ocigraph_verify_options_free(options);
}

static void resolve(void) {
    ocigraph_descriptor *descriptor;
    ocigraph_str reference = text("reference");
    ocigraph_resolve_options *options = fill(ocigraph_resolve_options_new(), "resolve", arguments);
    need(ocigraph_client_resolve(client, reference, options, NULL, &descriptor, &failure));
    result_descriptor(descriptor);
    ocigraph_resolve_options_free(options);
}

/* Reads an argument that is a list of texts. */
static size_t texts(const char *name, ocigraph_str list[16]) {
    size_t count = 0;
    for (const json *entry = take(name)->first; entry != NULL; entry = entry->next) {
        CHECK(count < 16);
        list[count++] = json_text(entry);
    }
    return count;
}

static void sweep(void) {
    ocigraph_sweep_rows *rows;
    ocigraph_str targets[16];
    size_t count = texts("targets", targets);
    ocigraph_sweep_options *options = fill(ocigraph_sweep_options_new(), "sweep", arguments);
    need(ocigraph_client_sweep(client, targets, count, options, &rows, &failure));
    ocigraph_sweep_options_free(options);
    READ_ROWS(sweep, ocigraph_sweep_row_list, ocigraph_sweep_summary);
}

static void run_sync(void) {
    ocigraph_sync_rows *rows;
    ocigraph_str sources[16], destination = text("destination");
    size_t count = texts("sources", sources);
    ocigraph_sync_options *options = fill(ocigraph_sync_options_new(), "sync", arguments);
    need(ocigraph_client_sync(client, sources, count, destination, options, &rows, &failure));
    ocigraph_sync_options_free(options);
    READ_ROWS(sync, ocigraph_sync_row_list, ocigraph_sync_summary);
}

static void prune(void) {
    ocigraph_prune_report *report;
    ocigraph_str references[16];
    size_t count = texts("references", references);
    ocigraph_prune_options *options = fill(ocigraph_prune_options_new(), "prune", arguments);
    need(ocigraph_client_prune(client, references, count, options, NULL, &report, &failure));
    result(ocigraph_prune_report_json(report));
    ocigraph_prune_report_free(report);
    ocigraph_prune_options_free(options);
}

static void backup(void) {
    ocigraph_backup_report *report;
    ocigraph_str references[16], output = text("output");
    size_t count = texts("references", references);
    ocigraph_backup_options *options = fill(ocigraph_backup_options_new(), "backup", arguments);
    need(ocigraph_client_backup(client, references, count, output, options, NULL, &report, &failure));
    result(ocigraph_backup_report_json(report));
    ocigraph_backup_report_free(report);
    ocigraph_backup_options_free(options);
}

static void restore(void) {
    ocigraph_restore_report *report;
    ocigraph_str inputs[16], destination = text("destination");
    size_t count = texts("inputs", inputs);
    ocigraph_restore_options *options = fill(ocigraph_restore_options_new(), "restore", arguments);
    need(ocigraph_client_restore(client, inputs, count, destination, options, NULL, &report, &failure));
    result(ocigraph_restore_report_json(report));
    ocigraph_restore_report_free(report);
    ocigraph_restore_options_free(options);
}

static void check(void) {
    ocigraph_check_report *report;
    ocigraph_str requirements[16], reference = text("reference");
    size_t count = texts("requirements", requirements);
    ocigraph_check_options *options = fill(ocigraph_check_options_new(), "check", arguments);
    need(ocigraph_client_check(client, reference, requirements, count, options, NULL, &report, &failure));
    result(ocigraph_check_report_json(report));
    ocigraph_check_report_free(report);
    ocigraph_check_options_free(options);
}

static void tag(void) {
    ocigraph_descriptor *descriptor;
    ocigraph_str tags[16], reference = text("reference");
    size_t count = texts("tags", tags);
    end_arguments();
    need(ocigraph_client_tag(client, reference, tags, count, NULL, &descriptor, &failure));
    result_descriptor(descriptor);
}

static void untag(void) {
    ocigraph_str reference = text("reference");
    ocigraph_untag_options *options = fill(ocigraph_untag_options_new(), "untag", arguments);
    need(ocigraph_client_untag(client, reference, options, NULL, &failure));
    ocigraph_untag_options_free(options);
    result(OCIGRAPH_STR("{}"));
}

static void tags(void) {
    ocigraph_text_list *list;
    ocigraph_str reference = text("reference");
    end_arguments();
    need(ocigraph_client_tags(client, reference, NULL, &list, &failure));
    result(ocigraph_text_list_json(list));
    ocigraph_text_list_free(list);
}

static void tag_details(void) {
    ocigraph_tag_list *list;
    ocigraph_str reference = text("reference");
    end_arguments();
    need(ocigraph_client_tag_details(client, reference, NULL, &list, &failure));
    result(ocigraph_tag_list_json(list));
    ocigraph_tag_list_free(list);
}

static void manifests(void) {
    ocigraph_manifest_list *list;
    ocigraph_str reference = text("reference");
    end_arguments();
    need(ocigraph_client_manifests(client, reference, NULL, &list, &failure));
    result(ocigraph_manifest_list_json(list));
    ocigraph_manifest_list_free(list);
}

static void repositories(void) {
    ocigraph_text_list *list;
    ocigraph_str host = text("host");
    end_arguments();
    need(ocigraph_client_repositories(client, host, NULL, &list, &failure));
    result(ocigraph_text_list_json(list));
    ocigraph_text_list_free(list);
}

static void login(void) {
    ocigraph_login_result *done;
    ocigraph_str host = text("host");
    ocigraph_credential *given = credential(take("credential"));
    end_arguments();
    ocigraph_status status = ocigraph_client_login(client, host, given, NULL, &done, &failure);
    ocigraph_credential_free(given);
    need(status);
    result(ocigraph_login_result_json(done));
    ocigraph_login_result_free(done);
}

static void logout(void) {
    ocigraph_logout_result *done;
    ocigraph_str host = text("host");
    end_arguments();
    need(ocigraph_client_logout(client, host, NULL, &done, &failure));
    result(ocigraph_logout_result_json(done));
    ocigraph_logout_result_free(done);
}

static void fetch_manifest(void) {
    ocigraph_manifest *manifest;
    ocigraph_str reference = text("reference");
    ocigraph_resolve_options *options = fill(ocigraph_resolve_options_new(), "fetch_manifest", arguments);
    need(ocigraph_client_fetch_manifest(client, reference, options, NULL, &manifest, &failure));
    ocigraph_bytes bytes = ocigraph_manifest_bytes(manifest);
    result_content((const char *)bytes.data, bytes.length);
    ocigraph_manifest_free(manifest);
    ocigraph_resolve_options_free(options);
}

static void push_manifest(void) {
    ocigraph_descriptor *descriptor;
    ocigraph_str reference = text("reference"), manifest = text("content"), media_type = text("media_type");
    end_arguments();
    ocigraph_bytes bytes = {(const uint8_t *)manifest.data, manifest.length};
    need(ocigraph_client_push_manifest(client, reference, media_type, bytes, NULL, &descriptor, &failure));
    result_descriptor(descriptor);
}

static void delete_manifest(void) {
    ocigraph_descriptor *descriptor;
    ocigraph_str reference = text("reference");
    end_arguments();
    need(ocigraph_client_delete_manifest(client, reference, NULL, &descriptor, &failure));
    result_descriptor(descriptor);
}

static void index_create(void) {
    ocigraph_index_result *created;
    ocigraph_str manifests[16], reference = text("reference");
    size_t count = texts("manifests", manifests);
    ocigraph_index_create_options *options = fill(ocigraph_index_create_options_new(), "index_create", arguments);
    need(ocigraph_client_index_create(client, reference, manifests, count, options, NULL, &created, &failure));
    result(ocigraph_index_result_json(created));
    ocigraph_index_result_free(created);
    ocigraph_index_create_options_free(options);
}

static void index_update(void) {
    ocigraph_index_result *updated;
    ocigraph_str reference = text("reference");
    ocigraph_index_update_options *options = fill(ocigraph_index_update_options_new(), "index_update", arguments);
    need(ocigraph_client_index_update(client, reference, options, NULL, &updated, &failure));
    result(ocigraph_index_result_json(updated));
    ocigraph_index_result_free(updated);
    ocigraph_index_update_options_free(options);
}

static int32_t write_out(void *user_data, const uint8_t *data, size_t length) {
    output_add(user_data, (const char *)data, length);
    return 0;
}

static void fetch_blob(void) {
    ocigraph_descriptor *descriptor;
    static output content;
    content.length = 0;
    ocigraph_str reference = text("reference");
    ocigraph_blob_options *options = fill(ocigraph_blob_options_new(), "fetch_blob", arguments);
    need(ocigraph_client_fetch_blob(client, reference, write_out, &content, options, NULL, &descriptor, &failure));
    result_content(content.data, content.length);
    ocigraph_descriptor_free(descriptor);
    ocigraph_blob_options_free(options);
}

static void push_blob(void) {
    ocigraph_blob_result *pushed;
    ocigraph_str reference = text("reference"), media_type = text("media_type");
    const json *content = take("content");
    ocigraph_blob_options *options = fill(ocigraph_blob_options_new(), "push_blob", arguments);
    if (content->kind == '"') {
        ocigraph_bytes bytes = {(const uint8_t *)content->text, content->length};
        need(ocigraph_client_push_blob(client, reference, media_type, bytes, options, NULL, &pushed, &failure));
    } else {
        CHECK(content->first->next == NULL);
        ocigraph_str path = json_text(json_get(content, "path"));
        need(ocigraph_client_push_blob_file(client, reference, media_type, path, options, NULL, &pushed, &failure));
    }
    result(ocigraph_blob_result_json(pushed));
    ocigraph_blob_result_free(pushed);
    ocigraph_blob_options_free(options);
}

static void delete_blob(void) {
    ocigraph_str reference = text("reference");
    ocigraph_blob_delete_options *options = fill(ocigraph_blob_delete_options_new(), "delete_blob", arguments);
    need(ocigraph_client_delete_blob(client, reference, options, NULL, &failure));
    ocigraph_blob_delete_options_free(options);
    result(OCIGRAPH_STR("{}"));
}

static void digest_files(void) {
    ocigraph_digest_list *list;
    ocigraph_str paths[16];
    size_t count = texts("files", paths);
    end_arguments();
    need(ocigraph_digest_files(OCIGRAPH_ALGORITHM_SHA256, paths, count, NULL, &list, &failure));
    result(ocigraph_digest_list_json(list));
    ocigraph_digest_list_free(list);
}

static const struct {
    const char *name;
    void (*run)(void);
} operations[] = {
    {"push", push}, {"attach", run_attach}, {"pull", pull}, {"discover", discover},
    {"discover_each", discover_each}, {"sweep", sweep}, {"prune", prune}, {"sync", run_sync}, {"delete", delete}, {"copy", copy},
    {"backup", backup}, {"restore", restore},
    {"migrate", migrate}, {"verify", verify},
    {"check", check},
    {"resolve", resolve}, {"tag", tag}, {"untag", untag}, {"tags", tags}, {"tag_details", tag_details},
    {"manifests", manifests}, {"repositories", repositories}, {"login", login}, {"logout", logout},
    {"fetch_manifest", fetch_manifest}, {"push_manifest", push_manifest}, {"delete_manifest", delete_manifest},
    {"index_create", index_create}, {"index_update", index_update},
    {"fetch_blob", fetch_blob}, {"push_blob", push_blob}, {"delete_blob", delete_blob}, {"digest_files", digest_files},
};

/* Writes the answer to `answer`. */
static void execute(json *request) {
    const char *name = json_get(request, "operation")->text;
    ocigraph_client_options *options = ocigraph_client_options_new();
    answer.length = events.length = 0;
    if (setjmp(answered) == 0) {
        size_t i = 0;
        while (i < sizeof operations / sizeof operations[0] && strcmp(operations[i].name, name) != 0) {
            i++;
        }
        if (i == sizeof operations / sizeof operations[0]) {
            unsupported("no operation", name);
        }
        arguments = json_get(request, "arguments");
        fill(options, "client", json_get(request, "client"));
        need(ocigraph_client_new(NULL, options, &client, &failure));
        operations[i].run();
        if (events.length > 0) {
            output_text(&answer, ",\"events\":");
            output_add(&answer, events.data, events.length);
            output_text(&answer, "]");
        }
    }
    ocigraph_client_free(client);
    ocigraph_client_free(other);
    client = other = NULL;
    ocigraph_client_options_free(options);
}

int main(void) {
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, stdin) > 0) {
        const char *at = line;
        json *request = json_read(&at);
        CHECK(chdir(json_get(request, "directory")->text) == 0);
        execute(request);
        printf("{\"id\":%s,%s}\n", json_get(request, "id")->text, answer.data);
        fflush(stdout);
        json_free(request);
    }
    free(line);
    return 0;
}
