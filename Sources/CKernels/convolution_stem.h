// The stem of a network for pictures: a convolution 7×7 of stride 2 on few channels, by Winograd's
// algorithm.
//
// The even rows and columns of the picture meet only the even rows and columns of the kernel, the
// odd ones only the odd: the convolution is the sum of four of stride 1 on the four *phases*, with
// 4×4, 4×3, 3×4 and 3×3 kernels. Along an axis 4×4 outputs come
//   from 7 even pixels by F(4, 4) with the points 0, ±½, ±2, ∞ and 1,
//   from 6 odd pixels by F(4, 3) with the same points but the last (Winograd 1980).
// Outputs are found from the values at the points alone, so products of all phases are summed
// before the output is transformed: (2·6 + 1)² = 169 products for each input channel and 16
// outputs, instead of 16·49 = 784. These points give the least rounding error of those tried; the
// last being 1, the even transform is the odd one of the differences of neighbours:
//
//   odd, Bᵀ = | 1   0  -17/4   0   1  0 |   G = |    1     0     0   |
//             | 0  -2   -4    1/2  1  0 |       | -8/15 -4/15 -2/15 |
//             | 0   2   -4   -1/2  1  0 |       | -8/15  4/15 -2/15 |
//             | 0 -1/2 -1/4    2   1  0 |       |  1/30  1/15  2/15 |
//             | 0  1/2 -1/4   -2   1  0 |       |  1/30 -1/15  2/15 |
//             | 0   1    0  -17/4  0  1 |       |    0     0     1   |
//        Aᵀ = | 1   1    1   1   1  0  1 |
//             | 0  1/2 -1/2  2  -2  0  1 |
//             | 0  1/4  1/4  4   4  0  1 |
//             | 0  1/8 -1/8  8  -8  1  1 |
//   even: d[i + 1] − d[i] through the same Bᵀ, then a row (0 1 0 -17/4 0 1 0) for the point 1.
//
// Both directions take such steps: a *line* is one of the 13 values, of point and phase, along an
// axis, the odd value of point i at 2i + 1, the even one at 2i, that of point 1 at 12.

enum { stem_size = 7, stem_lines = 13, stem_width = 80 };

// Tiles of a block, whole vectors of them: as many as keep its planes, its factors and the outputs
// or gradients asked for ahead in half of the second-level cache.
enum { stem_tiles = VL == 16 ? 16 : 32 };

typedef struct {
  long n, h, w, c, oh, ow, k, pad_h, pad_w;
  long down, across, tiles, blocks;
  panel_split panels;
} stem_work;

static stem_work stem_of(const ak_conv *c) {
  stem_work w = {
    .n = c->n, .h = c->h, .w = c->w, .c = c->c, .oh = c->oh, .ow = c->ow, .k = c->k,
    .pad_h = c->pad_top, .pad_w = c->pad_left, .panels = split_panels(c->k)};
  w.down = ceil_div(c->oh, 4);
  w.across = ceil_div(c->ow, 4);
  w.tiles = w.n * w.down * w.across;
  w.blocks = ceil_div(w.tiles, stem_tiles);
  return w;
}

// Whether the algorithm is meant for the shape, its tiles are well filled, and there are enough of
// them to pay for the weights' transforms and, in a weight gradient, for its slots.
static int suits_stem(const ak_conv *c, enum ak_pass pass, int exact) {
  if (exact || pass == AK_INPUT_GRADIENT || c->r != stem_size || c->s != stem_size) return 0;
  if (c->stride_h != 2 || c->stride_w != 2 || c->dil_h != 1 || c->dil_w != 1) return 0;
  if (c->groups != 1 || c->c < 1 || c->c > 4 || c->k < 32) return 0;
  const stem_work w = stem_of(c);
  const long enough = pass == AK_FORWARD ? 64 : 512 / c->c;
  return w.tiles >= enough && 16 * w.down * w.across * 2 <= 3 * c->oh * c->ow;
}

// The points (i, j), i vertical, have 4, 2 or 1 phases: rows [phase y][phase x][channel] of the
// transformed factors begin at `stem_row`, of 169·c in all.
INLINE long stem_phases(int i) { return i < 6 ? 2 : 1; }
INLINE long stem_depth(int i, int j) { return stem_phases(i) * stem_phases(j); }
INLINE long stem_row(int i, int j) { return 26 * i + 2 * stem_phases(i) * j; }
INLINE long stem_rows(const stem_work *w) { return stem_lines * stem_lines * w->c; }

