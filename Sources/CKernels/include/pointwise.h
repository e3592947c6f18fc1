#pragma once
/// Kernels on single numbers, and the headers of their families. All work on a range [low, high) of
/// items, so that the caller can split it over threads; what an item is stands at each kernel. No
/// result depends on how the items are split.
///
/// Inputs may be read up to 60 bytes past their last element; outputs never are written past it.

#include "movement.h"
#include "norms.h"
#include "optimizers.h"
#include "pooling.h"
#include "random.h"
#include "reductions.h"
#include "resampling.h"
#include "resizing.h"
#include "softmax.h"

/// Functions of one number. `a` and `b` are the constants of those that have any.
enum ak_unary_op {
  AK_UNARY_NEGATE,
  AK_UNARY_ABSOLUTE,
  AK_UNARY_SIGN,
  AK_UNARY_RECIPROCAL,
  AK_UNARY_SQUARE,
  AK_UNARY_SQUARE_ROOT,
  AK_UNARY_RECIPROCAL_ROOT,
  AK_UNARY_EXP,
  AK_UNARY_LOG,
  AK_UNARY_TANH,
  AK_UNARY_SIGMOID,
  AK_UNARY_ERF,
  AK_UNARY_SOFTPLUS,
  AK_UNARY_RELU,
  AK_UNARY_RELU6,
  /// x for x > 0, a·x else.
  AK_UNARY_LEAKY_RELU,
  /// x for x > 0, a·(e^x - 1) else.
  AK_UNARY_ELU,
  /// x·Φ(x), Φ the normal distribution.
  AK_UNARY_GELU,
  /// x·sigmoid(x).
  AK_UNARY_SILU,
  /// x·relu6(x + 3) / 6.
  AK_UNARY_HARD_SWISH,
  /// relu6(x + 3) / 6.
  AK_UNARY_HARD_SIGMOID,
  /// x·tanh(softplus(x)).
  AK_UNARY_MISH,
  /// x^a.
  AK_UNARY_POWER,
  /// a·x + b.
  AK_UNARY_AFFINE,
  /// min(max(x, a), b).
  AK_UNARY_CLAMP,
  /// 1 where x > a, else 0.
  AK_UNARY_STEP,
  AK_UNARY_SINE,
  AK_UNARY_COSINE,
};

/// y[i] = op(x[i]) for low ≤ i < high; y may be x.
void ak_unary(int op, const float *x, float *y, float a, float b, long low, long high);

/// dx[i] = dy[i]·op'(i), for the functions with a gradient kernel of their own. `saved` is the
/// result y for square roots, exp, tanh, sigmoid, relu and relu6, and x for all others.
void ak_unary_backward(int op, const float *saved, const float *dy, float *dx, float a,
                       float b, long low, long high);

/// Functions of two numbers; comparisons give 1 or 0.
enum ak_binary_op {
  AK_ADD,
  AK_SUBTRACT,
  AK_MULTIPLY,
  AK_DIVIDE,
  AK_MAXIMUM,
  AK_MINIMUM,
  AK_GREATER,
  AK_GREATER_EQUAL,
  AK_EQUAL,
};

/// y[i] = op(a[i·step_a], b[i·step_b]); steps are 1, or 0 for a single number.
void ak_binary(int op, const float *a, long step_a, const float *b, long step_b, float *y,
               long low, long high);

/// The same for any shapes: y is contiguous with `rank` ≥ 1 sizes, a and b have a stride (0 where
/// they are repeated) for each; the last strides must be 0 or 1. An item is a run along the last
/// axis.
void ak_binary_strided(int op, long rank, const long *sizes, const float *a,
                       const long *strides_a, const float *b, const long *strides_b, float *y,
                       long low, long high);

/// y[i] = a[i] where mask[i] ≠ 0, else b[i].
void ak_select(const float *mask, const float *a, const float *b, float *y, long low,
               long high);

/// Gradient of y[n][p][c] = x[n][p][c]·gate[n][c], in one pass: dx = dy·gate unless null, and
/// dgate = Σ_p dy·x unless null. An item is AK_GATE_CHANNELS channels of an image, of which there
/// are ⌈channels / AK_GATE_CHANNELS⌉.
#define AK_GATE_CHANNELS 64
void ak_gate_gradient(const float *x, const float *gate, const float *dy, float *dx,
                      float *dgate, long pixels, long channels, long low, long high);
