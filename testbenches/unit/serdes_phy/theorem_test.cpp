// Deferred blocks against the same blocks really coded: same slots, same errors, and then every
// flit, every counter and the parity of every lane must be the same.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "models/coding/control_ordered_set.h"
#include "models/serdes_phy/line_receiver.h"
#include "models/serdes_phy/line_transmitter.h"
#include "models/serdes_phy/payload_receiver.h"

using namespace luxlane;
using namespace luxlane::wide_link;
using coding::fec_kind;
using coding::gearbox_mode;

namespace {

/// One end-to-end line, deferred or not.
class line {
public:
    line(const line_geometry& geometry, bool deferred)
        : counters(geometry.physical_lanes),
          receiver(geometry, {}, {[](unsigned) { return true; }, [](unsigned) { return 0.0; }}),
          geometry_(geometry),
          deferred_(deferred),
          map_(geometry.data_lanes, geometry.physical_lanes),
          transmitter_(geometry),
          payload_(geometry) {
        for (std::uint32_t lane = 0; lane < geometry.physical_lanes; ++lane) {
            receiver.train(lane, 0);
        }
        while (!receiver.aligned(map_)) {
            transmitter_.build_superframe(block_kind::training, map_, superframe_++, 0, block_);
            receiver.watch(0);
            receiver.receive(view_of(block_), 0);
        }
        REQUIRE(receiver.deskew(map_, 1280, 40));
    }

    /// Sends a block and an overhead block behind it.
    void send(const std::vector<slot_run>& slots, const std::vector<std::uint64_t>& egress,
              const std::vector<std::uint64_t>& ingress, std::vector<bit_error> errors,
              const std::vector<std::uint32_t>& dead) {
        transmitter_.build_payload(map_, next_group(), slots, egress, deferred_, block_);
        auto view = view_of(block_);
        lane_frame frame;
        frame.lanes = geometry_.physical_lanes;
        frame.stride = block_.stride;
        frame.first_bit = block_.first_bit;
        frame.bits_per_lane = block_.bits_per_lane;
        frame.carried = block_.carried;
        frame.bits = block_.bits;
        frame.before = block_.before;
        frame.after = block_.after;
        frame.deferred = block_.deferred;
        if (deferred_) {
            frame.errors = errors;
        } else {
            for (const auto& error : errors) {
                frame.bits[std::size_t{error.lane} * frame.stride + error.bit / 64] ^=
                    std::uint64_t{1} << (error.bit % 64);
            }
        }
        if (!dead.empty()) {
            frame.materialise();
            for (const std::uint32_t lane : dead) {
                std::mt19937_64 random(lane + frame.first_bit);
                std::generate_n(frame.bits.begin() + std::ptrdiff_t(lane) * frame.stride,
                                frame.stride, std::ref(random));
            }
        }
        view.bits = frame.bits;
        view.before = frame.before;
        view.after = frame.after;
        view.errors = frame.errors;
        view.sent_parity = frame.sent_parity;
        if (!frame.deferred) {
            view.deferred.reset();
        }
        payload_.receive(view, receiver, map_, ingress, counters, received);
        superframe_ = block_.first_bit / coding::lane_frame::superframe_bits + 1;
        transmitter_.build_superframe(block_kind::overhead, map_, superframe_++, 0, block_);
        receiver.receive(view_of(block_), 0);
    }
    std::uint64_t next_group() const {
        return geometry_.first_group_from(superframe_ * coding::lane_frame::superframe_bits);
    }

