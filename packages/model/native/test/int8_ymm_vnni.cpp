// The avxvnni kernels with AVX-512's encoding of the same instructions: so that a CPU without AVX-VNNI can test all but the encoding.
#include <immintrin.h>

#include "kernels/int8.h"
#include "kernels/unroll.h"

#define LECTERN_DPBUSD _mm256_dpbusd_epi32
#define LECTERN_DPWSSD _mm256_dpwssd_epi32

namespace lectern {
namespace {
#include "kernels/vec_avx2.h"
#include "kernels/exp2.inc"
#include "kernels/int8_avx2_base.h"
#include "kernels/int8_ymm_vnni.h"
#include "kernels/activate.inc"
#include "kernels/write_int8.inc"
#include "kernels/gemm_int8.inc"
#include "kernels/quantise_int8.inc"
#include "kernels/join_nibbles.inc"
}  // namespace

extern const Int8Kernels int8_ymm_vnni;
const Int8Kernels int8_ymm_vnni = {quantise, gemm, join, 0};

}  // namespace lectern
