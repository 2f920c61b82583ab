/* One function for each task that the documentation describes. The other languages have the same program.
 *
 *   cc tasks.c -o tasks $(pkg-config --cflags --libs ocigraph)
 *   ./tasks attach registry.example.com/app:v1 sbom.spdx.json */

#include <ocigraph.h>
#include <stdio.h>
#include <stdlib.h>

static ocigraph_client *client;
static ocigraph_error *error;

/* Ends the program if a call has failed. A program with other work to do frees what it holds and continues. */
static void check(ocigraph_status status) {
    if (status != OCIGRAPH_OK) {
        fprintf(stderr, "tasks: %.*s\n", OCIGRAPH_PRINTF(ocigraph_error_message(error)));
        exit(1);
    }
}

// ANCHOR: attach
/* `built` has the digest of the image, which a push returns: a tag can move while the pipeline runs. */
static bool attach(ocigraph_str built, ocigraph_str sbom) {
    ocigraph_attach_options *options = ocigraph_attach_options_new();
    ocigraph_push_result *attached = NULL;
    ocigraph_str type = OCIGRAPH_STR("application/spdx+json"), no_title = {NULL, 0};
    check(ocigraph_attach_options_set_artifact_type(options, type, &error));
    check(ocigraph_attach_options_add_path(options, sbom, type, no_title, &error));
    check(ocigraph_client_attach(client, built, options, NULL, &attached, &error));
    printf("attached %.*s\n", OCIGRAPH_PRINTF(ocigraph_push_result_reference(attached)));
    ocigraph_push_result_free(attached);
    ocigraph_attach_options_free(options);
    return true;
}
// ANCHOR_END: attach

// ANCHOR: gate
static bool gate(ocigraph_str image) {
    ocigraph_str requirements[] = {OCIGRAPH_STR("signature"), OCIGRAPH_STR("sbom")};
    ocigraph_check_report *checked = NULL;
    check(ocigraph_client_check(client, image, requirements, 2, NULL, NULL, &checked, &error));
    for (size_t i = 0; i < ocigraph_check_report_requirement_count(checked); i++) {
        int32_t presence = ocigraph_check_report_requirement_presence(checked, i);
        printf("%.*s: %s\n", OCIGRAPH_PRINTF(ocigraph_check_report_requirement_requirement(checked, i)),
               presence == OCIGRAPH_PRESENCE_PRESENT   ? "present"
               : presence == OCIGRAPH_PRESENCE_MISSING ? "missing"
                                                       : "unknown");
    }
    /* Unknown is not missing: the registry did not tell. Try again. */
    bool admitted = ocigraph_check_report_presence(checked) == OCIGRAPH_PRESENCE_PRESENT;
    /* Deploy the reference by digest: the tag can move after the check. */
    if (admitted)
        printf("%.*s\n", OCIGRAPH_PRINTF(ocigraph_check_report_reference(checked)));
    ocigraph_check_report_free(checked);
    return admitted;
}
// ANCHOR_END: gate

// ANCHOR: sync
static bool sync_images(ocigraph_str source, ocigraph_str destination) {
    bool complete = true;
    ocigraph_sync_rows *rows = NULL;
    ocigraph_sync_row_list *batch = NULL;
    check(ocigraph_client_sync(client, &source, 1, destination, NULL, &rows, &error));
    for (;;) {
        check(ocigraph_sync_rows_next(rows, NULL, &batch, &error));
        if (batch == NULL)
            break;
        for (size_t i = 0; i < ocigraph_sync_row_list_count(batch); i++) {
            int32_t outcome = ocigraph_sync_row_list_outcome(batch, i);
            ocigraph_str image = ocigraph_sync_row_list_source(batch, i);
            if (outcome == OCIGRAPH_SYNC_OUTCOME_COPIED || outcome == OCIGRAPH_SYNC_OUTCOME_EXISTED) {
                printf("%s %.*s\n", outcome == OCIGRAPH_SYNC_OUTCOME_COPIED ? "copied" : "existed",
                       OCIGRAPH_PRINTF(image));
            } else {
                printf("not copied: %.*s: %.*s\n", OCIGRAPH_PRINTF(image),
                       OCIGRAPH_PRINTF(ocigraph_sync_row_list_detail(batch, i)));
                complete = false;
            }
        }
        ocigraph_sync_row_list_free(batch);
    }
    ocigraph_sync_rows_free(rows);
    return complete;
}
// ANCHOR_END: sync

