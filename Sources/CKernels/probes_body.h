// Twelve independent sums hide the latency of a fused multiply-add (4 cycles) on two units, and
// leave room in sixteen registers. The factor keeps every sum near 1.
static double V(multiply_add)(long rounds, float *sink) {
  enum { sums = 12 };
  const vf factor = V(splat)(0.999999f), term = V(splat)(1e-6f);
  vf s[sums];
  for (int i = 0; i < sums; i++) s[i] = V(splat)(1.0f + (float)i * 1e-3f);
  for (long round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < sums; i++) s[i] = s[i] * factor + term;
  }
  vf total = s[0];
  for (int i = 1; i < sums; i++) total = total + s[i];
  *sink = V(sum_lanes)(total);
  return 2.0 * sums * LANES * (double)rounds;
}

static void V(triad)(const float *a, const float *b, float s, float *c, long low, long high) {
  const vf factor = V(splat)(s);
  long i = low;
  for (; i + LANES <= high; i += LANES)
    V(store)(c + i, V(load)(a + i) + factor * V(load)(b + i));
  for (; i < high; i++) c[i] = a[i] + s * b[i];
}
