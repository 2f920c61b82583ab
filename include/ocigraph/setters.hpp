/* The base of all options: setters that can be chained, and callbacks. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_SETTERS_HPP
#define OCIGRAPH_SETTERS_HPP

#include <ocigraph/callbacks.hpp>

#include <chrono>

namespace ocigraph {

namespace detail {

class calls;

/* The base of all options: a handle with setters that can be chained. */
template <typename Self, typename T, auto New, auto Free>
class options {
  public:
    const T *get() const { return handle_.get(); }

  protected:
    friend class calls;

    template <typename Set, typename... Arguments>
    Self &set(Set setter, Arguments... arguments) {
        check([&](ocigraph_error **failure) { return setter(handle_.get(), arguments..., failure); });
        return static_cast<Self &>(*this);
    }

    template <typename Set>
    Self &set_progress(Set setter, progress callback) {
        detail::callbacks &all = callbacks();
        all.on_event = std::move(callback);
        auto function = all.on_event ? &detail::callbacks::deliver : nullptr;
        return set(setter, function, static_cast<void *>(&all));
    }

    template <typename Set>
    Self &set_reader(Set setter, std::string_view title, reader read, std::string_view media_type) {
        detail::callbacks &all = callbacks();
        auto source = std::make_unique<detail::callbacks::source>();
        source->thrown = &all.thrown;
        source->read = std::move(read);
        void *user_data = source.get();
        all.sources.push_back(std::move(source));
        try {
            return set(setter, in(title), in(media_type), &detail::callbacks::read, user_data);
        } catch (...) {
            all.sources.pop_back();
            throw;
        }
    }

    detail::callbacks &callbacks() {
        if (!callbacks_) {
            callbacks_ = std::make_shared<detail::callbacks>();
        }
        return *callbacks_;
    }

    handle<T, Free> handle_{New()};
    /* NULL without callbacks. */
    std::shared_ptr<detail::callbacks> callbacks_;
};

} // namespace detail

} // namespace ocigraph

#endif /* OCIGRAPH_SETTERS_HPP */