// ANCHOR: prune
static bool prune(ocigraph_str repository) {
    ocigraph_prune_options *options = ocigraph_prune_options_new();
    ocigraph_prune_report *report = NULL;
    check(ocigraph_prune_options_add_tag(options, OCIGRAPH_STR("pr-*"), &error));
    check(ocigraph_prune_options_set_orphans(options, true, &error));
    check(ocigraph_prune_options_set_max(options, 100, &error));
    /* ocigraph_prune_options_set_dry_run makes the same report and deletes nothing. */
    check(ocigraph_client_prune(client, &repository, 1, options, NULL, &report, &error));
    bool complete = ocigraph_prune_report_failed_count(report) == 0;
    for (size_t r = 0; r < ocigraph_prune_report_repository_count(report); r++) {
        for (size_t i = 0; i < ocigraph_prune_report_repository_deleted_count(report, r); i++) {
            ocigraph_str digest = ocigraph_descriptor_digest(ocigraph_prune_report_repository_deleted(report, r, i));
            ocigraph_str reason = ocigraph_prune_report_repository_deleted_reason(report, r, i);
            printf("deleted %.*s: %.*s\n", OCIGRAPH_PRINTF(digest), OCIGRAPH_PRINTF(reason));
        }
        for (size_t i = 0; i < ocigraph_prune_report_repository_refused_count(report, r); i++) {
            ocigraph_str digest = ocigraph_descriptor_digest(ocigraph_prune_report_repository_refused(report, r, i));
            ocigraph_str message = ocigraph_prune_report_repository_refused_message(report, r, i);
            printf("refused %.*s: %.*s\n", OCIGRAPH_PRINTF(digest), OCIGRAPH_PRINTF(message));
            complete = false;
        }
    }
    ocigraph_prune_report_free(report);
    ocigraph_prune_options_free(options);
    return complete;
}
// ANCHOR_END: prune

// ANCHOR: sweep
/* Returns true if a row has an SBoM. */
static bool is_sbom(const ocigraph_sweep_row_list *batch, size_t row) {
    for (size_t i = 0; i < ocigraph_sweep_row_list_kind_count(batch, row); i++) {
        if (ocigraph_str_is(ocigraph_sweep_row_list_kind(batch, row, i), "sbom"))
            return true;
    }
    return false;
}

static bool sweep(ocigraph_str target) {
    ocigraph_sweep_rows *rows = NULL;
    ocigraph_sweep_row_list *batch = NULL;
    ocigraph_sweep_summary *summary = NULL;
    bool has_sbom = false;
    check(ocigraph_client_sweep(client, &target, 1, NULL, &rows, &error));
    for (;;) {
        check(ocigraph_sweep_rows_next(rows, NULL, &batch, &error));
        if (batch == NULL)
            break;
        for (size_t i = 0; i < ocigraph_sweep_row_list_count(batch); i++) {
            int32_t status = ocigraph_sweep_row_list_status(batch, i);
            ocigraph_str repository = ocigraph_sweep_row_list_repository(batch, i);
            ocigraph_str tag = ocigraph_sweep_row_list_tag(batch, i);
            /* The row of an image has the depth 0 and comes after the rows of what is attached to it. */
            if (ocigraph_sweep_row_list_depth(batch, i) > 0) {
                has_sbom = has_sbom || is_sbom(batch, i);
                continue;
            }
            if (status != OCIGRAPH_SWEEP_STATUS_FOUND && status != OCIGRAPH_SWEEP_STATUS_NONE) {
                printf("%.*s:%.*s is unknown: %.*s\n", OCIGRAPH_PRINTF(repository), OCIGRAPH_PRINTF(tag),
                       OCIGRAPH_PRINTF(ocigraph_sweep_row_list_error(batch, i)));
            } else if (!has_sbom) {
                printf("%.*s:%.*s has no SBoM\n", OCIGRAPH_PRINTF(repository), OCIGRAPH_PRINTF(tag));
            }
            has_sbom = false;
        }
        ocigraph_sweep_row_list_free(batch);
    }
    check(ocigraph_sweep_rows_summary(rows, &summary, &error));
    printf("%llu images\n", (unsigned long long)ocigraph_sweep_summary_images(summary));
    ocigraph_sweep_summary_free(summary);
    ocigraph_sweep_rows_free(rows);
    return true;
}
// ANCHOR_END: sweep

