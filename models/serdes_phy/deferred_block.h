#pragma once

#include <memory>
#include <utility>

#include "models/serdes_phy/line_tables.h"
#include "models/serdes_phy/payload_plan.h"
#include "models/transport/lane_frame.h"

namespace luxlane::wide_link {

/// A payload block as what is in it. Its bits are made only if somebody must look at them.
class deferred_block final : public deferred_payload {
public:
    deferred_block(std::shared_ptr<const line_tables> tables, payload_plan plan)
        : tables_(std::move(tables)), plan_(std::move(plan)) {}

    const payload_plan& plan() const { return plan_; }
    void materialise(lane_frame& frame) const override;

private:
    std::shared_ptr<const line_tables> tables_;
    payload_plan plan_;
};

}  // namespace luxlane::wide_link
