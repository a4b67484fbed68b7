#include "bert/bert_tables.h"

namespace lectern {

const BertKernels& bert_kernels(Isa isa) {
#ifdef LECTERN_X86_KERNELS
  if (isa == Isa::avx512 || isa == Isa::avx512vnni) return bert_avx512;
  if (isa == Isa::avx2 || isa == Isa::avxvnni) return bert_avx2;
#endif
  (void)isa;
  return bert_scalar;
}

}  // namespace lectern
