// Tiles of Winograd's algorithm: 4×4 outputs from 6×6 inputs, between images and 36 planes. The last
// tiles of a row or column may be short by one.
//
// A plane holds one element of the transformed tiles, [tile][channels]. Planes of the point 0 leave
// out the tiles that are short in its direction, so the row of a tile in a plane depends on the
// plane's kind: its *rank*. The distance between planes is padded by a cache line: otherwise the 36
// stores of a tile fall into one cache set.

// A convolution 3×3, stride 1, seen from either side: source [n][sh][sw][c] to target
// [n][th][tw][k], target pixel (y, x) from source pixels (y − pad_h …, x − pad_w …).
//
// With a dilation of d an image is d² images of every d-th pixel, none of which sees another: n and
// the sizes here are theirs, and they lie between one another in memory.
typedef struct {
  long n, sh, sw, c, th, tw, k, pad_h, pad_w;
  long dilation;
  long down, across, tiles;
  long tall, wide;  // how many of them are 4 high, 4 wide: the first ones
} tile_grid;

static tile_grid grid_of(const ak_conv *v, int backward) {
  const long d = v->dil_h;
  tile_grid g = {
    .n = v->n * d * d, .sh = v->h / d, .sw = v->w / d, .c = v->c, .th = v->oh / d, .tw = v->ow / d,
    .k = v->k, .pad_h = v->pad_top / d, .pad_w = v->pad_left / d, .dilation = d};
  if (backward) {
    g.sh = v->oh / d, g.sw = v->ow / d, g.c = v->k;
    g.th = v->h / d, g.tw = v->w / d, g.k = v->c;
    g.pad_h = 2 - g.pad_h, g.pad_w = 2 - g.pad_w;
  }
  g.down = ceil_div(g.th, 4);
  g.across = ceil_div(g.tw, 4);
  g.tall = at_least(0, g.th - 3 * g.down);
  g.wide = at_least(0, g.tw - 3 * g.across);
  g.tiles = g.n * g.down * g.across;
  return g;
}

// Whether dilation leaves images of one size, with whole padding.
INLINE int dilates_evenly(const ak_conv *c) {
  const long d = c->dil_h;
  return c->dil_w == d && c->h % d == 0 && c->w % d == 0 && c->oh % d == 0 && c->ow % d == 0
    && c->pad_top % d == 0 && c->pad_left % d == 0;
}

// Which pixel of all, of images height × width, lies at (y, x) of image n of the grid.
INLINE long grid_pixel(const tile_grid *g, long n, long y, long x, long height, long width) {
  const long d = g->dilation;
  if (d == 1) return (n * height + y) * width + x;
  const long image = n / (d * d), phase = n % (d * d);
  return ((image * height + y) * d + phase / d) * width * d + x * d + phase % d;
}

INLINE long plane_floats(long tiles, long channels) { return tiles * channels + 16; }

// Kinds of planes by the point in either direction: bit 0 the rows', bit 1 the columns' is 0.
enum { plane_kinds = 4 };

INLINE int kind_of(long plane) { return (plane < 6) + 2 * (plane % 6 == 0); }

// Products of the planes with every tile of an image.
INLINE long image_products(const tile_grid *g) {
  return (5 * g->down + g->tall) * (5 * g->across + g->wide);
}

// What of a tile is known to the functions of one: constants that leave only what is needed.
enum tile_shape {
  TILE_FULL,
  TILE_LOW,     // short by a row
  TILE_NARROW,  // short by a column
  TILE_SMALL,   // by both
  TILE_ALIKE,   // full as all tiles are: every plane holds it in the same row
};

INLINE int is_low(const enum tile_shape shape) { return shape == TILE_LOW || shape == TILE_SMALL; }
INLINE int is_narrow(const enum tile_shape shape) {
  return shape == TILE_NARROW || shape == TILE_SMALL;
}

// Kind of plane (i, j), as far as it matters for a tile.
INLINE int kind_in(const enum tile_shape shape, const int i, const int j) {
  return shape == TILE_ALIKE ? 0 : (i == 0) + 2 * (j == 0);
}

typedef struct {
  long n, y, x;  // image, first target pixel
  long i, j;     // row and column of tiles
  enum tile_shape shape;
  long ranks[plane_kinds];  // row in planes of each kind
} tile_place;

INLINE enum tile_shape shape_at(const tile_grid *g, long i, long j) {
  if (g->tall == g->down && g->wide == g->across) return TILE_ALIKE;
  return TILE_LOW * (i >= g->tall) + TILE_NARROW * (j >= g->wide);
}

