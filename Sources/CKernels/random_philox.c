// Random words, uniform numbers and masks: integers and exact conversions, so every processor gives
// the same numbers.
#define BODY "random_philox_body.h"
#include "pointwise_isas.h"
#include "random_groups.h"

void ak_random_group(uint64_t seed, uint64_t stream, uint64_t first, uint32_t *y) {
  AK_CHOOSE(random_group, seed, stream, first, y)
}

void ak_philox(uint64_t seed, uint64_t stream, uint64_t block, uint32_t words[4]) {
  uint32_t group[64];
  ak_random_group(seed, stream, block / 16 * 16, group);
  memcpy(words, group + block % 16 * 4, 16);
}

void ak_random_words(uint64_t seed, uint64_t stream, uint32_t *y, uint64_t low,
                     uint64_t high) {
  uint32_t group[64];
  AK_EACH_GROUP(low, high, {
    ak_random_group(seed, stream, first / 4, group);
    memcpy(y + (from - low), group + (from - first), (to - from) * 4);
  })
}

void ak_random_uniform(uint64_t seed, uint64_t stream, float *y, uint64_t low,
                       uint64_t high) {
  uint32_t group[64];
  float numbers[64];
  AK_EACH_GROUP(low, high, {
    ak_random_group(seed, stream, first / 4, group);
    for (int i = 0; i < 64; i++) numbers[i] = (float)(group[i] >> 8) * 0x1p-24f;
    memcpy(y + (from - low), numbers + (from - first), (to - from) * 4);
  })
}

void ak_random_mask(uint64_t seed, uint64_t stream, float probability, float value, float *y,
                    uint64_t low, uint64_t high) {
  uint32_t group[64];
  float numbers[64];
  AK_EACH_GROUP(low, high, {
    ak_random_group(seed, stream, first / 4, group);
    for (int i = 0; i < 64; i++)
      numbers[i] = (float)(group[i] >> 8) * 0x1p-24f < probability ? value : 0.0f;
    memcpy(y + (from - low), numbers + (from - first), (to - from) * 4);
  })
}
