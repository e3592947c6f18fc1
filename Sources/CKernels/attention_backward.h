// Attention, backward: with P the weights computed again from the logarithms kept,
//     dV = Pᵀ·dO,  dP = dO·Vᵀ,  dS = P ⊙ (dP − rowsum(dO ⊙ O)),
//     dQ = scale·dS·K,  dK = scale·dSᵀ·Q,  dbias = Σ_images dS.
// An item is a (bias, head) pair's share of the images, one after the other; the shares of a bias
// gradient are slots that a last phase adds in order. Without a bias gradient a share is one image.

enum { attention_backward_rows = 48, attention_bias_items = 32 };

typedef struct {
  attention_blocking blocking;
  long sets;    // heads × biases (or images)
  long shares;  // of a set's images
  long images;  // of a set
  long stride;  // from an image of a set to its next one
  long matrix;  // floats of one head's bias
} attention_gradient;

static attention_gradient attention_gradient_of(const ak_attention *a, int wants_bias) {
  attention_gradient g = {
    .blocking = block_attention(a, attention_backward_rows), .matrix = a->queries * a->keys};
  const long biases = wants_bias ? a->bias_images : a->images;
  g.sets = biases * a->heads;
  g.stride = biases;
  g.images = biases ? a->images / biases : 0;
  g.shares = at_most(g.images, ceil_div(attention_bias_items, at_least(1, g.sets)));
  if (!wants_bias) g.shares = 1;
  return g;
}

static void attention_backward_plan(const ak_attention *a, int wants_bias, ak_plan *plan) {
  const attention_gradient g = attention_gradient_of(a, wants_bias);
  const attention_blocking *b = &g.blocking;
  const long key_width = padded_columns(b->key_width);
  const long value_width = padded_columns(b->value_width);
  plan->phases = wants_bias ? 2 : 1;
  plan->items[0] = g.sets * g.shares;
  plan->chunk[0] = 1;
  plan->items[1] = wants_bias ? g.sets : 0;
  plan->chunk[1] = 1;
  plan->shared_floats = wants_bias ? g.sets * g.shares * g.matrix + 16 : 0;
  plan->private_floats = (a->key_width + a->value_width) * b->padded + 2 * a->keys * key_width
    + a->keys * value_width + b->block * (2 * b->padded + key_width + value_width)
    + 5 * round_up(2 * b->block, 16) + 256;
}

typedef struct {
  float *keys_across, *values_across, *keys;  // packed
  float *dk, *dv;                             // sums, in panels [keys][columns of the panel]
  float *weights, *slopes;                    // P and dS of a block of queries
  float *packed_q, *packed_dout;
  const float **q, **dout;
  float **weight_rows, **slope_rows, **dq;
} attention_scratch;

static attention_scratch carve_attention(
  const ak_attention *a, const attention_blocking *b, float *scratch
) {
  const long key_width = padded_columns(b->key_width);
  const long value_width = padded_columns(b->value_width);
  attention_scratch s;
  s.keys_across = carve(&scratch, a->key_width * b->padded);
  s.values_across = carve(&scratch, a->value_width * b->padded);
  s.keys = carve(&scratch, a->keys * key_width);
  s.dk = carve(&scratch, a->keys * key_width);
  s.dv = carve(&scratch, a->keys * value_width);
  s.weights = carve(&scratch, b->block * b->padded);
  s.slopes = carve(&scratch, b->block * b->padded);
  s.packed_q = carve(&scratch, b->block * key_width);
  s.packed_dout = carve(&scratch, b->block * value_width);
  s.q = (const float **)carve(&scratch, 2 * b->block);
  s.dout = (const float **)carve(&scratch, 2 * b->block);
  s.weight_rows = (float **)carve(&scratch, 2 * b->block);
  s.slope_rows = (float **)carve(&scratch, 2 * b->block);
  s.dq = (float **)carve(&scratch, 2 * b->block);
  for (long i = 0; i < b->block; i++) {
    s.weight_rows[i] = s.weights + i * b->padded;
    s.slope_rows[i] = s.slopes + i * b->padded;
  }
  return s;
}

// w = P from the scores in w; s = scale·dS from dP in s; dS is added to `dbias`.
INLINE void slope_row(
  float *w, float *s, long keys, float scale, const float *bias, float log_sum, float product,
  float *dbias
) {
  for (long j = 0; j < keys; j += VL) {
    const long n = at_most(VL, keys - j);
    vec score = load(w + j) * scale;
    if (bias) score += load_some(bias + j, n);
    const vec p = vec_exp(score - log_sum);
    const vec ds = p * (load(s + j) - product);
    store(w + j, p);
    store(s + j, ds * scale);
    if (dbias) store_some(dbias + j, load_some(dbias + j, n) + ds, n);
  }
}

static float row_product(const float *a, const float *b, long width) {
  vec sum = {0};
  for (long j = 0; j < width; j += VL) {
    const long n = at_most(VL, width - j);
    sum += load_some(a + j, n) * load_some(b + j, n);
  }
  return sum_of_lanes(sum);
}

