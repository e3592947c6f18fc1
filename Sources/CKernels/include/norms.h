#pragma once
/// Normalisation. Tensors are [outer][rows][columns]: batch norm has outer = 1 and rows = N·H·W,
/// group and instance norm have outer = N and rows = H·W. Statistics go to doubles in slots of
/// rows that the shape decides, as in reductions.h; an item of the slot kernels is one slot
/// (o·slots + s), and slot kernels write partial[(item·2 + k)·columns + c], k = 0, 1.
/// Vectors marked [outer][columns] have one row for each outer index.

enum ak_norm_activation {
  AK_NORM_NONE,
  AK_NORM_RELU,
  AK_NORM_RELU6,
  AK_NORM_HARD_SWISH,
  AK_NORM_SILU,
  AK_NORM_GELU,
};

/// Σ (x - x₀) and Σ (x - x₀)² by column, x₀ the first row of each outer index: subtracting it keeps
/// the digits where the mean is large beside the deviation.
void ak_moments(const float *x, long rows, long columns, long slot, long slots,
                double *partial, long low, long high);
/// mean and (biased) variance [outer][columns] from the partial sums. An item is one of them.
void ak_moments_finish(const double *partial, const float *x, long rows, long columns,
                       long slots, float *mean, float *variance, long low, long high);

/// y = act((x - mean)·scale + shift + residual); mean and scale are [outer][columns], shift
/// [columns] or null, residual like x or null. An item is a row of all outer·rows.
void ak_norm_apply(const float *x, const float *mean, const float *scale, const float *shift,
                   const float *residual, int activation, float *y, long rows, long columns,
                   long low, long high);

/// A norm's gradient: g = dy·act'(v), v = (x - mean)·scale + shift.
typedef struct {
  const float *x, *dy;
  /// The result, which stands in for v where the activation is ReLU or ReLU6 (with a residual it
  /// must); null to compute v again.
  const float *y;
  /// [outer][columns], [outer][columns], [columns] or null.
  const float *mean, *scale, *shift;
  int activation;
  long rows, columns;
} ak_norm_gradient;

/// Σ g and Σ g·(x - mean) by column.
void ak_norm_gradient_sums(const ak_norm_gradient *norm, long slot, long slots,
                           double *partial, long low, long high);
/// dx = a·g - b - (x - mean)·d with a, b, d [outer][columns]; dresidual = g unless null. An item
/// is a row.
void ak_norm_gradient_apply(const ak_norm_gradient *norm, const float *a, const float *b,
                            const float *d, float *dx, float *dresidual, long low, long high);

/// sums[(o·2 + k)·columns + c] of the partial sums of all slots. An item is one of them.
void ak_norm_sums_finish(const double *partial, long columns, long slots, double *sums,
                         long low, long high);

/// Layer norm: y = (x - mean)·inverse·gamma + beta over each row, inverse = 1 / √(variance + ε).
/// statistics[2·row] = mean, [2·row + 1] = inverse. gamma and beta may be null. An item is a row.
void ak_layer_norm(const float *x, const float *gamma, const float *beta, float epsilon,
                   float *y, float *statistics, long columns, long low, long high);
/// dx unless null, and partial sums of dy·x̂ (k = 0) and dy (k = 1) by column unless null. An item
/// is a slot of rows.
void ak_layer_norm_gradient(const float *x, const float *statistics, const float *gamma,
                            const float *dy, float *dx, long rows, long columns, long slot,
                            double *partial, long low, long high);
