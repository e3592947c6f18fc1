// One picture of forward convolution and of its input gradient: every target pixel is a sum, over
// the kernel elements ("taps") that reach it, of a run of source floats times a block of weights.
//
// Forward: target = output, source = input, source y = y·stride + r·dil − pad.
// Input gradient: target = input, source = output gradient, source y = (y + pad − r·dil)/stride
// where that is whole.
//
// Pixels come in *classes*: sets whose pixels share a list of taps, with source coordinates
// affine in the pixel's place in the class.
//   whole     forward: one class.
//   parity    input gradient: one class for each remainder (y mod stride_h, x mod stride_w).
//   position  small images: one class for each pixel position, over the batch; taps that fall
//             outside the image are not computed at all.

typedef struct {
  long n;
  long sh, sw, source_channels;
  long th, tw, target_channels;
  long taps_h, taps_w;
  long stride_h, stride_w, dil_h, dil_w, pad_h, pad_w;
  long groups, run, columns;  // in a group: floats of a source run, target channels
  long joined;  // groups of the convolution in one of these, their weights with zeros between
  int backward;
  int runs;  // a row of taps is one run of the source (few channels)
  long classes_h, classes_w;
} conv_view;

enum { run_channels = 16 };

// Rows of taps are read as one run when the channels are few: 7·3 = 21 floats instead of 7
// times 3. The source is then copied with its horizontal padding unless it has none.
static int uses_runs(const ak_conv *c, enum ak_pass pass) {
  return pass != AK_INPUT_GRADIENT && c->groups == 1 && c->dil_w == 1 && c->s > 1
    && c->c < run_channels && c->oh > 0 && c->ow > 0;
}

static long run_width(const ak_conv *c) {
  return at_least(c->pad_left + c->w, (c->ow - 1) * c->stride_w + c->s);
}

static int needs_copy(const ak_conv *c) {
  return c->pad_left != 0 || run_width(c) != c->w;
}

// Groups of few columns leave lanes of a vector idle: several of them are taken as one, which costs
// no more products, with zeros between their weights.
static void join_groups(conv_view *v) {
  v->joined = 1;
  for (long m = 2; m <= v->groups && m * v->columns <= VL; m++) {
    if (v->groups % m == 0) v->joined = m;
  }
  v->groups /= v->joined;
  v->run *= v->joined;
  v->columns *= v->joined;
}

// The source coordinate of a target coordinate under a tap, or −1.
static long source_of(
  long target, long tap, long stride, long dil, long pad, long extent, int backward
) {
  long at = target * stride + tap * dil - pad;
  if (backward) {
    const long q = target + pad - tap * dil;
    at = q < 0 || q % stride ? -1 : q / stride;
  }
  return at < 0 || at >= extent ? -1 : at;
}

// Pairs (target, tap) that meet the source, along one axis.
static long meetings(const conv_view *v, int vertical) {
  long count = 0;
  const long targets = vertical ? v->th : v->tw, taps = vertical ? v->taps_h : v->taps_w;
  for (long t = 0; t < targets; t++) {
    for (long tap = 0; tap < taps; tap++) {
      count += (vertical ? source_of(t, tap, v->stride_h, v->dil_h, v->pad_h, v->sh, v->backward)
                         : source_of(t, tap, v->stride_w, v->dil_w, v->pad_w, v->sw, v->backward))
        >= 0;
    }
  }
  return count;
}

static void choose_classes(conv_view *v) {
  v->classes_h = v->backward ? v->stride_h : 1;
  v->classes_w = v->backward ? v->stride_w : 1;
  const long positions = v->th * v->tw, taps = v->taps_h * v->taps_w;
  const int depthwise = v->run == 1 && v->columns == 1;
  if (positions > 16 || positions * taps <= 1 || v->n < 6 || depthwise) return;
  const long computed = positions * taps / (v->classes_h * v->classes_w);
  if (meetings(v, 1) * meetings(v, 0) * 5 < computed * 4) {
    v->classes_h = v->th;
    v->classes_w = v->tw;
  }
}

