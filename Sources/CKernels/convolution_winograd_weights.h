// Winograd weight gradient: D[36] = Σ_tiles V·Z per channel pair, then dg = Gᵀ D G.
//
//   fused   (C·K small) an item is a slot: a share of the tiles, decided by the shape, taken block
//           by block with V and Z in the second-level cache and D[36][C][K] its own; the last
//           phase adds the slots in order and transforms back.
//   phased  V and Z of all tiles, then items of input channels × panel, all 36 planes each,
//           transformed back at once.

enum { gradient_block = 56, gradient_channels = 54, gradient_slots = 16 };
enum { gradient_floats = 620000 };  // the largest D of the fused form: 2.5 MB

typedef struct {
  tile_grid grid;
  panel_split panels;
  int phased;
  long width, columns;  // channels of V and Z in whole vectors
  long plane_v, plane_z, plane_d;
  long blocks, slots, slot_floats;
  long channel_blocks, channel_block;
} gradient_work;

static gradient_work gradient_of(const ak_conv *c) {
  gradient_work w = {.grid = grid_of(c, 0)};
  const long tiles = w.grid.tiles;
  w.panels = split_panels(c->k);
  w.width = round_up(c->c, VL);
  w.columns = padded_columns(w.panels);
  w.plane_d = plane_floats(c->c, w.columns);
  w.phased = 36 * c->c * w.columns > gradient_floats
    && 36 * tiles * (w.width + w.columns) <= planes_most;
  if (w.phased) {
    w.plane_v = plane_floats(tiles, w.width);
    w.plane_z = plane_floats(tiles, w.columns);
    w.channel_blocks = ceil_div(c->c, gradient_channels);
    w.channel_block = ceil_div(c->c, w.channel_blocks);
    w.plane_d = plane_floats(w.channel_block, KV * VL);
  } else {
    w.plane_v = plane_floats(gradient_block, w.width);
    w.plane_z = plane_floats(gradient_block, w.columns);
    // Few slots where D is large: each costs writing and reading it once more. All have as many
    // blocks: with four slots of three or four blocks one thread of two would wait for an eighth.
    const long affordable = at_least(4, 4 * gradient_floats / (36 * c->c * w.columns));
    const long most = at_most(gradient_slots, affordable);
    w.slots = at_least(1, at_most(most, ceil_div(tiles, gradient_block)));
    w.blocks = w.slots * ceil_div(tiles, w.slots * gradient_block);
    w.slot_floats = 36 * round_up(w.plane_d, 16);
  }
  return w;
}

static void gradient_plan(const ak_conv *c, ak_plan *plan) {
  const gradient_work w = gradient_of(c);
  const long tables = 2 * at_least(w.width, w.columns) + 128;
  plan->algorithm = AK_WINOGRAD;
  if (w.phased) {
    plan->phases = 3;
    plan->items[0] = plan->items[1] = ceil_div(w.grid.tiles, tiles_gathered);
    plan->items[2] = w.panels.count * w.channel_blocks;
    plan->shared_floats = 36 * (round_up(w.plane_v, 16) + w.plane_z);
    plan->private_floats = tables + 36 * w.plane_d;
  } else {
    plan->phases = 2;
    plan->items[0] = w.slots;
    plan->items[1] = c->c;
    plan->shared_floats = w.slots * w.slot_floats;
    plan->private_floats = tables + 36 * (w.plane_v + w.plane_z);
  }
  plan->chunk[0] = plan->chunk[1] = plan->chunk[2] = 1;
  if (!w.phased) plan->chunk[1] = 4;
}

static void gradient_slot(
  const gradient_work *w, const ak_job *job, long slot, float *scratch
) {
  const tile_grid *g = &w->grid;
  const long widest = at_least(w->width, w->columns);
  float *zeros = carve(&scratch, widest);
  float *v = carve(&scratch, 36 * w->plane_v), *z = carve(&scratch, 36 * w->plane_z);
  float *d = job->shared + slot * w->slot_floats;
  memset(zeros, 0, (size_t)widest * sizeof(float));
  memset(d, 0, (size_t)w->slot_floats * sizeof(float));
  const long end = (slot + 1) * w->blocks / w->slots;
  for (long block = slot * w->blocks / w->slots; block < end; block++) {
    const tile_range r =
      range_of(g, block * g->tiles / w->blocks, (block + 1) * g->tiles / w->blocks);
    gather_inputs(g, job->a, &r, zeros, (tile_rows){v, w->plane_v, w->width}, w->width);
    gather_gradients(
      g, job->b, &r, zeros, (tile_rows){z, w->plane_z, w->columns}, 0, w->columns);
    for (long p = 0; p < 36; p++) {
      for (long panel = 0; panel < w->panels.count; panel++) {
        const panel_span span = panel_at(w->panels, panel);
        const outer_tile tile = {
          .left = v + p * w->plane_v, .left_step = w->width,
          .count = r.count[kind_of(p)],
          .panel = z + p * w->plane_z + span.column,
          .panel_step = w->columns, .acc = d + p * w->plane_d + span.column,
          .acc_step = w->columns};
        outer_against_panel(&tile, span.vectors, 0, g->c);
      }
    }
  }
}

