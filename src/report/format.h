/* format.h - numbers and names as people read them. */
#ifndef REPORT_FORMAT_H
#define REPORT_FORMAT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Each writes into a buffer that lives to the end of the enclosing block. */
#define FORMAT_BYTES 32
#define FORMAT_COUNT(n) format_count((char[FORMAT_BYTES]){0}, (n))
#define FORMAT_MEMORY(n) format_memory((char[FORMAT_BYTES]){0}, (n))
#define FORMAT_LOSS(x) format_loss((char[FORMAT_BYTES]){0}, (x))
#define FORMAT_SECONDS(s) format_seconds((char[FORMAT_BYTES]){0}, (s))

/* 1234567: "1,234,567" */
const char *format_count(char buffer[FORMAT_BYTES], uint64_t n);

/* Powers of 1024: "512 B", "1.5 KiB", "12.3 MiB" */
const char *format_memory(char buffer[FORMAT_BYTES], uint64_t n_bytes);

/* "0.123", "12.345", "1.23e+06": short for what has run away, too */
const char *format_loss(char buffer[FORMAT_BYTES], double loss);

/* "0.4 s", "12.1 s", "1:25", "2:03:04"; "?" for what is not finite */
const char *format_seconds(char buffer[FORMAT_BYTES], double seconds);

/* A name on its own line of results: as it is, so that scripts can use it,
 * but with control characters as \xNN, so that it stays one line. */
void format_name(FILE *file, const char *name);

/* The same for the first n_bytes of a text. */
void format_part(FILE *file, const char *text, size_t n_bytes);

/* In tables and progress, where only the eye reads: control characters become
 * question marks. */
void format_plain(char *text);

/* How many columns a terminal needs for a UTF-8 text, if each character takes
 * one; and how many bytes the first `columns` characters take. */
int format_columns(const char *text);
int format_cut(const char *text, int columns);

#endif
