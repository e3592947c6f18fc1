#pragma once
/// Tells the processor that this thread is spinning, so that its sibling or the bus is left alone.
static inline void ak_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
