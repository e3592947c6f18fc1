// Compiles the file named by BODY once for each instruction set.
//
// BODY defines its functions as `V(name)`; they become name_avx512, name_avx2 and name_plain, and
// AK_CHOOSE(name, arguments) calls the one for the processor. Features are listed one by one:
// "arch=x86-64-v4" would make the compiler prefer 256-bit registers and split every vector.
// No guard: each kernel file includes this once, with a BODY of its own.

#include "pointwise.h"
#include <stdint.h>
#include <string.h>

/// 1 plain, 2 AVX2 with FMA, 3 AVX-512: what this process uses, settled at the first call.
int ak_isa_level(void);

#if defined(__x86_64__)

#pragma clang attribute push(                                                              \
    __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))),                \
    apply_to = function)
#define LANES 16
#define V(name) name##_avx512
#include "pointwise_vector.h"
#include BODY
#include "pointwise_close.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LANES 8
#define V(name) name##_avx2
#include "pointwise_vector.h"
#include BODY
#include "pointwise_close.h"
#pragma clang attribute pop

#endif

#define LANES 4
#define V(name) name##_plain
#include "pointwise_vector.h"
#include BODY
#include "pointwise_close.h"

#if defined(__x86_64__)
#define AK_CHOOSE(name, ...)                                                               \
  switch (ak_isa_level()) {                                                                      \
  case 3: name##_avx512(__VA_ARGS__); break;                                               \
  case 2: name##_avx2(__VA_ARGS__); break;                                                 \
  default: name##_plain(__VA_ARGS__);                                                      \
  }
#else
#define AK_CHOOSE(name, ...) name##_plain(__VA_ARGS__)
#endif
