// The avxvnni kernels with AVX-512's encoding of the same instructions: so that a CPU without AVX-VNNI can test all but the encoding.
#include <immintrin.h>

#include "kernels/int8_kernels.h"
#include "kernels/unroll.h"

#define LECTERN_DPBUSD _mm256_dpbusd_epi32
#define LECTERN_DPWSSD _mm256_dpwssd_epi32

namespace lectern {
namespace {
#include "kernels/vec_avx2.h"
#include "kernels/exp2.inc"
#include "kernels/int8_exp2.inc"
#include "kernels/int8_kv8.inc"
#include "kernels/int8_avx2_base.h"
#include "kernels/int8_ymm_vnni.h"
#include "kernels/int8_narrow.inc"
#include "kernels/int8_narrow_tile.inc"
#include "kernels/int8_narrow_group.inc"
#include "kernels/int8_scalar_rows.inc"
}  // namespace

extern const Int8AttentionKernels int8_attention_ymm_vnni;
const Int8AttentionKernels int8_attention_ymm_vnni = {store_key, store_value, pack_tile, attend_tile, unpack_tile, pack_group, attend_group};

}  // namespace lectern
