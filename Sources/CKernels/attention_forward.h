// Attention, forward: an item is a share of the queries of one (image, head). Keys are packed into
// panels transposed, values as they are; the scores of a block of queries stay in the first-level
// cache.

enum { attention_rows = 24, attention_items = 8 };

typedef struct {
  panel_split keys, key_width, value_width;
  long padded;  // keys, in whole vectors
  long block, blocks;  // of queries
} attention_blocking;

static attention_blocking block_attention(const ak_attention *a, long rows) {
  attention_blocking b = {
    .keys = split_panels(a->keys), .key_width = split_panels(a->key_width),
    .value_width = split_panels(a->value_width)};
  b.padded = padded_columns(b.keys);
  b.blocks = ceil_div(a->queries, rows);
  b.block = b.blocks ? ceil_div(a->queries, b.blocks) : 0;
  return b;
}

// Where one head of one image lies.
typedef struct {
  const float *q, *k, *v, *bias;
  float *out;
  long out_row;  // floats from a row of the result to the next
  long first;    // its place in q, k and v
  long statistics;
} attention_place;

static attention_place attention_at(
  const ak_attention *a, const ak_attention_job *job, long image, long head
) {
  attention_place p = {
    .q = job->q + image * a->queries * a->query_row + head * a->query_head,
    .k = job->k + image * a->keys * a->key_row + head * a->key_head,
    .v = job->v + image * a->keys * a->value_row + head * a->value_head,
    .out_row = a->heads * a->value_width,
    .statistics = (image * a->heads + head) * a->queries};
  p.out = job->out + image * a->queries * p.out_row + head * a->value_width;
  if (job->bias) {
    p.bias = job->bias
      + (image % a->bias_images * a->heads + head) * a->queries * a->keys;
  }
  return p;
}

// packed = inᵀ in panels of the columns `split`: in[column·ld + r], r < rows.
static void pack_all_transposed(
  const float *in, long ld, long rows, panel_split split, float *packed
) {
  for (long i = 0; i < split.count; i++) {
    const panel_span p = panel_at(split, i);
    pack_transposed(in + p.column * ld, ld, rows, p.width, p.vectors, packed + p.column * rows);
  }
}

static void pack_all_rows(
  const float *in, long ld, long rows, panel_split split, float *packed
) {
  for (long i = 0; i < split.count; i++) {
    const panel_span p = panel_at(split, i);
    pack_rows(in + p.column, ld, rows, p.width, p.vectors, packed + p.column * rows);
  }
}

// out[i] = rows[i]·packed for `count` rows of length `depth`.
static void multiply_rows(
  const float *const *rows, float *const *out, long count, long depth, panel_split split,
  const float *packed
) {
  static const long only_tap = 0;
  const rows_tile t = {
    .rows = rows, .taps = &only_tap, .tap_count = 1, .depth = depth, .out = out};
  rows_against_panels(t, split, 0, split.count, packed, depth, count);
}

// Rows with all lanes of the last vector, for buffers that are as long.
INLINE panel_split whole_vectors(panel_split split) {
  split.columns = padded_columns(split);
  return split;
}

INLINE float largest_lane(vec v) {
  float t[VL], most;
  store(t, v);
  most = t[0];
  UNROLL for (int i = 1; i < VL; i++) most = t[i] > most ? t[i] : most;
  return most;
}

INLINE float sum_of_lanes(vec v) {
  float t[VL];
  store(t, v);
  UNROLL for (int n = VL / 2; n > 0; n /= 2) UNROLL for (int i = 0; i < n; i++) t[i] += t[i + n];
  return t[0];
}

// The first n lanes of v, −∞ behind them.
INLINE vec first_lanes(vec v, long n) {
  ivec lane;
  UNROLL for (int i = 0; i < VL; i++) lane[i] = i;
  const ivec inside = lane < (ivec){0} + (int)n;
  return (vec)((inside & (ivec)v) | (~inside & (ivec)splat(-__builtin_inff())));
}

