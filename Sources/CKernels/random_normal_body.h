// Box and Muller on 32 pairs; see random_normal.c.

/// sin 2πt and cos 2πt for t in [0, 1): quarters are taken off exactly, the rest is a polynomial on
/// [-1/8, 1/8] with an absolute error below 1e-7.
static inline void V(turn)(vf t, vf *sine, vf *cosine) {
  const vf n = (t * 4.0f + 12582912.0f) - 12582912.0f;
  const vi quarter = __builtin_convertvector(n, V(integers));
  const vf r = t - n * 0.25f, z = r * r;
  vf s = z * -75.4020679f + 81.5925535f;
  s = s * z - 41.3416626f;
  s = (s * z + 6.28318529f) * r;
  vf c = z * 59.2204073f - 85.4428521f;
  c = c * z + 64.9393162f;
  c = c * z - 19.7392087f;
  c = c * z + 1.0f;
  const vi swap = (quarter & 1) != 0;
  const vf a = V(pick)(swap, c, s), b = V(pick)(swap, s, c);
  *sine = (vf)((vi)a ^ ((quarter & 2) << 30));
  *cosine = (vf)((vi)b ^ (((quarter + 1) & 2) << 30));
}

static void V(normal_group)(const uint32_t *words, float *y) {
  float even[32], odd[32];
  for (int i = 0; i < 32; i++) {
    even[i] = (float)((words[2 * i] >> 8) + 1) * 0x1p-24f;
    odd[i] = (float)(words[2 * i + 1] >> 8) * 0x1p-24f;
  }
  for (int i = 0; i < 32; i += LANES) {
    vf sine, cosine;
    V(turn)(V(load)(odd + i), &sine, &cosine);
    const vf radius = V(vsqrt)(V(vlog)(V(load)(even + i)) * -2.0f);
    V(store)(even + i, radius * cosine);
    V(store)(odd + i, radius * sine);
  }
  for (int i = 0; i < 32; i++) {
    y[2 * i] = even[i];
    y[2 * i + 1] = odd[i];
  }
}
