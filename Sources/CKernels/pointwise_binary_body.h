// Functions of two numbers; see pointwise_isas.h.

// Defines one run: n results from numbers that follow each other (step 1) or stay (step 0).
#define RUN(NAME, ...)                                                                     \
  static void V(run_##NAME)(const float *a, long step_a, const float *b, long step_b,      \
                            float *y, long n) {                                            \
    const vf first_a = V(splat)(*a), first_b = V(splat)(*b);                               \
    long i = 0;                                                                            \
    if (step_a && step_b)                                                                  \
      for (; i + LANES <= n; i += LANES) {                                                 \
        const vf p = V(load)(a + i), q = V(load)(b + i);                                   \
        V(store)(y + i, __VA_ARGS__);                                                      \
      }                                                                                    \
    else if (step_a)                                                                       \
      for (; i + LANES <= n; i += LANES) {                                                 \
        const vf p = V(load)(a + i), q = first_b;                                          \
        V(store)(y + i, __VA_ARGS__);                                                      \
      }                                                                                    \
    else                                                                                   \
      for (; i + LANES <= n; i += LANES) {                                                 \
        const vf p = first_a, q = step_b ? V(load)(b + i) : first_b;                       \
        V(store)(y + i, __VA_ARGS__);                                                      \
      }                                                                                    \
    if (i < n) {                                                                           \
      const vf p = step_a ? V(load)(a + i) : first_a;                                      \
      const vf q = step_b ? V(load)(b + i) : first_b;                                      \
      V(store_part)(y + i, __VA_ARGS__, n - i);                                            \
    }                                                                                      \
  }

#define ONE_WHERE(mask) V(pick)(mask, V(splat)(1.0f), (vf){0})

RUN(add, p + q)
RUN(subtract, p - q)
RUN(multiply, p *q)
RUN(divide, p / q)
RUN(maximum, V(vmax)(p, q))
RUN(minimum, V(vmin)(p, q))
RUN(greater, ONE_WHERE(p > q))
RUN(greater_equal, ONE_WHERE(p >= q))
RUN(equal, ONE_WHERE(p == q))

typedef void (*V(run))(const float *, long, const float *, long, float *, long);

static V(run) V(run_of)(int op) {
  static const V(run) runs[] = {
      [AK_ADD] = V(run_add),           [AK_SUBTRACT] = V(run_subtract),
      [AK_MULTIPLY] = V(run_multiply), [AK_DIVIDE] = V(run_divide),
      [AK_MAXIMUM] = V(run_maximum),   [AK_MINIMUM] = V(run_minimum),
      [AK_GREATER] = V(run_greater),   [AK_GREATER_EQUAL] = V(run_greater_equal),
      [AK_EQUAL] = V(run_equal),
  };
  return runs[op];
}

static void V(binary)(int op, const float *a, long step_a, const float *b, long step_b,
                      float *y, long low, long high) {
  V(run_of)(op)(a + low * step_a, step_a, b + low * step_b, step_b, y + low, high - low);
}

static void V(binary_strided)(int op, long rank, const long *sizes, const float *a,
                              const long *strides_a, const float *b, const long *strides_b,
                              float *y, long low, long high) {
  const V(run) run = V(run_of)(op);
  const long last = rank - 1, width = sizes[last];
  const long step_a = strides_a[last], step_b = strides_b[last];
  long index[AK_MAX_RANK] = {0}, at_a = 0, at_b = 0;
  for (long axis = last - 1, rest = low; axis >= 0; axis--) {
    index[axis] = rest % sizes[axis];
    rest /= sizes[axis];
    at_a += index[axis] * strides_a[axis];
    at_b += index[axis] * strides_b[axis];
  }
  for (long item = low; item < high; item++) {
    run(a + at_a, step_a, b + at_b, step_b, y + item * width, width);
    for (long axis = last - 1; axis >= 0; axis--) {
      at_a += strides_a[axis];
      at_b += strides_b[axis];
      if (++index[axis] < sizes[axis]) break;
      at_a -= strides_a[axis] * sizes[axis];
      at_b -= strides_b[axis] * sizes[axis];
      index[axis] = 0;
    }
  }
}

static void V(select)(const float *mask, const float *a, const float *b, float *y, long low,
                      long high) {
  long i = low;
  for (; i + LANES <= high; i += LANES) {
    const vi zero = V(load)(mask + i) == (vf){0};
    V(store)(y + i, V(pick)(zero, V(load)(b + i), V(load)(a + i)));
  }
  for (; i < high; i++) y[i] = mask[i] != 0 ? a[i] : b[i];
}
#undef RUN
#undef ONE_WHERE
