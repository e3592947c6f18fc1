// Two sums with different multipliers over 64-bit words: as fast as one multiplication follows
// another.
#include "fingerprint.h"
#include <string.h>

static inline uint64_t turned(uint64_t word, int bits) {
  return word << bits | word >> (64 - bits);
}

static inline void take(uint64_t word, uint64_t *first, uint64_t *second) {
  *first = turned(*first ^ word * 0x9E3779B97F4A7C15u, 29) * 0xBF58476D1CE4E5B9u;
  *second = turned(*second ^ word * 0xC2B2AE3D27D4EB4Fu, 37) * 0x94D049BB133111EBu + word;
}

void ak_fingerprint(const void *bytes, long count, uint64_t sums[2]) {
  const char *source = bytes;
  uint64_t first = sums[0], second = sums[1], word;
  for (; count >= 8; count -= 8, source += 8) {
    memcpy(&word, source, 8);
    take(word, &first, &second);
  }
  word = (uint64_t)count + 1;
  for (long index = 0; index < count; index++) {
    word = word << 8 | (unsigned char)source[index];
  }
  take(word, &first, &second);
  first ^= first >> 32;
  second ^= second >> 29;
  sums[0] = first * 0xD6E8FEB86659FD93u;
  sums[1] = second * 0xA0761D6478BD642Fu;
}