    fec_counters counters;
    received_slots received;
    line_receiver receiver;

private:
    const line_geometry geometry_;
    const bool deferred_;
    const lane_map map_;
    line_transmitter transmitter_;
    payload_receiver payload_;
    line_block block_;
    std::uint64_t superframe_ = 0;
};

struct slot_image {
    slot_kind kind;
    coding::flit flit;
    std::uint32_t number;
    std::uint64_t ordered_set;
    bool operator==(const slot_image&) const = default;
};

std::vector<slot_image> unrolled(const received_slots& slots) {
    std::vector<slot_image> result;
    for (const auto& run : slots.runs()) {
        for (std::uint32_t i = 0; i < run.slots; ++i) {
            slot_image slot{run.kind, {}, 0, i == 0 ? run.ordered_set : 0};
            if (run.kind == slot_kind::flit) {
                slot.flit = run.flits.flits()[i];
                slot.number =
                    run.numbered ? (run.number + i) & coding::flit_number_mask : run.number;
            }
            result.push_back(slot);
        }
    }
    return result;
}

void check_equal(const fec_counters& a, const fec_counters& b) {
    CHECK(a.codewords == b.codewords);
    CHECK(a.corrected_codewords == b.corrected_codewords);
    CHECK(a.uncorrectable_codewords == b.uncorrectable_codewords);
    CHECK(a.corrected_symbols == b.corrected_symbols);
    CHECK(a.corrected_bits == b.corrected_bits);
    CHECK(a.flits == b.flits);
    CHECK(a.flits_lost == b.flits_lost);
    CHECK(a.marked_slots == b.marked_slots);
    CHECK(a.invalid_slots == b.invalid_slots);
    CHECK(a.crc_failures == b.crc_failures);
    CHECK(a.ordered_sets == b.ordered_sets);
    CHECK(a.histogram == b.histogram);
    CHECK(a.lane_symbols == b.lane_symbols);
    CHECK(a.lane_symbol_errors == b.lane_symbol_errors);
    CHECK(a.window_errors == b.window_errors);
}

/// Random traffic: runs of flits, numbered or not, idle slots and ordered sets.
std::vector<slot_run> random_slots(std::uint32_t slots, std::mt19937_64& random) {
    auto chunk = std::make_shared<std::vector<coding::flit>>(slots);
    for (auto& flit : *chunk) {
        flit.type = coding::flit_type::data;
        flit.sequence = static_cast<std::uint16_t>(random());
        flit.credits = static_cast<std::uint32_t>(random() & coding::flit_credit_mask);
        flit.length = coding::flit_payload_bytes;
        for (auto& byte : flit.payload) {
            byte = static_cast<std::uint8_t>(random());
        }
    }
    const std::uint64_t ordered_set =
        coding::encode_control({coding::control_message::ack, 0x12345});
    std::vector<slot_run> runs;
    for (std::uint32_t at = 0; at < slots;) {
        const auto count = std::min(1 + unsigned(random() % 40), slots - at);
        if (random() % 4 == 0) {
            runs.push_back({{}, 0, false, count, random() % 2 == 0 ? ordered_set : 0});
        } else {
            runs.push_back({{chunk, at, at + count},
                            static_cast<std::uint32_t>(random() & coding::flit_number_mask),
                            random() % 2 == 0});
        }
        at += count;
    }
    return runs;
}

/// Independent errors on all lanes and, now and then, a burst on a few neighbours.
std::vector<bit_error> random_errors(const line_geometry& geometry, std::uint32_t bits, double ber,
                                     std::mt19937_64& random) {
    std::vector<bit_error> errors;
    std::geometric_distribution<std::uint64_t> gap(ber > 0.0 ? ber : 0.5);
    const auto burst_lane = static_cast<std::uint32_t>(random() % geometry.data_lanes);
    const auto burst_bit = static_cast<std::uint32_t>(random() % bits);
    const bool burst = ber > 0.0 && random() % 3 == 0;
    for (std::uint32_t lane = 0; lane < geometry.data_lanes; ++lane) {
        if (ber > 0.0) {
            for (auto bit = gap(random); bit < bits; bit += 1 + gap(random)) {
                errors.push_back({lane, static_cast<std::uint32_t>(bit)});
            }
        }
        if (burst && lane >= burst_lane && lane < burst_lane + 3) {
            for (std::uint32_t bit = burst_bit; bit < std::min(bits, burst_bit + 12); ++bit) {
                const bit_error error{lane, bit};
                const auto place = std::find(errors.begin(), errors.end(), error);
                if (place == errors.end()) {
                    errors.push_back(error);
                } else {
                    errors.erase(place);
                }
            }
        }
    }
    std::sort(errors.begin(), errors.end(), [](const bit_error& a, const bit_error& b) {
        return a.lane != b.lane ? a.lane < b.lane : a.bit < b.bit;
    });
    return errors;
}

std::vector<std::uint64_t> host_errors(std::uint64_t first, std::uint64_t bits, double ber,
                                       std::mt19937_64& random) {
    std::vector<std::uint64_t> places;
    if (ber > 0.0) {
        std::geometric_distribution<std::uint64_t> gap(ber);
        for (auto bit = gap(random); bit < bits; bit += 1 + gap(random)) {
            places.push_back(first + bit);
        }
    }
    return places;
}

struct seen {
    std::uint64_t corrected = 0;
    std::uint64_t uncorrectable = 0;
    std::uint64_t flits = 0;
    std::uint64_t lost = 0;
};

seen compare(const line_geometry& geometry, double ber, double host_ber,
             const std::vector<std::uint32_t>& dead, unsigned rounds, std::uint64_t seed) {
    line fast(geometry, true);
    line slow(geometry, false);
    std::mt19937_64 random(seed);
    for (unsigned round = 0; round < rounds; ++round) {
        const std::uint32_t groups = 1 + unsigned(random() % geometry.longest_block_groups());
        const auto slots = random_slots(groups * geometry.format.slots(), random);
        const std::uint64_t first = fast.next_group();
        REQUIRE(slow.next_group() == first);
        const std::uint64_t bits = std::uint64_t{groups} * geometry.format.symbols() * 10;
        const std::uint64_t begin = first * geometry.format.symbols() * 10;
        const auto egress = host_errors(begin, bits, host_ber, random);
        const auto ingress = host_errors(begin, bits, host_ber, random);
        const block_shape shape(geometry, first, groups);
        const auto errors = random_errors(geometry, shape.bits(), ber, random);
        for (auto* each : {&fast, &slow}) {
            each->send(slots, egress, ingress, errors, dead);
        }
        REQUIRE(unrolled(fast.received) == unrolled(slow.received));
    }
    check_equal(fast.counters, slow.counters);
    for (std::uint32_t lane = 0; lane < geometry.physical_lanes; ++lane) {
        REQUIRE(fast.receiver.lane(lane).bit_errors() == slow.receiver.lane(lane).bit_errors());
    }
    return {slow.counters.corrected_codewords, slow.counters.uncorrectable_codewords,
            slow.counters.flits, slow.counters.flits_lost};
}

line_geometry geometry_of(std::uint32_t lanes, const payload_format& format) {
    return {lanes + 3, lanes, 850e9 / lanes, format};
}

}  // namespace

