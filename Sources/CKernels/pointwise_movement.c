// Moving numbers: bound by memory, so one plain version serves every processor.
#include "movement.h"
#include <string.h>

static void copy_run(const float *source, long source_step, float *target, long target_step,
                     long n) {
  if (target_step == 1 && source_step == 1) {
    memcpy(target, source, (size_t)n * sizeof(float));
  } else if (target_step == 1 && source_step == 0) {
    for (long i = 0; i < n; i++) target[i] = *source;
  } else if (target_step == 1) {
    for (long i = 0; i < n; i++) target[i] = source[i * source_step];
  } else {
    for (long i = 0; i < n; i++) target[i * target_step] = source[i * source_step];
  }
}

void ak_copy_strided(long rank, const long *sizes, const float *source,
                     const long *source_strides, float *target, const long *target_strides,
                     long low, long high) {
  const long last = rank - 1;
  long index[AK_MAX_RANK] = {0};
  long from = 0, to = 0;
  for (long axis = last - 1, rest = low; axis >= 0; axis--) {
    index[axis] = rest % sizes[axis];
    rest /= sizes[axis];
    from += index[axis] * source_strides[axis];
    to += index[axis] * target_strides[axis];
  }
  for (long item = low; item < high; item++) {
    copy_run(source + from, source_strides[last], target + to, target_strides[last],
             sizes[last]);
    for (long axis = last - 1; axis >= 0; axis--) {
      from += source_strides[axis];
      to += target_strides[axis];
      if (++index[axis] < sizes[axis]) break;
      from -= source_strides[axis] * sizes[axis];
      to -= target_strides[axis] * sizes[axis];
      index[axis] = 0;
    }
  }
}

enum { TILE = 16 };

/// One tile by way of a buffer, so that both sides are walked along their rows.
static void transpose_tile(const float *source, long columns, float *target, long rows,
                           long height, long width) {
  float tile[TILE][TILE];
  for (long r = 0; r < height; r++)
    for (long c = 0; c < width; c++) tile[c][r] = source[r * columns + c];
  for (long c = 0; c < width; c++)
    for (long r = 0; r < height; r++) target[c * rows + r] = tile[c][r];
}

void ak_transpose(const float *source, float *target, long rows, long columns, long low,
                  long high) {
  const long blocks = (rows + TILE - 1) / TILE;
  for (long item = low; item < high; item++) {
    const long row = item % blocks * TILE;
    const long height = rows - row < TILE ? rows - row : TILE;
    const long start = item / blocks * rows * columns;
    for (long column = 0; column < columns; column += TILE) {
      const long width = columns - column < TILE ? columns - column : TILE;
      const float *from = source + start + row * columns + column;
      float *to = target + start + column * rows + row;
      if (height == TILE && width == TILE)
        transpose_tile(from, columns, to, rows, TILE, TILE);
      else
        transpose_tile(from, columns, to, rows, height, width);
    }
  }
}

void ak_gather_rows(const float *source, const int32_t *index, float *target, long width,
                    long low, long high) {
  for (long i = low; i < high; i++)
    memcpy(target + i * width, source + index[i] * width, (size_t)width * sizeof(float));
}

void ak_scatter_add_rows(const float *source, const int32_t *index, float *target, long rows,
                         long width, long low, long high) {
  for (long i = 0; i < rows; i++) {
    const float *from = source + i * width;
    float *to = target + index[i] * width;
    for (long c = low; c < high; c++) to[c] += from[c];
  }
}

void ak_pick_columns(const float *source, const int32_t *index, float *target, long width,
                     long low, long high) {
  for (long i = low; i < high; i++) target[i] = source[i * width + index[i]];
}

void ak_fill(float *target, float value, long low, long high) {
  for (long i = low; i < high; i++) target[i] = value;
}
