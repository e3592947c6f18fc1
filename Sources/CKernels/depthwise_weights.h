// Depthwise weight gradient: dw[tap][c] = Σ_pixels x[pixel, tap][c] · dy[pixel][c].
//
// The output rows are cut into slots, a number the shape decides; each slot sums into its own
// [taps][channels], and a last phase adds the slots in order. Within a row, up to `depth_taps` taps
// of a vector of channels are kept in registers while the pixels go by.

enum { depth_taps = 10, depth_slots = 32 };

typedef struct {
  const float *source;  // its source of pixel 0 of the row, which may lie outside
  float *sum;
  long from, to;  // pixels whose source lies inside
} depth_tap;

typedef struct {
  const depth_tap *taps;
  const float *dy;  // pixel 0 of the row
  long step, channels, from, to;  // pixels that all the taps share
  long next_dy, next_source;      // floats to the next output row and to the sources it adds
} depth_row;

INLINE void depth_body(const int count, const depth_row *row) {
  const long channels = row->channels, step = row->step;
  for (long c = 0; c < channels; c += VL) {
    vec acc[depth_taps];
    UNROLL for (int i = 0; i < count; i++) {
      const depth_tap *t = &row->taps[i];
      acc[i] = load(t->sum + c);
      for (long p = t->from; p < at_most(row->from, t->to); p++) {
        acc[i] += load(row->dy + p * channels + c) * load(t->source + p * step + c);
      }
      for (long p = at_least(at_least(row->to, row->from), t->from); p < t->to; p++) {
        acc[i] += load(row->dy + p * channels + c) * load(t->source + p * step + c);
      }
    }
    for (long p = row->from; p < row->to; p++) {
      const float *dy = row->dy + p * channels + c;
      const vec g = load(dy);
      __builtin_prefetch(dy + row->next_dy);
      __builtin_prefetch(row->taps[count - 1].source + p * step + c + row->next_source);
      UNROLL for (int i = 0; i < count; i++) {
        acc[i] += g * load(row->taps[i].source + p * step + c);
      }
    }
    UNROLL for (int i = 0; i < count; i++) store(row->taps[i].sum + c, acc[i]);
  }
}

#define DEPTH(count)                                                              \
  static __attribute__((noinline)) void depth_##count(const depth_row *row) { \
    depth_body(count, row);                                                       \
  }
DEPTH(1) DEPTH(2) DEPTH(3) DEPTH(4) DEPTH(5) DEPTH(6) DEPTH(7) DEPTH(8) DEPTH(9) DEPTH(10)
typedef void (*depth_function)(const depth_row *);
static const depth_function depth_functions[] = {
  0, depth_1, depth_2, depth_3, depth_4, depth_5, depth_6, depth_7, depth_8, depth_9, depth_10};

static void depth_plan(const ak_conv *c, ak_plan *plan) {
  const long slots = at_least(1, at_most(depth_slots, c->n * c->oh));
  plan->algorithm = AK_DEPTHWISE;
  plan->phases = 2;
  plan->items[0] = slots;
  plan->items[1] = c->r * c->s;
  plan->chunk[0] = plan->chunk[1] = 1;
  plan->shared_floats = slots * c->r * c->s * round_up(c->c, VL);
  plan->private_floats = 16;
}

// One output row against all taps, `depth_taps` at a time.
static void sum_row(const ak_conv *c, const ak_job *job, long row, float *sums) {
  const long n = row / c->oh, oy = row % c->oh, width = round_up(c->c, VL);
  depth_tap taps[depth_taps];
  depth_row d = {
    .taps = taps, .dy = job->b + row * c->ow * c->c, .step = c->stride_w * c->c,
    .channels = c->c, .next_dy = c->ow * c->c, .next_source = c->stride_h * c->w * c->c};
  int count = 0;
  for (long tap = 0; tap < c->r * c->s; tap++) {
    const long y = oy * c->stride_h + tap / c->s * c->dil_h - c->pad_top;
    const long x = tap % c->s * c->dil_w - c->pad_left;
    // Pixels with 0 ≤ x + ox·stride < w.
    const long from = x < 0 ? ceil_div(-x, c->stride_w) : 0;
    const long to = x >= c->w ? 0 : at_most(c->ow, (c->w - 1 - x) / c->stride_w + 1);
    if (y >= 0 && y < c->h && from < to) {
      taps[count++] = (depth_tap){
        job->a + (n * c->h + y) * c->w * c->c + x * c->c, sums + tap * width, from, to};
    }
    if (count == 0 || (count < depth_taps && tap + 1 < c->r * c->s)) continue;
    d.from = 0, d.to = c->ow;
    for (int i = 0; i < count; i++) {
      d.from = at_least(d.from, taps[i].from);
      d.to = at_most(d.to, taps[i].to);
    }
    depth_functions[count](&d);
    count = 0;
  }
}

static void depth_run(
  const ak_conv *c, const ak_plan *plan, const ak_job *job, int phase, long lo, long hi
) {
  const long width = round_up(c->c, VL), floats = c->r * c->s * width;
  const long slots = plan->items[0], rows = c->n * c->oh;
  for (long item = lo; item < hi; item++) {
    if (phase == 0) {
      float *sums = job->shared + item * floats;
      memset(sums, 0, (size_t)floats * sizeof(float));
      const long end = (item + 1) * rows / slots;
      for (long row = item * rows / slots; row < end; row++) sum_row(c, job, row, sums);
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
