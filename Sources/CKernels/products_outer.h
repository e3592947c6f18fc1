// Sums of outer products, Aᵀ·B over many rows: weight gradients of every kind.
//
// The output is cut into tiles of channels × columns, as large as the second-level cache allows:
// every tile reads its share of both factors once. When there are too few tiles to share, the rows
// are cut into *slots* as well. Number and extent of the slots follow from the shape; the slots of
// a tile are added in order by a last phase.

enum { outer_rows = 128, outer_channels = 216, outer_columns = 128, outer_ahead = 8 };
// Rows read where they lie, no more at once than stay near the processor.
enum { outer_near = 8192, outer_least = 32, outer_apart = 2048 };
enum { outer_items = 16, outer_slots = 16, outer_small = 16384, outer_small_slots = 64 };

typedef struct {
  panel_split panels;
  long group_panels, panel_groups;  // panels of a tile
  long channels, channel_block, channel_blocks;
  long slots;
  long tile_floats;
} outer_blocking;

// `sets` independent outputs of channels × columns, each a sum over `rows` rows. Blocks of channels
// are whole multiples of `unit`.
static outer_blocking block_outer(long sets, long channels, long unit, long columns, long rows) {
  outer_blocking b = {.panels = split_panels(columns), .channels = channels};
  b.panel_groups = ceil_div(b.panels.count, outer_columns / (KV * VL));
  b.group_panels = b.panel_groups ? ceil_div(b.panels.count, b.panel_groups) : 0;
  b.panel_groups = b.group_panels ? ceil_div(b.panels.count, b.group_panels) : 0;
  const long units = ceil_div(channels, at_least(1, unit));
  const long most = at_least(1, outer_channels / at_least(1, unit));
  b.channel_block = units ? ceil_div(units, ceil_div(units, most)) * unit : 0;
  b.channel_blocks = units ? ceil_div(channels, b.channel_block) : 0;
  const long tiles = at_least(1, sets * b.channel_blocks * b.panel_groups);
  b.slots = at_most(at_most(ceil_div(outer_items, tiles), outer_slots), ceil_div(rows, outer_rows));
  b.slots = tiles >= outer_items ? 1 : at_least(1, b.slots);
  b.tile_floats = b.channel_block * b.group_panels * KV * VL;
  // Small outputs of many parts: slots so short that the parts find their rows in the cache.
  if (tiles > 1 && tiles * b.tile_floats <= outer_small) {
    b.slots = at_least(1, at_most(outer_small_slots, ceil_div(rows, outer_rows)));
  }
  return b;
}

// Blocks of up to outer_rows rows of both factors, and the tile they are added to. The rows are
// copied together: they lie far apart in memory, and those a power of two apart fall into one
// cache set.
typedef struct {
  float *left;   // [outer_rows][left_step]: the tile's channels of each row
  float *right;  // in panels, [outer_rows][vectors·VL]
  float *acc;    // in panels, [channels][vectors·VL]
  long left_step, channels;
  panel_split panels;
  long first, last;      // panels of the tile
  long column, columns;  // its first column, and columns in whole vectors
  long count;            // rows copied and not yet added
} outer_sum;

INLINE long outer_left_step(long channels) { return round_up(channels, VL) + VL; }

INLINE long outer_scratch(const outer_blocking *b) {
  return outer_rows * (outer_left_step(b->channel_block) + b->group_panels * KV * VL)
    + round_up(b->tile_floats, 16) + 64;
}

static outer_sum begin_outer(
  const outer_blocking *b, long channels, long group, float *scratch
) {
  outer_sum s = {
    .channels = channels, .left_step = outer_left_step(b->channel_block), .panels = b->panels,
    .first = group * b->group_panels};
  s.last = at_most(b->panels.count, s.first + b->group_panels);
  const panel_span end = panel_at(b->panels, s.last - 1);
  s.column = panel_at(b->panels, s.first).column;
  s.columns = end.column + (long)end.vectors * VL - s.column;
  s.left = carve(&scratch, outer_rows * s.left_step);
  s.right = carve(&scratch, outer_rows * s.columns);
  s.acc = carve(&scratch, channels * s.columns);
  memset(s.acc, 0, (size_t)(channels * s.columns) * sizeof(float));
  return s;
}

