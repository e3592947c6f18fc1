// Normal numbers. Compiled without fused multiply-add, which would round differently from one
// processor to the next: initial weights are the same everywhere on x86-64.
#include "random.h"
#include "random_groups.h"
#include <string.h>

int ak_isa_level(void);

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define LANES 8
#define V(name) name##_avx2
#include "pointwise_vector.h"
#include "random_normal_body.h"
#include "pointwise_close.h"
#pragma clang attribute pop
#endif

#define LANES 4
#define V(name) name##_plain
#include "pointwise_vector.h"
#include "random_normal_body.h"
#include "pointwise_close.h"

void ak_random_normal(uint64_t seed, uint64_t stream, float *y, uint64_t low, uint64_t high) {
  uint32_t group[64];
  float numbers[64];
  AK_EACH_GROUP(low, high, {
    ak_random_group(seed, stream, first / 4, group);
#if defined(__x86_64__)
    if (ak_isa_level() >= 2) normal_group_avx2(group, numbers);
    else normal_group_plain(group, numbers);
#else
    normal_group_plain(group, numbers);
#endif
    memcpy(y + (from - low), numbers + (from - first), (to - from) * 4);
  })
}
