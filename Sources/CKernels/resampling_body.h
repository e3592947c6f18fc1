// Resampling by weights; included once for each instruction set.

static inline uint8_t V(rounded)(int32_t sum) {
  const int32_t level = sum >> AK_RESAMPLE_BITS;
  return (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level);
}

#define ROW_OF(CHANNELS)                                                                     \
  for (long i = 0; i < axis->size; i++) {                                                    \
    const uint8_t *from = source + axis->starts[i] * CHANNELS;                               \
    const int32_t *weights = axis->weights + i * axis->taps;                                 \
    int32_t sums[CHANNELS];                                                                  \
    for (int c = 0; c < CHANNELS; c++) sums[c] = 1 << (AK_RESAMPLE_BITS - 1);                \
    for (long k = 0; k < axis->counts[i]; k++)                                               \
      for (int c = 0; c < CHANNELS; c++) sums[c] += weights[k] * from[k * CHANNELS + c];     \
    for (int c = 0; c < CHANNELS; c++) target[i * CHANNELS + c] = V(rounded)(sums[c]);       \
  }                                                                                          \
  break;

static void V(resample_row)(const ak_resampled_axis *axis, long channels,
                            const uint8_t *source, uint8_t *target) {
  switch (channels) {
    case 1: ROW_OF(1)
    case 2: ROW_OF(2)
    case 3: ROW_OF(3)
    default: ROW_OF(4)
  }
}

#undef ROW_OF

static void V(resample_column)(const ak_resampled_axis *axis, long item, long run,
                               const uint8_t *source, long stride, uint8_t *target) {
  enum { BLOCK = 128 };
  const uint8_t *from = source + axis->starts[item] * stride;
  const int32_t *weights = axis->weights + item * axis->taps;
  const long count = axis->counts[item];
  for (long low = 0; low < run; low += BLOCK) {
    const long width = run - low < BLOCK ? run - low : BLOCK;
    int32_t sums[BLOCK];
    for (long i = 0; i < BLOCK; i++) sums[i] = 1 << (AK_RESAMPLE_BITS - 1);
    for (long k = 0; k < count; k++) {
      const uint8_t *row = from + k * stride + low;
      const int32_t weight = weights[k];
      for (long i = 0; i < width; i++) sums[i] += weight * row[i];
    }
    for (long i = 0; i < width; i++) target[low + i] = V(rounded)(sums[i]);
  }
}