// Bᵀ·d of 6 odd pixels
INLINE void stem_input_odd(const vec *d, vec *o) {
  const vec even1 = d[4] - 4.0f * d[2], odd1 = d[3] - 4.0f * d[1];
  const vec even2 = d[4] - 0.25f * d[2], odd2 = d[3] - 0.25f * d[1];
  o[0] = d[0] + (d[4] - 4.25f * d[2]);
  o[1] = even1 + 0.5f * odd1;
  o[2] = even1 - 0.5f * odd1;
  o[3] = even2 + 2.0f * odd2;
  o[4] = even2 - 2.0f * odd2;
  o[5] = d[1] + (d[5] - 4.25f * d[3]);
}

// Bᵀ·d of 7 even pixels
INLINE void stem_input_even(const vec *d, vec *o) {
  vec e[6];
  UNROLL for (int i = 0; i < 6; i++) e[i] = d[i + 1] - d[i];
  stem_input_odd(e, o);
  o[6] = d[1] + (d[5] - 4.25f * d[3]);
}

// The 13 lines of 13 pixels.
INLINE void stem_input(const vec *d, vec *lines) {
  vec even[7], odd[6], o[7];
  UNROLL for (int i = 0; i < 7; i++) even[i] = d[2 * i];
  UNROLL for (int i = 0; i < 6; i++) odd[i] = d[2 * i + 1];
  stem_input_even(even, o);
  UNROLL for (int i = 0; i < 7; i++) lines[2 * i] = o[i];
  stem_input_odd(odd, o);
  UNROLL for (int i = 0; i < 6; i++) lines[2 * i + 1] = o[i];
}

// Aᵀ·m
INLINE void stem_output(const vec *m, vec *o) {
  const vec sum1 = m[1] + m[2], difference1 = m[1] - m[2];
  const vec sum2 = m[3] + m[4], difference2 = m[3] - m[4];
  o[0] = (m[6] + m[0]) + (sum1 + sum2);
  o[1] = m[6] + 0.5f * difference1 + 2.0f * difference2;
  o[2] = m[6] + 0.25f * sum1 + 4.0f * sum2;
  o[3] = (m[6] + m[5]) + 0.125f * difference1 + 8.0f * difference2;
}

// A·y
INLINE void stem_output_gradient(const vec *y, vec *o) {
  const vec even1 = y[0] + 0.25f * y[2], odd1 = 0.5f * y[1] + 0.125f * y[3];
  const vec even2 = y[0] + 4.0f * y[2], odd2 = 2.0f * y[1] + 8.0f * y[3];
  o[0] = y[0];
  o[1] = even1 + odd1;
  o[2] = even1 - odd1;
  o[3] = even2 + odd2;
  o[4] = even2 - odd2;
  o[5] = y[3];
  o[6] = (y[0] + y[2]) + (y[1] + y[3]);
}

// G of the even and of the odd phase.
static const float stem_weights[2][7][4] = {
  {{-1, 0, 0, 0},
   {16.0f / 15, 8.0f / 15, 4.0f / 15, 2.0f / 15},
   {16.0f / 45, -8.0f / 45, 4.0f / 45, -2.0f / 45},
   {1.0f / 30, 2.0f / 30, 4.0f / 30, 8.0f / 30},
   {-1.0f / 90, 2.0f / 90, -4.0f / 90, 8.0f / 90},
   {0, 0, 0, 1},
   {-4.0f / 9, -4.0f / 9, -4.0f / 9, -4.0f / 9}},
  {{1, 0, 0, 0},
   {-8.0f / 15, -4.0f / 15, -2.0f / 15, 0},
   {-8.0f / 15, 4.0f / 15, -2.0f / 15, 0},
   {1.0f / 30, 2.0f / 30, 4.0f / 30, 0},
   {1.0f / 30, -2.0f / 30, 4.0f / 30, 0},
   {0, 0, 1, 0},
   {0, 0, 0, 0}}};

typedef struct {
  long n, y, x;  // image, first output pixel
} stem_place;

