/* The C functions that call back into Go. */

#ifndef OCIGRAPH_GO_CALLBACKS_H
#define OCIGRAPH_GO_CALLBACKS_H

#include <ocigraph.h>

int32_t ocigraph_go_progress(void *user_data, const ocigraph_event *event);
int64_t ocigraph_go_read(void *user_data, uint8_t *buffer, size_t capacity);
int32_t ocigraph_go_write(void *user_data, const uint8_t *data, size_t length);
ocigraph_status ocigraph_go_credential(void *user_data, ocigraph_str host, ocigraph_str repository,
                                       ocigraph_credential **out, ocigraph_error **error);

/* The user data of a credential error is the number of a Go error: C must not retain pointers to Go memory. */
static inline ocigraph_error *ocigraph_go_credential_error(ocigraph_str message, uintptr_t number) {
    return ocigraph_error_new(message, (void *)number);
}
static inline uintptr_t ocigraph_go_error_number(const ocigraph_error *error) {
    return (uintptr_t)ocigraph_error_user_data(error);
}

#endif
