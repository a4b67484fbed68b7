// Kernels on 8-bit integers for AVX-512 VNNI; this file alone is compiled with its flags.
#include <immintrin.h>

#include "int8_kernels.h"
#include "int8_lse.h"
#include "unroll.h"

#define LECTERN_DPWSSD_ZMM(sum, a, b) _mm512_dpwssd_epi32(sum, a, b)

namespace lectern {
namespace {
#include "vec_avx512.h"
#include "exp2.inc"
#include "int8_exp2.inc"
#include "int8_kv8.inc"
#include "int8_vnni.h"
#include "int8_zmm.inc"
#include "int8_tile.inc"
#include "int8_rows.inc"
#include "int8_tile_rows.inc"
#include "int8_group.inc"
#include "int8_lse_zmm.inc"
#include "int8_lse.inc"
}  // namespace

const Int8AttentionKernels int8_attention_avx512vnni = {store_key, store_value, pack_tile, attend_tile, unpack_tile, pack_group, attend_group};
const Int8LseKernels int8_lse_avx512vnni = {LSE_LANES, pack_lse_queries, block_lse_i8};

}  // namespace lectern
