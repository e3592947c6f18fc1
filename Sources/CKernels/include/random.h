#pragma once
#include <stdint.h>
/// Counter-based random numbers: Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy
/// as 1, 2, 3", 2011). Number i of (seed, stream) comes from word i mod 4 of the block with
/// counter (i / 4, stream) and key seed, so it is the same whatever range or thread asks for it.

/// The four words of one block.
void ak_philox(uint64_t seed, uint64_t stream, uint64_t block, uint32_t words[4]);
/// y[i - low] = word i.
void ak_random_words(uint64_t seed, uint64_t stream, uint32_t *y, uint64_t low, uint64_t high);
/// y[i - low] = number i, uniform in [0, 1): a multiple of 2^-24.
void ak_random_uniform(uint64_t seed, uint64_t stream, float *y, uint64_t low, uint64_t high);
/// y[i - low] = number i of the normal distribution, by Box and Muller: words 0 and 1 of a block
/// make its numbers 0 and 1, words 2 and 3 its numbers 2 and 3. All x86-64 processors give the
/// same bits.
void ak_random_normal(uint64_t seed, uint64_t stream, float *y, uint64_t low, uint64_t high);
/// y[i - low] = `value` where uniform number i is below `probability`, else 0.
void ak_random_mask(uint64_t seed, uint64_t stream, float probability, float value, float *y,
                    uint64_t low, uint64_t high);
