// 8-bit matrix products for AVX2; this file alone is compiled with its flags.
#include <immintrin.h>

#include "kernels/int8.h"
#include "kernels/unroll.h"

namespace lectern {
namespace {
#include "kernels/vec_avx2.h"
#include "kernels/exp2.inc"
#include "kernels/int8_avx2_base.h"
#include "kernels/int8_avx2.h"
#include "activate.inc"
#include "write_int8.inc"
#include "gemm_int8.inc"
#include "quantise_int8.inc"
#include "join_nibbles.inc"
}  // namespace

const Int8Kernels int8_avx2 = {quantise, gemm, join, 0};

}  // namespace lectern
