/* Digests of bytes and files. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_DIGEST_HPP
#define OCIGRAPH_DIGEST_HPP

#include <ocigraph/descriptor.hpp>

namespace ocigraph {

/* Returns the digest of bytes in memory, such as "sha256:e3b0...". `algorithm` is OCIGRAPH_ALGORITHM_*. */
inline std::string digest(std::string_view content, std::int32_t algorithm = OCIGRAPH_ALGORITHM_SHA256) {
    ocigraph_descriptor *found = nullptr;
    detail::check([&](ocigraph_error **failure) {
        return ocigraph_digest(algorithm, detail::in_bytes(content), &found, failure);
    });
    return descriptor(found).digest();
}

/* Returns the digest and size of a file. */
inline descriptor digest_file(std::string_view path, std::int32_t algorithm = OCIGRAPH_ALGORITHM_SHA256,
                              const cancel_token &cancel = {}) {
    ocigraph_descriptor *found = nullptr;
    detail::check([&](ocigraph_error **failure) {
        return ocigraph_digest_file(algorithm, detail::in(path), cancel.get(), &found, failure);
    });
    return descriptor(found);
}

/* The digest of a file, and its size in bytes. */
struct file_digest {
    std::string digest;
    std::uint64_t size;
};

/* Returns the digests of several files in the order of the paths. Uses all processors. */
inline std::vector<file_digest> digest_files(const std::vector<std::string_view> &paths,
                                             std::int32_t algorithm = OCIGRAPH_ALGORITHM_SHA256,
                                             const cancel_token &cancel = {}) {
    std::vector<ocigraph_str> views;
    for (std::string_view path : paths) {
        views.push_back(detail::in(path));
    }
    ocigraph_digest_list *found = nullptr;
    detail::check([&](ocigraph_error **failure) {
        return ocigraph_digest_files(algorithm, views.data(), views.size(), cancel.get(), &found, failure);
    });
    detail::handle<ocigraph_digest_list, ocigraph_digest_list_free> owned(found);
    return detail::list<file_digest>(ocigraph_digest_list_count(found), [&](std::size_t i) {
        return file_digest{detail::copied(ocigraph_digest_list_digest(found, i)), ocigraph_digest_list_size(found, i)};
    });
}

} // namespace ocigraph

#endif /* OCIGRAPH_DIGEST_HPP */
