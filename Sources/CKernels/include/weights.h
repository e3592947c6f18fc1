#pragma once
#include <stdint.h>
/// Kernels between the numbers of a file and those of a tensor. A file's numbers may stand at any
/// address.

/// How a file writes a number.
enum ak_number {
  ak_number_f32,
  ak_number_f16,
  ak_number_bf16,
  ak_number_f64,
  ak_number_i64,
};

/// target[i] = source[i] as a float. An item is a number.
void ak_widen(const void *source, int number, float *target, long low, long high);

/// target[k][i][o] = source[o][i][k]: weights of a convolution with `kernel` places from PyTorch's
/// order into that of channels last; with kernel 1 a plain transposition. An item is a run of 32
/// outputs: there are ⌈outputs/32⌉.
void ak_weights(const void *source, int number, float *target, long outputs, long inputs,
                long kernel, long low, long high);