INLINE stem_place stem_at(const stem_work *w, long tile) {
  const long in_image = tile % (w->down * w->across);
  return (stem_place){
    tile / (w->down * w->across), in_image / w->across * 4, in_image % w->across * 4};
}

// The 13×13 pixels that a tile sees, of which some may lie outside the picture.
typedef struct {
  const float *first;  // where the first would lie in memory
  long y, x;
  long left, right;  // columns inside: [left, right)
} stem_window;

INLINE stem_window stem_window_at(const stem_work *w, const float *x, long tile) {
  const stem_place at = stem_at(w, tile);
  stem_window s = {.y = 2 * at.y - w->pad_h, .x = 2 * at.x - w->pad_w};
  s.first = x + ((at.n * w->h + s.y) * w->w + s.x) * w->c;
  s.left = at_most(at_least(-s.x, 0), stem_lines);
  s.right = at_least(s.left, at_most(w->w - s.x, stem_lines));
  return s;
}

// Row `line` of a window: in place where it lies inside the picture, `zeros` where it is outside,
// else copied with zeros at its sides. Up to VL − 1 floats behind its end may be read.
INLINE const float *stem_line(
  const stem_work *w, const stem_window *s, int line, const float *zeros, float *copy
) {
  if ((unsigned long)(s->y + line) >= (unsigned long)w->h) return zeros;
  const float *pixels = s->first + line * w->w * w->c;
  const long left = s->left * w->c, right = s->right * w->c, end = stem_lines * w->c;
  if (s->left == 0 && s->right == stem_lines) return pixels;
  // Whole vectors, each stretch over the excess of the one before.
  for (long i = 0; i < left; i += VL) store(copy + i, (vec){0});
  for (long i = left; i < right; i += VL) store(copy + i, load(pixels + i));
  for (long i = right; i < end; i += VL) store(copy + i, (vec){0});
  return copy;
}

