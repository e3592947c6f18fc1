// Gradient of a product with one number a channel; see pointwise_isas.h.

enum { V(gate_vectors) = AK_GATE_CHANNELS / LANES };

/// Up to AK_GATE_CHANNELS channels of one image, all pixels: a sum for each 64 pixels, and the sum
/// of those.
static void V(gate_channels)(const float *x, const float *gate, const float *dy, float *dx,
                             float *dgate, long pixels, long channels, long width) {
  const long vectors = (width + LANES - 1) / LANES;
  vf totals[V(gate_vectors)] = {0};
  for (long first = 0; first < pixels; first += 64) {
    const long last = pixels - first < 64 ? pixels : first + 64;
    vf sums[V(gate_vectors)] = {0};
    for (long p = first; p < last; p++) {
      for (long i = 0; i < vectors; i++) {
        const long at = p * channels + i * LANES, n = width - i * LANES;
        const vf g = V(load)(dy + at);
        sums[i] += g * V(load)(x + at);
        if (!dx) continue;
        const vf v = g * V(load)(gate + i * LANES);
        if (n >= LANES) V(store)(dx + at, v);
        else V(store_part)(dx + at, v, n);
      }
    }
    for (long i = 0; i < vectors; i++) totals[i] += sums[i];
  }
  for (long i = 0; dgate && i < vectors; i++) {
    const long n = width - i * LANES;
    V(store_part)(dgate + i * LANES, totals[i], n < LANES ? n : LANES);
  }
}

static void V(gate_gradient)(const float *x, const float *gate, const float *dy, float *dx,
                             float *dgate, long pixels, long channels, long low, long high) {
  const long blocks = (channels + AK_GATE_CHANNELS - 1) / AK_GATE_CHANNELS;
  for (long item = low; item < high; item++) {
    const long image = item / blocks, c = item % blocks * AK_GATE_CHANNELS;
    const long at = image * pixels * channels + c, to = image * channels + c;
    const long width = channels - c < AK_GATE_CHANNELS ? channels - c : AK_GATE_CHANNELS;
    V(gate_channels)(x + at, gate + to, dy + at, dx ? dx + at : 0, dgate ? dgate + to : 0,
                     pixels, channels, width);
  }
}
