// Layer norm by rows; see pointwise_isas.h.

#define EACH(...)                                                                          \
  for (long c = 0; c < columns; c += LANES) {                                              \
    const long n = columns - c < LANES ? columns - c : LANES;                              \
    const vi inside __attribute__((unused)) = V(first)(n);                                 \
    __VA_ARGS__                                                                            \
  }

static inline vf V(keep)(vi mask, vf v) { return (vf)(mask & (vi)v); }

static inline void V(put)(float *p, vf v, long n) {
  if (n == LANES) V(store)(p, v);
  else V(store_part)(p, v, n);
}

static void V(layer_norm)(const float *x, const float *gamma, const float *beta,
                          float epsilon, float *y, float *statistics, long columns, long low,
                          long high) {
  const vf one = V(splat)(1.0f), zero = {0};
  for (long row = low; row < high; row++) {
    const float *p = x + row * columns;
    float *out = y + row * columns;
    vf sum = zero, squares = zero;
    EACH(sum += V(keep)(inside, V(load)(p + c));)
    const float mean = V(sum_lanes)(sum) / (float)columns;
    EACH(const vf v = V(keep)(inside, V(load)(p + c) - mean); squares += v * v;)
    const float variance = V(sum_lanes)(squares) / (float)columns;
    const float inverse = 1.0f / __builtin_sqrtf(variance + epsilon);
    statistics[2 * row] = mean;
    statistics[2 * row + 1] = inverse;
    EACH(const vf scale = gamma ? V(load)(gamma + c) : one;
         const vf shift = beta ? V(load)(beta + c) : zero;
         V(put)(out + c, (V(load)(p + c) - mean) * inverse * scale + shift, n);)
  }
}

/// dx = inverse·(h - mean(h) - x̂·mean(h·x̂)), h = dy·gamma.
static void V(layer_norm_row)(const float *p, float mean, float inverse, const float *gamma,
                              const float *g, float *out, long columns) {
  const vf one = V(splat)(1.0f);
  vf sum = {0}, products = {0};
  EACH(const vf scale = gamma ? V(load)(gamma + c) : one;
       const vf h = V(keep)(inside, V(load)(g + c) * scale);
       const vf hat = V(keep)(inside, (V(load)(p + c) - mean) * inverse); sum += h;
       products += h * hat;)
  const float k1 = V(sum_lanes)(sum) / (float)columns;
  const float k2 = V(sum_lanes)(products) / (float)columns;
  EACH(const vf scale = gamma ? V(load)(gamma + c) : one;
       const vf hat = (V(load)(p + c) - mean) * inverse;
       V(put)(out + c, (V(load)(g + c) * scale - k1 - hat * k2) * inverse, n);)
}

enum { V(layer_strip) = 256, V(layer_rows) = 32 };

/// Σ dy·x̂ and Σ dy of up to 256 columns over rows [first, last).
static void V(layer_norm_sums)(const float *x, const float *statistics, const float *dy,
                               long columns, long first, long last, long width, double *out1,
                               double *out2) {
  float products[V(layer_strip) + LANES], sums[V(layer_strip) + LANES];
  for (long c = 0; c < width; c++) out1[c] = out2[c] = 0;
  for (long row = first; row < last;) {
    const long end = last - row < V(layer_rows) ? last : row + V(layer_rows);
    for (long c = 0; c < width + LANES - 1; c++) products[c] = sums[c] = 0;
    for (; row < end; row++) {
      const float mean = statistics[2 * row], inverse = statistics[2 * row + 1];
      for (long c = 0; c < width; c += LANES) {
        const vf g = V(load)(dy + row * columns + c);
        const vf hat = (V(load)(x + row * columns + c) - mean) * inverse;
        V(store)(products + c, V(load)(products + c) + g * hat);
        V(store)(sums + c, V(load)(sums + c) + g);
      }
    }
    for (long c = 0; c < width; c++) {
      out1[c] += products[c];
      out2[c] += sums[c];
    }
  }
}

static void V(layer_norm_gradient)(const float *x, const float *statistics,
                                   const float *gamma, const float *dy, float *dx, long rows,
                                   long columns, long slot, double *partial, long low,
                                   long high) {
  for (long item = low; item < high; item++) {
    const long first = item * slot;
    const long last = rows - first < slot ? rows : first + slot;
    if (dx)
      for (long row = first; row < last; row++)
        V(layer_norm_row)(x + row * columns, statistics[2 * row], statistics[2 * row + 1],
                          gamma, dy + row * columns, dx + row * columns, columns);
    if (!partial) continue;
    double *out = partial + item * 2 * columns;
    for (long c = 0; c < columns; c += V(layer_strip)) {
      const long width = columns - c < V(layer_strip) ? columns - c : V(layer_strip);
      V(layer_norm_sums)(x + c, statistics, dy + c, columns, first, last, width, out + c,
                         out + columns + c);
    }
  }
}
#undef EACH
