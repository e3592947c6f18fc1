// Vectors of VL floats, loads and stores at any alignment.

#pragma clang fp contract(fast)

typedef float vec __attribute__((vector_size(VL * 4), aligned(4), may_alias));
typedef int32_t ivec __attribute__((vector_size(VL * 4), aligned(4), may_alias));

INLINE vec load(const float *p) { return *(const vec *)p; }
INLINE void store(float *p, vec v) { *(vec *)p = v; }
INLINE vec splat(float a) { return (vec){0} + a; }

INLINE vec vec_min(vec a, vec b) { return __builtin_elementwise_min(a, b); }
INLINE vec vec_max(vec a, vec b) { return __builtin_elementwise_max(a, b); }

// The first n ≤ VL floats at p, zero beyond.
INLINE vec load_some(const float *p, long n) {
  if (n >= VL) return load(p);
#if AK_ISA == 3
  return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
#else
  float t[VL] = {0};
  for (long i = 0; i < n; i++) t[i] = p[i];
  return load(t);
#endif
}

INLINE void store_some(float *p, vec v, long n) {
  if (n >= VL) {
    store(p, v);
    return;
  }
#if AK_ISA == 3
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
#else
  float t[VL];
  store(t, v);
  for (long i = 0; i < n; i++) p[i] = t[i];
#endif
}

INLINE long at_most(long a, long b) { return a < b ? a : b; }
INLINE long at_least(long a, long b) { return a > b ? a : b; }
INLINE long ceil_div(long a, long b) { return (a + b - 1) / b; }
INLINE long round_up(long a, long b) { return ceil_div(a, b) * b; }

// Exchanges lanes and registers of a VL×VL block: r[i][j] ↔ r[j][i], in log₂ VL stages; stage d
// swaps the off-diagonal halves of every 2d×2d block (Eklundh 1972).
#define LOW(j, d) (((j) & (d)) ? VL + (j) - (d) : (j))
#define HIGH(j, d) (((j) & (d)) ? VL + (j) : (j) + (d))
#define LANES_4(F, o, d) F(o + 0, d), F(o + 1, d), F(o + 2, d), F(o + 3, d)
#if VL == 16
#define LANES(F, d) \
  LANES_4(F, 0, d), LANES_4(F, 4, d), LANES_4(F, 8, d), LANES_4(F, 12, d)
#elif VL == 8
#define LANES(F, d) LANES_4(F, 0, d), LANES_4(F, 4, d)
#else
#define LANES(F, d) LANES_4(F, 0, d)
#endif
#define TRANSPOSE_STAGE(d) TRANSPOSE_ROWS(VL, d)
#define TRANSPOSE_ROWS(rows, d)                                  \
  UNROLL for (int i = 0; i < (rows); i++) {                      \
    if (!(i & (d))) {                                            \
      vec a = r[i], b = r[i + (d)];                              \
      r[i] = __builtin_shufflevector(a, b, LANES(LOW, d));       \
      r[i + (d)] = __builtin_shufflevector(a, b, LANES(HIGH, d)); \
    }                                                            \
  }

INLINE void transpose_vectors(vec *r) {
  TRANSPOSE_STAGE(1)
  TRANSPOSE_STAGE(2)
#if VL >= 8
  TRANSPOSE_STAGE(4)
#endif
#if VL >= 16
  TRANSPOSE_STAGE(8)
#endif
}

// out[j][i] = in[i][j] for i < rows, j < columns; lanes of `out` beyond `rows` up to VL are
// written too (zero), so its rows must hold VL floats.
static void transpose_block(
  const float *in, long ld_in, long rows, long columns, float *out, long ld_out
) {
  vec r[VL];
  if (rows == VL && columns == VL) {
    UNROLL for (int i = 0; i < VL; i++) r[i] = load(in + i * ld_in);
    transpose_vectors(r);
    UNROLL for (int i = 0; i < VL; i++) store(out + i * ld_out, r[i]);
    return;
  }
  for (long j = 0; j < columns; j++) {
    for (long i = 0; i < VL; i++) out[j * ld_out + i] = i < rows ? in[i * ld_in + j] : 0;
  }
}

// Takes the next `floats` from a scratch buffer, keeping 64-byte alignment.
static inline float *carve(float **scratch, long floats) {
  float *p = *scratch;
  *scratch += round_up(floats, 16);
  return p;
}
