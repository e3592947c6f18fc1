// Register tiles: the inner loops of every dense product.
//
// A *panel* is a block of a right-hand matrix with up to KV vectors of columns, stored row after
// row, KV·VL floats each, zero beyond the matrix.

// The rows tile: for pixels i and the columns j of a panel
//     out[i][column + j] (+)= Σ_tap Σ_c rows[tap][i][c] · panel[taps[tap]][c][j]
// Rows come by pointer, so padding, stride, dilation and the parity classes of a strided input
// gradient are only different tables; a row outside the image points at zeros.
typedef struct {
  const float *const *rows;  // [tap][row_step]
  long row_step;
  const long *taps;  // which block of the panel each listed tap multiplies
  long tap_count, tap_stride;
  long base;          // where in each row the first float to multiply lies
  long start, depth;  // part from there
  const float *panel;
  float *const *out;
  long column, lanes;  // first column, and lanes of the last vector that exist
  int add;
  // Floats to what this thread reads and writes a little later, or 0: asked for while there are
  // products to do. Stores that miss the caches would all wait at a tile's end.
  long ahead, out_ahead;
} rows_tile;

INLINE void rows_body(const int rows, const int vectors, const rows_tile *t, long first) {
  vec acc[ROWS_MAX][KV];
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < vectors; j++) {
    acc[i][j] = (vec){0};
  }
  const long depth = t->depth, ahead = t->ahead;
  if (t->out_ahead) {
    UNROLL for (int i = 0; i < rows; i++) {
      const float *out = t->out[first + i] + t->column + t->out_ahead;
      UNROLL for (int j = 0; j < vectors; j++) __builtin_prefetch(out + j * VL, 1);
    }
  }
  for (long tap = 0; tap < t->tap_count; tap++) {
    const float *const *table = t->rows + tap * t->row_step + first;
    const float *b = t->panel + t->taps[tap] * t->tap_stride + t->start * vectors * VL;
    const float *p[ROWS_MAX];
    UNROLL for (int i = 0; i < rows; i++) p[i] = table[i] + t->base + t->start;
    for (long c = 0; c < depth;) {
      const long end = at_most(depth, c + 16);
      if (ahead) {
        UNROLL for (int i = 0; i < rows; i++) __builtin_prefetch(p[i] + ahead + c);
      }
      for (; c < end; c++) {
        vec row[KV];
        UNROLL for (int j = 0; j < vectors; j++) row[j] = load(b + j * VL);
        b += vectors * VL;
        UNROLL for (int i = 0; i < rows; i++) {
          const float a = p[i][c];
          UNROLL for (int j = 0; j < vectors; j++) acc[i][j] += row[j] * a;
        }
      }
    }
  }
  UNROLL for (int i = 0; i < rows; i++) {
    float *out = t->out[first + i] + t->column;
    UNROLL for (int j = 0; j < vectors; j++) {
      const long n = j + 1 < vectors ? VL : t->lanes;
      if (t->add) acc[i][j] += load_some(out + j * VL, n);
      store_some(out + j * VL, acc[i][j], n);
    }
  }
}

// The outer tile, for sums over pixels: for channels i and columns j
//     acc[i][j] += Σ_t left[t·left_step + channel + i] · panel[t·panel_step + j]
typedef struct {
  const float *left;
  long left_step;
  long count;
  const float *panel;
  long panel_step;
  float *acc;
  long acc_step;
  long ahead, panel_ahead;  // floats to what is read a little later, to ask for it; or 0
} outer_tile;

// `asks`: whether what is read later is asked for, a constant, since looking costs a twentieth.
INLINE void outer_sums(
  const int rows, const int vectors, const int asks, const outer_tile *t, long channel,
  vec acc[ROWS_MAX][KV]
) {
  const float *b = t->panel;
  const long step = t->panel_step, left_step = t->left_step, count = t->count;
  const long ahead = t->ahead, panel_ahead = channel ? 0 : t->panel_ahead;
  const float *a = t->left + channel;
  for (long n = 0; n < count; n++) {
    vec row[KV];
    UNROLL for (int j = 0; j < vectors; j++) row[j] = load(b + j * VL);
    if (asks && ahead) __builtin_prefetch(a + ahead);
    if (asks && panel_ahead) {
      UNROLL for (int j = 0; j < vectors; j++) __builtin_prefetch(b + j * VL + panel_ahead);
    }
    b += step;
    UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < vectors; j++) {
      acc[i][j] += row[j] * a[i];
    }
    a += left_step;
  }
}

