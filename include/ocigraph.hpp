/* ocigraph for C++17: a thin wrapper around ocigraph.h, which is the reference manual. Comments here state only what
 * differs from C.
 *
 *     #include <ocigraph.hpp>
 *     #include <iostream>
 *
 *     int main() {
 *         ocigraph::client client;
 *         std::cout << client.discover("oci:store/app:v1").tree();
 *     }
 *
 * Handles are owned by objects. Clients, runtimes, options, credentials and tokens can be moved; an object that was moved
 * from throws std::logic_error when it is used. Results, descriptors, references and errors are copied, also by std::move:
 * copies share one handle, and no object is left empty. Descriptors, nodes and lists keep the result that they belong to
 * alive. A call that fails throws ocigraph::error.
 *
 * Arguments have the order of the C functions, except that content precedes its media type, which is optional, in
 * add_bytes, add_reader, push_blob, push_blob_file and push_manifest.
 *
 * Text arguments are std::string_view; an empty one means "not given", as in C. An accessor of a named object returns a
 * std::string_view that is valid as long as the object or a copy of it. An accessor of a temporary object and lists return
 * std::string.
 *
 * Objects can be used by several threads concurrently through const references. Options with callbacks (progress, readers)
 * serve one operation at a time; a second concurrent operation throws std::logic_error. An exception that leaves a callback
 * ends the operation and is rethrown by it. */

#ifndef OCIGRAPH_HPP
#define OCIGRAPH_HPP

#include <ocigraph/client.hpp>
#include <ocigraph/digest.hpp>
#include <ocigraph/reference.hpp>
#include <ocigraph/serve.hpp>

#endif /* OCIGRAPH_HPP */
