// Winograd convolution 3×3, stride 1, forward and input gradient (the latter is a forward
// convolution with the kernel turned by 180° and its channels exchanged).
//
// Two forms, by the number of channels:
//   fused     U[36][panel][c][columns] are the transformed weights, in `packed`; an item is a block
//             of tiles: its V and, panel by panel of columns, its products M stay in the
//             second-level cache.
//   streamed  U would be larger than the caches: convolution_winograd_streamed.h.

enum { tiles_fused = 30, tiles_fused_wide = 24 };

typedef struct {
  tile_grid grid;
  panel_split panels;
  int backward;
  long width;          // channels of V: c in whole vectors
  long block, blocks;  // tiles of an item
  long plane_v, plane_m;
} winograd_work;

static winograd_work winograd_of(const ak_conv *c, enum ak_pass pass) {
  winograd_work w = {.backward = pass == AK_INPUT_GRADIENT};
  w.grid = grid_of(c, w.backward);
  w.panels = split_panels(w.grid.k);
  w.width = round_up(w.grid.c, VL);
  const long wide = at_least(w.grid.c, w.grid.k), tiles = w.grid.tiles;
  const long fused = wide >= winograd_wide ? tiles_fused_wide : tiles_fused;
  w.block = at_least(6, at_most(fused, ceil_div(tiles, 16)));
  w.blocks = ceil_div(tiles, w.block);
  w.plane_v = plane_floats(w.block, w.width);
  w.plane_m = plane_floats(w.block, KV * VL);
  return w;
}

// Whether the products of Winograd's algorithm are well below those of the definition, which
// leaves out taps on padding where the image is small.
static int suits_winograd(const ak_conv *c, enum ak_pass pass, int exact) {
  if (exact || c->r != 3 || c->s != 3 || c->stride_h != 1 || c->stride_w != 1) return 0;
  if (!dilates_evenly(c) || c->groups != 1 || c->c < 16 || c->k < 16) return 0;
  conv_view v = view_convolution(c, pass);
  const tile_grid g = grid_of(c, pass == AK_INPUT_GRADIENT);
  const long products = meetings(&v, 1) * meetings(&v, 0);
  return image_products(&g) * g.dilation * g.dilation * 5 < products * 3;
}

static void winograd_plan(const ak_conv *c, enum ak_pass pass, ak_plan *plan) {
  if (streams_weights(c, pass)) {
    streamed_plan(c, pass, plan);
    return;
  }
  const winograd_work w = winograd_of(c, pass);
  plan->algorithm = AK_WINOGRAD;
  plan->pack_phases = 1;
  plan->packed_floats = 36 * w.grid.c * padded_columns(w.panels);
  plan->items[0] = w.backward ? ceil_div(w.grid.c, VL) * w.panels.vectors : w.grid.c;
  plan->chunk[0] = w.backward ? 4 : 8;
  plan->stat_slots = w.blocks;
  plan->phases = 2;
  plan->items[1] = w.blocks;
  plan->chunk[1] = 1;
  plan->private_floats =
    4 * round_up(w.block, 16) + w.width + 36 * (w.plane_v + w.plane_m) + 128;
}

// U of input channels [lo, hi).
static void pack_kernels(
  const ak_conv *c, const winograd_work *w, const ak_job *job, long lo, long hi
) {
  const long plane = c->c * padded_columns(w->panels);
  for (long i = lo; i < hi; i++) {
    for (long panel = 0; panel < w->panels.count; panel++) {
      const panel_span p = panel_at(w->panels, panel);
      for (int j = 0; j < p.vectors; j++) {
        transform_kernel(
          job->b + i * c->k + p.column + j * VL, c->c * c->k,
          job->packed + p.column * c->c + (i * p.vectors + j) * VL, plane,
          at_most(VL, p.width - j * VL));
      }
    }
  }
}

