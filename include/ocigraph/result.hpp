/* The base of all results. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_RESULT_HPP
#define OCIGRAPH_RESULT_HPP

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
    std::optional<descriptor> optional_part(const ocigraph_descriptor *borrowed) const {
        return borrowed == nullptr ? std::nullopt : std::optional<descriptor>(part(borrowed));
    }

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

} // namespace ocigraph

#endif /* OCIGRAPH_RESULT_HPP */
