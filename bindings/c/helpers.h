#ifndef OCIGRAPH_HELPERS_H
#define OCIGRAPH_HELPERS_H

/* Converts a string literal to an ocigraph_str. Other expressions do not compile; use ocigraph_text for them. */
#ifdef __cplusplus
#define OCIGRAPH_STR(literal) (ocigraph_text("" literal ""))
#else
#define OCIGRAPH_STR(literal) ((ocigraph_str){"" literal "", sizeof("" literal "") - 1})
#endif

/* Initializes a static ocigraph_str from a string literal:
 * static const ocigraph_str type = OCIGRAPH_STR_INIT("text/plain"); */
#define OCIGRAPH_STR_INIT(literal) {"" literal "", sizeof("" literal "") - 1}

/* Expands an ocigraph_str to the two arguments of the printf conversion "%.*s". */
#define OCIGRAPH_PRINTF(view) \
    (int)((view).length < 0x7fffffff ? (view).length : 0x7fffffff), (view).data ? (view).data : ""

/* Converts NUL-terminated text to an ocigraph_str. NULL becomes {NULL, 0}. */
static inline ocigraph_str ocigraph_text(const char *text) {
    ocigraph_str view = {NULL, 0};
    if (text != NULL) {
        view.data = text;
        view.length = strlen(text);
    }
    return view;
}

/* Returns true if the ocigraph_str equals the NUL-terminated text. */
static inline bool ocigraph_str_is(ocigraph_str view, const char *text) {
    return strlen(text) == view.length && (view.length == 0 || memcmp(view.data, text, view.length) == 0);
}

#endif /* OCIGRAPH_HELPERS_H */
