#if defined(__x86_64__)
#define AK_ISA 3
#include "products_isa.h"

const ak_product_kernels ak_products_avx512 = {
  "avx512", plan_convolution, run_convolution, plan_matrix, run_matrix,
  plan_attention, run_attention};
#endif
