#pragma once

#include "include/attention.h"
#include "include/products.h"

// The kernels of one instruction set.
typedef struct {
  const char *name;
  void (*conv_plan)(const ak_conv *, enum ak_pass, int exact, ak_plan *);
  void (*conv_run)(
    const ak_conv *, enum ak_pass, const ak_plan *, const ak_job *, int phase, long lo, long hi,
    float *scratch);
  void (*matrix_plan)(const ak_matrix *, ak_plan *);
  void (*matrix_run)(
    const ak_matrix *, const ak_plan *, const ak_job *, int phase, long lo, long hi,
    float *scratch);
  void (*attention_plan)(const ak_attention *, int backward, int wants_bias, ak_plan *);
  void (*attention_run)(
    const ak_attention *, int backward, const ak_plan *, const ak_attention_job *, int phase,
    long lo, long hi, float *scratch);
} ak_product_kernels;

extern const ak_product_kernels ak_products_baseline;
#if defined(__x86_64__)
extern const ak_product_kernels ak_products_avx2;
extern const ak_product_kernels ak_products_avx512;
#endif
