// Resizing by tables, channels innermost; see pointwise_isas.h.

static void V(resize)(const ak_resizing *t, const float *x, float *y, long low, long high) {
  const long channels = t->channels;
  const ak_resizing_axis *rows = &t->rows, *columns = &t->columns;
  for (long item = low; item < high; item++) {
    const float *image = x + item / t->out_height * t->height * t->width * channels;
    const long i = item % t->out_height;
    for (long j = 0; j < t->out_width; j++) {
      float *out = y + (item * t->out_width + j) * channels;
      for (long c = 0; c < channels; c += LANES) {
        vf sum = {0};
        for (int32_t r = rows->starts[i]; r < rows->starts[i + 1]; r++) {
          const float *row = image + rows->places[r] * t->width * channels + c;
          vf line = {0};
          for (int32_t k = columns->starts[j]; k < columns->starts[j + 1]; k++) {
            line += V(load)(row + columns->places[k] * channels) * columns->weights[k];
          }
          sum += line * rows->weights[r];
        }
        if (channels - c < LANES) V(store_part)(out + c, sum, channels - c);
        else V(store)(out + c, sum);
      }
    }
  }
}
