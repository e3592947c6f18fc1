// The linear maps of Winograd's algorithm F(4×4, 3×3) (Lavin and Gray 2016,
// https://arxiv.org/abs/1509.09308), with the points 0, ±√½, ±√2, ∞ instead of the usual
// 0, ±1, ±2: the same number of operations, half the rounding error.
//
//   Bᵀ = | 1  0  -5/2  0   1  0 |   G = |  1     0     0  |   Aᵀ = | 1  1    1    1    1   0 |
//        | 0 -s  -2   s/2  1  0 |       | -2/3 -s/3  -1/3 |        | 0 s/2 -s/2   s   -s   0 |
//        | 0  s  -2  -s/2  1  0 |       | -2/3  s/3  -1/3 |        | 0 1/2  1/2   2    2   0 |
//        | 0 -s/2 -1/2  s  1  0 |       |  1/6  s/6   1/3 |        | 0 s/4 -s/4  2s  -2s   1 |
//        | 0  s/2 -1/2 -s  1  0 |       |  1/6 -s/6   1/3 |
//        | 0  1   0  -5/2  0  1 |       |  0     0     1  |        s = √2
//
// Forward, a 6×6 input tile d and a 3×3 kernel g to a 4×4 output tile:
//     Y = Aᵀ·[(G g Gᵀ) ⊙ (Bᵀ d B)]·A
// Weight gradient, its adjoint:  dg = Gᵀ·[Σ_tiles (Bᵀ d B) ⊙ (A dY Aᵀ)]·G
// A short tile has 3 outputs from 5 inputs, F(3, 3): where 4 does not divide the picture, tiles of 4
// alone would compute up to a quarter of their products beyond it. Of the six points it leaves out
// 0, so that its planes are five of the same six, with the same weights; the rest of its Bᵀ is
//
//        | -1 -s    1/2  s/2  0 |
//        | -1  s    1/2 -s/2  0 |
//        | -1 -s/2   2    s   0 |
//        | -1  s/2   2   -s   0 |
//        |  1  0   -5/2   0   1 |
//
// and its Aᵀ the first three rows above without the column of 0, ∞ being in the third.
// Each function below is one matrix times a column of vectors; rows come in even/odd pairs. Where
// `low` is set it is that of a short tile, whose element 0 is neither read nor written.

#define ROOT2 1.41421356237309504880f

// Bᵀ·d
INLINE void transform_input(const int low, const vec *d, vec *o) {
  const vec even1 = low ? 0.5f * d[2] - d[0] : d[4] - 2.0f * d[2];
  const vec even2 = low ? 2.0f * d[2] - d[0] : d[4] - 0.5f * d[2];
  const vec odd1 = (d[3] * 0.5f - d[1]) * ROOT2, odd2 = (d[3] - d[1] * 0.5f) * ROOT2;
  if (!low) o[0] = d[0] + (d[4] - 2.5f * d[2]);
  o[1] = even1 + odd1;
  o[2] = even1 - odd1;
  o[3] = even2 + odd2;
  o[4] = even2 - odd2;
  o[5] = low ? d[0] + (d[4] - 2.5f * d[2]) : d[1] + (d[5] - 2.5f * d[3]);
}

// Aᵀ·m
INLINE void transform_output(const int low, const vec *m, vec *o) {
  const vec sum1 = m[1] + m[2], difference1 = m[1] - m[2];
  const vec sum2 = m[3] + m[4], difference2 = m[3] - m[4];
  o[0] = low ? sum1 + sum2 : m[0] + sum1 + sum2;
  o[1] = (difference1 * 0.5f + difference2) * ROOT2;
  o[2] = sum1 * 0.5f + 2.0f * sum2;
  if (low) {
    o[2] += m[5];
  } else {
    o[3] = m[5] + (difference1 * 0.25f + difference2 * 2.0f) * ROOT2;
  }
}

// A·y
INLINE void transform_output_gradient(const int low, const vec *y, vec *o) {
  const vec even1 = y[0] + 0.5f * y[2], even2 = y[0] + 2.0f * y[2];
  const vec odd1 = (low ? y[1] * 0.5f : y[1] * 0.5f + y[3] * 0.25f) * ROOT2;
  const vec odd2 = (low ? y[1] : y[1] + 2.0f * y[3]) * ROOT2;
  if (!low) o[0] = y[0];
  o[1] = even1 + odd1;
  o[2] = even1 - odd1;
  o[3] = even2 + odd2;
  o[4] = even2 - odd2;
  o[5] = low ? y[2] : y[3];
}

