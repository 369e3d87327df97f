#pragma once

#include <tlm>

#include "models/common/register_bank.h"

namespace luxlane {

/// Carries the program counter of the instruction that makes an access, for guest warnings.
struct guest_access : tlm::tlm_extension<guest_access> {
    std::uint64_t hart = 0;
    std::uint64_t pc = 0;

    tlm::tlm_extension_base* clone() const override { return new guest_access(*this); }
    void copy_from(const tlm::tlm_extension_base& other) override {
        *this = static_cast<const guest_access&>(other);
    }
};

/// The access context of a transaction: its program counter, if an instruction made it.
access_context context_of(const tlm::tlm_generic_payload& transaction, bool debug);

/// The TLM response that a register bank's answer becomes.
tlm::tlm_response_status response_of(access_status status);

}  // namespace luxlane
