// One-pass updates: dispatch.
#define BODY "optimizers_updates_body.h"
#include "pointwise_isas.h"

void ak_sgd(const ak_sgd_settings *settings, float *w, const float *g, float *v, long low,
            long high) {
  AK_CHOOSE(sgd, settings, w, g, v, low, high)
}

void ak_adam(const ak_adam_settings *settings, float *w, const float *g, float *m, float *v,
             long low, long high) {
  AK_CHOOSE(adam, settings, w, g, m, v, low, high)
}

void ak_lamb(const ak_lamb_settings *settings, const float *w, const float *g, float *m, float *v,
             float *u, long low, long high) {
  AK_CHOOSE(lamb, settings, w, g, m, v, u, low, high)
}

void ak_lion(const ak_lion_settings *settings, float *w, const float *g, float *m, long low,
             long high) {
  AK_CHOOSE(lion, settings, w, g, m, low, high)
}

void ak_rmsprop(const ak_rmsprop_settings *settings, float *w, const float *g, float *v, float *c,
                float *b, long low, long high) {
  AK_CHOOSE(rmsprop, settings, w, g, v, c, b, low, high)
}

void ak_axpy(float a, const float *x, float *y, long low, long high) {
  AK_CHOOSE(axpy, a, x, y, low, high)
}

void ak_lerp(float a, const float *x, float *y, long low, long high) {
  AK_CHOOSE(lerp, a, x, y, low, high)
}

void ak_scale(float a, float *y, long low, long high) { AK_CHOOSE(scale, a, y, low, high) }
