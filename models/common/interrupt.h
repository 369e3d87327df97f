#pragma once

#include <functional>
#include <utility>

namespace luxlane {

/// A level interrupt line. The driver sets the level from its state (`update_irq`); a change
/// reaches the sink at once, in the same call, so that a hart sees it before its next instruction
/// whatever its quantum.
class interrupt_source {
public:
    using sink = std::function<void(bool level)>;

    void connect(sink target) {
        sink_ = std::move(target);
        if (sink_) {
            sink_(level_);
        }
    }
    void set(bool level) {
        if (level == level_) {
            return;
        }
        level_ = level;
        if (sink_) {
            sink_(level);
        }
    }
    bool level() const { return level_; }

private:
    sink sink_;
    bool level_ = false;
};

}  // namespace luxlane
