/* The callbacks that C calls, which call Go. Fields of events are read here, because a call from Go to C is slow. */

#include "callbacks.h"
#include "_cgo_export.h"

int32_t ocigraph_go_progress(void *user_data, const ocigraph_event *event) {
    return ocigraphGoProgress(user_data, event->kind, event->outcome, ocigraph_descriptor_digest(event->blob),
                              ocigraph_descriptor_title(event->blob), event->position,
                              ocigraph_descriptor_size(event->blob));
}

int64_t ocigraph_go_read(void *user_data, uint8_t *buffer, size_t capacity) {
    return ocigraphGoRead(user_data, buffer, capacity);
}

int32_t ocigraph_go_write(void *user_data, const uint8_t *data, size_t length) {
    return ocigraphGoWrite(user_data, (uint8_t *)data, length);
}

ocigraph_status ocigraph_go_credential(void *user_data, ocigraph_str host, ocigraph_str repository,
                                       ocigraph_credential **out, ocigraph_error **error) {
    return ocigraphGoCredential(user_data, host, repository, out, error);
}
