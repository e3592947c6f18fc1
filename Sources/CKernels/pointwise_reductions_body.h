// Sums and extremes; see pointwise_isas.h.

static inline vf V(combine)(int op, vf sum, vf v) {
  switch (op) {
  case AK_SUM: return sum + v;
  case AK_SUM_OF_SQUARES: return sum + v * v;
  case AK_LARGEST: return V(vmax)(sum, v);
  default: return V(vmin)(sum, v);
  }
}

static inline float V(neutral)(int op) {
  return op == AK_LARGEST ? -__builtin_inff() : op == AK_SMALLEST ? __builtin_inff() : 0.0f;
}

static inline double V(combine_one)(int op, double a, double b) {
  if (op == AK_SUM || op == AK_SUM_OF_SQUARES) return a + b;
  if (op == AK_LARGEST) return b > a || b != b ? b : a;
  return b < a || b != b ? b : a;
}

/// All lanes of four accumulators as one number.
static inline float V(collapse)(int op, const vf *sums) {
  const int plain = op == AK_SUM_OF_SQUARES ? AK_SUM : op;
  const vf v = V(combine)(plain, V(combine)(plain, sums[0], sums[1]),
                          V(combine)(plain, sums[2], sums[3]));
  if (plain == AK_SUM) return V(sum_lanes)(v);
  return plain == AK_LARGEST ? V(max_lanes)(v) : -V(max_lanes)(-v);
}

static inline __attribute__((always_inline)) double V(reduce_run)(int op, const float *x,
                                                                  long n) {
  const float neutral = V(neutral)(op);
  double total = neutral;
  for (long start = 0; start < n; start += 1024) {
    const float *p = x + start;
    const long m = n - start < 1024 ? n - start : 1024;
    vf sums[4];
    for (int k = 0; k < 4; k++) sums[k] = V(splat)(neutral);
    long i = 0;
    for (; i + 4 * LANES <= m; i += 4 * LANES)
      for (int k = 0; k < 4; k++)
        sums[k] = V(combine)(op, sums[k], V(load)(p + i + k * LANES));
    for (; i + LANES <= m; i += LANES) sums[0] = V(combine)(op, sums[0], V(load)(p + i));
    if (i < m) sums[1] = V(combine)(op, sums[1], V(load_part)(p + i, m - i, neutral));
    total = V(combine_one)(op, total, V(collapse)(op, sums));
  }
  return total;
}

static double V(reduce_any_run)(int op, const float *x, long n) {
  switch (op) {
  case AK_SUM: return V(reduce_run)(AK_SUM, x, n);
  case AK_SUM_OF_SQUARES: return V(reduce_run)(AK_SUM_OF_SQUARES, x, n);
  case AK_LARGEST: return V(reduce_run)(AK_LARGEST, x, n);
  default: return V(reduce_run)(AK_SMALLEST, x, n);
  }
}

static void V(reduce_rows)(int op, const float *x, long columns, long slot, long slots,
                           double *partial, long low, long high) {
  for (long item = low; item < high; item++) {
    const long start = item % slots * slot;
    const long n = columns - start < slot ? columns - start : slot;
    partial[item] = V(reduce_any_run)(op, x + item / slots * columns + start, n);
  }
}

enum { V(strip) = 512, V(rows_in_float) = 32 };

/// Rows [first, last) of up to 512 columns into doubles: float sums of 32 rows, 4 at a time.
static inline __attribute__((always_inline)) void V(reduce_strip)(
    int op, const float *x, long columns, long first, long last, long width, double *out) {
  const float neutral = V(neutral)(op);
  float sums[V(strip) + LANES];
  for (long c = 0; c < width; c++) out[c] = neutral;
  for (long row = first; row < last;) {
    const long end = last - row < V(rows_in_float) ? last : row + V(rows_in_float);
    for (long c = 0; c < width + LANES - 1; c++) sums[c] = neutral;
    for (; row + 4 <= end; row += 4)
      for (long c = 0; c < width; c += LANES) {
        const float *p = x + row * columns + c;
        vf sum = V(load)(sums + c);
        for (int k = 0; k < 4; k++) sum = V(combine)(op, sum, V(load)(p + k * columns));
        V(store)(sums + c, sum);
      }
    for (; row < end; row++)
      for (long c = 0; c < width; c += LANES)
        V(store)(sums + c, V(combine)(op, V(load)(sums + c), V(load)(x + row * columns + c)));
    for (long c = 0; c < width; c++) out[c] = V(combine_one)(op, out[c], sums[c]);
  }
}

static void V(reduce_columns)(int op, const float *x, long rows, long columns, long slot,
                              long slots, double *partial, long low, long high) {
  for (long item = low; item < high; item++) {
    const float *base = x + item / slots * rows * columns;
    const long first = item % slots * slot;
    const long last = rows - first < slot ? rows : first + slot;
    for (long c = 0; c < columns; c += V(strip)) {
      const long width = columns - c < V(strip) ? columns - c : V(strip);
      double *out = partial + item * columns + c;
      switch (op) {
      case AK_SUM: V(reduce_strip)(AK_SUM, base + c, columns, first, last, width, out); break;
      case AK_SUM_OF_SQUARES:
        V(reduce_strip)(AK_SUM_OF_SQUARES, base + c, columns, first, last, width, out);
        break;
      default: V(reduce_strip)(op, base + c, columns, first, last, width, out);
      }
    }
  }
}

static void V(reduce_finish)(int op, const double *partial, long slots, long width,
                             double scale, float *y, long low, long high) {
  for (long i = low; i < high; i++) {
    const double *p = partial + i / width * slots * width + i % width;
    double total = p[0];
    for (long s = 1; s < slots; s++) total = V(combine_one)(op, total, p[s * width]);
    y[i] = (float)(total * scale);
  }
}

static void V(dot)(const float *a, const float *b, long count, long slot, double *partial,
                   long low, long high) {
  for (long item = low; item < high; item++) {
    const long start = item * slot, end = count - start < slot ? count : start + slot;
    double total = 0;
    for (long i = start; i < end;) {
      const long stop = end - i < 1024 ? end : i + 1024;
      vf sum = {0};
      for (; i + LANES <= stop; i += LANES) sum += V(load)(a + i) * V(load)(b + i);
      if (i < stop)
        sum += V(load_part)(a + i, stop - i, 0) * V(load_part)(b + i, stop - i, 0);
      i = stop;
      total += V(sum_lanes)(sum);
    }
    partial[item] = total;
  }
}

static void V(argmax_rows)(const float *x, int32_t *y, long columns, long low, long high) {
  for (long row = low; row < high; row++) {
    const float *p = x + row * columns;
    const float best = (float)V(reduce_run)(AK_LARGEST, p, columns);
    long c = 0;
    while (c + 1 < columns && !(p[c] == best || p[c] != p[c])) c++;
    y[row] = (int32_t)c;
  }
}
