#include "models/serdes_phy/link_supervisor.h"

namespace luxlane::wide_link {

void link_supervisor::go_down(link_cause cause) {
    carrying_ = false;
    down_ = true;
    cause_ = cause;
}

link_cause link_supervisor::expired() const {
    switch (state_) {
        case link_state::tx_on:
            return link_cause::lanes_timeout;
        case link_state::repair:
            return link_cause::repair_timeout;
        default:
            return link_cause::deskew_timeout;
    }
}

std::uint64_t link_supervisor::limit_of(link_state state, const link_condition& now_is) const {
    switch (state) {
        case link_state::tx_on:
            // A far end that is not there yet is no failure.
            return now_is.framed ? limits_.lanes_ps : never;
        case link_state::lanes:
        case link_state::deskew:
            return limits_.deskew_ps;
        case link_state::repair:
            return limits_.repair_ps;
        default:
            return never;
    }
}

link_state link_supervisor::next(const link_condition& now_is) {
    if (!now_is.transmitting) {
        carrying_ = false;
        down_ = false;
        return link_state::reset;
    }
    const bool wanted = now_is.enabled && now_is.receiving;
    if (carrying_ && !wanted) {
        go_down(link_cause::disabled);
    } else if (carrying_ && !now_is.deskewed) {
        go_down(now_is.loss);
    } else if (!carrying_ && !down_ && wanted && now_is.deskewed && now_is.complete) {
        carrying_ = true;
        cause_ = link_cause::none;
    }
    if (down_) {
        return link_state::down;
    }
    if (carrying_) {
        return now_is.switching ? link_state::repair : link_state::up;
    }
    if (!now_is.complete) {
        return link_state::tx_on;
    }
    return now_is.deskewed ? link_state::deskew : link_state::lanes;
}

void link_supervisor::step(const link_condition& now_is, std::uint64_t now_ps) {
    auto state = next(now_is);
    if (state == state_ && now_ps >= deadline_ps_) {
        go_down(expired());
        state = link_state::down;
    }
    const std::uint64_t limit = limit_of(state, now_is);
    if (state != state_ || limit != limit_ps_) {
        state_ = state;
        limit_ps_ = limit;
        progress(now_ps);
    }
}

void link_supervisor::progress(std::uint64_t now_ps) {
    deadline_ps_ = limit_ps_ == never ? never : now_ps + limit_ps_;
}

}  // namespace luxlane::wide_link