// Adds the rows copied to the tile.
static void flush_outer(outer_sum *s) {
  for (long i = s->first; s->count && i < s->last; i++) {
    const panel_span p = panel_at(s->panels, i);
    const long step = (long)p.vectors * VL, at = p.column - s->column;
    const outer_tile t = {
      .left = s->left, .left_step = s->left_step, .count = s->count,
      .panel = s->right + at * outer_rows, .panel_step = step, .acc = s->acc + at * s->channels,
      .acc_step = step};
    outer_against_panel(&t, p.vectors, 0, s->channels);
  }
  s->count = 0;
}

// How many rows to read at once where they lie, the factors' rows so far apart; 0 where rows fall
// into few sets of the cache.
static long rows_in_place(const outer_blocking *b, long left_step, long right_step) {
  if (left_step % outer_apart == 0 || right_step % outer_apart == 0) return 0;
  const long floats = b->channel_block + b->group_panels * KV * VL;
  return at_most(outer_rows, at_least(outer_least, outer_near / at_least(1, floats)));
}

// Adds rows [from, to) of both factors, `at_once` of them at a time, to the tile. `left` is at the
// tile's channels, `right` at column 0 of the whole. Columns that do not exist are sums of what
// follows a row, and not stored.
static void sum_in_place(
  const outer_sum *s, const float *left, long left_step, const float *right, long right_step,
  long from, long to, long at_once
) {
  for (long row = from; row < to; row += at_once) {
    for (long i = s->first; i < s->last; i++) {
      const panel_span p = panel_at(s->panels, i);
      const outer_tile t = {
        .left = left + row * left_step, .left_step = left_step,
        .count = at_most(at_once, to - row), .panel = right + row * right_step + p.column,
        .panel_step = right_step, .acc = s->acc + (p.column - s->column) * s->channels,
        .acc_step = (long)p.vectors * VL, .ahead = i == s->first ? at_once * left_step : 0,
        .panel_ahead = at_once * right_step};
      outer_against_panel(&t, p.vectors, 0, s->channels);
    }
  }
}

// Copies `count` floats in whole vectors: up to VL − 1 more are read and written.
INLINE void copy_vectors(const float *from, float *to, long count) {
  for (long i = 0; i < count; i += VL) store(to + i, load(from + i));
}

INLINE void ask_for(const float *p, long count) {
  for (long i = 0; i < count; i += 16) __builtin_prefetch(p + i);
}

// Copies the next row of the right factor, given from column 0 of the whole, and asks for the one
// `ahead` floats further.
INLINE void copy_right(const outer_sum *s, const float *row, long ahead) {
  for (long i = s->first; i < s->last; i++) {
    const panel_span p = panel_at(s->panels, i);
    ask_for(row + ahead + p.column, p.width);
    pack_rows(
      row + p.column, 0, 1, p.width, p.vectors,
      s->right + (p.column - s->column) * outer_rows + s->count * p.vectors * VL);
  }
}

