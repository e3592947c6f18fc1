// The stem's forward pass: an item is a block of tiles, whose V and, panel by panel of output
// channels, products M stay in the second-level cache.

// Tiles of a register tile beside 1 … KV vectors: divisors of stem_tiles.
#if AK_ISA == 3
#define STEM_ROWS(vectors) ((vectors) > 2 ? 4 : 8)
#else
#define STEM_ROWS(vectors) ((vectors) > 1 ? 4 : 8)
#endif

// M of one point: `depth` rows of V by a panel of U, for whole register tiles up to `count` tiles.
#define STEM_POINT(vectors)                                                              \
  static __attribute__((noinline)) void stem_point_##vectors(                           \
    const float *v, const float *u, long depth, long count, float *m) {                 \
    for (long t = 0; t < count; t += STEM_ROWS(vectors)) {                               \
      stem_products(                                                                     \
        STEM_ROWS(vectors), vectors, 1, stem_tiles, v + t, u, depth, m + t * vectors * VL, \
        vectors * VL, 0);                                                                \
    }                                                                                    \
  }
typedef void (*stem_point)(const float *, const float *, long, long, float *);
STEM_POINT(1) STEM_POINT(2)
#if KV == 4
STEM_POINT(3) STEM_POINT(4)
static const stem_point stem_points[] = {
  0, stem_point_1, stem_point_2, stem_point_3, stem_point_4};
#else
static const stem_point stem_points[] = {0, stem_point_1, stem_point_2};
#endif

enum { stem_plane = stem_tiles * KV * VL + 16 };

static void stem_plan(const ak_conv *c, ak_plan *plan) {
  const stem_work w = stem_of(c);
  plan->algorithm = AK_WINOGRAD;
  plan->phases = 2;
  plan->pack_phases = 1;
  plan->packed_floats = stem_rows(&w) * padded_columns(w.panels);
  plan->items[0] = 4 * w.c;
  plan->items[1] = w.blocks;
  plan->chunk[0] = 1;
  plan->chunk[1] = 8;
  plan->private_floats =
    stem_gather_floats(&w) + stem_rows(&w) * stem_tiles + 49 * stem_plane + 64;
  plan->stat_slots = w.blocks;
}

// U = G g Gᵀ of one phase and VL output channels: g[r][s] at in[(7r + s)·step], row (i, j) of the
// phase to out[row·c·out_step].
INLINE void stem_kernel(
  const int y, const int x, const float *in, long step, long n, float *out, long out_step
) {
  vec t[4][7];
  UNROLL for (int s = 0; s < 4 - x; s++) {
    vec g[4];
    UNROLL for (int r = 0; r < 4 - y; r++) {
      g[r] = load_some(in + ((2 * r + y) * stem_size + 2 * s + x) * step, n);
    }
    UNROLL for (int i = 0; i < 7 - y; i++) {
      t[s][i] = stem_weights[y][i][0] * g[0];
      UNROLL for (int r = 1; r < 4 - y; r++) t[s][i] += stem_weights[y][i][r] * g[r];
    }
  }
  UNROLL for (int i = 0; i < 7 - y; i++) UNROLL for (int j = 0; j < 7 - x; j++) {
    vec u = stem_weights[x][j][0] * t[0][i];
    UNROLL for (int s = 1; s < 4 - x; s++) u += stem_weights[x][j][s] * t[s][i];
    store(out + (stem_row(i, j) + y * stem_phases(j) + x) * out_step, u);
  }
}

// Packs U of one phase and input channel: [panel][169·c][columns].
static void stem_pack(const stem_work *w, const ak_job *job, long item) {
  const long phase = item / w->c, c = item % w->c, step = w->c * w->k;
  for (long panel = 0; panel < w->panels.count; panel++) {
    const panel_span p = panel_at(w->panels, panel);
    for (int j = 0; j < p.vectors; j++) {
      const long n = at_most(VL, p.width - j * VL), columns = (long)p.vectors * VL;
      const float *in = job->b + c * w->k + p.column + j * VL;
      float *out = job->packed + p.column * stem_rows(w) + c * columns + j * VL;
      switch (phase) {
        case 0: stem_kernel(0, 0, in, step, n, out, w->c * columns); break;
        case 1: stem_kernel(0, 1, in, step, n, out, w->c * columns); break;
        case 2: stem_kernel(1, 0, in, step, n, out, w->c * columns); break;
        default: stem_kernel(1, 1, in, step, n, out, w->c * columns);
      }
    }
  }
}

// Y = Aᵀ M A of VL channels. The columns of M are taken one after the other, or two for a pair of
// opposite points, so that sixteen sums and what one column needs fit the registers. `bias` comes
// in with the point (1, 1), which every output contains once.
INLINE void stem_outputs(const float *m, vec bias, vec o[4][4]) {
  vec d[7], a[4], b[4];
#define STEM_COLUMN(j, to)                                                        \
  UNROLL for (int i = 0; i < 7; i++) d[i] = load(m + (i * 7 + (j)) * stem_plane); \
  if ((j) == 6) d[6] += bias;                                                     \
  stem_output(d, to);
  STEM_COLUMN(6, a)
  UNROLL for (int i = 0; i < 4; i++) UNROLL for (int j = 0; j < 4; j++) o[i][j] = a[i];
  UNROLL for (int pair = 1; pair < 5; pair += 2) {
    STEM_COLUMN(pair, a)
    STEM_COLUMN(pair + 1, b)
    const float p = pair == 1 ? 0.5f : 2.0f;
    UNROLL for (int i = 0; i < 4; i++) {
      const vec sum = a[i] + b[i], difference = a[i] - b[i];
      o[i][0] += sum;
      o[i][1] += p * difference;
      o[i][2] += p * p * sum;
      o[i][3] += p * p * p * difference;
    }
  }
  STEM_COLUMN(0, a)
  UNROLL for (int i = 0; i < 4; i++) o[i][0] += a[i];
  STEM_COLUMN(5, a)
  UNROLL for (int i = 0; i < 4; i++) o[i][3] += a[i];
#undef STEM_COLUMN
}

