// 8-bit matrix products for AVX-512 with VNNI; this file alone is compiled with its flags.
#include <immintrin.h>

#include "kernels/int8.h"
#include "kernels/unroll.h"

namespace lectern {
namespace {
#include "kernels/vec_avx512.h"
#include "kernels/exp2.inc"
#include "activate.inc"
#include "gemm_vnni.inc"
#include "tight_vnni.inc"
#include "quantise_vnni.inc"
#include "join_nibbles.inc"
}  // namespace

const Int8Kernels int8_avx512vnni = {quantise, gemm_any, join, 2, TIGHT_ROWS, loosen};

}  // namespace lectern
