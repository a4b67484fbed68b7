// Full unrolling of small constant loops, so that arrays of vectors live in registers.
#pragma once

#if defined(__clang__)
#define LECTERN_UNROLL _Pragma("clang loop unroll(full)")
#else
#define LECTERN_UNROLL _Pragma("GCC unroll 32")
#endif
#define LECTERN_INLINE inline __attribute__((always_inline))
#define LECTERN_NOINLINE __attribute__((noinline))
