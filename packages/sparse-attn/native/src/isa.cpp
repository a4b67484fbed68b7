// CPU detection. __builtin_cpu_supports also asks the operating system (xgetbv) whether it saves the wide registers.
#include "isa.h"

#include <cstring>
#include <stdexcept>
#include <string>

namespace lectern {

namespace {

bool supported(Isa isa) {
#ifdef LECTERN_X86_KERNELS
  switch (isa) {
    case Isa::scalar: return true;
    case Isa::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case Isa::avx512:
      return supported(Isa::avx2) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  }
  return false;
#else
  return isa == Isa::scalar;
#endif
}

}  // namespace

Isa best_isa() {
#ifdef LECTERN_X86_KERNELS
  __builtin_cpu_init();
#endif
  if (supported(Isa::avx512)) return Isa::avx512;
  return supported(Isa::avx2) ? Isa::avx2 : Isa::scalar;
}

Isa choose_isa(const char* forced) {
  const Isa best = best_isa();
  if (forced == nullptr || forced[0] == '\0') return best;
  for (Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512}) {
    if (std::strcmp(forced, isa_name(isa)) != 0) continue;
    if (supported(isa)) return isa;
    throw std::invalid_argument(std::string("instruction set ") + forced + " was asked for, this machine's best is " + isa_name(best));
  }
  throw std::invalid_argument(std::string("instruction set ") + forced + " is unknown: scalar, avx2 or avx512");
}

const char* isa_name(Isa isa) {
  switch (isa) {
    case Isa::scalar: return "scalar";
    case Isa::avx2: return "avx2";
    case Isa::avx512: return "avx512";
  }
  return "scalar";
}

}  // namespace lectern
