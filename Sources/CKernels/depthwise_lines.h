// Depthwise convolution (one input and one output channel a group), forward and input gradient:
//     target[pixel][c] = Σ_taps source[pixel, tap][c] · w[tap][c]
// An item is a row of the target (of every parity class of a strided input gradient). Taps above
// or below the image are left out; those beside it read zeros.
//
// The taps of a row go together where their sources are neighbours (`runs`), else one by one.

static int is_depthwise(const ak_conv *c) {
  return c->groups > 1 && c->groups == c->c && c->groups == c->k;
}

// At most so many shares of the rows: neighbouring rows to the same thread, whose cache then has
// all but one of the source rows of the next.
enum { line_shares = 32 };

typedef struct {
  pixel_class class;
  line_kind kind;
  long rows_of_taps;     // runs of the class
  long *row;             // of each run: which row of taps,
  long *source_y;        // where its sources lie at row 0 of the class,
  long *source_x;        // and its first column at pixel 0,
  long left, right;      // the least and the greatest of these
  const float **weights; // [run][taps of a run], by ascending source
} line_class;

typedef struct {
  conv_view view;
  long classes, lowest;  // lowest source row of item 0
  line_class *class;
  // For the present row: the runs inside the image, where each begins at pixel 0, and its column
  // there.
  const float **weights, **rows;
  long *columns;
  const float **edges;
  float *zeros;
} line_work;

INLINE long line_class_scratch(const conv_view *v) {
  return class_scratch(v) + 8 * round_up(v->taps_h * v->taps_w, 8) + 32;
}

static void line_plan(const ak_conv *c, enum ak_pass pass, ak_plan *plan) {
  const conv_view v = view_convolution(c, pass);
  const long taps = c->r * c->s, classes = v.classes_h * v.classes_w;
  plan->algorithm = AK_DEPTHWISE;
  plan->phases = 1;
  plan->items[0] = v.n * ceil_div(v.th, v.classes_h);
  plan->chunk[0] = at_least(1, ceil_div(plan->items[0], line_shares));
  plan->stat_slots = plan->items[0];
  plan->private_floats = classes * line_class_scratch(&v)
    + round_up(classes * (long)sizeof(line_class) / 4, 16)
    + 3 * round_up(2 * taps, 16) + round_up(2 * taps * line_columns, 16)
    + round_up(c->c + VL, 16) + 64;
}

// Joins the taps of a class into runs.
static void join_taps(const conv_view *v, const ak_job *job, line_class *l) {
  const pixel_class *p = &l->class;
  const long columns = p->columns;
  long direction = columns > 1 ? p->source_x[1] - p->source_x[0] : 1;
  for (long s = 1; s < columns; s++) {
    if (p->source_x[s] - p->source_x[s - 1] != direction) direction = 0;
  }
  l->kind = direction == 1 || direction == -1 ? line_kind_of(columns, p->advance_x, p->count_x)
                                               : line_single;
  const long joined = line_taps[l->kind];
  l->rows_of_taps = 0;
  l->left = v->sw, l->right = -v->sw;
  for (long r = 0; r < p->rows; r++) {
    for (long s = 0; s < columns; s += joined, l->rows_of_taps++) {
      const long run = l->rows_of_taps, first = direction < 0 && joined > 1 ? columns - 1 : s;
      l->row[run] = r;
      l->source_y[run] = p->source_y[r];
      l->source_x[run] = p->source_x[first];
      l->left = at_most(l->left, l->source_x[run]);
      l->right = at_least(l->right, l->source_x[run]);
      for (long i = 0; i < joined; i++) {
        const long column = p->column[first + i * direction];
        l->weights[run * joined + i] =
          job->b + (p->row[r] * v->taps_w + column) * v->target_channels;
      }
    }
  }
}

static line_work begin_lines(
  const ak_conv *c, enum ak_pass pass, const ak_job *job, float *scratch
) {
  line_work w = {.view = view_convolution(c, pass), .lowest = -c->h};
  const conv_view *v = &w.view;
  const long taps = v->taps_h * v->taps_w;
  w.classes = v->classes_h * v->classes_w;
  w.class = (line_class *)carve(&scratch, w.classes * (long)sizeof(line_class) / 4);
  w.weights = (const float **)carve(&scratch, 2 * taps);
  w.rows = (const float **)carve(&scratch, 2 * taps);
  w.columns = (long *)carve(&scratch, 2 * taps);
  w.edges = (const float **)carve(&scratch, 2 * taps * line_columns);
  w.zeros = carve(&scratch, c->c + VL);
  memset(w.zeros, 0, (size_t)(c->c + VL) * sizeof(float));
  for (long i = 0; i < w.classes; i++) {
    line_class *l = &w.class[i];
    l->class = carve_class(v, &scratch);
    l->row = (long *)carve(&scratch, 2 * taps);
    l->source_y = (long *)carve(&scratch, 2 * taps);
    l->source_x = (long *)carve(&scratch, 2 * taps);
    l->weights = (const float **)carve(&scratch, 2 * taps);
    describe_class(v, i, &l->class);
    join_taps(v, job, l);
    for (long r = 0; r < l->rows_of_taps; r++) w.lowest = at_least(w.lowest, l->source_y[r]);
  }
  return w;
}

