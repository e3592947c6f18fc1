// How the columns of a matrix are cut into panels, and how panels are filled.

// The columns of a matrix in vectors, the vectors in panels of at most KV, as equal as can be.
typedef struct {
  long columns, vectors, count;
} panel_split;

INLINE panel_split split_panels(long columns) {
  const long vectors = ceil_div(columns, VL);
  return (panel_split){columns, vectors, ceil_div(vectors, KV)};
}

typedef struct {
  long column;  // its first column
  int vectors;
  long width;  // columns that exist
  long lanes;  // of them, those in the last vector
} panel_span;

INLINE panel_span panel_at(panel_split split, long index) {
  const long from = index * split.vectors / split.count;
  const long to = (index + 1) * split.vectors / split.count;
  const long width = at_most(split.columns - from * VL, (to - from) * VL);
  return (panel_span){from * VL, (int)(to - from), width, width - (to - from - 1) * VL};
}

INLINE long padded_columns(panel_split split) { return split.vectors * VL; }

// out[r][j] = in[r·ld + j] for j < width, zero up to vectors·VL.
static void pack_rows(
  const float *in, long ld, long rows, long width, int vectors, float *out
) {
  for (long r = 0; r < rows; r++) {
    const float *from = in + r * ld;
    for (int j = 0; j < vectors; j++) {
      store(out, load_some(from + j * VL, at_most(VL, width - j * VL)));
      out += VL;
    }
  }
}

// out[r][j] = in[j·ld + r] for j < width, zero up to vectors·VL.
static void pack_transposed(
  const float *in, long ld, long rows, long width, int vectors, float *out
) {
  const long step = (long)vectors * VL;
  for (int j = 0; j < vectors; j++) {
    const long columns = at_most(VL, width - j * VL);
    for (long r = 0; r < rows; r += VL) {
      transpose_block(
        in + j * VL * ld + r, ld, columns, at_most(VL, rows - r), out + r * step + j * VL, step);
    }
  }
}
