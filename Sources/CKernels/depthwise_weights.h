// Depthwise weight gradient: dw[tap][c] = Σ_pixels x[pixel, tap][c] · dy[pixel][c].
//
// The output rows are cut into slots, a number the shape decides; each slot sums into its own
// [taps][channels], and a last phase adds the slots in order.

enum { depth_slots = 32, depth_slot_rows = 8 };

typedef struct {
  const depth_kind *kind;
  long from, to, edge_count;
  long *edges;
  const float **sources, **edge_sources;
  float **sums;
  float *zeros;
  long *taps;  // [row of the present group]: its first tap
} depth_work;

static long depth_slots_of(const ak_conv *c) {
  const long rows = c->n * c->oh;
  return at_least(1, at_most(depth_slots, ceil_div(rows, depth_slot_rows)));
}

static void depth_plan(const ak_conv *c, ak_plan *plan) {
  const long slots = depth_slots_of(c);
  plan->algorithm = AK_DEPTHWISE;
  plan->phases = 2;
  plan->items[0] = slots;
  plan->items[1] = c->r * c->s;
  plan->chunk[0] = plan->chunk[1] = 1;
  plan->shared_floats = slots * c->r * c->s * round_up(c->c, VL);
  plan->private_floats = round_up(c->c + VL, 16) + 6 * 32 + round_up(2 * c->ow, 16)
    + round_up(2 * c->ow * depth_sums, 16) + 16;
}

static depth_work begin_depth(const ak_conv *c, float *scratch) {
  depth_work w = {.kind = depth_kind_of(c->dil_w == 1 ? c->s : 1, c->stride_w)};
  w.zeros = carve(&scratch, c->c + VL);
  memset(w.zeros, 0, (size_t)(c->c + VL) * sizeof(float));
  w.sources = (const float **)carve(&scratch, 32);
  w.sums = (float **)carve(&scratch, 32);
  w.taps = (long *)carve(&scratch, 32);
  w.edges = (long *)carve(&scratch, 2 * c->ow);
  w.edge_sources = (const float **)carve(&scratch, 2 * c->ow * depth_sums);
  // Pixels with 0 ≤ ox·stride − pad and ox·stride − pad + (s − 1)·dil < w.
  const long room = c->w - 1 + c->pad_left - (c->s - 1) * c->dil_w;
  w.from = at_most(c->ow, ceil_div(c->pad_left, c->stride_w));
  w.to = room < 0 ? w.from : at_least(w.from, at_most(c->ow, room / c->stride_w + 1));
  for (long ox = 0; ox < c->ow; ox++) {
    if (ox < w.from || ox >= w.to) w.edges[w.edge_count++] = ox;
  }
  return w;
}

// The sources of the edge pixels, for `count` rows of taps in image rows starting at `sources`.
static void list_edges(const ak_conv *c, const depth_work *w, long count) {
  const long taps = w->kind->taps;
  const float **out = w->edge_sources;
  for (long e = 0; e < w->edge_count; e++) {
    for (long r = 0; r < count; r++) {
      for (long s = 0; s < taps; s++) {
        const long column = w->taps[r] % c->s + s;
        const long x = w->edges[e] * c->stride_w + column * c->dil_w - c->pad_left;
        const int inside = (unsigned long)x < (unsigned long)c->w;
        const long at = w->edges[e] * c->stride_w + s;  // taps of a run lie side by side
        *out++ = inside ? w->sources[r] + at * c->c : w->zeros;
      }
    }
  }
}

// One output row against all taps, as many rows of them at a time as have room.
static void sum_row(
  const ak_conv *c, const ak_job *job, const depth_work *w, long row, float *sums
) {
  const long n = row / c->oh, oy = row % c->oh, width = round_up(c->c, VL), taps = c->r * c->s;
  const long line = c->w * c->c, lowest = oy * c->stride_h + (c->r - 1) * c->dil_h - c->pad_top;
  // Past the last row, those of the next image.
  depth_row d = {
    .sources = w->sources, .sums = w->sums, .dy = job->b + row * c->ow * c->c,
    .step = c->stride_w * c->c, .width = width, .channels = c->c, .from = w->from, .to = w->to,
    .edges = w->edges, .edge_sources = w->edge_sources, .edge_count = w->edge_count,
    .line = line, .ahead = job->a + (n * c->h + lowest + 1) * line,
    .ahead_rows = at_most(2, c->stride_h)};
  d.ahead_dy = d.dy + c->ow * c->c;
  long count = 0;
  for (long tap = 0; tap < taps; tap += w->kind->taps) {
    const long y = oy * c->stride_h + tap / c->s * c->dil_h - c->pad_top;
    if (y >= 0 && y < c->h) {
      w->taps[count] = tap;
      w->sums[count] = sums + tap * width;
      w->sources[count++] =
        job->a + (n * c->h + y) * line + (tap % c->s * c->dil_w - c->pad_left) * c->c;
    }
    if (count == 0 || (count < w->kind->rows && tap + w->kind->taps < taps)) continue;
    list_edges(c, w, count);
    w->kind->run[count](&d);
    d.ahead_rows = 0;
    count = 0;
  }
}

static void depth_run(
  const ak_conv *c, const ak_plan *plan, const ak_job *job, int phase, long lo, long hi,
  float *scratch
) {
  const long width = round_up(c->c, VL), floats = c->r * c->s * width;
  const long slots = plan->items[0], rows = c->n * c->oh;
  depth_work w = {0};
  if (phase == 0) w = begin_depth(c, scratch);
  for (long item = lo; item < hi; item++) {
    if (phase == 0) {
      float *sums = job->shared + item * floats;
      memset(sums, 0, (size_t)floats * sizeof(float));
      const long end = (item + 1) * rows / slots;
      for (long row = item * rows / slots; row < end; row++) sum_row(c, job, &w, row, sums);
      continue;
    }
    const float *sums = add_slots(job->shared + item * width, slots, floats, width);
    for (long i = 0; i < c->c; i += VL) {
      const long n = at_most(VL, c->c - i);
      float *out = job->out + item * c->c + i;
      vec v = load(sums + i);
      if (job->accumulate) v += load_some(out, n);
      store_some(out, v, n);
    }
  }
}
