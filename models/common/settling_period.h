#pragma once

#include <systemc>

namespace luxlane {

/// Analogue settings that take effect together, a settling time after the first of them was
/// written.
class settling_period {
public:
    settling_period(const char* event_name, double time_s)
        : time_(time_s, sc_core::SC_SEC), over_(event_name) {}

    /// For the process that applies the settings and then calls `finish`.
    const sc_core::sc_event& over() const { return over_; }

    /// A setting changed at `at`, now or later.
    void begin(const sc_core::sc_time& at) {
        if (!pending_) {
            pending_ = true;
            over_.notify(at + time_ - sc_core::sc_time_stamp());
        }
    }
    void finish() { pending_ = false; }
    void cancel() {
        pending_ = false;
        over_.cancel();
    }

private:
    const sc_core::sc_time time_;
    sc_core::sc_event over_;
    bool pending_ = false;
};

}  // namespace luxlane
