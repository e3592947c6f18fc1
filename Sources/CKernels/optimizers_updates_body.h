// One-pass updates; see pointwise_isas.h. Loops over whole and partial vectors alike, so that a
// number's result does not depend on where a range ends.

#define EACH(...)                                                                          \
  for (long i = low; i < high; i += LANES) {                                               \
    const long n = high - i < LANES ? high - i : LANES;                                    \
    __VA_ARGS__                                                                            \
  }

static inline void V(put)(float *p, vf v, long n) {
  if (n == LANES) V(store)(p, v);
  else V(store_part)(p, v, n);
}

static void V(sgd)(const ak_sgd_settings *s, float *w, const float *g, float *v, long low,
                   long high) {
  const ak_sgd_settings k = *s;
  if (!v) {
    EACH(const vf x = V(load)(w + i); const vf d = V(load)(g + i) + k.decay * x;
         V(put)(w + i, x - k.rate * d, n);)
    return;
  }
  const float fresh = k.first ? 1.0f : 1.0f - k.dampening, kept = k.first ? 0.0f : k.momentum;
  EACH(const vf x = V(load)(w + i); const vf d = V(load)(g + i) + k.decay * x;
       // In the first step the velocity may be anything, even NaN.
       const vf old = k.first ? (vf){0} : V(load)(v + i);
       const vf m = kept * old + fresh * d; V(put)(v + i, m, n);
       V(put)(w + i, x - k.rate * (k.nesterov ? d + k.momentum * m : m), n);)
}

static void V(adam)(const ak_adam_settings *s, float *w, const float *g, float *m, float *v,
                    long low, long high) {
  const ak_adam_settings k = *s;
  EACH(const vf x = V(load)(w + i); const vf d = V(load)(g + i) + k.pull * x;
       const vf old = V(load)(m + i); const vf first = old + (1.0f - k.beta1) * (d - old);
       const vf second = k.beta2 * V(load)(v + i) + (1.0f - k.beta2) * d * d;
       V(put)(m + i, first, n); V(put)(v + i, second, n);
       const vf along = k.from_moment * first + k.from_gradient * d;
       const vf size = V(vsqrt)(second) * k.inverse_root + k.epsilon;
       V(put)(w + i, x * k.shrink - (k.direct ? along : along / size), n);)
}

static void V(lamb)(const ak_lamb_settings *s, const float *w, const float *g, float *m, float *v,
                    float *u, long low, long high) {
  const ak_lamb_settings k = *s;
  EACH(const vf d = V(load)(g + i); const vf first = k.beta1 * V(load)(m + i) + k.fresh * d;
       const vf second = k.beta2 * V(load)(v + i) + (1.0f - k.beta2) * d * d;
       V(put)(m + i, first, n); V(put)(v + i, second, n);
       const vf size = V(vsqrt)(second) * k.inverse_root + k.epsilon;
       V(put)(u + i, k.from_moment * first / size + k.decay * V(load)(w + i), n);)
}

static void V(lion)(const ak_lion_settings *s, float *w, const float *g, float *m, long low,
                    long high) {
  const ak_lion_settings k = *s;
  const vf zero = {0};
  EACH(const vf d = V(load)(g + i); const vf old = V(load)(m + i);
       const vf along = k.beta1 * old + (1.0f - k.beta1) * d;
       // The sign of zero is zero; a NaN stays one.
       const vf sign = V(pick)(along == zero, zero, V(with_sign)(zero + 1.0f, along));
       const vf step = V(pick)(along == along, sign, along);
       V(put)(w + i, V(load)(w + i) * k.shrink - k.rate * step, n);
       V(put)(m + i, k.beta2 * old + (1.0f - k.beta2) * d, n);)
}

static void V(rmsprop)(const ak_rmsprop_settings *s, float *w, const float *g, float *v, float *c,
                       float *b, long low, long high) {
  const ak_rmsprop_settings k = *s;
  const float fresh = 1.0f - k.alpha;
  EACH(const vf x = V(load)(w + i); const vf d = V(load)(g + i) + k.pull * x;
       vf square = k.alpha * V(load)(v + i) + fresh * d * d; V(put)(v + i, square, n);
       if (c) {
         const vf old = V(load)(c + i);
         const vf mean = old + fresh * (d - old);
         V(put)(c + i, mean, n);
         square = square - mean * mean;
       }
       const vf size = k.inside ? V(vsqrt)(square + k.epsilon) : V(vsqrt)(square) + k.epsilon;
       const vf along = (k.scaled ? k.rate : 1.0f) * d / size;
       vf step = along;
       if (b) {
         step = k.momentum * V(load)(b + i) + along;
         V(put)(b + i, step, n);
       }
       V(put)(w + i, x - (k.scaled ? 1.0f : k.rate) * step, n);)
}

static void V(axpy)(float a, const float *x, float *y, long low, long high) {
  EACH(V(put)(y + i, V(load)(y + i) + a * V(load)(x + i), n);)
}

static void V(lerp)(float a, const float *x, float *y, long low, long high) {
  EACH(const vf old = V(load)(y + i); V(put)(y + i, old + a * (V(load)(x + i) - old), n);)
}

static void V(scale)(float a, float *y, long low, long high) {
  EACH(V(put)(y + i, a * V(load)(y + i), n);)
}
#undef EACH
