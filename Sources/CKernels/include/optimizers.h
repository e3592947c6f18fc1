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

/// Adam (Kingma and Ba, 2015) and AdamW (Loshchilov and Hutter, 2019) as PyTorch computes them:
/// with `decoupled`, w *= 1 - rate·decay, else g += decay·w; m += (1 - beta1)·(g - m);
/// v = beta2·v + (1 - beta2)·g²; w -= rate / correction1·m / (√v / √correction2 + ε), where
/// correction k = 1 - beta_k^step.
typedef struct {
  float rate, beta1, beta2, epsilon, decay, correction1, root_correction2;
  int decoupled;
} ak_adam_settings;
void ak_adam(const ak_adam_settings *settings, float *w, const float *g, float *m, float *v,
             long low, long high);

/// y += a·x.
void ak_axpy(float a, const float *x, float *y, long low, long high);
/// y += a·(x - y).
void ak_lerp(float a, const float *x, float *y, long low, long high);
/// y *= a.
void ak_scale(float a, float *y, long low, long high);
