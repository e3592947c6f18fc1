// Direct convolution and its input gradient: tables of row pointers, panels of weights.

enum { direct_block = 84, direct_chunks = 32, direct_ahead = 1024, direct_part = 128 };

typedef struct {
  conv_view view;
  rows_blocking blocking;
  long classes;
  int dense;  // pixel i of the target sees pixel i of the source and no other: a matrix product
} direct_work;

static direct_work direct_of(const ak_conv *c, enum ak_pass pass) {
  direct_work d = {.view = view_convolution(c, pass)};
  const conv_view *v = &d.view;
  d.classes = v->classes_h * v->classes_w;
  d.dense = d.classes == 1 && v->taps_h * v->taps_w == 1 && v->groups == 1
    && v->stride_h == 1 && v->stride_w == 1 && v->sh == v->th && v->sw == v->tw
    && v->pad_h == 0 && v->pad_w == 0;
  const long most = v->taps_h * v->taps_w > 49 ? direct_block / 2 : direct_block;
  d.blocking = block_rows(class_pixels(v), d.classes, 1, v->columns, most);
  return d;
}

// Parts in which a tap's weights are packed.
INLINE long pack_parts(const conv_view *v) {
  return v->joined > 1 ? 1 : at_least(1, ceil_div(v->run, direct_part));
}

INLINE long panel_rows(const conv_view *v) { return v->taps_h * v->taps_w * v->run; }

// Zeros as long as anything a row of sources is read for.
INLINE long zero_run(const conv_view *v) {
  return at_least(v->run, v->groups > 1 ? v->source_channels : 0) + 16;
}

static void direct_plan(const ak_conv *c, enum ak_pass pass, ak_plan *plan) {
  const direct_work d = direct_of(c, pass);
  const conv_view *v = &d.view;
  const rows_blocking *b = &d.blocking;
  const long taps = v->taps_h * v->taps_w;
  plan->algorithm = AK_DIRECT;
  plan->pack_phases = 1;
  plan->items[0] = v->groups * b->panels.count * taps * pack_parts(v);
  plan->chunk[0] = 2;
  plan->phases = 1;
  if (v->runs && needs_copy(c)) {
    plan->items[plan->phases] = c->n * c->h;
    plan->chunk[plan->phases++] = 16;
    plan->shared_floats = c->n * c->h * v->sw * c->c + 16;
  }
  plan->items[plan->phases] = d.classes * b->blocks * b->panel_groups;
  // Neighbouring blocks to the same thread, which asks for the next one's memory.
  plan->chunk[plan->phases] = at_least(1, plan->items[plan->phases] / direct_chunks);
  plan->phases++;
  plan->packed_floats = v->groups * panel_rows(v) * padded_columns(b->panels);
  // Pointers to sources and targets, the pixels' places, and a run of zeros.
  plan->private_floats = 2 * round_up(taps * b->block, 16) + 8 * round_up(b->block, 16)
    + 2 * round_up(taps, 16) + round_up(zero_run(v), 16)
    + class_scratch(v) + 64;
  plan->stat_slots = d.classes * b->blocks;
}

// One tap's weights of joined groups, one of which sees nothing of the others: a block for each on
// the diagonal, zeros elsewhere. They fill one panel.
static void pack_joined(
  const ak_conv *c, const conv_view *v, const float *tap, long group, int vectors, float *out
) {
  const long run = v->run / v->joined, columns = v->columns / v->joined, step = vectors * VL;
  memset(out, 0, (size_t)(v->run * step) * sizeof(float));
  for (long j = 0; j < v->joined; j++) {
    const float *w = tap + (group * v->joined + j) * (c->k / c->groups);
    for (long r = 0; r < run; r++) {
      for (long i = 0; i < columns; i++) {
        out[(j * run + r) * step + j * columns + i] = v->backward ? w[i * c->k + r]
                                                                  : w[r * c->k + i];
      }
    }
  }
}