// What a tile's outputs pass through in registers; anything else follows the store.
typedef struct {
  const float *bias;
  float *sum, *square;
  int rectified, add;
} stem_ending;

// The outputs of one tile, channels [0, width) of a panel, to y. `whole` tiles lie inside the
// output and have whole vectors.
INLINE void stem_tile(
  const int whole, const stem_work *w, const float *m, long width, const stem_ending *ending,
  float *y, long rows, long columns
) {
  // Read once: for the compiler any store might change them.
  const long step = w->k, line = w->ow * step;
  const stem_ending e = *ending;
  for (long c = 0; c < width; c += VL) {
    const long n = whole ? VL : at_most(VL, width - c);
    vec o[4][4], sum = {0}, square = {0};
    stem_outputs(m + c, e.bias ? load_some(e.bias + c, n) : (vec){0}, o);
    UNROLL for (int i = 0; i < 4; i++) UNROLL for (int j = 0; j < 4; j++) {
      float *to = y + i * line + j * step + c;
      if (!whole && (i >= rows || j >= columns)) continue;
      vec v = o[i][j];
      if (e.add) v += load_some(to, n);
      if (e.rectified) v = rectify(v);
      if (e.sum) sum += v;
      if (e.square) square += v * v;
      if (whole) {
        store(to, v);
      } else {
        store_some(to, v, n);
      }
    }
    if (e.sum) store_some(e.sum + c, load_some(e.sum + c, n) + sum, n);
    if (e.square) store_some(e.square + c, load_some(e.square + c, n) + square, n);
  }
}

// The outputs of `count` tiles from `from` on, one panel of channels, with what follows them.
static void stem_scatter(
  const stem_work *w, const ak_job *job, const float *m, long from, long count, panel_span p,
  long slot
) {
  const ak_epilogue *e = job->epilogue;
  const int apart = e && (e->residual || e->before || e->activation > AK_RELU);
  stem_ending ending = {.add = job->accumulate};
  if (e && !apart) {
    ending.bias = e->bias ? e->bias + p.column : 0;
    ending.sum = e->sum ? e->sum + slot * w->k + p.column : 0;
    ending.square = e->square_sum ? e->square_sum + slot * w->k + p.column : 0;
    ending.rectified = e->activation == AK_RELU;
  }
  const int full = p.lanes == VL;
  for (long t = 0; t < count; t++) {
    const stem_place at = stem_at(w, from + t);
    const long rows = at_most(4, w->oh - at.y), columns = at_most(4, w->ow - at.x);
    float *y = job->out + ((at.n * w->oh + at.y) * w->ow + at.x) * w->k + p.column;
    const float *products = m + t * p.vectors * VL;
    if (full && rows == 4 && columns == 4) {
      stem_tile(1, w, products, p.width, &ending, y, 4, 4);
    } else {
      stem_tile(0, w, products, p.width, &ending, y, rows, columns);
    }
    for (long i = 0; apart && i < rows * columns; i++) {
      float *out = y + (i / columns * w->ow + i % columns) * w->k;
      finish_pixel(e, out, out - job->out, p.column, p.width, slot, w->k);
    }
  }
}

// Asks for one of 49 parts of the outputs of a block and of the pixels of the next.
INLINE void stem_ahead(
  const stem_work *w, const ak_job *job, long from, long count, long part
) {
  const long rows = 4 * count, next = from + stem_tiles + part;
  stem_ask_outputs(
    w, job->out, 4 * from + part * rows / 49, 4 * from + (part + 1) * rows / 49, 1);
  if (part < stem_tiles && next < w->tiles) stem_ask(w, job->a, next);
}

static void stem_item(const stem_work *w, const ak_job *job, long item, float *scratch) {
  float *v = carve(&scratch, stem_rows(w) * stem_tiles), *m = carve(&scratch, 49 * stem_plane);
  const long from = item * stem_tiles, count = at_most(stem_tiles, w->tiles - from);
  clear_statistics(job->epilogue, 0, w->k, item, w->k);
  stem_gather(w, job->a, from, count, scratch, v);
  for (long panel = 0; panel < w->panels.count; panel++) {
    const panel_span p = panel_at(w->panels, panel);
    const float *u = job->packed + p.column * stem_rows(w);
    for (int i = 0; i < 7; i++) {
      for (int j = 0; j < 7; j++) {
        const long row = stem_row(i, j) * w->c, depth = stem_depth(i, j) * w->c;
        if (panel == 0) stem_ahead(w, job, from, count, i * 7 + j);
        stem_points[p.vectors](
          v + row * stem_tiles, u + row * p.vectors * VL, depth, count,
          m + (i * 7 + j) * stem_plane);
      }
    }
    stem_scatter(w, job, m, from, count, p, item);
  }
}

static void stem_run(
  const ak_conv *c, const ak_job *job, int phase, long lo, long hi, float *scratch
) {
  const stem_work w = stem_of(c);
  for (long item = lo; item < hi; item++) {
    if (phase == 0) {
      stem_pack(&w, job, item);
    } else {
      stem_item(&w, job, item, scratch);
    }
  }
}
