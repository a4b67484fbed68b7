// 8-bit matrix products for AVX2 with AVX-VNNI; this file alone is compiled with its flags.
#include <immintrin.h>

#include "kernels/int8.h"
#include "kernels/unroll.h"

#define LECTERN_DPBUSD _mm256_dpbusd_avx_epi32
#define LECTERN_DPWSSD _mm256_dpwssd_avx_epi32

namespace lectern {
namespace {
#include "kernels/vec_avx2.h"
#include "kernels/exp2.inc"
#include "kernels/int8_avx2_base.h"
#include "kernels/int8_ymm_vnni.h"
#include "activate.inc"
#include "write_int8.inc"
#include "gemm_int8.inc"
#include "quantise_int8.inc"
#include "join_nibbles.inc"
}  // namespace

const Int8Kernels int8_avxvnni = {quantise, gemm, join, 0};

}  // namespace lectern
