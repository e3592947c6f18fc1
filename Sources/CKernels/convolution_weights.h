// Direct weight gradient: dW[tap][c][k] = Σ_pixels x[source(pixel, tap)][c]·dy[pixel][k], over the
// pixels whose source lies inside the image.
//
// A tile's channels are the input channels of one or several taps, one behind the other as they
// lie in the weights, so that a row of dy is read once for all of them; taps that fall outside the
// image give zeros.

typedef struct {
  conv_view view;
  outer_blocking blocking;
  long taps, tiles, pixels;
  long tap_sets;  // 1 where tiles join taps, else one set for each tap
  long dense;     // pixels to take at once where they are rows of two matrices; else 0
} weights_work;

// Pixels to take at once where every one has one source, its own place; else 0.
static long dense_pixels(const ak_conv *c, const conv_view *v, const outer_blocking *b) {
  const int itself = v->taps_h * v->taps_w == 1 && c->stride_h == 1 && c->stride_w == 1
    && v->sh == v->th && v->sw == v->tw && c->pad_top == 0 && c->pad_left == 0;
  return itself && v->groups == 1 && v->joined == 1 ? rows_in_place(b, c->c, c->k) : 0;
}

static weights_work weights_of(const ak_conv *c) {
  weights_work w = {.view = view_convolution(c, AK_WEIGHT_GRADIENT)};
  const conv_view *v = &w.view;
  w.taps = v->taps_h * v->taps_w;
  w.pixels = c->n * c->oh * c->ow;
  const int joined = v->run <= outer_channels;
  w.tap_sets = joined ? 1 : w.taps;
  w.blocking = block_outer(
    w.tap_sets * v->groups, joined ? w.taps * v->run : v->run, joined ? v->run : 1, v->columns,
    w.pixels);
  w.dense = dense_pixels(c, v, &w.blocking);
  w.tiles =
    w.tap_sets * v->groups * w.blocking.channel_blocks * w.blocking.panel_groups;
  return w;
}

static void weights_plan(const ak_conv *c, ak_plan *plan) {
  const weights_work w = weights_of(c);
  plan->algorithm = AK_DIRECT;
  long copied = 0;
  if (w.view.runs && needs_copy(c)) {
    plan->items[plan->phases] = c->n * c->h;
    plan->chunk[plan->phases++] = 16;
    copied = round_up(c->n * c->h * w.view.sw * c->c + 16, 16);
  }
  plan->detail[0] = copied;
  plan->items[plan->phases] = w.tiles * w.blocking.slots;
  plan->chunk[plan->phases++] = 1;
  plan->shared_floats = copied;
  if (w.blocking.slots > 1) {
    plan->items[plan->phases] = w.tiles;
    plan->chunk[plan->phases++] = 1;
    plan->shared_floats += w.tiles * w.blocking.slots * w.blocking.tile_floats;
  }
  plan->private_floats = outer_scratch(&w.blocking) + 6 * round_up(w.taps, 16);
}

typedef struct {
  long group, row;          // first row of the weights [tap][channel]
  long taps, channel;       // of the tile, first channel of them
  long *tap_y, *tap_x;      // where they lie from an output pixel's first source
  const float **source;     // their source rows for the present row of output
  outer_sum sum;
} weights_tile;

static weights_tile begin_weights(const weights_work *w, long tile, float *scratch) {
  const outer_blocking *b = &w->blocking;
  const conv_view *v = &w->view;
  const long panels = tile % b->panel_groups;
  tile /= b->panel_groups;
  const long first = tile % b->channel_blocks * b->channel_block;
  tile /= b->channel_blocks;
  weights_tile t = {.group = tile % v->groups};
  t.row = tile / v->groups * v->run + first;
  const long tap = t.row / at_least(1, v->run);
  t.channel = t.row - tap * v->run;
  const long channels = at_most(b->channel_block, b->channels - first);
  t.taps = at_least(1, channels / at_least(1, v->run));
  t.tap_y = (long *)carve(&scratch, 2 * t.taps);
  t.tap_x = (long *)carve(&scratch, 2 * t.taps);
  t.source = (const float **)carve(&scratch, 2 * t.taps);
  for (long i = 0; i < t.taps; i++) {
    t.tap_y[i] = (tap + i) / v->taps_w * v->dil_h - v->pad_h;
    t.tap_x[i] = (tap + i) % v->taps_w * v->dil_w - v->pad_w;
  }
  t.sum = begin_outer(b, channels, panels, scratch);
  return t;
}

// Finds the source rows of output row `oy`; 0 if none lies inside the image.
static int find_sources(const conv_view *v, const weights_tile *t, const float *image, long oy) {
  int met = 0;
  for (long i = 0; i < t->taps; i++) {
    const long y = oy * v->stride_h + t->tap_y[i];
    const int inside = (unsigned long)y < (unsigned long)v->sh;
    t->source[i] = inside ? image + y * v->sw * v->source_channels : 0;
    met |= inside;
  }
  return met;
}

