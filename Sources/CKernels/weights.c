// From a file's numbers to a tensor's: bound by memory once the compiler has made vectors of it.
#include "weights.h"
#include <string.h>

static inline float half_value(uint16_t bits) {
  const uint32_t sign = (uint32_t)(bits & 0x8000) << 16;
  const uint32_t rest = (uint32_t)(bits & 0x7FFF) << 13;
  const uint32_t exponent = rest & 0x0F800000;
  // Normal numbers move their exponent; 2^-14·(1 + fraction) − 2^-14 is exact for the others, even
  // where subnormal numbers are flushed to zero.
  const uint32_t shifted = rest + 0x38000000;
  const uint32_t infinite = rest | 0x7F800000;
  const uint32_t tiny = 0x38800000 | rest;
  float small, one;
  const uint32_t unit = 0x38800000;
  memcpy(&small, &tiny, 4);
  memcpy(&one, &unit, 4);
  small -= one;
  uint32_t small_bits;
  memcpy(&small_bits, &small, 4);
  uint32_t result = exponent == 0x0F800000 ? infinite : exponent == 0 ? small_bits : shifted;
  result |= sign;
  float value;
  memcpy(&value, &result, 4);
  return value;
}

/// `n` numbers from place `at` of the source.
static inline void widen_run(const char *source, int number, long at, float *target, long n) {
  switch (number) {
  case ak_number_f32: memcpy(target, source + at * 4, (size_t)n * 4); break;
  case ak_number_f16:
    for (long i = 0; i < n; i++) {
      uint16_t bits;
      memcpy(&bits, source + (at + i) * 2, 2);
      target[i] = half_value(bits);
    }
    break;
  case ak_number_bf16:
    for (long i = 0; i < n; i++) {
      uint16_t bits;
      memcpy(&bits, source + (at + i) * 2, 2);
      const uint32_t wide = (uint32_t)bits << 16;
      memcpy(target + i, &wide, 4);
    }
    break;
  case ak_number_f64:
    for (long i = 0; i < n; i++) {
      double value;
      memcpy(&value, source + (at + i) * 8, 8);
      target[i] = (float)value;
    }
    break;
  default:
    for (long i = 0; i < n; i++) {
      int64_t value;
      memcpy(&value, source + (at + i) * 8, 8);
      target[i] = (float)value;
    }
  }
}

void ak_widen(const void *source, int number, float *target, long low, long high) {
  widen_run(source, number, low, target + low, high - low);
}

enum { ROWS = 32, COLUMNS = 16 };

/// A tile by way of a buffer, so that both sides are walked along their rows. Column c of the source
/// is input c/kernel at place c%kernel.
static inline void tile(const char *source, int number, long row, long rows, long column,
                        long columns, long width, float *target, long outputs, long inputs,
                        long kernel) {
  float lines[ROWS][COLUMNS], turned[COLUMNS][ROWS];
  for (long r = 0; r < rows; r++)
    widen_run(source, number, (row + r) * width + column, lines[r], columns);
  for (long r = 0; r < rows; r++)
    for (long c = 0; c < COLUMNS; c++) turned[c][r] = lines[r][c];
  long input = column / kernel, place = column % kernel;
  for (long c = 0; c < columns; c++) {
    memcpy(target + (place * inputs + input) * outputs + row, turned[c], (size_t)rows * 4);
    if (++place == kernel) {
      place = 0;
      input++;
    }
  }
}

void ak_weights(const void *source, int number, float *target, long outputs, long inputs,
                long kernel, long low, long high) {
  const long width = inputs * kernel;
  for (long item = low; item < high; item++) {
    const long row = item * ROWS;
    const long rows = outputs - row < ROWS ? outputs - row : ROWS;
    for (long column = 0; column < width; column += COLUMNS) {
      const long columns = width - column < COLUMNS ? width - column : COLUMNS;
      if (rows == ROWS && columns == COLUMNS)
        tile(source, number, row, ROWS, column, COLUMNS, width, target, outputs, inputs, kernel);
      else
        tile(source, number, row, rows, column, columns, width, target, outputs, inputs, kernel);
    }
  }
}
