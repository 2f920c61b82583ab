/* References, for programs that look into one. Included through ocigraph.hpp. */

#ifndef OCIGRAPH_REFERENCE_HPP
#define OCIGRAPH_REFERENCE_HPP

#include <ocigraph/handle.hpp>

namespace ocigraph {

/* Names a place, and what is in it: "host[:port]/repository[:tag[,tag...]][@digest]" or "oci:PATH[:tag][@digest]". Operations
 * take references as text. */
class reference {
  public:
    explicit reference(std::string_view text) {
        ocigraph_reference *parsed = nullptr;
        detail::check([&](ocigraph_error **failure) {
            return ocigraph_reference_parse(detail::in(text), &parsed, failure);
        });
        handle_.reset(parsed, ocigraph_reference_free);
    }
    /* There is no move, which would leave one behind that names nothing. */
    reference(const reference &) noexcept = default;
    reference &operator=(const reference &) noexcept = default;
    ~reference() = default;

    /* The same place by this digest alone: where a descriptor of it is to be found. */
    reference at(std::string_view digest) const {
        ocigraph_reference *found = nullptr;
        detail::check([&](ocigraph_error **failure) {
            return ocigraph_reference_at(get(), detail::in(digest), &found, failure);
        });
        return reference(found);
    }

    /* The whole of it, to be given to operations. */
    std::string text() const { return detail::copied(ocigraph_reference_text(get())); }
    /* Without tags and digest: where to push what gets no tag, and list what is there. */
    std::string location() const { return detail::copied(ocigraph_reference_location(get())); }
    /* "localhost:5000" and the like; empty where it is a layout. */
    std::string host() const { return detail::copied(ocigraph_reference_host(get())); }
    /* "library/alpine" and the like; empty where it is a layout. */
    std::string repository() const { return detail::copied(ocigraph_reference_repository(get())); }
    /* The directory of a layout; empty where it is a repository. */
    std::string path() const { return detail::copied(ocigraph_reference_path(get())); }
    /* In the order they were written. */
    std::vector<std::string> tags() const {
        return detail::list<std::string>(ocigraph_reference_tag_count(get()), [&](std::size_t i) {
            return detail::copied(ocigraph_reference_tag(get(), i));
        });
    }
    /* Empty where it has none. */
    std::string digest() const { return detail::copied(ocigraph_reference_digest(get())); }
    const ocigraph_reference *get() const noexcept { return handle_.get(); }

  private:
    explicit reference(ocigraph_reference *owned) : handle_(owned, ocigraph_reference_free) {}

    std::shared_ptr<const ocigraph_reference> handle_;
};

} // namespace ocigraph

#endif /* OCIGRAPH_REFERENCE_HPP */
