#include "models/photonics/led_bank.h"

// Targets without fused multiply-add would give other bits; x86-64-v3, the floor, is AVX2 without
// the AES instructions that Highway would otherwise ask of it.
#define HWY_DISABLE_PCLMUL_AES
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_EMU128 | HWY_SCALAR)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/photonics/led_bank.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef LUXLANE_LED_BANK_SHARED
#define LUXLANE_LED_BANK_SHARED
namespace luxlane::photonics {

/// Age of a sweep-out that has ended, symbols.
constexpr float LONG_AGO = 1e6f;

/// Start, extension or end of a lane's sweep-out at a symbol's first instant. That an edge crosses
/// the middle tells it from the return of an overshoot.
inline float next_age(float age, float before_a, float now_a, float edge_a, float middle_a) {
    if (before_a - now_a > edge_a && now_a < middle_a)
        return 0.0f;
    if ((now_a - before_a > edge_a && now_a > middle_a) || age >= LONG_AGO)
        return LONG_AGO;
    return age + 1.0f;
}

/// Ages all lanes; whether any sweeps during this symbol.
inline bool begin_symbol(const led_bank::coefficients& c, led_bank::state& s,
                         const float* current_a) {
    if (!c.sweeps)
        return false;
    const auto steps = static_cast<float>(c.sweeping.steps_per_sample * c.samples_per_symbol);
    bool any = false;
    for (std::size_t lane = 0; lane < led_bank::WIDTH; ++lane) {
        s.age[lane] =
            next_age(s.age[lane], s.current[lane], current_a[lane], c.edge[lane], c.middle[lane]);
        any |= s.age[lane] * steps < c.sweeping.window[lane];
        s.current[lane] = current_a[lane];
    }
    return any;
}

}  // namespace luxlane::photonics
#endif

HWY_BEFORE_NAMESPACE();
namespace luxlane::photonics::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using floats = hn::CappedTag<float, led_bank::WIDTH>;
using vector = hn::Vec<floats>;
constexpr std::size_t PART = hn::MaxLanes(floats());
constexpr std::size_t PARTS = led_bank::WIDTH / PART;

