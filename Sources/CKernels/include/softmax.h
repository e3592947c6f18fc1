#pragma once
#include <stdint.h>
/// Softmax and the losses made of it, over rows of `columns` numbers. An item is a row. Row sums are
/// taken after the row's largest number has been subtracted, so nothing overflows.

/// y = softmax(x).
void ak_softmax(const float *x, float *y, long columns, long low, long high);
/// y = ln softmax(x).
void ak_log_softmax(const float *x, float *y, long columns, long low, long high);
/// dx = y·(dy - Σ dy·y), y the softmax.
void ak_softmax_backward(const float *y, const float *dy, float *dx, long columns, long low,
                         long high);
/// dx = dy - e^y·Σ dy, y the log-softmax.
void ak_log_softmax_backward(const float *y, const float *dy, float *dx, long columns,
                             long low, long high);

/// loss = (1 - ε)·(-ln p[label]) + ε/K·Σ (-ln p) with p = softmax(x) and smoothing ε; zero for
/// labels equal to `ignored`. `log_sum` receives ln Σ e^x of each row, for the gradient. Labels
/// must have been checked.
void ak_cross_entropy(const float *x, const int32_t *labels, float *loss, float *log_sum,
                      long columns, float smoothing, int32_t ignored, long low, long high);
/// dx = dloss·(p - ((1 - ε)·onehot + ε/K)); zero rows for ignored labels.
void ak_cross_entropy_backward(const float *x, const int32_t *labels, const float *log_sum,
                               const float *dloss, float *dx, long columns, float smoothing,
                               int32_t ignored, long low, long high);

/// kl = Σ p·(ln p - ln q) with ln p = logsoftmax(a·scale) (the target) and ln q =
/// logsoftmax(b·scale). `log_sums` receives the two ln Σ e^(…) of each row.
void ak_divergence(const float *a, const float *b, float *kl, float *log_sums, long columns,
                   float scale, long low, long high);
/// db = dkl·scale·(q - p), da = dkl·scale·p·(ln p - ln q - kl); either may be null.
void ak_divergence_backward(const float *a, const float *b, const float *kl,
                            const float *log_sums, const float *dkl, float *da, float *db,
                            long columns, float scale, long low, long high);
