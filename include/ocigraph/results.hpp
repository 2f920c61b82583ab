/* Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`. */

/* Results of operations, except graphs, manifests and blobs. Text that a registry does not report is empty. Included
 * by ocigraph.hpp. */

#ifndef OCIGRAPH_RESULTS_HPP
#define OCIGRAPH_RESULTS_HPP

#include <ocigraph/result.hpp>

namespace ocigraph {

/* One blob of a push_result. */
struct pushed_blob {
    /* The descriptor of the blob. */
    ocigraph::descriptor descriptor;
    /* The outcome: OCIGRAPH_OUTCOME_UPLOADED, OCIGRAPH_OUTCOME_ALREADY_EXISTS or OCIGRAPH_OUTCOME_MOUNTED. */
    ocigraph_outcome outcome;
};

/* The result of client::push and client::attach. */
class push_result : public result<ocigraph_push_result, ocigraph_push_result_free, ocigraph_push_result_json> {
  public:
    using result::result;
    /* Returns the artifact, as a reference by digest. */
    std::string_view reference() const & noexcept { return detail::out(ocigraph_push_result_reference(get())); }
    std::string reference() && { return std::string(std::as_const(*this).reference()); }
    /* Returns the descriptor of the artifact's manifest. */
    ocigraph::descriptor descriptor() const noexcept { return part(ocigraph_push_result_descriptor(get())); }
    /* Returns the tags that the manifest got. */
    std::vector<std::string> tags() const {
        return texts(ocigraph_push_result_tag_count(get()), ocigraph_push_result_tag);
    }
    /* Returns the blobs, without the config, in the order of the files. */
    std::vector<pushed_blob> blobs() const {
        return detail::list<pushed_blob>(ocigraph_push_result_blob_count(get()), [&](std::size_t i) {
            return pushed_blob{
                part(ocigraph_push_result_blob(get(), i)),
                ocigraph_push_result_blob_outcome(get(), i)};
        });
    }
    /* Returns the bytes of the manifest, as they were pushed. */
    std::string_view manifest() const & noexcept { return detail::out(ocigraph_push_result_manifest(get())); }
    std::string manifest() && { return std::string(std::as_const(*this).manifest()); }
};

/* One file that client::pull has written or found. */
struct pulled_file {
    /* The path of the file or of the unpacked directory. Relative if the output directory is. */
    std::string path;
    /* The descriptor of the blob. */
    ocigraph::descriptor descriptor;
    /* The outcome: OCIGRAPH_OUTCOME_WRITTEN, OCIGRAPH_OUTCOME_UNCHANGED or OCIGRAPH_OUTCOME_KEPT_EXISTING. */
    ocigraph_outcome outcome;
};

/* One artifact that client::pull has pulled. */
struct pulled_artifact {
    /* The artifact, as a reference by digest. */
    std::string reference;
    /* The descriptor of the artifact's manifest. */
    ocigraph::descriptor descriptor;
    /* The files, in the order of the manifest: that of the config if the options ask for it, those of the blobs with
     * a title and, if the pull writes all blobs, of those without one. */
    std::vector<pulled_file> files;
    /* The blobs that are not written, since they have no title. A pull with `all` writes those of them that are not
     * foreign layers. A config without a title is written only to `config_file`, and not listed here. */
    std::vector<ocigraph::descriptor> skipped;
};

/* The result of client::pull. It is a list of artifacts. */
class pull_result : public result<ocigraph_pull_result, ocigraph_pull_result_free, ocigraph_pull_result_json> {
  public:
    using result::result;
    /* Returns the artifacts. */
    std::vector<pulled_artifact> artifacts() const {
        return detail::list<pulled_artifact>(ocigraph_pull_result_count(get()), [&](std::size_t i) {
            return pulled_artifact{
                detail::copied(ocigraph_pull_result_reference(get(), i)),
                part(ocigraph_pull_result_descriptor(get(), i)),
                detail::list<pulled_file>(ocigraph_pull_result_file_count(get(), i), [&](std::size_t j) {
                    return pulled_file{
                        detail::copied(ocigraph_pull_result_file_path(get(), i, j)),
                        part(ocigraph_pull_result_file(get(), i, j)),
                        ocigraph_pull_result_file_outcome(get(), i, j)};
                }),
                detail::list<ocigraph::descriptor>(
                    ocigraph_pull_result_skipped_count(get(), i),
                    [&](std::size_t j) { return part(ocigraph_pull_result_skipped(get(), i, j)); })};
        });
    }
};

/* A row of client::discover_each: an edge to a manifest, and what the manifest is; or something that could not be
 * read. */
struct discovered_row {
    /* The digest of the manifest that the other is attached to. not set for a problem of the whole repository. */
    std::string parent;
    /* The number of edges from the subject of the discovery to the manifest: 1 for what is directly attached. 0 for
     * a problem. */
    std::size_t depth;
    /* The kind of the edge. not set for a problem. One of OCIGRAPH_EDGE_KIND_*. */
    std::int32_t edge;
    /* The manifest that the edge leads to. not set for a problem. */
    std::optional<ocigraph::descriptor> descriptor;
    /* The tag of a tag's edge. */
    std::string tag;
    /* What the manifest is, as a phrase such as `SBoM (SPDX)`. not set if it follows no known convention. */
    std::string label;
    /* The kinds of the manifest: `signature`, `attestation`, `provenance`, `sbom`, `scan-result`, `vex`, `chart`.
     * Empty if it follows no known convention. */
    std::vector<std::string> kinds;
    /* The predicate types of in-toto statements, as far as they are known without reading content. */
    std::vector<std::string> predicate_types;
    /* The part of a list that cannot be read, or the tag whose manifest cannot be read. Edges below `parent` can be
     * missing, unless it is a warning. */
    std::string problem;
};

/* The result of client::discover_each. It is a list of rows. */
class discovered_row_list : public result<ocigraph_discovered_row_list, ocigraph_discovered_row_list_free, ocigraph_discovered_row_list_json> {
  public:
    using result::result;
    /* Returns the rows. */
    std::vector<discovered_row> rows() const {
        return detail::list<discovered_row>(ocigraph_discovered_row_list_count(get()), [&](std::size_t i) {
            return discovered_row{
                detail::copied(ocigraph_discovered_row_list_parent(get(), i)),
                ocigraph_discovered_row_list_depth(get(), i),
                ocigraph_discovered_row_list_edge(get(), i),
                optional_part(ocigraph_discovered_row_list_descriptor(get(), i)),
                detail::copied(ocigraph_discovered_row_list_tag(get(), i)),
                detail::copied(ocigraph_discovered_row_list_label(get(), i)),
                detail::list<std::string>(
                    ocigraph_discovered_row_list_kind_count(get(), i),
                    [&](std::size_t j) { return detail::copied(ocigraph_discovered_row_list_kind(get(), i, j)); }),
                detail::list<std::string>(
                    ocigraph_discovered_row_list_predicate_type_count(get(), i),
                    [&](std::size_t j) { return detail::copied(ocigraph_discovered_row_list_predicate_type(get(), i, j)); }),
                detail::copied(ocigraph_discovered_row_list_problem(get(), i))};
        });
    }
};

/* The result of client::discover_each. */
class discover_summary : public result<ocigraph_discover_summary, ocigraph_discover_summary_free, ocigraph_discover_summary_json> {
  public:
    using result::result;
    /* Returns the subject. not set until it is known. */
    std::optional<ocigraph::descriptor> subject() const {
        return optional_part(ocigraph_discover_summary_subject(get()));
    }
    /* Returns the number of edges. */
    std::uint64_t edges() const noexcept { return ocigraph_discover_summary_edges(get()); }
    /* Returns the number of problems, without warnings. */
    std::uint64_t problems() const noexcept { return ocigraph_discover_summary_problems(get()); }
};

/* A manifest that a delete retains. */
struct retained_manifest {
    /* The descriptor of the manifest. */
    ocigraph::descriptor descriptor;
    /* The reason as a phrase for users, for example `tagged stable`. */
    std::string reason;
};

/* A manifest that a delete could not delete. */
struct delete_failure {
    /* The descriptor of the manifest. */
    ocigraph::descriptor descriptor;
    /* The status of the error. */
    ocigraph_status status;
    /* The message of the error. */
    std::string message;
};

/* The result of client::remove. */
class delete_report : public result<ocigraph_delete_report, ocigraph_delete_report_free, ocigraph_delete_report_json> {
  public:
    using result::result;
    /* Returns true for a dry run, which deletes nothing. */
    bool dry_run() const noexcept { return ocigraph_delete_report_dry_run(get()); }
    /* Returns the deleted manifests, in the order of deletion: referrers before their subjects. */
    std::vector<ocigraph::descriptor> deleted() const {
        return parts(ocigraph_delete_report_deleted_count(get()), ocigraph_delete_report_deleted);
    }
    /* Returns the retained manifests, each with the reason. */
    std::vector<retained_manifest> kept() const {
        return detail::list<retained_manifest>(ocigraph_delete_report_kept_count(get()), [&](std::size_t i) {
            return retained_manifest{
                part(ocigraph_delete_report_kept(get(), i)),
                detail::copied(ocigraph_delete_report_kept_reason(get(), i))};
        });
    }
    /* Returns the manifests that could not be deleted, each with the error. After a failure, the manifests that
     * would be deleted later are not deleted either, and are not reported. */
    std::vector<delete_failure> failed() const {
        return detail::list<delete_failure>(ocigraph_delete_report_failed_count(get()), [&](std::size_t i) {
            return delete_failure{
                part(ocigraph_delete_report_failed(get(), i)),
                ocigraph_delete_report_failed_status(get(), i),
                detail::copied(ocigraph_delete_report_failed_message(get(), i))};
        });
    }
};

/* A tag that a copy does not write. */
struct kept_tag {
    /* The tag. */
    std::string tag;
    /* The reason as a phrase for users. */
    std::string reason;
};

/* The result of client::copy. */
class copy_report : public result<ocigraph_copy_report, ocigraph_copy_report_free, ocigraph_copy_report_json> {
  public:
    using result::result;
    /* Returns the source, as a reference by digest. */
    std::string_view source() const & noexcept { return detail::out(ocigraph_copy_report_source(get())); }
    std::string source() && { return std::string(std::as_const(*this).source()); }
    /* Returns the destination, as a reference by digest. */
    std::string_view destination() const & noexcept { return detail::out(ocigraph_copy_report_destination(get())); }
    std::string destination() && { return std::string(std::as_const(*this).destination()); }
    /* Returns the descriptor of the manifest that the source names. */
    ocigraph::descriptor descriptor() const noexcept { return part(ocigraph_copy_report_descriptor(get())); }
    /* Returns the tags that the manifest got at the destination. */
    std::vector<std::string> tags() const {
        return texts(ocigraph_copy_report_tag_count(get()), ocigraph_copy_report_tag);
    }
    /* Returns the number of manifests written. Manifests that the destination had already are not counted. */
    std::size_t manifests() const noexcept { return ocigraph_copy_report_manifests(get()); }
    /* Returns the number of blobs with this outcome: OCIGRAPH_OUTCOME_*. */
    std::size_t blobs(ocigraph_outcome outcome) const noexcept { return ocigraph_copy_report_blobs(get(), outcome); }
    /* Returns the number of bytes of all manifests and blobs written. */
    std::uint64_t bytes() const noexcept { return ocigraph_copy_report_bytes(get()); }
    /* Returns the referrers that the source lists and does not have: clients can delete a referrer without its entry
     * in the list. The copy has all others. */
    std::vector<ocigraph::descriptor> missing() const {
        return parts(ocigraph_copy_report_missing_count(get()), ocigraph_copy_report_missing);
    }
    /* Returns the tags that have the digest of a manifest, as cosign writes them, and were not copied: at the
     * destination they name other content, which the copy would lose; or the destination refused to change them; or
     * the source has lost their manifests. Each names something that the destination lacks. */
    std::vector<kept_tag> kept_tags() const {
        return detail::list<kept_tag>(ocigraph_copy_report_kept_tag_count(get()), [&](std::size_t i) {
            return kept_tag{
                detail::copied(ocigraph_copy_report_kept_tag_tag(get(), i)),
                detail::copied(ocigraph_copy_report_kept_tag_reason(get(), i))};
        });
    }
};

/* A tag of a backup, or of what was restored from it. */
struct archived_tag {
    /* The location and the tag: that of the source for a backup, that of the destination for a restore. A manifest
     * without a tag has its digest. */
    std::string reference;
    /* The descriptor of the manifest. */
    ocigraph::descriptor descriptor;
};

/* The result of client::backup. */
class backup_report : public result<ocigraph_backup_report, ocigraph_backup_report_free, ocigraph_backup_report_json> {
  public:
    using result::result;
    /* Returns true for a dry run, which writes nothing. */
    bool dry_run() const noexcept { return ocigraph_backup_report_dry_run(get()); }
    /* Returns the path of the archive or directory. */
    std::string_view output() const & noexcept { return detail::out(ocigraph_backup_report_output(get())); }
    std::string output() && { return std::string(std::as_const(*this).output()); }
    /* Returns the tags that were backed up, repository by repository, with their manifests. A manifest that was
     * named by its digest has no tag. */
    std::vector<archived_tag> tags() const {
        return detail::list<archived_tag>(ocigraph_backup_report_tag_count(get()), [&](std::size_t i) {
            return archived_tag{
                detail::copied(ocigraph_backup_report_tag_reference(get(), i)),
                part(ocigraph_backup_report_tag(get(), i))};
        });
    }
    /* Returns the number of manifests stored, without those that the directory had, or that the earlier archive has. */
    std::size_t manifests() const noexcept { return ocigraph_backup_report_manifests(get()); }
    /* Returns the number of blobs stored. */
    std::size_t blobs() const noexcept { return ocigraph_backup_report_blobs(get()); }
    /* Returns the number of blobs that the directory had, or that the earlier archive has. */
    std::size_t existing_blobs() const noexcept { return ocigraph_backup_report_existing_blobs(get()); }
    /* Returns the number of bytes of all manifests and blobs stored. */
    std::uint64_t bytes() const noexcept { return ocigraph_backup_report_bytes(get()); }
    /* Returns the size of the archive in bytes. not set for a directory, and for a dry run. */
    std::uint64_t size() const noexcept { return ocigraph_backup_report_size(get()); }
    /* Returns the referrers that a repository lists and does not have. The backup has all others. */
    std::vector<ocigraph::descriptor> missing() const {
        return parts(ocigraph_backup_report_missing_count(get()), ocigraph_backup_report_missing);
    }
    /* Returns the tags that cosign derives from a digest, and that were not backed up: the repository has lost their
     * manifests, or they name other content in the directory, which the backup would lose. */
    std::vector<kept_tag> kept_tags() const {
        return detail::list<kept_tag>(ocigraph_backup_report_kept_tag_count(get()), [&](std::size_t i) {
            return kept_tag{
                detail::copied(ocigraph_backup_report_kept_tag_tag(get(), i)),
                detail::copied(ocigraph_backup_report_kept_tag_reason(get(), i))};
        });
    }
};

/* The result of client::restore. */
class restore_report : public result<ocigraph_restore_report, ocigraph_restore_report_free, ocigraph_restore_report_json> {
  public:
    using result::result;
    /* Returns true for a dry run, which writes nothing. */
    bool dry_run() const noexcept { return ocigraph_restore_report_dry_run(get()); }
    /* Returns the tags that were set, repository by repository, with their manifests. A manifest that was backed up
     * by its digest has no tag. */
    std::vector<archived_tag> tags() const {
        return detail::list<archived_tag>(ocigraph_restore_report_tag_count(get()), [&](std::size_t i) {
            return archived_tag{
                detail::copied(ocigraph_restore_report_tag_reference(get(), i)),
                part(ocigraph_restore_report_tag(get(), i))};
        });
    }
    /* Returns the number of manifests written. Manifests that the destination had already are not counted. */
    std::size_t manifests() const noexcept { return ocigraph_restore_report_manifests(get()); }
    /* Returns the number of blobs with this outcome: OCIGRAPH_OUTCOME_*. */
    std::size_t blobs(ocigraph_outcome outcome) const noexcept { return ocigraph_restore_report_blobs(get(), outcome); }
    /* Returns the number of bytes of all manifests and blobs written. */
    std::uint64_t bytes() const noexcept { return ocigraph_restore_report_bytes(get()); }
    /* Returns the referrers that the archive lists and does not have. */
    std::vector<ocigraph::descriptor> missing() const {
        return parts(ocigraph_restore_report_missing_count(get()), ocigraph_restore_report_missing);
    }
    /* Returns the tags that cosign derives from a digest, and that were not restored: at the destination they name
     * other content, which the restore would lose. */
    std::vector<kept_tag> kept_tags() const {
        return detail::list<kept_tag>(ocigraph_restore_report_kept_tag_count(get()), [&](std::size_t i) {
            return kept_tag{
                detail::copied(ocigraph_restore_report_kept_tag_tag(get(), i)),
                detail::copied(ocigraph_restore_report_kept_tag_reason(get(), i))};
        });
    }
};

/* An attachment that has the new form. */
struct migration {
    /* What changes. One of OCIGRAPH_MIGRATION_KIND_*. */
    std::int32_t kind;
    /* The descriptor of the manifest in its old form. */
    ocigraph::descriptor old_manifest;
    /* The tag of the old form: a tag of cosign, or the fallback tag that lists the manifest. */
    std::string old_tag;
    /* The descriptor of the manifest in its new form. It is the old one if only a list changes. */
    ocigraph::descriptor new_manifest;
    /* The tag of the new form: a tag of cosign, or the fallback tag that lists the manifest. */
    std::string new_tag;
    /* True if the new form existed before, so that nothing was written. */
    bool existed;
};

/* An attachment, or its old form, that stays as it is. */
struct kept_attachment {
    /* What the migration would change. One of OCIGRAPH_MIGRATION_KIND_*. */
    std::int32_t kind;
    /* The descriptor of the manifest that stays. */
    ocigraph::descriptor descriptor;
    /* The tag of cosign that names the manifest, or the fallback tag that lists it. */
    std::string tag;
    /* The reason as a phrase for users. */
    std::string reason;
};

/* An old form that was removed. */
struct removed_attachment {
    /* The descriptor of the manifest. It is deleted, unless only its entry under a fallback tag was removed. */
    ocigraph::descriptor descriptor;
    /* The tag that was removed with the manifest, or the fallback tag whose entry was removed. */
    std::string tag;
};

/* The result of client::migrate. */
class migrate_report : public result<ocigraph_migrate_report, ocigraph_migrate_report_free, ocigraph_migrate_report_json> {
  public:
    using result::result;
    /* Returns true for a dry run, which changes nothing. */
    bool dry_run() const noexcept { return ocigraph_migrate_report_dry_run(get()); }
    /* Returns the attachments that have the new form, each with its old and its new manifest. */
    std::vector<migration> migrated() const {
        return detail::list<migration>(ocigraph_migrate_report_migrated_count(get()), [&](std::size_t i) {
            return migration{
                ocigraph_migrate_report_migrated_kind(get(), i),
                part(ocigraph_migrate_report_migrated_old_manifest(get(), i)),
                detail::copied(ocigraph_migrate_report_migrated_old_tag(get(), i)),
                part(ocigraph_migrate_report_migrated_new_manifest(get(), i)),
                detail::copied(ocigraph_migrate_report_migrated_new_tag(get(), i)),
                ocigraph_migrate_report_migrated_existed(get(), i)};
        });
    }
    /* Returns the attachments that stay as they are, each with the reason: those that cannot have the new form, and,
     * with the option `remove_old`, those whose old form is not removed. */
    std::vector<kept_attachment> kept() const {
        return detail::list<kept_attachment>(ocigraph_migrate_report_kept_count(get()), [&](std::size_t i) {
            return kept_attachment{
                ocigraph_migrate_report_kept_kind(get(), i),
                part(ocigraph_migrate_report_kept(get(), i)),
                detail::copied(ocigraph_migrate_report_kept_tag(get(), i)),
                detail::copied(ocigraph_migrate_report_kept_reason(get(), i))};
        });
    }
    /* Returns the old forms that were removed after the new form was read back. */
    std::vector<removed_attachment> removed() const {
        return detail::list<removed_attachment>(ocigraph_migrate_report_removed_count(get()), [&](std::size_t i) {
            return removed_attachment{
                part(ocigraph_migrate_report_removed(get(), i)),
                detail::copied(ocigraph_migrate_report_removed_tag(get(), i))};
        });
    }
};

/* One manifest or blob of a graph that is missing or damaged. */
struct problem {
    /* The descriptor of the expected content. */
    ocigraph::descriptor descriptor;
    /* The digests of the manifests that lead to the content, from the root on. Empty for the root, and for what the
     * index of a layout lists outside the graph: a damaged manifest, whose subject is unknown, so it may belong to
     * the graph, and a blob that is listed as a manifest. For an entry that cannot be read, the problem is one of
     * the root. */
    std::vector<std::string> path;
    /* The kind of damage. One of OCIGRAPH_PROBLEM_*. */
    std::int32_t kind;
    /* The damage as a sentence for users. */
    std::string detail;
};

/* The result of client::verify. */
class verify_report : public result<ocigraph_verify_report, ocigraph_verify_report_free, ocigraph_verify_report_json> {
  public:
    using result::result;
    /* Returns the number of manifests and blobs checked. */
    std::size_t checked() const noexcept { return ocigraph_verify_report_checked(get()); }
    /* Returns the number of bytes read and digested. */
    std::uint64_t bytes() const noexcept { return ocigraph_verify_report_bytes(get()); }
    /* Returns the problems found. Empty for an intact graph. */
    std::vector<problem> problems() const {
        return detail::list<problem>(ocigraph_verify_report_problem_count(get()), [&](std::size_t i) {
            return problem{
                part(ocigraph_verify_report_problem(get(), i)),
                detail::list<std::string>(
                    ocigraph_verify_report_problem_path_length(get(), i),
                    [&](std::size_t j) { return detail::copied(ocigraph_verify_report_problem_path(get(), i, j)); }),
                ocigraph_verify_report_problem_kind(get(), i),
                detail::copied(ocigraph_verify_report_problem_detail(get(), i))};
        });
    }
    /* Returns the problems that were found and repaired. They are not among `problems`. */
    std::vector<problem> repaired() const {
        return detail::list<problem>(ocigraph_verify_report_repaired_count(get()), [&](std::size_t i) {
            return problem{
                part(ocigraph_verify_report_repaired(get(), i)),
                detail::list<std::string>(
                    ocigraph_verify_report_repaired_path_length(get(), i),
                    [&](std::size_t j) { return detail::copied(ocigraph_verify_report_repaired_path(get(), i, j)); }),
                ocigraph_verify_report_repaired_kind(get(), i),
                detail::copied(ocigraph_verify_report_repaired_detail(get(), i))};
        });
    }
};

/* A requirement, and whether it is met. */
struct checked_requirement {
    /* The requirement, such as `sbom`. */
    std::string requirement;
    /* The image or index that was checked. Has the platform that its index says. */
    ocigraph::descriptor descriptor;
    /* Whether what is required is attached. One of OCIGRAPH_PRESENCE_*. */
    std::int32_t presence;
    /* The manifests that meet the requirement. */
    std::vector<ocigraph::descriptor> found;
    /* Phrases for users: what could not be read, or which images of an index lack the attachment. */
    std::vector<std::string> details;
};

/* The result of client::check. */
class check_report : public result<ocigraph_check_report, ocigraph_check_report_free, ocigraph_check_report_json> {
  public:
    using result::result;
    /* Returns the what was checked, as a reference by digest. */
    std::string_view reference() const & noexcept { return detail::out(ocigraph_check_report_reference(get())); }
    std::string reference() && { return std::string(std::as_const(*this).reference()); }
    /* Returns the descriptor of what was checked. */
    ocigraph::descriptor descriptor() const noexcept { return part(ocigraph_check_report_descriptor(get())); }
    /* Returns the answer for all requirements together: missing if one of them is missing, else unknown if one of
     * them is unknown. One of OCIGRAPH_PRESENCE_*. */
    std::int32_t presence() const noexcept { return ocigraph_check_report_presence(get()); }
    /* Returns the requirements with their answers, all of one image after all of another. */
    std::vector<checked_requirement> requirements() const {
        return detail::list<checked_requirement>(ocigraph_check_report_requirement_count(get()), [&](std::size_t i) {
            return checked_requirement{
                detail::copied(ocigraph_check_report_requirement_requirement(get(), i)),
                part(ocigraph_check_report_requirement(get(), i)),
                ocigraph_check_report_requirement_presence(get(), i),
                detail::list<ocigraph::descriptor>(
                    ocigraph_check_report_requirement_found_count(get(), i),
                    [&](std::size_t j) { return part(ocigraph_check_report_requirement_found(get(), i, j)); }),
                detail::list<std::string>(
                    ocigraph_check_report_requirement_detail_count(get(), i),
                    [&](std::size_t j) { return detail::copied(ocigraph_check_report_requirement_detail(get(), i, j)); })};
        });
    }
};

/* The result of client::index_create and client::index_update. */
class index_result : public result<ocigraph_index_result, ocigraph_index_result_free, ocigraph_index_result_json> {
  public:
    using result::result;
    /* Returns the index, as a reference by digest. */
    std::string_view reference() const & noexcept { return detail::out(ocigraph_index_result_reference(get())); }
    std::string reference() && { return std::string(std::as_const(*this).reference()); }
    /* Returns the descriptor of the index. */
    ocigraph::descriptor descriptor() const noexcept { return part(ocigraph_index_result_descriptor(get())); }
    /* Returns the tags that the index got, or would get without `dry_run`. */
    std::vector<std::string> tags() const {
        return texts(ocigraph_index_result_tag_count(get()), ocigraph_index_result_tag);
    }
    /* Returns the entries of the index. */
    std::vector<ocigraph::descriptor> manifests() const {
        return parts(ocigraph_index_result_manifest_count(get()), ocigraph_index_result_manifest);
    }
    /* Returns true for a dry run, which pushes nothing. */
    bool dry_run() const noexcept { return ocigraph_index_result_dry_run(get()); }
    /* Returns the bytes of the index, which are a text in UTF-8. */
    std::string_view content() const & noexcept { return detail::out(ocigraph_index_result_content(get())); }
    std::string content() && { return std::string(std::as_const(*this).content()); }
};

/* A manifest or tag that a prune deletes. */
struct pruned_manifest {
    /* The descriptor of the manifest; if only tags are removed, of the manifest that they name. */
    ocigraph::descriptor descriptor;
    /* What is deleted. One of OCIGRAPH_PRUNED_KIND_*. */
    std::int32_t kind;
    /* The tags that are removed: all tags of a manifest that is deleted. */
    std::vector<std::string> tags;
    /* Time of creation, RFC 3339, if it is known. */
    std::string created;
    /* The digest of the subject; of a tag that has the digest of a manifest, that digest. */
    std::string subject;
    /* Why it is deleted. One of OCIGRAPH_PRUNE_CAUSE_*. */
    std::int32_t cause;
    /* Why it is deleted, as a phrase for users, for example `older than 90 days`. */
    std::string reason;
    /* True if it did not exist any more when it was to be deleted. */
    bool gone;
};

/* A manifest or tag that was selected and stays. */
struct kept_manifest {
    /* The descriptor of the manifest. */
    ocigraph::descriptor descriptor;
    /* The selected tags of the manifest. Those that stay too, unless `deleted` has them. */
    std::vector<std::string> tags;
    /* Why it stays. One of OCIGRAPH_KEEP_CAUSE_*. */
    std::int32_t cause;
    /* Why it stays, as a phrase for users, for example `listed by v2, which stays`. */
    std::string reason;
};

/* A manifest or tag that could not be deleted. */
struct refused_manifest {
    /* The descriptor of the manifest. */
    ocigraph::descriptor descriptor;
    /* The tags that would be removed. */
    std::vector<std::string> tags;
    /* The status of the error. */
    ocigraph_status status;
    /* The message of the error. */
    std::string message;
};

/* What a prune deletes in one repository or layout, and what it keeps. */
struct pruned_repository {
    /* The repository or layout. */
    std::string repository;
    /* The deleted manifests, in the order of deletion: referrers before their subjects, indexes before what they
     * list, and tags that are removed alone last. */
    std::vector<pruned_manifest> deleted;
    /* The selected manifests that stay, each with the reason. */
    std::vector<kept_manifest> kept;
    /* The manifests that could not be deleted, each with the error: CONFLICT if they have changed since the plan was
     * made, or are needed by others that stay. */
    std::vector<refused_manifest> refused;
    /* The phrases for users that say what a prune of this repository does not see. */
    std::vector<std::string> unseen;
    /* The phrases for users that name the lists and manifests that could not be read. If there is one, everything
     * stays that was selected, since something unread may need it. */
    std::vector<std::string> unread;
};

/* A repository that could not be pruned. */
struct prune_failure {
    /* The repository or layout. */
    std::string repository;
    /* The status of the error. */
    ocigraph_status status;
    /* The message of the error. */
    std::string message;
};

/* The result of client::prune. */
class prune_report : public result<ocigraph_prune_report, ocigraph_prune_report_free, ocigraph_prune_report_json> {
  public:
    using result::result;
    /* Returns the version of this format: 1. */
    std::uint64_t schema_version() const noexcept { return ocigraph_prune_report_schema_version(get()); }
    /* Returns the kind of this document: `io.ocigraph.prune`. */
    std::string_view kind() const & noexcept { return detail::out(ocigraph_prune_report_kind(get())); }
    std::string kind() && { return std::string(std::as_const(*this).kind()); }
    /* Returns the time at which the plan was made, RFC 3339. */
    std::string_view created() const & noexcept { return detail::out(ocigraph_prune_report_created(get())); }
    std::string created() && { return std::string(std::as_const(*this).created()); }
    /* Returns true if nothing was deleted: the report is a plan. */
    bool dry_run() const noexcept { return ocigraph_prune_report_dry_run(get()); }
    /* Returns the repositories and layouts in the order in which they were named. */
    std::vector<pruned_repository> repositories() const {
        return detail::list<pruned_repository>(ocigraph_prune_report_repository_count(get()), [&](std::size_t i) {
            return pruned_repository{
                detail::copied(ocigraph_prune_report_repository_repository(get(), i)),
                detail::list<pruned_manifest>(ocigraph_prune_report_repository_deleted_count(get(), i), [&](std::size_t j) {
                    return pruned_manifest{
                        part(ocigraph_prune_report_repository_deleted(get(), i, j)),
                        ocigraph_prune_report_repository_deleted_kind(get(), i, j),
                        detail::list<std::string>(
                            ocigraph_prune_report_repository_deleted_tag_count(get(), i, j),
                            [&](std::size_t k) { return detail::copied(ocigraph_prune_report_repository_deleted_tag(get(), i, j, k)); }),
                        detail::copied(ocigraph_prune_report_repository_deleted_created(get(), i, j)),
                        detail::copied(ocigraph_prune_report_repository_deleted_subject(get(), i, j)),
                        ocigraph_prune_report_repository_deleted_cause(get(), i, j),
                        detail::copied(ocigraph_prune_report_repository_deleted_reason(get(), i, j)),
                        ocigraph_prune_report_repository_deleted_gone(get(), i, j)};
                }),
                detail::list<kept_manifest>(ocigraph_prune_report_repository_kept_count(get(), i), [&](std::size_t j) {
                    return kept_manifest{
                        part(ocigraph_prune_report_repository_kept(get(), i, j)),
                        detail::list<std::string>(
                            ocigraph_prune_report_repository_kept_tag_count(get(), i, j),
                            [&](std::size_t k) { return detail::copied(ocigraph_prune_report_repository_kept_tag(get(), i, j, k)); }),
                        ocigraph_prune_report_repository_kept_cause(get(), i, j),
                        detail::copied(ocigraph_prune_report_repository_kept_reason(get(), i, j))};
                }),
                detail::list<refused_manifest>(ocigraph_prune_report_repository_refused_count(get(), i), [&](std::size_t j) {
                    return refused_manifest{
                        part(ocigraph_prune_report_repository_refused(get(), i, j)),
                        detail::list<std::string>(
                            ocigraph_prune_report_repository_refused_tag_count(get(), i, j),
                            [&](std::size_t k) { return detail::copied(ocigraph_prune_report_repository_refused_tag(get(), i, j, k)); }),
                        ocigraph_prune_report_repository_refused_status(get(), i, j),
                        detail::copied(ocigraph_prune_report_repository_refused_message(get(), i, j))};
                }),
                detail::list<std::string>(
                    ocigraph_prune_report_repository_unseen_count(get(), i),
                    [&](std::size_t j) { return detail::copied(ocigraph_prune_report_repository_unseen(get(), i, j)); }),
                detail::list<std::string>(
                    ocigraph_prune_report_repository_unread_count(get(), i),
                    [&](std::size_t j) { return detail::copied(ocigraph_prune_report_repository_unread(get(), i, j)); })};
        });
    }
    /* Returns the repositories that could not be pruned at all, each with the error. Nothing in them was deleted. */
    std::vector<prune_failure> failed() const {
        return detail::list<prune_failure>(ocigraph_prune_report_failed_count(get()), [&](std::size_t i) {
            return prune_failure{
                detail::copied(ocigraph_prune_report_failed_repository(get(), i)),
                ocigraph_prune_report_failed_status(get(), i),
                detail::copied(ocigraph_prune_report_failed_message(get(), i))};
        });
    }
};

/* A row of client::sync: a reference, or something that could not be listed. */
struct sync_row {
    /* The reference at the source, or the repository or registry that could not be listed. */
    std::string source;
    /* The reference at the destination. Empty if it is not known. */
    std::string destination;
    /* The digest that the destination should have. For a tag that is removed, empty. not set if it is not known. */
    std::string digest;
    /* What was done, or what is wrong. One of OCIGRAPH_SYNC_OUTCOME_*. */
    std::int32_t outcome;
    /* Number of manifests written. */
    std::size_t manifests;
    /* Number of blobs sent or mounted. */
    std::size_t blobs;
    /* Number of bytes of all manifests and blobs written. */
    std::uint64_t bytes;
    /* What is wrong or would be done, as a phrase for users. */
    std::string detail;
    /* The name of the error's code, such as `FORBIDDEN`, if there was an error. */
    std::string code;
};

/* The result of client::sync. It is a list of rows. */
class sync_row_list : public result<ocigraph_sync_row_list, ocigraph_sync_row_list_free, ocigraph_sync_row_list_json> {
  public:
    using result::result;
    /* Returns the rows. */
    std::vector<sync_row> rows() const {
        return detail::list<sync_row>(ocigraph_sync_row_list_count(get()), [&](std::size_t i) {
            return sync_row{
                detail::copied(ocigraph_sync_row_list_source(get(), i)),
                detail::copied(ocigraph_sync_row_list_destination(get(), i)),
                detail::copied(ocigraph_sync_row_list_digest(get(), i)),
                ocigraph_sync_row_list_outcome(get(), i),
                ocigraph_sync_row_list_manifests(get(), i),
                ocigraph_sync_row_list_blobs(get(), i),
                ocigraph_sync_row_list_bytes(get(), i),
                detail::copied(ocigraph_sync_row_list_detail(get(), i)),
                detail::copied(ocigraph_sync_row_list_code(get(), i))};
        });
    }
};

/* The result of client::sync. */
class sync_summary : public result<ocigraph_sync_summary, ocigraph_sync_summary_free, ocigraph_sync_summary_json> {
  public:
    using result::result;
    /* Returns the number of rows that an earlier sync with the same checkpoint has completed. */
    std::uint64_t resumed() const noexcept { return ocigraph_sync_summary_resumed(get()); }
    /* Returns the number of rows with the outcome `copied`. */
    std::uint64_t copied() const noexcept { return ocigraph_sync_summary_copied(get()); }
    /* Returns the number of rows with the outcome `existed`. */
    std::uint64_t existed() const noexcept { return ocigraph_sync_summary_existed(get()); }
    /* Returns the number of rows with the outcome `would-copy`. */
    std::uint64_t would_copy() const noexcept { return ocigraph_sync_summary_would_copy(get()); }
    /* Returns the number of rows with the outcome `missing`. */
    std::uint64_t missing() const noexcept { return ocigraph_sync_summary_missing(get()); }
    /* Returns the number of rows with the outcome `refused`. */
    std::uint64_t refused() const noexcept { return ocigraph_sync_summary_refused(get()); }
    /* Returns the number of rows with the outcome `changed`. */
    std::uint64_t changed() const noexcept { return ocigraph_sync_summary_changed(get()); }
    /* Returns the number of rows with the outcome `unknown`. */
    std::uint64_t unknown() const noexcept { return ocigraph_sync_summary_unknown(get()); }
    /* Returns the number of rows with the outcome `removed`. */
    std::uint64_t removed() const noexcept { return ocigraph_sync_summary_removed(get()); }
    /* Returns the number of rows with the outcome `would-remove`. */
    std::uint64_t would_remove() const noexcept { return ocigraph_sync_summary_would_remove(get()); }
    /* Returns the number of manifests written. */
    std::uint64_t manifests() const noexcept { return ocigraph_sync_summary_manifests(get()); }
    /* Returns the number of blobs sent or mounted. */
    std::uint64_t blobs() const noexcept { return ocigraph_sync_summary_blobs(get()); }
    /* Returns the number of bytes of all manifests and blobs written. */
    std::uint64_t bytes() const noexcept { return ocigraph_sync_summary_bytes(get()); }
};

/* A row of client::sweep: an image, something that is attached to it, or something that could not be read. */
struct sweep_row {
    /* The registry, as `host[:port]`, or the path of the image layout after `oci:`. */
    std::string registry;
    /* The repository. Empty for an image layout, and for a registry whose repositories cannot be listed. */
    std::string repository;
    /* The tag of the image, also for what is attached: one of its tags if it has several. not set if the image was
     * found or named without one. */
    std::string tag;
    /* The digest of the image. not set if it is not known. */
    std::string image;
    /* The digest of the manifest that this one is attached to. not set for an image. */
    std::string subject;
    /* The digest of the manifest. not set for something that could not be read. */
    std::string digest;
    /* How the manifest is attached: `referrer`, `tag`, `attestation` or `child`. not set for an image. */
    std::string edge;
    /* What the manifest is, as a phrase such as `SBoM (SPDX)`. not set if it follows no known convention. */
    std::string label;
    /* The kinds of the manifest: `signature`, `attestation`, `provenance`, `sbom`, `scan-result`, `vex`, `chart`.
     * Empty if it follows no known convention. */
    std::vector<std::string> kinds;
    /* The artifact type, if it is known without reading the manifest. */
    std::string artifact_type;
    /* The predicate types of in-toto statements, as far as they are known without reading content. */
    std::vector<std::string> predicate_types;
    /* The media type of the manifest. */
    std::string media_type;
    /* The size of the manifest in bytes. */
    std::uint64_t size;
    /* The annotation `org.opencontainers.image.created`, if the list or index has it. */
    std::string created;
    /* The platform, as `os/arch[/variant]`, if an index lists the manifest with one. */
    std::string platform;
    /* The number of edges from the image: 0 for the image, 1 for what is directly attached. */
    std::size_t depth;
    /* What is known. One of OCIGRAPH_SWEEP_STATUS_*. */
    std::int32_t status;
    /* Why it is not known, or refused. not set if it is known. */
    std::string error;
};

/* The result of client::sweep. It is a list of rows. */
class sweep_row_list : public result<ocigraph_sweep_row_list, ocigraph_sweep_row_list_free, ocigraph_sweep_row_list_json> {
  public:
    using result::result;
    /* Returns the rows. */
    std::vector<sweep_row> rows() const {
        return detail::list<sweep_row>(ocigraph_sweep_row_list_count(get()), [&](std::size_t i) {
            return sweep_row{
                detail::copied(ocigraph_sweep_row_list_registry(get(), i)),
                detail::copied(ocigraph_sweep_row_list_repository(get(), i)),
                detail::copied(ocigraph_sweep_row_list_tag(get(), i)),
                detail::copied(ocigraph_sweep_row_list_image(get(), i)),
                detail::copied(ocigraph_sweep_row_list_subject(get(), i)),
                detail::copied(ocigraph_sweep_row_list_digest(get(), i)),
                detail::copied(ocigraph_sweep_row_list_edge(get(), i)),
                detail::copied(ocigraph_sweep_row_list_label(get(), i)),
                detail::list<std::string>(
                    ocigraph_sweep_row_list_kind_count(get(), i),
                    [&](std::size_t j) { return detail::copied(ocigraph_sweep_row_list_kind(get(), i, j)); }),
                detail::copied(ocigraph_sweep_row_list_artifact_type(get(), i)),
                detail::list<std::string>(
                    ocigraph_sweep_row_list_predicate_type_count(get(), i),
                    [&](std::size_t j) { return detail::copied(ocigraph_sweep_row_list_predicate_type(get(), i, j)); }),
                detail::copied(ocigraph_sweep_row_list_media_type(get(), i)),
                ocigraph_sweep_row_list_size(get(), i),
                detail::copied(ocigraph_sweep_row_list_created(get(), i)),
                detail::copied(ocigraph_sweep_row_list_platform(get(), i)),
                ocigraph_sweep_row_list_depth(get(), i),
                ocigraph_sweep_row_list_status(get(), i),
                detail::copied(ocigraph_sweep_row_list_error(get(), i))};
        });
    }
};

/* How many images have attachments of one kind. */
struct sweep_coverage {
    /* The repository, as `host/repository`, or the layout as `oci:PATH`. not set for all. */
    std::string repository;
    /* The platform of the images in indexes, as `os/arch[/variant]`, or `other` for those after the first 256. not
     * set for all images. */
    std::string platform;
    /* The kind: `signature`, `attestation`, `provenance`, `sbom`, `scan-result`, `vex` or `chart`. */
    std::string kind;
    /* The number of images. */
    std::uint64_t images;
    /* The images that have such an attachment. */
    std::uint64_t covered;
    /* The images of which it is not known. */
    std::uint64_t unknown;
};

/* The result of client::sweep. */
class sweep_summary : public result<ocigraph_sweep_summary, ocigraph_sweep_summary_free, ocigraph_sweep_summary_json> {
  public:
    using result::result;
    /* Returns the images of which a row was returned, whatever is known of them. */
    std::uint64_t images() const noexcept { return ocigraph_sweep_summary_images(get()); }
    /* Returns the manifests that are attached to them, and those that indexes list. */
    std::uint64_t attached() const noexcept { return ocigraph_sweep_summary_attached(get()); }
    /* Returns the images to which nothing is attached. */
    std::uint64_t none() const noexcept { return ocigraph_sweep_summary_none(get()); }
    /* Returns the images, repositories and registries that do not exist. */
    std::uint64_t missing() const noexcept { return ocigraph_sweep_summary_missing(get()); }
    /* Returns the images, repositories and registries of which not everything could be read. */
    std::uint64_t unknown() const noexcept { return ocigraph_sweep_summary_unknown(get()); }
    /* Returns the images, repositories and registries of which the registry refuses something. */
    std::uint64_t refused() const noexcept { return ocigraph_sweep_summary_refused(get()); }
    /* Returns the rows that were returned before, by the sweep that the checkpoint continues, and that stay valid.
     * Those of what was unknown, refused or unreadable came after them, and are replaced. */
    std::uint64_t resumed_rows() const noexcept { return ocigraph_sweep_summary_resumed_rows(get()); }
    /* Returns the how many images have attachments of each kind: of all images, by repository, and by platform. In
     * this order, and complete after the last row. */
    std::vector<sweep_coverage> coverage() const {
        return detail::list<sweep_coverage>(ocigraph_sweep_summary_coverage_count(get()), [&](std::size_t i) {
            return sweep_coverage{
                detail::copied(ocigraph_sweep_summary_coverage_repository(get(), i)),
                detail::copied(ocigraph_sweep_summary_coverage_platform(get(), i)),
                detail::copied(ocigraph_sweep_summary_coverage_kind(get(), i)),
                ocigraph_sweep_summary_coverage_images(get(), i),
                ocigraph_sweep_summary_coverage_covered(get(), i),
                ocigraph_sweep_summary_coverage_unknown(get(), i)};
        });
    }
};

/* A tag in a list, with what the registry or layout knows of it. Fields that are not known are not set. */
struct tag_info {
    /* The tag itself. */
    std::string name;
    /* The digest of the manifest that the tag names, unless the registry does not say it: see `problem`. */
    std::string digest;
    /* Time of the first push under this tag, RFC 3339. Azure only. */
    std::string created;
    /* Time of the last change, RFC 3339. Azure only. */
    std::string last_updated;
    /* True if content trust signed the tag. Azure only. One of OCIGRAPH_SIGNED_*. */
    std::int32_t is_signed;
    /* The permitted actions. Azure only. Bits: OCIGRAPH_ATTRIBUTES_*. 0 if unknown. */
    std::int32_t attributes;
    /* What prevents that the tag is resolved, as a phrase for users: its manifest is malformed, or the registry
     * refuses to serve it. */
    std::string problem;
};

/* The result of client::tag_details. It is a list of tags. */
class tag_list : public result<ocigraph_tag_list, ocigraph_tag_list_free, ocigraph_tag_list_json> {
  public:
    using result::result;
    /* Returns the tags. */
    std::vector<tag_info> tags() const {
        return detail::list<tag_info>(ocigraph_tag_list_count(get()), [&](std::size_t i) {
            return tag_info{
                detail::copied(ocigraph_tag_list_name(get(), i)),
                detail::copied(ocigraph_tag_list_digest(get(), i)),
                detail::copied(ocigraph_tag_list_created(get(), i)),
                detail::copied(ocigraph_tag_list_last_updated(get(), i)),
                ocigraph_tag_list_signed(get(), i),
                ocigraph_tag_list_attributes(get(), i),
                detail::copied(ocigraph_tag_list_problem(get(), i))};
        });
    }
};

/* A manifest in a list, with what the registry or layout knows of it. Fields that are not known are not set. */
struct manifest_info {
    /* The manifest. Its size is 0 if the list of the registry does not contain it. */
    ocigraph::descriptor descriptor;
    /* The tags that name the manifest. */
    std::vector<std::string> tags;
    /* The digest of the subject. */
    std::string subject;
    /* Creation time, RFC 3339: from Azure's list, else from the annotation `org.opencontainers.image.created`, else
     * from the config of the image. */
    std::string created;
    /* Time of the last change of the manifest or its tags, RFC 3339. Azure only. */
    std::string last_updated;
    /* CPU architecture, from the config of an image. */
    std::string architecture;
    /* Operating system, from the config of an image. */
    std::string os;
    /* Media type of the config. */
    std::string config_media_type;
    /* Total size of config, layers and blobs, in bytes. */
    std::uint64_t image_size;
    /* The permitted actions. Azure only. Bits: OCIGRAPH_ATTRIBUTES_*. 0 if unknown. */
    std::int32_t attributes;
    /* What prevents that the manifest or its config is read, as a phrase for users: it is malformed, or the registry
     * refuses to serve it. The details are not known then. */
    std::string problem;
};

/* The result of client::manifests. It is a list of manifests. */
class manifest_list : public result<ocigraph_manifest_list, ocigraph_manifest_list_free, ocigraph_manifest_list_json> {
  public:
    using result::result;
    /* Returns the manifests. */
    std::vector<manifest_info> manifests() const {
        return detail::list<manifest_info>(ocigraph_manifest_list_count(get()), [&](std::size_t i) {
            return manifest_info{
                part(ocigraph_manifest_list_descriptor(get(), i)),
                detail::list<std::string>(
                    ocigraph_manifest_list_tag_count(get(), i),
                    [&](std::size_t j) { return detail::copied(ocigraph_manifest_list_tag(get(), i, j)); }),
                detail::copied(ocigraph_manifest_list_subject(get(), i)),
                detail::copied(ocigraph_manifest_list_created(get(), i)),
                detail::copied(ocigraph_manifest_list_last_updated(get(), i)),
                detail::copied(ocigraph_manifest_list_architecture(get(), i)),
                detail::copied(ocigraph_manifest_list_os(get(), i)),
                detail::copied(ocigraph_manifest_list_config_media_type(get(), i)),
                ocigraph_manifest_list_image_size(get(), i),
                ocigraph_manifest_list_attributes(get(), i),
                detail::copied(ocigraph_manifest_list_problem(get(), i))};
        });
    }
};

/* The result of client::login. */
class login_result : public result<ocigraph_login_result, ocigraph_login_result_free, ocigraph_login_result_json> {
  public:
    using result::result;
    /* Returns the registry: host, and port and namespace if they were given. */
    std::string_view host() const & noexcept { return detail::out(ocigraph_login_result_host(get())); }
    std::string host() && { return std::string(std::as_const(*this).host()); }
    /* Returns where the credential is stored. */
    std::string_view stored_in() const & noexcept { return detail::out(ocigraph_login_result_stored_in(get())); }
    std::string stored_in() && { return std::string(std::as_const(*this).stored_in()); }
    /* Returns true if the credential is stored as plain text in a file that only its owner can read. */
    bool plain_text() const noexcept { return ocigraph_login_result_plain_text(get()); }
    /* Returns true if the registry demanded authentication and accepted the credential. False if it serves anonymous
     * requests, which verify nothing. */
    bool verified() const noexcept { return ocigraph_login_result_verified(get()); }
    /* Returns true if `DOCKER_AUTH_CONFIG` has a credential for the registry, which is used before the stored one. */
    bool overridden() const noexcept { return ocigraph_login_result_overridden(get()); }
};

/* The result of client::logout. */
class logout_result : public result<ocigraph_logout_result, ocigraph_logout_result_free, ocigraph_logout_result_json> {
  public:
    using result::result;
    /* Returns the registry: host, and port and namespace if they were given. */
    std::string_view host() const & noexcept { return detail::out(ocigraph_logout_result_host(get())); }
    std::string host() && { return std::string(std::as_const(*this).host()); }
    /* Returns the places from which credentials were removed: files and credential helpers. Empty if none were
     * stored. */
    std::vector<std::string> removed_from() const {
        return texts(ocigraph_logout_result_removed_count(get()), ocigraph_logout_result_removed);
    }
    /* Returns true if `DOCKER_AUTH_CONFIG` still has a credential for the registry. */
    bool remains() const noexcept { return ocigraph_logout_result_remains(get()); }
};

} // namespace ocigraph

#endif /* OCIGRAPH_RESULTS_HPP */