// acc += leftᵀ·packed over `count` rows `left_step` apart: acc [keys][columns] in panels.
static void add_outer(
  const float *left, long left_step, long count, long keys, panel_split split,
  const float *packed, float *acc
) {
  for (long i = 0; i < split.count; i++) {
    const panel_span p = panel_at(split, i);
    const long step = (long)p.vectors * VL;
    const outer_tile t = {
      .left = left, .left_step = left_step, .count = count, .panel = packed + p.column * count,
      .panel_step = step, .acc = acc + p.column * keys, .acc_step = step};
    outer_against_panel(&t, p.vectors, 0, keys);
  }
}

static void attention_backward_block(
  const ak_attention *a, const attention_blocking *b, const attention_place *p, const float *dout,
  const float *log_sums, float *dq, float *dbias, const attention_scratch *s, long from
) {
  const long count = at_most(b->block, a->queries - from);
  for (long i = 0; i < count; i++) {
    s->q[i] = p->q + (from + i) * a->query_row;
    s->dout[i] = dout + (from + i) * p->out_row;
    if (dq) s->dq[i] = dq + (from + i) * a->query_row;
  }
  const panel_split whole = whole_vectors(b->keys);
  multiply_rows(s->q, s->weight_rows, count, a->key_width, whole, s->keys_across);
  multiply_rows(s->dout, s->slope_rows, count, a->value_width, whole, s->values_across);
  for (long i = 0; i < count; i++) {
    const long row = from + i;
    const float product = row_product(s->dout[i], p->out + row * p->out_row, a->value_width);
    slope_row(
      s->weight_rows[i], s->slope_rows[i], a->keys, a->scale,
      p->bias ? p->bias + row * a->keys : 0, log_sums[row], product,
      dbias ? dbias + row * a->keys : 0);
  }
  if (dq) {
    multiply_rows(
      (const float *const *)s->slope_rows, s->dq, count, a->keys, b->key_width, s->keys);
  }
  pack_all_rows(s->q[0], a->query_row, count, b->key_width, s->packed_q);
  pack_all_rows(s->dout[0], p->out_row, count, b->value_width, s->packed_dout);
  add_outer(s->slopes, b->padded, count, a->keys, b->key_width, s->packed_q, s->dk);
  add_outer(
    s->weights, b->padded, count, a->keys, b->value_width, s->packed_dout, s->dv);
}

// out[i·ld + column] = acc[i] for all columns; acc in panels.
static void store_panels(const float *acc, long rows, panel_split split, float *out, long ld) {
  const outer_sum s = {.channels = rows, .panels = split, .last = split.count};
  store_outer(&s, acc, out, ld, 0);
}

static void attention_backward_head(
  const ak_attention *a, const ak_attention_job *job, const attention_blocking *b, long image,
  long head, float *dbias, const attention_scratch *s
) {
  const attention_place p = attention_at(a, job, image, head);
  pack_all_transposed(p.k, a->key_row, a->key_width, b->keys, s->keys_across);
  pack_all_transposed(p.v, a->value_row, a->value_width, b->keys, s->values_across);
  pack_all_rows(p.k, a->key_row, a->keys, b->key_width, s->keys);
  memset(s->dk, 0, (size_t)(a->keys * padded_columns(b->key_width)) * sizeof(float));
  memset(s->dv, 0, (size_t)(a->keys * padded_columns(b->value_width)) * sizeof(float));
  float *dq = job->dq ? job->dq + (p.q - job->q) : 0;
  for (long block = 0; block < b->blocks; block++) {
    attention_backward_block(
      a, b, &p, job->dout + (p.out - job->out), job->log_sums + p.statistics, dq, dbias, s,
      block * b->block);
  }
  if (job->dk) store_panels(s->dk, a->keys, b->key_width, job->dk + (p.k - job->k), a->key_row);
  if (job->dv) {
    store_panels(s->dv, a->keys, b->value_width, job->dv + (p.v - job->v), a->value_row);
  }
}

static void attention_backward_run(
  const ak_attention *a, const ak_plan *plan, const ak_attention_job *job, int phase, long lo,
  long hi, float *scratch
) {
  const int wants_bias = plan->phases == 2;
  const attention_gradient g = attention_gradient_of(a, wants_bias);
  for (long item = lo; item < hi; item++) {
    if (phase == 1) {
      float *out = job->dbias + item * g.matrix;
      for (long i = 0; i < g.matrix; i++) {
        float sum = 0;
        for (long share = 0; share < g.shares; share++) {
          sum += job->shared[(item * g.shares + share) * g.matrix + i];
        }
        out[i] = sum;
      }
      continue;
    }
    const attention_scratch s = carve_attention(a, &g.blocking, scratch);
    const long set = item / g.shares, share = item % g.shares;
    float *dbias = wants_bias ? job->shared + item * g.matrix : 0;
    if (dbias) memset(dbias, 0, (size_t)g.matrix * sizeof(float));
    const long last = (share + 1) * g.images / g.shares;
    for (long i = share * g.images / g.shares; i < last; i++) {
      attention_backward_head(
        a, job, &g.blocking, set / a->heads + i * g.stride, set % a->heads, dbias, &s);
    }
  }
}