// U of the turned kernel: items are VL output channels of the convolution (rows here) by VL of its
// input channels (a vector of a panel here).
static void pack_turned_kernels(
  const ak_conv *c, const winograd_work *w, const ak_job *job, long lo, long hi
) {
  const long plane = c->k * padded_columns(w->panels);
  float turned[9 * VL * VL];
  for (long item = lo; item < hi; item++) {
    const long row = item / w->panels.vectors * VL, vector = item % w->panels.vectors;
    const long rows = at_most(VL, c->k - row), columns = at_most(VL, c->c - vector * VL);
    for (int tap = 0; tap < 9; tap++) {
      const float *from = job->b + ((8 - tap) * c->c + vector * VL) * c->k + row;
      transpose_block(from, c->k, columns, rows, turned + tap * VL * VL, VL);
    }
    // The panel that holds the vector.
    long panel = vector * w->panels.count / w->panels.vectors;
    while (panel_at(w->panels, panel).column > vector * VL) panel--;
    panel_span p = panel_at(w->panels, panel);
    while (p.column + p.vectors * VL <= vector * VL) p = panel_at(w->panels, ++panel);
    for (long i = 0; i < rows; i++) {
      transform_kernel(
        turned + i * VL, VL * VL,
        job->packed + p.column * c->k + (row + i) * p.vectors * VL + vector * VL - p.column, plane,
        VL);
    }
  }
}

// count rows of V's plane times one panel of U's, to M with rows `step` apart.
static void multiply_plane(
  const winograd_work *w, const float *packed, long p, panel_span span, const float *v, float *m,
  long step, long count, const float **rows, float **out
) {
  static const long only_tap = 0;
  const long depth = w->grid.c;
  for (long i = 0; i < count; i++) {
    rows[i] = v + i * w->width;
    out[i] = m + i * step;
  }
  rows_tile t = {
    .rows = rows, .taps = &only_tap, .tap_count = 1, .out = out, .lanes = VL,
    .panel = packed + p * depth * padded_columns(w->panels) + span.column * depth};
  const long parts = depth > depth_limit ? ceil_div(depth, depth_block) : 1;
  for (long part = 0; part < parts; part++) {
    t.start = part * depth / parts;
    t.depth = (part + 1) * depth / parts - t.start;
    rows_against_panel(&t, span.vectors, count);
    t.add = 1;
  }
}

static void winograd_fused(
  const winograd_work *w, const ak_job *job, long lo, long hi, float *scratch
) {
  const tile_grid *g = &w->grid;
  const float **rows = (const float **)carve(&scratch, 2 * w->block);
  float **out = (float **)carve(&scratch, 2 * w->block);
  float *zeros = carve(&scratch, w->width);
  float *v = carve(&scratch, 36 * w->plane_v), *m = carve(&scratch, 36 * w->plane_m);
  memset(zeros, 0, (size_t)w->width * sizeof(float));
  for (long item = lo; item < hi; item++) {
    const long from = item * w->block, to = at_most(g->tiles, from + w->block);
    const tile_range r = range_of(g, from, to);
    clear_statistics(job->epilogue, 0, g->k, item, g->k);
    gather_inputs(g, job->a, &r, zeros, (tile_rows){v, w->plane_v, w->width}, w->width);
    for (long panel = 0; panel < w->panels.count; panel++) {
      const panel_span p = panel_at(w->panels, panel);
      for (long i = 0; i < 36; i++) {
        multiply_plane(
          w, job->packed, i, p, v + i * w->plane_v, m + i * w->plane_m, p.vectors * VL,
          r.count[kind_of(i)], rows, out);
      }
      scatter_outputs(
        g, job, (tile_rows){m, w->plane_m, p.vectors * VL}, &r, p.column, p.width, item);
    }
  }
}

static void winograd_run(
  const ak_conv *c, enum ak_pass pass, const ak_job *job, int phase, long lo, long hi,
  float *scratch
) {
  if (streams_weights(c, pass)) {
    streamed_run(c, pass, job, phase, lo, hi, scratch);
    return;
  }
  const winograd_work w = winograd_of(c, pass);
  if (phase == 0 && w.backward) {
    pack_turned_kernels(c, &w, job, lo, hi);
  } else if (phase == 0) {
    pack_kernels(c, &w, job, lo, hi);
  } else {
    winograd_fused(&w, job, lo, hi, scratch);
  }
}
