// The dot product of int8 and int16, exact where 128 * the sum of |q| fits 31 bits. Plain pointers and sizes, nothing emitted as a weak
// symbol: see kernels.h.
#pragma once

#include <stddef.h>

namespace lectern {

/** sum of row[i] * q[i]. */
using DotKernel = int(const signed char* row, const short* q, size_t dim);

extern DotKernel dot_scalar;
#ifdef LECTERN_X86_KERNELS
extern DotKernel dot_avx2;
#elif defined(LECTERN_ARM_KERNELS)
extern DotKernel dot_neon;
#endif

}  // namespace lectern
