// Statistics, application and gradient of norms by column; see pointwise_isas.h.

enum { V(norm_strip) = 256, V(norm_rows) = 32 };

/// g = dy where the activation let y through.
static inline vf V(through)(int activation, vf y, vf dy) {
  vi open = (vi){0} == 0;
  if (activation != AK_NORM_NONE) open = y > (vf){0};
  if (activation == AK_NORM_RELU6) open &= y < V(splat)(6.0f);
  return (vf)(open & (vi)dy);
}

/// Adds float sums of up to 32 rows to the doubles and clears them.
static inline void V(flush)(float *sums, double *out, long width) {
  for (long c = 0; c < width; c++) out[c] += sums[c];
  for (long c = 0; c < width + LANES - 1; c++) sums[c] = 0;
}

static void V(moments_strip)(const float *x, const float *origin, long columns, long first,
                             long last, long width, double *out1, double *out2) {
  float sums[V(norm_strip) + LANES] = {0}, squares[V(norm_strip) + LANES] = {0};
  for (long row = first; row < last;) {
    const long end = last - row < V(norm_rows) ? last : row + V(norm_rows);
    for (; row + 4 <= end; row += 4)
      for (long c = 0; c < width; c += LANES) {
        const float *p = x + row * columns + c;
        const vf zero = V(load)(origin + c);
        vf s = V(load)(sums + c), q = V(load)(squares + c);
        for (int k = 0; k < 4; k++) {
          const vf v = V(load)(p + k * columns) - zero;
          s += v;
          q += v * v;
        }
        V(store)(sums + c, s);
        V(store)(squares + c, q);
      }
    for (; row < end; row++)
      for (long c = 0; c < width; c += LANES) {
        const vf v = V(load)(x + row * columns + c) - V(load)(origin + c);
        V(store)(sums + c, V(load)(sums + c) + v);
        V(store)(squares + c, V(load)(squares + c) + v * v);
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

static void V(norm_apply)(const float *x, const float *mean, const float *scale,
                          const float *shift, const float *residual, int activation, float *y,
                          long rows, long columns, long low, long high) {
  for (long row = low; row < high; row++) {
    const long at = row * columns, o = row / rows * columns;
    for (long c = 0; c < columns; c += LANES) {
      vf v = (V(load)(x + at + c) - V(load)(mean + o + c)) * V(load)(scale + o + c);
      if (shift) v += V(load)(shift + c);
      if (residual) v += V(load)(residual + at + c);
      if (activation != AK_NORM_NONE) v = V(at_least)(v, 0.0f);
      if (activation == AK_NORM_RELU6) v = V(at_most)(v, 6.0f);
      if (columns - c >= LANES) V(store)(y + at + c, v);
      else V(store_part)(y + at + c, v, columns - c);
    }
  }
}

static inline __attribute__((always_inline)) void V(gradient_strip)(
    const float *x, const float *y, const float *dy, const float *mean, int activation,
    long columns, long first, long last, long width, double *out1, double *out2) {
  float sums[V(norm_strip) + LANES] = {0}, products[V(norm_strip) + LANES] = {0};
  for (long row = first; row < last;) {
    const long end = last - row < V(norm_rows) ? last : row + V(norm_rows);
    for (; row < end;) {
      const long several = end - row < 4 ? end - row : 4;
      for (long c = 0; c < width; c += LANES) {
        const vf middle = V(load)(mean + c);
        vf s = V(load)(sums + c), q = V(load)(products + c);
        for (long k = 0; k < several; k++) {
          const long at = (row + k) * columns + c;
          vf g = V(load)(dy + at);
          if (activation != AK_NORM_NONE) g = V(through)(activation, V(load)(y + at), g);
          s += g;
          q += g * (V(load)(x + at) - middle);
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

static void V(norm_gradient_sums)(const float *x, const float *y, const float *dy,
                                  const float *mean, int activation, long rows, long columns,
                                  long slot, long slots, double *partial, long low,
                                  long high) {
  for (long item = low; item < high; item++) {
    const long o = item / slots, first = item % slots * slot;
    const long last = rows - first < slot ? rows : first + slot;
    double *out = partial + item * 2 * columns;
    for (long c = 0; c < 2 * columns; c++) out[c] = 0;
    for (long c = 0; c < columns; c += V(norm_strip)) {
      const long width = columns - c < V(norm_strip) ? columns - c : V(norm_strip);
      const long at = o * rows * columns + c;
      if (activation == AK_NORM_NONE)
        V(gradient_strip)(x + at, y, dy + at, mean + o * columns + c, AK_NORM_NONE, columns,
                          first, last, width, out + c, out + columns + c);
      else
        V(gradient_strip)(x + at, y + at, dy + at, mean + o * columns + c, activation,
                          columns, first, last, width, out + c, out + columns + c);
    }
  }
}

static void V(norm_gradient_apply)(const float *x, const float *y, const float *dy,
                                   const float *mean, const float *a, const float *b,
                                   const float *d, int activation, float *dx,
                                   float *dresidual, long rows, long columns, long low,
                                   long high) {
  for (long row = low; row < high; row++) {
    const long at = row * columns, o = row / rows * columns;
    for (long c = 0; c < columns; c += LANES) {
      vf g = V(load)(dy + at + c);
      if (activation != AK_NORM_NONE) g = V(through)(activation, V(load)(y + at + c), g);
      const vf centred = V(load)(x + at + c) - V(load)(mean + o + c);
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
