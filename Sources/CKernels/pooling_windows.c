// Pooling: dispatch.
#define BODY "pooling_windows_body.h"
#include "pointwise_isas.h"

void ak_max_pool(const ak_windows *windows, const float *x, float *y, int32_t *places,
                 long low, long high) {
  AK_CHOOSE(max_pool, windows, x, y, places, low, high)
}

void ak_max_pool_backward(const ak_windows *windows, const float *dy, const int32_t *places,
                          float *dx, long low, long high) {
  AK_CHOOSE(max_pool_backward, windows, dy, places, dx, low, high)
}

void ak_pool_gather(const ak_windows *windows, const float *x, const int32_t *places,
                    float *y, long low, long high) {
  const long channels = windows->channels, run = windows->out_width * channels;
  for (long item = low; item < high; item++) {
    const float *image =
        x + item / windows->out_height * windows->height * windows->width * channels;
    for (long i = 0; i < run; i++)
      y[item * run + i] = image[places[item * run + i] * channels + i % channels];
  }
}

void ak_average_pool(const ak_windows *windows, const float *x, float *y, long low,
                     long high) {
  AK_CHOOSE(average_pool, windows, x, y, low, high)
}

void ak_average_pool_backward(const ak_windows *windows, const float *dy, float *dx, long low,
                              long high) {
  AK_CHOOSE(average_pool_backward, windows, dy, dx, low, high)
}
