// Statistics, application and gradient of norms by column; see pointwise_isas.h.

enum { V(norm_strip) = 256, V(norm_rows) = 32, V(norm_ahead) = 1024 };

#include "pointwise_slopes.h"

static inline __attribute__((always_inline)) vf V(norm_activate)(const int activation, vf v) {
  vf density;
  switch (activation) {
  case AK_NORM_RELU: return V(at_least)(v, 0.0f);
  case AK_NORM_RELU6: return V(at_most)(V(at_least)(v, 0.0f), 6.0f);
  case AK_NORM_HARD_SWISH:
    return v * V(at_most)(V(at_least)(v + 3.0f, 0.0f), 6.0f) * (1.0f / 6.0f);
  case AK_NORM_SILU: return v * V(vsigmoid)(v);
  case AK_NORM_GELU: return v * V(normal)(v, &density);
  default: return v;
  }
}

/// g = dy·act'(v); for ReLU and ReLU6 v may be the result.
static inline __attribute__((always_inline)) vf V(through)(const int activation, vf v, vf dy) {
  switch (activation) {
  case AK_NORM_RELU: return V(gate)(v > (vf){0}, dy);
  case AK_NORM_RELU6: return V(gate)((v > (vf){0}) & (v < V(splat)(6.0f)), dy);
  case AK_NORM_HARD_SWISH: return dy * V(hard_swish_slope)(v);
  case AK_NORM_SILU: return dy * V(silu_slope)(v);
  case AK_NORM_GELU: return dy * V(gelu_slope)(v);
  default: return dy;
  }
}

// Runs a function of a constant activation.
#define WITH_ACTIVATION(activation, call)                                                  \
  switch (activation) {                                                                    \
  case AK_NORM_RELU: call(AK_NORM_RELU); break;                                            \
  case AK_NORM_RELU6: call(AK_NORM_RELU6); break;                                          \
  case AK_NORM_HARD_SWISH: call(AK_NORM_HARD_SWISH); break;                                \
  case AK_NORM_SILU: call(AK_NORM_SILU); break;                                            \
  case AK_NORM_GELU: call(AK_NORM_GELU); break;                                            \
  default: call(AK_NORM_NONE);                                                             \
  }

/// Adds float sums of up to 32 rows to the doubles and clears them.
static inline void V(flush)(float *sums, double *out, long width) {
  for (long c = 0; c < width; c++) out[c] += sums[c];
  for (long c = 0; c < width + LANES - 1; c++) sums[c] = 0;
}

/// Rows whose sums stay in registers while their vectors of one place are added: a few KiB of them.
/// As many are asked for ahead, since the processor does not foresee so many streams.
static inline long V(norm_group)(long columns) {
  return columns <= 128 ? V(norm_rows) : columns <= 256 ? V(norm_rows) / 2 : V(norm_rows) / 4;
}

static void V(moments_strip)(const float *x, const float *origin, long columns, long first,
                             long last, long width, double *out1, double *out2) {
  float sums[V(norm_strip) + LANES] = {0}, squares[V(norm_strip) + LANES] = {0};
  const long group = V(norm_group)(columns), ahead = group * columns;
  for (long row = first; row < last;) {
    const long end = last - row < V(norm_rows) ? last : row + V(norm_rows);
    while (row < end) {
      const long several = end - row < group ? end - row : group;
      for (long c = 0; c < width; c += LANES) {
        const float *p = x + row * columns + c;
        const vf zero = V(load)(origin + c);
        vf s = V(load)(sums + c), q = V(load)(squares + c);
        for (long k = 0; k < several; k++, p += columns) {
          __builtin_prefetch(p + ahead);
          const vf v = V(load)(p) - zero;
          s += v;
          q += v * v;
        }
        V(store)(sums + c, s);
        V(store)(squares + c, q);
      }
      row += several;
    }
    V(flush)(sums, out1, width);
    V(flush)(squares, out2, width);
  }
}

static void V(moments)(const float *x, long rows, long columns, long slot, long slots,
                       double *partial, long low, long high) {
  for (long item = low; item < high; item++) {
    const float *base = x + item / slots * rows * columns;
    const long first = item % slots * slot;
    const long last = rows - first < slot ? rows : first + slot;
    double *out = partial + item * 2 * columns;
    for (long c = 0; c < 2 * columns; c++) out[c] = 0;
    for (long c = 0; c < columns; c += V(norm_strip)) {
      const long width = columns - c < V(norm_strip) ? columns - c : V(norm_strip);
      V(moments_strip)(base + c, base + c, columns, first, last, width, out + c,
                       out + columns + c);
    }
  }
}

static inline __attribute__((always_inline)) void V(apply_rows)(
    const int activation, const float *x, const float *mean, const float *scale,
    const float *shift, const float *residual, float *y, long rows, long columns, long low,
    long high) {
  for (long row = low; row < high; row++) {
    const long at = row * columns, o = row / rows * columns;
    for (long c = 0; c < columns; c += LANES) {
      vf v = (V(load)(x + at + c) - V(load)(mean + o + c)) * V(load)(scale + o + c);
      if (shift) v += V(load)(shift + c);
      if (residual) v += V(load)(residual + at + c);
      v = V(norm_activate)(activation, v);
      if (columns - c >= LANES) V(store)(y + at + c, v);
      else V(store_part)(y + at + c, v, columns - c);
    }
  }
}