TEST_CASE("deferred payload is what the codec would make of it: formats and error ratios") {
    const auto fec = GENERATE(fec_kind::none, fec_kind::kr4, fec_kind::kp4, fec_kind::rs272);
    const auto interleave = GENERATE(1u, 2u, 4u);
    const auto gearbox = GENERATE(gearbox_mode::aligned, gearbox_mode::blind);
    INFO(name_of(fec) << " interleave " << interleave << ' ' << name_of(gearbox));
    const auto geometry = geometry_of(68, {fec, interleave, gearbox});
    std::uint64_t seed = 1;
    for (const double ber : {0.0, 1e-6, 1e-4, 1e-3, 3e-3, 1e-2}) {
        const auto met = compare(geometry, ber, ber / 10, {}, 3, seed++);
        CHECK(met.flits + met.lost > 0);
        if (ber >= 3e-3) {
            CHECK(met.lost > 0);
        }
        if (ber == 1e-3 && fec != fec_kind::none) {
            CHECK(met.corrected > 0);
        }
    }
}

TEST_CASE("deferred payload is what the codec would make of it: numbers of lanes") {
    const auto lanes = GENERATE(1u, 7u, 34u, 68u, 272u, 400u, 425u, 544u);
    INFO(lanes << " lanes");
    const auto met = compare(geometry_of(lanes, {}), 1.5e-3, 1e-5, {}, 4, lanes);
    CHECK(met.corrected > 0);
}

TEST_CASE("deferred payload of dead lanes is really received") {
    const auto geometry = geometry_of(272, {});
    const auto bridged = compare(geometry, 0.0, 0.0, {0, 9, 18, 27, 36, 45, 54}, 3, 5);
    CHECK(bridged.lost == 0);
    CHECK(bridged.corrected > 0);
    const auto beyond = compare(geometry, 0.0, 0.0, {0, 9, 18, 27, 36, 45, 54, 63}, 3, 6);
    CHECK(beyond.uncorrectable > 0);
    CHECK(beyond.lost > 0);
}

TEST_CASE("clean deferred payload arrives as the sender's own chunk") {
    const auto geometry = geometry_of(400, {});
    line fast(geometry, true);
    const auto chunk = std::make_shared<const std::vector<coding::flit>>(100);
    fast.send({{{chunk, 0, 100}, 5, true}}, {}, {}, {{3, 25}}, {});
    REQUIRE(fast.received.runs().size() == 1);
    CHECK(fast.received.runs()[0].flits.chunk == chunk);
    CHECK(fast.received.runs()[0].flits.size() == 100);
    CHECK(fast.received.runs()[0].number == 5);
    CHECK(fast.counters.corrected_symbols == 1);
}
