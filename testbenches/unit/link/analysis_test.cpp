#include "platform/link/analysis.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "models/photonics/constants.h"
#include "models/photonics/fibre.h"

using namespace luxlane;

namespace {

link::question question_of(const char* preset, const std::string& parameter = {},
                           const std::string& value = {}) {
    link::question asked{.lane = link::described_lane(link::find_preset(preset))};
    if (!parameter.empty())
        asked.lane.set(parameter, value, "test");
    return asked;
}

link::link_answer answer_of(const link::question& asked) { return link::analyse(asked).answer; }

}  // namespace

TEST_CASE("Losses along the budget take the emitter's power to the photodiode") {
    const auto asked = question_of("mosaic", "length_m", "30");
    const auto answer = answer_of(asked);
    const double emitted_w = answer.budget.front().power_w;
    double loss_db = 0.0, lost_w = 0.0;
    for (const auto& stage : answer.budget) {
        loss_db += stage.loss_db;
        lost_w += stage.lost_w;
        CHECK(stage.power_w == Approx(emitted_w * std::pow(10.0, -loss_db / 10.0)));
    }
    CHECK(answer.budget.back().power_w == Approx(answer.received_w));
    CHECK(emitted_w - lost_w == Approx(answer.received_w));
}

TEST_CASE("The margin is the loss that leads to the target BER") {
    for (const double target : {2e-4, 1e-9}) {
        auto asked = question_of("mosaic", "length_m", "10");
        asked.target_ber = target;
        const double margin_db = answer_of(asked).margin_db.value();
        asked.lane.set("excess_loss_db", std::to_string(margin_db), "test");
        const auto at_target = answer_of(asked);
        CHECK(std::log10(at_target.statistical.ber.value()) ==
              Approx(std::log10(target)).margin(0.01));
        CHECK(at_target.margin_db.value() == Approx(0.0).margin(0.002));
    }
}

TEST_CASE("A response scaled by a loss is the response of the lane that loses it") {
    auto lane = link::find_preset("mosaic").lane;
    const link::lane_law law(lane, 4);
    for (const double loss_db : {-5.0, 3.0, 17.0}) {
        lane.excess_loss_db = loss_db;
        const auto extracted = photonics::extract(lane);
        const auto scaled = law.response_at(loss_db);
        CHECK(scaled.one_a == Approx(extracted.one_a).epsilon(1e-9));
        CHECK(scaled.zero_a == Approx(extracted.zero_a).epsilon(1e-9));
        CHECK(scaled.noise_one_a == Approx(extracted.noise_one_a).epsilon(1e-6));
        CHECK(scaled.noise_zero_a == Approx(extracted.noise_zero_a).epsilon(1e-6));
    }
}

TEST_CASE("Longer fibres and smaller currents leave less margin") {
    double before = INFINITY;
    for (const char* length : {"1", "10", "20", "30", "40"}) {
        const double margin_db =
            answer_of(question_of("mosaic", "length_m", length)).margin_db.value();
        CHECK(margin_db < before);
        before = margin_db;
    }
    before = -INFINITY;
    for (const char* current : {"100uA", "300uA", "742uA", "1.5mA"}) {
        const double margin_db =
            answer_of(question_of("mosaic", "on_current_a", current)).margin_db.value();
        CHECK(margin_db > before);
        before = margin_db;
    }
}

TEST_CASE("No light helps an eye that interference closes") {
    auto asked = question_of("mosaic", "length_m", "100");
    asked.lane.set("linewidth_m", "40e-9", "test");
    const auto answer = answer_of(asked);
    CHECK_FALSE(answer.margin_db.has_value());
    CHECK_FALSE(answer.sensitivity_w.has_value());
    for (const auto& one : answer.penalties)
        CHECK_FALSE(one.loss_db.has_value());
    CHECK(answer.statistical.ber.value() > 0.01);
}

TEST_CASE("Removing an impairment spares light, and none costs what is not there") {
    auto asked = question_of("mosaic");
    const auto penalty = [](const link::link_answer& answer, std::string_view name) {
        for (const auto& one : answer.penalties)
            if (one.name.find(name) != std::string_view::npos)
                return one.loss_db.value();
        throw std::runtime_error("no such penalty");
    };
    const auto answer = answer_of(asked);
    CHECK(penalty(answer, "interference") > 0.5);
    CHECK(penalty(answer, "chromatic") > 0.2);
    CHECK(penalty(answer, "extinction") > 0.5);
    asked.neighbours = 0;
    asked.lane.set("random_jitter_s", "0", "test");
    asked.lane.set("modal_sigma_s_per_m", "0", "test");
    const auto clean = answer_of(asked);
    CHECK(penalty(clean, "crosstalk") == Approx(0.0).margin(0.002));
    CHECK(penalty(clean, "jitter") == Approx(0.0).margin(0.01));
    CHECK(penalty(clean, "modal") == Approx(0.0).margin(0.002));
}

