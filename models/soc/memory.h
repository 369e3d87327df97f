#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <systemc>
#include <tlm>

#include "models/common/statistics.h"
#include "models/soc/guest_warnings.h"

namespace luxlane::soc {

struct memory_config {
    std::uint64_t size_bytes = 0;
    /// A ROM: a store answers with a command error. Loaders and debuggers still write it.
    bool read_only = false;
    /// Added to every access of that kind (assumption: DRAM behind a cache that always hits).
    sc_core::sc_time read_latency = sc_core::SC_ZERO_TIME;
    sc_core::sc_time write_latency = sc_core::SC_ZERO_TIME;
};

/// Plain memory of any size: host memory is used for the pages that have been touched only.
/// Contents are zero at power-on and survive a reset. Any alignment and length is served.
class memory : public sc_core::sc_module {
public:
    using config = memory_config;
    using write_observer = std::function<void(std::uint64_t offset, std::uint64_t bytes)>;

    tlm_utils::simple_target_socket<memory> target;

    /// Throws std::invalid_argument for a size of 0, std::bad_alloc if the host refuses.
    memory(const sc_core::sc_module_name& name, const config& options);

    std::uint64_t size_bytes() const { return config_.size_bytes; }

    /// Loaders' access past the bus: no time, no read-only rule. Beyond the end: std::out_of_range.
    void write(std::uint64_t offset, std::span<const std::byte> data);
    void read(std::uint64_t offset, std::span<std::byte> data) const;

    /// `observer` hears of every write that did not go through a direct pointer, so that decoded
    /// code can be dropped.
    void on_write(write_observer observer) { observer_ = std::move(observer); }

    const luxlane::statistics& stats() const { return statistics_; }

private:
    struct unmap {
        std::uint64_t size_bytes;
        void operator()(std::byte* data) const;
    };

    void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& transaction);
    bool get_direct_mem_ptr(tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& region);
    tlm::tlm_response_status check(const tlm::tlm_generic_payload& transaction, bool debug,
                                   const sc_core::sc_time& offset);
    void copy(tlm::tlm_generic_payload& transaction);
    void check_range(std::uint64_t offset, std::uint64_t bytes) const;

    memory_config config_;
    std::unique_ptr<std::byte, unmap> data_;
    write_observer observer_;
    guest_warnings warnings_;
    luxlane::statistics statistics_;
    std::uint64_t reads_ = 0;
    std::uint64_t writes_ = 0;
};

}  // namespace luxlane::soc