// G·g
INLINE void transform_weight(const vec *g, vec *o) {
  const vec even1 = (-2.0f / 3) * g[0] - (1.0f / 3) * g[2], odd1 = (-ROOT2 / 3) * g[1];
  const vec even2 = (1.0f / 6) * g[0] + (1.0f / 3) * g[2], odd2 = (ROOT2 / 6) * g[1];
  o[0] = g[0];
  o[1] = even1 + odd1;
  o[2] = even1 - odd1;
  o[3] = even2 + odd2;
  o[4] = even2 - odd2;
  o[5] = g[2];
}

// Gᵀ·m
INLINE void transform_weight_gradient(const vec *m, vec *o) {
  const vec sum1 = m[1] + m[2], difference1 = m[1] - m[2];
  const vec sum2 = m[3] + m[4], difference2 = m[3] - m[4];
  o[0] = m[0] - (2.0f / 3) * sum1 + (1.0f / 6) * sum2;
  o[1] = (-ROOT2 / 3) * difference1 + (ROOT2 / 6) * difference2;
  o[2] = m[5] - (1.0f / 3) * sum1 + (1.0f / 3) * sum2;
}

// U = G g Gᵀ of VL channels: g at in[(r·3 + s)·step], U to out[(6i + j)·plane].
INLINE void transform_kernel(const float *in, long step, float *out, long plane, long n) {
  vec t[3][6], u[6];
  UNROLL for (int s = 0; s < 3; s++) {
    vec g[3];
    UNROLL for (int r = 0; r < 3; r++) g[r] = load_some(in + (r * 3 + s) * step, n);
    transform_weight(g, t[s]);
  }
  UNROLL for (int i = 0; i < 6; i++) {
    const vec row[3] = {t[0][i], t[1][i], t[2][i]};
    transform_weight(row, u);
    UNROLL for (int j = 0; j < 6; j++) store(out + (i * 6 + j) * plane, u[j]);
  }
}

// Rows (0, 5), (1, 2) or (3, 4) of G·g: pair 0, 1 or 2. What the two rows share is computed once.
INLINE void transform_weight_pair(const vec *g, const int pair, vec *o) {
  if (pair == 0) {
    o[0] = g[0];
    o[1] = g[2];
    return;
  }
  const float far = pair == 1 ? -2.0f / 3 : 1.0f / 6, near = pair == 1 ? -1.0f / 3 : 1.0f / 3;
  const vec even = far * g[0] + near * g[2];
  const vec odd = (pair == 1 ? -ROOT2 / 3 : ROOT2 / 6) * g[1];
  o[0] = even + odd;
  o[1] = even - odd;
}

// Two rows of six planes of U of VL channels: as `transform_kernel`, plane (row, j) of the pair to
// out[(6·row + j)·plane].
INLINE void transform_kernel_pair(
  const float *in, long tap, const int pair, float *out, long plane, long n
) {
  vec t[3][2], u[6];
  UNROLL for (int s = 0; s < 3; s++) {
    vec g[3];
    UNROLL for (int r = 0; r < 3; r++) g[r] = load_some(in + (r * 3 + s) * tap, n);
    transform_weight_pair(g, pair, t[s]);
  }
  UNROLL for (int i = 0; i < 2; i++) {
    const vec row[3] = {t[0][i], t[1][i], t[2][i]};
    transform_weight(row, u);
    UNROLL for (int j = 0; j < 6; j++) store(out + (i * 6 + j) * plane, u[j]);
  }
}

// dg = Gᵀ m G of VL channels: m at in[(6i + j)·plane], dg (+)= to out[(r·3 + s)·step].
INLINE void untransform_kernel(
  const float *in, long plane, float *out, long step, long n, int add
) {
  vec t[6][3], o[3];
  UNROLL for (int j = 0; j < 6; j++) {
    vec m[6];
    UNROLL for (int i = 0; i < 6; i++) m[i] = load(in + (i * 6 + j) * plane);
    transform_weight_gradient(m, t[j]);
  }
  UNROLL for (int r = 0; r < 3; r++) {
    const vec row[6] = {t[0][r], t[1][r], t[2][r], t[3][r], t[4][r], t[5][r]};
    transform_weight_gradient(row, o);
    UNROLL for (int s = 0; s < 3; s++) {
      float *to = out + (r * 3 + s) * step;
      if (add) o[s] += load_some(to, n);
      store_some(to, o[s], n);
    }
  }
}
