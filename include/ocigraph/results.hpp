/* Results of operations, except graphs. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_RESULTS_HPP
#define OCIGRAPH_RESULTS_HPP

#include <ocigraph/descriptor.hpp>

namespace ocigraph {

/* The base of all results. Copies share one handle; text and descriptors are valid as long as a copy exists. */
template <typename T, auto Free, auto Json>
class result {
  public:
    /* Takes ownership of a C result. */
    explicit result(T *handle) : handle_(handle, Free) {}
    /* Not movable: a moved-from result would look empty. */
    result(const result &) noexcept = default;
    result &operator=(const result &) noexcept = default;
    ~result() = default;
    /* Returns the C handle, for the accessors of ocigraph.h. */
    const T *get() const noexcept { return handle_.get(); }
    /* Returns the complete result as JSON text, in the format of the command line. */
    std::string_view json() const & noexcept { return detail::out(Json(get())); }
    std::string json() && { return std::string(std::as_const(*this).json()); }

  protected:
    descriptor part(const ocigraph_descriptor *borrowed) const noexcept { return {handle_, borrowed}; }

    template <typename Get>
    std::vector<ocigraph::descriptor> parts(std::size_t count, Get get_one) const {
        return detail::list<ocigraph::descriptor>(count, [&](std::size_t i) { return part(get_one(get(), i)); });
    }
    template <typename Get>
    std::vector<std::string> texts(std::size_t count, Get get_one) const {
        return detail::list<std::string>(count, [&](std::size_t i) { return detail::copied(get_one(get(), i)); });
    }

    std::shared_ptr<const T> handle_;
};

/* One blob of a push, with its outcome: OCIGRAPH_OUTCOME_*. */
struct pushed_blob {
    ocigraph::descriptor descriptor;
    ocigraph_outcome outcome;
};

/* The result of client::push. */
class push_result : public result<ocigraph_push_result, ocigraph_push_result_free, ocigraph_push_result_json> {
  public:
    using result::result;
    /* Returns the reference of the artifact by digest. */
    std::string_view reference() const & noexcept { return detail::out(ocigraph_push_result_reference(get())); }
    std::string reference() && { return std::string(std::as_const(*this).reference()); }
    /* Returns the descriptor of the manifest. */
    ocigraph::descriptor descriptor() const noexcept { return part(ocigraph_push_result_descriptor(get())); }
    /* Returns the bytes of the manifest. */
    std::string_view manifest() const & noexcept { return detail::out(ocigraph_push_result_manifest(get())); }
    std::string manifest() && { return std::string(std::as_const(*this).manifest()); }
    /* Returns the tags that were set. */
    std::vector<std::string> tags() const {
        return texts(ocigraph_push_result_tag_count(get()), ocigraph_push_result_tag);
    }
    /* Returns the blobs in the order of the files, without the config. */
    std::vector<pushed_blob> blobs() const {
        return detail::list<pushed_blob>(ocigraph_push_result_blob_count(get()), [&](std::size_t i) {
            return pushed_blob{part(ocigraph_push_result_blob(get(), i)), ocigraph_push_result_blob_outcome(get(), i)};
        });
    }
};

/* One file of a pull, with its path, blob and outcome: OCIGRAPH_OUTCOME_*. */
struct pulled_file {
    std::string path;
    ocigraph::descriptor descriptor;
    ocigraph_outcome outcome;
};

/* One artifact of a pull. */
struct pulled_artifact {
    std::string reference; /* the reference by digest */
    ocigraph::descriptor descriptor;
    std::vector<pulled_file> files;
    std::vector<ocigraph::descriptor> skipped; /* blobs that were not written because they have no title */
};