// Packs the weights of one (group, panel, tap, part): forward rows are input channels; backward
// rows are output channels, so the block is transposed.
static void direct_pack(
  const ak_conv *c, const direct_work *d, const ak_job *job, long lo, long hi
) {
  const conv_view *v = &d->view;
  const panel_split split = d->blocking.panels;
  const long taps = v->taps_h * v->taps_w, rows = panel_rows(v), parts = pack_parts(v);
  for (long item = lo; item < hi; item++) {
    const long from = item % parts * direct_part, count = at_most(direct_part, v->run - from);
    const long tap = item / parts % taps, group = item / parts / taps / split.count;
    const panel_span p = panel_at(split, item / parts / taps % split.count);
    float *out = job->packed + group * rows * padded_columns(split) + p.column * rows
      + (tap * v->run + from) * p.vectors * VL;
    if (v->joined > 1) {
      pack_joined(c, v, job->b + tap * (c->c / c->groups) * c->k, group, p.vectors, out);
    } else if (v->backward) {
      const float *w = job->b + (tap * v->columns + p.column) * c->k + group * v->run + from;
      pack_transposed(w, c->k, count, p.width, p.vectors, out);
    } else {
      const float *w = job->b + (tap * v->run + from) * c->k + group * (c->k / c->groups);
      pack_rows(w + p.column, c->k, count, p.width, p.vectors, out);
    }
  }
}

typedef struct {
  long n, y, x;
} pixel_place;

static void list_pixels(const pixel_class *p, long from, long count, pixel_place *places) {
  pixel_place at = {
    from / (p->count_x * p->count_y), from / p->count_x % p->count_y, from % p->count_x};
  for (long i = 0; i < count; i++) {
    places[i] = at;
    if (++at.x == p->count_x) {
      at.x = 0;
      if (++at.y == p->count_y) at.y = 0, at.n++;
    }
  }
}

// Source rows of the pixels under one tap; `zeros` where it falls outside the image.
static void list_sources(
  const conv_view *v, const pixel_class *p, long row, long column, const pixel_place *places,
  long count, const float *source, const float *zeros, const float **out
) {
  for (long i = 0; i < count; i++) {
    const long y = p->source_y[row] + places[i].y * p->advance_y;
    const long x = p->source_x[column] + places[i].x * p->advance_x;
    const int inside = (unsigned long)y < (unsigned long)v->sh
      && (unsigned long)x < (unsigned long)v->sw;
    const long at = ((places[i].n * v->sh + y) * v->sw + x) * v->source_channels;
    out[i] = inside ? source + at : zeros;
  }
}

typedef struct {
  pixel_place *places;
  const float **sources;
  float **targets;
  long *taps;
  float *zeros;
} direct_tables;

static direct_tables carve_tables(const direct_work *d, float *scratch) {
  const conv_view *v = &d->view;
  const long taps = v->taps_h * v->taps_w, block = d->blocking.block;
  direct_tables t;
  t.places = (pixel_place *)carve(&scratch, 6 * block);
  t.sources = (const float **)carve(&scratch, 2 * taps * block);
  t.targets = (float **)carve(&scratch, 2 * block);
  t.taps = (long *)carve(&scratch, 2 * taps);
  t.zeros = carve(&scratch, zero_run(v));
  memset(t.zeros, 0, (size_t)zero_run(v) * sizeof(float));
  return t;
}

// Which pixels and which columns an item computes.
typedef struct {
  long from, count;
  long first, last;    // panels
  long column, width;  // of every group
  long slot;
} direct_place;

static direct_place direct_place_of(const direct_work *d, long item, pixel_class *class) {
  const conv_view *v = &d->view;
  const rows_blocking *b = &d->blocking;
  const long panels = item % b->panel_groups, block = item / b->panel_groups % b->blocks;
  const long set = item / b->panel_groups / b->blocks;
  direct_place at = {.from = block * b->block};
  describe_class(v, set, class);
  at.count = at_most(b->block, v->n * class->count_y * class->count_x - at.from);
  at.first = panels * b->panels_per_item;
  at.last = at_most(b->panels.count, at.first + b->panels_per_item);
  at.column = panel_at(b->panels, at.first).column;
  const panel_span end = panel_at(b->panels, at.last - 1);
  at.width = end.column + end.width - at.column;
  at.slot = set * b->blocks + block;
  return at;
}

static long list_taps(
  const direct_work *d, const pixel_class *class, const float *source, long count,
  const direct_tables *tables
) {
  long taps = 0;
  for (long row = 0; row < class->rows; row++) {
    for (long column = 0; column < class->columns; column++, taps++) {
      tables->taps[taps] = class->row[row] * d->view.taps_w + class->column[column];
      list_sources(
        &d->view, class, row, column, tables->places, count, source, tables->zeros,
        tables->sources + taps * d->blocking.block);
    }
  }
  return taps;
}

