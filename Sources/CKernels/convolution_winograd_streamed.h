// Winograd convolution 3×3 with many channels, forward and input gradient.
//
// U is four times the weights: with 512 channels 38 MB, which memory delivers more slowly than the
// processor multiplies. So U never exists as a whole. First V of all tiles goes through memory; then
// an item is some tiles times some columns of output: part by part of input channels it transforms
// the weights of its columns into the second-level cache, multiplies, and adds to M[36][tiles]
// [columns], which it transforms to the output at the end. The 36 planes are taken in three thirds,
// the row pairs of `transform_weight_pair`, so that U and M of one third stay in the cache.
// With 512 channels at 7² this takes 0.7 of the time that U through memory takes.
//
// The input gradient's weights [9][k][c], turned by 180°, are in `packed`; forward they are read
// as they are.

enum { tiles_streamed = 64, depth_streamed = 64, columns_streamed = 64 };
enum { tiles_gathered = 8, turned = 64, weights_ahead = 8 };
enum { winograd_wide = 256, planes_most = 1 << 26 };  // at most 256 MB of V

typedef struct {
  tile_grid grid;
  panel_split panels;
  int backward;
  long parts, depth;  // of input channels; those of a part, in whole vectors
  long plane_v, part_v;
  long group, groups;  // panels of an item, how many such
  long columns;        // of an item, at most
  long block, blocks;  // tiles of an item
  long plane_u, plane_m;
} streamed_work;

static int streams_weights(const ak_conv *c, enum ak_pass pass) {
  const tile_grid g = grid_of(c, pass == AK_INPUT_GRADIENT);
  return at_least(g.c, g.k) > winograd_wide && 36 * g.tiles * round_up(g.c, VL) <= planes_most;
}

static streamed_work streamed_of(const ak_conv *c, enum ak_pass pass) {
  streamed_work w = {.backward = pass == AK_INPUT_GRADIENT};
  w.grid = grid_of(c, w.backward);
  w.panels = split_panels(w.grid.k);
  w.parts = ceil_div(w.grid.c, depth_streamed);
  w.depth = round_up(ceil_div(w.grid.c, w.parts), VL);
  w.plane_v = plane_floats(w.grid.tiles, w.depth);
  w.part_v = 36 * w.plane_v;
  w.group = at_least(1, columns_streamed / (KV * VL));
  w.groups = ceil_div(w.panels.count, w.group);
  w.columns = w.group * KV * VL;
  // Enough items to share, where there are few columns.
  const long wanted = at_most(ceil_div(8, w.groups), ceil_div(w.grid.tiles, 16));
  w.blocks = at_least((w.grid.tiles + tiles_streamed / 2) / tiles_streamed, at_least(1, wanted));
  w.block = ceil_div(w.grid.tiles, w.blocks);
  w.plane_u = plane_floats(w.depth, w.columns);
  w.plane_m = plane_floats(w.block, w.columns);
  return w;
}

static void streamed_plan(const ak_conv *c, enum ak_pass pass, ak_plan *plan) {
  const streamed_work w = streamed_of(c, pass);
  plan->algorithm = AK_WINOGRAD;
  if (w.backward) {
    plan->pack_phases = 1;
    plan->packed_floats = 9 * w.grid.c * round_up(w.grid.k, VL);
    plan->items[0] = 9 * ceil_div(w.grid.c, turned);
    plan->chunk[0] = 1;
  }
  plan->phases = plan->pack_phases + 2;
  plan->items[plan->phases - 2] = ceil_div(w.grid.tiles, tiles_gathered);
  plan->items[plan->phases - 1] = w.blocks * w.groups;
  plan->chunk[plan->phases - 2] = plan->chunk[plan->phases - 1] = 1;
  plan->shared_floats = w.parts * w.part_v;
  plan->private_floats = 4 * round_up(w.block, 16) + w.depth + 12 * w.plane_u + 36 * w.plane_m + 64;
  plan->stat_slots = w.blocks;
}

