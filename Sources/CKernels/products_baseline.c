#define AK_ISA 1
#include "products_isa.h"

const ak_product_kernels ak_products_baseline = {
  "baseline", plan_convolution, run_convolution, plan_matrix, run_matrix,
  plan_attention, run_attention};
