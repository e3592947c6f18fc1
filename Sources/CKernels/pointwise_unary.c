// y = f(x): dispatch.
#define BODY "pointwise_unary_body.h"
#include "pointwise_isas.h"

void ak_unary(int op, const float *x, float *y, float a, float b, long low, long high) {
  AK_CHOOSE(unary, op, x, y, a, b, low, high)
}
