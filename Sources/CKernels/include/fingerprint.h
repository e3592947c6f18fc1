#pragma once
#include <stdint.h>
/// A short number that tells contents apart.

/// Takes `count` bytes into two 64-bit sums. Every byte moves both; made against accidents, not
/// against intent.
void ak_fingerprint(const void *bytes, long count, uint64_t sums[2]);
