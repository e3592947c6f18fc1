// Resampling by tables: dispatch.
#define BODY "resampling_tables_body.h"
#include "pointwise_isas.h"

void ak_resample(const ak_resampling *tables, const float *x, float *y, long low, long high) {
  AK_CHOOSE(resample, tables, x, y, low, high)
}
