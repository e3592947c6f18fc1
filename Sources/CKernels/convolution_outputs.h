// From planes to the image: the last step of Winograd's forward convolution and input gradient.

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
  const float *m[plane_kinds];  // element p of channel c at m[kind][p·plane + c]
  long plane, width;
  float *y;  // first target pixel and channel; pixel (i, j) at y[i·line + j·pixel]
  long line, pixel;
  enum tile_shape shape;
  int rows, columns;  // of pixels that exist
  int add;
  const float *bias, *residual;  // at the first channel, at the first pixel and channel; or null
  int rectified;
  float *sum, *square;  // at the first channel
} scattered_tile;

// Which function of a tile is wanted.
typedef struct {
  enum scatter_finish finish;
  enum tile_shape shape;
  int whole;  // every pixel and every lane exists
} scatter_form;

// Y = Aᵀ M A of channels [c, c + n).
INLINE void scatter_vector(
  const scattered_tile *t, const scatter_form form, const long c, const long n
) {
  vec b[6][4], o[4], sum = {0}, square = {0}, bias = {0};
  const int whole = form.whole, low = is_low(form.shape), narrow = is_narrow(form.shape);
  if (form.finish == FINISH_AFFINE && t->bias) bias = load_some(t->bias + c, n);
  UNROLL for (int j = narrow; j < 6; j++) {
    vec d[6];
    UNROLL for (int i = low; i < 6; i++) {
      d[i] = load(t->m[kind_in(form.shape, i, j)] + (i * 6 + j) * t->plane + c);
    }
    transform_output(low, d, b[j]);
  }
  UNROLL for (int i = 0; i < 4 - low; i++) {
    const vec row[6] = {narrow ? (vec){0} : b[0][i], b[1][i], b[2][i], b[3][i], b[4][i], b[5][i]};
    transform_output(narrow, row, o);
    UNROLL for (int j = 0; j < 4 - narrow; j++) {
      const long at = i * t->line + j * t->pixel + c;
      float *to = t->y + at;
      __builtin_prefetch(to + 4 * t->pixel, 1);  // the same pixel of the next tile
      if (form.finish == FINISH_AFFINE && t->residual) {
        __builtin_prefetch(t->residual + at + 4 * t->pixel);
      }
      if (!whole && (i >= t->rows || j >= t->columns)) continue;
      vec v = o[j];
      if (t->add) v += whole ? load(to) : load_some(to, n);
      if (form.finish == FINISH_AFFINE) {
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
  if (form.finish == FINISH_SUMS) {
    store_some(t->sum + c, load_some(t->sum + c, n) + sum, n);
    store_some(t->square + c, load_some(t->square + c, n) + square, n);
  }
}

INLINE void scatter_body(
  const scattered_tile *t, const enum scatter_finish finish, const enum tile_shape shape
) {
  const scatter_form whole = {finish, shape, 1}, some = {finish, shape, 0};
  long c = 0;
  if (t->rows == 4 - is_low(shape) && t->columns == 4 - is_narrow(shape)) {
    for (; c + VL <= t->width; c += VL) scatter_vector(t, whole, c, VL);
  }
  for (; c < t->width; c += VL) scatter_vector(t, some, c, at_most(VL, t->width - c));
}

#define SCATTER(name, finish)                                             \
  static void scatter_##name(const scattered_tile *t) {                   \
    switch (t->shape) {                                                   \
      case TILE_ALIKE: scatter_body(t, finish, TILE_ALIKE); break;        \
      case TILE_FULL: scatter_body(t, finish, TILE_FULL); break;          \
      case TILE_LOW: scatter_body(t, finish, TILE_LOW); break;            \
      case TILE_NARROW: scatter_body(t, finish, TILE_NARROW); break;      \
      case TILE_SMALL: scatter_body(t, finish, TILE_SMALL);               \
    }                                                                     \
  }
SCATTER(plain, FINISH_NONE)
SCATTER(sums, FINISH_SUMS)
SCATTER(affine, FINISH_AFFINE)

// The outputs of the tiles of a range, channels [first, first + width), with what follows them.
static void scatter_outputs(
  const tile_grid *g, const ak_job *job, tile_rows planes, const tile_range *r, long first,
  long width, long slot
) {
  const ak_epilogue *e = job->epilogue;
  const enum scatter_finish finish = scatter_finish_of(e);
  scattered_tile s = {
    .plane = planes.plane, .width = width, .line = g->tw * g->dilation * g->dilation * g->k,
    .pixel = g->dilation * g->k, .add = job->accumulate};
  if (finish == FINISH_SUMS) {
    s.sum = e->sum + slot * g->k + first;
    s.square = e->square_sum + slot * g->k + first;
  } else if (finish == FINISH_AFFINE) {
    s.bias = e->bias ? e->bias + first : 0;
    s.rectified = e->activation == AK_RELU;
  }
  tile_place at = tile_at(g, r->from);
  for (long t = r->from; t < r->to; t++, step_tile(g, &at)) {
    const long offset = grid_pixel(g, at.n, at.y, at.x, g->th, g->tw) * g->k + first;
    for (int i = 0; i < plane_kinds; i++) {
      s.m[i] = planes.planes + (at.ranks[i] - r->first[i]) * planes.step;
    }
    s.y = job->out + offset;
    s.shape = at.shape;
    s.rows = (int)at_most(4 - is_low(at.shape), g->th - at.y);
    s.columns = (int)at_most(4 - is_narrow(at.shape), g->tw - at.x);
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
        float *out = s.y + i * s.line + j * s.pixel;
        finish_pixel(e, out, out - job->out, first, width, slot, g->k);
      }
    }
  }
}
