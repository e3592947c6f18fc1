// Depthwise convolution (one input and one output channel a group), forward and input gradient:
//     target[pixel][c] = Σ_taps source[pixel, tap][c] · w[tap][c]
// Vectors run over channels. A register tile is a few neighbouring pixels of a row; taps come as a
// list, so the parity classes of a strided input gradient are only shorter lists, and taps above
// or below the image are left out.

enum { line_pixels = 8 };

typedef struct {
  const float *const *weights;  // [tap]
  const float *const *sources;  // inside: [tap], of the first pixel; edge: [tap][pixel]
  long taps, step;              // floats from a pixel's source to the next one's
  // What the next pixels read first: the lowest rows of taps, `ahead_pixels` of each.
  const float *ahead[2];
  long ahead_rows, ahead_pixels;
  float *out;
  long out_step, channels;
  int add;
} line_tile;

INLINE void line_body(const int count, const int edge, const line_tile *t) {
  for (long c = 0; c < t->channels; c += VL) {
    vec acc[line_pixels];
    UNROLL for (int i = 0; i < count; i++) acc[i] = (vec){0};
    for (long tap = 0; tap < t->taps; tap++) {
      const vec w = load(t->weights[tap] + c);
      if (edge) {
        const float *const *from = t->sources + tap * line_pixels;
        UNROLL for (int i = 0; i < count; i++) acc[i] += w * load(from[i] + c);
      } else {
        const float *from = t->sources[tap] + c;
        UNROLL for (int i = 0; i < count; i++) acc[i] += w * load(from + i * t->step);
      }
    }
    // The processor does not foresee so many streams.
    for (long row = 0; row < t->ahead_rows; row++) {
      const float *ahead = t->ahead[row] + c;
      for (long i = 0; i < t->ahead_pixels; i++, ahead += t->channels) __builtin_prefetch(ahead);
    }
    const long n = at_most(VL, t->channels - c);
    UNROLL for (int i = 0; i < count; i++) {
      float *to = t->out + i * t->out_step + c;
      __builtin_prefetch(to + count * t->out_step, 1);
      if (t->add) acc[i] += load_some(to, n);
      store_some(to, acc[i], n);
    }
  }
}

#define LINE(count)                                                                          \
  static __attribute__((noinline)) void inside_##count(const line_tile *t) {                 \
    line_body(count, 0, t);                                                                  \
  }                                                                                          \
  static __attribute__((noinline)) void edge_##count(const line_tile *t) {                   \
    line_body(count, 1, t);                                                                  \
  }
LINE(1) LINE(2) LINE(3) LINE(4) LINE(5) LINE(6) LINE(7) LINE(8)
typedef void (*line_function)(const line_tile *);
static const line_function inside_functions[] = {
  0, inside_1, inside_2, inside_3, inside_4, inside_5, inside_6, inside_7, inside_8};
static const line_function edge_functions[] = {
  0, edge_1, edge_2, edge_3, edge_4, edge_5, edge_6, edge_7, edge_8};

static int is_depthwise(const ak_conv *c) {
  return c->groups > 1 && c->groups == c->c && c->groups == c->k;
}

static void line_plan(const ak_conv *c, enum ak_pass pass, ak_plan *plan) {
  const conv_view v = view_convolution(c, pass);
  const long taps = c->r * c->s;
  plan->algorithm = AK_DEPTHWISE;
  plan->phases = 1;
  plan->items[0] = v.classes_h * v.classes_w * v.n * ceil_div(v.th, v.classes_h);
  plan->chunk[0] = at_least(1, ceil_div(plan->items[0], 256));
  plan->stat_slots = plan->items[0];
  plan->private_floats = class_scratch(&v) + 2 * round_up(2 * taps, 16)
    + round_up(2 * taps * line_pixels, 16) + round_up(c->c + VL, 16) + 64;
}

typedef struct {
  const float **weights, **sources;
  float *zeros;
} line_tables;

