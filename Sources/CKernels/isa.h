// Set AK_ISA (1, 2 or 3) and include this first in a file compiled once for each instruction
// set; put AK_TARGET_BEGIN … AK_TARGET_END around the functions. Every function between them has
// the same list of features: a vector argument may not cross to a function with another list.
//
// VL  floats in a vector.
// KV  vectors in the widest panel of output channels.
// ROWS_1 … ROWS_4  the most rows a register tile may have beside 1 … 4 vectors, so that
//     accumulators, one row of the panel and a broadcast fit the registers (32 × 512 bits,
//     16 × 256 bits, 16 × 128 bits) and the row pointers fit the general registers.
#include <math.h>
#include <stdint.h>
#include <string.h>

#define AK_PRAGMA(text) _Pragma(#text)
#define AK_TARGET(features) \
  AK_PRAGMA(clang attribute push(__attribute__((target(features))), apply_to = function))

#if AK_ISA == 3
#include <immintrin.h>
#define VL 16
#define KV 4
#define ROWS_1 12
#define ROWS_2 12
#define ROWS_3 8
#define ROWS_4 6
#define AK_TARGET_BEGIN AK_TARGET("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")
#define AK_TARGET_END _Pragma("clang attribute pop")
#elif AK_ISA == 2
#include <immintrin.h>
#define VL 8
#define KV 2
#define ROWS_1 8
#define ROWS_2 6
#define AK_TARGET_BEGIN AK_TARGET("avx2,fma")
#define AK_TARGET_END _Pragma("clang attribute pop")
#else
#define VL 4
#define KV 2
#define ROWS_1 8
#define ROWS_2 5
#define AK_TARGET_BEGIN
#define AK_TARGET_END
#endif

#define ROWS_MAX 12
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
