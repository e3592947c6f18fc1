#pragma once
#include <stdint.h>
/// Kernels that only move numbers.

/// Most axes that a strided kernel takes, after axes that lie together have been joined.
#define AK_MAX_RANK 8

/// target[Σ i·target_strides] = source[Σ i·source_strides] over all indices below `sizes`: slices,
/// permutations, repetition (stride 0), reversal (stride below 0), padding and joining are all
/// this. An item is a run along the last axis.
void ak_copy_strided(long rank, const long *sizes, const float *source,
                     const long *source_strides, float *target, const long *target_strides,
                     long low, long high);

/// target[b][c][r] = source[b][r][c]. An item is 16 rows of one batch entry; a batch entry has
/// ⌈rows/16⌉ of them.
void ak_transpose(const float *source, float *target, long rows, long columns, long low,
                  long high);

/// target[i] = source[index[i]], rows of `width` numbers. An item is a row of the target. Indices
/// must have been checked.
void ak_gather_rows(const float *source, const int32_t *index, float *target, long width,
                    long low, long high);

/// target[index[i]] += source[i] for `rows` rows, in their order. An item is a column.
void ak_scatter_add_rows(const float *source, const int32_t *index, float *target, long rows,
                         long width, long low, long high);

/// target[i] = source[i·width + index[i]]. An item is a row.
void ak_pick_columns(const float *source, const int32_t *index, float *target, long width,
                     long low, long high);

/// Every number the same.
void ak_fill(float *target, float value, long low, long high);