// The left row of one output pixel: the sources of the tile's taps.
INLINE void gather_taps(
  const conv_view *v, const weights_tile *t, long ox, float *to, long width
) {
  for (long i = 0; i < t->taps; i++, to += v->run) {
    const long x = ox * v->stride_w + t->tap_x[i];
    if (t->source[i] && (unsigned long)x < (unsigned long)v->sw) {
      copy_vectors(t->source[i] + x * v->source_channels, to, width);
    } else {
      for (long c = 0; c < width; c += VL) store(to + c, (vec){0});
    }
  }
}

// Adds pixels [from, to) to the tile.
static void sum_pixels(
  const weights_work *w, weights_tile *t, const float *x, const float *dy, long from, long to
) {
  const conv_view *v = &w->view;
  outer_sum *s = &t->sum;
  const long width = at_most(s->channels, v->run), image = v->sh * v->sw * v->source_channels;
  const float *first = x + t->group * v->run + t->channel;
  for (long pixel = from; pixel < to;) {
    const long ox = pixel % v->tw, row = pixel / v->tw;
    const long last = at_most(v->tw, ox + to - pixel);
    if (find_sources(v, t, first + row / v->th * image, row % v->th)) {
      const float *right = dy + row * v->tw * v->target_channels + t->group * v->columns;
      for (long i = ox; i < last; i++) {
        gather_taps(v, t, i, s->left + s->count * s->left_step, width);
        copy_right(s, right + i * v->target_channels, outer_ahead * v->target_channels);
        if (++s->count == outer_rows) flush_outer(s);
      }
    }
    pixel += last - ox;
  }
  flush_outer(s);
}

// The rows of joined groups: of each, the columns that belong to its group.
static void store_joined(
  const conv_view *v, const weights_tile *t, const float *acc, const ak_job *job
) {
  const long run = v->run / v->joined, columns = v->columns / v->joined;
  for (long i = 0; i < t->sum.channels; i++) {
    const long tap = (t->row + i) / v->run, channel = (t->row + i) % v->run;
    const long group = channel / run;
    float *out = job->out + (tap * run + channel % run) * v->target_channels
      + t->group * v->columns + group * columns;
    for (long j = 0; j < columns; j++) {
      const float sum = acc[i * t->sum.columns + group * columns + j];
      out[j] = job->accumulate ? out[j] + sum : sum;
    }
  }
}

static void store_weights(
  const weights_work *w, const weights_tile *t, const float *acc, const ak_job *job
) {
  const long ld = w->view.target_channels;
  if (w->view.joined > 1) {
    store_joined(&w->view, t, acc, job);
    return;
  }
  store_outer(
    &t->sum, acc, job->out + t->row * ld + t->group * w->view.columns, ld, job->accumulate);
}

static void weights_item(
  const weights_work *w, const ak_plan *plan, const ak_job *job, long item, float *scratch
) {
  const outer_blocking *b = &w->blocking;
  weights_tile t = begin_weights(w, item % w->tiles, scratch);
  const long slot = item / w->tiles;
  const float *x = plan->detail[0] ? job->shared : job->a;
  const long from = slot * w->pixels / b->slots, to = (slot + 1) * w->pixels / b->slots;
  if (w->dense) {
    sum_in_place(
      &t.sum, x + t.row, w->view.source_channels, job->b, w->view.target_channels, from, to,
      w->dense);
  } else {
    sum_pixels(w, &t, x, job->b, from, to);
  }
  if (b->slots > 1) {
    const size_t bytes = (size_t)(t.sum.channels * t.sum.columns) * sizeof(float);
    memcpy(job->shared + plan->detail[0] + item * b->tile_floats, t.sum.acc, bytes);
    return;
  }
  store_weights(w, &t, t.sum.acc, job);
}

static void weights_run(
  const ak_conv *c, const ak_plan *plan, const ak_job *job, int phase, long lo, long hi,
  float *scratch
) {
  if (phase == 0 && plan->detail[0]) {
    copy_padded_rows(c, job->a, job->shared, lo, hi);
    return;
  }
  const weights_work w = weights_of(c);
  const outer_blocking *b = &w.blocking;
  const int summing = phase == (plan->detail[0] ? 1 : 0);
  for (long item = lo; item < hi; item++) {
    if (summing) {
      weights_item(&w, plan, job, item, scratch);
      continue;
    }
    const weights_tile t = begin_weights(&w, item, scratch);
    const float *acc = add_slots(
      job->shared + plan->detail[0] + item * b->tile_floats, b->slots, w.tiles * b->tile_floats,
      t.sum.channels * t.sum.columns);
    store_weights(&w, &t, acc, job);
  }
}