// Finds what the pixels after these read for the first time.
static void look_ahead(
  const conv_view *v, const pixel_class *p, const float *image, long iy, long next, long count,
  line_tile *t
) {
  long lowest = -1, right = 0;
  for (long r = 0; r < p->rows; r++) lowest = at_least(lowest, p->source_y[r]);
  for (long s = 0; s < p->columns; s++) right = at_least(right, p->source_x[s]);
  lowest += iy * p->advance_y;
  right += next * p->advance_x;
  t->ahead_rows = 0;
  for (long row = 0; row < at_most(2, p->advance_y); row++) {
    const long y = lowest - row;
    if (y < 0 || y >= v->sh) continue;
    t->ahead[t->ahead_rows++] = image + (y * v->sw + right) * t->channels;
  }
  t->ahead_pixels = at_most(count * p->advance_x, v->sw - right);
}

// Lists the taps of `count` pixels of a row from ix; 1 if some of them fall outside the image.
static int list_line(
  const conv_view *v, const pixel_class *p, const ak_job *job, long n, long iy, long ix,
  long count, const line_tables *tables, line_tile *t
) {
  const long c = v->target_channels;
  int edge = 0;
  for (long s = 0; s < p->columns; s++) {
    const long first = p->source_x[s] + ix * p->advance_x;
    edge |= first < 0 || first + (count - 1) * p->advance_x >= v->sw;
  }
  t->taps = 0;
  for (long r = 0; r < p->rows; r++) {
    const long y = p->source_y[r] + iy * p->advance_y;
    if ((unsigned long)y >= (unsigned long)v->sh) continue;
    const float *row = job->a + (n * v->sh + y) * v->sw * c;
    for (long s = 0; s < p->columns; s++, t->taps++) {
      const long x = p->source_x[s] + ix * p->advance_x;
      tables->weights[t->taps] = job->b + (p->row[r] * v->taps_w + p->column[s]) * c;
      if (!edge) {
        tables->sources[t->taps] = row + x * c;
        continue;
      }
      for (long i = 0; i < count; i++) {
        const long at = x + i * p->advance_x;
        const int inside = (unsigned long)at < (unsigned long)v->sw;
        tables->sources[t->taps * line_pixels + i] = inside ? row + at * c : tables->zeros;
      }
    }
  }
  return edge;
}

static void line_item(
  const conv_view *v, const ak_job *job, long item, const line_tables *tables, pixel_class *class
) {
  const long rows = v->n * ceil_div(v->th, v->classes_h), c = v->target_channels;
  describe_class(v, item / rows, class);
  clear_statistics(job->epilogue, 0, c, item, c);
  const long row = item % rows;
  if (row >= v->n * class->count_y || class->count_x == 0) return;
  const long n = row / class->count_y, iy = row % class->count_y;
  const long tiles = ceil_div(class->count_x, line_pixels);
  float *out = job->out
    + ((n * v->th + class->y0 + iy * class->step_y) * v->tw + class->x0) * c;
  line_tile t = {
    .weights = tables->weights, .sources = tables->sources, .step = class->advance_x * c,
    .out_step = class->step_x * c, .channels = c, .add = job->accumulate};
  for (long tile = 0, ix = 0; tile < tiles; tile++) {
    const long count = ceil_div(class->count_x - ix, tiles - tile);
    t.out = out + ix * t.out_step;
    look_ahead(v, class, job->a + n * v->sh * v->sw * c, iy, ix + count, count, &t);
    if (list_line(v, class, job, n, iy, ix, count, tables, &t)) {
      edge_functions[count](&t);
    } else {
      inside_functions[count](&t);
    }
    for (long i = 0; has_epilogue(job->epilogue) && i < count; i++) {
      float *pixel = t.out + i * t.out_step;
      finish_pixel(job->epilogue, pixel, pixel - job->out, 0, c, item, c);
    }
    ix += count;
  }
}

static void line_run(
  const ak_conv *c, enum ak_pass pass, const ak_job *job, long lo, long hi, float *scratch
) {
  const conv_view v = view_convolution(c, pass);
  const long taps = c->r * c->s;
  pixel_class class = carve_class(&v, &scratch);
  line_tables tables;
  tables.weights = (const float **)carve(&scratch, 2 * taps);
  tables.sources = (const float **)carve(&scratch, 2 * taps * line_pixels);
  tables.zeros = carve(&scratch, c->c + VL);
  memset(tables.zeros, 0, (size_t)(c->c + VL) * sizeof(float));
  for (long item = lo; item < hi; item++) line_item(&v, job, item, &tables, &class);
}
