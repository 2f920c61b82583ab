#ifndef OCIGRAPH_HELPERS_H
#define OCIGRAPH_HELPERS_H

/* A literal as a view. Whatever else holds text does not compile; it goes through ocigraph_text. */
#ifdef __cplusplus
#define OCIGRAPH_STR(literal) (ocigraph_text("" literal ""))
#else
#define OCIGRAPH_STR(literal) ((ocigraph_str){"" literal "", sizeof("" literal "") - 1})
#endif

/* What initializes a view with a literal: static const ocigraph_str type = OCIGRAPH_STR_INIT("text/plain"); */
#define OCIGRAPH_STR_INIT(literal) {"" literal "", sizeof("" literal "") - 1}

/* A view as two arguments of printf, for "%.*s". */
#define OCIGRAPH_PRINTF(view) (int)(view).length, (view).data ? (view).data : ""

/* Text that ends with NUL as a view; NULL is no text. */
static inline ocigraph_str ocigraph_text(const char *text) {
    ocigraph_str view = {NULL, 0};
    if (text != NULL) {
        view.data = text;
        view.length = strlen(text);
    }
    return view;
}

/* Whether a view holds this text, which ends with NUL. */
static inline bool ocigraph_str_is(ocigraph_str view, const char *text) {
    return strlen(text) == view.length && (view.length == 0 || memcmp(view.data, text, view.length) == 0);
}

#endif /* OCIGRAPH_HELPERS_H */
