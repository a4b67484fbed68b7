// Int8 attention for AVX2 with AVX-VNNI; this file alone is compiled with its flags.
#include <immintrin.h>

#include "int8_kernels.h"
#include "int8_lse.h"
#include "unroll.h"

#define LECTERN_DPBUSD _mm256_dpbusd_avx_epi32
#define LECTERN_DPWSSD _mm256_dpwssd_avx_epi32

namespace lectern {
namespace {
#include "vec_avx2.h"
#include "exp2.inc"
#include "int8_exp2.inc"
#include "int8_kv8.inc"
#include "int8_avx2_base.h"
#include "int8_ymm_vnni.h"
#include "int8_narrow.inc"
#include "int8_narrow_tile.inc"
#include "int8_narrow_group.inc"
#include "int8_scalar_rows.inc"
#include "int8_lse.inc"
}  // namespace

const Int8AttentionKernels int8_attention_avxvnni = {store_key, store_value, pack_tile, attend_tile, unpack_tile, pack_group, attend_group};
const Int8LseKernels int8_lse_avxvnni = {LSE_LANES, pack_lse_queries, block_lse_i8};

}  // namespace lectern
