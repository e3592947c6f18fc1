#pragma once

// Attention of many heads: softmax(scale·Q·Kᵀ + bias)·V, one (image, head) after the other, so that
// no more than a block of rows of the score matrix exists at any time.
//
// Runs as products.h says: a plan, its phases, the items of a phase on any threads.

#include "products.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Sizes. Queries, keys and values lie in rows (tokens) that are `…_row` floats apart, the images
/// behind one another; head i starts i·`…_head` floats after the first.
typedef struct {
  long images, heads, queries, keys, key_width, value_width;
  long query_row, query_head, key_row, key_head, value_row, value_head;
  /// Number of biases; image n takes n mod bias_images. 0 for none.
  long bias_images;
  float scale;
} ak_attention;

/// Operands at the first head of the first token. Gradients lie as what they are gradients of, and
/// are left out where null.
typedef struct {
  const float *q, *k, *v;
  const float *bias;  // [bias_images][heads][queries][keys] or null
  float *out;         // [images][queries][heads][value_width]
  float *log_sums;    // [images][heads][queries]: ln Σ e^score
  const float *dout;
  float *dq, *dk, *dv, *dbias;
  float *shared;
} ak_attention_job;

/// Forward writes `out` and `log_sums`; backward reads them, computes the scores again, and writes
/// the gradients.
void ak_attention_plan(const ak_attention *sizes, int backward, int wants_bias, ak_plan *plan);
void ak_attention_run(
  const ak_attention *sizes, int backward, const ak_plan *plan, const ak_attention_job *job,
  int phase, long lo, long hi, float *scratch);

#ifdef __cplusplus
}
#endif
