#pragma once
#include <stdint.h>
/// Resizing of images [n][height][width][channels] by a weighted sum along each axis, given as
/// tables: enlarging, reducing by any filter, and, with the tables transposed, their gradients.

/// Output place i sums weights[k]·input[places[k]] for starts[i] ≤ k < starts[i + 1].
typedef struct {
  const int32_t *starts, *places;
  const float *weights;
} ak_resizing_axis;

typedef struct {
  long height, width, channels, out_height, out_width;
  ak_resizing_axis rows, columns;
} ak_resizing;

/// An item is an output row (n·out_height + i).
void ak_resize(const ak_resizing *tables, const float *x, float *y, long low, long high);
