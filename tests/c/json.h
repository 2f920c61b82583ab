/* A small reader of JSON for the programs of the scenarios, and a text that grows. Malformed JSON ends the program.
 * Compiles as C and as C++. */

#ifndef JSON_H
#define JSON_H

#include <ocigraph.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef CHECK
#define CHECK(condition) ((condition) ? (void)0 : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition), exit(1)))
#endif

typedef struct json {
    /* '{', '[', '"', '0' for a number, 't', 'f' or 'n'. */
    char kind;
    /* True once the program has used the value. */
    bool taken;
    /* The name in its object, or NULL. */
    char *name;
    /* The content of a string, or the digits of a number, with a NUL at the end. */
    char *text;
    size_t length;
    struct json *first, *next;
} json;

static inline void json_free(json *value) {
    while (value != NULL) {
        json *next = value->next;
        json_free(value->first);
        free(value->name);
        free(value->text);
        free(value);
        value = next;
    }
}

static inline void json_skip(const char **at) {
    *at += strspn(*at, " \t\r\n");
}

static inline void json_expect(const char **at, const char *word) {
    json_skip(at);
    CHECK(strncmp(*at, word, strlen(word)) == 0);
    *at += strlen(word);
}

/* Reads the four digits of an escape. The driver escapes only control characters. */
static inline size_t json_escape(const char **at, char *out) {
    char digits[5] = {0};
    memcpy(digits, *at, 4);
    *at += 4;
    unsigned long code = strtoul(digits, NULL, 16);
    CHECK(code < 0x80);
    *out = (char)code;
    return 1;
}

static inline char *json_string(const char **at, size_t *length) {
    json_expect(at, "\"");
    char *text = (char *)calloc(1, strlen(*at) + 1);
    *length = 0;
    while (**at != '"') {
        CHECK(**at != '\0');
        if (**at != '\\') {
            text[(*length)++] = *(*at)++;
            continue;
        }
        static const char escapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
        char escape = (*at)[1];
        *at += 2;
        if (escape == 'u') {
            *length += json_escape(at, text + *length);
            continue;
        }
        const char *pair = escapes;
        while (*pair != '\0' && *pair != escape) {
            pair += 2;
        }
        CHECK(*pair != '\0');
        text[(*length)++] = pair[1];
    }
    (*at)++;
    text[*length] = '\0';
    return text;
}

/* Reads one value, and moves `at` behind it. */
static inline json *json_read(const char **at) {
    json *value = (json *)calloc(1, sizeof *value);
    json_skip(at);
    value->kind = **at;
    switch (**at) {
    case '{':
    case '[': {
        const char *end = **at == '{' ? "}" : "]";
        json **last = &value->first;
        (*at)++;
        for (json_skip(at); **at != *end; json_skip(at)) {
            if (value->first != NULL) {
                json_expect(at, ",");
            }
            char *name = NULL;
            if (*end == '}') {
                size_t length;
                name = json_string(at, &length);
                json_expect(at, ":");
            }
            *last = json_read(at);
            (*last)->name = name;
            last = &(*last)->next;
        }
        (*at)++;
        break;
    }
    case '"': value->text = json_string(at, &value->length); break;
    case 't': json_expect(at, "true"); break;
    case 'f': json_expect(at, "false"); break;
    case 'n': json_expect(at, "null"); break;
    default:
        value->kind = '0';
        value->length = strspn(*at, "+-.0123456789eE");
        CHECK(value->length > 0);
        value->text = (char *)calloc(1, value->length + 1);
        memcpy(value->text, *at, value->length);
        *at += value->length;
    }
    return value;
}

/* Returns the member with this name, or NULL. */
static inline json *json_get(const json *object, const char *name) {
    for (json *member = object == NULL ? NULL : object->first; member != NULL; member = member->next) {
        if (member->name != NULL && strcmp(member->name, name) == 0) {
            return member;
        }
    }
    return NULL;
}

/* Returns the text of a string, or no text for NULL. */
static inline ocigraph_str json_text(const json *value) {
    if (value == NULL) {
        return ocigraph_text(NULL);
    }
    CHECK(value->kind == '"');
    ocigraph_str text = {value->text, value->length};
    return text;
}

static inline bool json_true(const json *value) {
    CHECK(value->kind == 't' || value->kind == 'f');
    return value->kind == 't';
}

static inline uint64_t json_integer(const json *value) {
    CHECK(value->kind == '0');
    return strtoull(value->text, NULL, 10);
}

static inline double json_number(const json *value) {
    CHECK(value->kind == '0');
    return strtod(value->text, NULL);
}

/* A text that grows. */
typedef struct {
    char *data;
    size_t length, capacity;
} output;

static inline void output_add(output *to, const char *data, size_t length) {
    if (to->length + length + 1 > to->capacity) {
        to->capacity = 2 * (to->length + length + 1);
        to->data = (char *)realloc(to->data, to->capacity);
        CHECK(to->data != NULL);
    }
    memcpy(to->data + to->length, data, length);
    to->length += length;
    to->data[to->length] = '\0';
}

static inline void output_text(output *to, const char *text) {
    output_add(to, text, strlen(text));
}

/* Adds JSON that may have several lines as one line. */
static inline void output_json(output *to, ocigraph_str value) {
    for (size_t i = 0; i < value.length; i++) {
        if (value.data[i] != '\n') {
            output_add(to, value.data + i, 1);
        }
    }
}

/* Adds a text as a JSON string. */
static inline void output_string(output *to, ocigraph_str text) {
    output_text(to, "\"");
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        char escaped[8];
        if (c < 0x20 || c == '"' || c == '\\') {
            snprintf(escaped, sizeof escaped, "\\u%04x", c);
            output_text(to, escaped);
        } else {
            output_add(to, text.data + i, 1);
        }
    }
    output_text(to, "\"");
}

static inline void output_number(output *to, uint64_t number) {
    char digits[32];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    output_text(to, digits);
}

#endif
