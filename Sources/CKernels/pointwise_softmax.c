// Softmax and its losses: dispatch.
#define BODY "pointwise_softmax_body.h"
#include "pointwise_isas.h"

void ak_softmax(const float *x, float *y, long columns, long low, long high) {
  AK_CHOOSE(softmax, x, y, columns, low, high)
}

void ak_log_softmax(const float *x, float *y, long columns, long low, long high) {
  AK_CHOOSE(log_softmax, x, y, columns, low, high)
}

void ak_softmax_backward(const float *y, const float *dy, float *dx, long columns, long low,
                         long high) {
  AK_CHOOSE(softmax_backward, y, dy, dx, columns, low, high)
}

void ak_log_softmax_backward(const float *y, const float *dy, float *dx, long columns,
                             long low, long high) {
  AK_CHOOSE(log_softmax_backward, y, dy, dx, columns, low, high)
}

void ak_cross_entropy(const float *x, const int32_t *labels, float *loss, float *log_sum,
                      long columns, float smoothing, int32_t ignored, long low, long high) {
  AK_CHOOSE(cross_entropy, x, labels, loss, log_sum, columns, smoothing, ignored, low, high)
}

void ak_cross_entropy_backward(const float *x, const int32_t *labels, const float *log_sum,
                               const float *dloss, float *dx, long columns, float smoothing,
                               int32_t ignored, long low, long high) {
  AK_CHOOSE(cross_entropy_backward, x, labels, log_sum, dloss, dx, columns, smoothing, ignored,
            low, high)
}

void ak_divergence(const float *a, const float *b, float *kl, float *log_sums, long columns,
                   float scale, long low, long high) {
  AK_CHOOSE(divergence, a, b, kl, log_sums, columns, scale, low, high)
}

void ak_divergence_backward(const float *a, const float *b, const float *kl,
                            const float *log_sums, const float *dkl, float *da, float *db,
                            long columns, float scale, long low, long high) {
  AK_CHOOSE(divergence_backward, a, b, kl, log_sums, dkl, da, db, columns, scale, low, high)
}
