#include "platform/fabric/pair.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "firmware/include/luxlane/job.h"
#include "models/common/log.h"
#include "models/common/normal.h"
#include "models/dsp/waveform_array.h"
#include "models/photonics/lane_response.h"
#include "platform/board/memory_map.h"
#include "platform/config/reader.h"

namespace luxlane {
namespace {

namespace map = board_map;

/// Simulated time between two looks at Ctrl-C and the time limit; no result depends on it.
const sc_core::sc_time SLICE(50, sc_core::SC_US);

constexpr std::uint64_t PAGE = 1 << 16;
constexpr double POWER_STEP_W = 10e-9;

const char* name_of(link_state state) {
    constexpr const char* NAMES[] = {"RESET", "TX_ON", "LANES", "DESKEW", "UP", "REPAIR", "DOWN"};
    return NAMES[static_cast<std::size_t>(state)];
}

std::uint64_t page_up(std::uint64_t bytes) { return (bytes + PAGE - 1) / PAGE * PAGE; }

std::uint32_t target_power_10nw(const config::configuration& values) {
    double power_w = values.link.target_power_w;
    if (power_w == 0.0) {
        auto lane = values.lane;
        lane.rate_bps = values.line_rate_bps();
        power_w = photonics::extract(lane).received_power_w;
    }
    return static_cast<std::uint32_t>(std::lround(power_w / POWER_STEP_W));
}

/// The loss that brings a lane from one bit error ratio to another, dB, where the amplifier makes
/// the noise: its Q is in proportion to the light.
double loss_to_ratio_db(double from, double to) {
    constexpr double least_ratio = 1e-300;
    constexpr double darkness_db = 60.0;
    const double now = -normal_quantile(std::clamp(from, least_ratio, 0.5));
    const double then = -normal_quantile(std::clamp(to, least_ratio, 0.5));
    if (!(then > 0.0)) {
        return darkness_db;
    }
    return std::clamp(10.0 * std::log10(std::max(now, then) / then), 0.0, darkness_db);
}

/// The physical lanes that a fault hits.
std::vector<unsigned> lanes_of(const config::fault& fault, const config::configuration& values) {
    if (!fault.lanes.empty()) {
        return fault.lanes;
    }
    std::vector<unsigned> all(values.physical_lanes());
    std::iota(all.begin(), all.end(), 0u);
    return all;
}

}  // namespace

pair::pair(const sc_core::sc_module_name& name, const config::configuration& values,
           const workload::gradient_set* gradients)
    : sc_core::sc_module(name),
      a("a", values, 0),
      b("b", values, 1),
      values_(values),
      gradients_(gradients),
      boards_{&a, &b} {
    check_waveforms();
    plan_events();
    connect();
    place_job(a, 0);
    place_job(b, 1);
    SC_HAS_PROCESS(pair);
    SC_METHOD(apply_events);
    sensitive << due_;
    dont_initialize();
    SC_METHOD(begin_power);
    sensitive << power_;
    dont_initialize();
}

// Found out before anything boots: a lane may remember more symbols than waveforms are made from.
void pair::check_waveforms() const {
    bool planned = values_.simulation.fidelity == name_of(fidelity::waveform);
    for (const auto& change : values_.fidelity_changes) {
        planned = planned || change.to == fidelity::waveform;
    }
    if (!planned) {
        return;
    }
    auto lane = values_.lane;
    lane.rate_bps = values_.line_rate_bps();
    const std::vector<dsp::crosstalk_source> alone;
    const stream_key noise;
    try {
        const dsp::waveform_array one(std::span(&lane, 1), std::span(&alone, 1),
                                      std::span(&noise, 1));
    } catch (const std::out_of_range& error) {
        throw config::configuration_error(std::string("waveform fidelity: ") + error.what());
    }
}

void pair::connect() {
    a.fibre.out.bind(b.photodiodes.in);
    b.fibre.out.bind(a.photodiodes.in);
    lookahead_ = std::min(a.phy.min_latency() + a.fibre.flight_time(),
                          b.phy.min_latency() + b.fibre.flight_time());
    for (unsigned i = 0; i < boards_.size(); ++i) {
        boards_[i]->hart.set_lookahead(lookahead_);
        boards_[i]->phy.on_link_change([this, i](link_state state, const sc_core::sc_time& at) {
            link_changed(i, state, at);
        });
        boards_[i]->phy.on_service_change([this, i](bool serving, const sc_core::sc_time& at) {
            boards_[i]->compute.link_up(serving, at);
        });
        boards_[i]->on_end = [this] { board_ended(); };
    }
}

void pair::place_job(board& target, unsigned index) {
    luxlane_job job{};
    job.magic = LUXLANE_JOB_MAGIC;
    job.version = LUXLANE_JOB_VERSION;
    job.board = index;
    job.boards = static_cast<std::uint32_t>(boards_.size());
    job.type = LUXLANE_JOB_BF16;
    job.hart_hz = static_cast<std::uint32_t>(values_.node.clock_hz);
    job.lanes = static_cast<std::uint32_t>(values_.physical_lanes());
    job.data_lanes = static_cast<std::uint32_t>(values_.link.data_lanes);
    job.flags = values_.has_host_lanes() ? LUXLANE_JOB_HOST_LANES : 0;
    job.target_power_10nw = target_power_10nw(values_);
    const auto in_steps = [](double value, double minimum, double maximum) {
        return static_cast<std::uint32_t>(std::clamp(std::round(value), minimum, maximum));
    };
    job.drive_on_ua = in_steps(values_.lane.on_current_a * 1e6, 1.0, 1023.0);
    job.drive_extinction_percent =
        in_steps(values_.lane.current_extinction_ratio * 100.0, 100.0, 1e9);
    job.drive_post_64 = in_steps(values_.lane.transmit_post_tap * 64.0, 0.0, 63.0);
    job.degrade_limit = static_cast<std::uint32_t>(values_.link.degrade_limit);
    // What the hart touches often stands in SRAM: to it, the HBM is far away.
    job.rings = map::RINGS;
    job.rings_bytes = map::RINGS_BYTES;
    job.scratch = map::HBM;
    job.scratch_bytes = map::HBM_BYTES;
    if (gradients_ != nullptr) {
        job.flags |= LUXLANE_JOB_RUN_COLLECTIVE;
        std::vector<luxlane_tensor> table;
        for (const auto& tensor : gradients_->tensors()) {
            table.push_back({tensor.offset * sizeof(std::uint16_t), tensor.elements});
        }
        // Back-propagation makes the last layer's gradients first.
        std::reverse(table.begin(), table.end());
        job.tensor_count = static_cast<std::uint32_t>(table.size());
        const auto rows = std::as_bytes(std::span(table));
        const auto values = gradients_->values(index);
        const std::uint64_t table_bytes = page_up(rows.size());
        const std::uint64_t gradient_bytes = page_up(values.size() * sizeof(std::uint16_t));
        const bool in_sram = rows.size() <= map::TENSOR_TABLE_BYTES;
        job.tensor_table = in_sram ? map::TENSOR_TABLE : map::HBM;
        job.gradients = map::HBM + (in_sram ? 0 : table_bytes);
        job.scratch = job.gradients + gradient_bytes;
        if (job.scratch + gradient_bytes > map::HBM + map::HBM_BYTES) {
            throw config::configuration_error(fmt::format(
                "collective.workload = \"{}\": {} MiB of gradients and as much scratch do not fit "
                "into {} MiB of memory",
                values_.collective.workload, gradient_bytes >> 20, map::HBM_BYTES >> 20));
        }
        job.scratch_bytes = map::HBM + map::HBM_BYTES - job.scratch;
        if (in_sram) {
            target.sram.write(map::TENSOR_TABLE - map::SRAM, rows);
        } else {
            target.compute.write_memory(map::HBM, rows);
        }
        target.compute.write_memory(job.gradients, std::as_bytes(std::span(values)));
    }
    target.sram.write(map::JOB - map::SRAM, std::as_bytes(std::span(&job, 1)));
}

void pair::load(const riscv::elf_image& program, const std::string& name) {
    for (auto* each : boards_) {
        each->load(program, name);
    }
}

void pair::link_changed(unsigned index, link_state state, const sc_core::sc_time& at) {
    up_[index] = state == link_state::up || state == link_state::repair;
    log_at(severity::info, boards_[index]->phy, std::string("link state ") + name_of(state),
           at - sc_core::sc_time_stamp());
    if (up_[index] && up_time_s_[index] == 0.0) {
        up_time_s_[index] = at.to_seconds();
    }
    if (came_up_) {
        return;
    }
    // Harts run ahead of each other: the one that is told last need not be the later one.
    link_up_ = std::max(link_up_, at);
    if (!link_is_up()) {
        return;
    }
    came_up_ = true;
    const auto wait = link_up_ - sc_core::sc_time_stamp();
    // No hart has run further than this: all energies are of one moment.
    power_.notify(wait + lookahead_);
    if (!events_.empty()) {
        due_.notify(wait + sc_core::sc_time(events_[0].after_link_up_s, sc_core::SC_SEC));
    }
}

void pair::begin_power() {
    power_begin_ = {sc_core::sc_time_stamp().to_seconds(), {}};
    for (const auto* each : boards_) {
        for (const auto& part : each->energy()) {
            power_begin_.energy.push_back(part);
        }
    }
}

void pair::apply(const config::fault& fault) {
    board& hit = *boards_[fault.board];
    board& receiver = *boards_[1 - fault.board];
    const auto lanes = lanes_of(fault, values_);
    const auto at = sc_core::sc_time_stamp();
    const sc_core::sc_time duration(fault.duration_s, sc_core::SC_SEC);
    switch (fault.kind) {
        case config::fault_kind::death:
            for (const auto lane : lanes) {
                hit.fibre.kill_lane(lane);
            }
            break;
        case config::fault_kind::burst:
            for (const auto lane : lanes) {
                const double loss_db =
                    fault.loss_db > 0.0
                        ? fault.loss_db
                        : loss_to_ratio_db(receiver.receiver.lane_ber(lane), fault.error_ratio);
                hit.fibre.burst(at, duration, std::span(&lane, 1), loss_db);
            }
            break;
        case config::fault_kind::skew_step:
            for (const auto lane : lanes) {
                hit.fibre.skew_step(at, lane, fault.skew_s);
            }
            break;
        case config::fault_kind::loss_of_signal:
            hit.fibre.loss_of_signal(at, duration);
            break;
        case config::fault_kind::pll_loss:
            for (unsigned pll = 0; pll < hit.host->plls(); ++pll) {
                hit.host->drop_pll(pll, at, duration);
            }
            break;
        case config::fault_kind::far_end_reset:
            hit.phy.reset();
            break;
    }
}

void pair::plan_events() {
    for (const auto& fault : values_.faults) {
        events_.push_back(
            {fault.after_link_up_s, config::describe(fault), [this, &fault] { apply(fault); }});
    }
    for (const auto& change : values_.fidelity_changes) {
        const auto turn = [this, kind = change.to] {
            for (auto* each : boards_) {
                each->phy.simulate_lanes_by(kind);
            }
        };
        events_.push_back({change.after_link_up_s,
                           fmt::format("switch to {} fidelity", name_of(change.to)), turn});
    }
    std::stable_sort(events_.begin(), events_.end(), [](const auto& x, const auto& y) {
        return x.after_link_up_s < y.after_link_up_s;
    });
}

void pair::apply_events() {
    const auto since_up = (sc_core::sc_time_stamp() - link_up_).to_seconds();
    for (; next_event_ < events_.size(); ++next_event_) {
        const auto& next = events_[next_event_];
        const auto wait = sc_core::sc_time(next.after_link_up_s - since_up, sc_core::SC_SEC);
        if (next.after_link_up_s > since_up && wait > sc_core::SC_ZERO_TIME) {
            due_.notify(wait);
            return;
        }
        log_at(severity::info, *this, next.text + ", as the configuration asks",
               sc_core::SC_ZERO_TIME);
        next.act();
    }
}

bool pair::all_ended() const {
    return std::all_of(boards_.begin(), boards_.end(), [](const board* each) {
        return each->outcome().has_value() || !each->failure().empty();
    });
}

void pair::board_ended() {
    if (all_ended()) {
        sc_core::sc_pause();
    }
}

run_end pair::run(const std::atomic<bool>& stop) {
    for (auto* each : boards_) {
        for (auto* target : each->devices()) {
            target->reset();
        }
    }
    const sc_core::sc_time limit(values_.simulation.maximum_time_s, sc_core::SC_SEC);
    while (sc_core::sc_time_stamp() < limit) {
        if (stop) {
            return run_end::interrupted;
        }
        sc_core::sc_start(std::min(SLICE, limit - sc_core::sc_time_stamp()));
        if (all_ended()) {
            return run_end::both_ended;
        }
    }
    return run_end::out_of_time;
}

}  // namespace luxlane
