// op(A)·op(B) with A as it lies in memory: B is packed into panels, rows of A are read in place.

enum { matrix_block = 84, depth_block = 512, depth_limit = 640 };

// Row blocks and panel groups: enough items to share, few enough to reuse what is in the cache.
typedef struct {
  panel_split panels;
  long block, blocks;
  long panels_per_item, panel_groups;
} rows_blocking;

// `pixels` rows in `classes` equal sets, `columns` wide in `groups`; about 16 items at least.
static rows_blocking block_rows(long pixels, long classes, long groups, long columns, long most) {
  rows_blocking b = {.panels = split_panels(columns)};
  const long wanted = 16;
  const long others = classes * groups;
  long block = most;
  if (ceil_div(pixels, block) * others < wanted) {
    block = at_least(at_most(most, 2 * ROWS_2), ceil_div(pixels, ceil_div(wanted, others)));
  }
  b.blocks = ceil_div(pixels, block);
  b.block = b.blocks ? ceil_div(pixels, b.blocks) : block;
  b.panel_groups = 1;
  if (b.blocks * others < wanted) {
    b.panel_groups = at_most(b.panels.count, ceil_div(wanted, at_least(1, b.blocks * others)));
  }
  b.panels_per_item = ceil_div(b.panels.count, at_least(1, b.panel_groups));
  b.panel_groups = b.panels.count ? ceil_div(b.panels.count, b.panels_per_item) : 0;
  return b;
}

// Every listed row against panels [from, to); depths above `depth_limit` go in blocks, so that a
// block of a panel and of the rows stays in the second-level cache.
static void rows_against_panels(
  rows_tile t, panel_split split, long from, long to, const float *packed, long panel_rows,
  long count
) {
  const long depth = t.depth, ahead = t.ahead;
  const long parts = t.tap_count == 1 && depth > depth_limit ? ceil_div(depth, depth_block) : 1;
  for (long part = 0; part < parts; part++) {
    t.start = part * depth / parts;
    t.depth = (part + 1) * depth / parts - t.start;
    t.ahead = ahead;
    for (long i = from; i < to; i++) {
      const panel_span p = panel_at(split, i);
      t.panel = packed + p.column * panel_rows;
      t.tap_stride = depth * p.vectors * VL;
      t.column = p.column;
      t.lanes = p.lanes;
      rows_against_panel(&t, p.vectors, count);
      t.ahead = 0;
    }
    t.add = 1;
    t.out_ahead = 0;
  }
}

static void matrix_rows_plan(const ak_matrix *m, ak_plan *plan) {
  const rows_blocking b = block_rows(m->m, m->batch, 1, m->n, matrix_block);
  const long shared = m->stride_b == 0;
  plan->algorithm = AK_MATRIX_ROWS;
  plan->phases = 2;
  plan->pack_phases = 1;
  plan->items[0] = (shared ? at_most(m->batch, 1) : m->batch) * b.panels.count
    * at_least(1, ceil_div(m->k, 128));
  plan->chunk[0] = 4;
  plan->items[1] = m->batch * b.blocks * b.panel_groups;
  plan->chunk[1] = 1;
  plan->packed_floats = (shared ? 1 : m->batch) * m->k * padded_columns(b.panels);
  plan->private_floats = 4 * round_up(b.block, 16);  // two tables of pointers
  plan->stat_slots = m->batch * b.blocks;
}

static void matrix_pack(const ak_matrix *m, const ak_job *job, long lo, long hi) {
  const panel_split split = split_panels(m->n);
  const long parts = at_least(1, ceil_div(m->k, 128));
  for (long item = lo; item < hi; item++) {
    const long part = item % parts, panel = item / parts % split.count;
    const long batch = item / parts / split.count;
    const panel_span p = panel_at(split, panel);
    const long from = part * 128, rows = at_most(128, m->k - from);
    const float *b = job->b + batch * m->stride_b;
    float *out = job->packed + batch * m->k * padded_columns(split) + p.column * m->k
      + from * p.vectors * VL;
    if (m->transpose_b) {
      pack_transposed(b + p.column * m->ldb + from, m->ldb, rows, p.width, p.vectors, out);
    } else {
      pack_rows(b + from * m->ldb + p.column, m->ldb, rows, p.width, p.vectors, out);
    }
  }
}

static void matrix_rows_item(
  const ak_matrix *m, const rows_blocking *b, const ak_job *job, long item, float *scratch
) {
  const long group = item % b->panel_groups, block = item / b->panel_groups % b->blocks;
  const long batch = item / b->panel_groups / b->blocks;
  const long from = block * b->block, count = at_most(b->block, m->m - from);
  const float **rows = (const float **)carve(&scratch, 2 * b->block);
  float **out = (float **)carve(&scratch, 2 * b->block);
  for (long i = 0; i < count; i++) {
    rows[i] = job->a + batch * m->stride_a + (from + i) * m->lda;
    out[i] = job->out + batch * m->stride_c + (from + i) * m->ldc;
  }
  const long first = group * b->panels_per_item;
  const long last = at_most(b->panels.count, first + b->panels_per_item);
  static const long only_tap = 0;
  const rows_tile t = {
    .rows = rows, .taps = &only_tap, .tap_count = 1, .depth = m->k, .out = out,
    .add = job->accumulate};
  const long shared = m->stride_b == 0 ? 0 : batch;
  const float *packed = job->packed + shared * m->k * padded_columns(b->panels);
  rows_against_panels(t, b->panels, first, last, packed, m->k, count);
  if (!has_epilogue(job->epilogue)) return;
  const long column = panel_at(b->panels, first).column;
  const panel_span end = panel_at(b->panels, last - 1);
  const long width = end.column + end.width - column, slot = batch * b->blocks + block;
  clear_statistics(job->epilogue, column, width, slot, m->n);
  for (long i = 0; i < count; i++) {
    finish_pixel(
      job->epilogue, out[i] + column, out[i] + column - job->out, column, width, slot, m->n);
  }
}

static void matrix_rows_run(
  const ak_matrix *m, const ak_job *job, int phase, long lo, long hi, float *scratch
) {
  if (phase == 0) {
    matrix_pack(m, job, lo, hi);
    return;
  }
  const rows_blocking b = block_rows(m->m, m->batch, 1, m->n, matrix_block);
  for (long item = lo; item < hi; item++) matrix_rows_item(m, &b, job, item, scratch);
}