INLINE void outer_body(const int rows, const int vectors, const outer_tile *t, long channel) {
  vec acc[ROWS_MAX][KV];
  float *out = t->acc + channel * t->acc_step;
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < vectors; j++) {
    acc[i][j] = load(out + i * t->acc_step + j * VL);
  }
  if (t->ahead || t->panel_ahead) {
    outer_sums(rows, vectors, 1, t, channel, acc);
  } else {
    outer_sums(rows, vectors, 0, t, channel, acc);
  }
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < vectors; j++) {
    store(out + i * t->acc_step + j * VL, acc[i][j]);
  }
}

// One function for each tile shape; the constants unroll the loops above into registers.
#define TILE(rows, vectors)                                                                  \
  static __attribute__((noinline)) void rows_##vectors##_##rows(const rows_tile *t, long first) { \
    rows_body(rows, vectors, t, first);                                                      \
  }                                                                                          \
  static __attribute__((noinline)) void outer_##vectors##_##rows(                            \
    const outer_tile *t, long channel) {                                                     \
    outer_body(rows, vectors, t, channel);                                                   \
  }
#define TILES_5(v) TILE(1, v) TILE(2, v) TILE(3, v) TILE(4, v) TILE(5, v)
#define TILES_6(v) TILES_5(v) TILE(6, v)
#define TILES_8(v) TILES_6(v) TILE(7, v) TILE(8, v)
#define TILES_12(v) TILES_8(v) TILE(9, v) TILE(10, v) TILE(11, v) TILE(12, v)
#define NAMES_5(f, v) 0, f##_##v##_1, f##_##v##_2, f##_##v##_3, f##_##v##_4, f##_##v##_5
#define NAMES_6(f, v) NAMES_5(f, v), f##_##v##_6
#define NAMES_8(f, v) NAMES_6(f, v), f##_##v##_7, f##_##v##_8
#define NAMES_12(f, v) \
  NAMES_8(f, v), f##_##v##_9, f##_##v##_10, f##_##v##_11, f##_##v##_12

#if AK_ISA == 3
TILES_12(1) TILES_12(2) TILES_8(3) TILES_6(4)
#define TABLE(f) \
  { {0}, {NAMES_12(f, 1)}, {NAMES_12(f, 2)}, {NAMES_8(f, 3)}, {NAMES_6(f, 4)} }
static const int rows_limit[] = {0, ROWS_1, ROWS_2, ROWS_3, ROWS_4};
#elif AK_ISA == 2
TILES_8(1) TILES_6(2)
#define TABLE(f) { {0}, {NAMES_8(f, 1)}, {NAMES_6(f, 2)} }
static const int rows_limit[] = {0, ROWS_1, ROWS_2};
#else
TILES_8(1) TILES_5(2)
#define TABLE(f) { {0}, {NAMES_8(f, 1)}, {NAMES_5(f, 2)} }
static const int rows_limit[] = {0, ROWS_1, ROWS_2};
#endif

typedef void (*rows_function)(const rows_tile *, long);
typedef void (*outer_function)(const outer_tile *, long);
static const rows_function rows_functions[KV + 1][ROWS_MAX + 1] = TABLE(rows);
static const outer_function outer_functions[KV + 1][ROWS_MAX + 1] = TABLE(outer);

// All `count` rows against one panel, split evenly (14 rows are 5 + 5 + 4, not 6 + 6 + 2).
static void rows_against_panel(const rows_tile *t, int vectors, long count) {
  const long tiles = ceil_div(count, rows_limit[vectors]);
  for (long i = 0, first = 0; i < tiles; i++) {
    const long rows = ceil_div(count - first, tiles - i);
    rows_functions[vectors][rows](t, first);
    first += rows;
  }
}

static void outer_against_panel(const outer_tile *t, int vectors, long first, long count) {
  const long tiles = ceil_div(count, rows_limit[vectors]);
  for (long i = 0, done = 0; i < tiles; i++) {
    const long rows = ceil_div(count - done, tiles - i);
    outer_functions[vectors][rows](t, first + done);
    done += rows;
  }
}
