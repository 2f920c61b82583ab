/* Manifests, and the result of pushing a blob. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_MANIFEST_HPP
#define OCIGRAPH_MANIFEST_HPP

#include <ocigraph/result.hpp>

namespace ocigraph {

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

#endif /* OCIGRAPH_MANIFEST_HPP */
