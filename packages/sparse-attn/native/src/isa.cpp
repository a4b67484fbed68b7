// CPU detection by cpuid and xgetbv (does the operating system save the wide registers?). Not __builtin_cpu_supports: it needs the
// compiler's run-time library, and with `zig c++` it finds nothing.
#include "isa.h"

#ifdef LECTERN_X86_KERNELS
#include <cpuid.h>
#elif defined(LECTERN_ARM_KERNELS)
#include <sys/auxv.h>
#endif

#include <cstring>
#include <stdexcept>
#include <string>

namespace lectern {

namespace {

#ifdef LECTERN_X86_KERNELS

bool has(unsigned word, int bit) { return (word >> bit) & 1; }

/** Register states that the operating system saves: XCR0. */
unsigned saved_states() {
  unsigned low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

}  // namespace

bool is_supported(Isa isa) {
  if (isa == Isa::scalar) return true;
  unsigned a, b, c, d;
  if (isa == Isa::neon || !__get_cpuid(1, &a, &b, &c, &d)) return false;
  constexpr int FMA = 12, OSXSAVE = 27, F16C = 29;
  if (!has(c, FMA) || !has(c, OSXSAVE) || !has(c, F16C)) return false;
  const unsigned states = saved_states();
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  constexpr unsigned YMM_STATES = 0x6, ZMM_STATES = 0xe6;
  constexpr int AVX2 = 5, AVX512F = 16, AVX512DQ = 17, AVX512BW = 30, AVX512VL = 31, AVX512VNNI = 11;
  if ((states & YMM_STATES) != YMM_STATES || !has(b, AVX2)) return false;
  if (isa == Isa::avx2) return true;
  if (isa == Isa::avxvnni) {
    constexpr int AVX_VNNI = 4;  // of subleaf 1, which __get_cpuid_count does not check: `a` of subleaf 0 is the highest
    return a >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d) && has(a, AVX_VNNI);
  }
  if ((states & ZMM_STATES) != ZMM_STATES || !has(b, AVX512F) || !has(b, AVX512DQ) || !has(b, AVX512BW) || !has(b, AVX512VL)) return false;
  return isa == Isa::avx512 || has(c, AVX512VNNI);
}

#elif defined(LECTERN_ARM_KERNELS)

}  // namespace

bool is_supported(Isa isa) {
  constexpr unsigned long ASIMDDP = 1ul << 20;  // HWCAP_ASIMDDP: the dot product instructions
  return isa == Isa::scalar || (isa == Isa::neon && (getauxval(AT_HWCAP) & ASIMDDP));
}

#else

}  // namespace

bool is_supported(Isa isa) { return isa == Isa::scalar; }

#endif

Isa best_isa() {
  Isa best = Isa::scalar;
  for (const Isa isa : ISAS) {
    if (is_supported(isa)) best = isa;
  }
  return best;
}

Isa choose_isa(const char* forced) {
  const Isa best = best_isa();
  if (forced == nullptr || forced[0] == '\0') return best;
  std::string names;
  for (const Isa isa : ISAS) {
    names += std::string(names.empty() ? "" : ", ") + isa_name(isa);
    if (std::strcmp(forced, isa_name(isa)) != 0) continue;
    if (is_supported(isa)) return isa;
    throw std::invalid_argument(std::string("instruction set ") + forced + " was asked for, this machine's best is " + isa_name(best));
  }
  throw std::invalid_argument(std::string("instruction set ") + forced + " is unknown: one of " + names);
}

const char* isa_name(Isa isa) {
  switch (isa) {
    case Isa::scalar: return "scalar";
    case Isa::neon: return "neon";
    case Isa::avx2: return "avx2";
    case Isa::avxvnni: return "avxvnni";
    case Isa::avx512: return "avx512";
    case Isa::avx512vnni: return "avx512vnni";
  }
  return "scalar";
}

}  // namespace lectern
