// Gradient of a product with one number a channel: dispatch.
#define BODY "pointwise_gate_body.h"
#include "pointwise_isas.h"

void ak_gate_gradient(const float *x, const float *gate, const float *dy, float *dx,
                      float *dgate, long pixels, long channels, long low, long high) {
  AK_CHOOSE(gate_gradient, x, gate, dy, dx, dgate, pixels, channels, low, high)
}