/// Classical Runge-Kutta over one symbol of 16 lanes, as two interleaved chains where a vector
/// holds eight. With m = n + stored, dm/dt = injection - R(m - stored): the driver's exponential
/// never stands in the right-hand side alone, so steps longer than its time constant are exact
/// in charge.
template <bool SWEEPING>
HWY_INLINE void solve_symbol(const led_bank::coefficients& c, const led_bank::step_coefficients& k,
                             led_bank::state& s, const float* HWY_RESTRICT current_a,
                             float* HWY_RESTRICT light_w) {
    const floats d;
    const auto half = hn::Set(d, 0.5f), two = hn::Set(d, 2.0f), sixth = hn::Set(d, 1.0f / 6.0f);
    const auto zero = hn::Zero(d), one = hn::Set(d, 1.0f);
    vector charge[PARTS], settled[PARTS], excess[PARTS], injection[PARTS], left[PARTS];
    const auto steps = static_cast<float>(k.steps_per_sample * c.samples_per_symbol);
#pragma GCC unroll 2
    for (std::size_t v = 0; v < PARTS; ++v) {
        const auto current = hn::LoadU(d, current_a + v * PART);
        charge[v] = hn::Load(d, &s.charge[v * PART]);
        settled[v] = hn::Mul(hn::Load(d, &c.stored[v * PART]), current);
        excess[v] = hn::Sub(hn::Load(d, &s.stored[v * PART]), settled[v]);
        injection[v] = hn::Mul(hn::Load(d, &k.injection[v * PART]), current);
        if constexpr (SWEEPING)
            left[v] = hn::NegMulAdd(hn::Load(d, &s.age[v * PART]), hn::Set(d, steps),
                                    hn::Load(d, &k.window[v * PART]));
    }
    for (unsigned sample = 0; sample < c.samples_per_symbol; ++sample) {
        for (unsigned step = 0; step < k.steps_per_sample; ++step) {
#pragma GCC unroll 2
            for (std::size_t v = 0; v < PARTS; ++v) {
                const auto cubic = hn::Load(d, &k.cubic[v * PART]);
                const auto quadratic = hn::Load(d, &k.quadratic[v * PART]);
                auto linear_start = hn::Load(d, &k.linear[v * PART]);
                auto linear_middle = linear_start, linear_end = linear_start;
                if constexpr (SWEEPING) {
                    // Rates at the three nodes whose zeroth, first and second moments under
                    // Simpson's rule are those of a sweep over the part `f` of the step.
                    const auto sweep = hn::Load(d, &k.sweep[v * PART]);
                    const auto f = hn::Min(hn::Max(left[v], zero), one);
                    const auto f2 = hn::Mul(f, f);
                    const auto start =
                        hn::Mul(f, hn::MulAdd(f, hn::MulAdd(f, hn::Set(d, 4.0f), hn::Set(d, -9.0f)),
                                              hn::Set(d, 6.0f)));
                    const auto middle = hn::Mul(f2, hn::NegMulAdd(two, f, hn::Set(d, 3.0f)));
                    const auto end =
                        hn::Mul(f2, hn::MulAdd(f, hn::Set(d, 4.0f), hn::Set(d, -3.0f)));
                    linear_end = hn::MulAdd(sweep, end, linear_start);
                    linear_middle = hn::MulAdd(sweep, middle, linear_start);
                    linear_start = hn::MulAdd(sweep, start, linear_start);
                    left[v] = hn::Sub(left[v], one);
                }
                const auto slope = [&](vector n, vector linear) HWY_ATTR {
                    const auto rate = hn::MulAdd(n, hn::MulAdd(n, cubic, quadratic), linear);
                    return hn::NegMulAdd(n, rate, injection[v]);
                };
                const auto stored = hn::Add(settled[v], excess[v]);
                const auto stored_middle =
                    hn::MulAdd(excess[v], hn::Load(d, &k.half_decay[v * PART]), settled[v]);
                excess[v] = hn::Mul(excess[v], hn::Load(d, &k.decay[v * PART]));
                const auto stored_end = hn::Add(settled[v], excess[v]);
                const auto middle = hn::Sub(charge[v], stored_middle);
                const auto k1 = slope(hn::Sub(charge[v], stored), linear_start);
                const auto k2 = slope(hn::MulAdd(half, k1, middle), linear_middle);
                const auto k3 = slope(hn::MulAdd(half, k2, middle), linear_middle);
                const auto k4 = slope(hn::Add(hn::Sub(charge[v], stored_end), k3), linear_end);
                const auto sum = hn::MulAdd(two, hn::Add(k2, k3), hn::Add(k1, k4));
                charge[v] = hn::MulAdd(sixth, sum, charge[v]);
            }
        }
#pragma GCC unroll 2
        for (std::size_t v = 0; v < PARTS; ++v) {
            const auto n = hn::Max(hn::Sub(charge[v], hn::Add(settled[v], excess[v])), zero);
            const auto slope = hn::MulAdd(n, hn::Load(d, &c.light[v * PART]),
                                          hn::Load(d, &c.light_doped[v * PART]));
            hn::StoreU(hn::Mul(n, slope), d, light_w + sample * led_bank::WIDTH + v * PART);
        }
    }
#pragma GCC unroll 2
    for (std::size_t v = 0; v < PARTS; ++v) {
        hn::Store(charge[v], d, &s.charge[v * PART]);
        hn::Store(hn::Add(settled[v], excess[v]), d, &s.stored[v * PART]);
    }
}

void solve(const led_bank::coefficients& c, led_bank::state& s, const float* current_a,
           std::size_t symbols, float* light_w) {
    for (std::size_t symbol = 0; symbol < symbols; ++symbol) {
        if (begin_symbol(c, s, current_a))
            solve_symbol<true>(c, c.sweeping, s, current_a, light_w);
        else
            solve_symbol<false>(c, c.plain, s, current_a, light_w);
        current_a += led_bank::WIDTH;
        light_w += led_bank::WIDTH * c.samples_per_symbol;
    }
}

}  // namespace luxlane::photonics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "models/photonics/constants.h"
#include "models/photonics/driver.h"

namespace luxlane::photonics {

HWY_EXPORT(solve);

namespace {

constexpr double LARGEST_STEP = 0.4;  // of the shortest lifetime: fourth order leaves below 1e-4
constexpr double EDGE_OF_SWING = 0.25;

/// What one lane contributes, in SI units.
struct lane_physics {
    led_device led;
    led_coefficients material;
    drive_levels drive;
    double peak_density_per_m3;
    double injection_per_m3_s_a;
    double pole_s;

    explicit lane_physics(const lane_parameters& lane)
        : led(emitter_of(lane)), material(led_material(led)), drive(drive_of(lane)) {
        const led_state at_peak = steady_state(led, drive.peak_a);
        const led_state at_average = steady_state(led, drive.average_a);
        peak_density_per_m3 = at_peak.carrier_density_per_m3;
        injection_per_m3_s_a = led.injection_efficiency /
                               (ELEMENTARY_CHARGE_C * led_area(led) * material.active_thickness_m);
        pole_s = driver_time_constant_s(led, at_average, lane.driver_resistance_ohm,
                                        lane.node_capacitance_f);
    }