// One group of an item, whose pixels' places are listed. The targets are at the group's columns.
static void direct_group(
  const direct_work *d, const ak_job *job, const direct_place *at, rows_tile t, long group,
  const direct_tables *tables
) {
  const conv_view *v = &d->view;
  const panel_split split = d->blocking.panels;
  const float *packed = job->packed + group * panel_rows(v) * padded_columns(split);
  const long channel = group * v->columns + at->column;
  clear_statistics(job->epilogue, channel, at->width, at->slot, v->target_channels);
  if (at->count <= 0) return;
  t.base = group * v->run;
  rows_against_panels(t, split, at->first, at->last, packed, panel_rows(v), at->count);
  if (!has_epilogue(job->epilogue)) return;
  for (long i = 0; i < at->count; i++) {
    float *out = tables->targets[i] + at->column;
    finish_pixel(
      job->epilogue, out, out - job->out, channel, at->width, at->slot, v->target_channels);
  }
}

// Asks for what the next block of pixels reads for the first time: as many pixels further on under
// the last tap. They are too many streams for the processor to foresee. It pays where a pixel has
// few products.
static void look_past(
  const conv_view *v, const pixel_class *class, const float *const *rows, const float *zeros,
  long count
) {
  const long ahead = count * class->advance_x * v->source_channels;
  for (long i = 0; i < count; i++) {
    if (rows[i] == zeros) continue;
    for (long j = 0; j < v->run * v->groups; j += 16) __builtin_prefetch(rows[i] + ahead + j);
  }
}

// Lists the sources of an item's pixels under every tap and where they go to; the number of taps.
static long list_item(
  const direct_work *d, const ak_job *job, const float *source, const direct_place *at,
  const direct_tables *tables, const pixel_class *class
) {
  const conv_view *v = &d->view;
  if (d->dense) {
    tables->taps[0] = 0;
    for (long i = 0; i < at->count; i++) {
      tables->sources[i] = source + (at->from + i) * v->source_channels;
      tables->targets[i] = job->out + (at->from + i) * v->target_channels;
    }
    return 1;
  }
  list_pixels(class, at->from, at->count, tables->places);
  const long taps = list_taps(d, class, source, at->count, tables);
  for (long i = 0; i < at->count; i++) {
    const pixel_place q = tables->places[i];
    const long y = class->y0 + q.y * class->step_y, x = class->x0 + q.x * class->step_x;
    tables->targets[i] = job->out + ((q.n * v->th + y) * v->tw + x) * v->target_channels;
  }
  if (taps == 1 || (taps && v->groups > 1)) {
    look_past(
      v, class, tables->sources + (v->backward ? 0 : taps - 1) * d->blocking.block,
      tables->zeros, at->count);
  }
  return taps;
}

static void direct_item(
  const direct_work *d, const ak_job *job, const float *source, long item,
  const direct_tables *tables, pixel_class *class
) {
  const conv_view *v = &d->view;
  const direct_place at = direct_place_of(d, item, class);
  rows_tile t = {
    .rows = tables->sources, .row_step = d->blocking.block, .taps = tables->taps,
    .depth = v->run, .out = tables->targets, .add = job->accumulate};
  if (at.count > 0) t.tap_count = list_item(d, job, source, &at, tables, class);
  if (d->dense) {
    t.ahead = at_least(direct_ahead, 12 * v->source_channels);
    t.out_ahead = at_least(direct_ahead, 12 * v->target_channels);
  }
  for (long group = 0; group < v->groups; group++) {
    direct_group(d, job, &at, t, group, tables);
    for (long i = 0; i < at.count; i++) tables->targets[i] += v->columns;
  }
}

static void direct_run(
  const ak_conv *c, enum ak_pass pass, const ak_plan *plan, const ak_job *job, int phase, long lo,
  long hi, float *scratch
) {
  const direct_work d = direct_of(c, pass);
  if (phase == 0) {
    direct_pack(c, &d, job, lo, hi);
  } else if (phase + 1 < plan->phases) {
    copy_padded_rows(c, job->a, job->shared, lo, hi);
  } else {
    const float *source = plan->phases == 3 ? job->shared : job->a;
    pixel_class class = carve_class(&d.view, &scratch);
    const direct_tables tables = carve_tables(&d, scratch);
    for (long item = lo; item < hi; item++) direct_item(&d, job, source, item, &tables, &class);
  }
}
