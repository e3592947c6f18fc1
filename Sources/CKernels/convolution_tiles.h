// Tiles of Winograd's algorithm: 4×4 outputs from 6×6 inputs, between images and 36 planes.
//
// A plane holds one element of the transformed tiles, [tile][channels]. The distance between
// planes is padded by a cache line: otherwise the 36 stores of a tile fall into one cache set.

// A convolution 3×3, stride 1, seen from either side: source [n][sh][sw][c] to target
// [n][th][tw][k], target pixel (y, x) from source pixels (y − pad_h …, x − pad_w …).
typedef struct {
  long n, sh, sw, c, th, tw, k, pad_h, pad_w;
  long down, across, tiles;
} tile_grid;

static tile_grid grid_of(const ak_conv *v, int backward) {
  tile_grid g = {v->n, v->h, v->w, v->c, v->oh, v->ow, v->k, v->pad_top, v->pad_left, 0, 0, 0};
  if (backward) {
    g = (tile_grid){
      v->n, v->oh, v->ow, v->k, v->h, v->w, v->c, 2 - v->pad_top, 2 - v->pad_left, 0, 0, 0};
  }
  g.down = ceil_div(g.th, 4);
  g.across = ceil_div(g.tw, 4);
  g.tiles = g.n * g.down * g.across;
  return g;
}

INLINE long plane_floats(long tiles, long channels) { return tiles * channels + 16; }

typedef struct {
  long n, y, x;  // image, first target pixel
} tile_place;

INLINE tile_place tile_at(const tile_grid *g, long tile) {
  const long in_image = tile % (g->down * g->across);
  return (tile_place){
    tile / (g->down * g->across), in_image / g->across * 4, in_image % g->across * 4};
}

// The 6×6 source pixels of a tile, `zeros` outside the image.
static void input_rows(
  const tile_grid *g, const float *x, long tile, const float *zeros, const float **p
) {
  const tile_place at = tile_at(g, tile);
  for (int i = 0; i < 6; i++) {
    const long y = at.y - g->pad_h + i;
    for (int j = 0; j < 6; j++) {
      const long xx = at.x - g->pad_w + j;
      const int inside = (unsigned long)y < (unsigned long)g->sh
        && (unsigned long)xx < (unsigned long)g->sw;
      p[i * 6 + j] = inside ? x + ((at.n * g->sh + y) * g->sw + xx) * g->c : zeros;
    }
  }
}

// V = Bᵀ d B of tiles [from, to): channel c of tile t to planes[p][(t − from)·step + c], for the
// channels up to `width`, a multiple of VL. `zeros` holds `width` zeros. The next tile's pixels are
// asked for ahead: they lie in 36 places, too many for the processor to foresee.
static void gather_inputs(
  const tile_grid *g, const float *x, long from, long to, const float *zeros, float *planes,
  long plane, long step, long width
) {
  const float *tables[2][36];
  if (from < to) input_rows(g, x, from, zeros, tables[from & 1]);
  for (long t = from; t < to; t++) {
    const float *const *p = tables[t & 1];
    const float **next = tables[~t & 1];
    input_rows(g, x, at_most(t + 1, to - 1), zeros, next);
    float *out = planes + (t - from) * step;
    for (long c = 0; c < width; c += VL) {
      vec b[6][6], v[6];
      // The pixels that the next tile does not share with this one.
      UNROLL for (int i = 0; i < 6; i++) UNROLL for (int j = 2; j < 6; j++) {
        __builtin_prefetch(next[i * 6 + j] + c);
      }
      UNROLL for (int j = 0; j < 6; j++) {
        vec d[6];
        UNROLL for (int i = 0; i < 6; i++) d[i] = load(p[i * 6 + j] + c);
        transform_input(d, b[j]);
      }
      UNROLL for (int i = 0; i < 6; i++) {
        const vec row[6] = {b[0][i], b[1][i], b[2][i], b[3][i], b[4][i], b[5][i]};
        transform_input(row, v);
        UNROLL for (int j = 0; j < 6; j++) store(out + (i * 6 + j) * plane + c, v[j]);
      }
    }
  }
}

