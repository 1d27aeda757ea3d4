/* well_formed.h - is a text well-formed XML, as far as our pictures and pages
 * need it: elements that are closed in order, attributes in quotes of which no
 * element has two alike, the five named entities and numbers, characters that
 * XML can hold, one root. No declaration, comment or CDATA: we write none. */
#ifndef TESTS_WELL_FORMED_H
#define TESTS_WELL_FORMED_H

#include "base/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { XML_MAX_DEPTH = 32, XML_MAX_ATTRIBUTES = 16, XML_MAX_NAME = 40 };

struct xml {
    const char *at;
    const char *fault; /* NULL: none so far */
    int depth;
    char open[XML_MAX_DEPTH][XML_MAX_NAME];
};

static inline bool xml_fails(struct xml *xml, const char *fault)
{
    if (xml->fault == NULL)
        xml->fault = fault;
    return false;
}

static inline bool xml_take(struct xml *xml, const char *text)
{
    size_t n = strlen(text);
    if (strncmp(xml->at, text, n) != 0)
        return false;
    xml->at += n;
    return true;
}

static inline bool xml_name(struct xml *xml, char name[XML_MAX_NAME])
{
    size_t n = strspn(xml->at, "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ:-0123456789");
    if (n == 0 || n >= XML_MAX_NAME || strspn(xml->at, "-0123456789") > 0)
        return xml_fails(xml, "a name");
    memcpy(name, xml->at, n);
    name[n] = 0;
    xml->at += n;
    return true;
}

/* One character of text; those that end it are the caller's. */
static inline bool xml_character(struct xml *xml)
{
    static const char *const entities[] = {"&amp;",  "&lt;",   "&gt;",
                                           "&quot;", "&apos;", "&#39;"};
    if (*xml->at == '&') {
        for (int i = 0; i < 6; i++)
            if (xml_take(xml, entities[i]))
                return true;
        return xml_fails(xml, "an entity");
    }
    if ((unsigned char)*xml->at < ' ' && *xml->at != '\n')
        return xml_fails(xml, "a control character");
    if (strncmp(xml->at, "\xef\xbf\xbe", 3) == 0 ||
        strncmp(xml->at, "\xef\xbf\xbf", 3) == 0)
        return xml_fails(xml, "no character");
    xml->at++;
    return true;
}

static inline bool xml_attributes(struct xml *xml)
{
    char names[XML_MAX_ATTRIBUTES][XML_MAX_NAME];
    for (int n = 0; xml_take(xml, " ") || xml_take(xml, "\n"); n++) {
        if (n == XML_MAX_ATTRIBUTES || !xml_name(xml, names[n]))
            return xml_fails(xml, "an attribute");
        for (int i = 0; i < n; i++)
            if (strcmp(names[i], names[n]) == 0)
                return xml_fails(xml, "an attribute twice");
        if (!xml_take(xml, "=\""))
            return xml_fails(xml, "a value in quotes");
        while (*xml->at != '"')
            if (*xml->at == 0 || *xml->at == '<' || !xml_character(xml))
                return xml_fails(xml, "the end of a value");
        xml->at++;
    }
    return true;
}

/* Behind a '<'. */
static inline bool xml_tag(struct xml *xml)
{
    char name[XML_MAX_NAME];
    if (xml_take(xml, "/"))
        return (xml_name(xml, name) && xml_take(xml, ">") && xml->depth > 0 &&
                strcmp(xml->open[--xml->depth], name) == 0) ||
               xml_fails(xml, "the end of an element");
    if (xml->depth == XML_MAX_DEPTH || !xml_name(xml, xml->open[xml->depth]) ||
        !xml_attributes(xml))
        return xml_fails(xml, "an element");
    if (xml_take(xml, "/>"))
        return true;
    xml->depth++;
    return xml_take(xml, ">") || xml_fails(xml, "the end of a tag");
}

/* NULL, or what was expected and not found where *rest begins. */
static inline const char *xml_fault(const char *text, const char **rest)
{
    struct xml xml = {.at = text};
    if (!text_is_utf8(text))
        xml_fails(&xml, "UTF-8");
    do {
        if (xml_take(&xml, "<"))
            xml_tag(&xml);
        else if (xml.depth > 0 && *xml.at != 0)
            xml_character(&xml);
        else
            xml_fails(&xml, "a root around everything");
    } while (xml.fault == NULL && xml.depth > 0);
    xml_take(&xml, "\n");
    if (xml.fault == NULL && *xml.at != 0)
        xml.fault = "the end";
    *rest = xml.at;
    return xml.fault;
}

#endif
