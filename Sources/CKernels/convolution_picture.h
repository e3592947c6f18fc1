// A convolution 3×3 on a picture of three channels, forward and weight gradient: plain sums.
//
// A row of taps is a run of 9 floats, too short for the pointers of the general kernels. Here
// pixels that follow each other in a row of outputs are taken together, whose runs lie a fixed
// 3·stride floats apart, so that every product is one instruction with a fixed address.

enum { picture_taps = 9, picture_rows = 3, picture_slots = 16, picture_pixels = 112 };
enum { picture_mark = 7 };  // the detail of a plan that tells these from the general kernels

typedef struct {
  const ak_conv *c;
  panel_split panels;
  long columns;        // k in whole vectors
  long width;          // floats of a row with its padding
  long lines;          // rows of outputs, over all images
  long block, blocks;  // of lines
} picture_work;

static picture_work picture_of(const ak_conv *c, enum ak_pass pass) {
  picture_work w = {.c = c, .panels = split_panels(c->k)};
  w.columns = padded_columns(w.panels);
  w.width = round_up(run_width(c) * 3 + 2 * VL, 16);
  w.lines = c->n * c->oh;
  w.block = pass == AK_WEIGHT_GRADIENT
    ? ceil_div(w.lines, picture_slots)
    : ceil_div(picture_pixels, at_least(1, c->ow));
  w.blocks = ceil_div(w.lines, at_least(1, w.block));
  return w;
}

// Outputs of more channels fill the general kernels' wide panels.
static int suits_picture(const ak_conv *c, enum ak_pass pass) {
  if (pass == AK_INPUT_GRADIENT || c->r != picture_rows || c->s != 3 || c->c != 3) return 0;
  if (c->groups != 1 || c->dil_h != 1 || c->dil_w != 1 || c->k < 4) return 0;
  if (c->k > (pass == AK_FORWARD ? 16 : 32)) return 0;
  return (c->stride_w == 1 || c->stride_w == 2) && c->ow >= 8 && c->n * c->oh >= 16;
}

// Finds the three rows of pixels under a line of outputs: copies with zeros at their sides, one
// behind the other in `copies`, and a row of zeros outside the picture.
static void picture_find(
  const picture_work *w, const float *x, long line, float *copies, const float **rows
) {
  const ak_conv *c = w->c;
  const long left = c->pad_left * 3, right = left + c->w * 3, end = run_width(c) * 3;
  for (long r = 0; r < picture_rows; r++) {
    const long y = line % c->oh * c->stride_h - c->pad_top + r;
    float *copy = copies + r * w->width;
    rows[r] = copy;
    const int inside = (unsigned long)y < (unsigned long)c->h;
    const float *from = x + (line / c->oh * c->h + y) * c->w * 3 - left;
    // Whole vectors, each stretch over the excess of the one before.
    const long first = inside ? left : end, last = inside ? right : end;
    for (long i = 0; i < first; i += VL) store(copy + i, (vec){0});
    for (long i = first; i < last; i += VL) store(copy + i, load(from + i));
    for (long i = last; i < end; i += VL) store(copy + i, (vec){0});
  }
}

// What the outputs pass through in registers; anything else follows the store.
typedef struct {
  vec bias, sum, square;
  int rectified, add, summing;
} picture_ending;

// `count` pixels from the first on, one vector of channels: the weights at w[27][VL].
INLINE void picture_group(
  const int count, const int step, const float *const *rows, const float *w, picture_ending *e,
  float *out, long k, long lanes
) {
  vec acc[ROWS_MAX];
  UNROLL for (int i = 0; i < count; i++) acc[i] = e->bias;
  for (int r = 0; r < picture_rows; r++) {
    const float *p = rows[r];
    UNROLL for (int t = 0; t < picture_taps; t++) {
      const vec row = load(w + (r * picture_taps + t) * VL);
      UNROLL for (int i = 0; i < count; i++) acc[i] += row * p[i * step + t];
    }
  }
  UNROLL for (int i = 0; i < count; i++) {
    float *to = out + i * k;
    vec v = acc[i];
    if (e->add) v += load_some(to, lanes);
    if (e->rectified) v = rectify(v);
    if (e->summing) {
      e->sum += v;
      e->square += v * v;
    }
    store_some(to, v, lanes);
  }
}

// A line of outputs, one vector of channels.
INLINE void picture_line(
  const int step, const float *const *rows, const float *w, picture_ending *ending, float *out,
  long count, long k, long lanes
) {
  picture_ending e = *ending;
  const float *p[picture_rows] = {rows[0], rows[1], rows[2]};
  for (long x = 0; x < count;) {
    const long some = count - x >= 12 ? 12 : count - x >= 4 ? 4 : 1;
    float *to = out + x * k;
    if (some == 12) {
      picture_group(12, step, p, w, &e, to, k, lanes);
    } else if (some == 4) {
      picture_group(4, step, p, w, &e, to, k, lanes);
    } else {
      picture_group(1, step, p, w, &e, to, k, lanes);
    }
    UNROLL for (int r = 0; r < picture_rows; r++) p[r] += some * step;
    x += some;
  }
  *ending = e;
}

static void picture_plan(const ak_conv *c, ak_plan *plan) {
  const picture_work w = picture_of(c, AK_FORWARD);
  plan->algorithm = AK_DIRECT;
  plan->detail[picture_mark] = 1;
  plan->phases = 2;
  plan->pack_phases = 1;
  plan->packed_floats = 27 * w.columns;
  plan->items[0] = w.panels.vectors;
  plan->items[1] = w.blocks;
  plan->chunk[0] = 1;
  plan->chunk[1] = 4;
  plan->private_floats = 3 * w.width + 64;
  plan->stat_slots = w.blocks;
}

