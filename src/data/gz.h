/* gz.h - gzip data (RFC 1952) in memory, inflated whole and checked: header,
 * CRC and length of every member. Not for archives. */
#ifndef DATA_GZ_H
#define DATA_GZ_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the bytes begin as gzip data do; names are never asked. */
bool gz_is(const uint8_t *bytes, size_t n_bytes);

/* Inflate the first n_out bytes, without any check. *n_found says how many
 * there are: fewer at the end of the data, or where they are damaged.
 * RAMP_MEMORY only. */
MUST_CHECK enum ramp_status gz_peek(size_t *n_found, uint8_t *out, size_t n_out,
                                    const uint8_t *bytes, size_t n_bytes,
                                    struct ramp_error *err);

/* Inflate all members one after another. *out is the caller's (mem_free).
 * RAMP_DATA if the data are cut or damaged, if anything follows the last
 * member, or as soon as the result exceeds max_bytes, so that a bomb costs no
 * more than what was expected; RAMP_MEMORY. `name` is for messages. */
MUST_CHECK enum ramp_status gz_inflate(uint8_t **out, size_t *n_out,
                                       const uint8_t *bytes, size_t n_bytes,
                                       size_t max_bytes, const char *name,
                                       struct ramp_error *err);

#endif
