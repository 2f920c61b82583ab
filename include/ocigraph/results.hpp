/* What operations give, but for graphs. Included through ocigraph.hpp. */

#ifndef OCIGRAPH_RESULTS_HPP
#define OCIGRAPH_RESULTS_HPP

#include <ocigraph/descriptor.hpp>

namespace ocigraph {

/* A result: its handle, for the accessors of ocigraph.h, and all of it as JSON in the shape that the command line prints.
 * A copy is the same result; text lives as long as any of them. */
template <typename T, auto Free, auto Json>
class result {
  public:
    /* Takes over a result of C's. */
    explicit result(T *handle) : handle_(handle, Free) {}
    /* There is no move, which would leave one behind that looks empty. */
    result(const result &) noexcept = default;
    result &operator=(const result &) noexcept = default;
    ~result() = default;
    const T *get() const noexcept { return handle_.get(); }
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

struct pushed_blob {
    ocigraph::descriptor descriptor;
    ocigraph_outcome outcome;
};

class push_result : public result<ocigraph_push_result, ocigraph_push_result_free, ocigraph_push_result_json> {
  public:
    using result::result;
    /* The place by digest. */
    std::string_view reference() const & noexcept { return detail::out(ocigraph_push_result_reference(get())); }
    std::string reference() && { return std::string(std::as_const(*this).reference()); }
    ocigraph::descriptor descriptor() const noexcept { return part(ocigraph_push_result_descriptor(get())); }
    /* The manifest's bytes. */
    std::string_view manifest() const & noexcept { return detail::out(ocigraph_push_result_manifest(get())); }
    std::string manifest() && { return std::string(std::as_const(*this).manifest()); }
    std::vector<std::string> tags() const {
        return texts(ocigraph_push_result_tag_count(get()), ocigraph_push_result_tag);
    }
    /* In the order of the files, the config aside. */
    std::vector<pushed_blob> blobs() const {
        return detail::list<pushed_blob>(ocigraph_push_result_blob_count(get()), [&](std::size_t i) {
            return pushed_blob{part(ocigraph_push_result_blob(get(), i)), ocigraph_push_result_blob_outcome(get(), i)};
        });
    }
};

struct pulled_file {
    std::string path;
    ocigraph::descriptor descriptor;
    ocigraph_outcome outcome;
};

struct pulled_artifact {
    std::string reference; /* the place by digest */
    ocigraph::descriptor descriptor;
    std::vector<pulled_file> files;
    std::vector<ocigraph::descriptor> skipped; /* blobs without a title, which are not written */
};

/* One artifact, or several where an artifact type was given. */
class pull_result : public result<ocigraph_pull_result, ocigraph_pull_result_free, ocigraph_pull_result_json> {
  public:
    using result::result;
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

struct retained_manifest {
    ocigraph::descriptor descriptor;
    std::string reason; /* "tagged stable" and the like */
};

struct delete_failure {
    ocigraph::descriptor descriptor;
    ocigraph_status status;
    std::string message;
};

class delete_report : public result<ocigraph_delete_report, ocigraph_delete_report_free, ocigraph_delete_report_json> {
  public:
    using result::result;
    /* Whether nothing was done. */
    bool dry_run() const noexcept { return ocigraph_delete_report_dry_run(get()); }
    /* In the order of deletion: referrers before their subjects. */
    std::vector<ocigraph::descriptor> deleted() const {
        return parts(ocigraph_delete_report_deleted_count(get()), ocigraph_delete_report_deleted);
    }
    std::vector<retained_manifest> kept() const {
        return detail::list<retained_manifest>(ocigraph_delete_report_kept_count(get()), [&](std::size_t i) {
            return retained_manifest{part(ocigraph_delete_report_kept(get(), i)),
                                 detail::copied(ocigraph_delete_report_kept_reason(get(), i))};
        });
    }
    std::vector<delete_failure> failed() const {
        return detail::list<delete_failure>(ocigraph_delete_report_failed_count(get()), [&](std::size_t i) {
            return delete_failure{part(ocigraph_delete_report_failed(get(), i)),
                                   ocigraph_delete_report_failed_status(get(), i),
                                   detail::copied(ocigraph_delete_report_failed_message(get(), i))};
        });
    }
};

class copy_report : public result<ocigraph_copy_report, ocigraph_copy_report_free, ocigraph_copy_report_json> {
  public:
    using result::result;
    /* By digest. */
    std::string_view source() const & noexcept { return detail::out(ocigraph_copy_report_source(get())); }
    std::string source() && { return std::string(std::as_const(*this).source()); }
    std::string_view destination() const & noexcept { return detail::out(ocigraph_copy_report_destination(get())); }
    std::string destination() && { return std::string(std::as_const(*this).destination()); }
    ocigraph::descriptor descriptor() const noexcept { return part(ocigraph_copy_report_descriptor(get())); }
    std::vector<std::string> tags() const {
        return texts(ocigraph_copy_report_tag_count(get()), ocigraph_copy_report_tag);
    }
    /* How many were written; those that were there are not counted. */
    std::size_t manifests() const noexcept { return ocigraph_copy_report_manifests(get()); }
    /* How many had this outcome: OCIGRAPH_OUTCOME_UPLOADED, _ALREADY_EXISTS or _MOUNTED. */
    std::size_t blobs(ocigraph_outcome outcome) const noexcept { return ocigraph_copy_report_blobs(get(), outcome); }
    /* Written, of manifests and blobs. */
    std::uint64_t bytes() const noexcept { return ocigraph_copy_report_bytes(get()); }
};

struct problem {
    ocigraph::descriptor descriptor; /* of what should be there */
    std::int32_t kind;               /* OCIGRAPH_PROBLEM_* */
    std::string detail;
    std::vector<std::string> path; /* digests that lead to it, the root's first */
};

class verify_report : public result<ocigraph_verify_report, ocigraph_verify_report_free, ocigraph_verify_report_json> {
  public:
    using result::result;
    std::size_t checked() const noexcept { return ocigraph_verify_report_checked(get()); }
    std::uint64_t bytes() const noexcept { return ocigraph_verify_report_bytes(get()); }
    /* Empty when all is well. */
    std::vector<problem> problems() const {
        return detail::list<problem>(ocigraph_verify_report_problem_count(get()), [&](std::size_t i) {
            auto step = [&](std::size_t j) { return detail::copied(ocigraph_verify_report_problem_path(get(), i, j)); };
            return problem{part(ocigraph_verify_report_problem(get(), i)), ocigraph_verify_report_problem_kind(get(), i),
                           detail::copied(ocigraph_verify_report_problem_detail(get(), i)),
                           detail::list<std::string>(ocigraph_verify_report_problem_path_length(get(), i), step)};
        });
    }
};

class login_result : public result<ocigraph_login_result, ocigraph_login_result_free, ocigraph_login_result_json> {
  public:
    using result::result;
    /* A file, or a helper. */
    std::string_view stored_in() const & noexcept { return detail::out(ocigraph_login_result_stored_in(get())); }
    std::string stored_in() && { return std::string(std::as_const(*this).stored_in()); }
    /* Whether it is kept as plain text, in a file. */
    bool plain_text() const noexcept { return ocigraph_login_result_plain_text(get()); }
    /* Whether the registry asked for a credential and took this one. */
    bool verified() const noexcept { return ocigraph_login_result_verified(get()); }
    /* Whether DOCKER_AUTH_CONFIG has one, which comes before this one. */
    bool overridden() const noexcept { return ocigraph_login_result_overridden(get()); }
};

class logout_result : public result<ocigraph_logout_result, ocigraph_logout_result_free, ocigraph_logout_result_json> {
  public:
    using result::result;
    /* Files and helpers. */
    std::vector<std::string> removed_from() const {
        return texts(ocigraph_logout_result_removed_count(get()), ocigraph_logout_result_removed);
    }
    /* Whether DOCKER_AUTH_CONFIG still has one. */
    bool remains() const noexcept { return ocigraph_logout_result_remains(get()); }
};

/* What is known of a manifest in a listing; what is not known is empty. */
struct manifest_info {
    ocigraph::descriptor descriptor;
    std::vector<std::string> tags;
    std::string subject;               /* the digest of what it refers to */
    std::string created, last_updated; /* RFC 3339 */
    std::string architecture, os;
    std::string config_media_type;
    std::uint64_t image_size; /* of config, layers and blobs together */
    std::int32_t attributes;  /* OCIGRAPH_ATTRIBUTES_*, put together; 0 where the registry does not tell */
};

class manifest_list : public result<ocigraph_manifest_list, ocigraph_manifest_list_free, ocigraph_manifest_list_json> {
  public:
    using result::result;
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

/* What is known of a tag in a listing; what is not known is empty. */
struct tag_info {
    std::string name;
    std::string digest;                /* of what it names */
    std::string created, last_updated; /* RFC 3339 */
    std::int32_t is_signed;            /* OCIGRAPH_SIGNED_* */
    std::int32_t attributes;           /* OCIGRAPH_ATTRIBUTES_*, put together; 0 where the registry does not tell */
};

class tag_list : public result<ocigraph_tag_list, ocigraph_tag_list_free, ocigraph_tag_list_json> {
  public:
    using result::result;
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

class blob_result : public result<ocigraph_blob_result, ocigraph_blob_result_free, ocigraph_blob_result_json> {
  public:
    using result::result;
    ocigraph::descriptor descriptor() const noexcept { return part(ocigraph_blob_result_descriptor(get())); }
    ocigraph_outcome outcome() const noexcept { return ocigraph_blob_result_outcome(get()); }
};

/* A manifest as it is stored. */
class manifest {
  public:
    /* Takes over a manifest of C's. */
    explicit manifest(ocigraph_manifest *handle) : handle_(handle, ocigraph_manifest_free) {}
    /* Not moved, as other results. */
    manifest(const manifest &) noexcept = default;
    manifest &operator=(const manifest &) noexcept = default;
    ~manifest() = default;
    const ocigraph_manifest *get() const noexcept { return handle_.get(); }

    /* Exactly as they are stored. */
    std::string_view bytes() const & noexcept { return detail::out(ocigraph_manifest_bytes(get())); }
    std::string bytes() && { return std::string(std::as_const(*this).bytes()); }
    ocigraph::descriptor descriptor() const noexcept { return {handle_, ocigraph_manifest_descriptor(get())}; }
    /* False where it has none. */
    ocigraph::descriptor config() const noexcept { return {handle_, ocigraph_manifest_config(get())}; }
    /* False where it refers to nothing. */
    ocigraph::descriptor subject() const noexcept { return {handle_, ocigraph_manifest_subject(get())}; }
    bool is_index() const noexcept { return ocigraph_manifest_is_index(get()); }
    /* Its layers or blobs, the config aside. */
    std::vector<ocigraph::descriptor> blobs() const {
        return parts(ocigraph_manifest_blob_count(get()), ocigraph_manifest_blob);
    }
    /* Those that it lists, as an index. */
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
