#pragma once
#include <stdint.h>
/// Kernels that change the size of pictures of bytes, in whole numbers: the same on every
/// processor.

/// One axis: number `i` of `size` is the sum of counts[i] old ones from starts[i] on, times
/// weights[i·taps …], which have AK_RESAMPLE_BITS bits after the point and add up to one.
typedef struct {
  long size, taps;
  const int32_t *starts, *counts, *weights;
} ak_resampled_axis;

#define AK_RESAMPLE_BITS 22

/// Rows of `axis->size` pixels from rows of other width; strides in bytes. An item is a row.
void ak_resample_rows(const ak_resampled_axis *axis, long channels, const uint8_t *source,
                      long source_stride, uint8_t *target, long target_stride, long low,
                      long high);

/// `axis->size` rows of `run` bytes from another number of rows. An item is a row of the target.
void ak_resample_columns(const ak_resampled_axis *axis, long run, const uint8_t *source,
                         long source_stride, uint8_t *target, long target_stride, long low,
                         long high);