// s = e^(scale·s + bias − m), m the largest of the row; returns 1 / Σ s and sets ln Σ e^….
INLINE float soften_row(
  float *s, long keys, float scale, const float *bias, const int biased, float *log_sum
) {
  vec most = splat(-__builtin_inff()), check = {0}, sum = {0};
  for (long j = 0; j < keys; j += VL) {
    const long n = at_most(VL, keys - j);
    vec v = load(s + j) * scale;
    if (biased) v += load_some(bias + j, n);
    if (n < VL) v = first_lanes(v, n);
    store(s + j, v);
    most = vec_max(most, v);
    check += v;
  }
  const float m = largest_lane(most);
  for (long j = 0; j < keys; j += VL) {
    const vec e = vec_exp(load(s + j) - m);
    store(s + j, e);
    sum += e;
  }
  const float total = sum_of_lanes(sum), checked = sum_of_lanes(check);
  *log_sum = m + logf(total);
  // A maximum hides a NaN among the scores and the exponential is clamped: neither may pass, nor
  // may a row without any score.
  if (checked != checked || !(m > -__builtin_inff())) {
    *log_sum = __builtin_nanf("");
    return __builtin_nanf("");
  }
  return 1.0f / total;
}

// Items a head is cut into where there are few heads.
INLINE long attention_parts(const ak_attention *a, const attention_blocking *b) {
  const long heads = at_least(1, a->images * a->heads);
  return at_least(1, at_most(b->blocks, ceil_div(attention_items, heads)));
}

static void attention_forward_plan(const ak_attention *a, ak_plan *plan) {
  const attention_blocking b = block_attention(a, attention_rows);
  plan->phases = 1;
  plan->items[0] = a->images * a->heads * attention_parts(a, &b);
  plan->chunk[0] = 1;
  plan->private_floats = a->key_width * b.padded
    + a->keys * padded_columns(b.value_width) + b.block * b.padded
    + 3 * round_up(2 * b.block, 16) + 64;
}

static void attention_forward_item(
  const ak_attention *a, const ak_attention_job *job, const attention_blocking *b, long item,
  float *scratch
) {
  const long parts = attention_parts(a, b), part = item % parts;
  const attention_place p = attention_at(
    a, job, item / parts / a->heads, item / parts % a->heads);
  float *keys = carve(&scratch, a->key_width * b->padded);
  float *values = carve(&scratch, a->keys * padded_columns(b->value_width));
  float *scores = carve(&scratch, b->block * b->padded);
  const float **rows = (const float **)carve(&scratch, 2 * b->block);
  float **score_rows = (float **)carve(&scratch, 2 * b->block);
  float **out = (float **)carve(&scratch, 2 * b->block);
  pack_all_transposed(p.k, a->key_row, a->key_width, b->keys, keys);
  pack_all_rows(p.v, a->value_row, a->keys, b->value_width, values);
  for (long i = 0; i < b->block; i++) score_rows[i] = scores + i * b->padded;
  const long last = (part + 1) * b->blocks / parts;
  for (long block = part * b->blocks / parts; block < last; block++) {
    const long from = block * b->block, count = at_most(b->block, a->queries - from);
    for (long i = 0; i < count; i++) {
      rows[i] = p.q + (from + i) * a->query_row;
      out[i] = p.out + (from + i) * p.out_row;
    }
    multiply_rows(rows, score_rows, count, a->key_width, whole_vectors(b->keys), keys);
    float inverse[attention_rows];
    for (long i = 0; i < count; i++) {
      float *log_sum = job->log_sums + p.statistics + from + i;
      inverse[i] = p.bias
        ? soften_row(
            score_rows[i], a->keys, a->scale, p.bias + (from + i) * a->keys, 1, log_sum)
        : soften_row(score_rows[i], a->keys, a->scale, 0, 0, log_sum);
    }
    multiply_rows(
      (const float *const *)score_rows, out, count, a->keys, b->value_width, values);
    for (long i = 0; i < count; i++) {
      for (long j = 0; j < a->value_width; j += VL) {
        const long n = at_most(VL, a->value_width - j);
        store_some(out[i] + j, load_some(out[i] + j, n) * inverse[i], n);
      }
    }
  }
}

static void attention_forward_run(
  const ak_attention *a, const ak_attention_job *job, long lo, long hi, float *scratch
) {
  const attention_blocking b = block_attention(a, attention_rows);
  for (long item = lo; item < hi; item++) attention_forward_item(a, job, &b, item, scratch);
}