// Adds the slots of input channel i in order, into the first, and transforms back.
static void gradient_finish(const gradient_work *w, const ak_job *job, long i) {
  const tile_grid *g = &w->grid;
  float *d = job->shared + i * w->columns;
  for (long p = 0; p < 36; p++) {
    add_slots(d + p * w->plane_d, w->slots, w->slot_floats, w->columns);
  }
  for (long k = 0; k < g->k; k += VL) {
    untransform_kernel(
      d + k, w->plane_d, job->out + i * g->k + k, g->c * g->k, at_most(VL, g->k - k),
      job->accumulate);
  }
}

static void gradient_block_item(
  const gradient_work *w, const ak_job *job, long item, float *scratch
) {
  const tile_grid *g = &w->grid;
  float *d = carve(&scratch, 36 * w->plane_d);
  const float *v = job->shared, *z = job->shared + 36 * round_up(w->plane_v, 16);
  const panel_span span = panel_at(w->panels, item / w->channel_blocks);
  const long step = (long)span.vectors * VL;
  const long first = item % w->channel_blocks * w->channel_block;
  const long channels = at_most(w->channel_block, g->c - first);
  const tile_range all = range_of(g, 0, g->tiles);
  memset(d, 0, (size_t)(36 * w->plane_d) * sizeof(float));
  for (long p = 0; p < 36; p++) {
    // Z's panels lie one after the other, each [tile][columns of the panel].
    const outer_tile tile = {
      .left = v + p * w->plane_v + first, .left_step = w->width,
      .count = all.count[kind_of(p)],
      .panel = z + p * w->plane_z + span.column * g->tiles, .panel_step = step,
      .acc = d + p * w->plane_d, .acc_step = step};
    outer_against_panel(&tile, span.vectors, 0, channels);
  }
  for (long i = 0; i < channels; i++) {
    for (long k = 0; k < span.width; k += VL) {
      untransform_kernel(
        d + i * step + k, w->plane_d, job->out + (first + i) * g->k + span.column + k,
        g->c * g->k, at_most(VL, span.width - k), job->accumulate);
    }
  }
}

static void gradient_transform(
  const gradient_work *w, const ak_job *job, int phase, long item, float *scratch
) {
  const tile_grid *g = &w->grid;
  const long widest = at_least(w->width, w->columns);
  float *zeros = carve(&scratch, widest);
  memset(zeros, 0, (size_t)widest * sizeof(float));
  // Rows are counted from the first tile of all.
  const tile_range all = {
    .from = item * tiles_gathered, .to = at_most(g->tiles, (item + 1) * tiles_gathered)};
  float *v = job->shared, *z = job->shared + 36 * round_up(w->plane_v, 16);
  if (phase == 0) {
    gather_inputs(g, job->a, &all, zeros, (tile_rows){v, w->plane_v, w->width}, w->width);
    return;
  }
  for (long panel = 0; panel < w->panels.count; panel++) {
    const panel_span span = panel_at(w->panels, panel);
    const long step = (long)span.vectors * VL;
    gather_gradients(
      g, job->b, &all, zeros, (tile_rows){z + span.column * g->tiles, w->plane_z, step},
      span.column, step);
  }
}

static void gradient_run(
  const ak_conv *c, const ak_job *job, int phase, long lo, long hi, float *scratch
) {
  const gradient_work w = gradient_of(c);
  for (long item = lo; item < hi; item++) {
    if (w.phased && phase < 2) {
      gradient_transform(&w, job, phase, item, scratch);
    } else if (w.phased) {
      gradient_block_item(&w, job, item, scratch);
    } else if (phase == 0) {
      gradient_slot(&w, job, item, scratch);
    } else {
      gradient_finish(&w, job, item);
    }
  }
}