static void picture_item(const picture_work *w, const ak_job *job, long item, float *scratch) {
  const ak_conv *c = w->c;
  const ak_epilogue *e = job->epilogue;
  const int apart = e && (e->residual || e->before || e->activation > AK_RELU);
  float *copies = carve(&scratch, 3 * w->width);
  const float *rows[picture_rows];
  const long end = at_most(w->lines, (item + 1) * w->block);
  clear_statistics(e, 0, c->k, item, c->k);
  for (long line = item * w->block; line < end; line++) {
    float *out = job->out + line * c->ow * c->k;
    picture_find(w, job->a, line, copies, rows);
    for (long j = 0; j < c->k; j += VL) {
      const long n = at_most(VL, c->k - j), slot = item * c->k + j;
      picture_ending ending = {.add = job->accumulate};
      if (e && !apart) {
        if (e->bias) ending.bias = load_some(e->bias + j, n);
        ending.rectified = e->activation == AK_RELU;
        ending.summing = e->sum || e->square_sum;
      }
      const float *weights = job->packed + j * 27;
      if (c->stride_w == 1) {
        picture_line(3, rows, weights, &ending, out + j, c->ow, c->k, n);
      } else {
        picture_line(6, rows, weights, &ending, out + j, c->ow, c->k, n);
      }
      if (apart || !ending.summing) continue;
      float *sum = e->sum ? e->sum + slot : 0, *square = e->square_sum ? e->square_sum + slot : 0;
      if (sum) store_some(sum, load_some(sum, n) + ending.sum, n);
      if (square) store_some(square, load_some(square, n) + ending.square, n);
    }
    for (long i = 0; apart && i < c->ow; i++) {
      finish_pixel(e, out + i * c->k, out + i * c->k - job->out, 0, c->k, item, c->k);
    }
  }
}

// Weight gradient of one line of outputs and one vector of channels: `rows` rows of taps, added to
// d[9·rows][columns].
INLINE void picture_sums(
  const int rows, const int step, const float *const *p, const float *dy, long count, long k,
  long lanes, float *d, long columns
) {
  vec acc[picture_rows][picture_taps];
  const float *q[picture_rows];
  UNROLL for (int r = 0; r < rows; r++) {
    q[r] = p[r];
    UNROLL for (int t = 0; t < picture_taps; t++) acc[r][t] = (vec){0};
  }
  for (long x = 0; x < count; x++) {
    const vec y = load_some(dy, lanes);
    dy += k;
    UNROLL for (int r = 0; r < rows; r++) {
      UNROLL for (int t = 0; t < picture_taps; t++) acc[r][t] += y * q[r][t];
      q[r] += step;
    }
  }
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int t = 0; t < picture_taps; t++) {
    float *to = d + (r * picture_taps + t) * columns;
    store(to, load(to) + acc[r][t]);
  }
}

// As many rows of taps at once as the registers hold sums of.
enum { picture_at_once = VL == 16 ? 3 : 1 };

static void picture_slot(const picture_work *w, const ak_job *job, long slot, float *scratch) {
  const ak_conv *c = w->c;
  float *copies = carve(&scratch, 3 * w->width), *d = job->shared + slot * 27 * w->columns;
  const float *rows[picture_rows];
  memset(d, 0, (size_t)(27 * w->columns) * sizeof(float));
  const long end = at_most(w->lines, (slot + 1) * w->block);
  for (long line = slot * w->block; line < end; line++) {
    picture_find(w, job->a, line, copies, rows);
    const float *dy = job->b + line * c->ow * c->k;
    for (long j = 0; j < c->k; j += VL) {
      const long n = at_most(VL, c->k - j);
      for (int r = 0; r < picture_rows; r += picture_at_once) {
        float *to = d + r * picture_taps * w->columns + j;
        if (c->stride_w == 1) {
          picture_sums(picture_at_once, 3, rows + r, dy + j, c->ow, c->k, n, to, w->columns);
        } else {
          picture_sums(picture_at_once, 6, rows + r, dy + j, c->ow, c->k, n, to, w->columns);
        }
      }
    }
  }
}

static void picture_weights_plan(const ak_conv *c, ak_plan *plan) {
  const picture_work w = picture_of(c, AK_WEIGHT_GRADIENT);
  plan->algorithm = AK_DIRECT;
  plan->detail[picture_mark] = 1;
  plan->phases = 2;
  plan->items[0] = w.blocks;
  plan->items[1] = 1;
  plan->chunk[0] = plan->chunk[1] = 1;
  plan->shared_floats = w.blocks * 27 * w.columns;
  plan->private_floats = 3 * w.width + 64;
}

static void picture_finish(const picture_work *w, const ak_job *job) {
  const long k = w->c->k, floats = 27 * w->columns;
  add_slots(job->shared, w->blocks, floats, floats);
  for (long i = 0; i < 27; i++) {
    for (long j = 0; j < k; j += VL) {
      vec v = load(job->shared + i * w->columns + j);
      float *to = job->out + i * k + j;
      if (job->accumulate) v += load_some(to, k - j);
      store_some(to, v, k - j);
    }
  }
}

static void picture_run(
  const ak_conv *c, enum ak_pass pass, const ak_job *job, int phase, long lo, long hi,
  float *scratch
) {
  const picture_work w = picture_of(c, pass);
  for (long item = lo; item < hi; item++) {
    if (pass == AK_WEIGHT_GRADIENT) {
      phase ? picture_finish(&w, job) : picture_slot(&w, job, item, scratch);
    } else if (phase) {
      picture_item(&w, job, item, scratch);
    } else {
      pack_rows(
        job->b + item * VL, c->k, 27, at_most(VL, c->k - item * VL), 1,
        job->packed + item * 27 * VL);
    }
  }
}
