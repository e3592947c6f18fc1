// The stem's weight gradient, the adjoint of its forward pass: D = Σ_tiles V·Z at every point with
// Z = A dY Aᵀ, then dg = Gᵀ D G of each phase. An item is a slot: a share of the blocks, decided by
// the shape, with its own D; the last phase adds the slots in order and transforms back.

enum { stem_slots = 16 };

// D of one point: 1 to 6 rows of V against Z, over `count` tiles.
#define STEM_SUM(vectors, rows)                                                        \
  static __attribute__((noinline)) void stem_sum_##vectors##_##rows(                   \
    const float *v, const float *z, long count, float *d, long columns) {              \
    stem_products(rows, vectors, stem_tiles, 1, v, z, count, d, columns, 1);           \
  }
#define STEM_SUMS(v) \
  STEM_SUM(v, 1) STEM_SUM(v, 2) STEM_SUM(v, 3) STEM_SUM(v, 4) STEM_SUM(v, 5) STEM_SUM(v, 6)
#define STEM_SUM_NAMES(v)                                                              \
  {0, stem_sum_##v##_1, stem_sum_##v##_2, stem_sum_##v##_3, stem_sum_##v##_4,          \
   stem_sum_##v##_5, stem_sum_##v##_6}
typedef void (*stem_sum)(const float *, const float *, long, float *, long);
STEM_SUMS(1) STEM_SUMS(2)
#if KV == 4
STEM_SUMS(3) STEM_SUMS(4)
static const stem_sum stem_sums[][7] = {
  {0}, STEM_SUM_NAMES(1), STEM_SUM_NAMES(2), STEM_SUM_NAMES(3), STEM_SUM_NAMES(4)};
#else
static const stem_sum stem_sums[][7] = {{0}, STEM_SUM_NAMES(1), STEM_SUM_NAMES(2)};
#endif

typedef struct {
  stem_work stem;
  long columns;  // of D: k in whole vectors
  long slots, slot_floats;
} stem_gradient;

static stem_gradient stem_gradient_of(const ak_conv *c) {
  stem_gradient g = {.stem = stem_of(c)};
  g.columns = padded_columns(g.stem.panels);
  g.slots = at_least(1, at_most(stem_slots, g.stem.blocks));
  g.slot_floats = round_up(stem_rows(&g.stem) * g.columns, 16);
  return g;
}

static void stem_weights_plan(const ak_conv *c, ak_plan *plan) {
  const stem_gradient g = stem_gradient_of(c);
  plan->algorithm = AK_WINOGRAD;
  plan->phases = 2;
  plan->items[0] = g.slots;
  plan->items[1] = 4 * c->c;
  plan->chunk[0] = plan->chunk[1] = 1;
  plan->shared_floats = g.slots * g.slot_floats;
  plan->private_floats = stem_gather_floats(&g.stem) + stem_rows(&g.stem) * stem_tiles
    + 49 * stem_plane + KV * VL + 128;
}

// Z = A dY Aᵀ of one tile, VL channels: its pixels at p[4i + j], `n` floats of each.
INLINE void stem_untransform(const float *const *p, long n, float *z) {
  vec b[4][7], o[7];
  UNROLL for (int j = 0; j < 4; j++) {
    vec d[4];
    UNROLL for (int i = 0; i < 4; i++) d[i] = load_some(p[i * 4 + j], n);
    stem_output_gradient(d, b[j]);
  }
  UNROLL for (int i = 0; i < 7; i++) {
    const vec row[4] = {b[0][i], b[1][i], b[2][i], b[3][i]};
    stem_output_gradient(row, o);
    UNROLL for (int j = 0; j < 7; j++) store(z + (i * 7 + j) * stem_plane, o[j]);
  }
}

// Z of `count` tiles from `from` on, one panel of channels: z[point][tile][columns].
static void stem_gather_gradients(
  const stem_work *w, const float *dy, long from, long count, panel_span span, const float *zeros,
  float *z
) {
  for (long t = 0; t < count; t++) {
    const stem_place at = stem_at(w, from + t);
    const float *first = dy + ((at.n * w->oh + at.y) * w->ow + at.x) * w->k + span.column;
    const float *p[16];
    for (int i = 0; i < 16; i++) {
      const int inside = at.y + i / 4 < w->oh && at.x + i % 4 < w->ow;
      p[i] = inside ? first + (i / 4 * w->ow + i % 4) * w->k : zeros;
    }
    for (int j = 0; j < span.vectors; j++) {
      stem_untransform(
        p, at_most(VL, span.width - j * VL), z + (t * span.vectors + j) * VL);
      for (int i = 0; i < 16; i++) p[i] += VL;
    }
  }
}

// Adds a block's sums to D; meanwhile asks for what the next reads, the tiles [next, end).
static void stem_add_block(
  const stem_gradient *g, const ak_job *job, const float *v, const float *z, long count,
  panel_span p, float *d, long next, long end
) {
  const long channels = g->stem.c;
  for (int i = 0; i < 7; i++) {
    for (int j = 0; j < 7; j++) {
      const long row = stem_row(i, j) * channels, rows = stem_depth(i, j) * channels;
      const long part = i * 7 + j, pixels = 4 * (end - next);
      stem_ask_outputs(
        &g->stem, job->b, 4 * next + part * pixels / 49, 4 * next + (part + 1) * pixels / 49, 0);
      if (part < end - next) stem_ask(&g->stem, job->a, next + part);
      for (long r = 0; r < rows;) {
        const long most = at_most(rows_limit[p.vectors], 6);
        const long some = ceil_div(rows - r, ceil_div(rows - r, most));
        stem_sums[p.vectors][some](
          v + (row + r) * stem_tiles, z + (i * 7 + j) * stem_plane, count,
          d + (row + r) * g->columns + p.column, g->columns);
        r += some;
      }
    }
  }
}

static void stem_slot(const stem_gradient *g, const ak_job *job, long slot, float *scratch) {
  const stem_work *w = &g->stem;
  float *zeros = carve(&scratch, KV * VL);
  float *v = carve(&scratch, stem_rows(w) * stem_tiles), *z = carve(&scratch, 49 * stem_plane);
  float *d = job->shared + slot * g->slot_floats;
  memset(zeros, 0, KV * VL * sizeof(float));
  memset(d, 0, (size_t)g->slot_floats * sizeof(float));
  const long end = (slot + 1) * w->blocks / g->slots;
  const long last = at_most(w->tiles, end * stem_tiles);
  for (long block = slot * w->blocks / g->slots; block < end; block++) {
    const long from = block * stem_tiles, count = at_most(stem_tiles, w->tiles - from);
    stem_gather(w, job->a, from, count, scratch, v);
    for (long panel = 0; panel < w->panels.count; panel++) {
      const panel_span p = panel_at(w->panels, panel);
      stem_gather_gradients(w, job->b, from, count, p, zeros, z);
      const long next = panel ? last : from + count;
      stem_add_block(g, job, v, z, count, p, d, next, at_most(last, next + stem_tiles));
    }
  }
}

// dg = Gᵀ D G of one phase and VL output channels: row (i, j) of the phase at
// d[row·step], g[r][s] (+)= to out[(7r + s)·out_step].
INLINE void stem_kernel_gradient(
  const int y, const int x, const float *d, long step, float *out, long out_step, long n, int add
) {
  vec t[7][4];
  UNROLL for (int j = 0; j < 7 - x; j++) {
    UNROLL for (int r = 0; r < 4 - y; r++) {
      t[j][r] = (vec){0};
      UNROLL for (int i = 0; i < 7 - y; i++) {
        t[j][r] +=
          stem_weights[y][i][r] * load(d + (stem_row(i, j) + y * stem_phases(j) + x) * step);
      }
    }
  }
  UNROLL for (int r = 0; r < 4 - y; r++) UNROLL for (int s = 0; s < 4 - x; s++) {
    vec g = {0};
    UNROLL for (int j = 0; j < 7 - x; j++) g += stem_weights[x][j][s] * t[j][r];
    float *to = out + ((2 * r + y) * stem_size + 2 * s + x) * out_step;
    if (add) g += load_some(to, n);
    store_some(to, g, n);
  }
}

// Adds the slots of one phase and input channel in order, into the first, and transforms back.
static void stem_finish(const stem_gradient *g, const ak_job *job, long item) {
  const stem_work *w = &g->stem;
  const long phase = item / w->c, c = item % w->c, y = phase / 2, x = phase % 2;
  for (int i = 0; i < 7 - y; i++) {
    for (int j = 0; j < 7 - x; j++) {
      const long row = (stem_row(i, j) + y * stem_phases(j) + x) * w->c + c;
      add_slots(job->shared + row * g->columns, g->slots, g->slot_floats, g->columns);
    }
  }
  const long step = w->c * g->columns, out_step = w->c * w->k;
  for (long k = 0; k < w->k; k += VL) {
    const float *d = job->shared + c * g->columns + k;
    float *out = job->out + c * w->k + k;
    const long n = at_most(VL, w->k - k);
    switch (phase) {
      case 0: stem_kernel_gradient(0, 0, d, step, out, out_step, n, job->accumulate); break;
      case 1: stem_kernel_gradient(0, 1, d, step, out, out_step, n, job->accumulate); break;
      case 2: stem_kernel_gradient(1, 0, d, step, out, out_step, n, job->accumulate); break;
      default: stem_kernel_gradient(1, 1, d, step, out, out_step, n, job->accumulate);
    }
  }
}

static void stem_weights_run(
  const ak_conv *c, const ak_job *job, int phase, long lo, long hi, float *scratch
) {
  const stem_gradient g = stem_gradient_of(c);
  for (long item = lo; item < hi; item++) {
    if (phase == 0) {
      stem_slot(&g, job, item, scratch);
    } else {
      stem_finish(&g, job, item);
    }
  }
}
