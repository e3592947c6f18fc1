// Layer norm: dispatch.
#define BODY "norms_layer_body.h"
#include "pointwise_isas.h"

void ak_layer_norm(const float *x, const float *gamma, const float *beta, float epsilon,
                   float *y, float *statistics, long columns, long low, long high) {
  AK_CHOOSE(layer_norm, x, gamma, beta, epsilon, y, statistics, columns, low, high)
}

void ak_layer_norm_gradient(const float *x, const float *statistics, const float *gamma,
                            const float *dy, float *dx, long rows, long columns, long slot,
                            double *partial, long low, long high) {
  AK_CHOOSE(layer_norm_gradient, x, statistics, gamma, dy, dx, rows, columns, slot, partial,
            low, high)
}
