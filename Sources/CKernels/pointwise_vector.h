// Vectors of LANES floats and the elementary functions on them, for one instruction set.
// No guard: included once per instruction set by pointwise_isas.h.
//
// Loads may read up to 60 bytes past the last element: every buffer has that much slack. Stores
// never pass the end.

typedef float V(vector) __attribute__((vector_size(4 * LANES), may_alias));
typedef float V(loose) __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int V(integers) __attribute__((vector_size(4 * LANES), may_alias));
#define vf V(vector)
#define vi V(integers)

static inline vf V(load)(const float *p) { return *(const V(loose) *)p; }
static inline void V(store)(float *p, vf v) { *(V(loose) *)p = v; }
static inline vf V(splat)(float x) { return (vf){0} + x; }

static inline void V(store_part)(float *p, vf v, long n) { memcpy(p, &v, (size_t)n * 4); }

/// Lane by lane: a where the mask is all ones, b where it is zero.
static inline vf V(pick)(vi mask, vf a, vf b) {
  return (vf)((mask & (vi)a) | (~mask & (vi)b));
}

/// The mask of the first n lanes.
static inline vi V(first)(long n) {
  vi lane;
  for (int i = 0; i < LANES; i++) lane[i] = i;
  return lane < (vi){0} + (int)n;
}

/// n elements, and `fill` in the lanes behind them.
static inline vf V(load_part)(const float *p, long n, float fill) {
  return V(pick)(V(first)(n), V(load)(p), V(splat)(fill));
}

// With a comparison that fails for NaN, these pass a NaN of x on.
static inline vf V(at_least)(vf x, float low) {
  return V(pick)(x < V(splat)(low), V(splat)(low), x);
}
static inline vf V(at_most)(vf x, float high) {
  return V(pick)(x > V(splat)(high), V(splat)(high), x);
}
static inline vf V(vabs)(vf x) { return (vf)((vi)x & 0x7fffffff); }
static inline vf V(vsqrt)(vf x) { return __builtin_elementwise_sqrt(x); }
static inline vf V(with_sign)(vf x, vf of) {
  return (vf)((vi)x | ((vi)of & (int)0x80000000));
}

static inline float V(sum_lanes)(vf v) {
  float t[LANES];
  memcpy(t, &v, sizeof t);
  for (int n = LANES / 2; n > 0; n /= 2)
    for (int i = 0; i < n; i++) t[i] += t[i + n];
  return t[0];
}

static inline float V(max_lanes)(vf v) {
  float t[LANES];
  memcpy(t, &v, sizeof t);
  // A NaN wins, as it does in every other maximum here.
  for (int i = 1; i < LANES; i++) t[0] = t[i] > t[0] || t[i] != t[i] ? t[i] : t[0];
  return t[0];
}

/// Larger of two; NaN if either is NaN.
static inline vf V(vmax)(vf a, vf b) {
  return V(pick)((a > b) | (a != a), a, b);
}
/// Smaller of two; NaN if either is NaN.
static inline vf V(vmin)(vf a, vf b) {
  return V(pick)((a < b) | (a != a), a, b);
}

/// e^x within 2 ulp: 2^n·e^r, |r| ≤ ln 2 / 2, e^r by a minimax polynomial of degree 6.
static inline vf V(vexp)(vf x) {
  x = V(at_most)(V(at_least)(x, -104.0f), 89.0f);
  // Adding 1.5·2^23 leaves the nearest whole number in the low bits.
  const vf z = x * 1.44269504f + 12582912.0f;
  const vf n = z - 12582912.0f;
  vf r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  vf p = r * 0.00139506020f + 0.00836895349f;
  p = p * r + 0.0416662041f;
  p = p * r + 0.166665183f;
  p = p * r + 0.500000010f;
  p = p * (r * r) + r + 1.0f;
  // In two factors, so that results near the ends of the range are right, too.
  const vi whole = (vi)z - 0x4b400000;
  const vi half = whole >> 1;
  return p * (vf)((half + 127) << 23) * (vf)((whole - half + 127) << 23);
}

