#pragma once

#include <cstdint>

#include "models/coding/block_code.h"

/// How a receiver of 64B/66B blocks finds and watches their boundaries by the headers.
namespace luxlane::coding {

/// Block lock of one lane (IEEE Std 802.3 figures 49-14 and 82-10): 64 valid headers in a row lock;
/// 16 invalid ones within 64 (clause 49) or 65 within 1024 (clause 82) lose it.
class block_lock {
public:
    explicit block_lock(block_clause clause = block_clause::clause_82);

    /// Takes the header of the next block. True if the receiver must slip: take the next block one
    /// bit later than it would.
    bool take(std::uint8_t header) noexcept;

    bool locked() const { return locked_; }
    /// How often lock was lost, and how many bits were slipped.
    std::uint64_t losses() const { return losses_; }
    std::uint64_t slips() const { return slips_; }

private:
    bool slip() noexcept;

    unsigned window_;
    unsigned invalid_limit_;
    unsigned headers_ = 0;
    unsigned invalid_ = 0;
    bool locked_ = false;
    std::uint64_t losses_ = 0;
    std::uint64_t slips_ = 0;
};

/// High bit error ratio by the headers (figures 49-15 and 82-13): reported from the limit on until
/// a whole window passes below it. Time is counted in blocks at the nominal rate.
class high_ber_monitor {
public:
    /// The window of clause 49 is 125 us at 10G, limit 16; that of clause 82 is 1.25 ms at 40G and
    /// 0.5 ms at 100G, the same 781250 blocks, limit 97.
    explicit high_ber_monitor(block_clause clause = block_clause::clause_82);

    /// Takes the header of the next block. Without block lock monitoring begins anew.
    void take(std::uint8_t header, bool block_locked = true) noexcept;

    bool high() const { return high_; }
    /// Invalid headers of all windows, one window's counting at most its limit (as ber_count).
    std::uint64_t counted() const { return counted_; }

private:
    unsigned window_;
    unsigned limit_;
    unsigned blocks_ = 0;
    unsigned invalid_ = 0;
    bool high_ = false;
    std::uint64_t counted_ = 0;
};

}  // namespace luxlane::coding
