#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include "firmware/include/luxlane/job.h"
#include "models/accelerator/descriptor.h"
#include "platform/board/memory_map.h"
#include "platform/config/quantity.h"
#include "platform/fabric/pair.h"

namespace luxlane {
namespace {

luxlane_job job_of(const board& of) {
    luxlane_job job{};
    of.sram.read(board_map::JOB - board_map::SRAM, std::as_writable_bytes(std::span(&job, 1)));
    return job;
}

const char* ring_text(std::uint32_t ring) {
    using collective::ring_id;
    switch (static_cast<ring_id>(ring)) {
        case ring_id::send:
            return "send";
        case ring_id::receive:
            return "receive";
        case ring_id::compute:
            return "compute";
    }
    return "unknown";
}

const char* ring_error_text(std::uint32_t code) {
    using error = collective::ring_error_code;
    switch (static_cast<error>(code)) {
        case error::none:
            return "no error";
        case error::bad_opcode:
            return "bad opcode";
        case error::bad_address:
            return "bad address";
        case error::bad_length:
            return "bad length";
        case error::bad_magic:
            return "no descriptor there";
        case error::sequence:
            return "flits of the message lost";
        case error::tag_mismatch:
            return "message with another tag";
        case error::link_down:
            return "link down";
        case error::ring_overrun:
            return "ring overrun";
    }
    return "unknown error";
}

/// `cause` is a LUXLANE_RING_CAUSE.
std::string ring_failure_text(std::uint32_t cause) {
    return fmt::format("{} ring stopped at descriptor {}: {}", ring_text(cause >> 24),
                       cause & 0xffff, ring_error_text((cause >> 16) & 0xff));
}

std::string status_text(const luxlane_job& job) {
    switch (job.status) {
        case luxlane_status_job_invalid:
            return "the firmware refuses the job";
        case luxlane_status_link_failed:
            return fmt::format("LINK DOWN: {}", luxlane_cause_text(job.cause));
        case luxlane_status_ring_failed:
            return ring_failure_text(job.cause);
        case luxlane_status_timed_out:
            return "the collective made no progress";
        case luxlane_status_unexpected_trap:
            return fmt::format("the firmware trapped, mcause {:#x}", job.cause);
        default:
            return fmt::format("unknown firmware status {}", job.status);
    }
}

/// Why flits were given up last; empty if none were.
std::string flush_text(const wide_link::retry_transmitter& retry) {
    using cause = wide_link::flush_cause;
    if (retry.counters().given_up_flits == 0) {
        return "";
    }
    switch (retry.last_flush()) {
        case cause::none:
            break;
        case cause::replay_count:
            return "too many replays without progress (retry.replay_count_max)";
        case cause::pcs_lost:
            return "the link was down too long (retry.pcs_lost_timeout_s)";
        case cause::data_age:
            return "they waited too long (retry.data_age_timeout_s)";
        case cause::reset:
            return "the PHY was reset";
    }
    return "";
}

/// What keeps a PHY from serving its accelerator, as far as its retry knows; empty if nothing.
std::string service_text(const wide_link::retry_transmitter& retry) {
    if (const auto flush = flush_text(retry); !flush.empty()) {
        return " (flits given up: " + flush + ")";
    }
    if (retry.state() == wide_link::retry_transmitter_state::init) {
        return " (the retry's handshake is not answered: slots do not arrive intact)";
    }
    return "";
}

/// Bit error ratio of the worst host lane from one accelerator to the other.
std::optional<double> host_ber(const board& from, const board& to) {
    if (!from.host || !to.host) {
        return std::nullopt;
    }
    double worst = 0.0;
    for (unsigned lane = 0; lane < from.host->directed_lanes(); ++lane) {
        worst = std::max({worst, from.host->lane_law(lane).ber,
                          to.host->lane_law(to.host->directed_lanes() + lane).ber});
    }
    return worst;
}

}  // namespace

report::link_report pair::link_report_of(const board& from, board& to, unsigned direction) const {
    report::link_report link;
    link.name = direction == 0 ? "a->b" : "b->a";
    link.up_time_s = up_time_s_[1 - direction];
    link.lanes.data = values_.link.data_lanes;
    link.lanes.spare = values_.link.spare_lanes;
    link.lanes.dead = from.fibre.dead_lanes().size();
    link.lanes.swapped = job_of(to).swaps;

    std::vector<double> ber;
    for (unsigned lane = 0; lane < values_.link.data_lanes; ++lane) {
        if (const auto physical = to.phy.receive_lane(lane)) {
            ber.push_back(to.receiver.lane_ber(*physical));
        }
    }
    if (!ber.empty()) {
        std::sort(ber.begin(), ber.end());
        link.ber.median = ber[ber.size() / 2];
        link.ber.worst = ber.back();
    }
    for (unsigned lane = 0; lane < values_.physical_lanes(); ++lane) {
        link.lane_ber.push_back(to.receiver.lane_ber(lane));
    }
    const auto& counters = to.phy.counters();
    link.codewords.total = counters.codewords;
    link.codewords.corrected = counters.corrected_codewords;
    link.codewords.uncorrectable = counters.uncorrectable_codewords;
    link.corrected_bits = counters.corrected_bits;
    if (counters.codewords > 0) {
        const double codeword_bits = 10.0 * values_.payload_format().codeword_symbols();
        link.ber.counted =
            double(counters.corrected_bits) / (double(counters.codewords) * codeword_bits);
    }
    link.fec = values_.phy.fec != coding::fec_kind::none;
    link.lost_flits = to.phy.flits_lost();
    const auto& retry = from.phy.retry_transmitter();
    link.retry = {retry.counters().resent_flits, retry.counters().given_up_flits,
                  flush_text(retry)};
    link.host_ber = host_ber(from, to);
    link.line_payload_bps = values_.line_payload_bps();

    for (const auto& part : to.phy.latency_parts()) {
        link.latency_s.parts.push_back({part.name, part.seconds});
    }
    link.latency_s.parts.push_back({"fibre", from.fibre.flight_time().to_seconds()});
    for (const auto& part : link.latency_s.parts) {
        link.latency_s.one_way += part.value;
    }
    return link;
}

report::collective_report pair::check_sums() {
    report::collective_report result;
    if (gradients_ == nullptr) {
        return result;
    }
    result.workload = values_.collective.workload;
    result.tensors = gradients_->tensors().size();
    result.bytes = gradients_->elements() * sizeof(std::uint16_t);
    double begin = 1e300;
    double end = 0.0;
    bool finished = true;
    for (auto* each : boards_) {
        const auto job = job_of(*each);
        finished = finished && job.status == luxlane_status_passed;
        begin = std::min(begin, double(job.collective_begin_cycle) / values_.node.clock_hz);
        end = std::max(end, double(job.collective_end_cycle) / values_.node.clock_hz);
    }
    if (!finished) {
        return result;
    }
    result.time_s = end - begin;
    const auto expected = gradients_->reference_sums();
    std::vector<std::uint16_t> found(gradients_->elements());
    for (auto* each : boards_) {
        each->compute.read_memory(job_of(*each).gradients,
                                  std::as_writable_bytes(std::span(found)));
        if (const auto difference = gradients_->first_difference(expected, found)) {
            result.mismatch = fmt::format("board {}: {}", each->basename(), *difference);
            return result;
        }
    }
    result.correct = true;
    return result;
}

report::energy_report pair::energy_report_of() const {
    report::energy_report result;
    result.boundary = "one end of the link at the board's supply, from LINK UP to the end";
    const double elapsed = sc_core::sc_time_stamp().to_seconds() - power_begin_.at_s;
    if (!came_up_ || elapsed <= 0.0) {
        return result;
    }
    std::size_t index = 0;
    for (const auto* each : boards_) {
        for (const auto& part : each->energy()) {
            const double watts = (part.joules - power_begin_.energy[index++].joules) / elapsed /
                                 double(boards_.size());
            const auto same =
                std::find_if(result.parts.begin(), result.parts.end(),
                             [&](const report::part& known) { return known.name == part.block; });
            if (same == result.parts.end()) {
                result.parts.push_back({part.block, watts});
            } else {
                same->value += watts;
            }
            result.watts_per_end += watts;
        }
    }
    result.pj_per_bit = result.watts_per_end / values_.line_payload_bps() * 1e12;
    return result;
}

std::string pair::verdict(run_end end, const report::run_report& report) const {
    if (end == run_end::interrupted) {
        return "interrupted";
    }
    std::string reason;
    for (const auto* each : boards_) {
        std::string text;
        if (!each->failure().empty()) {
            text = each->failure();
        } else if (!each->outcome()) {
            text = fmt::format("did not end within {} (simulation.maximum_time_s)",
                               config::format_quantity(values_.simulation.maximum_time_s, "s"));
        } else if (const auto job = job_of(*each); job.status > luxlane_status_passed) {
            text = status_text(job);
            if (job.status == luxlane_status_ring_failed) {
                text += service_text(each->phy.retry_transmitter());
            }
        } else if (each->outcome()->verdict == soc::test_verdict::fail) {
            text = fmt::format("the firmware exits with {}", each->outcome()->code);
        } else if (each->outcome()->verdict == soc::test_verdict::reset) {
            text = "the firmware asks for a reset";
        } else if (gradients_ != nullptr && job.status != luxlane_status_passed) {
            text = "the firmware ended without doing the job (collective.enabled)";
        }
        if (!text.empty()) {
            reason +=
                fmt::format("{}board {}: {}", reason.empty() ? "" : "; ", each->basename(), text);
        }
    }
    if (reason.empty() && gradients_ != nullptr && !report.collective.correct) {
        reason = "wrong sums: " + report.collective.mismatch;
    }
    return reason.empty() ? "pass" : reason;
}

report::run_report pair::report(run_end end) {
    report::run_report result;
    result.seed = values_.simulation.seed;
    result.fidelity = values_.simulation.fidelity;
    result.link.push_back(link_report_of(a, b, 0));
    result.link.push_back(link_report_of(b, a, 1));
    for (std::size_t i = 0; i < result.link.size(); ++i) {
        result.link[i].latency_s.round_trip =
            result.link[i].latency_s.one_way + result.link[1 - i].latency_s.one_way;
    }
    for (auto* each : boards_) {
        if (!each->host) {
            continue;
        }
        report::host_report host{each->basename(), {}};
        for (unsigned lane = 0; lane < each->host->lanes(); ++lane) {
            host.lane_ber.push_back(each->host->lane_law(lane).ber);
        }
        result.host.push_back(std::move(host));
    }
    result.collective = check_sums();
    if (result.collective.time_s > 0.0) {
        // Alpha-beta: each board sends and receives every byte once (half of each tensor to be
        // summed, half as sums), and the two steps of the last tensor each wait for the line once.
        const double rate = values_.line_payload_bps();
        result.collective.ideal_s =
            2.0 * result.link[0].latency_s.one_way + 8.0 * double(result.collective.bytes) / rate;
        for (auto& link : result.link) {
            link.payload_bps = 8.0 * double(result.collective.bytes) / result.collective.time_s;
        }
    }
    for (std::size_t i = next_event_; i < events_.size(); ++i) {
        result.unreached_events.push_back(
            fmt::format("{}, {} after LINK UP", events_[i].text,
                        config::format_quantity(events_[i].after_link_up_s, "s")));
    }
    result.energy = energy_report_of();
    for (const auto* each : boards_) {
        result.instructions += each->hart.hart().state.minstret;
    }
    result.simulated_s = sc_core::sc_time_stamp().to_seconds();
    result.verdict = verdict(end, result);
    return result;
}

}  // namespace luxlane
