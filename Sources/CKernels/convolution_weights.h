// Direct weight gradient: dW[tap][c][k] = Σ_pixels x[source(pixel, tap)][c]·dy[pixel][k], over the
// pixels whose source lies inside the image.

typedef struct {
  conv_view view;
  outer_blocking blocking;
  long taps, tiles, pixels;
} weights_work;

static weights_work weights_of(const ak_conv *c) {
  weights_work w = {.view = view_convolution(c, AK_WEIGHT_GRADIENT)};
  w.taps = w.view.taps_h * w.view.taps_w;
  w.pixels = c->n * c->oh * c->ow;
  w.blocking = block_outer(w.taps * c->groups, w.view.run, w.view.columns, w.pixels);
  w.tiles = w.taps * c->groups * w.blocking.channel_blocks * w.blocking.panels.count;
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
  plan->private_floats = outer_scratch(&w.blocking);
}

typedef struct {
  long tap, group, channel, channels;
  panel_span panel;
} weights_place;

static weights_place weights_place_of(const weights_work *w, long tile) {
  const outer_blocking *b = &w->blocking;
  weights_place at = {.panel = panel_at(b->panels, tile % b->panels.count)};
  tile /= b->panels.count;
  at.channel = tile % b->channel_blocks * b->channel_block;
  at.channels = at_most(b->channel_block, b->channels - at.channel);
  tile /= b->channel_blocks;
  at.group = tile % w->view.groups;
  at.tap = tile / w->view.groups;
  return at;
}

// Adds pixels [from, to) to the tile.
static void sum_pixels(
  const weights_work *w, const weights_place *at, const float *x, const float *dy, long from,
  long to, outer_sum *s
) {
  const conv_view *v = &w->view;
  const long row = at->tap / v->taps_w * v->dil_h - v->pad_h;
  const long column = at->tap % v->taps_w * v->dil_w - v->pad_w;
  const long step = (long)s->vectors * VL;
  long ox = from % v->tw, oy = from / v->tw % v->th, n = from / v->tw / v->th;
  for (long pixel = from; pixel < to; pixel++) {
    const long y = oy * v->stride_h + row, xx = ox * v->stride_w + column;
    if ((unsigned long)y < (unsigned long)v->sh && (unsigned long)xx < (unsigned long)v->sw) {
      s->rows[s->count] = x + ((n * v->sh + y) * v->sw + xx) * v->source_channels
        + at->group * v->run + at->channel;
      pack_rows(
        dy + pixel * v->target_channels + at->group * v->columns + at->panel.column, 0, 1,
        at->panel.width, s->vectors, s->panel + s->count * step);
      if (++s->count == outer_rows) flush_outer(s);
    }
    if (++ox == v->tw) {
      ox = 0;
      if (++oy == v->th) oy = 0, n++;
    }
  }
  flush_outer(s);
}

static float *weights_target(
  const weights_work *w, const weights_place *at, float *out, long *ld
) {
  *ld = w->view.target_channels;
  return out + (at->tap * w->view.run + at->channel) * *ld + at->group * w->view.columns
    + at->panel.column;
}

static void weights_item(
  const weights_work *w, const ak_plan *plan, const ak_job *job, long item, float *scratch
) {
  const outer_blocking *b = &w->blocking;
  const weights_place at = weights_place_of(w, item % w->tiles);
  const long slot = item / w->tiles;
  outer_sum s = begin_outer(b, at.channels, at.panel.vectors, scratch);
  const float *x = plan->detail[0] ? job->shared : job->a;
  sum_pixels(
    w, &at, x, job->b, slot * w->pixels / b->slots, (slot + 1) * w->pixels / b->slots, &s);
  if (b->slots > 1) {
    const size_t bytes = (size_t)(at.channels * s.vectors * VL) * sizeof(float);
    memcpy(job->shared + plan->detail[0] + item * b->tile_floats, s.acc, bytes);
    return;
  }
  long ld;
  float *out = weights_target(w, &at, job->out, &ld);
  store_outer(s.acc, at.channels, at.panel, out, ld, job->accumulate);
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
    const weights_place at = weights_place_of(&w, item);
    const float *acc = add_slots(
      job->shared + plan->detail[0] + item * b->tile_floats, b->slots, w.tiles * b->tile_floats,
      at.channels * at.panel.vectors * VL);
    long ld;
    float *out = weights_target(&w, &at, job->out, &ld);
    store_outer(acc, at.channels, at.panel, out, ld, job->accumulate);
  }
}
