// Which instruction set the kernels use: found at load, or forced by name.
#pragma once

namespace lectern {

enum class Isa { scalar, avx2, avx512, avx512vnni };

/** Best one this CPU and operating system support. */
Isa best_isa();

/** Empty name: the best one. Throws std::invalid_argument for an unknown or unsupported name. */
Isa choose_isa(const char* forced);

const char* isa_name(Isa isa);

}  // namespace lectern