static void V(norm_apply)(const float *x, const float *mean, const float *scale,
                          const float *shift, const float *residual, int activation, float *y,
                          long rows, long columns, long low, long high) {
#define CALL(constant)                                                                     \
  V(apply_rows)(constant, x, mean, scale, shift, residual, y, rows, columns, low, high)
  WITH_ACTIVATION(activation, CALL)
#undef CALL
}

/// g of one vector, `at` from the first number of its outer index, columns from c.
static inline __attribute__((always_inline)) vf V(norm_slope)(
    const int activation, const ak_norm_gradient *n, long at, long c, vf centred) {
  const vf dy = V(load)(n->dy + at);
  if (activation == AK_NORM_NONE) return dy;
  if (n->y) return V(through)(activation, V(load)(n->y + at), dy);
  vf v = centred * V(load)(n->scale + c);
  if (n->shift) v += V(load)(n->shift + c);
  return V(through)(activation, v, dy);
}

static inline __attribute__((always_inline)) void V(gradient_strip)(
    const int activation, const ak_norm_gradient *n, long first, long last, long column,
    long width, double *out1, double *out2) {
  const long columns = n->columns;
  float sums[V(norm_strip) + LANES] = {0}, products[V(norm_strip) + LANES] = {0};
  for (long row = first; row < last;) {
    const long end = last - row < V(norm_rows) ? last : row + V(norm_rows);
    while (row < end) {
      const long several = end - row < 4 ? end - row : 4;
      for (long c = 0; c < width; c += LANES) {
        const vf middle = V(load)(n->mean + column + c);
        vf s = V(load)(sums + c), q = V(load)(products + c);
        for (long k = 0; k < several; k++) {
          const long at = (row + k) * columns + column + c;
          // Columns come in strips, so the processor does not foresee what comes next.
          __builtin_prefetch(n->x + at + V(norm_ahead));
          __builtin_prefetch(n->dy + at + V(norm_ahead));
          if (n->y) __builtin_prefetch(n->y + at + V(norm_ahead));
          const vf centred = V(load)(n->x + at) - middle;
          const vf g = V(norm_slope)(activation, n, at, column + c, centred);
          s += g;
          q += g * centred;
        }
        V(store)(sums + c, s);
        V(store)(products + c, q);
      }
      row += several;
    }
    V(flush)(sums, out1, width);
    V(flush)(products, out2, width);
  }
}

/// What belongs to outer index o alone.
static inline ak_norm_gradient V(norm_part)(const ak_norm_gradient *n, long o) {
  ak_norm_gradient part = *n;
  const long at = o * n->rows * n->columns;
  part.x += at;
  part.dy += at;
  if (n->y) part.y += at;
  part.mean += o * n->columns;
  if (n->scale) part.scale += o * n->columns;
  return part;
}

static void V(norm_gradient_sums)(const ak_norm_gradient *n, long slot, long slots,
                                  double *partial, long low, long high) {
  const long columns = n->columns;
  for (long item = low; item < high; item++) {
    const ak_norm_gradient part = V(norm_part)(n, item / slots);
    const long first = item % slots * slot;
    const long last = n->rows - first < slot ? n->rows : first + slot;
    double *out = partial + item * 2 * columns;
    for (long c = 0; c < 2 * columns; c++) out[c] = 0;
    for (long c = 0; c < columns; c += V(norm_strip)) {
      const long width = columns - c < V(norm_strip) ? columns - c : V(norm_strip);
#define CALL(constant)                                                                     \
  V(gradient_strip)(constant, &part, first, last, c, width, out + c, out + columns + c)
      WITH_ACTIVATION(n->activation, CALL)
#undef CALL
    }
  }
}

static inline __attribute__((always_inline)) void V(gradient_rows)(
    const int activation, const ak_norm_gradient *n, const float *a, const float *b,
    const float *d, float *dx, float *dresidual, long low, long high) {
  const long columns = n->columns;
  for (long row = low; row < high; row++) {
    const long at = row * columns, o = row / n->rows * columns;
    for (long c = 0; c < columns; c += LANES) {
      const vf centred = V(load)(n->x + at + c) - V(load)(n->mean + o + c);
      const vf g = V(norm_slope)(activation, n, at + c, o + c, centred);
      const vf v = V(load)(a + o + c) * g - V(load)(b + o + c) - centred * V(load)(d + o + c);
      if (columns - c >= LANES) {
        V(store)(dx + at + c, v);
        if (dresidual) V(store)(dresidual + at + c, g);
      } else {
        V(store_part)(dx + at + c, v, columns - c);
        if (dresidual) V(store_part)(dresidual + at + c, g, columns - c);
      }
    }
  }
}

static void V(norm_gradient_apply)(const ak_norm_gradient *n, const float *a, const float *b,
                                   const float *d, float *dx, float *dresidual, long low,
                                   long high) {
#define CALL(constant) V(gradient_rows)(constant, n, a, b, d, dx, dresidual, low, high)
  WITH_ACTIVATION(n->activation, CALL)
#undef CALL
}
#undef WITH_ACTIVATION