// Items are `turned` output channels of the convolution under one tap: rows of the turned weights.
static void turn_weights(const ak_conv *c, const ak_job *job, long lo, long hi) {
  const long step = round_up(c->c, VL);
  for (long item = lo; item < hi; item++) {
    const long tap = item % 9, first = item / 9 * turned, last = at_most(c->k, first + turned);
    for (long i = 0; i < c->c; i += VL) {
      for (long row = first; row < last; row += VL) {
        transpose_block(
          job->b + (tap * c->c + i) * c->k + row, c->k, at_most(VL, c->c - i),
          at_most(VL, last - row), job->packed + ((8 - tap) * c->k + row) * step + i, step);
      }
    }
  }
}

// V of tiles [from, to), to planes[part][36][rank][depth].
static void streamed_gather(
  const streamed_work *w, const ak_job *job, long from, long to, float *zeros
) {
  const tile_range all = {.from = from, .to = to};  // rows are counted from the first tile of all
  memset(zeros, 0, (size_t)w->depth * sizeof(float));
  for (long part = 0; part < w->parts; part++) {
    const long first = part * w->depth, width = at_most(w->depth, w->grid.c - first);
    gather_inputs(
      &w->grid, job->a + first, &all, zeros,
      (tile_rows){job->shared + part * w->part_v, w->plane_v, w->depth}, round_up(width, VL));
  }
}

typedef struct {
  long first, last;  // panels
  long column;       // first column
  tile_range tiles;
} streamed_place;

// U of a pair of rows: input channels [from, to), the item's panels one behind the other, each
// [channel][column].
INLINE void transform_part(
  const streamed_work *w, const float *weights, long step, const streamed_place *at,
  const int pair, long from, long to, float *u
) {
  for (long panel = at->first; panel < at->last; panel++) {
    const panel_span p = panel_at(w->panels, panel);
    float *out = u + (p.column - at->column) * (to - from);
    for (long i = from; i < to; i++) {
      for (int tap = 0; tap < 9; tap++) {
        for (long j = 0; j < p.width; j += 16) {
          __builtin_prefetch(weights + (tap * w->grid.c + i + weights_ahead) * step + p.column + j);
        }
      }
      for (int j = 0; j < p.vectors; j++, out += VL) {
        transform_kernel_pair(
          weights + i * step + p.column + j * VL, w->grid.c * step, pair, out, w->plane_u,
          at_most(VL, p.width - j * VL));
      }
    }
  }
}

static void transform_part_of(
  const streamed_work *w, const ak_job *job, const streamed_place *at, int pair, long from,
  long to, float *u
) {
  const float *weights = w->backward ? job->packed : job->b;
  const long step = w->backward ? round_up(w->grid.k, VL) : w->grid.k;
  switch (pair) {
    case 0: transform_part(w, weights, step, at, 0, from, to, u); break;
    case 1: transform_part(w, weights, step, at, 1, from, to, u); break;
    default: transform_part(w, weights, step, at, 2, from, to, u);
  }
}

// One plane of V, U and M.
typedef struct {
  const float *v, *next;  // rows of V that follow one another, and those needed after them
  const float *u;
  float *m;
  long count, depth;  // rows, input channels
  int add;
} streamed_plane;

