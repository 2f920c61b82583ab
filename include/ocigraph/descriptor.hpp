/* Descriptors, which most results are made of. Included through ocigraph.hpp. */

#ifndef OCIGRAPH_DESCRIPTOR_HPP
#define OCIGRAPH_DESCRIPTOR_HPP

#include <ocigraph/handle.hpp>

namespace ocigraph {

/* What content is: type, digest and size, and what else is known about it. It keeps the result that it came from alive, so
 * that it may outlive that. A descriptor of nothing is false and empty: a manifest may have no config, or no subject. */
class descriptor {
  public:
    /* Takes over a descriptor of C's. */
    explicit descriptor(ocigraph_descriptor *owned) : handle_(owned, ocigraph_descriptor_free) {}
    /* One that belongs to a handle of C's, which `owner` keeps. */
    descriptor(std::shared_ptr<const void> owner, const ocigraph_descriptor *borrowed) noexcept
        : handle_(std::move(owner), borrowed) {}
    /* There is no move, which would leave one behind that looks like one of nothing. */
    descriptor(const descriptor &) noexcept = default;
    descriptor &operator=(const descriptor &) noexcept = default;
    ~descriptor() = default;

    std::string_view media_type() const & noexcept { return detail::out(ocigraph_descriptor_media_type(get())); }
    std::string media_type() && { return std::string(std::as_const(*this).media_type()); }
    std::string_view digest() const & noexcept { return detail::out(ocigraph_descriptor_digest(get())); }
    std::string digest() && { return std::string(std::as_const(*this).digest()); }
    std::uint64_t size() const noexcept { return ocigraph_descriptor_size(get()); }
    std::string_view artifact_type() const & noexcept { return detail::out(ocigraph_descriptor_artifact_type(get())); }
    std::string artifact_type() && { return std::string(std::as_const(*this).artifact_type()); }
    std::string_view title() const & noexcept { return detail::out(ocigraph_descriptor_title(get())); }
    std::string title() && { return std::string(std::as_const(*this).title()); }
    /* "linux/arm64/v8" and the like. */
    std::string_view platform() const & noexcept { return detail::out(ocigraph_descriptor_platform(get())); }
    std::string platform() && { return std::string(std::as_const(*this).platform()); }
    std::string_view json() const & noexcept { return detail::out(ocigraph_descriptor_json(get())); }
    std::string json() && { return std::string(std::as_const(*this).json()); }

    std::optional<std::string> annotation(std::string_view key) const {
        ocigraph_str value = ocigraph_descriptor_annotation(get(), detail::in(key));
        return value.data == nullptr ? std::nullopt : std::optional<std::string>(detail::out(value));
    }
    /* In the order of their keys. */
    std::vector<std::pair<std::string, std::string>> annotations() const {
        using pair = std::pair<std::string, std::string>;
        return detail::list<pair>(ocigraph_descriptor_annotation_count(get()), [&](std::size_t i) {
            return pair{detail::out(ocigraph_descriptor_annotation_key(get(), i)),
                        detail::out(ocigraph_descriptor_annotation_value(get(), i))};
        });
    }

    /* Whether there is one. */
    explicit operator bool() const noexcept { return get() != nullptr; }
    const ocigraph_descriptor *get() const noexcept { return handle_.get(); }

  private:
    std::shared_ptr<const ocigraph_descriptor> handle_;
};

} // namespace ocigraph

#endif /* OCIGRAPH_DESCRIPTOR_HPP */