// Lists the runs of a row of the class whose sources lie inside the image; their number.
static long list_runs(const line_work *w, const line_class *l, const float *image, long iy) {
  const conv_view *v = &w->view;
  const long taps = line_taps[l->kind];
  long count = 0;
  for (long run = 0; run < l->rows_of_taps; run++) {
    const long y = l->source_y[run] + iy * l->class.advance_y;
    if ((unsigned long)y >= (unsigned long)v->sh) continue;
    for (long i = 0; i < taps; i++) w->weights[count * taps + i] = l->weights[run * taps + i];
    w->rows[count] = image + (y * v->sw + l->source_x[run]) * v->target_channels;
    w->columns[count++] = l->source_x[run];
  }
  return count;
}

// Points a tile at its `count` pixels from ix; 1 if it reads beside the image.
static int place_tile(
  const line_work *w, const line_class *l, long ix, long count, line_tile *t
) {
  const long taps = line_taps[l->kind], advance = l->class.advance_x, c = t->channels;
  const long apart = taps == 1 ? advance : 1;  // of the columns a kernel reads
  const long columns = taps == 1 ? count : (count - 1) * advance + taps;
  const long width = w->view.sw, at = ix * advance;
  t->sources = w->rows;
  t->offset = at * c;
  if (l->left + at >= 0 && l->right + at + (columns - 1) * apart < width) return 0;
  t->sources = w->edges;
  t->offset = 0;
  for (long run = 0; run < t->runs; run++) {
    const float **out = w->edges + run * line_columns;
    for (long i = 0; i < columns; i++) {
      const long x = w->columns[run] + at + i * apart;
      const int inside = (unsigned long)x < (unsigned long)width;
      out[i] = inside ? w->rows[run] + (at + i * apart) * c : w->zeros;
    }
  }
  return 1;
}

// The pixels of one class in an item. What comes after the `last` one of a range is not asked
// for to be written: another thread may be writing it.
static void line_of_class(
  const line_work *w, const ak_job *job, long item, long index, int last
) {
  const conv_view *v = &w->view;
  const line_class *l = &w->class[index];
  const pixel_class *p = &l->class;
  const long rows = ceil_div(v->th, v->classes_h), n = item / rows, iy = item % rows;
  if (iy >= p->count_y || p->count_x == 0) return;
  const long c = v->target_channels, tiles = ceil_div(p->count_x, line_pixels);
  const float *image = job->a + n * v->sh * v->sw * c;
  const long line = v->sw * c, new_rows = at_most(p->advance_y, 2);
  float *out = job->out + ((n * v->th + p->y0 + iy * p->step_y) * v->tw + p->x0) * c;
  line_tile t = {
    .weights = w->weights, .runs = list_runs(w, l, image, iy), .channels = c,
    .step = line_taps[l->kind] == 1 ? p->advance_x * c : c, .out_step = p->step_x * c,
    .out_ahead = last ? 0 : p->step_y * v->tw * c, .add = job->accumulate, .line = line,
    .ahead_rows = index ? 0 : new_rows};
  for (long tile = 0, ix = 0; tile < tiles; tile++) {
    const long count = ceil_div(p->count_x - ix, tiles - tile);
    t.out = out + ix * t.out_step;
    // The rows that the next item reads for the first time; past the last row, those of the next
    // image.
    t.ahead = image + ((w->lowest + iy * p->advance_y + 1) * v->sw + ix * p->advance_x) * c;
    t.ahead_pixels = count * p->advance_x;
    line_functions[l->kind][place_tile(w, l, ix, count, &t)][count](&t);
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
  const line_work w = begin_lines(c, pass, job, scratch);
  for (long item = lo; item < hi; item++) {
    clear_statistics(job->epilogue, 0, c->c, item, c->c);
    for (long i = 0; i < w.classes; i++) {
      line_of_class(&w, job, item, i, item + 1 == hi);
    }
  }
}
