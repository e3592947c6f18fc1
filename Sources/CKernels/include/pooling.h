#pragma once
#include <stdint.h>
/// Pooling over windows of images [n][height][width][channels]. A window is a row range times a
/// column range, given in tables, so strided, padded, ceil-mode, adaptive and global pooling are the
/// same kernels. Windows move forward: starts and ends never fall.

typedef struct {
  long n, height, width, channels, out_height, out_width;
  /// Rows first_row[i] ..< last_row[i] belong to output row i; columns alike. Cut to the image.
  const int32_t *first_row, *last_row, *first_column, *last_column;
  /// Output rows first_out_row[h] ..< last_out_row[h] have a window with input row h; columns alike.
  const int32_t *first_out_row, *last_out_row, *first_out_column, *last_out_column;
  /// An average divides by row_divisor[i]·column_divisor[j].
  const float *row_divisor, *column_divisor;
} ak_windows;

/// Largest number of each window and, unless null, its place h·width + w, the first of equals; NaN
/// counts as largest. An item is an output row (n·out_height + i).
void ak_max_pool(const ak_windows *windows, const float *x, float *y, int32_t *places,
                 long low, long high);
/// dx = Σ over windows that chose the place of dy. An item is an input row (n·height + h).
void ak_max_pool_backward(const ak_windows *windows, const float *dy, const int32_t *places,
                          float *dx, long low, long high);
/// y = x at the places: max pooling with the choice given. An item is an output row.
void ak_pool_gather(const ak_windows *windows, const float *x, const int32_t *places,
                    float *y, long low, long high);

/// Sum of each window over its divisor. An item is an output row.
void ak_average_pool(const ak_windows *windows, const float *x, float *y, long low, long high);
/// dx = Σ over windows with the pixel of dy / divisor. An item is an input row.
void ak_average_pool_backward(const ak_windows *windows, const float *dy, float *dx, long low,
                              long high);
