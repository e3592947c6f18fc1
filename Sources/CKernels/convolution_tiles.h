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

// V = Bᵀ d B of tiles [from, to): channel c of tile t to planes[p][(t − from)·width + c], for all
// channels up to `width`, a multiple of VL. `zeros` holds `width` zeros. The next tile's pixels are
// asked for ahead: they lie in 36 places, too many for the processor to foresee.
static void gather_inputs(
  const tile_grid *g, const float *x, long from, long to, const float *zeros, float *planes,
  long plane, long width
) {
  const float *tables[2][36];
  if (from < to) input_rows(g, x, from, zeros, tables[from & 1]);
  for (long t = from; t < to; t++) {
    const float *const *p = tables[t & 1];
    const float **next = tables[~t & 1];
    input_rows(g, x, at_most(t + 1, to - 1), zeros, next);
    float *out = planes + (t - from) * width;
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

// Y = Aᵀ M A of one tile: planes at m[p·plane], `width` channels, to target pixels at
// y[(i·tw + j)·k] for i < rows, j < columns.
static void scatter_tile(
  const float *m, long plane, long width, float *y, long tw, long k, int rows, int columns,
  int add
) {
  for (long c = 0; c < width; c += VL) {
    const long n = at_most(VL, width - c);
    vec b[6][4], o[4];
    UNROLL for (int j = 0; j < 6; j++) {
      vec d[6];
      UNROLL for (int i = 0; i < 6; i++) d[i] = load(m + (i * 6 + j) * plane + c);
      transform_output(d, b[j]);
    }
    UNROLL for (int i = 0; i < 4; i++) {
      const vec row[6] = {b[0][i], b[1][i], b[2][i], b[3][i], b[4][i], b[5][i]};
      transform_output(row, o);
      UNROLL for (int j = 0; j < 4; j++) {
        float *to = y + (i * tw + j) * k + c;
        __builtin_prefetch(to + 4 * k, 1);  // the same pixel of the next tile
        if (i < rows && j < columns) {
          if (add) o[j] += load_some(to, n);
          store_some(to, o[j], n);
        }
      }
    }
  }
}

// The outputs of tiles [from, to), channels [first, first + width), with what follows them.
static void scatter_outputs(
  const tile_grid *g, const ak_job *job, const float *planes, long plane, long step, long from,
  long to, long first, long width, long slot
) {
  const int finishing = has_epilogue(job->epilogue);
  for (long t = from; t < to; t++) {
    const tile_place at = tile_at(g, t);
    const int rows = (int)at_most(4, g->th - at.y), columns = (int)at_most(4, g->tw - at.x);
    float *y = job->out + ((at.n * g->th + at.y) * g->tw + at.x) * g->k + first;
    scatter_tile(
      planes + (t - from) * step, plane, width, y, g->tw, g->k, rows, columns, job->accumulate);
    if (!finishing) continue;
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        float *out = y + (i * g->tw + j) * g->k;
        finish_pixel(job->epilogue, out, out - job->out, first, width, slot, g->k);
      }
    }
  }
}
