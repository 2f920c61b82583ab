/* Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`. */

/* The operations of a client. Each method calls the function of ocigraph.h with the same name, whose comment
 * documents parameters and errors; remove calls ocigraph_client_delete. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_OPERATIONS_HPP
#define OCIGRAPH_OPERATIONS_HPP

#include <ocigraph/calls.hpp>
#include <ocigraph/graph.hpp>
#include <ocigraph/manifest.hpp>
#include <ocigraph/results.hpp>
#include <ocigraph/rows.hpp>

namespace ocigraph {

/* The rows of client::discover_each(). */
using discover_each_rows = rows<
    discovered_row, discovered_row_list, ocigraph_discovered_row_list,
    discover_summary, ocigraph_discover_summary, ocigraph_discover_each_rows,
    ocigraph_discover_each_rows_next, ocigraph_discover_each_rows_next_start,
    ocigraph_discover_each_rows_summary, ocigraph_discover_each_rows_free>;

/* The rows of client::sync(). */
using sync_rows = rows<
    sync_row, sync_row_list, ocigraph_sync_row_list,
    sync_summary, ocigraph_sync_summary, ocigraph_sync_rows,
    ocigraph_sync_rows_next, ocigraph_sync_rows_next_start,
    ocigraph_sync_rows_summary, ocigraph_sync_rows_free>;

/* The rows of client::sweep(). */
using sweep_rows = rows<
    sweep_row, sweep_row_list, ocigraph_sweep_row_list,
    sweep_summary, ocigraph_sweep_summary, ocigraph_sweep_rows,
    ocigraph_sweep_rows_next, ocigraph_sweep_rows_next_start,
    ocigraph_sweep_rows_summary, ocigraph_sweep_rows_free>;

namespace detail {

/* The operations of a client. */
class operations : public calls {
  public:
    using calls::calls;

    /* Packs files, directories and bytes into one artifact and pushes it under the tags of `reference`. Blobs that
     * exist already are not sent. */
    push_result push(
        std::string_view reference, const push_options &options = {}, const cancel_token &cancel = {}) const {
        return run<push_result, ocigraph_push_result>(
            ocigraph_client_push, callbacks_of(options), cancel, detail::in(reference), options.get());
    }
    void push_start(
        std::string_view reference, const push_options &options, completed<push_result> done,
        const cancel_token &cancel = {}) const {
        start<push_result, ocigraph_push_result>(
            ocigraph_client_push_start, callbacks_of(options), std::move(done), cancel, detail::in(reference),
            options.get());
    }

    /* Packs files, directories and bytes into one artifact and attaches it to what `reference` names: the artifact
     * becomes a referrer of it. The artifact has no tag. Blobs that exist already are not sent. */
    push_result attach(
        std::string_view reference, const attach_options &options = {}, const cancel_token &cancel = {}) const {
        return run<push_result, ocigraph_push_result>(
            ocigraph_client_attach, callbacks_of(options), cancel, detail::in(reference), options.get());
    }
    void attach_start(
        std::string_view reference, const attach_options &options, completed<push_result> done,
        const cancel_token &cancel = {}) const {
        start<push_result, ocigraph_push_result>(
            ocigraph_client_attach_start, callbacks_of(options), std::move(done), cancel, detail::in(reference),
            options.get());
    }

    /* Writes the files of the artifact that `reference` names into a directory. With an artifact type, writes the
     * files of its referrers of that type instead. A file appears under its name only after its size and digest were
     * verified. A blob without a title has no file, unless the options ask for all blobs; the result lists it. */
    pull_result pull(
        std::string_view reference, const pull_options &options = {}, const cancel_token &cancel = {}) const {
        return run<pull_result, ocigraph_pull_result>(
            ocigraph_client_pull, callbacks_of(options), cancel, detail::in(reference), options.get());
    }
    void pull_start(
        std::string_view reference, const pull_options &options, completed<pull_result> done,
        const cancel_token &cancel = {}) const {
        start<pull_result, ocigraph_pull_result>(
            ocigraph_client_pull_start, callbacks_of(options), std::move(done), cancel, detail::in(reference),
            options.get());
    }

