// Functions of one number; see pointwise_isas.h.

// Runs over the range; the last, partial vector goes through the same arithmetic.
#define MAP(...)                                                                           \
  do {                                                                                     \
    long i = low;                                                                          \
    for (; i + LANES <= high; i += LANES) {                                                \
      const vf v = V(load)(x + i);                                                         \
      V(store)(y + i, __VA_ARGS__);                                                        \
    }                                                                                      \
    if (i < high) {                                                                        \
      const vf v = V(load)(x + i);                                                         \
      V(store_part)(y + i, __VA_ARGS__, high - i);                                         \
    }                                                                                      \
  } while (0)

static inline vf V(gelu)(vf x) {
  vf density;
  return x * V(normal)(x, &density);
}

static inline vf V(clamp)(vf x, float a, float b) {
  return V(at_most)(V(at_least)(x, a), b);
}

/// tanh(softplus(x)) = n / (n + 2), n = e^x·(e^x + 2); 1 within rounding from x = 20 on.
static inline vf V(tanh_softplus)(vf x) {
  const vf e = V(vexp)(V(at_most)(x, 20.0f));
  const vf n = e * (e + 2.0f);
  return n / (n + 2.0f);
}

static inline vf V(elu)(vf x, float a) {
  // e^x - 1 = 2·tanh(x/2) / (1 - tanh(x/2)) keeps its digits near zero.
  const vf t = V(vtanh)(x * 0.5f);
  return V(pick)(x > (vf){0}, x, a * 2.0f * t / (1.0f - t));
}

static inline vf V(sign)(vf x) {
  return V(pick)(x > (vf){0}, V(splat)(1), V(pick)(x < (vf){0}, V(splat)(-1), x));
}

static void V(smooth)(int op, const float *x, float *y, long low, long high) {
  switch (op) {
  case AK_UNARY_EXP: MAP(V(vexp)(v)); break;
  case AK_UNARY_LOG: MAP(V(vlog)(v)); break;
  case AK_UNARY_TANH: MAP(V(vtanh)(v)); break;
  case AK_UNARY_SIGMOID: MAP(V(vsigmoid)(v)); break;
  case AK_UNARY_ERF: MAP(V(verf)(v)); break;
  case AK_UNARY_SOFTPLUS: MAP(V(vsoftplus)(v)); break;
  case AK_UNARY_GELU: MAP(V(gelu)(v)); break;
  case AK_UNARY_SILU: MAP(v * V(vsigmoid)(v)); break;
  case AK_UNARY_MISH: MAP(v * V(tanh_softplus)(v)); break;
  default: break;
  }
}

/// x^a for whole a by squaring; the others take the C library's function.
static void V(power)(const float *x, float *y, float a, long low, long high) {
  if (a == 3.0f) MAP(v * v * v);
  else if (a == 4.0f) MAP((v * v) * (v * v));
  else if (a == 0.5f) MAP(V(vsqrt)(v));
  else if (a == -2.0f) MAP(1.0f / (v * v));
  else
    for (long i = low; i < high; i++) y[i] = __builtin_powf(x[i], a);
}

static void V(unary)(int op, const float *x, float *y, float a, float b, long low,
                     long high) {
  switch (op) {
  case AK_UNARY_NEGATE: MAP(-v); break;
  case AK_UNARY_ABSOLUTE: MAP(V(vabs)(v)); break;
  case AK_UNARY_SIGN: MAP(V(sign)(v)); break;
  case AK_UNARY_RECIPROCAL: MAP(1.0f / v); break;
  case AK_UNARY_SQUARE: MAP(v * v); break;
  case AK_UNARY_SQUARE_ROOT: MAP(V(vsqrt)(v)); break;
  case AK_UNARY_RECIPROCAL_ROOT: MAP(1.0f / V(vsqrt)(v)); break;
  case AK_UNARY_RELU: MAP(V(at_least)(v, 0.0f)); break;
  case AK_UNARY_RELU6: MAP(V(clamp)(v, 0.0f, 6.0f)); break;
  case AK_UNARY_LEAKY_RELU: MAP(V(pick)(v > (vf){0}, v, a * v)); break;
  case AK_UNARY_ELU: MAP(V(elu)(v, a)); break;
  case AK_UNARY_HARD_SWISH: MAP(v * V(clamp)(v + 3.0f, 0.0f, 6.0f) * (1.0f / 6.0f)); break;
  case AK_UNARY_HARD_SIGMOID: MAP(V(clamp)(v + 3.0f, 0.0f, 6.0f) * (1.0f / 6.0f)); break;
  case AK_UNARY_POWER: V(power)(x, y, a, low, high); break;
  case AK_UNARY_AFFINE: MAP(v * a + b); break;
  case AK_UNARY_CLAMP: MAP(V(clamp)(v, a, b)); break;
  case AK_UNARY_STEP: MAP(V(pick)(v > V(splat)(a), V(splat)(1), (vf){0})); break;
  case AK_UNARY_SINE:
    for (long i = low; i < high; i++) y[i] = __builtin_sinf(x[i]);
    break;
  case AK_UNARY_COSINE:
    for (long i = low; i < high; i++) y[i] = __builtin_cosf(x[i]);
    break;
  default: V(smooth)(op, x, y, low, high);
  }
}
#undef MAP
