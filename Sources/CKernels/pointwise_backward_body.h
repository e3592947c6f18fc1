// dx = dy·f'(…) of functions of one number; see pointwise_isas.h.

#include "pointwise_slopes.h"

// v is the saved tensor's vector, g the gradient's.
#define MAP(...)                                                                           \
  do {                                                                                     \
    long i = low;                                                                          \
    for (; i + LANES <= high; i += LANES) {                                                \
      const vf v = V(load)(s + i), g = V(load)(dy + i);                                    \
      V(store)(dx + i, __VA_ARGS__);                                                       \
    }                                                                                      \
    if (i < high) {                                                                        \
      const vf v = V(load)(s + i), g = V(load)(dy + i);                                    \
      V(store_part)(dx + i, __VA_ARGS__, high - i);                                        \
    }                                                                                      \
  } while (0)

/// t + x·σ·(1 - t²), t = tanh(softplus x) = n / (n + 2); 1 - t² = 4·(n + 1) / (n + 2)².
static inline vf V(mish_slope)(vf x) {
  const vf e = V(vexp)(V(at_most)(x, 20.0f));
  const vf n = e * (e + 2.0f), inverse = 1.0f / (n + 2.0f);
  return n * inverse + x * (e / (1.0f + e)) * (4.0f * (n + 1.0f) * inverse * inverse);
}

/// From the input: every function that is not given by its result.
static void V(from_input)(int op, const float *s, const float *dy, float *dx, float a,
                          float b, long low, long high) {
  const vf zero = {0};
  switch (op) {
  case AK_UNARY_LOG: MAP(g / v); break;
  case AK_UNARY_ERF: MAP(g * (1.12837917f * V(vexp)(-v * v))); break;
  case AK_UNARY_SOFTPLUS: MAP(g * V(vsigmoid)(v)); break;
  case AK_UNARY_LEAKY_RELU: MAP(V(pick)(v > zero, g, a * g)); break;
  case AK_UNARY_ELU: MAP(V(pick)(v > zero, g, a * g * V(vexp)(v))); break;
  case AK_UNARY_GELU: MAP(g * V(gelu_slope)(v)); break;
  case AK_UNARY_SILU: MAP(g * V(silu_slope)(v)); break;
  case AK_UNARY_HARD_SWISH: MAP(g * V(hard_swish_slope)(v)); break;
  case AK_UNARY_HARD_SIGMOID:
    MAP(V(gate)((v > V(splat)(-3.0f)) & (v < V(splat)(3.0f)), g * (1.0f / 6.0f)));
    break;
  case AK_UNARY_MISH: MAP(g * V(mish_slope)(v)); break;
  // As PyTorch: at the very ends of the interval the gradient passes.
  case AK_UNARY_CLAMP: MAP(V(gate)((v >= V(splat)(a)) & (v <= V(splat)(b)), g)); break;
  case AK_UNARY_ABSOLUTE:
    MAP(V(pick)(v > zero, g, V(pick)(v < zero, -g, zero)));
    break;
  default: break;
  }
}

static void V(unary_backward)(int op, const float *s, const float *dy, float *dx, float a,
                              float b, long low, long high) {
  const vf zero = {0};
  switch (op) {
  case AK_UNARY_EXP: MAP(g * v); break;
  case AK_UNARY_SQUARE_ROOT: MAP(g * 0.5f / v); break;
  case AK_UNARY_RECIPROCAL_ROOT: MAP(g * -0.5f * v * v * v); break;
  case AK_UNARY_TANH: MAP(g * (1.0f - v * v)); break;
  case AK_UNARY_SIGMOID: MAP(g * v * (1.0f - v)); break;
  case AK_UNARY_RELU: MAP(V(gate)(v > zero, g)); break;
  case AK_UNARY_RELU6: MAP(V(gate)((v > zero) & (v < V(splat)(6.0f)), g)); break;
  default: V(from_input)(op, s, dy, dx, a, b, low, high);
  }
}
#undef MAP
