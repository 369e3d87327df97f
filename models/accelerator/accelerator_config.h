#pragma once

#include <cstdint>

namespace luxlane {

/// What the accelerator brings to a board beyond its place in the memory map.
/// Where the values come from stands in platform/config, for `luxlane describe`.
struct accelerator_settings {
    double memory_bandwidth_bytes_per_s = 1.6e12;  ///< both directions together
    double memory_latency_s = 120e-9;
    double descriptor_fetch_s = 100e-9;             ///< on-chip network, beside the memory
    std::uint32_t prefetch_descriptors = 8;         ///< per ring
    std::uint32_t receive_buffer_flits = 4096;      ///< at both ends
    std::uint32_t credit_return_flits = 256;        ///< freed flits worth a flit of their own
    double credit_poll_s = 10e-6;                   ///< asks after so long without credits
    std::uint32_t send_chunk_flits = 256;           ///< read ahead of the PHY
    std::uint32_t compute_chunk_bytes = 64 * 1024;  ///< memory arbitration
    double reduce_bytes_per_s = 1.0e12;             ///< destination bytes
};

struct accelerator_config : accelerator_settings {
    std::uint64_t memory_base = 0x1'0000'0000;  ///< board address of the HBM
    std::uint64_t memory_bytes = 1ULL << 30;    ///< a multiple of 1 MiB
};

}  // namespace luxlane