/* The result of client::pull: one artifact, or several if the options set an artifact type or include subjects. */
class pull_result : public result<ocigraph_pull_result, ocigraph_pull_result_free, ocigraph_pull_result_json> {
  public:
    using result::result;
    /* Returns the artifacts that were pulled. */
    std::vector<pulled_artifact> artifacts() const {
        return detail::list<pulled_artifact>(ocigraph_pull_result_count(get()), [&](std::size_t a) {
            auto file = [&](std::size_t i) {
                return pulled_file{detail::copied(ocigraph_pull_result_file_path(get(), a, i)),
                                   part(ocigraph_pull_result_file(get(), a, i)),
                                   ocigraph_pull_result_file_outcome(get(), a, i)};
            };
            auto skipped = [&](std::size_t i) { return part(ocigraph_pull_result_skipped(get(), a, i)); };
            return pulled_artifact{
                detail::copied(ocigraph_pull_result_reference(get(), a)), part(ocigraph_pull_result_descriptor(get(), a)),
                detail::list<pulled_file>(ocigraph_pull_result_file_count(get(), a), file),
                detail::list<ocigraph::descriptor>(ocigraph_pull_result_skipped_count(get(), a), skipped)};
        });
    }
};

/* A manifest that a delete kept, and the reason. */
struct retained_manifest {
    ocigraph::descriptor descriptor;
    std::string reason; /* such as "tagged stable" */
};

/* A manifest that could not be deleted, with the status and message of the error. */
struct delete_failure {
    ocigraph::descriptor descriptor;
    ocigraph_status status;
    std::string message;
};

/* The result of client::remove. */
class delete_report : public result<ocigraph_delete_report, ocigraph_delete_report_free, ocigraph_delete_report_json> {
  public:
    using result::result;
    /* True for a dry run, which deleted nothing. */
    bool dry_run() const noexcept { return ocigraph_delete_report_dry_run(get()); }
    /* Returns the deleted manifests in the order of deletion: referrers before their subjects. */
    std::vector<ocigraph::descriptor> deleted() const {
        return parts(ocigraph_delete_report_deleted_count(get()), ocigraph_delete_report_deleted);
    }
    /* Returns the manifests that were kept. */
    std::vector<retained_manifest> kept() const {
        return detail::list<retained_manifest>(ocigraph_delete_report_kept_count(get()), [&](std::size_t i) {
            return retained_manifest{part(ocigraph_delete_report_kept(get(), i)),
                                 detail::copied(ocigraph_delete_report_kept_reason(get(), i))};
        });
    }
    /* Returns the manifests that could not be deleted. */
    std::vector<delete_failure> failed() const {
        return detail::list<delete_failure>(ocigraph_delete_report_failed_count(get()), [&](std::size_t i) {
            return delete_failure{part(ocigraph_delete_report_failed(get(), i)),
                                   ocigraph_delete_report_failed_status(get(), i),
                                   detail::copied(ocigraph_delete_report_failed_message(get(), i))};
        });
    }
};

/* The result of client::copy. */
class copy_report : public result<ocigraph_copy_report, ocigraph_copy_report_free, ocigraph_copy_report_json> {
  public:
    using result::result;
    /* Returns the source as a reference by digest. */
    std::string_view source() const & noexcept { return detail::out(ocigraph_copy_report_source(get())); }
    std::string source() && { return std::string(std::as_const(*this).source()); }
    /* Returns the destination as a reference by digest. */
    std::string_view destination() const & noexcept { return detail::out(ocigraph_copy_report_destination(get())); }
    std::string destination() && { return std::string(std::as_const(*this).destination()); }
    /* Returns the descriptor of the manifest that the source names. */
    ocigraph::descriptor descriptor() const noexcept { return part(ocigraph_copy_report_descriptor(get())); }
    /* Returns the tags that were set at the destination. */
    std::vector<std::string> tags() const {
        return texts(ocigraph_copy_report_tag_count(get()), ocigraph_copy_report_tag);
    }
    /* Returns the number of manifests written. Manifests that already existed do not count. */
    std::size_t manifests() const noexcept { return ocigraph_copy_report_manifests(get()); }
    /* Returns the number of blobs with this outcome: OCIGRAPH_OUTCOME_UPLOADED, _ALREADY_EXISTS or _MOUNTED. */
    std::size_t blobs(ocigraph_outcome outcome) const noexcept { return ocigraph_copy_report_blobs(get(), outcome); }
    /* Returns the number of bytes written, of manifests and blobs. */
    std::uint64_t bytes() const noexcept { return ocigraph_copy_report_bytes(get()); }
};

/* Missing or damaged content in a graph. */
struct problem {
    ocigraph::descriptor descriptor; /* the expected descriptor */
    std::int32_t kind;               /* OCIGRAPH_PROBLEM_* */
    std::string detail;
    std::vector<std::string> path; /* digests from the root to the content; empty for the root */
};

