// BERT's kernels for avx512; this file alone is compiled with its flags.
#include <immintrin.h>

#include "bert/kernels/bert_kernels.h"
#include "kernels/unroll.h"

namespace lectern {
namespace {
#include "kernels/vec_avx512.h"
#include "kernels/exp2.inc"
#include "bert.inc"
}  // namespace

const BertKernels bert_avx512 = {V::lanes, layer_norm, gelu_erf, softmax2};

}  // namespace lectern