#if VL == 16
// The last up to 8 columns of 16 tiles: two blocks of 8×8 side by side.
INLINE void stem_turn_half(const float *const *rows, long from, float *columns) {
  typedef float half __attribute__((vector_size(32), aligned(4), may_alias));
  vec r[8];
  UNROLL for (int i = 0; i < 8; i++) {
    const half low = *(const half *)(rows[i] + from), high = *(const half *)(rows[i + 8] + from);
    r[i] = __builtin_shufflevector(
      low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  }
  TRANSPOSE_ROWS(8, 1)
  TRANSPOSE_ROWS(8, 2)
  TRANSPOSE_ROWS(8, 4)
  UNROLL for (int i = 0; i < 8; i++) store(columns + i * VL, r[i]);
}
#endif

// Exchanges tiles and columns of a row of pixels of VL tiles: column i to columns[i·VL].
INLINE void stem_turn(const float *const *rows, long count, float *columns) {
  for (long from = 0; from < count; from += VL) {
#if VL == 16
    if (count - from <= 8) {
      stem_turn_half(rows, from, columns + from * VL);
      return;
    }
#endif
    vec r[VL];
    UNROLL for (int i = 0; i < VL; i++) r[i] = load(rows[i] + from);
    transpose_vectors(r);
    UNROLL for (int i = 0; i < VL; i++) store(columns + (from + i) * VL, r[i]);
  }
}

// The horizontal step for one row of pixels of VL tiles, a tile to a lane: line l of channel c to
// out[(c·13 + l)·13·VL]. `columns` has room for round_up(13·c, VL) vectors.
INLINE void stem_across(
  long channels, const float *const *rows, float *columns, float *out
) {
  stem_turn(rows, stem_lines * channels, columns);
  for (long c = 0; c < channels; c++) {
    vec d[stem_lines], lines[stem_lines];
    UNROLL for (int i = 0; i < stem_lines; i++) d[i] = load(columns + (i * channels + c) * VL);
    stem_input(d, lines);
    UNROLL for (int i = 0; i < stem_lines; i++) {
      store(out + (c * stem_lines + i) * stem_lines * VL, lines[i]);
    }
  }
}

// The vertical step for line `l` of channel c of VL tiles, `lines` being the 13 rows one after the
// other: to v[row][tile].
INLINE void stem_along(long channels, const float *lines, int l, long c, float *v) {
  vec d[stem_lines], o[stem_lines];
  UNROLL for (int i = 0; i < stem_lines; i++) d[i] = load(lines + i * VL);
  stem_input(d, o);
  const int j = l / 2, phases = (int)stem_phases(j), phase = l % 2;
  UNROLL for (int i = 0; i < stem_lines; i++) {
    const long row = stem_row(i / 2, j) + (i % 2) * phases + phase;
    store(v + (row * channels + c) * stem_tiles, o[i]);
  }
}

INLINE long stem_gather_floats(const stem_work *w) {
  return (VL + 1) * stem_width + (round_up(stem_lines * w->c, VL) + stem_rows(w)) * VL + 64;
}

// V = Bᵀ d B of tiles [from, from + count): v[169·c][stem_tiles], a tile to a column. Columns
// beyond `count` hold anything.
static void stem_gather(
  const stem_work *w, const float *x, long from, long count, float *scratch, float *v
) {
  float *copies = carve(&scratch, VL * stem_width);
  float *columns = carve(&scratch, round_up(stem_lines * w->c, VL) * VL);
  float *lines = carve(&scratch, stem_rows(w) * VL);
  float *zeros = carve(&scratch, stem_width);
  const long channels = w->c;
  memset(zeros, 0, stem_width * sizeof(float));
  for (long first = 0; first < count; first += VL) {
    stem_window windows[VL];
    for (long i = 0; i < VL; i++) {
      windows[i] = stem_window_at(w, x, from + at_most(first + i, count - 1));
    }
    for (int line = 0; line < stem_lines; line++) {
      const float *rows[VL];
      for (long i = 0; i < VL; i++) {
        rows[i] = stem_line(w, &windows[i], line, zeros, copies + i * stem_width);
      }
      stem_across(channels, rows, columns, lines + line * VL);
    }
    for (long c = 0; c < channels; c++) {
      for (int l = 0; l < stem_lines; l++) {
        stem_along(channels, lines + (c * stem_lines + l) * stem_lines * VL, l, c, v + first);
      }
    }
  }
}

// Asks for the pixels of one tile ahead.
INLINE void stem_ask(const stem_work *w, const float *x, long tile) {
  const stem_window s = stem_window_at(w, x, tile);
  for (int line = 0; line < stem_lines; line++) {
    if ((unsigned long)(s.y + line) >= (unsigned long)w->h) continue;
    const float *row = s.first + line * w->w * w->c;
    for (long i = 16; i < stem_lines * w->c; i += 16) __builtin_prefetch(row + i);
  }
}

// Asks for the pixels of tile-rows [lo, hi), 4 to a tile, of an output or its gradient, all
// channels; for writing where `write`. They lie in short pieces that the processor does not
// foresee; products, which leave the memory idle, are the time to ask.
INLINE void stem_ask_outputs(
  const stem_work *w, const float *y, long lo, long hi, const int write
) {
  for (long i = lo; i < hi; i++) {
    const stem_place at = stem_at(w, i / 4);
    if (at.y + i % 4 >= w->oh) continue;
    const float *p = y + ((at.n * w->oh + at.y + i % 4) * w->ow + at.x) * w->k;
    const long floats = at_most(4, w->ow - at.x) * w->k;
    for (long j = 0; j < floats; j += 16) {
      if (write) {
        __builtin_prefetch(p + j, 1);
      } else {
        __builtin_prefetch(p + j, 0, 2);
      }
    }
  }
}

// Sums of products between V, whose step from tile to tile is 1 and from row to row stem_tiles,
// and a panel: for `rows` of one and the columns of the panel, over `count` of the other.
INLINE void stem_products(
  const int rows, const int vectors, const long row_step, const long step, const float *left,
  const float *panel, long count, float *out, long out_step, const int add
) {
  vec acc[ROWS_MAX][KV];
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < vectors; j++) {
    acc[i][j] = (vec){0};
  }
  for (long n = 0; n < count; n++) {
    vec row[KV];
    UNROLL for (int j = 0; j < vectors; j++) row[j] = load(panel + j * VL);
    panel += vectors * VL;
    UNROLL for (int i = 0; i < rows; i++) {
      const float a = left[i * row_step];
      UNROLL for (int j = 0; j < vectors; j++) acc[i][j] += row[j] * a;
    }
    left += step;
  }
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < vectors; j++) {
    float *to = out + i * out_step + j * VL;
    store(to, add ? load(to) + acc[i][j] : acc[i][j]);
  }
}