    /* Returns the graph of everything that is attached to what `reference` names, directly or through others: its
     * referrers (distribution-spec v1.1.1, "Listing Referrers",
     * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers), the manifests of
     * the tags that cosign derives from a digest, the attestations of BuildKit, and the children of an index. Each
     * edge of the graph has its kind. */
    graph discover(
        std::string_view reference, const discover_options &options = {}, const cancel_token &cancel = {}) const {
        return run<graph, ocigraph_graph>(
            ocigraph_client_discover, callbacks_of(options), cancel, detail::in(reference), options.get());
    }
    void discover_start(
        std::string_view reference, const discover_options &options, completed<graph> done,
        const cancel_token &cancel = {}) const {
        start<graph, ocigraph_graph>(
            ocigraph_client_discover_start, callbacks_of(options), std::move(done), cancel, detail::in(reference),
            options.get());
    }

    /* Returns every edge of the graph that client::discover returns, as rows that come as they are found: what is
     * attached, and to what. The graph is not held in memory. The edge to a manifest comes before those from it. A
     * manifest that is attached to another in two ways has two rows. The last rows can come before an error. The
     * range makes the requests while it waits for rows; the token cancels them. */
    discover_each_rows discover_each(
        std::string_view reference, const discover_options &options = {}, cancel_token cancel = {}) const {
        return read<discover_each_rows>(
            ocigraph_client_discover_each, std::move(cancel), detail::in(reference), options.get());
    }

    /* Deletes what `reference` names and everything that refers to it, referrers before their subjects. The report
     * has each manifest that could not be deleted. An interrupted delete can be run again. A dry run reports what
     * would be deleted. */
    delete_report remove(
        std::string_view reference, const delete_options &options = {}, const cancel_token &cancel = {}) const {
        return run<delete_report, ocigraph_delete_report>(
            ocigraph_client_delete, callbacks_of(options), cancel, detail::in(reference), options.get());
    }
    void remove_start(
        std::string_view reference, const delete_options &options, completed<delete_report> done,
        const cancel_token &cancel = {}) const {
        start<delete_report, ocigraph_delete_report>(
            ocigraph_client_delete_start, callbacks_of(options), std::move(done), cancel, detail::in(reference),
            options.get());
    }

    /* Copies what `source` names, or its whole graph, to `destination`, and sets the destination's tags. Content
     * that the destination has is not sent. */
    copy_report copy(
        std::string_view source, std::string_view destination, const copy_options &options = {},
        const cancel_token &cancel = {}) const {
        return run<copy_report, ocigraph_copy_report>(
            ocigraph_client_copy, callbacks_of(options), cancel, detail::in(source), detail::in(destination),
            options.get());
    }
    void copy_start(
        std::string_view source, std::string_view destination, const copy_options &options, completed<copy_report> done,
        const cancel_token &cancel = {}) const {
        start<copy_report, ocigraph_copy_report>(
            ocigraph_client_copy_start, callbacks_of(options), std::move(done), cancel, detail::in(source),
            detail::in(destination), options.get());
    }

    /* Copies repositories and layouts, or some of their tags, into one archive or directory: an image layout. A path
     * that ends with `.tar` is an archive. It appears when it is complete and every byte is verified; the same
     * content gives the same bytes. A directory gets what it lacks, and tags that have moved at the source move in
     * it too. Its `index.json` then says of which repository the tags are, in the annotation `io.ocigraph.backup`. */
    backup_report backup(
        const std::vector<std::string_view> &references, std::string_view output, const backup_options &options = {},
        const cancel_token &cancel = {}) const {
        const std::vector<ocigraph_str> views = detail::in_all(references);
        return run<backup_report, ocigraph_backup_report>(
            ocigraph_client_backup, callbacks_of(options), cancel, views.data(), views.size(), detail::in(output),
            options.get());
    }
    void backup_start(
        const std::vector<std::string_view> &references, std::string_view output, const backup_options &options,
        completed<backup_report> done, const cancel_token &cancel = {}) const {
        const std::vector<ocigraph_str> views = detail::in_all(references);
        start<backup_report, ocigraph_backup_report>(
            ocigraph_client_backup_start, callbacks_of(options), std::move(done), cancel, views.data(), views.size(),
            detail::in(output), options.get());
    }

