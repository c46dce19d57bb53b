/* SHA-256 (FIPS 180-4), so that `sha256sum` can check a saved output against the journal. */
#ifndef WALMEDIC_REMEDIES_SHA256_H
#define WALMEDIC_REMEDIES_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct sha256 {
	uint32_t h[8];
	uint64_t bytes;
	unsigned char block[64];
};

void sha256_start(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *bytes, size_t n);
/* 64 hex digits and a NUL. */
void sha256_end(struct sha256 *s, char ret[65]);

#endif
