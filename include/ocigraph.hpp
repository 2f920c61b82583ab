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
 * Handles are owned by objects that can be moved; one that was moved from throws std::logic_error when it is used. Results
 * can be copied too: a copy is the same result. Descriptors, nodes and lists keep what they need of the result they came
 * from. What fails throws ocigraph::error.
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
