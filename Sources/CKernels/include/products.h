#pragma once

// Matrix products and convolutions on 32-bit floats, in ranges of work.
//
// Shapes, once: images are channels last [n][h][w][c]; convolution weights are
// [r][s][c / groups][k] (kernel row, kernel column, input channel, output channel); outputs are
// [n][oh][ow][k]. Output pixel (y, x) under kernel element (r, s) sees the input pixel
// (y·stride_h + r·dil_h − pad_top, x·stride_w + s·dil_w − pad_left), zero outside the image.
//
// How an operation runs. A *plan* says how many *phases* it has and how many *items* each phase
// has. The caller runs the phases in order; the items of one phase may be split over threads in
// any way. Which items there are, and what each one sums, is decided by the shape (and the
// instruction set) alone, so results have the same bits for any number of threads.
//
// Buffers. Inputs need 64 bytes of readable slack after their last float; writes never pass the
// end. Scratch buffers are 64-byte aligned and need no initial value. `packed` holds rearranged
// weights: the first `pack_phases` phases write it from the weights alone, so a caller whose
// weights have not changed keeps the buffer and starts after them.

#ifdef __cplusplus
extern "C" {
#endif

#define AK_MAX_PHASES 8

/// Instruction sets: 1 portable, 2 AVX2 + FMA, 3 AVX-512.
int ak_isa_level(void);
/// Chooses the instruction set for plans made from now on: 0 the best there is, 1, 2 or 3.
/// A level the processor lacks gives the best one below it.
void ak_force_isa(int level);
/// "baseline", "avx2" or "avx512".
const char *ak_isa_name(void);

enum ak_pass { AK_FORWARD, AK_INPUT_GRADIENT, AK_WEIGHT_GRADIENT };

enum ak_activation {
  AK_IDENTITY,
  AK_RELU,
  AK_RELU6,
  AK_GELU,       // x·Φ(x), Φ by erf
  AK_SILU,       // x·σ(x)
  AK_HARD_SWISH  // x·min(max(x + 3, 0), 6)/6
};

enum ak_algorithm { AK_DIRECT, AK_DEPTHWISE, AK_WINOGRAD, AK_MATRIX_ROWS, AK_MATRIX_OUTER };

typedef struct {
  long n, h, w, c;
  long k, r, s;
  long stride_h, stride_w;
  long pad_top, pad_left;
  long dil_h, dil_w;
  long groups;
  long oh, ow;
} ak_conv;

/// C[m][n] = op(A)·op(B), row-major with leading dimensions; op(A) is m×k, op(B) is k×n; a batch
/// of such products lies at fixed strides (a stride of 0 shares the operand).
typedef struct {
  long m, n, k;
  long lda, ldb, ldc;
  int transpose_a, transpose_b;
  long batch;
  long stride_a, stride_b, stride_c;
} ak_matrix;

/// What is done to an output before it is stored: out = act(product + bias[column] + residual).
typedef struct {
  const float *bias;      // one per output channel, or null
  const float *residual;  // same shape as the output, or null
  int activation;         // enum ak_activation
  float *before;          // same shape as the output: what the activation is given; or null
  float *sum;             // [stat_slots][k] sums over pixels of the stored values, or null
  float *square_sum;      // [stat_slots][k] the same of their squares, or null
} ak_epilogue;

typedef struct {
  int algorithm;    // enum ak_algorithm
  int isa;  // set before planning to ask for a level; 0 for ak_isa_level()
  int phases;
  int pack_phases;
  long items[AK_MAX_PHASES];
  long chunk[AK_MAX_PHASES];  // how many items a thread should take at once
  long shared_floats;         // one buffer for all threads, kept from phase to phase
  long private_floats;        // one buffer for each thread, contents lost between calls
  long packed_floats;
  long stat_slots;
  long detail[8];             // block sizes, for the kernel itself
} ak_plan;

/// Operands by pass. Forward: a = x, b = w. Input gradient: a = dy, b = w. Weight gradient:
/// a = x, b = dy. Matrix products: a = A, b = B.
typedef struct {
  const float *a;
  const float *b;
  float *out;
  float *packed;
  float *shared;
  const ak_epilogue *epilogue;  // forward, and products with A not transposed; or null
  int accumulate;               // add to what `out` holds (then without an epilogue)
} ak_job;

/// Chooses algorithm and blocking of a convolution. `exact` asks for plain sums of products (no
/// fast transform), for checks against finite differences. Of `plan`, only `isa` is read.
void ak_conv_plan(const ak_conv *conv, enum ak_pass pass, int exact, ak_plan *plan);
void ak_conv_run(
  const ak_conv *conv, enum ak_pass pass, const ak_plan *plan, const ak_job *job, int phase,
  long lo, long hi, float *scratch);

void ak_matrix_plan(const ak_matrix *matrix, ak_plan *plan);
void ak_matrix_run(
  const ak_matrix *matrix, const ak_plan *plan, const ak_job *job, int phase, long lo, long hi,
  float *scratch);

/// Number of items and chunk of a phase (arrays do not travel well between languages).
long ak_plan_items(const ak_plan *plan, int phase);
long ak_plan_chunk(const ak_plan *plan, int phase);

#ifdef __cplusplus
}
#endif
