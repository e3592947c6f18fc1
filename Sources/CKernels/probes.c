// The processor's own limits: dispatch.
#include "include/probes.h"
#define BODY "probes_body.h"
#include "pointwise_isas.h"

double ak_probe_multiply_add(long rounds, float *sink) {
  double count = 0;
  AK_CHOOSE(count = multiply_add, rounds, sink)
  return count;
}

void ak_probe_triad(const float *a, const float *b, float s, float *c, long low, long high) {
  AK_CHOOSE(triad, a, b, s, c, low, high)
}
