#pragma once
#include <stdint.h>
/// Sums and extremes. Work is cut into slots of a length that the shape decides; every slot leaves
/// one double (per column), and the slots are then put together in order, so the result does not
/// depend on who computed which slot. Inside a slot at most 1024 numbers are added in float.

enum ak_reduce_op {
  AK_SUM,
  AK_SUM_OF_SQUARES,
  AK_LARGEST,
  AK_SMALLEST,
};

/// partial[row·slots + s] = op over x[row][s·slot ..< (s+1)·slot], rows of `columns` numbers. An
/// item is one slot.
void ak_reduce_rows(int op, const float *x, long columns, long slot, long slots,
                    double *partial, long low, long high);

/// partial[(o·slots + s)·columns + c] = op over x[o][s·slot ..< (s+1)·slot][c], where x is
/// [outer][rows][columns]. An item is one slot.
void ak_reduce_columns(int op, const float *x, long rows, long columns, long slot, long slots,
                       double *partial, long low, long high);

/// y[o·width + c] = scale·op over s of partial[(o·slots + s)·width + c]. An item is a result.
void ak_reduce_finish(int op, const double *partial, long slots, long width, double scale,
                      float *y, long low, long high);

/// partial[s] = Σ a[i]·b[i] over slot s of `count` numbers. An item is a slot.
void ak_dot(const float *a, const float *b, long count, long slot, double *partial, long low,
            long high);

/// Index of the largest number of each row, the first of equals; a NaN counts as largest. An item
/// is a row.
void ak_argmax_rows(const float *x, int32_t *y, long columns, long low, long high);
