// Register tiles of a depthwise convolution: a few neighbouring pixels of a row of the target by
// one vector of channels. A *run* is a row of `taps` taps whose sources are neighbours, so that a
// source loaded once serves all the pixels that see it:
//     out[i][c] (+)= Σ_run Σ_tap source[run][i·stride + tap][c] · weights[run][tap][c]

enum { line_pixels = 8, line_columns = 21 };

typedef struct {
  const float *const *weights;  // [run][taps]
  // Inside the image: [run], `offset` before the first column; at its edge: [run][line_columns],
  // zeros outside.
  const float *const *sources;
  long offset;
  long runs, step;  // floats from a column's source to the next one's
  // What the next item reads and writes first is asked for: pixels of `ahead_rows` rows of the
  // source, `line` apart, and these pixels of its row of the target.
  const float *ahead;
  long ahead_rows, ahead_pixels, line, out_ahead;
  float *out;
  long out_step, channels;
  int add;
} line_tile;

INLINE void line_body(
  const int count, const int taps, const int stride, const int edge, const line_tile *t
) {
  const int columns = (count - 1) * stride + taps;
  const long step = t->step;
  for (long c = 0; c < t->channels; c += VL) {
    for (long row = 0; row < t->ahead_rows; row++) {
      const float *ahead = t->ahead + row * t->line + c;
      for (long i = 0; i < t->ahead_pixels; i++, ahead += t->channels) __builtin_prefetch(ahead);
    }
    UNROLL for (int i = 0; i < count; i++) {
      __builtin_prefetch(t->out + i * t->out_step + t->out_ahead + c, 1);
    }
    vec acc[line_pixels];
    UNROLL for (int i = 0; i < count; i++) acc[i] = (vec){0};
    for (long run = 0; run < t->runs; run++) {
      vec w[7];
      UNROLL for (int i = 0; i < taps; i++) w[i] = load(t->weights[run * taps + i] + c);
      const float *const *edges = t->sources + run * line_columns;
      const float *from = edge ? 0 : t->sources[run] + t->offset + c;
      UNROLL for (int j = 0; j < columns; j++) {
        const vec v = load(edge ? edges[j] + c : from + j * step);
        UNROLL for (int i = 0; i < taps; i++) {
          const int pixel = j - i;
          if (pixel >= 0 && pixel % stride == 0 && pixel / stride < count) {
            acc[pixel / stride] += w[i] * v;
          }
        }
      }
    }
    const long n = at_most(VL, t->channels - c);
    UNROLL for (int i = 0; i < count; i++) {
      float *to = t->out + i * t->out_step + c;
      if (t->add) acc[i] += load_some(to, n);
      store_some(to, acc[i], n);
    }
  }
}

// One function for each number of pixels of a kind, inside the image and at its edge.
#define LINE(taps, stride, count)                                                              \
  static __attribute__((noinline)) void inside_##taps##_##stride##_##count(const line_tile *t) { \
    line_body(count, taps, stride, 0, t);                                                      \
  }                                                                                            \
  static __attribute__((noinline)) void edge_##taps##_##stride##_##count(const line_tile *t) { \
    line_body(count, taps, stride, 1, t);                                                      \
  }
#define LINES(t, s) \
  LINE(t, s, 4) LINE(t, s, 5) LINE(t, s, 6) LINE(t, s, 7) LINE(t, s, 8)
#define LINE_NAMES(p, t, s) \
  p##_##t##_##s##_4, p##_##t##_##s##_5, p##_##t##_##s##_6, p##_##t##_##s##_7, p##_##t##_##s##_8
#define LINE_TABLE(t, s) \
  { {0, 0, 0, 0, LINE_NAMES(inside, t, s)}, {0, 0, 0, 0, LINE_NAMES(edge, t, s)} }

LINE(1, 1, 1) LINE(1, 1, 2) LINE(1, 1, 3)
LINES(1, 1) LINES(2, 1) LINES(3, 1) LINES(5, 1) LINES(7, 1) LINES(3, 2) LINES(5, 2)

typedef enum {
  line_single, line_2, line_3, line_5, line_7, line_3_2, line_5_2, line_kinds
} line_kind;

typedef void (*line_function)(const line_tile *);
static const line_function line_functions[line_kinds][2][line_pixels + 1] = {
  {{0, inside_1_1_1, inside_1_1_2, inside_1_1_3, LINE_NAMES(inside, 1, 1)},
   {0, edge_1_1_1, edge_1_1_2, edge_1_1_3, LINE_NAMES(edge, 1, 1)}},
  LINE_TABLE(2, 1), LINE_TABLE(3, 1), LINE_TABLE(5, 1),
  LINE_TABLE(7, 1), LINE_TABLE(3, 2), LINE_TABLE(5, 2)};
static const int line_taps[line_kinds] = {1, 2, 3, 5, 7, 3, 5};

// How runs of `taps` taps at a stride are taken in rows of `width` pixels, which give tiles of 4
// pixels at least if they are as wide: tap by tap if there is nothing better.
static line_kind line_kind_of(long taps, long stride, long width) {
  if (width < 4 || stride > 2) return line_single;
  if (stride == 2) return taps == 3 ? line_3_2 : taps == 5 ? line_5_2 : line_single;
  switch (taps) {
    case 2: return line_2;
    case 3: return line_3;
    case 5: return line_5;
    case 7: return line_7;
    default: return line_single;
  }
}