/* The result of client::verify. */
class verify_report : public result<ocigraph_verify_report, ocigraph_verify_report_free, ocigraph_verify_report_json> {
  public:
    using result::result;
    /* Returns the number of manifests and blobs that were checked. */
    std::size_t checked() const noexcept { return ocigraph_verify_report_checked(get()); }
    /* Returns the number of bytes that were read and digested. */
    std::uint64_t bytes() const noexcept { return ocigraph_verify_report_bytes(get()); }
    /* Returns the problems found. It is empty if the graph is intact. */
    std::vector<problem> problems() const {
        return detail::list<problem>(ocigraph_verify_report_problem_count(get()), [&](std::size_t i) {
            auto step = [&](std::size_t j) { return detail::copied(ocigraph_verify_report_problem_path(get(), i, j)); };
            return problem{part(ocigraph_verify_report_problem(get(), i)), ocigraph_verify_report_problem_kind(get(), i),
                           detail::copied(ocigraph_verify_report_problem_detail(get(), i)),
                           detail::list<std::string>(ocigraph_verify_report_problem_path_length(get(), i), step)};
        });
    }
};

/* The result of client::login. */
class login_result : public result<ocigraph_login_result, ocigraph_login_result_free, ocigraph_login_result_json> {
  public:
    using result::result;
    /* Returns the file or credential helper that stores the credential. */
    std::string_view stored_in() const & noexcept { return detail::out(ocigraph_login_result_stored_in(get())); }
    std::string stored_in() && { return std::string(std::as_const(*this).stored_in()); }
    /* True if the credential is stored as plain text in a file. */
    bool plain_text() const noexcept { return ocigraph_login_result_plain_text(get()); }
    /* True if the registry required a credential and accepted this one. */
    bool verified() const noexcept { return ocigraph_login_result_verified(get()); }
    /* True if DOCKER_AUTH_CONFIG has a credential, which takes precedence over the stored one. */
    bool overridden() const noexcept { return ocigraph_login_result_overridden(get()); }
};

/* The result of client::logout. */
class logout_result : public result<ocigraph_logout_result, ocigraph_logout_result_free, ocigraph_logout_result_json> {
  public:
    using result::result;
    /* Returns the files and helpers from which a credential was removed. */
    std::vector<std::string> removed_from() const {
        return texts(ocigraph_logout_result_removed_count(get()), ocigraph_logout_result_removed);
    }
    /* True if DOCKER_AUTH_CONFIG still has a credential. */
    bool remains() const noexcept { return ocigraph_logout_result_remains(get()); }
};

/* A manifest in a list. Unknown fields are empty. */
struct manifest_info {
    ocigraph::descriptor descriptor;
    std::vector<std::string> tags;
    std::string subject;               /* the digest of the subject */
    std::string created, last_updated; /* RFC 3339 */
    std::string architecture, os;
    std::string config_media_type;
    std::uint64_t image_size; /* total size of config, layers and blobs in bytes */
    std::int32_t attributes;  /* OCIGRAPH_ATTRIBUTES_* bits; 0 if not reported */
};

/* The result of client::manifests. */
class manifest_list : public result<ocigraph_manifest_list, ocigraph_manifest_list_free, ocigraph_manifest_list_json> {
  public:
    using result::result;
    /* Returns the manifests. */
    std::vector<manifest_info> manifests() const {
        return detail::list<manifest_info>(ocigraph_manifest_list_count(get()), [&](std::size_t i) {
            auto tag = [&](std::size_t j) { return detail::copied(ocigraph_manifest_list_tag(get(), i, j)); };
            return manifest_info{part(ocigraph_manifest_list_descriptor(get(), i)),
                                 detail::list<std::string>(ocigraph_manifest_list_tag_count(get(), i), tag),
                                 detail::copied(ocigraph_manifest_list_subject(get(), i)),
                                 detail::copied(ocigraph_manifest_list_created(get(), i)),
                                 detail::copied(ocigraph_manifest_list_last_updated(get(), i)),
                                 detail::copied(ocigraph_manifest_list_architecture(get(), i)),
                                 detail::copied(ocigraph_manifest_list_os(get(), i)),
                                 detail::copied(ocigraph_manifest_list_config_media_type(get(), i)),
                                 ocigraph_manifest_list_image_size(get(), i),
                                 ocigraph_manifest_list_attributes(get(), i)};
        });
    }
};

