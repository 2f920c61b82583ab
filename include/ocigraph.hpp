/* ocigraph for C++17: a thin wrapper of ocigraph.h, which is the manual.
 *
 *     #include <ocigraph.hpp>
 *     #include <iostream>
 *
 *     int main() {
 *         ocigraph::client client;
 *         std::cout << client.discover("oci:store/app:v1").tree();
 *     }
 *
 * Handles are owned by objects. Clients, runtimes, options, credentials and tokens can be moved; one that was moved from
 * throws std::logic_error when it is used. Results, descriptors, references and errors are copied, also by std::move: a copy
 * is the same one, and nothing is left behind empty. Descriptors, nodes and lists keep what they need of the result they
 * came from. What fails throws ocigraph::error.
 *
 * Arguments come in the order of C's, but content before its media type: in `add_bytes`, `add_reader`, `push_blob`,
 * `push_blob_file` and `push_manifest` the media type may be left out.
 *
 * Text goes in as std::string_view. It comes out as one that lives as long as the object it was asked of, or as a
 * std::string where that is a temporary or a list. An empty string_view is "not given", as in C.
 *
 * Objects may be used from many threads through const references; of options with functions (progress, readers), one
 * operation at a time, which is checked. Exceptions that leave a function end the operation, and go on where it was
 * called. */

#ifndef OCIGRAPH_HPP
#define OCIGRAPH_HPP

#include <ocigraph/client.hpp>
#include <ocigraph/digest.hpp>
#include <ocigraph/reference.hpp>

#endif /* OCIGRAPH_HPP */
