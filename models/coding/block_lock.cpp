#include "models/coding/block_lock.h"

namespace luxlane::coding {
namespace {

constexpr unsigned headers_to_lock = 64;

bool is_valid(std::uint8_t header) { return header == data_header || header == control_header; }

}  // namespace

block_lock::block_lock(block_clause clause)
    : window_(clause == block_clause::clause_49 ? 64 : 1024),
      invalid_limit_(clause == block_clause::clause_49 ? 16 : 65) {}

bool block_lock::take(std::uint8_t header) noexcept {
    ++headers_;
    if (!is_valid(header)) {
        ++invalid_;
        if (!locked_ || invalid_ == invalid_limit_) {
            return slip();
        }
    }
    if (headers_ == headers_to_lock && invalid_ == 0) {
        locked_ = true;
        headers_ = 0;
    } else if (headers_ >= window_) {
        headers_ = 0;
        invalid_ = 0;
    }
    return false;
}

bool block_lock::slip() noexcept {
    losses_ += locked_ ? 1 : 0;
    locked_ = false;
    headers_ = 0;
    invalid_ = 0;
    ++slips_;
    return true;
}

high_ber_monitor::high_ber_monitor(block_clause clause)
    : window_(clause == block_clause::clause_49 ? 19531 : 781250),
      limit_(clause == block_clause::clause_49 ? 16 : 97) {}

void high_ber_monitor::take(std::uint8_t header, bool block_locked) noexcept {
    if (!block_locked) {
        blocks_ = 0;
        invalid_ = 0;
        high_ = false;
        return;
    }
    if (!is_valid(header) && invalid_ < limit_) {
        ++counted_;
        high_ = ++invalid_ == limit_ || high_;
    }
    if (++blocks_ == window_) {
        high_ = invalid_ == limit_;
        blocks_ = 0;
        invalid_ = 0;
    }
}

}  // namespace luxlane::coding
