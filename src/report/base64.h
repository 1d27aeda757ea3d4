/* base64.h - bytes as letters (RFC 4648), for data URIs. */
#ifndef REPORT_BASE64_H
#define REPORT_BASE64_H

#include "report/draft.h"

#include <stdint.h>

void base64_add(struct draft *draft, const uint8_t *bytes, size_t n_bytes);

#endif
