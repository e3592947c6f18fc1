// Sums and extremes: dispatch.
#define BODY "pointwise_reductions_body.h"
#include "pointwise_isas.h"

void ak_reduce_rows(int op, const float *x, long columns, long slot, long slots,
                    double *partial, long low, long high) {
  AK_CHOOSE(reduce_rows, op, x, columns, slot, slots, partial, low, high)
}

void ak_reduce_columns(int op, const float *x, long rows, long columns, long slot, long slots,
                       double *partial, long low, long high) {
  AK_CHOOSE(reduce_columns, op, x, rows, columns, slot, slots, partial, low, high)
}

void ak_reduce_finish(int op, const double *partial, long slots, long width, double scale,
                      float *y, long low, long high) {
  AK_CHOOSE(reduce_finish, op, partial, slots, width, scale, y, low, high)
}

void ak_dot(const float *a, const float *b, long count, long slot, double *partial, long low,
            long high) {
  AK_CHOOSE(dot, a, b, count, slot, partial, low, high)
}

void ak_argmax_rows(const float *x, int32_t *y, long columns, long low, long high) {
  AK_CHOOSE(argmax_rows, x, y, columns, low, high)
}