    double shortest_lifetime_s(double sweep_per_s) const {
        return 1.0 / (1.0 / differential_lifetime(material, peak_density_per_m3) + sweep_per_s);
    }
};

unsigned steps_for(double sample_s, double lifetime_s) {
    return static_cast<unsigned>(std::max(1.0, std::ceil(sample_s / (LARGEST_STEP * lifetime_s))));
}

void set_step(led_bank::step_coefficients& k, std::size_t lane, const lane_physics& physics,
              const lane_parameters& parameters, double step_s) {
    const led_coefficients& m = physics.material;
    const double scale = physics.peak_density_per_m3;
    const auto put = [lane](led_bank::row& into, double value) {
        into[lane] = static_cast<float>(value);
    };
    put(k.injection, step_s * physics.injection_per_m3_s_a / scale);
    put(k.linear, step_s * (m.a_per_s + m.b_m3_per_s * m.background_per_m3));
    put(k.quadratic, step_s * scale * (m.b_m3_per_s + m.c_m6_per_s * m.background_per_m3));
    put(k.cubic, step_s * scale * scale * (m.c_m6_per_s + m.leakage_m6_per_s));
    put(k.sweep, step_s * parameters.sweep_out_rate_per_s);
    put(k.window,
        parameters.sweep_out_rate_per_s > 0.0 ? parameters.sweep_out_window_s / step_s : 0.0);
    put(k.half_decay, std::exp(-0.5 * step_s / physics.pole_s));
    put(k.decay, std::exp(-step_s / physics.pole_s));
}

float scalar_slope(const led_bank::step_coefficients& k, std::size_t lane, float n, float linear,
                   float injection) {
    const float rate = std::fma(n, std::fma(n, k.cubic[lane], k.quadratic[lane]), linear);
    return std::fma(-n, rate, injection);
}

}  // namespace

led_bank::led_bank(std::span<const lane_parameters> lanes, unsigned samples_per_symbol) {
    if (lanes.empty() || lanes.size() > WIDTH)
        throw std::invalid_argument("led_bank: " + std::to_string(lanes.size()) +
                                    " lanes, 1 .. 16 fit");
    if (samples_per_symbol < 16 || samples_per_symbol > 64)
        throw std::invalid_argument("led_bank: " + std::to_string(samples_per_symbol) +
                                    " samples a symbol lie outside 16 .. 64");
    const double sample_s = 1.0 / (lanes[0].symbol_rate_bd() * samples_per_symbol);
    std::vector<lane_physics> physics;
    coefficients& c = coefficients_;
    c.samples_per_symbol = samples_per_symbol;
    c.plain.steps_per_sample = c.sweeping.steps_per_sample = 1;
    for (const lane_parameters& lane : lanes) {
        check(lane);
        if (lane.symbol_rate_bd() != lanes[0].symbol_rate_bd())
            throw std::invalid_argument("led_bank: lanes of different symbol rates");
        const lane_physics& p = physics.emplace_back(lane);
        emitters_.push_back(p.led);
        density_scale_.push_back(p.peak_density_per_m3);
        if (p.peak_density_per_m3 == 0.0)
            continue;
        const auto widen = [&](unsigned& steps, double sweep_per_s) {
            steps = std::max(steps, steps_for(sample_s, p.shortest_lifetime_s(sweep_per_s)));
        };
        widen(c.plain.steps_per_sample, 0.0);
        widen(c.sweeping.steps_per_sample, lane.sweep_out_rate_per_s);
        c.sweeps |= lane.sweep_out_rate_per_s > 0.0 && lane.sweep_out_window_s > 0.0;
    }
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
        const lane_physics& p = physics[lane];
        const double scale = p.peak_density_per_m3;
        if (scale == 0.0)
            continue;
        set_step(c.plain, lane, p, lanes[lane], sample_s / c.plain.steps_per_sample);
        set_step(c.sweeping, lane, p, lanes[lane], sample_s / c.sweeping.steps_per_sample);
        c.stored[lane] = static_cast<float>(p.pole_s * p.injection_per_m3_s_a / scale);
        const double light_w = radiated_power_w(p.led, 1.0);
        c.light[lane] = static_cast<float>(light_w * p.material.b_m3_per_s * scale * scale);
        c.light_doped[lane] = static_cast<float>(light_w * p.material.b_m3_per_s * scale *
                                                 p.material.background_per_m3);
        c.edge[lane] = static_cast<float>(EDGE_OF_SWING * p.drive.swing_a);
        c.middle[lane] = static_cast<float>(lanes[lane].on_current_a * lanes[lane].drive_factor -
                                            0.5 * p.drive.swing_a);
    }
    state_.age.fill(LONG_AGO);
}

