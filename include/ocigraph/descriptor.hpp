/* Descriptors. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_DESCRIPTOR_HPP
#define OCIGRAPH_DESCRIPTOR_HPP

#include <ocigraph/handle.hpp>

namespace ocigraph {

/* An OCI content descriptor. It keeps the result that it belongs to alive. An absent descriptor, such as the subject of a
 * manifest without one, converts to false and has empty fields. */
class descriptor {
  public:
    /* Takes ownership of a C descriptor. */
    explicit descriptor(ocigraph_descriptor *owned) : handle_(owned, ocigraph_descriptor_free) {}
    /* Borrows a descriptor from a C handle that `owner` keeps alive. */
    descriptor(std::shared_ptr<const void> owner, const ocigraph_descriptor *borrowed) noexcept
        : handle_(std::move(owner), borrowed) {}
    /* Not movable: a moved-from descriptor would look absent. */
    descriptor(const descriptor &) noexcept = default;
    descriptor &operator=(const descriptor &) noexcept = default;
    ~descriptor() = default;

    /* Returns the media type of the content. */
    std::string_view media_type() const & noexcept { return detail::out(ocigraph_descriptor_media_type(get())); }
    std::string media_type() && { return std::string(std::as_const(*this).media_type()); }
    /* Returns the digest, such as "sha256:e3b0...". */
    std::string_view digest() const & noexcept { return detail::out(ocigraph_descriptor_digest(get())); }
    std::string digest() && { return std::string(std::as_const(*this).digest()); }
    /* Returns the size of the content in bytes. */
    std::uint64_t size() const noexcept { return ocigraph_descriptor_size(get()); }
    /* Returns the artifact type of the manifest, or empty text. */
    std::string_view artifact_type() const & noexcept { return detail::out(ocigraph_descriptor_artifact_type(get())); }
    std::string artifact_type() && { return std::string(std::as_const(*this).artifact_type()); }
    /* Returns the annotation org.opencontainers.image.title, which is the file name, or empty text. */
    std::string_view title() const & noexcept { return detail::out(ocigraph_descriptor_title(get())); }
    std::string title() && { return std::string(std::as_const(*this).title()); }
    /* Returns the platform of the image, such as "linux/arm64/v8", or empty text. */
    std::string_view platform() const & noexcept { return detail::out(ocigraph_descriptor_platform(get())); }
    std::string platform() && { return std::string(std::as_const(*this).platform()); }
    /* Returns the descriptor as a JSON object. */
    std::string_view json() const & noexcept { return detail::out(ocigraph_descriptor_json(get())); }
    std::string json() && { return std::string(std::as_const(*this).json()); }

    /* Returns the value of an annotation, or std::nullopt. */
    std::optional<std::string> annotation(std::string_view key) const {
        ocigraph_str value = ocigraph_descriptor_annotation(get(), detail::in(key));
        return value.data == nullptr ? std::nullopt : std::optional<std::string>(detail::out(value));
    }
    /* Returns all annotations, sorted by key. */
    std::vector<std::pair<std::string, std::string>> annotations() const {
        using pair = std::pair<std::string, std::string>;
        return detail::list<pair>(ocigraph_descriptor_annotation_count(get()), [&](std::size_t i) {
            return pair{detail::out(ocigraph_descriptor_annotation_key(get(), i)),
                        detail::out(ocigraph_descriptor_annotation_value(get(), i))};
        });
    }

    /* True unless the descriptor is absent. */
    explicit operator bool() const noexcept { return get() != nullptr; }
    const ocigraph_descriptor *get() const noexcept { return handle_.get(); }

  private:
    std::shared_ptr<const ocigraph_descriptor> handle_;
};

} // namespace ocigraph

#endif /* OCIGRAPH_DESCRIPTOR_HPP */
