// Register tiles of a depthwise weight gradient: the sums of a few rows of taps for one vector of
// channels, while the pixels of an output row go by:
//     sum[row][tap][c] += Σ_p dy[p][c] · source[row][p·stride + tap][c]

// The most sums beside a block of pixels of dy: 3 × 5 and 3 × 7 with AVX-512, else 2 × 5.
enum { depth_pixels = 4, depth_sums = VL == 16 ? 21 : 10, depth_taps = 7 };

typedef struct {
  const float *const *sources;  // [row], of the first tap at pixel 0, which may lie outside
  float *const *sums;           // [row], [taps][width]
  const float *dy;              // pixel 0 of the row
  long step, width, channels;   // floats from pixel to pixel of the source, tap to tap of the sums
  long from, to;                // pixels whose taps all lie inside the image
  // The others, and where the sources of each lie: [edge][row][tap], zeros outside.
  const long *edges;
  const float *const *edge_sources;
  long edge_count;
  // What the next output row reads first is asked for: its dy, and `ahead_rows` rows of the source.
  const float *ahead_dy, *ahead;
  long line, ahead_rows;
} depth_row;

INLINE void depth_ask(const int pixels, const int stride, const depth_row *d, long p, long c) {
  if (!d->ahead_rows) return;
  const float *dy = d->ahead_dy + p * d->channels + c;
  UNROLL for (int i = 0; i < pixels; i++) __builtin_prefetch(dy + i * d->channels);
  for (long row = 0; row < d->ahead_rows; row++) {
    const float *ahead = d->ahead + row * d->line + p * d->step + c;
    UNROLL for (int i = 0; i < pixels * stride; i++) __builtin_prefetch(ahead + i * d->channels);
  }
}

// Adds pixels [p, p + pixels): a source is loaded once for all the taps that see it.
INLINE void depth_inside(
  const int rows, const int taps, const int stride, const int pixels, const depth_row *d, long p,
  long c, vec (*acc)[depth_taps]
) {
  vec g[depth_pixels];
  const float *dy = d->dy + p * d->channels + c;
  UNROLL for (int i = 0; i < pixels; i++) g[i] = load(dy + i * d->channels);
  depth_ask(pixels, stride, d, p, c);
  UNROLL for (int r = 0; r < rows; r++) {
    const float *from = d->sources[r] + p * d->step + c;
    UNROLL for (int j = 0; j < (pixels - 1) * stride + taps; j++) {
      const vec v = load(from + j * d->channels);
      UNROLL for (int s = 0; s < taps; s++) {
        const int i = j - s;
        if (i >= 0 && i % stride == 0 && i / stride < pixels) acc[r][s] += g[i / stride] * v;
      }
    }
  }
}

INLINE void depth_body(const int rows, const int taps, const int stride, const depth_row *d) {
  for (long c = 0; c < d->channels; c += VL) {
    vec acc[depth_sums][depth_taps];
    UNROLL for (int r = 0; r < rows; r++) UNROLL for (int s = 0; s < taps; s++) {
      acc[r][s] = load(d->sums[r] + s * d->width + c);
    }
    for (long e = 0; e < d->edge_count; e++) {
      const vec g = load(d->dy + d->edges[e] * d->channels + c);
      const float *const *from = d->edge_sources + e * rows * taps;
      depth_ask(1, stride, d, d->edges[e], c);
      UNROLL for (int r = 0; r < rows; r++) UNROLL for (int s = 0; s < taps; s++) {
        acc[r][s] += g * load(from[r * taps + s] + c);
      }
    }
    long p = d->from;
    for (; taps > 1 && p + depth_pixels <= d->to; p += depth_pixels) {
      depth_inside(rows, taps, stride, depth_pixels, d, p, c, acc);
    }
    for (; p < d->to; p++) depth_inside(rows, taps, stride, 1, d, p, c, acc);
    UNROLL for (int r = 0; r < rows; r++) UNROLL for (int s = 0; s < taps; s++) {
      store(d->sums[r] + s * d->width + c, acc[r][s]);
    }
  }
}

// One function for each number of rows of a kind.
#define DEPTH(taps, stride, rows)                                                               \
  static __attribute__((noinline)) void depth_##taps##_##stride##_##rows(const depth_row *d) { \
    depth_body(rows, taps, stride, d);                                                          \
  }
#define DEPTHS_2(t, s) DEPTH(t, s, 1) DEPTH(t, s, 2)
#define DEPTHS_3(t, s) DEPTHS_2(t, s) DEPTH(t, s, 3)
#define DEPTHS_5(t, s) DEPTHS_3(t, s) DEPTH(t, s, 4) DEPTH(t, s, 5)
#define DEPTH_NAMES_2(t, s) 0, depth_##t##_##s##_1, depth_##t##_##s##_2
#define DEPTH_NAMES_3(t, s) DEPTH_NAMES_2(t, s), depth_##t##_##s##_3
#define DEPTH_NAMES_5(t, s) DEPTH_NAMES_3(t, s), depth_##t##_##s##_4, depth_##t##_##s##_5

typedef void (*depth_function)(const depth_row *);
typedef struct {
  long taps, stride;  // 1 tap with any stride
  long rows;          // at most
  depth_function run[11];
} depth_kind;

DEPTHS_5(1, 1) DEPTH(1, 1, 6) DEPTH(1, 1, 7) DEPTH(1, 1, 8) DEPTH(1, 1, 9) DEPTH(1, 1, 10)
DEPTHS_3(3, 1) DEPTHS_3(3, 2)
#if VL == 16
DEPTHS_3(5, 1) DEPTHS_3(5, 2) DEPTHS_3(7, 1)
#else
DEPTHS_2(5, 1) DEPTHS_2(5, 2) DEPTH(7, 1, 1)
#endif

static const depth_kind depth_kinds[] = {
  {3, 1, 3, {DEPTH_NAMES_3(3, 1)}}, {3, 2, 3, {DEPTH_NAMES_3(3, 2)}},
#if VL == 16
  {5, 1, 3, {DEPTH_NAMES_3(5, 1)}}, {5, 2, 3, {DEPTH_NAMES_3(5, 2)}},
  {7, 1, 3, {DEPTH_NAMES_3(7, 1)}},
#else
  {5, 1, 2, {DEPTH_NAMES_2(5, 1)}}, {5, 2, 2, {DEPTH_NAMES_2(5, 2)}}, {7, 1, 1, {0, depth_7_1_1}},
#endif
  {1, 1, 10,
   {DEPTH_NAMES_5(1, 1), depth_1_1_6, depth_1_1_7, depth_1_1_8, depth_1_1_9, depth_1_1_10}}};

// The kind for rows of `taps` neighbouring taps at a stride: tap by tap if there is none.
static const depth_kind *depth_kind_of(long taps, long stride) {
  const depth_kind *k = depth_kinds;
  while (k->taps > 1 && (k->taps != taps || k->stride != stride)) k++;
  return k;
}
