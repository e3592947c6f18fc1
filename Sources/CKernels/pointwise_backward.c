// dx = dy·f'(…): dispatch.
#define BODY "pointwise_backward_body.h"
#include "pointwise_isas.h"

void ak_unary_backward(int op, const float *saved, const float *dy, float *dx, float a,
                       float b, long low, long high) {
  AK_CHOOSE(unary_backward, op, saved, dy, dx, a, b, low, high)
}