/// ln x within 2 ulp: x = 2^k·(1 + m), 1 + m in [√½, √2), minimax polynomial of degree 11.
static inline vf V(vlog)(vf x) {
  const vi tiny = x < V(splat)(1.17549435e-38f);
  const vi bits = (vi)V(pick)(tiny, x * 8388608.0f, x);
  const vi k = (bits - 0x3f3504f3) >> 23;
  const vf m = (vf)(bits - (k << 23)) - 1.0f;
  const vf exponent = __builtin_convertvector(k - (tiny & 23), V(vector));
  vf p = m * 0.0692780432f - 0.118084515f;
  p = p * m + 0.118773027f;
  p = p * m - 0.123816582f;
  p = p * m + 0.142177888f;
  p = p * m - 0.166693685f;
  p = p * m + 0.200022692f;
  p = p * m - 0.249999850f;
  p = p * m + 0.333333099f;
  const vf z = m * m;
  vf y = p * m * z;
  y = y - exponent * 2.12194440e-4f;
  y = y - z * 0.5f;
  y = y + m + exponent * 0.693359375f;
  const vf zero = (vf){0};
  y = V(pick)(x == V(splat)(__builtin_inff()), x, y);
  y = V(pick)(x == zero, V(splat)(-__builtin_inff()), y);
  return V(pick)((x < zero) | (x != x), V(splat)(__builtin_nanf("")), y);
}

/// ln(1 + z) for z ≥ 0; the rounding of 1 + z is made good.
static inline vf V(vlog1p)(vf z) {
  const vf u = z + 1.0f;
  const vf correction = (z - (u - 1.0f)) / u;
  // Beyond 2^24 the sum is z itself, and an infinite z must not become NaN.
  return V(vlog)(u) + V(pick)(z < V(splat)(1.6e7f), correction, (vf){0});
}

/// tanh x within 3 ulp.
static inline vf V(vtanh)(vf x) {
  const vf size = V(vabs)(x), z = x * x;
  vf p = z * -0.00566078926f + 0.0206020080f;
  p = p * z - 0.0537292301f;
  p = p * z + 0.133313290f;
  p = p * z - 0.333332783f;
  const vf small = x + x * z * p;
  const vf large = 1.0f - 2.0f / (V(vexp)(size + size) + 1.0f);
  return V(pick)(size < V(splat)(0.625f), small, V(with_sign)(large, x));
}

/// 1 / (1 + e^-x) within 3 ulp where it is not subnormal.
static inline vf V(vsigmoid)(vf x) { return 1.0f / (1.0f + V(vexp)(-x)); }

/// ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|).
static inline vf V(vsoftplus)(vf x) {
  return V(at_least)(x, 0.0f) + V(vlog1p)(V(vexp)(-V(vabs)(x)));
}

/// erfc(u) / exp(-u²) for u ≥ 0 within 3e-7 relative: t·Q(t), t = 1 / (1 + 0.4 u).
static inline vf V(scaled_erfc)(vf u) {
  const vf t = 1.0f / (1.0f + 0.4f * u);
  vf q = t * -0.0278175339f + 0.188403502f;
  q = q * t - 0.476321769f;
  q = q * t + 0.517607573f;
  q = q * t - 0.259715054f;
  q = q * t + 0.258930351f;
  q = q * t + 0.134182591f;
  q = q * t + 0.213963455f;
  q = q * t + 0.225065764f;
  q = q * t + 0.225701131f;
  return q * t;
}

/// The normal distribution: returns Φ(x) with an absolute error below 2e-7, sets φ(x).
static inline vf V(normal)(vf x, vf *density) {
  const vf e = V(vexp)(x * x * -0.5f);
  const vf tail = 0.5f * e * V(scaled_erfc)(V(vabs)(x) * 0.707106781f);
  *density = e * 0.398942280f;
  return V(pick)(x < (vf){0}, tail, 1.0f - tail);
}

/// The error function within 3 ulp.
static inline vf V(verf)(vf x) {
  const vf size = V(vabs)(x), z = x * x;
  vf p = z * 7.88912290e-5f - 8.02084228e-4f;
  p = p * z + 0.00518953545f;
  p = p * z - 0.0268544446f;
  p = p * z + 0.112836002f;
  p = p * z - 0.376126271f;
  p = p * z + 1.12837917f;
  const vf large = 1.0f - V(vexp)(-z) * V(scaled_erfc)(size);
  return V(pick)(size < V(splat)(1.0f), x * p, V(with_sign)(large, x));
}
