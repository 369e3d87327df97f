#pragma once

#include <memory>
#include <optional>
#include <systemc>
#include <utility>
#include <vector>

#include "models/dsp/error_rates.h"
#include "models/dsp/receive_filter.h"
#include "models/rx_dsp/bit_errors.h"
#include "models/transport/lane_frame.h"

namespace luxlane {

/// The error law of a lane and what draws from it.
struct lane_errors {
    dsp::error_rates rates;
    bit_error_source source;
};

/// How one lane's slicer decides while nothing about it changes.
struct slicer_period {
    bool powered = false;  ///< while not, it decides zeros
    bool locked = false;   ///< while not, it decides noise
    dsp::receive_filter filter;
    std::shared_ptr<const lane_frame::response_table> responses;
    std::optional<lane_errors> errors;  ///< while locked; made when first needed
};

/// A lane's last periods but the present one: bits that were received before a change are decided
/// as before it, though their block comes in whole behind it.
class slicer_history {
public:
    struct past_period : slicer_period {
        sc_core::sc_time end;
    };

    /// No block takes longer.
    static sc_core::sc_time horizon() { return {100.0, sc_core::SC_US}; }

    /// `period` ends at `end`. One that lasted no time is forgotten.
    void add(slicer_period period, const sc_core::sc_time& end) {
        if (!past_.empty() && past_.back().end >= end) {
            return;
        }
        while (past_.size() > KEPT && past_.front().end + horizon() < end) {
            past_.erase(past_.begin());
        }
        past_.push_back({std::move(period), end});
    }
    void clear() { past_.clear(); }

    /// In the order of their ends.
    std::vector<past_period>& periods() { return past_; }
    const std::vector<past_period>& periods() const { return past_; }

private:
    /// Kept however old: when light comes back as it was, so does its error law, which is dear.
    static constexpr std::size_t KEPT = 4;

    std::vector<past_period> past_;
};

}  // namespace luxlane
