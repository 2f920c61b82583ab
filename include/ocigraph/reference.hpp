/* Parsing of references. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_REFERENCE_HPP
#define OCIGRAPH_REFERENCE_HPP

#include <ocigraph/handle.hpp>

namespace ocigraph {

/* A parsed reference: "host[:port]/repository[:tag[,tag...]][@digest]" or "oci:PATH[:tag][@digest]". Operations take
 * references as text; this class is for programs that need the parts of a reference or derive one from another. */
class reference {
  public:
    /* Parses a reference. Throws ocigraph::error with OCIGRAPH_INVALID_REFERENCE for invalid syntax.
     * ocigraph_reference_parse describes where the path of a layout ends. */
    explicit reference(std::string_view text) {
        ocigraph_reference *parsed = nullptr;
        detail::check([&](ocigraph_error **failure) {
            return ocigraph_reference_parse(detail::in(text), &parsed, failure);
        });
        handle_.reset(parsed, ocigraph_reference_free);
    }
    /* Not movable: a moved-from reference would be empty. */
    reference(const reference &) noexcept = default;
    reference &operator=(const reference &) noexcept = default;
    ~reference() = default;

    /* Returns a reference to `digest` in the same location, without tags. */
    reference at(std::string_view digest) const {
        ocigraph_reference *found = nullptr;
        detail::check([&](ocigraph_error **failure) {
            return ocigraph_reference_at(get(), detail::in(digest), &found, failure);
        });
        return reference(found);
    }

    /* Returns the complete reference, as operations take it. */
    std::string text() const { return detail::copied(ocigraph_reference_text(get())); }
    /* Returns the location without tags and digest: the reference for a push without a tag, and for lists. */
    std::string location() const { return detail::copied(ocigraph_reference_location(get())); }
    /* Returns the registry, such as "localhost:5000", or empty text for a layout. */
    std::string host() const { return detail::copied(ocigraph_reference_host(get())); }
    /* Returns the repository, such as "library/alpine", or empty text for a layout. */
    std::string repository() const { return detail::copied(ocigraph_reference_repository(get())); }
    /* Returns the directory of the layout, or empty text for a repository. */
    std::string path() const { return detail::copied(ocigraph_reference_path(get())); }
    /* Returns the tags in the order of the text. */
    std::vector<std::string> tags() const {
        return detail::list<std::string>(ocigraph_reference_tag_count(get()), [&](std::size_t i) {
            return detail::copied(ocigraph_reference_tag(get(), i));
        });
    }
    /* Returns the digest, or empty text if the reference has none. */
    std::string digest() const { return detail::copied(ocigraph_reference_digest(get())); }
    const ocigraph_reference *get() const noexcept { return handle_.get(); }

  private:
    explicit reference(ocigraph_reference *owned) : handle_(owned, ocigraph_reference_free) {}

    std::shared_ptr<const ocigraph_reference> handle_;
};

} // namespace ocigraph

#endif /* OCIGRAPH_REFERENCE_HPP */