TEST_CASE("Bandwidths follow their definitions") {
    const auto lane = link::find_preset("mosaic").lane;
    const auto stages = link::bandwidths_of(lane);
    const auto stage = [&](std::string_view name) {
        for (const auto& one : stages)
            if (one.name.starts_with(name))
                return one;
        throw std::runtime_error("no such stage");
    };
    // One pole: sqrt 3 between the optical and the electrical point (E-6: 1.724).
    const auto emitter = stage("emitter");
    CHECK(*emitter.optical_hz / *emitter.electrical_hz == Approx(std::sqrt(3.0)));
    CHECK(*stage("photodiode").electrical_hz == Approx(6e9));
    CHECK(*stage("amplifier").electrical_hz == Approx(1.5e9));
    // Gaussian: f_el = 0.1325 / sigma, f_opt = 0.1874 / sigma; D(430 nm) = -896 ps/(nm km).
    const double sigma_s = 896e-6 * 16e-9 / 2.3548 * 20.0;
    CHECK(*stage("chromatic").electrical_hz == Approx(0.1325 / sigma_s).epsilon(0.003));
    CHECK(*stage("chromatic").optical_hz == Approx(0.1874 / sigma_s).epsilon(0.003));
    const auto together = stage("all");
    for (const auto& one : stages)
        CHECK(*together.electrical_hz <= *one.electrical_hz);
    auto bare = lane;
    bare.length_m = 0.0;
    for (const auto& one : link::bandwidths_of(bare))
        CHECK(one.electrical_hz.has_value() ==
              (one.name.find("dispersion") == std::string_view::npos));
}

TEST_CASE("Noise adds up to the response's, with what is no noise of the receiver beside it") {
    const link::lane_law law(link::find_preset("default-800g").lane, 4);
    const auto origins = link::noise_of(law);
    double one = 0.0, zero = 0.0;
    for (std::size_t i = 0; i < 5; ++i) {  // amplifier, shot, dark, intensity
        one = std::hypot(one, origins[i].at_one_a);
        zero = std::hypot(zero, origins[i].at_zero_a);
    }
    CHECK(one == Approx(law.response().noise_one_a).epsilon(1e-6));
    CHECK(zero == Approx(law.response().noise_zero_a).epsilon(1e-6));
    CHECK(origins.back().at_one_a > one);
    // 5 pA/rtHz over 1.11 x 1.5 GHz, before the photodiode's pole and the sampler.
    CHECK(origins.front().at_one_a == Approx(5e-12 * std::sqrt(1.11 * 1.5e9)).epsilon(0.02));
}

TEST_CASE("Energy and latency are the sums of their parts") {
    auto asked = question_of("default-800g");
    const auto answer = answer_of(asked);
    double energy = 0.0, latency = 0.0;
    for (const auto& one : answer.energy_j_per_bit) {
        CHECK(one.value >= 0.0);
        CHECK_FALSE(one.source.empty());
        energy += one.value;
    }
    for (const auto& one : answer.latency_s)
        latency += one.value;
    CHECK(energy == Approx(answer.total_energy_j_per_bit()));
    CHECK(latency == Approx(answer.total_latency_s()));
    // M-12b, M-12d, M-12a: 0.4, 1.3 and 0.2 W at 800 Gb/s.
    CHECK(answer.energy_j_per_bit.at(3).value == Approx(0.4 / 800e9));
    CHECK(answer.energy_j_per_bit.at(4).value == Approx(1.3 / 800e9));
    CHECK(answer.energy_j_per_bit.at(5).value == Approx(0.2 / 800e9));
    CHECK(answer.latency_s.at(2).value == Approx(10.0 * 5.02e-9).epsilon(0.001));
    CHECK_FALSE(answer.fec);
    // Quoted for KP4 in a host of 800 Gb/s: about 100 ns.
    asked = question_of("default-800g");
    asked.payload = wide_link::payload_format{};
    double fec_s = 0.0;
    for (const auto& one : answer_of(asked).latency_s)
        if (one.name.starts_with("fec_") || one.name == "codeword_group")
            fec_s += one.value;
    CHECK(fec_s == Approx(100e-9).margin(10e-9));
}

TEST_CASE("A FEC takes the error ratios that 802.3 builds on it, and bridges lanes") {
    // At 20 m MOSAIC's lanes err at some 1e-8: KP4, whose limit is 2.4e-4, makes nothing of it.
    auto asked = question_of("mosaic", "length_m", "20");
    asked.payload = wide_link::payload_format{.fec = coding::fec_kind::kp4};
    const auto kp4 = answer_of(asked).fec.value();
    CHECK(kp4.limit_ber == Approx(2.43e-4).epsilon(0.005));
    CHECK(kp4.codeword_failure < 1e-60);
    CHECK(kp4.bridged_lanes == 2);  // 544 symbols on 100 lanes: 6 a lane of 15
    asked.payload->fec = coding::fec_kind::none;
    const auto none = answer_of(asked);
    const double ber = none.statistical.ber.value();
    CHECK(none.fec->codeword_failure == Approx(5140.0 * ber).epsilon(0.01));
    CHECK(none.fec->decoded_ber == Approx(ber));
    CHECK(none.fec->bridged_lanes == 0);
}

TEST_CASE("An open eye has its height and width at the target, a closed one neither") {
    auto asked = question_of("mosaic", "length_m", "1");
    const auto open = answer_of(asked).eye;
    CHECK(open.openings.size() == 1);
    CHECK(open.height_fraction > 0.3);
    CHECK(open.height_fraction < 1.0);
    CHECK(open.width_ui() > 0.4);
    CHECK(open.width_ui() < 1.0);
    asked.target_ber = 1e-9;
    const auto rarer = answer_of(asked).eye;
    CHECK(rarer.height_fraction < open.height_fraction);
    CHECK(rarer.width_ui() < open.width_ui());
    asked.target_ber = 2e-4;
    asked.lane.set("length_m", "60", "test");
    const auto closed = answer_of(asked).eye;
    CHECK(closed.height_fraction < 0.0);
    CHECK(closed.width_ui() == 0.0);
    auto pam4 = question_of("default-800g", "format", "pam4");
    CHECK(answer_of(pam4).eye.openings.size() == 3);
}