/* A tag in a list. Unknown fields are empty. */
struct tag_info {
    std::string name;
    std::string digest;                /* of the manifest that the tag names */
    std::string created, last_updated; /* RFC 3339 */
    std::int32_t is_signed;            /* OCIGRAPH_SIGNED_* */
    std::int32_t attributes;           /* OCIGRAPH_ATTRIBUTES_* bits; 0 if not reported */
};

/* The result of client::tag_details. */
class tag_list : public result<ocigraph_tag_list, ocigraph_tag_list_free, ocigraph_tag_list_json> {
  public:
    using result::result;
    /* Returns the tags. */
    std::vector<tag_info> tags() const {
        return detail::list<tag_info>(ocigraph_tag_list_count(get()), [&](std::size_t i) {
            return tag_info{detail::copied(ocigraph_tag_list_name(get(), i)),
                            detail::copied(ocigraph_tag_list_digest(get(), i)),
                            detail::copied(ocigraph_tag_list_created(get(), i)),
                            detail::copied(ocigraph_tag_list_last_updated(get(), i)),
                            ocigraph_tag_list_signed(get(), i),
                            ocigraph_tag_list_attributes(get(), i)};
        });
    }
};

/* The result of client::push_blob. */
class blob_result : public result<ocigraph_blob_result, ocigraph_blob_result_free, ocigraph_blob_result_json> {
  public:
    using result::result;
    /* Returns the descriptor of the blob. */
    ocigraph::descriptor descriptor() const noexcept { return part(ocigraph_blob_result_descriptor(get())); }
    /* Returns the outcome: OCIGRAPH_OUTCOME_*. */
    ocigraph_outcome outcome() const noexcept { return ocigraph_blob_result_outcome(get()); }
};

/* A manifest as stored, with the descriptors that it contains. */
class manifest {
  public:
    /* Takes ownership of a C manifest. */
    explicit manifest(ocigraph_manifest *handle) : handle_(handle, ocigraph_manifest_free) {}
    /* Not movable, like other results. */
    manifest(const manifest &) noexcept = default;
    manifest &operator=(const manifest &) noexcept = default;
    ~manifest() = default;
    const ocigraph_manifest *get() const noexcept { return handle_.get(); }

    /* Returns the bytes of the manifest, exactly as stored. */
    std::string_view bytes() const & noexcept { return detail::out(ocigraph_manifest_bytes(get())); }
    std::string bytes() && { return std::string(std::as_const(*this).bytes()); }
    /* Returns the descriptor of the manifest. */
    ocigraph::descriptor descriptor() const noexcept { return {handle_, ocigraph_manifest_descriptor(get())}; }
    /* Returns the config, which converts to false if the manifest has none. */
    ocigraph::descriptor config() const noexcept { return {handle_, ocigraph_manifest_config(get())}; }
    /* Returns the subject, which converts to false if the manifest has none. */
    ocigraph::descriptor subject() const noexcept { return {handle_, ocigraph_manifest_subject(get())}; }
    /* True if the manifest is an index (a list of manifests). */
    bool is_index() const noexcept { return ocigraph_manifest_is_index(get()); }
    /* Returns the layers or blobs, without the config. */
    std::vector<ocigraph::descriptor> blobs() const {
        return parts(ocigraph_manifest_blob_count(get()), ocigraph_manifest_blob);
    }
    /* Returns the manifests that the index lists. */
    std::vector<ocigraph::descriptor> manifests() const {
        return parts(ocigraph_manifest_manifest_count(get()), ocigraph_manifest_manifest);
    }

  private:
    template <typename Get>
    std::vector<ocigraph::descriptor> parts(std::size_t count, Get get_one) const {
        return detail::list<ocigraph::descriptor>(count, [&](std::size_t i) {
            return ocigraph::descriptor{handle_, get_one(get(), i)};
        });
    }

    std::shared_ptr<const ocigraph_manifest> handle_;
};

} // namespace ocigraph

#endif /* OCIGRAPH_RESULTS_HPP */