    /* Copies what an archive or a directory has to `destination`: a registry, a repository or a layout. The first of
     * `inputs` is the archive, which client::backup, `oras backup` or another tool has written. The others are
     * earlier archives, with content that it lacks because it was written with the option `since`. */
    restore_report restore(
        const std::vector<std::string_view> &inputs, std::string_view destination, const restore_options &options = {},
        const cancel_token &cancel = {}) const {
        const std::vector<ocigraph_str> views = detail::in_all(inputs);
        return run<restore_report, ocigraph_restore_report>(
            ocigraph_client_restore, callbacks_of(options), cancel, views.data(), views.size(), detail::in(destination),
            options.get());
    }
    void restore_start(
        const std::vector<std::string_view> &inputs, std::string_view destination, const restore_options &options,
        completed<restore_report> done, const cancel_token &cancel = {}) const {
        const std::vector<ocigraph_str> views = detail::in_all(inputs);
        start<restore_report, ocigraph_restore_report>(
            ocigraph_client_restore_start, callbacks_of(options), std::move(done), cancel, views.data(), views.size(),
            detail::in(destination), options.get());
    }

    /* Gives everything that is attached to what `reference` names another form, also what is attached to the images
     * of an index and to attachments. To referrers: the tags of cosign and the artifact manifests of ORAS and OCI
     * 1.1.0-rc become OCI 1.1 referrers, and the referrers API lists what only a fallback tag listed. To tags: the
     * referrers of cosign get its tags again, and a fallback tag lists what the API lists. The old form stays unless
     * the options ask to remove it. A migration can be run again, and then writes only what is missing. */
    migrate_report migrate(
        std::string_view reference, const migrate_options &options = {}, const cancel_token &cancel = {}) const {
        return run<migrate_report, ocigraph_migrate_report>(
            ocigraph_client_migrate, callbacks_of(options), cancel, detail::in(reference), options.get());
    }
    void migrate_start(
        std::string_view reference, const migrate_options &options, completed<migrate_report> done,
        const cancel_token &cancel = {}) const {
        start<migrate_report, ocigraph_migrate_report>(
            ocigraph_client_migrate_start, callbacks_of(options), std::move(done), cancel, detail::in(reference),
            options.get());
    }

    /* Verifies the whole graph under what `reference` names: every manifest and blob, those of referrers included.
     * The report has each problem that was found. Nothing is written, unless the options ask to repair the lists of
     * referrers. */
    verify_report verify(
        std::string_view reference, const verify_options &options = {}, const cancel_token &cancel = {}) const {
        return run<verify_report, ocigraph_verify_report>(
            ocigraph_client_verify, callbacks_of(options), cancel, detail::in(reference), options.get());
    }
    void verify_start(
        std::string_view reference, const verify_options &options, completed<verify_report> done,
        const cancel_token &cancel = {}) const {
        start<verify_report, ocigraph_verify_report>(
            ocigraph_client_verify_start, callbacks_of(options), std::move(done), cancel, detail::in(reference),
            options.get());
    }

