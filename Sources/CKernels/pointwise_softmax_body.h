// Softmax and its losses by rows; see pointwise_isas.h.

// Runs `...` with v = x·scale for every vector of a row; `n` lanes of it count.
#define EACH(...)                                                                          \
  for (long i = 0; i < columns; i += LANES) {                                              \
    const long n = columns - i < LANES ? columns - i : LANES;                              \
    const vi inside __attribute__((unused)) = V(first)(n);                                 \
    __VA_ARGS__                                                                            \
  }

static inline vf V(keep)(vi mask, vf v) { return (vf)(mask & (vi)v); }

static inline void V(put)(float *p, vf v, long n) {
  if (n == LANES) V(store)(p, v);
  else V(store_part)(p, v, n);
}

/// Largest number of a row and ln Σ e^(x·scale) of it.
static inline float V(log_sum_of)(const float *x, long columns, float scale) {
  vf most = V(splat)(-__builtin_inff());
  EACH(most = V(vmax)(most, V(pick)(inside, V(load)(x + i) * scale, most));)
  const float largest = V(max_lanes)(most);
  vf sum = {0};
  EACH(sum += V(keep)(inside, V(vexp)(V(load)(x + i) * scale - largest));)
  const vf logarithm = V(vlog)(V(splat)(V(sum_lanes)(sum)));
  return largest + logarithm[0];
}

static void V(softmax)(const float *x, float *y, long columns, long low, long high) {
  for (long row = low; row < high; row++) {
    const float *p = x + row * columns;
    float *out = y + row * columns;
    vf most = V(splat)(-__builtin_inff());
    EACH(most = V(vmax)(most, V(pick)(inside, V(load)(p + i), most));)
    const float largest = V(max_lanes)(most);
    vf sum = {0};
    EACH(const vf e = V(vexp)(V(load)(p + i) - largest); sum += V(keep)(inside, e);
         V(put)(out + i, e, n);)
    const float inverse = 1.0f / V(sum_lanes)(sum);
    EACH(V(put)(out + i, V(load)(out + i) * inverse, n);)
  }
}

static void V(log_softmax)(const float *x, float *y, long columns, long low, long high) {
  for (long row = low; row < high; row++) {
    const float *p = x + row * columns;
    float *out = y + row * columns;
    vf most = V(splat)(-__builtin_inff());
    EACH(most = V(vmax)(most, V(pick)(inside, V(load)(p + i), most));)
    const float largest = V(max_lanes)(most);
    vf sum = {0};
    EACH(sum += V(keep)(inside, V(vexp)(V(load)(p + i) - largest));)
    // Taken off in two steps: the largest number may be far from the logarithm.
    const vf logarithm = V(splat)(V(vlog)(V(splat)(V(sum_lanes)(sum)))[0]);
    EACH(V(put)(out + i, V(load)(p + i) - largest - logarithm, n);)
  }
}

static void V(softmax_backward)(const float *y, const float *dy, float *dx, long columns,
                                long low, long high) {
  for (long row = low; row < high; row++) {
    const float *p = y + row * columns, *g = dy + row * columns;
    vf sum = {0};
    EACH(sum += V(keep)(inside, V(load)(p + i) * V(load)(g + i));)
    const float total = V(sum_lanes)(sum);
    EACH(V(put)(dx + row * columns + i, V(load)(p + i) * (V(load)(g + i) - total), n);)
  }
}

static void V(log_softmax_backward)(const float *y, const float *dy, float *dx, long columns,
                                    long low, long high) {
  for (long row = low; row < high; row++) {
    const float *p = y + row * columns, *g = dy + row * columns;
    vf sum = {0};
    EACH(sum += V(keep)(inside, V(load)(g + i));)
    const float total = V(sum_lanes)(sum);
    EACH(V(put)(dx + row * columns + i, V(load)(g + i) - V(vexp)(V(load)(p + i)) * total, n);)
  }
}

static void V(cross_entropy)(const float *x, const int32_t *labels, float *loss,
                             float *log_sum, long columns, float smoothing, int32_t ignored,
                             long low, long high) {
  for (long row = low; row < high; row++) {
    const float *p = x + row * columns;
    log_sum[row] = V(log_sum_of)(p, columns, 1.0f);
    loss[row] = 0;
    if (labels[row] == ignored) continue;
    loss[row] = (1.0f - smoothing) * (log_sum[row] - p[labels[row]]);
    if (smoothing == 0.0f) continue;
    vf sum = {0};
    EACH(sum += V(keep)(inside, log_sum[row] - V(load)(p + i));)
    loss[row] += smoothing / (float)columns * V(sum_lanes)(sum);
  }
}

static void V(cross_entropy_backward)(const float *x, const int32_t *labels,
                                      const float *log_sum, const float *dloss, float *dx,
                                      long columns, float smoothing, int32_t ignored,
                                      long low, long high) {
  const float share = smoothing / (float)columns;
  for (long row = low; row < high; row++) {
    const float *p = x + row * columns;
    float *out = dx + row * columns;
    const float g = labels[row] == ignored ? 0.0f : dloss[row];
    EACH(V(put)(out + i, (V(vexp)(V(load)(p + i) - log_sum[row]) - share) * g, n);)
    if (labels[row] != ignored) out[labels[row]] -= (1.0f - smoothing) * g;
  }
}

static void V(divergence)(const float *a, const float *b, float *kl, float *log_sums,
                          long columns, float scale, long low, long high) {
  for (long row = low; row < high; row++) {
    const float *p = a + row * columns, *q = b + row * columns;
    const float la = V(log_sum_of)(p, columns, scale), lb = V(log_sum_of)(q, columns, scale);
    vf sum = {0};
    EACH(const vf lp = V(load)(p + i) * scale - la; const vf lq = V(load)(q + i) * scale - lb;
         const vf e = V(vexp)(lp);
         // A class without probability adds nothing, whatever the other says.
         sum += V(keep)(inside & (e != (vf){0}), e * (lp - lq));)
    kl[row] = V(sum_lanes)(sum);
    log_sums[2 * row] = la;
    log_sums[2 * row + 1] = lb;
  }
}

static void V(divergence_backward)(const float *a, const float *b, const float *kl,
                                   const float *log_sums, const float *dkl, float *da,
                                   float *db, long columns, float scale, long low,
                                   long high) {
  for (long row = low; row < high; row++) {
    const float *p = a + row * columns, *q = b + row * columns;
    const float la = log_sums[2 * row], lb = log_sums[2 * row + 1];
    const float g = dkl[row] * scale;
    EACH(const vf lp = V(load)(p + i) * scale - la; const vf lq = V(load)(q + i) * scale - lb;
         const vf e = V(vexp)(lp);
         if (db) V(put)(db + row * columns + i, g * (V(vexp)(lq) - e), n);
         if (da) V(put)(da + row * columns + i,
                        V(keep)(e != (vf){0}, g * e * (lp - lq - kl[row])), n);)
  }
}
#undef EACH
