#if defined(__x86_64__)
#define AK_ISA 2
#include "products_isa.h"

const ak_product_kernels ak_products_avx2 = {
  "avx2", plan_convolution, run_convolution, plan_matrix, run_matrix,
  plan_attention, run_attention};
#endif