static conv_view view_convolution(const ak_conv *c, enum ak_pass pass) {
  const int backward = pass == AK_INPUT_GRADIENT;
  conv_view v = {
    .n = c->n, .sh = c->h, .sw = c->w, .source_channels = c->c, .th = c->oh, .tw = c->ow,
    .target_channels = c->k, .taps_h = c->r, .taps_w = c->s, .stride_h = c->stride_h,
    .stride_w = c->stride_w, .dil_h = c->dil_h, .dil_w = c->dil_w, .pad_h = c->pad_top,
    .pad_w = c->pad_left, .groups = c->groups, .run = c->c / c->groups,
    .columns = c->k / c->groups, .backward = backward};
  if (backward) {
    v.sh = c->oh, v.sw = c->ow, v.source_channels = c->k, v.run = c->k / c->groups;
    v.th = c->h, v.tw = c->w, v.target_channels = c->c, v.columns = c->c / c->groups;
  }
  if (uses_runs(c, pass)) {
    v.runs = 1;
    v.run = c->s * c->c;
    v.taps_w = 1;
    v.pad_w = 0;
    v.sw = run_width(c);
  }
  choose_classes(&v);
  if (v.groups > 1 && (v.run > 1 || v.columns > 1)) {
    join_groups(&v);
  } else {
    v.joined = 1;
  }
  return v;
}

// A class: target pixels (y0 + iy·step_y, x0 + ix·step_x) of every image.
typedef struct {
  long y0, x0, step_y, step_x, count_y, count_x;
  long rows, columns;       // taps that meet the source, vertically and horizontally
  long *row, *column;           // which they are
  long *source_y, *source_x;    // their source coordinate at ix = iy = 0
  long advance_y, advance_x;  // of the source coordinate with iy, ix
} pixel_class;

// Along one axis: the taps of the class `first, first + step, …` of `count` targets.
static long class_taps(
  long first, long step, long count, long taps, long stride, long dil, long pad, long extent,
  int backward, long *which, long *source
) {
  long found = 0;
  for (long tap = 0; tap < taps; tap++) {
    // Members of a class differ by whole strides, so one of them tells for all.
    if (backward && (first + pad - tap * dil) % stride) continue;
    int meets = 0;
    for (long i = 0; i < count && !meets; i++) {
      meets = source_of(first + i * step, tap, stride, dil, pad, extent, backward) >= 0;
    }
    if (!meets) continue;
    which[found] = tap;
    source[found++] =
      backward ? (first + pad - tap * dil) / stride : first * stride + tap * dil - pad;
  }
  return found;
}

INLINE long class_scratch(const conv_view *v) {
  return 4 * (round_up(2 * v->taps_h, 16) + round_up(2 * v->taps_w, 16));
}

static pixel_class carve_class(const conv_view *v, float **scratch) {
  pixel_class p = {0};
  p.row = (long *)carve(scratch, 2 * v->taps_h);
  p.source_y = (long *)carve(scratch, 2 * v->taps_h);
  p.column = (long *)carve(scratch, 2 * v->taps_w);
  p.source_x = (long *)carve(scratch, 2 * v->taps_w);
  return p;
}

static void describe_class(const conv_view *v, long index, pixel_class *p) {
  const long y = index / v->classes_w, x = index % v->classes_w;
  p->y0 = y, p->step_y = v->classes_h, p->count_y = at_least(0, ceil_div(v->th - y, v->classes_h));
  p->x0 = x, p->step_x = v->classes_w, p->count_x = at_least(0, ceil_div(v->tw - x, v->classes_w));
  p->advance_y = v->backward ? 1 : v->stride_h;
  p->advance_x = v->backward ? 1 : v->stride_w;
  p->rows = class_taps(
    y, p->step_y, p->count_y, v->taps_h, v->stride_h, v->dil_h, v->pad_h, v->sh, v->backward,
    p->row, p->source_y);
  p->columns = class_taps(
    x, p->step_x, p->count_x, v->taps_w, v->stride_w, v->dil_w, v->pad_w, v->sw, v->backward,
    p->column, p->source_x);
}

INLINE long class_pixels(const conv_view *v) {
  return v->n * ceil_div(v->th, v->classes_h) * ceil_div(v->tw, v->classes_w);
}

// Copies rows [lo, hi) of the n·h rows of the input into rows of `run_width` pixels, with zeros
// left and right.
static void copy_padded_rows(const ak_conv *c, const float *x, float *out, long lo, long hi) {
  const long width = run_width(c) * c->c, from = c->pad_left * c->c, length = c->w * c->c;
  for (long row = lo; row < hi; row++) {
    float *to = out + row * width;
    memset(to, 0, (size_t)from * sizeof(float));
    memcpy(to + from, x + row * length, (size_t)length * sizeof(float));
    memset(to + from + length, 0, (size_t)(width - from - length) * sizeof(float));
  }
}