    /* Checks that everything in `requirements` is attached to what `reference` names: as a referrer, by a sibling
     * tag of cosign, or as an attestation of BuildKit. A requirement is `signature`, `attestation`, `provenance`,
     * `sbom`, `scan-result`, `vex` or `chart`; one of these with a predicate type or an artifact type, such as
     * `provenance=https://slsa.dev/provenance/v1`; or `artifact-type=TYPE`. */
    check_report check(
        std::string_view reference, const std::vector<std::string_view> &requirements,
        const check_options &options = {}, const cancel_token &cancel = {}) const {
        const std::vector<ocigraph_str> views = detail::in_all(requirements);
        return run<check_report, ocigraph_check_report>(
            ocigraph_client_check, callbacks_of(options), cancel, detail::in(reference), views.data(), views.size(),
            options.get());
    }
    void check_start(
        std::string_view reference, const std::vector<std::string_view> &requirements, const check_options &options,
        completed<check_report> done, const cancel_token &cancel = {}) const {
        const std::vector<ocigraph_str> views = detail::in_all(requirements);
        start<check_report, ocigraph_check_report>(
            ocigraph_client_check_start, callbacks_of(options), std::move(done), cancel, detail::in(reference),
            views.data(), views.size(), options.get());
    }

    /* Returns the descriptor of what `reference` names. With a platform, the descriptor of the image for that
     * platform in the index that `reference` names. */
    descriptor resolve(
        std::string_view reference, const resolve_options &options = {}, const cancel_token &cancel = {}) const {
        return run<descriptor, ocigraph_descriptor>(
            ocigraph_client_resolve, callbacks_of(options), cancel, detail::in(reference), options.get());
    }
    void resolve_start(
        std::string_view reference, const resolve_options &options, completed<descriptor> done,
        const cancel_token &cancel = {}) const {
        start<descriptor, ocigraph_descriptor>(
            ocigraph_client_resolve_start, callbacks_of(options), std::move(done), cancel, detail::in(reference),
            options.get());
    }

    /* Returns the manifest that `reference` names, byte for byte as it is stored; without a platform, also one that
     * cannot be parsed. With a platform, the manifest of the image for that platform in the index that `reference`
     * names. */
    manifest fetch_manifest(
        std::string_view reference, const resolve_options &options = {}, const cancel_token &cancel = {}) const {
        return run<manifest, ocigraph_manifest>(
            ocigraph_client_fetch_manifest, callbacks_of(options), cancel, detail::in(reference), options.get());
    }
    void fetch_manifest_start(
        std::string_view reference, const resolve_options &options, completed<manifest> done,
        const cancel_token &cancel = {}) const {
        start<manifest, ocigraph_manifest>(
            ocigraph_client_fetch_manifest_start, callbacks_of(options), std::move(done), cancel, detail::in(reference),
            options.get());
    }

    /* Stores the bytes of a manifest, unchanged, under their digest and under the tags of `reference`. Returns the
     * descriptor of the manifest. */
    descriptor push_manifest(
        std::string_view reference, std::string_view content, std::string_view media_type = {},
        const cancel_token &cancel = {}) const {
        return run<descriptor, ocigraph_descriptor>(
            ocigraph_client_push_manifest, nullptr, cancel, detail::in(reference), detail::in(media_type),
            detail::in_bytes(content));
    }
    void push_manifest_start(
        std::string_view reference, std::string_view content, std::string_view media_type, completed<descriptor> done,
        const cancel_token &cancel = {}) const {
        start<descriptor, ocigraph_descriptor>(
            ocigraph_client_push_manifest_start, nullptr, std::move(done), cancel, detail::in(reference),
            detail::in(media_type), detail::in_bytes(content));
    }

    /* Deletes the manifest that `reference` names, and the tags of `reference`. Its referrers stay. Returns the
     * descriptor of the manifest. */
    descriptor remove_manifest(std::string_view reference, const cancel_token &cancel = {}) const {
        return run<descriptor, ocigraph_descriptor>(
            ocigraph_client_delete_manifest, nullptr, cancel, detail::in(reference));
    }
    void remove_manifest_start(
        std::string_view reference, completed<descriptor> done, const cancel_token &cancel = {}) const {
        start<descriptor, ocigraph_descriptor>(
            ocigraph_client_delete_manifest_start, nullptr, std::move(done), cancel, detail::in(reference));
    }

