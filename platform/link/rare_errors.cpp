#include "platform/link/counting.h"

namespace luxlane::link {

ber_estimate sample_symbols(const trained_receiver&, std::uint64_t, std::uint64_t) {
    ber_estimate out;
    out.method = "not feasible: too few errors to count";
    return out;
}

}  // namespace luxlane::link
