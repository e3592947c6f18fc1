// Everything of one instruction set; included by products_avx512.c, products_avx2.c and
// products_baseline.c after they set AK_ISA.
#include "isa.h"
#include "dispatch.h"

AK_TARGET_BEGIN

#include "products_vector.h"
#include "products_finish.h"
#include "products_tiles.h"
#include "products_panels.h"
#include "products_rows.h"
#include "products_outer.h"
#include "convolution_view.h"
#include "convolution_direct.h"
#include "convolution_weights.h"
#include "convolution_transforms.h"
#include "convolution_tiles.h"
#include "convolution_outputs.h"
#include "convolution_winograd_streamed.h"
#include "convolution_winograd.h"
#include "convolution_winograd_weights.h"
#include "convolution_stem.h"
#include "convolution_stem_forward.h"
#include "convolution_stem_weights.h"
#include "convolution_picture.h"
#include "depthwise_tiles.h"
#include "depthwise_lines.h"
#include "depthwise_sums.h"
#include "depthwise_weights.h"
#include "attention_forward.h"
#include "attention_backward.h"

static void plan_convolution(const ak_conv *c, enum ak_pass pass, int exact, ak_plan *plan) {
  const int weights = pass == AK_WEIGHT_GRADIENT;
  if (is_depthwise(c)) {
    weights ? depth_plan(c, plan) : line_plan(c, pass, plan);
  } else if (suits_stem(c, pass, exact)) {
    weights ? stem_weights_plan(c, plan) : stem_plan(c, plan);
  } else if (suits_picture(c, pass)) {
    weights ? picture_weights_plan(c, plan) : picture_plan(c, plan);
  } else if (suits_winograd(c, pass, exact)) {
    weights ? gradient_plan(c, plan) : winograd_plan(c, pass, plan);
  } else {
    weights ? weights_plan(c, plan) : direct_plan(c, pass, plan);
  }
}

static void run_convolution(
  const ak_conv *c, enum ak_pass pass, const ak_plan *plan, const ak_job *job, int phase, long lo,
  long hi, float *scratch
) {
  const int weights = pass == AK_WEIGHT_GRADIENT;
  if (plan->algorithm == AK_DEPTHWISE) {
    weights ? depth_run(c, plan, job, phase, lo, hi, scratch)
            : line_run(c, pass, job, lo, hi, scratch);
  } else if (plan->algorithm == AK_WINOGRAD && c->r == stem_size) {
    weights ? stem_weights_run(c, job, phase, lo, hi, scratch)
            : stem_run(c, job, phase, lo, hi, scratch);
  } else if (plan->algorithm == AK_WINOGRAD) {
    weights ? gradient_run(c, job, phase, lo, hi, scratch)
            : winograd_run(c, pass, job, phase, lo, hi, scratch);
  } else if (plan->detail[picture_mark]) {
    picture_run(c, pass, job, phase, lo, hi, scratch);
  } else {
    weights ? weights_run(c, plan, job, phase, lo, hi, scratch)
            : direct_run(c, pass, plan, job, phase, lo, hi, scratch);
  }
}

static void plan_matrix(const ak_matrix *m, ak_plan *plan) {
  if (m->transpose_a) {
    matrix_outer_plan(m, plan);
  } else {
    matrix_rows_plan(m, plan);
  }
}

static void run_matrix(
  const ak_matrix *m, const ak_plan *plan, const ak_job *job, int phase, long lo, long hi,
  float *scratch
) {
  if (plan->algorithm == AK_MATRIX_OUTER) {
    matrix_outer_run(m, job, phase, lo, hi, scratch);
  } else {
    matrix_rows_run(m, job, phase, lo, hi, scratch);
  }
}

static void plan_attention(
  const ak_attention *a, int backward, int wants_bias, ak_plan *plan
) {
  if (backward) {
    attention_backward_plan(a, wants_bias, plan);
  } else {
    attention_forward_plan(a, plan);
  }
}

static void run_attention(
  const ak_attention *a, int backward, const ak_plan *plan, const ak_attention_job *job, int phase,
  long lo, long hi, float *scratch
) {
  if (backward) {
    attention_backward_run(a, plan, job, phase, lo, hi, scratch);
  } else {
    attention_forward_run(a, job, lo, hi, scratch);
  }
}

AK_TARGET_END
