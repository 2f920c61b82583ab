/* The basis of ocigraph.hpp: owned handles, conversion of text, errors as exceptions, cancel tokens. It relies on
 * ocigraph.h only. Included by ocigraph.hpp. */

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

/* Frees a C handle with the function of its type. */
template <auto Free>
struct freer {
    template <typename T>
    void operator()(T *raw) const noexcept {
        Free(raw);
    }
};

/* A C handle with one owner. Access throws if the object was moved from, because C would take NULL as "the default". */
template <typename T, auto Free>
class handle {
  public:
    explicit handle(T *raw = nullptr) noexcept : raw_(raw) {}

    T *get() const {
        if (!raw_) {
            throw std::logic_error("ocigraph: the object was moved from");
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

/* The view is valid as long as the C handle. */
inline std::string_view out(ocigraph_str text) noexcept {
    return text.data == nullptr ? std::string_view{} : std::string_view{text.data, text.length};
}

inline std::string_view out(ocigraph_bytes bytes) noexcept {
    return {reinterpret_cast<const char *>(bytes.data), bytes.length};
}

inline std::string copied(ocigraph_str text) {
    return std::string(out(text));
}

/* Collects the results of an accessor for the indexes 0 to count - 1. */
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

/* One error in the response of a registry. */
struct registry_error {
    std::string code; /* such as "MANIFEST_UNKNOWN" */
    std::string message;
};

/* The failure of a call with all its details. Its text is valid as long as a copy of the error exists. */
class error : public std::runtime_error {
  public:
    /* Takes ownership of a C error. */
    explicit error(ocigraph_error *failure)
        : std::runtime_error(detail::copied(ocigraph_error_message(failure))), handle_(failure, ocigraph_error_free) {}
    /* Not movable: a moved-from error would have no details. */
    error(const error &) noexcept = default;
    error &operator=(const error &) noexcept = default;
    ~error() override = default;

    /* Returns the status, such as OCIGRAPH_NOT_FOUND. */
    ocigraph_status status() const noexcept { return ocigraph_error_status(get()); }
    /* Returns the name of the status, such as "NOT_FOUND". */
    std::string_view code() const noexcept { return detail::out(ocigraph_status_name(status())); }
    /* Returns the reason without operation, reference and hint. */
    std::string_view reason() const noexcept { return detail::out(ocigraph_error_reason(get())); }
    /* Returns a suggestion for solving the problem, or empty text. */
    std::string_view hint() const noexcept { return detail::out(ocigraph_error_hint(get())); }
    /* Returns the name of the operation, such as "push". */
    std::string_view operation() const noexcept { return detail::out(ocigraph_error_operation(get())); }
    /* Returns the reference that the operation was working on. */
    std::string_view reference() const noexcept { return detail::out(ocigraph_error_reference(get())); }
    /* Returns the identifier under which the registry logged the request, or empty text. */
    std::string_view request_id() const noexcept { return detail::out(ocigraph_error_request_id(get())); }
    /* Returns the HTTP status of the response, or 0 if no response was received. */
    int http_status() const noexcept { return ocigraph_error_http_status(get()); }
    /* True if the same call may succeed later without any change. */
    bool retryable() const noexcept { return ocigraph_error_retryable(get()); }
    /* Returns the delay in seconds after which the registry asked to retry, if it did. */
    std::optional<double> retry_after() const noexcept {
        double seconds = ocigraph_error_retry_after(get());
        return seconds < 0 ? std::nullopt : std::optional<double>(seconds);
    }
    /* Returns the errors that the response lists. */
    std::vector<registry_error> registry_errors() const {
        return detail::list<registry_error>(ocigraph_error_registry_count(get()), [&](std::size_t i) {
            return registry_error{detail::copied(ocigraph_error_registry_code(get(), i)),
                                  detail::copied(ocigraph_error_registry_message(get(), i))};
        });
    }
    /* Returns the error as a JSON object. */
    std::string_view json() const noexcept { return detail::out(ocigraph_error_json(get())); }
    const ocigraph_error *get() const noexcept { return handle_.get(); }

  private:
    /* Shared, because exceptions are copied. */
    std::shared_ptr<ocigraph_error> handle_;
};

namespace detail {

/* Calls a C function with an error output and throws its error. */
template <typename Call>
void check(Call call) {
    ocigraph_error *failure = nullptr;
    if (call(&failure) != OCIGRAPH_OK) {
        throw error(failure);
    }
}

} // namespace detail

/* Returns the version of the loaded library, such as "0.1.0". */
inline std::string_view version() noexcept {
    return ocigraph_version();
}

/* True if the ABI version of the loaded library equals that of this header. */
inline bool fits() noexcept {
    return ocigraph_abi_version() == OCIGRAPH_ABI_VERSION;
}

/* Cancels every call that receives it. */
class cancel_token {
  public:
    cancel_token() : handle_(ocigraph_cancel_new()) {}
    /* Cancels the calls. It can be called from any thread, but not from a signal handler. */
    void cancel() const { ocigraph_cancel_cancel(get()); }
    /* True if the token was cancelled. */
    bool is_cancelled() const { return ocigraph_cancel_is_cancelled(get()); }
    const ocigraph_cancel *get() const { return handle_.get(); }

  private:
    detail::handle<ocigraph_cancel, ocigraph_cancel_free> handle_;
};

} // namespace ocigraph

#endif /* OCIGRAPH_HANDLE_HPP */
