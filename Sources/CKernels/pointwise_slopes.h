// Derivatives of activations that several families need; see pointwise_isas.h. No guard: included
// once per instruction set.

/// g where the mask holds, else zero.
static inline vf V(gate)(vi mask, vf g) { return (vf)(mask & (vi)g); }

/// Φ(x) + x·φ(x).
static inline vf V(gelu_slope)(vf x) {
  vf density;
  const vf below = V(normal)(x, &density);
  return below + x * density;
}

/// σ·(1 + x·(1 - σ)).
static inline vf V(silu_slope)(vf x) {
  const vf s = V(vsigmoid)(x);
  return s + x * s * (1.0f - s);
}

/// 0 below -3, 1 above 3, x/3 + 1/2 between.
static inline vf V(hard_swish_slope)(vf x) {
  const vf inside = (2.0f * x + 3.0f) * (1.0f / 6.0f);
  const vf low = V(pick)(x > V(splat)(-3.0f), inside, (vf){0});
  return V(pick)(x < V(splat)(3.0f), low, V(splat)(1));
}