// V's rows times U, onto M. The rows of the plane after this one are asked for meanwhile: they come
// from the last cache in pieces too short for the processor to foresee.
static void streamed_multiply(
  const streamed_work *w, const streamed_place *at, const streamed_plane *plane,
  const float **rows, float **out
) {
  static const long only_tap = 0;
  for (long i = 0; i < plane->count; i++) {
    rows[i] = plane->v + i * w->depth;
    out[i] = plane->m + i * w->columns;
  }
  rows_tile t = {
    .rows = rows, .taps = &only_tap, .tap_count = 1, .out = out, .lanes = VL,
    .depth = plane->depth, .add = plane->add};
  for (long panel = at->first; panel < at->last; panel++) {
    const panel_span p = panel_at(w->panels, panel);
    t.column = p.column - at->column;
    t.panel = plane->u + t.column * plane->depth;
    const long tiles = ceil_div(plane->count, rows_limit[p.vectors]);
    for (long i = 0, first = 0; i < tiles; i++) {
      const long count = ceil_div(plane->count - first, tiles - i);
      if (panel == at->first) {
        const float *from = plane->next + first * w->depth;
        for (long j = 0; j < count * w->depth; j += 16) __builtin_prefetch(from + j);
      }
      rows_functions[p.vectors][count](&t, first);
      first += count;
    }
  }
}

// One part of the input channels of one third of the planes.
static void streamed_third(
  const streamed_work *w, const ak_job *job, const streamed_place *at, int pair, long part,
  float *u, float *m, const float **rows, float **out
) {
  static const int rows_of[3][2] = {{0, 5}, {1, 2}, {3, 4}};
  const long from = part * w->depth, to = at_most(w->grid.c, from + w->depth);
  const float *v = job->shared + part * w->part_v;
  transform_part_of(w, job, at, pair, from, to, u);
  for (int i = 0; i < 12; i++) {
    const long plane = rows_of[pair][i / 6] * 6 + i % 6;
    const long after = rows_of[pair][(i + 1) % 12 / 6] * 6 + (i + 1) % 6;
    streamed_plane p = {
      .v = v + plane * w->plane_v + at->tiles.first[kind_of(plane)] * w->depth,
      .next = v + after * w->plane_v + at->tiles.first[kind_of(after)] * w->depth,
      .u = u + i * w->plane_u, .m = m + plane * w->plane_m,
      .count = at->tiles.count[kind_of(plane)], .depth = to - from, .add = part > 0};
    if (i == 11 && part + 1 < w->parts) p.next += w->part_v;
    streamed_multiply(w, at, &p, rows, out);
  }
}

static void streamed_item(
  const streamed_work *w, const ak_job *job, long item, float *scratch
) {
  const long group = item % w->groups, block = item / w->groups;
  const long tiles = w->grid.tiles;
  streamed_place at = {
    .first = group * w->group,
    .tiles = range_of(&w->grid, block * tiles / w->blocks, (block + 1) * tiles / w->blocks)};
  at.last = at_most(w->panels.count, at.first + w->group);
  at.column = panel_at(w->panels, at.first).column;
  const panel_span end = panel_at(w->panels, at.last - 1);
  const long width = end.column + end.width - at.column;
  const float **rows = (const float **)carve(&scratch, 2 * w->block);
  float **out = (float **)carve(&scratch, 2 * w->block);
  float *u = carve(&scratch, 12 * w->plane_u), *m = carve(&scratch, 36 * w->plane_m);
  for (int pair = 0; pair < 3; pair++) {
    for (long part = 0; part < w->parts; part++) {
      streamed_third(w, job, &at, pair, part, u, m, rows, out);
    }
  }
  clear_statistics(job->epilogue, at.column, width, block, w->grid.k);
  scatter_outputs(
    &w->grid, job, (tile_rows){m, w->plane_m, w->columns}, &at.tiles, at.column, width, block);
}

static void streamed_run(
  const ak_conv *c, enum ak_pass pass, const ak_job *job, int phase, long lo, long hi,
  float *scratch
) {
  const streamed_work w = streamed_of(c, pass);
  if (phase == 0 && w.backward) {
    turn_weights(c, job, lo, hi);
    return;
  }
  if (phase == (w.backward ? 1 : 0)) {
    streamed_gather(
      &w, job, lo * tiles_gathered, at_most(w.grid.tiles, hi * tiles_gathered), scratch);
    return;
  }
  for (long item = lo; item < hi; item++) streamed_item(&w, job, item, scratch);
}
