// Philox words and what is made of them without rounding; see pointwise_isas.h.

typedef uint32_t V(words) __attribute__((vector_size(4 * LANES)));
typedef uint64_t V(wide) __attribute__((vector_size(8 * LANES)));

/// High and low half of the product of each lane with a constant.
static inline void V(multiply)(V(words) a, uint32_t by, V(words) *high, V(words) *low) {
  const V(wide) product = __builtin_convertvector(a, V(wide)) * (uint64_t)by;
  *high = __builtin_convertvector(product >> 32, V(words));
  *low = __builtin_convertvector(product, V(words));
}

/// The 4·LANES words of LANES blocks that follow each other.
static inline void V(blocks)(uint64_t seed, uint64_t stream, uint64_t block, uint32_t *y) {
  V(wide) counter;
  for (int i = 0; i < LANES; i++) counter[i] = block + (uint64_t)i;
  V(words) c0 = __builtin_convertvector(counter, V(words));
  V(words) c1 = __builtin_convertvector(counter >> 32, V(words));
  V(words) c2 = (V(words)){0} + (uint32_t)stream;
  V(words) c3 = (V(words)){0} + (uint32_t)(stream >> 32);
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    V(words) high0, low0, high1, low1;
    V(multiply)(c0, 0xd2511f53u, &high0, &low0);
    V(multiply)(c2, 0xcd9e8d57u, &high1, &low1);
    c0 = high1 ^ c1 ^ k0;
    c2 = high0 ^ c3 ^ k1;
    c1 = low1;
    c3 = low0;
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  for (int i = 0; i < LANES; i++) {
    y[4 * i] = c0[i];
    y[4 * i + 1] = c1[i];
    y[4 * i + 2] = c2[i];
    y[4 * i + 3] = c3[i];
  }
}

/// The 64 words of blocks [first, first + 16).
static void V(random_group)(uint64_t seed, uint64_t stream, uint64_t first, uint32_t *y) {
  for (int i = 0; i < 16; i += LANES)
    V(blocks)(seed, stream, first + (uint64_t)i, y + 4 * i);
}
