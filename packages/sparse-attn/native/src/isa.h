// Which instruction set the kernels use: found at load, or forced by name.
#pragma once

namespace lectern {

/** avxvnni: AVX2 with the 8-bit products of AVX-VNNI. neon: aarch64 with those of its dot product extension. */
enum class Isa { scalar, neon, avx2, avxvnni, avx512, avx512vnni };

/** From the plainest to the best. */
constexpr Isa ISAS[] = {Isa::scalar, Isa::neon, Isa::avx2, Isa::avxvnni, Isa::avx512, Isa::avx512vnni};

/** Whether this CPU and operating system support it. */
bool is_supported(Isa isa);

/** Best one this CPU and operating system support. */
Isa best_isa();

/** Empty name: the best one. Throws std::invalid_argument for an unknown or unsupported name. */
Isa choose_isa(const char* forced);

const char* isa_name(Isa isa);

}  // namespace lectern
