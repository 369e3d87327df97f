#pragma once

#include <tlm_utils/multi_passthrough_initiator_socket.h>
#include <tlm_utils/multi_passthrough_target_socket.h>

#include <cstdint>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/common/statistics.h"
#include "models/soc/guest_warnings.h"

namespace luxlane::soc {

/// The board's memory-mapped interconnect: any number of initiators on `in`, targets by address on
/// `out`. A target sees addresses relative to the base it is mapped at; direct memory regions and
/// their withdrawal are translated back. An access that no mapped range contains wholly answers
/// with an address error.
/// Timing: adds none; arbitration and contention are not modelled.
class router : public sc_core::sc_module {
public:
    tlm_utils::multi_passthrough_target_socket<router> in;

    explicit router(const sc_core::sc_module_name& name);

    /// Connects `target` to [base, base + size_bytes). `label` names it in messages. Throws
    /// std::invalid_argument for an empty range and one that overlaps another or wraps.
    template <class TargetSocket>
    void map(std::uint64_t base, std::uint64_t size_bytes, const std::string& label,
             TargetSocket& target) {
        add(base, size_bytes, label);
        out_.bind(target);
    }

    struct range {
        std::uint64_t base;
        std::uint64_t size_bytes;
        std::string label;
        int target;
    };
    /// The address map, sorted by base.
    const std::vector<range>& ranges() const { return ranges_; }

    const luxlane::statistics& stats() const { return statistics_; }

private:
    void add(std::uint64_t base, std::uint64_t size_bytes, const std::string& label);
    const range* find(std::uint64_t address, std::uint64_t bytes) const;

    void b_transport(int initiator, tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    unsigned transport_dbg(int initiator, tlm::tlm_generic_payload& transaction);
    bool get_direct_mem_ptr(int initiator, tlm::tlm_generic_payload& transaction,
                            tlm::tlm_dmi& region);
    void invalidate_direct_mem_ptr(int target, sc_dt::uint64 start, sc_dt::uint64 end);

    tlm_utils::multi_passthrough_initiator_socket<router> out_;
    std::vector<range> ranges_;
    guest_warnings warnings_;
    luxlane::statistics statistics_;
};

}  // namespace luxlane::soc
