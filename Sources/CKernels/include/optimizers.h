#pragma once
/// Optimizer updates in one pass over the weights, in place. An item is a number.

/// PyTorch's SGD: g += decay·w; v = momentum·v + (1 - dampening)·g (v = g in the first step);
/// w -= rate·(nesterov ? g + momentum·v : v). v may be null where momentum is 0.
typedef struct {
  float rate, momentum, dampening, decay;
  int nesterov, first;
} ak_sgd_settings;
void ak_sgd(const ak_sgd_settings *settings, float *w, const float *g, float *v, long low,
            long high);

/// The step of Adam and its kin, which differ in numbers only. With d = g + pull·w:
/// m += (1 - beta1)·(d - m); v = beta2·v + (1 - beta2)·d²;
/// w = shrink·w - (from_moment·m + from_gradient·d) / (√v·inverse_root + ε),
/// or without the division where `direct`.
///
/// Bias corrections, decoupled weight decay (shrink = 1 - rate·decay), RAdam's rectification and
/// NAdam's look ahead are in the factors.
typedef struct {
  float beta1, beta2, epsilon, pull, shrink, from_moment, from_gradient, inverse_root;
  int direct;
} ak_adam_settings;
void ak_adam(const ak_adam_settings *settings, float *w, const float *g, float *m, float *v,
             long low, long high);

/// LAMB's direction (You et al., 2020) before its length is set:
/// m = beta1·m + fresh·g; v = beta2·v + (1 - beta2)·g²;
/// u = from_moment·m / (√v·inverse_root + ε) + decay·w.
typedef struct {
  float beta1, beta2, fresh, epsilon, decay, from_moment, inverse_root;
} ak_lamb_settings;
void ak_lamb(const ak_lamb_settings *settings, const float *w, const float *g, float *m, float *v,
             float *u, long low, long high);

/// Lion (Chen et al., 2023): w = shrink·w - rate·sign(beta1·m + (1 - beta1)·g);
/// m = beta2·m + (1 - beta2)·g.
typedef struct {
  float rate, beta1, beta2, shrink;
} ak_lion_settings;
void ak_lion(const ak_lion_settings *settings, float *w, const float *g, float *m, long low,
             long high);

/// RMSProp (Hinton, 2012). With d = g + pull·w: v = alpha·v + (1 - alpha)·d²; centred, also
/// c += (1 - alpha)·(d - c) and v - c² stands for v; size = √v + ε, or √(v + ε) where `inside`.
/// Without momentum (b null) w -= rate·d / size; with it b = momentum·b + d / size, w -= rate·b,
/// or, where `scaled`, b = momentum·b + rate·d / size, w -= b. c is null where not centred.
typedef struct {
  float rate, alpha, epsilon, pull, momentum;
  int inside, scaled;
} ak_rmsprop_settings;
void ak_rmsprop(const ak_rmsprop_settings *settings, float *w, const float *g, float *v, float *c,
                float *b, long low, long high);

/// y += a·x.
void ak_axpy(float a, const float *x, float *y, long low, long high);
/// y += a·(x - y).
void ak_lerp(float a, const float *x, float *y, long low, long high);
/// y *= a.
void ak_scale(float a, float *y, long low, long high);
