// Norms by column: dispatch, and the last steps over columns in double.
#define BODY "norms_batch_body.h"
#include "pointwise_isas.h"

void ak_moments(const float *x, long rows, long columns, long slot, long slots,
                double *partial, long low, long high) {
  AK_CHOOSE(moments, x, rows, columns, slot, slots, partial, low, high)
}

static double sum_of_slots(const double *partial, long outer, int k, long columns, long slots,
                           long c) {
  double sum = 0;
  for (long s = 0; s < slots; s++)
    sum += partial[((outer * slots + s) * 2 + k) * columns + c];
  return sum;
}

void ak_moments_finish(const double *partial, const float *x, long rows, long columns,
                       long slots, float *mean, float *variance, long low, long high) {
  for (long i = low; i < high; i++) {
    const long o = i / columns, c = i % columns;
    const double s = sum_of_slots(partial, o, 0, columns, slots, c) / (double)rows;
    const double q = sum_of_slots(partial, o, 1, columns, slots, c) / (double)rows;
    const double spread = q - s * s;
    mean[i] = (float)(x[o * rows * columns + c] + s);
    // Written so that a NaN stays one; rounding may push a zero spread just below zero.
    variance[i] = (float)(spread < 0 ? 0 : spread);
  }
}

void ak_norm_apply(const float *x, const float *mean, const float *scale, const float *shift,
                   const float *residual, int activation, float *y, long rows, long columns,
                   long low, long high) {
  AK_CHOOSE(norm_apply, x, mean, scale, shift, residual, activation, y, rows, columns, low,
            high)
}

void ak_norm_gradient_sums(const ak_norm_gradient *norm, long slot, long slots,
                           double *partial, long low, long high) {
  AK_CHOOSE(norm_gradient_sums, norm, slot, slots, partial, low, high)
}

void ak_norm_gradient_apply(const ak_norm_gradient *norm, const float *a, const float *b,
                            const float *d, float *dx, float *dresidual, long low,
                            long high) {
  AK_CHOOSE(norm_gradient_apply, norm, a, b, d, dx, dresidual, low, high)
}

void ak_norm_sums_finish(const double *partial, long columns, long slots, double *sums,
                         long low, long high) {
  for (long i = low; i < high; i++)
    sums[i] = sum_of_slots(partial, i / columns / 2, (int)(i / columns % 2), columns, slots,
                           i % columns);
}