// ANCHOR: air-gap
static bool backup(ocigraph_str repository, ocigraph_str archive) {
    ocigraph_backup_options *options = ocigraph_backup_options_new();
    ocigraph_backup_report *report = NULL;
    check(ocigraph_backup_options_set_recursive(options, true, &error));
    check(ocigraph_client_backup(client, &repository, 1, archive, options, NULL, &report, &error));
    printf("stored %zu tags, %zu manifests\n", ocigraph_backup_report_tag_count(report),
           ocigraph_backup_report_manifests(report));
    bool complete = ocigraph_backup_report_missing_count(report) == 0;
    ocigraph_backup_report_free(report);
    ocigraph_backup_options_free(options);
    return complete;
}

static bool restore(ocigraph_str archive, ocigraph_str destination) {
    ocigraph_restore_report *report = NULL;
    check(ocigraph_client_restore(client, &archive, 1, destination, NULL, NULL, &report, &error));
    printf("restored %zu tags, %zu manifests\n", ocigraph_restore_report_tag_count(report),
           ocigraph_restore_report_manifests(report));
    bool complete = ocigraph_restore_report_missing_count(report) == 0;
    ocigraph_restore_report_free(report);
    return complete;
}
// ANCHOR_END: air-gap

// ANCHOR: errors
static bool resolve(ocigraph_str image) {
    ocigraph_descriptor *descriptor = NULL;
    ocigraph_status status = ocigraph_client_resolve(client, image, NULL, NULL, &descriptor, &error);
    if (status == OCIGRAPH_OK) {
        printf("%.*s\n", OCIGRAPH_PRINTF(ocigraph_descriptor_digest(descriptor)));
    } else if (status == OCIGRAPH_NOT_FOUND) {
        printf("there is no such image\n");
    } else {
        printf("%.*s: %.*s%s\n", OCIGRAPH_PRINTF(ocigraph_status_name(status)),
               OCIGRAPH_PRINTF(ocigraph_error_message(error)), ocigraph_error_retryable(error) ? "; try again" : "");
    }
    ocigraph_descriptor_free(descriptor);
    ocigraph_error_free(error);
    return status == OCIGRAPH_OK;
}
// ANCHOR_END: errors

// ANCHOR: serve
static bool serve(ocigraph_str folder) {
    char source[1024], repository[1024], image[1100];
    ocigraph_served_registry *registry = NULL;
    ocigraph_push_options *options = ocigraph_push_options_new();
    ocigraph_push_result *pushed = NULL;
    ocigraph_text_list *tags = NULL;
    snprintf(source, sizeof source, "oci:%.*s", OCIGRAPH_PRINTF(folder));
    ocigraph_str sources[] = {ocigraph_text(source)};
    check(ocigraph_serve(sources, 1, NULL, &registry, &error));
    snprintf(repository, sizeof repository, "%.*s/team/app", OCIGRAPH_PRINTF(ocigraph_served_registry_host(registry)));
    snprintf(image, sizeof image, "%s:v1", repository);
    check(ocigraph_push_options_set_artifact_type(options, OCIGRAPH_STR("app/example"), &error));
    check(ocigraph_client_push(client, ocigraph_text(image), options, NULL, &pushed, &error));
    check(ocigraph_client_tags(client, ocigraph_text(repository), NULL, &tags, &error));
    for (size_t i = 0; i < ocigraph_text_list_count(tags); i++) {
        printf("%.*s\n", OCIGRAPH_PRINTF(ocigraph_text_list_get(tags, i)));
    }
    ocigraph_text_list_free(tags);
    ocigraph_push_result_free(pushed);
    ocigraph_push_options_free(options);
    ocigraph_served_registry_free(registry);
    return true;
}
// ANCHOR_END: serve

int main(int argc, char **argv) {
    ocigraph_str task = ocigraph_text(argc > 1 ? argv[1] : ""), first = ocigraph_text(argc > 2 ? argv[2] : "");
    ocigraph_str second = ocigraph_text(argc > 3 ? argv[3] : "");
    check(ocigraph_client_new(NULL, NULL, &client, &error));
    bool done = ocigraph_str_is(task, "attach")    ? attach(first, second)
                : ocigraph_str_is(task, "gate")    ? gate(first)
                : ocigraph_str_is(task, "sync")    ? sync_images(first, second)
                : ocigraph_str_is(task, "prune")   ? prune(first)
                : ocigraph_str_is(task, "sweep")   ? sweep(first)
                : ocigraph_str_is(task, "backup")  ? backup(first, second)
                : ocigraph_str_is(task, "restore") ? restore(first, second)
                : ocigraph_str_is(task, "errors")  ? resolve(first)
                : ocigraph_str_is(task, "serve")   ? serve(first)
                                                   : false;
    ocigraph_client_free(client);
    return done ? 0 : 1;
}
