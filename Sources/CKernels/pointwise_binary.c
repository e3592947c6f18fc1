// y = f(a, b) with repeated operands: dispatch.
#define BODY "pointwise_binary_body.h"
#include "pointwise_isas.h"

void ak_binary(int op, const float *a, long step_a, const float *b, long step_b, float *y,
               long low, long high) {
  AK_CHOOSE(binary, op, a, step_a, b, step_b, y, low, high)
}

void ak_binary_strided(int op, long rank, const long *sizes, const float *a,
                       const long *strides_a, const float *b, const long *strides_b, float *y,
                       long low, long high) {
  AK_CHOOSE(binary_strided, op, rank, sizes, a, strides_a, b, strides_b, y, low, high)
}

void ak_select(const float *mask, const float *a, const float *b, float *y, long low,
               long high) {
  AK_CHOOSE(select, mask, a, b, y, low, high)
}