// The 4×4 target pixels of a tile, `zeros` outside the image.
static void gradient_rows(
  const tile_grid *g, const float *dy, long tile, const float *zeros, const float **p
) {
  const tile_place at = tile_at(g, tile);
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < 4; j++) {
      const int inside = at.y + i < g->th && at.x + j < g->tw;
      p[i * 4 + j] =
        inside ? dy + ((at.n * g->th + at.y + i) * g->tw + at.x + j) * g->k : zeros;
    }
  }
}

// Z = A dY Aᵀ of the tiles of a target-shaped gradient; channels [first, first + width).
static void gather_gradients(
  const tile_grid *g, const float *dy, long from, long to, const float *zeros, float *planes,
  long plane, long first, long width
) {
  const float *tables[2][16];
  if (from < to) gradient_rows(g, dy + first, from, zeros, tables[from & 1]);
  for (long t = from; t < to; t++) {
    const float *const *p = tables[t & 1];
    const float **next = tables[~t & 1];
    gradient_rows(g, dy + first, at_most(t + 1, to - 1), zeros, next);
    float *out = planes + (t - from) * width;
    for (long c = 0; c < width; c += VL) {
      vec b[4][6], z[6];
      UNROLL for (int i = 0; i < 16; i++) __builtin_prefetch(next[i] + c);
      UNROLL for (int j = 0; j < 4; j++) {
        vec d[4];
        UNROLL for (int i = 0; i < 4; i++) d[i] = load(p[i * 4 + j] + c);
        transform_output_gradient(d, b[j]);
      }
      UNROLL for (int i = 0; i < 6; i++) {
        const vec row[4] = {b[0][i], b[1][i], b[2][i], b[3][i]};
        transform_output_gradient(row, z);
        UNROLL for (int j = 0; j < 6; j++) store(out + (i * 6 + j) * plane + c, z[j]);
      }
    }
  }
}

// What follows the outputs of a tile while they are in registers. Other epilogues are a pass of
// their own over the tile's pixels.
enum scatter_finish {
  FINISH_NONE,
  FINISH_SUMS,    // batch norm's sums and nothing else
  FINISH_AFFINE,  // bias, residual and ReLU, any of them
  FINISH_LATER,
};

static enum scatter_finish scatter_finish_of(const ak_epilogue *e) {
  if (!has_epilogue(e)) return FINISH_NONE;
  const int plain = e->activation == AK_IDENTITY && !e->bias && !e->residual && !e->before;
  if (plain && e->sum && e->square_sum) return FINISH_SUMS;
  const int affine = e->activation == AK_IDENTITY || e->activation == AK_RELU;
  return affine && !e->before && !e->sum && !e->square_sum ? FINISH_AFFINE : FINISH_LATER;
}

// A tile on its way from planes to the image.
typedef struct {
  const float *m;  // element p of channel c at m[p·plane + c]
  long plane, width;
  float *y;  // first target pixel and channel; pixel (i, j) at y[(i·tw + j)·k]
  long tw, k;
  int rows, columns;  // of pixels that exist
  int add;
  const float *bias, *residual;  // at the first channel, at the first pixel and channel; or null
  int rectified;
  float *sum, *square;  // at the first channel
} scattered_tile;