    /* Creates an OCI image index of `manifests`, pushes it, and sets the tags of `reference`. Each manifest is named
     * by a tag, a digest, or a reference to the repository or layout of `reference`; the index lists it once, in the
     * order given. The entry of an image has the platform that its config says, the entry of another artifact its
     * artifact type. Without manifests, the index is empty. */
    index_result index_create(
        std::string_view reference, const std::vector<std::string_view> &manifests,
        const index_create_options &options = {}, const cancel_token &cancel = {}) const {
        const std::vector<ocigraph_str> views = detail::in_all(manifests);
        return run<index_result, ocigraph_index_result>(
            ocigraph_client_index_create, callbacks_of(options), cancel, detail::in(reference), views.data(),
            views.size(), options.get());
    }
    void index_create_start(
        std::string_view reference, const std::vector<std::string_view> &manifests, const index_create_options &options,
        completed<index_result> done, const cancel_token &cancel = {}) const {
        const std::vector<ocigraph_str> views = detail::in_all(manifests);
        start<index_result, ocigraph_index_result>(
            ocigraph_client_index_create_start, callbacks_of(options), std::move(done), cancel, detail::in(reference),
            views.data(), views.size(), options.get());
    }

    /* Adds manifests to the index that `reference` names or removes some, changes its annotations or its artifact
     * type, and pushes the updated index. The tag of `reference` moves to it, and the old index stays. With a digest
     * in `reference`, no tag moves. The other entries stay as they are, with unknown fields. Without a change, the
     * index stays as it is, byte for byte. */
    index_result index_update(
        std::string_view reference, const index_update_options &options = {}, const cancel_token &cancel = {}) const {
        return run<index_result, ocigraph_index_result>(
            ocigraph_client_index_update, callbacks_of(options), cancel, detail::in(reference), options.get());
    }
    void index_update_start(
        std::string_view reference, const index_update_options &options, completed<index_result> done,
        const cancel_token &cancel = {}) const {
        start<index_result, ocigraph_index_result>(
            ocigraph_client_index_update_start, callbacks_of(options), std::move(done), cancel, detail::in(reference),
            options.get());
    }

    /* Deletes the blob that `reference` names by digest. An image layout refuses it while a manifest needs the blob;
     * a registry may not check that. client::remove deletes an artifact, and a layout then removes the blobs that
     * nothing needs. */
    void remove_blob(
        std::string_view reference, const blob_delete_options &options = {}, const cancel_token &cancel = {}) const {
        run_without_result(
            ocigraph_client_delete_blob, callbacks_of(options), cancel, detail::in(reference), options.get());
    }
    void remove_blob_start(
        std::string_view reference, const blob_delete_options &options, completed<void> done,
        const cancel_token &cancel = {}) const {
        start_without_result(
            ocigraph_client_delete_blob_start, callbacks_of(options), std::move(done), cancel, detail::in(reference),
            options.get());
    }

    /* Deletes from repositories and layouts what the options select, by age, number, tags and kind, and keeps what
     * something needs that stays: what an index lists, subjects, and everything attached. What is attached to a
     * deleted manifest is deleted with it. The report has the reason for everything that is deleted, and for
     * everything that was selected and stays. A plan can be stored, and executed later: what has changed since is
     * refused, and an interrupted execution can be run again. */
    prune_report prune(
        const std::vector<std::string_view> &references, const prune_options &options = {},
        const cancel_token &cancel = {}) const {
        const std::vector<ocigraph_str> views = detail::in_all(references);
        return run<prune_report, ocigraph_prune_report>(
            ocigraph_client_prune, callbacks_of(options), cancel, views.data(), views.size(), options.get());
    }
    void prune_start(
        const std::vector<std::string_view> &references, const prune_options &options, completed<prune_report> done,
        const cancel_token &cancel = {}) const {
        const std::vector<ocigraph_str> views = detail::in_all(references);
        start<prune_report, ocigraph_prune_report>(
            ocigraph_client_prune_start, callbacks_of(options), std::move(done), cancel, views.data(), views.size(),
            options.get());
    }

