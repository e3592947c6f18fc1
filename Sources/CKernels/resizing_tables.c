// Resizing by tables: dispatch.
#define BODY "resizing_tables_body.h"
#include "pointwise_isas.h"

void ak_resize(const ak_resizing *tables, const float *x, float *y, long low, long high) {
  AK_CHOOSE(resize, tables, x, y, low, high)
}