static tile_place tile_at(const tile_grid *g, long tile) {
  const long in_image = tile % (g->down * g->across), n = tile / (g->down * g->across);
  const long i = in_image / g->across, j = in_image % g->across;
  const long tall = at_most(i, g->tall), wide = at_most(j, g->wide);
  return (tile_place){
    .n = n, .y = 3 * i + tall, .x = 3 * j + wide, .i = i, .j = j, .shape = shape_at(g, i, j),
    .ranks = {
      tile, (n * g->tall + tall) * g->across + (i < g->tall ? j : 0),
      (n * g->down + i) * g->wide + wide,
      (n * g->tall + tall) * g->wide + (i < g->tall ? wide : 0)}};
}

// To the next tile, without the divisions of `tile_at`.
INLINE void step_tile(const tile_grid *g, tile_place *at) {
  const int tall = at->i < g->tall, wide = at->j < g->wide;
  at->ranks[0]++;
  at->ranks[1] += tall;
  at->ranks[2] += wide;
  at->ranks[3] += tall & wide;
  at->x += 3 + wide;
  if (++at->j == g->across) {
    at->j = at->x = 0;
    at->y += 3 + tall;
    if (++at->i == g->down) at->i = at->y = 0, at->n++;
  }
  at->shape = shape_at(g, at->i, at->j);
}

// Tiles [from, to) in planes.
typedef struct {
  long from, to;
  long first[plane_kinds], count[plane_kinds];  // rows in planes of each kind
} tile_range;

static tile_range range_of(const tile_grid *g, long from, long to) {
  tile_range r = {.from = from, .to = to};
  const tile_place first = tile_at(g, from), end = tile_at(g, to);
  for (int i = 0; i < plane_kinds; i++) {
    r.first[i] = first.ranks[i];
    r.count[i] = end.ranks[i] - first.ranks[i];
  }
  return r;
}

// The 6×6 source pixels of a tile, `zeros` outside the image.
static void input_rows(
  const tile_grid *g, const float *x, const tile_place *at, const float *zeros, const float **p
) {
  const long d = g->dilation;
  const float *image = x + grid_pixel(g, at->n, 0, 0, g->sh, g->sw) * g->c;
  for (int i = 0; i < 6; i++) {
    const long y = at->y - g->pad_h + i;
    for (int j = 0; j < 6; j++) {
      const long xx = at->x - g->pad_w + j;
      const int inside = (unsigned long)y < (unsigned long)g->sh
        && (unsigned long)xx < (unsigned long)g->sw;
      p[i * 6 + j] = inside ? image + (y * g->sw * d + xx) * d * g->c : zeros;
    }
  }
}

// Where planes hold the tiles of a range: row r of plane p, of the range's r-th tile there, at
// planes[p·plane + r·step].
typedef struct {
  float *planes;
  long plane, step;
} tile_rows;

// One tile: pixels, where its planes' rows lie, and the next tile's pixels, which are asked for: they
// lie in 36 places, too many for the processor to foresee.
typedef struct {
  const float *const *pixels, *const *next;
  float *out[plane_kinds];
  long plane, width;
} gathered_tile;

static gathered_tile gathered(
  const tile_place *at, const tile_range *r, tile_rows to, long width
) {
  gathered_tile t = {.plane = to.plane, .width = width};
  for (int i = 0; i < plane_kinds; i++) {
    t.out[i] = to.planes + (at->ranks[i] - r->first[i]) * to.step;
  }
  return t;
}

INLINE void gather_vector(const enum tile_shape shape, const gathered_tile *t, long c) {
  const int low = is_low(shape), narrow = is_narrow(shape);
  vec b[6][6], v[6];
  // The pixels that the next tile does not share with this one.
  UNROLL for (int i = 0; i < 6; i++) UNROLL for (int j = 2; j < 6; j++) {
    __builtin_prefetch(t->next[i * 6 + j] + c);
  }
  UNROLL for (int j = 0; j < 6 - narrow; j++) {
    vec d[6];
    UNROLL for (int i = 0; i < 6 - low; i++) d[i] = load(t->pixels[i * 6 + j] + c);
    transform_input(low, d, b[j]);
  }
  UNROLL for (int i = low; i < 6; i++) {
    const vec row[6] = {b[0][i], b[1][i], b[2][i], b[3][i], b[4][i], narrow ? (vec){0} : b[5][i]};
    transform_input(narrow, row, v);
    UNROLL for (int j = narrow; j < 6; j++) {
      store(t->out[kind_in(shape, i, j)] + (i * 6 + j) * t->plane + c, v[j]);
    }
  }
}