    /* Copies images of registries, repositories and layouts with everything attached to them, and returns a row for
     * each reference. A source is written as a target of client::sweep. The destination of one repository or layout
     * is `host/repository` or `oci:PATH`. Several repositories keep their paths below `host` or `host/prefix`, and
     * their names in `oci:PATH`. The range makes the requests while it waits for rows; the token cancels them. */
    sync_rows sync(
        const std::vector<std::string_view> &sources, std::string_view destination, const sync_options &options = {},
        cancel_token cancel = {}) const {
        const std::vector<ocigraph_str> views = detail::in_all(sources);
        return read<sync_rows>(
            ocigraph_client_sync, std::move(cancel), views.data(), views.size(), detail::in(destination),
            options.get());
    }

    /* Returns what is attached to every image of registries, repositories and layouts, as rows that come as they are
     * found. A target is `host` (all repositories), `host/PATTERN[:TAG]`, `host/repository[:TAG]`, or
     * `oci:PATH[:TAG]`; a tag can be a pattern too. In patterns, `*` means any characters but `/`, `**` those too,
     * `?` one character, and `{a,b}` one of several texts. The range makes the requests while it waits for rows; the
     * token cancels them. */
    sweep_rows sweep(
        const std::vector<std::string_view> &targets, const sweep_options &options = {},
        cancel_token cancel = {}) const {
        const std::vector<ocigraph_str> views = detail::in_all(targets);
        return read<sweep_rows>(ocigraph_client_sweep, std::move(cancel), views.data(), views.size(), options.get());
    }

    /* Points `tags` at the manifest that `reference` names, and returns its descriptor. */
    descriptor tag(
        std::string_view reference, const std::vector<std::string_view> &tags, const cancel_token &cancel = {}) const {
        const std::vector<ocigraph_str> views = detail::in_all(tags);
        return run<descriptor, ocigraph_descriptor>(
            ocigraph_client_tag, nullptr, cancel, detail::in(reference), views.data(), views.size());
    }
    void tag_start(
        std::string_view reference, const std::vector<std::string_view> &tags, completed<descriptor> done,
        const cancel_token &cancel = {}) const {
        const std::vector<ocigraph_str> views = detail::in_all(tags);
        start<descriptor, ocigraph_descriptor>(
            ocigraph_client_tag_start, nullptr, std::move(done), cancel, detail::in(reference), views.data(),
            views.size());
    }

    /* Removes the tags of `reference`. The manifest stays. With a digest in `reference`, removes only tags that name
     * this digest. In an image layout, a tag can end with a digest: `v1@sha256:…` is such a tag if the layout has
     * it. */
    void untag(std::string_view reference, const untag_options &options = {}, const cancel_token &cancel = {}) const {
        run_without_result(ocigraph_client_untag, callbacks_of(options), cancel, detail::in(reference), options.get());
    }
    void untag_start(
        std::string_view reference, const untag_options &options, completed<void> done,
        const cancel_token &cancel = {}) const {
        start_without_result(
            ocigraph_client_untag_start, callbacks_of(options), std::move(done), cancel, detail::in(reference),
            options.get());
    }

    /* Returns all tags, in the order of the registry or layout. Fallback tags of referrers are not among them. With
     * a tag or digest in `reference`, returns only the tags of that manifest. */
    std::vector<std::string> tags(std::string_view reference, const cancel_token &cancel = {}) const {
        return run<std::vector<std::string>, ocigraph_text_list>(
            ocigraph_client_tags, nullptr, cancel, detail::in(reference));
    }
    void tags_start(
        std::string_view reference, completed<std::vector<std::string>> done, const cancel_token &cancel = {}) const {
        start<std::vector<std::string>, ocigraph_text_list>(
            ocigraph_client_tags_start, nullptr, std::move(done), cancel, detail::in(reference));
    }

