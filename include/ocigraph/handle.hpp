/* What every part of ocigraph.hpp stands on: handles that end themselves, text in both directions, errors as exceptions.
 * It relies on ocigraph.h alone, and is included through ocigraph.hpp. */

#ifndef OCIGRAPH_HANDLE_HPP
#define OCIGRAPH_HANDLE_HPP

#include <ocigraph.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ocigraph {

namespace detail {

/* Ends a handle of C's by the function of its type. */
template <auto Free>
struct freer {
    template <typename T>
    void operator()(T *raw) const noexcept {
        Free(raw);
    }
};

/* A handle of C's with one owner. NULL means "the default" in C, which is never what an object that was moved from means:
 * its use is a mistake of the program. */
template <typename T, auto Free>
class handle {
  public:
    explicit handle(T *raw = nullptr) noexcept : raw_(raw) {}

    T *get() const {
        if (!raw_) {
            throw std::logic_error("ocigraph: this object was moved from");
        }
        return raw_.get();
    }
    void reset(T *raw) noexcept { raw_.reset(raw); }
    T *release() {
        static_cast<void>(get());
        return raw_.release();
    }

  private:
    std::unique_ptr<T, freer<Free>> raw_;
};

inline ocigraph_str in(std::string_view text) noexcept {
    return {text.data(), text.size()};
}

inline ocigraph_bytes in_bytes(std::string_view content) noexcept {
    return {reinterpret_cast<const std::uint8_t *>(content.data()), content.size()};
}

/* Lives as long as what it came from. */
inline std::string_view out(ocigraph_str text) noexcept {
    return text.data == nullptr ? std::string_view{} : std::string_view{text.data, text.length};
}

inline std::string_view out(ocigraph_bytes bytes) noexcept {
    return {reinterpret_cast<const char *>(bytes.data), bytes.length};
}

inline std::string copied(ocigraph_str text) {
    return std::string(out(text));
}

/* What an accessor with an index gives, `count` times. */
template <typename Element, typename Get>
std::vector<Element> list(std::size_t count, Get get) {
    std::vector<Element> all;
    all.reserve(count);
    for (std::size_t i = 0; i < count; i++) {
        all.push_back(get(i));
    }
    return all;
}

} // namespace detail

/* An error that a registry's answer lists, in its own words. */
struct registry_error {
    std::string code; /* "MANIFEST_UNKNOWN" and the like */
    std::string message;
};

/* What failed, and all that is known about it. Text lives as long as any copy. */
class error : public std::runtime_error {
  public:
    /* Takes over an error of C's. */
    explicit error(ocigraph_error *failure)
        : std::runtime_error(detail::copied(ocigraph_error_message(failure))), handle_(failure, ocigraph_error_free) {}
    /* There is no move, which would leave one behind that knows nothing. */
    error(const error &) noexcept = default;
    error &operator=(const error &) noexcept = default;
    ~error() override = default;

    /* OCIGRAPH_NOT_FOUND and the like. */
    ocigraph_status status() const noexcept { return ocigraph_error_status(get()); }
    /* "NOT_FOUND" and the like. */
    std::string_view code() const noexcept { return detail::out(ocigraph_status_name(status())); }
    std::string_view reason() const noexcept { return detail::out(ocigraph_error_reason(get())); }
    std::string_view hint() const noexcept { return detail::out(ocigraph_error_hint(get())); }
    std::string_view operation() const noexcept { return detail::out(ocigraph_error_operation(get())); }
    std::string_view reference() const noexcept { return detail::out(ocigraph_error_reference(get())); }
    std::string_view request_id() const noexcept { return detail::out(ocigraph_error_request_id(get())); }
    /* The status where a registry answered, else 0. */
    int http_status() const noexcept { return ocigraph_error_http_status(get()); }
    bool retryable() const noexcept { return ocigraph_error_retryable(get()); }
    /* Seconds that the registry asked to wait, where it did. */
    std::optional<double> retry_after() const noexcept {
        double seconds = ocigraph_error_retry_after(get());
        return seconds < 0 ? std::nullopt : std::optional<double>(seconds);
    }
    std::vector<registry_error> registry_errors() const {
        return detail::list<registry_error>(ocigraph_error_registry_count(get()), [&](std::size_t i) {
            return registry_error{detail::copied(ocigraph_error_registry_code(get(), i)),
                                  detail::copied(ocigraph_error_registry_message(get(), i))};
        });
    }
    std::string_view json() const noexcept { return detail::out(ocigraph_error_json(get())); }
    const ocigraph_error *get() const noexcept { return handle_.get(); }

  private:
    /* Shared, since exceptions are copied. */
    std::shared_ptr<ocigraph_error> handle_;
};

namespace detail {

/* Calls a function of C's with a place for its error, and throws that. */
template <typename Call>
void check(Call call) {
    ocigraph_error *failure = nullptr;
    if (call(&failure) != OCIGRAPH_OK) {
        throw error(failure);
    }
}

} // namespace detail

/* The version of the library in use, such as "0.1.0". */
inline std::string_view version() noexcept {
    return ocigraph_version();
}

/* Whether the library in use is one that this header belongs to. */
inline bool fits() noexcept {
    return ocigraph_abi_version() == OCIGRAPH_ABI_VERSION;
}

/* Ends every call that it is given to. */
class cancel_token {
  public:
    cancel_token() : handle_(ocigraph_cancel_new()) {}
    void cancel() const { ocigraph_cancel_cancel(get()); }
    bool is_cancelled() const { return ocigraph_cancel_is_cancelled(get()); }
    const ocigraph_cancel *get() const { return handle_.get(); }

  private:
    detail::handle<ocigraph_cancel, ocigraph_cancel_free> handle_;
};

} // namespace ocigraph

#endif /* OCIGRAPH_HANDLE_HPP */
