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
  const float shrink = k.decoupled ? 1.0f - k.rate * k.decay : 1.0f;
  const float pull = k.decoupled ? 0.0f : k.decay;
  const float step = k.rate / k.correction1, inverse = 1.0f / k.root_correction2;
  EACH(const vf x = V(load)(w + i); const vf d = V(load)(g + i) + pull * x;
       const vf old = V(load)(m + i); const vf first = old + (1.0f - k.beta1) * (d - old);
       const vf second = k.beta2 * V(load)(v + i) + (1.0f - k.beta2) * d * d;
       V(put)(m + i, first, n); V(put)(v + i, second, n);
       const vf size = V(vsqrt)(second) * inverse + k.epsilon;
       V(put)(w + i, x * shrink - step * first / size, n);)
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
