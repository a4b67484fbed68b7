// 8-bit matrix products for AVX-512 without VNNI; this file alone is compiled with its flags.
#include <immintrin.h>

#include "kernels/int8.h"
#include "kernels/unroll.h"

namespace lectern {
namespace {
#include "kernels/vec_avx512.h"
#include "kernels/exp2.inc"
#include "dot_avx512.h"
#include "activate.inc"
#include "write_int8.inc"
#include "gemm_int8.inc"
#include "quantise_int8.inc"
#include "join_nibbles.inc"
}  // namespace

const Int8Kernels int8_avx512 = {quantise, gemm, join, 0};

}  // namespace lectern
