/* The vectors that all languages share (tests/vectors), with the C library.
 *
 *   vectors references TEXT...      prints the parts of each, or its error, and a blank line
 *   vectors digests FILE...         prints the digest of each file: in memory, alone, and together with the others
 *   vectors invalid DIGEST...       prints nothing if all of them are invalid */

#include "check.h"

static void line(const char *name, ocigraph_str text) {
    if (text.data != NULL) {
        printf("%s=%.*s\n", name, OCIGRAPH_PRINTF(text));
    }
}

static void print_parts(const char *text) {
    ocigraph_reference *reference = GARBAGE(ocigraph_reference);
    ocigraph_error *error = NULL;
    if (ocigraph_reference_parse(ocigraph_text(text), &reference, &error) != OCIGRAPH_OK) {
        CHECK(reference == NULL);
        line("code", ocigraph_status_name(ocigraph_error_status(error)));
        line("message", ocigraph_error_message(error));
        ocigraph_error_free(error);
        return;
    }
    line("text", ocigraph_reference_text(reference));
    line("location", ocigraph_reference_location(reference));
    line("host", ocigraph_reference_host(reference));
    line("repository", ocigraph_reference_repository(reference));
    line("path", ocigraph_reference_path(reference));
    line("digest", ocigraph_reference_digest(reference));
    for (size_t i = 0; i < ocigraph_reference_tag_count(reference); i++) {
        line("tag", ocigraph_reference_tag(reference, i));
    }
    CHECK(ocigraph_reference_tag(reference, ocigraph_reference_tag_count(reference)).data == NULL);
    ocigraph_reference_free(reference);
}

static void print_digests(const char *path, int32_t algorithm) {
    static uint8_t content[2 << 20];
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    size_t length = fread(content, 1, sizeof content, file);
    CHECK(length < sizeof content && fclose(file) == 0);
    ocigraph_descriptor *bytes = NULL, *alone = NULL;
    SUCCEEDS(ocigraph_digest(algorithm, (ocigraph_bytes){content, length}, &bytes, &failure));
    SUCCEEDS(ocigraph_digest_file(algorithm, ocigraph_text(path), NULL, &alone, &failure));
    CHECK(same(ocigraph_descriptor_digest(bytes), ocigraph_descriptor_digest(alone)));
    CHECK(ocigraph_descriptor_size(bytes) == length && ocigraph_descriptor_size(alone) == length);
    line(path, ocigraph_descriptor_digest(bytes));
    ocigraph_descriptor_free(bytes);
    ocigraph_descriptor_free(alone);
}

static void print_digests_together(char **paths, size_t count, int32_t algorithm) {
    ocigraph_str views[64];
    ocigraph_digest_list *list = NULL;
    CHECK(count <= 64);
    for (size_t i = 0; i < count; i++) {
        views[i] = ocigraph_text(paths[i]);
    }
    SUCCEEDS(ocigraph_digest_files(algorithm, views, count, NULL, &list, &failure));
    for (size_t i = 0; i < count; i++) {
        line(paths[i], ocigraph_digest_list_digest(list, i));
    }
    ocigraph_digest_list_free(list);
}

static void check_invalid_digest(const char *digest) {
    ocigraph_reference *location = NULL, *there = GARBAGE(ocigraph_reference);
    SUCCEEDS(ocigraph_reference_parse(OCIGRAPH_STR("localhost/app:v1"), &location, &failure));
    FAILS(OCIGRAPH_INVALID_REFERENCE, ocigraph_reference_at(location, ocigraph_text(digest), &there, &failure));
    CHECK(there == NULL);
    ocigraph_reference_free(location);
}

int main(int argc, char **argv) {
    CHECK(argc > 2);
    const int32_t algorithms[] = {OCIGRAPH_ALGORITHM_SHA256, OCIGRAPH_ALGORITHM_SHA512};
    for (int i = 2; i < argc && strcmp(argv[1], "references") == 0; i++) {
        print_parts(argv[i]);
        printf("\n");
    }
    for (int a = 0; a < 2 && strcmp(argv[1], "digests") == 0; a++) {
        for (int i = 2; i < argc; i++) {
            print_digests(argv[i], algorithms[a]);
        }
        print_digests_together(argv + 2, (size_t)argc - 2, algorithms[a]);
    }
    for (int i = 2; i < argc && strcmp(argv[1], "invalid") == 0; i++) {
        check_invalid_digest(argv[i]);
    }
    return 0;
}
