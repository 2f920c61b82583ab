/* Metadata that only Azure Container Registry reports for tags and manifests: times and attributes.
 *
 *   azure LOCATION LOCKED      a repository with the tag v1, and the digest of its manifest, which is locked */

#include "check.h"

int main(int argc, char **argv) {
    CHECK(argc == 3);
    const char *location = argv[1], *locked = argv[2];
    const int32_t all = OCIGRAPH_ATTRIBUTES_KNOWN | OCIGRAPH_ATTRIBUTES_DELETE | OCIGRAPH_ATTRIBUTES_LIST |
                        OCIGRAPH_ATTRIBUTES_READ | OCIGRAPH_ATTRIBUTES_WRITE;
    ocigraph_client *client = new_client();
    ocigraph_tag_list *tags = NULL;
    SUCCEEDS(ocigraph_client_tag_details(client, at(location, ""), NULL, &tags, &failure));
    CHECK(ocigraph_tag_list_count(tags) == 1);
    CHECK(ocigraph_str_is(ocigraph_tag_list_name(tags, 0), "v1"));
    CHECK(ocigraph_str_is(ocigraph_tag_list_digest(tags, 0), locked));
    CHECK(ocigraph_tag_list_created(tags, 0).length > 0 && ocigraph_tag_list_last_updated(tags, 0).length > 0);
    CHECK(ocigraph_tag_list_signed(tags, 0) == OCIGRAPH_SIGNED_NO);
    CHECK(ocigraph_tag_list_attributes(tags, 0) == (all & ~OCIGRAPH_ATTRIBUTES_DELETE));
    CHECK(contains(ocigraph_tag_list_json(tags), "\"delete_enabled\":false"));
    CHECK(ocigraph_tag_list_name(tags, 1).data == NULL && ocigraph_tag_list_attributes(tags, 1) == 0);
    ocigraph_tag_list_free(tags);

    ocigraph_manifest_list *manifests = NULL;
    SUCCEEDS(ocigraph_client_manifests(client, at(location, ""), NULL, &manifests, &failure));
    bool seen = false;
    for (size_t i = 0; i < ocigraph_manifest_list_count(manifests); i++) {
        bool is_locked =
            ocigraph_str_is(ocigraph_descriptor_digest(ocigraph_manifest_list_descriptor(manifests, i)), locked);
        int32_t attributes = ocigraph_manifest_list_attributes(manifests, i);
        CHECK((attributes & OCIGRAPH_ATTRIBUTES_KNOWN) != 0);
        CHECK(((attributes & OCIGRAPH_ATTRIBUTES_DELETE) == 0) == is_locked);
        seen = seen || is_locked;
    }
    CHECK(seen && ocigraph_manifest_list_attributes(manifests, 99) == 0);
    ocigraph_manifest_list_free(manifests);
    ocigraph_client_free(client);
    return 0;
}
