// Sums of outer products, Aᵀ·B over many rows: weight gradients of every kind.
//
// The output is cut into tiles of channels × panel; when there are too few tiles to share, the
// rows are cut into *slots* as well. Number and extent of the slots follow from the shape; the
// slots of a tile are added in order by a last phase.

enum { outer_rows = 128, outer_channels = 72, outer_items = 32, outer_slots = 16 };

typedef struct {
  panel_split panels;
  long channels, channel_block, channel_blocks;
  long slots;
  long tile_floats;  // an accumulator: channel_block rows of KV·VL
} outer_blocking;

// `sets` independent outputs of channels × columns, each a sum over `rows` rows.
static outer_blocking block_outer(long sets, long channels, long columns, long rows) {
  outer_blocking b = {.panels = split_panels(columns), .channels = channels};
  b.channel_blocks = ceil_div(channels, outer_channels);
  b.channel_block = b.channel_blocks ? ceil_div(channels, b.channel_blocks) : 0;
  const long tiles = at_least(1, sets * b.channel_blocks * b.panels.count);
  b.slots = at_most(at_most(ceil_div(outer_items, tiles), outer_slots), ceil_div(rows, outer_rows));
  b.slots = tiles >= outer_items ? 1 : at_least(1, b.slots);
  b.tile_floats = b.channel_block * KV * VL;
  return b;
}

// Blocks of up to outer_rows rows of both factors, and the tile they are added to.
typedef struct {
  const float **rows;  // [outer_rows], each at the tile's first channel
  float *panel;        // [outer_rows][vectors·VL]
  float *acc;          // [channels][vectors·VL]
  long count, channels;
  int vectors;
} outer_sum;

INLINE long outer_scratch(const outer_blocking *b) {
  return 2 * outer_rows + outer_rows * KV * VL + round_up(b->tile_floats, 16) + 64;
}

static outer_sum begin_outer(const outer_blocking *b, long channels, int vectors, float *scratch) {
  outer_sum s = {.channels = channels, .vectors = vectors};
  s.rows = (const float **)carve(&scratch, 2 * outer_rows);
  s.panel = carve(&scratch, outer_rows * KV * VL);
  s.acc = carve(&scratch, b->tile_floats);
  memset(s.acc, 0, (size_t)(channels * vectors * VL) * sizeof(float));
  return s;
}

static void flush_outer(outer_sum *s) {
  const long step = (long)s->vectors * VL;
  const outer_tile t = {
    .rows = s->rows, .count = s->count, .panel = s->panel, .panel_step = step, .acc = s->acc,
    .acc_step = step};
  if (s->count) outer_against_panel(&t, s->vectors, 0, s->channels);
  s->count = 0;
}

// out[i·ld + j] (+)= acc[i][j] for the columns that exist.
static void store_outer(
  const float *acc, long channels, panel_span p, float *out, long ld, int add
) {
  for (long i = 0; i < channels; i++) {
    for (int j = 0; j < p.vectors; j++) {
      const long n = at_most(VL, p.width - j * VL);
      float *to = out + i * ld + j * VL;
      vec v = load(acc + (i * p.vectors + j) * VL);
      if (add) v += load_some(to, n);
      store_some(to, v, n);
    }
  }
}

// The slots of one tile added in order into the first.
static float *add_slots(float *tiles, long slots, long between, long floats) {
  for (long slot = 1; slot < slots; slot++) {
    const float *from = tiles + slot * between;
    for (long i = 0; i < floats; i += VL) store(tiles + i, load(tiles + i) + load(from + i));
  }
  return tiles;
}

static outer_blocking matrix_outer_blocking(const ak_matrix *m) {
  return block_outer(m->batch, m->m, m->n, m->k);
}

static void matrix_outer_plan(const ak_matrix *m, ak_plan *plan) {
  const outer_blocking b = matrix_outer_blocking(m);
  const long tiles = m->batch * b.channel_blocks * b.panels.count;
  plan->algorithm = AK_MATRIX_OUTER;
  plan->phases = b.slots > 1 ? 2 : 1;
  plan->items[0] = tiles * b.slots;
  plan->chunk[0] = 1;
  plan->items[1] = b.slots > 1 ? tiles : 0;
  plan->chunk[1] = 1;
  plan->shared_floats = b.slots > 1 ? plan->items[0] * b.tile_floats : 0;
  plan->private_floats = outer_scratch(&b);
}

typedef struct {
  long batch, channel, channels;
  panel_span panel;
} outer_place;

static outer_place matrix_outer_place(const outer_blocking *b, long tile) {
  const long block = tile / b->panels.count % b->channel_blocks;
  const long channel = block * b->channel_block;
  return (outer_place){
    tile / b->panels.count / b->channel_blocks, channel,
    at_most(b->channel_block, b->channels - channel), panel_at(b->panels, tile % b->panels.count)};
}

static void matrix_outer_item(
  const ak_matrix *m, const outer_blocking *b, const ak_job *job, long item, float *scratch
) {
  const long tiles = m->batch * b->channel_blocks * b->panels.count;
  const long slot = item / tiles;
  const outer_place at = matrix_outer_place(b, item % tiles);
  outer_sum s = begin_outer(b, at.channels, at.panel.vectors, scratch);
  const float *a = job->a + at.batch * m->stride_a + at.channel;
  const float *right = job->b + at.batch * m->stride_b;
  const long end = (slot + 1) * m->k / b->slots;
  for (long from = slot * m->k / b->slots; from < end; from += outer_rows) {
    s.count = at_most(outer_rows, end - from);
    for (long t = 0; t < s.count; t++) s.rows[t] = a + (from + t) * m->lda;
    if (m->transpose_b) {
      pack_transposed(
        right + at.panel.column * m->ldb + from, m->ldb, s.count, at.panel.width, s.vectors,
        s.panel);
    } else {
      pack_rows(
        right + from * m->ldb + at.panel.column, m->ldb, s.count, at.panel.width, s.vectors,
        s.panel);
    }
    flush_outer(&s);
  }
  if (b->slots > 1) {
    const size_t bytes = (size_t)(at.channels * s.vectors * VL) * sizeof(float);
    memcpy(job->shared + item * b->tile_floats, s.acc, bytes);
    return;
  }
  float *out = job->out + at.batch * m->stride_c + at.channel * m->ldc + at.panel.column;
  store_outer(s.acc, at.channels, at.panel, out, m->ldc, job->accumulate);
}

static void matrix_outer_run(
  const ak_matrix *m, const ak_job *job, int phase, long lo, long hi, float *scratch
) {
  const outer_blocking b = matrix_outer_blocking(m);
  for (long item = lo; item < hi; item++) {
    if (phase == 0) {
      matrix_outer_item(m, &b, job, item, scratch);
      continue;
    }
    const outer_place at = matrix_outer_place(&b, item);
    const long tiles = m->batch * b.channel_blocks * b.panels.count;
    const float *acc = add_slots(
      job->shared + item * b.tile_floats, b.slots, tiles * b.tile_floats,
      at.channels * at.panel.vectors * VL);
    float *out = job->out + at.batch * m->stride_c + at.channel * m->ldc + at.panel.column;
    store_outer(acc, at.channels, at.panel, out, m->ldc, job->accumulate);
  }
}