// out[i·ld + column] (+)= acc[i] for the tile's columns that exist; acc in panels.
static void store_outer(const outer_sum *s, const float *acc, float *out, long ld, int add) {
  for (long panel = s->first; panel < s->last; panel++) {
    const panel_span p = panel_at(s->panels, panel);
    const float *from = acc + (p.column - s->column) * s->channels;
    for (long i = 0; i < s->channels; i++) {
      for (int j = 0; j < p.vectors; j++) {
        const long n = at_most(VL, p.width - j * VL);
        float *to = out + i * ld + p.column + j * VL;
        vec v = load(from + (i * p.vectors + j) * VL);
        if (add) v += load_some(to, n);
        store_some(to, v, n);
      }
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
  return block_outer(m->batch, m->m, 1, m->n, m->k);
}

INLINE long matrix_outer_tiles(const ak_matrix *m, const outer_blocking *b) {
  return m->batch * b->channel_blocks * b->panel_groups;
}

static void matrix_outer_plan(const ak_matrix *m, ak_plan *plan) {
  const outer_blocking b = matrix_outer_blocking(m);
  const long tiles = matrix_outer_tiles(m, &b);
  plan->algorithm = AK_MATRIX_OUTER;
  plan->phases = b.slots > 1 ? 2 : 1;
  plan->items[0] = tiles * b.slots;
  plan->chunk[0] = 1;
  plan->items[1] = b.slots > 1 ? tiles : 0;
  plan->chunk[1] = 1;
  plan->shared_floats = b.slots > 1 ? plan->items[0] * b.tile_floats : 0;
  plan->private_floats = outer_scratch(&b);
}

// The tile's place, and the sum begun for it.
static outer_sum matrix_outer_sum(
  const ak_matrix *m, const outer_blocking *b, long tile, float *scratch, long *batch,
  long *channel
) {
  *channel = tile / b->panel_groups % b->channel_blocks * b->channel_block;
  *batch = tile / b->panel_groups / b->channel_blocks;
  return begin_outer(
    b, at_most(b->channel_block, m->m - *channel), tile % b->panel_groups, scratch);
}

// Copies rows [from, from + count) of both factors.
static void matrix_outer_copy(
  const ak_matrix *m, const float *left, const float *right, long from, long count, outer_sum *s
) {
  for (s->count = 0; s->count < count; s->count++) {
    const long t = from + s->count;
    const float *row = left + t * m->lda;
    ask_for(row + outer_ahead * m->lda, s->channels);
    copy_vectors(row, s->left + s->count * s->left_step, s->channels);
    if (!m->transpose_b) copy_right(s, right + t * m->ldb, outer_ahead * m->ldb);
  }
  for (long i = s->first; m->transpose_b && i < s->last; i++) {
    const panel_span p = panel_at(s->panels, i);
    pack_transposed(
      right + p.column * m->ldb + from, m->ldb, count, p.width, p.vectors,
      s->right + (p.column - s->column) * outer_rows);
  }
}

static void matrix_outer_item(
  const ak_matrix *m, const outer_blocking *b, const ak_job *job, long item, float *scratch
) {
  const long tiles = matrix_outer_tiles(m, b), slot = item / tiles;
  long batch, channel;
  outer_sum s = matrix_outer_sum(m, b, item % tiles, scratch, &batch, &channel);
  const float *left = job->a + batch * m->stride_a + channel;
  const float *right = job->b + batch * m->stride_b;
  const long end = (slot + 1) * m->k / b->slots;
  long from = slot * m->k / b->slots;
  const long in_place = m->transpose_b ? 0 : rows_in_place(b, m->lda, m->ldb);
  if (in_place) {
    sum_in_place(&s, left, m->lda, right, m->ldb, from, end, in_place);
    from = end;
  }
  for (; from < end; from += outer_rows) {
    matrix_outer_copy(m, left, right, from, at_most(outer_rows, end - from), &s);
    flush_outer(&s);
  }
  if (b->slots > 1) {
    const size_t bytes = (size_t)(s.channels * s.columns) * sizeof(float);
    memcpy(job->shared + item * b->tile_floats, s.acc, bytes);
    return;
  }
  float *out = job->out + batch * m->stride_c + channel * m->ldc;
  store_outer(&s, s.acc, out, m->ldc, job->accumulate);
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
    long batch, channel;
    const outer_sum s = matrix_outer_sum(m, &b, item, scratch, &batch, &channel);
    const float *acc = add_slots(
      job->shared + item * b.tile_floats, b.slots, matrix_outer_tiles(m, &b) * b.tile_floats,
      s.channels * s.columns);
    float *out = job->out + batch * m->stride_c + channel * m->ldc;
    store_outer(&s, acc, out, m->ldc, job->accumulate);
  }
}
