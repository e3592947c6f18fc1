// Resampling of pictures: dispatch. Whole numbers, so the instruction set changes no bit.
#include "resampling.h"

int ak_isa_level(void);

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define V(name) name##_avx2
#include "resampling_body.h"
#undef V
#pragma clang attribute pop
#endif

#define V(name) name##_plain
#include "resampling_body.h"
#undef V

static int is_wide(void) {
#if defined(__x86_64__)
  return ak_isa_level() >= 2;
#else
  return 0;
#endif
}

void ak_resample_rows(const ak_resampled_axis *axis, long channels, const uint8_t *source,
                      long source_stride, uint8_t *target, long target_stride, long low,
                      long high) {
  for (long row = low; row < high; row++) {
    const uint8_t *from = source + row * source_stride;
    uint8_t *to = target + row * target_stride;
#if defined(__x86_64__)
    if (is_wide()) {
      resample_row_avx2(axis, channels, from, to);
      continue;
    }
#endif
    resample_row_plain(axis, channels, from, to);
  }
}

void ak_resample_columns(const ak_resampled_axis *axis, long run, const uint8_t *source,
                         long source_stride, uint8_t *target, long target_stride, long low,
                         long high) {
  for (long row = low; row < high; row++) {
    uint8_t *to = target + row * target_stride;
#if defined(__x86_64__)
    if (is_wide()) {
      resample_column_avx2(axis, row, run, source, source_stride, to);
      continue;
    }
#endif
    resample_column_plain(axis, row, run, source, source_stride, to);
  }
}