// A copy of `t`: what is stored might otherwise be its contents, as far as the compiler knows.
INLINE void gather_tile(const enum tile_shape shape, const gathered_tile t) {
  for (long c = 0; c < t.width; c += VL) gather_vector(shape, &t, c);
}

// V = Bᵀ d B of the tiles of a range, for channels up to `width`, a multiple of VL. `zeros` holds
// `width` zeros.
static void gather_inputs(
  const tile_grid *g, const float *x, const tile_range *r, const float *zeros, tile_rows to,
  long width
) {
  const float *tables[2][36];
  tile_place at = tile_at(g, r->from);
  if (r->from < r->to) input_rows(g, x, &at, zeros, tables[r->from & 1]);
  for (long i = r->from; i < r->to; i++) {
    gathered_tile t = gathered(&at, r, to, width);
    const enum tile_shape shape = at.shape;
    if (i + 1 < r->to) step_tile(g, &at);
    input_rows(g, x, &at, zeros, tables[~i & 1]);
    t.pixels = tables[i & 1], t.next = tables[~i & 1];
    switch (shape) {
      case TILE_ALIKE: gather_tile(TILE_ALIKE, t); break;
      case TILE_FULL: gather_tile(TILE_FULL, t); break;
      case TILE_LOW: gather_tile(TILE_LOW, t); break;
      case TILE_NARROW: gather_tile(TILE_NARROW, t); break;
      case TILE_SMALL: gather_tile(TILE_SMALL, t);
    }
  }
}

// The 4×4 target pixels of a tile, `zeros` outside the image.
static void gradient_rows(
  const tile_grid *g, const float *dy, const tile_place *at, const float *zeros, const float **p
) {
  const long d = g->dilation;
  const float *first = dy + grid_pixel(g, at->n, at->y, at->x, g->th, g->tw) * g->k;
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < 4; j++) {
      const int inside = at->y + i < g->th && at->x + j < g->tw;
      p[i * 4 + j] = inside ? first + (i * g->tw * d + j) * d * g->k : zeros;
    }
  }
}

INLINE void gather_gradient_vector(
  const enum tile_shape shape, const gathered_tile *t, long c
) {
  const int low = is_low(shape), narrow = is_narrow(shape);
  vec b[4][6], z[6];
  UNROLL for (int i = 0; i < 16; i++) __builtin_prefetch(t->next[i] + c);
  UNROLL for (int j = 0; j < 4 - narrow; j++) {
    vec d[4];
    UNROLL for (int i = 0; i < 4 - low; i++) d[i] = load(t->pixels[i * 4 + j] + c);
    transform_output_gradient(low, d, b[j]);
  }
  UNROLL for (int i = low; i < 6; i++) {
    const vec row[4] = {b[0][i], b[1][i], b[2][i], narrow ? (vec){0} : b[3][i]};
    transform_output_gradient(narrow, row, z);
    UNROLL for (int j = narrow; j < 6; j++) {
      store(t->out[kind_in(shape, i, j)] + (i * 6 + j) * t->plane + c, z[j]);
    }
  }
}

INLINE void gather_gradient_tile(const enum tile_shape shape, const gathered_tile t) {
  for (long c = 0; c < t.width; c += VL) gather_gradient_vector(shape, &t, c);
}

// Z = A dY Aᵀ of the tiles of a range of a target-shaped gradient; channels
// [first, first + width).
static void gather_gradients(
  const tile_grid *g, const float *dy, const tile_range *r, const float *zeros, tile_rows to,
  long first, long width
) {
  const float *tables[2][16];
  tile_place at = tile_at(g, r->from);
  if (r->from < r->to) gradient_rows(g, dy + first, &at, zeros, tables[r->from & 1]);
  for (long i = r->from; i < r->to; i++) {
    gathered_tile t = gathered(&at, r, to, width);
    const enum tile_shape shape = at.shape;
    if (i + 1 < r->to) step_tile(g, &at);
    gradient_rows(g, dy + first, &at, zeros, tables[~i & 1]);
    t.pixels = tables[i & 1], t.next = tables[~i & 1];
    switch (shape) {
      case TILE_ALIKE: gather_gradient_tile(TILE_ALIKE, t); break;
      case TILE_FULL: gather_gradient_tile(TILE_FULL, t); break;
      case TILE_LOW: gather_gradient_tile(TILE_LOW, t); break;
      case TILE_NARROW: gather_gradient_tile(TILE_NARROW, t); break;
      case TILE_SMALL: gather_gradient_tile(TILE_SMALL, t);
    }
  }
}
