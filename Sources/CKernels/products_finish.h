// What follows a product while its output is still in the cache: bias, residual, activation and
// the sums batch normalisation needs.

// eˣ: x = n·ln 2 + r with n an integer and |r| ≤ ln 2 / 2, a degree-6 polynomial for eʳ, n added
// to the exponent; relative error below 2e-7 for −87 ≤ x ≤ 88, clamped outside.
INLINE vec vec_exp(vec x) {
  x = vec_min(vec_max(x, splat(-87.0f)), splat(88.0f));
  const vec shifted = x * 1.44269504f + 12582912.0f;  // 1.5·2²³ rounds to the nearest integer
  const vec n = shifted - 12582912.0f;
  const vec r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  vec p = splat(1.3981999507e-3f) + r * 1.9875691500e-4f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  return (vec)((ivec)p + ((ivec)shifted << 23));
}

// Φ(x) = (1 + erf(x/√2))/2 by Abramowitz and Stegun 7.1.26: absolute error below 2e-7.
INLINE vec vec_normal_cdf(vec x) {
  const vec u = vec_max(x, -x) * 0.70710678f;
  const vec t = 1.0f / (1.0f + 0.3275911f * u);
  vec p = splat(-1.453152027f) + t * 1.061405429f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  const vec tail = p * t * vec_exp(-u * u) * 0.5f;
  const ivec negative = x < (vec){0};
  return (vec)((negative & (ivec)tail) | (~negative & (ivec)(1.0f - tail)));
}

// max(v, 0) that keeps a NaN (a bare maximum would hide it).
INLINE vec rectify(vec v) { return (vec)(~(v < (vec){0}) & (ivec)v); }

INLINE vec activate(vec v, int activation) {
  switch (activation) {
    case AK_RELU: return rectify(v);
    case AK_RELU6: return 6.0f - rectify(6.0f - rectify(v));
    case AK_GELU: return v * vec_normal_cdf(v);
    case AK_SILU: return v / (1.0f + vec_exp(-v));
    case AK_HARD_SWISH:
      return v * vec_min(vec_max(v + 3.0f, (vec){0}), splat(6.0f)) * (1.0f / 6.0f);
    default: return v;
  }
}

// The epilogue on `width` channels of one pixel, the first being `channel`; `offset` is the
// position of `out` in the whole output; sums go to slot `slot` of [stat_slots][channels].
static void finish_pixel(
  const ak_epilogue *e, float *out, long offset, long channel, long width, long slot,
  long channels
) {
  float *sum = e->sum ? e->sum + slot * channels + channel : 0;
  float *square = e->square_sum ? e->square_sum + slot * channels + channel : 0;
  for (long j = 0; j < width; j += VL) {
    const long n = at_most(VL, width - j);
    vec v = load_some(out + j, n);
    if (e->bias) v += load_some(e->bias + channel + j, n);
    if (e->residual) v += load_some(e->residual + offset + j, n);
    if (e->before) store_some(e->before + offset + j, v, n);
    v = activate(v, e->activation);
    store_some(out + j, v, n);
    if (sum) store_some(sum + j, load_some(sum + j, n) + v, n);
    if (square) store_some(square + j, load_some(square + j, n) + v * v, n);
  }
}

static void clear_statistics(
  const ak_epilogue *e, long channel, long width, long slot, long channels
) {
  if (!e) return;
  const size_t bytes = (size_t)width * sizeof(float);
  if (e->sum) memset(e->sum + slot * channels + channel, 0, bytes);
  if (e->square_sum) memset(e->square_sum + slot * channels + channel, 0, bytes);
}

INLINE int has_epilogue(const ak_epilogue *e) {
  return e && (e->bias || e->residual || e->activation || e->before || e->sum || e->square_sum);
}
