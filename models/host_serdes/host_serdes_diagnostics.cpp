#include <algorithm>
#include <cmath>

#include "models/common/binomial.h"
#include "models/host_serdes/host_serdes.h"
#include "registers/host_serdes.h"

namespace luxlane {

namespace regs = registers::host_serdes;

namespace {

constexpr std::uint64_t COUNTER_LIMIT = (std::uint64_t{1} << 48) - 1;
constexpr double VOLTAGE_STEPS = 127.0;
/// A generator's far loops end here at the latest: two receivers that feed each other never do.
constexpr std::size_t MOST_HOPS = 3;

void add(std::uint64_t& counter, std::uint64_t more) {
    counter = more > COUNTER_LIMIT - counter ? COUNTER_LIMIT : counter + more;
}

}  // namespace

void host_serdes::account() {
    for (unsigned lane = 0; lane < lanes(); ++lane) {
        const auto& gate_at = state_.receivers[lane].checker.gate_at;
        count_pattern(lane, gate_at ? std::min(*gate_at, now()) : now());
    }
}

void host_serdes::count_pattern(unsigned lane, const time& until) {
    auto& checker = state_.receivers[lane].checker;
    const std::uint64_t end = symbol_at(until);
    if (end <= checker.next_symbol) {
        return;
    }
    const std::uint64_t first = checker.next_symbol;
    checker.next_symbol = end;
    if (!checker.locked || checker.gate_done) {
        return;
    }
    add(checker.bits, (end - first) * config_.bits_per_symbol());
    for (const auto& hop : checker.path.hops) {
        if (!hop.lane) {
            continue;
        }
        drawn_.clear();
        errors(*hop.lane, stream_purpose::host_pattern_errors).draw(first, end - first, drawn_);
        for (const auto& error : drawn_) {
            add(checker.errors, error.bits == 0b11 ? 2 : 1);
        }
        add(checker.symbol_errors, drawn_.size());
    }
}

host::pattern_path host_serdes::path_to(unsigned lane) const {
    const auto& checker = state_.receivers[lane].checker;
    host::pattern_path path;
    path.checker = checker.expected;
    for (unsigned at = lane; path.hops.size() < MOST_HOPS;) {
        const auto& receiver = state_.receivers[at];
        if (!receiver.locked) {
            break;
        }
        const bool near = receiver.loop == loopback::near;
        const unsigned from = near ? partner(at) : at;
        const auto& transmitter = state_.transmitters[from];
        path.hops.insert(path.hops.begin(), {transmitter.code, receiver.code,
                                             near ? std::nullopt : std::optional<unsigned>(at)});
        if (state_.receivers[partner(from)].loop == loopback::far) {
            at = partner(from);
        } else if (transmitter.generating) {
            path.generator = transmitter.generator;
            path.source = from;
            return path;
        } else {
            break;
        }
    }
    path.hops.clear();
    return path;
}

void host_serdes::follow_pattern(unsigned lane) {
    auto& receiver = state_.receivers[lane];
    auto& checker = receiver.checker;
    const auto path = checker.on ? path_to(lane) : host::pattern_path{};
    if (path == checker.path) {
        return;
    }
    if (checker.locked) {
        checker.locked = false;
        ++receiver.check_losses;
    }
    checker.path = path;
    const std::uint64_t first = std::max(checker.next_symbol, symbol_at(now()));
    const auto needed = host::lock_symbols(
        path,
        [this](unsigned other) -> host::lane_errors& {
            return errors(other, stream_purpose::host_pattern_errors);
        },
        first);
    checker.locked = needed.has_value();
    checker.next_symbol = first + needed.value_or(0);
}

void host_serdes::inject(unsigned lane, std::uint32_t count) {
    for (auto& receiver : state_.receivers) {
        auto& checker = receiver.checker;
        if (checker.locked && !checker.gate_done && checker.path.source == lane) {
            add(checker.errors, count);
            add(checker.symbol_errors, count);
        }
    }
}

void host_serdes::open_gate(unsigned lane) {
    auto& checker = state_.receivers[lane].checker;
    checker.bits = checker.errors = checker.symbol_errors = 0;
    checker.gate_done = false;
    checker.gate_at.reset();
    if (checker.gate_us > 0) {
        checker.gate_at = now() + time(checker.gate_us, sc_core::SC_US);
    }
}

void host_serdes::close_gate(unsigned lane) {
    state_.receivers[lane].checker.gate_done = true;
    bank_.set(regs::irq_status::gate_done, true);
}

void host_serdes::start_eye(unsigned lane) {
    auto& eye = state_.receivers[lane].eye;
    eye.done = eye.failed = eye.interrupted = false;
    eye.errors = 0;
    eye.done_at =
        now() + time(std::ldexp(1.0 / config_.symbol_rate_bd(), static_cast<int>(eye.dwell)),
                     sc_core::SC_SEC);
}

void host_serdes::finish_eye(unsigned lane) {
    auto& eye = state_.receivers[lane].eye;
    bank_.set(regs::irq_status::eye_done, true);
    eye.failed = eye.interrupted;
    eye.done = !eye.failed;
    if (eye.failed) {
        return;
    }
    auto& sampler = models_[lane].sampler;
    if (!sampler) {
        sampler.emplace(models_[lane].equalised, law(lane), config_.receiver.jitter);
    }
    const double offset_v = config_.receiver.full_scale_v * eye.voltage / VOLTAGE_STEPS;
    // The number of the measurement's last symbol: no other of this lane's measurements ends there.
    eye.errors =
        binomial(stream(lane, stream_purpose::host_eye_count), symbol_at(sc_core::sc_time_stamp()),
                 std::uint64_t{1} << eye.dwell, sampler->wrong_ratio(eye.eye, eye.phase, offset_v));
}

}  // namespace luxlane