// Y = Aᵀ M A of channels [c, c + n). `whole`: every pixel and every lane exists.
INLINE void scatter_vector(
  const scattered_tile *t, const enum scatter_finish finish, const int whole, long c, long n
) {
  vec b[6][4], o[4], sum = {0}, square = {0}, bias = {0};
  if (finish == FINISH_AFFINE && t->bias) bias = load_some(t->bias + c, n);
  UNROLL for (int j = 0; j < 6; j++) {
    vec d[6];
    UNROLL for (int i = 0; i < 6; i++) d[i] = load(t->m + (i * 6 + j) * t->plane + c);
    transform_output(d, b[j]);
  }
  UNROLL for (int i = 0; i < 4; i++) {
    const vec row[6] = {b[0][i], b[1][i], b[2][i], b[3][i], b[4][i], b[5][i]};
    transform_output(row, o);
    UNROLL for (int j = 0; j < 4; j++) {
      const long at = (i * t->tw + j) * t->k + c;
      float *to = t->y + at;
      __builtin_prefetch(to + 4 * t->k, 1);  // the same pixel of the next tile
      if (finish == FINISH_AFFINE && t->residual) __builtin_prefetch(t->residual + at + 4 * t->k);
      if (!whole && (i >= t->rows || j >= t->columns)) continue;
      vec v = o[j];
      if (t->add) v += whole ? load(to) : load_some(to, n);
      if (finish == FINISH_AFFINE) {
        v += bias;
        if (t->residual) v += whole ? load(t->residual + at) : load_some(t->residual + at, n);
        if (t->rectified) v = rectify(v);
      }
      if (whole) {
        store(to, v);
      } else {
        store_some(to, v, n);
      }
      sum += v;
      square += v * v;
    }
  }
  if (finish == FINISH_SUMS) {
    store_some(t->sum + c, load_some(t->sum + c, n) + sum, n);
    store_some(t->square + c, load_some(t->square + c, n) + square, n);
  }
}

INLINE void scatter_body(const scattered_tile *t, const enum scatter_finish finish) {
  const int whole = t->rows == 4 && t->columns == 4;
  long c = 0;
  if (whole) {
    for (; c + VL <= t->width; c += VL) scatter_vector(t, finish, 1, c, VL);
  }
  for (; c < t->width; c += VL) scatter_vector(t, finish, 0, c, at_most(VL, t->width - c));
}

static void scatter_plain(const scattered_tile *t) { scatter_body(t, FINISH_NONE); }
static void scatter_sums(const scattered_tile *t) { scatter_body(t, FINISH_SUMS); }
static void scatter_affine(const scattered_tile *t) { scatter_body(t, FINISH_AFFINE); }

// The outputs of tiles [from, to), channels [first, first + width), with what follows them. Planes
// hold rows `step` apart, the first of tile `from`.
static void scatter_outputs(
  const tile_grid *g, const ak_job *job, const float *planes, long plane, long step, long from,
  long to, long first, long width, long slot
) {
  const ak_epilogue *e = job->epilogue;
  const enum scatter_finish finish = scatter_finish_of(e);
  scattered_tile s = {
    .plane = plane, .width = width, .tw = g->tw, .k = g->k, .add = job->accumulate};
  if (finish == FINISH_SUMS) {
    s.sum = e->sum + slot * g->k + first;
    s.square = e->square_sum + slot * g->k + first;
  } else if (finish == FINISH_AFFINE) {
    s.bias = e->bias ? e->bias + first : 0;
    s.rectified = e->activation == AK_RELU;
  }
  for (long t = from; t < to; t++) {
    const tile_place at = tile_at(g, t);
    const long offset = ((at.n * g->th + at.y) * g->tw + at.x) * g->k + first;
    s.m = planes + (t - from) * step;
    s.y = job->out + offset;
    s.rows = (int)at_most(4, g->th - at.y);
    s.columns = (int)at_most(4, g->tw - at.x);
    if (finish == FINISH_AFFINE) s.residual = e->residual ? e->residual + offset : 0;
    if (finish == FINISH_SUMS) {
      scatter_sums(&s);
    } else if (finish == FINISH_AFFINE) {
      scatter_affine(&s);
    } else {
      scatter_plain(&s);
    }
    if (finish != FINISH_LATER) continue;
    for (int i = 0; i < s.rows; i++) {
      for (int j = 0; j < s.columns; j++) {
        float *out = s.y + (i * g->tw + j) * g->k;
        finish_pixel(e, out, out - job->out, first, width, slot, g->k);
      }
    }
  }
}
