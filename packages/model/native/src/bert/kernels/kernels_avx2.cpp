// BERT's kernels for avx2; this file alone is compiled with its flags.
#include <immintrin.h>

#include "bert/kernels/bert_kernels.h"
#include "kernels/unroll.h"

namespace lectern {
namespace {
#include "kernels/vec_avx2.h"
#include "kernels/exp2.inc"
#include "bert.inc"
}  // namespace

const BertKernels bert_avx2 = {V::lanes, layer_norm, gelu_erf, softmax2};

}  // namespace lectern
