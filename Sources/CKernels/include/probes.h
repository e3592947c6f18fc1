#pragma once
/// What this processor can do at best: loops that only multiply and add, or only move numbers.

/// Multiplies and adds in registers, `rounds` times. Returns how many floating-point operations
/// that were; `sink` gets a number so that nothing is left out.
double ak_probe_multiply_add(long rounds, float *sink);

/// c[i] = a[i] + s·b[i] for i in low ..< high: two loads and a store an element.
void ak_probe_triad(const float *a, const float *b, float s, float *c, long low, long high);