    /* Returns all tags, each with the digest that it names and what the registry knows of it. With a tag or digest
     * in `reference`, returns only the tags of that manifest. */
    tag_list tag_details(std::string_view reference, const cancel_token &cancel = {}) const {
        return run<tag_list, ocigraph_tag_list>(ocigraph_client_tag_details, nullptr, cancel, detail::in(reference));
    }
    void tag_details_start(
        std::string_view reference, completed<tag_list> done, const cancel_token &cancel = {}) const {
        start<tag_list, ocigraph_tag_list>(
            ocigraph_client_tag_details_start, nullptr, std::move(done), cancel, detail::in(reference));
    }

    /* Returns all manifests, tagged and untagged, with what is known of each. An untagged manifest is found if an
     * index lists it or if it refers to a manifest that is found. With a tag or digest in `reference`, returns only
     * that manifest. */
    manifest_list manifests(std::string_view reference, const cancel_token &cancel = {}) const {
        return run<manifest_list, ocigraph_manifest_list>(
            ocigraph_client_manifests, nullptr, cancel, detail::in(reference));
    }
    void manifests_start(
        std::string_view reference, completed<manifest_list> done, const cancel_token &cancel = {}) const {
        start<manifest_list, ocigraph_manifest_list>(
            ocigraph_client_manifests_start, nullptr, std::move(done), cancel, detail::in(reference));
    }

    /* Returns the names of a registry's repositories. */
    std::vector<std::string> repositories(std::string_view host, const cancel_token &cancel = {}) const {
        return run<std::vector<std::string>, ocigraph_text_list>(
            ocigraph_client_repositories, nullptr, cancel, detail::in(host));
    }
    void repositories_start(
        std::string_view host, completed<std::vector<std::string>> done, const cancel_token &cancel = {}) const {
        start<std::vector<std::string>, ocigraph_text_list>(
            ocigraph_client_repositories_start, nullptr, std::move(done), cancel, detail::in(host));
    }

    /* Checks a credential with a registry and stores it where other tools look: in the credential helper that
     * docker's configuration names for the registry, else in that file, as plain text that only its owner can read.
     * With a namespace, the credential is used for the repositories in it, and credential helpers cannot store it. */
    login_result login(
        std::string_view host, const ocigraph::credential &credential, const cancel_token &cancel = {}) const {
        return run<login_result, ocigraph_login_result>(
            ocigraph_client_login, nullptr, cancel, detail::in(host), credential.get());
    }
    void login_start(
        std::string_view host, const ocigraph::credential &credential, completed<login_result> done,
        const cancel_token &cancel = {}) const {
        start<login_result, ocigraph_login_result>(
            ocigraph_client_login_start, nullptr, std::move(done), cancel, detail::in(host), credential.get());
    }

    /* Removes every stored credential of a registry, from files and credential helpers. With a namespace, removes
     * the credential of the namespace alone; without one, those of namespaces stay. */
    logout_result logout(std::string_view host, const cancel_token &cancel = {}) const {
        return run<logout_result, ocigraph_logout_result>(ocigraph_client_logout, nullptr, cancel, detail::in(host));
    }
    void logout_start(std::string_view host, completed<logout_result> done, const cancel_token &cancel = {}) const {
        start<logout_result, ocigraph_logout_result>(
            ocigraph_client_logout_start, nullptr, std::move(done), cancel, detail::in(host));
    }
};

} // namespace detail

inline copy_options &copy_options::destination_client(const detail::operations &client) {
    return set(ocigraph_copy_options_set_destination_client, client.get());
}

inline sync_options &sync_options::destination_client(const detail::operations &client) {
    return set(ocigraph_sync_options_set_destination_client, client.get());
}

} // namespace ocigraph

#endif /* OCIGRAPH_OPERATIONS_HPP */
