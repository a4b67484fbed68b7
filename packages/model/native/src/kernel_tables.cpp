#include "kernel_tables.h"

namespace lectern {

const ModelKernels& model_kernels(Isa isa) {
#ifdef LECTERN_X86_KERNELS
  if (isa == Isa::avx512 || isa == Isa::avx512vnni) return model_avx512;
  if (isa == Isa::avx2 || isa == Isa::avxvnni) return model_avx2;
#endif
  (void)isa;
  return model_scalar;
}

const Int8Kernels* int8_kernels(Isa isa) {
  switch (isa) {
    case Isa::scalar: return &int8_scalar;
#ifdef LECTERN_X86_KERNELS
    case Isa::avx2: return &int8_avx2;
    case Isa::avxvnni: return &int8_avxvnni;
    case Isa::avx512: return &int8_avx512;
    case Isa::avx512vnni: return &int8_avx512vnni;
#elif defined(LECTERN_ARM_KERNELS)
    case Isa::neon: return &int8_neon;
#endif
    default: return nullptr;
  }
}

}  // namespace lectern
