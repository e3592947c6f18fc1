#pragma once
#include <stdint.h>

/// Random numbers are made 64 at a time, in groups that start at multiples of 64; a range that
/// starts or ends inside a group takes its part. Runs the block with `first` (the group's start) and
/// `from` ..< `to` (the part wanted).
#define AK_EACH_GROUP(low, high, ...)                                                      \
  for (uint64_t first = (low) / 64 * 64; first < (high); first += 64) {                    \
    const uint64_t from = first < (low) ? (low) : first;                                   \
    const uint64_t to = (high) - first < 64 ? (high) : first + 64;                         \
    __VA_ARGS__                                                                            \
  }

/// The 64 words of blocks [first, first + 16).
void ak_random_group(uint64_t seed, uint64_t stream, uint64_t first, uint32_t *y);
