#include "dispatch.h"

#include <stdatomic.h>

static atomic_int chosen_level;  // 0 until first asked

static int best_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
      && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")
      && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return 3;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 2;
#endif
  return 1;
}

int ak_isa_level(void) {
  int level = atomic_load_explicit(&chosen_level, memory_order_relaxed);
  if (level == 0) {
    level = best_level();
    atomic_store_explicit(&chosen_level, level, memory_order_relaxed);
  }
  return level;
}

void ak_force_isa(int level) {
  int best = best_level();
  if (level <= 0 || level > best) level = best;
  atomic_store_explicit(&chosen_level, level, memory_order_relaxed);
}

static const ak_product_kernels *kernels_of(int level) {
#if defined(__x86_64__)
  if (level == 3) return &ak_products_avx512;
  if (level == 2) return &ak_products_avx2;
#endif
  (void)level;
  return &ak_products_baseline;
}

const char *ak_isa_name(void) { return kernels_of(ak_isa_level())->name; }

// What a plan asks for on entry, as far as the processor has it.
static int wanted_level(const ak_plan *plan) {
  int best = best_level();
  if (plan->isa <= 0) return ak_isa_level();
  return plan->isa < best ? plan->isa : best;
}

void ak_conv_plan(const ak_conv *conv, enum ak_pass pass, int exact, ak_plan *plan) {
  int level = wanted_level(plan);
  *plan = (ak_plan){.isa = level};
  kernels_of(level)->conv_plan(conv, pass, exact, plan);
}

void ak_conv_run(
  const ak_conv *conv, enum ak_pass pass, const ak_plan *plan, const ak_job *job, int phase,
  long lo, long hi, float *scratch
) {
  kernels_of(plan->isa)->conv_run(conv, pass, plan, job, phase, lo, hi, scratch);
}

void ak_matrix_plan(const ak_matrix *matrix, ak_plan *plan) {
  int level = wanted_level(plan);
  *plan = (ak_plan){.isa = level};
  kernels_of(level)->matrix_plan(matrix, plan);
}

void ak_matrix_run(
  const ak_matrix *matrix, const ak_plan *plan, const ak_job *job, int phase, long lo, long hi,
  float *scratch
) {
  kernels_of(plan->isa)->matrix_run(matrix, plan, job, phase, lo, hi, scratch);
}

void ak_attention_plan(const ak_attention *sizes, int backward, int wants_bias, ak_plan *plan) {
  int level = wanted_level(plan);
  *plan = (ak_plan){.isa = level};
  kernels_of(level)->attention_plan(sizes, backward, wants_bias, plan);
}

void ak_attention_run(
  const ak_attention *sizes, int backward, const ak_plan *plan, const ak_attention_job *job,
  int phase, long lo, long hi, float *scratch
) {
  kernels_of(plan->isa)->attention_run(sizes, backward, plan, job, phase, lo, hi, scratch);
}

long ak_plan_items(const ak_plan *plan, int phase) { return plan->items[phase]; }
long ak_plan_chunk(const ak_plan *plan, int phase) { return plan->chunk[phase]; }
