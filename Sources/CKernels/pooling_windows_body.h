// Pooling, channels innermost; see pointwise_isas.h.

#define EACH(...)                                                                          \
  for (long c = 0; c < channels; c += LANES) {                                             \
    const long lanes = channels - c < LANES ? channels - c : LANES;                        \
    __VA_ARGS__                                                                            \
  }

static inline void V(put)(float *p, vf v, long n) {
  if (n == LANES) V(store)(p, v);
  else V(store_part)(p, v, n);
}

static inline vi V(load_places)(const int32_t *p) {
  return (vi)V(load)((const float *)p);
}

// One output pixel's window, and where it lies.
typedef struct {
  const float *image;
  long top, bottom, left, right, width, channels;
} V(window);

// What windows further right read first: too many streams to be foreseen.
static inline void V(look_right)(const V(window) *w, long c) {
  for (long h = w->top; h < w->bottom; h++) {
    const float *ahead = w->image + (h * w->width + w->right + 8) * w->channels + c;
    __builtin_prefetch(ahead);
    __builtin_prefetch(ahead + w->channels);
  }
}

static inline void V(largest)(const V(window) *w, float *y) {
  const long channels = w->channels;
  EACH(vf best = V(splat)(-__builtin_inff()); V(look_right)(w, c);
       for (long h = w->top; h < w->bottom; h++) {
         const float *line = w->image + (h * w->width) * channels + c;
         for (long k = w->left; k < w->right; k++) {
           const vf v = V(load)(line + k * channels);
           best = V(pick)((v > best) | (v != v), v, best);
         }
       }
       V(put)(y + c, best, lanes);)
}

static inline void V(largest_place)(const V(window) *w, float *y, int32_t *places) {
  const long channels = w->channels;
  EACH(vf best = V(splat)(-__builtin_inff()); V(look_right)(w, c);
       vi place = (vi){0} + (int)(w->top * w->width + w->left);
       for (long h = w->top; h < w->bottom; h++)
         for (long k = w->left; k < w->right; k++) {
           const vf v = V(load)(w->image + (h * w->width + k) * channels + c);
           const vi better = (v > best) | ((v != v) & (best == best));
           best = V(pick)(better, v, best);
           place = (better & ((vi){0} + (int)(h * w->width + k))) | (~better & place);
         }
       V(put)(y + c, best, lanes);
       V(put)((float *)places + c, (vf)place, lanes);)
}

static void V(max_pool)(const ak_windows *w, const float *x, float *y, int32_t *places,
                        long low, long high) {
  for (long item = low; item < high; item++) {
    const long i = item % w->out_height;
    for (long j = 0; j < w->out_width; j++) {
      const V(window) window = {
        .image = x + item / w->out_height * w->height * w->width * w->channels,
        .top = w->first_row[i], .bottom = w->last_row[i], .left = w->first_column[j],
        .right = w->last_column[j], .width = w->width, .channels = w->channels};
      const long out = (item * w->out_width + j) * w->channels;
      if (places) V(largest_place)(&window, y + out, places + out);
      else V(largest)(&window, y + out);
    }
  }
}

static void V(max_pool_backward)(const ak_windows *w, const float *dy, const int32_t *places,
                                 float *dx, long low, long high) {
  const long channels = w->channels;
  for (long item = low; item < high; item++) {
    const long first = item / w->height * w->out_height, h = item % w->height;
    for (long k = 0; k < w->width; k++) {
      const vi here = (vi){0} + (int)(h * w->width + k);
      EACH(vf sum = {0};
           for (long i = w->first_out_row[h]; i < w->last_out_row[h]; i++)
             for (long j = w->first_out_column[k]; j < w->last_out_column[k]; j++) {
               const long at = ((first + i) * w->out_width + j) * channels + c;
               const vi chosen = V(load_places)(places + at) == here;
               sum += (vf)(chosen & (vi)V(load)(dy + at));
             }
           V(put)(dx + (item * w->width + k) * channels + c, sum, lanes);)
    }
  }
}

static void V(average_pool)(const ak_windows *w, const float *x, float *y, long low,
                            long high) {
  const long channels = w->channels;
  for (long item = low; item < high; item++) {
    const float *image = x + item / w->out_height * w->height * w->width * channels;
    const long i = item % w->out_height;
    for (long j = 0; j < w->out_width; j++) {
      const float share = 1.0f / (w->row_divisor[i] * w->column_divisor[j]);
      EACH(vf sum = {0};
           for (long h = w->first_row[i]; h < w->last_row[i]; h++) {
             // A sum a row: at most a row's length of roundings.
             vf line = {0};
             for (long k = w->first_column[j]; k < w->last_column[j]; k++)
               line += V(load)(image + (h * w->width + k) * channels + c);
             sum += line;
           }
           V(put)(y + (item * w->out_width + j) * channels + c, sum * share, lanes);)
    }
  }
}

static void V(average_pool_backward)(const ak_windows *w, const float *dy, float *dx, long low,
                                     long high) {
  const long channels = w->channels;
  for (long item = low; item < high; item++) {
    const long first = item / w->height * w->out_height, h = item % w->height;
    for (long k = 0; k < w->width; k++)
      EACH(vf sum = {0};
           for (long i = w->first_out_row[h]; i < w->last_out_row[h]; i++)
             for (long j = w->first_out_column[k]; j < w->last_out_column[k]; j++) {
               const float share = 1.0f / (w->row_divisor[i] * w->column_divisor[j]);
               sum += V(load)(dy + ((first + i) * w->out_width + j) * channels + c) * share;
             }
           V(put)(dx + (item * w->width + k) * channels + c, sum, lanes);)
  }
}
#undef EACH