void led_bank::settle(std::span<const float> current_a) {
    if (current_a.size() != WIDTH)
        throw std::invalid_argument("led_bank::settle: 16 currents, one a lane");
    for (std::size_t lane = 0; lane < emitters_.size(); ++lane) {
        if (density_scale_[lane] == 0.0)
            continue;
        const led_state steady = steady_state(emitters_[lane], double{current_a[lane]});
        const auto n = static_cast<float>(steady.carrier_density_per_m3 / density_scale_[lane]);
        state_.stored[lane] = coefficients_.stored[lane] * current_a[lane];
        state_.charge[lane] = n + state_.stored[lane];
        state_.current[lane] = current_a[lane];
    }
    state_.age.fill(LONG_AGO);
}

void led_bank::check_shapes(std::span<const float> current_a,
                            std::span<const float> light_w) const {
    if (current_a.size() % WIDTH != 0 ||
        light_w.size() != current_a.size() * coefficients_.samples_per_symbol)
        throw std::invalid_argument(
            "led_bank::advance: [symbols][16] currents make "
            "[symbols x samples][16] of light");
}

void led_bank::advance(std::span<const float> current_a, std::span<float> light_w) {
    check_shapes(current_a, light_w);
    HWY_DYNAMIC_DISPATCH(solve)
    (coefficients_, state_, current_a.data(), current_a.size() / WIDTH, light_w.data());
}

void led_bank::advance_scalar(std::span<const float> current_a, std::span<float> light_w) {
    check_shapes(current_a, light_w);
    const coefficients& c = coefficients_;
    state& s = state_;
    for (std::size_t symbol = 0; symbol < current_a.size() / WIDTH; ++symbol) {
        const float* current = &current_a[symbol * WIDTH];
        const bool sweeping = begin_symbol(c, s, current);
        const step_coefficients& k = sweeping ? c.sweeping : c.plain;
        const auto steps = static_cast<float>(k.steps_per_sample * c.samples_per_symbol);
        for (std::size_t lane = 0; lane < WIDTH; ++lane) {
            float charge = s.charge[lane];
            const float settled = c.stored[lane] * current[lane];
            float excess = s.stored[lane] - settled;
            const float injection = k.injection[lane] * current[lane];
            float left = std::fma(-s.age[lane], steps, k.window[lane]);
            float* light = &light_w[symbol * c.samples_per_symbol * WIDTH + lane];
            for (unsigned sample = 0; sample < c.samples_per_symbol; ++sample) {
                for (unsigned step = 0; step < k.steps_per_sample; ++step) {
                    const float f = sweeping ? std::clamp(left, 0.0f, 1.0f) : 0.0f;
                    left -= 1.0f;
                    const float start = f * std::fma(f, std::fma(f, 4.0f, -9.0f), 6.0f);
                    const float middle = f * f * std::fma(-2.0f, f, 3.0f);
                    const float end = f * f * std::fma(f, 4.0f, -3.0f);
                    const float linear = k.linear[lane], sweep = k.sweep[lane];
                    const auto slope = [&](float n, float part) {
                        return scalar_slope(k, lane, n, std::fma(sweep, part, linear), injection);
                    };
                    const float stored = settled + excess;
                    const float half_way = charge - std::fma(excess, k.half_decay[lane], settled);
                    excess *= k.decay[lane];
                    const float k1 = slope(charge - stored, start);
                    const float k2 = slope(std::fma(0.5f, k1, half_way), middle);
                    const float k3 = slope(std::fma(0.5f, k2, half_way), middle);
                    const float k4 = slope((charge - (settled + excess)) + k3, end);
                    const float sum = std::fma(2.0f, k2 + k3, k1 + k4);
                    charge = std::fma(1.0f / 6.0f, sum, charge);
                }
                const float n = std::max(charge - (settled + excess), 0.0f);
                light[sample * WIDTH] = n * std::fma(n, c.light[lane], c.light_doped[lane]);
            }
            s.charge[lane] = charge;
            s.stored[lane] = settled + excess;
        }
    }
}

float led_bank::static_light_w(std::size_t lane, double current_a) const {
    if (lane >= emitters_.size() || density_scale_[lane] == 0.0)
        return 0.0f;
    return static_cast<float>(steady_state(emitters_[lane], current_a).optical_power_w);
}

}  // namespace luxlane::photonics

#endif
