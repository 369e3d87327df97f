#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "models/transport/flit_burst.h"

namespace luxlane::test {

/// Flits without end, each with its number in its payload, so that whoever takes them can tell what
/// is missing, doubled, out of order or changed.
class numbered_source {
public:
    explicit numbered_source(std::uint64_t seed) : seed_(seed) {}

    /// The flit with this number: the first 8 bytes are the number, the others follow from it.
    static coding::flit flit_of(std::uint64_t seed, std::uint64_t number) {
        coding::flit flit;
        flit.type = coding::flit_type::data;
        flit.sequence = static_cast<std::uint16_t>(number);
        flit.length = static_cast<std::uint8_t>(flit.payload.size());
        std::uint64_t word = seed * 0x9E3779B97F4A7C15u + number;
        std::memcpy(flit.payload.data(), &number, sizeof number);
        for (std::size_t at = sizeof number; at < flit.payload.size(); at += sizeof word) {
            word = word * 6364136223846793005u + 1442695040888963407u;
            std::memcpy(flit.payload.data() + at, &word, sizeof word);
        }
        return flit;
    }

    /// The next `count` flits; those that nobody took come again.
    flit_burst next(std::size_t count) const {
        auto flits = std::make_shared<std::vector<coding::flit>>();
        for (std::size_t i = 0; i < count; ++i) {
            flits->push_back(flit_of(seed_, taken_ + i));
        }
        flit_burst burst;
        burst.runs.push_back({std::move(flits), 0, count});
        return burst;
    }
    void take(std::size_t count) { taken_ += count; }
    std::uint64_t taken() const { return taken_; }

private:
    std::uint64_t seed_;
    std::uint64_t taken_ = 0;
};

/// Checks what arrives of a numbered source: each flit once, in order and unchanged, or reported as
/// lost before the next one that comes.
class numbered_sink {
public:
    explicit numbered_sink(std::uint64_t seed) : seed_(seed) {}

    void take(const flit_burst& burst) {
        for (std::size_t i = 0; i < burst.runs.size(); ++i) {
            report_loss(burst.lost_before.empty() ? 0 : burst.lost_before[i]);
            for (const auto& flit : burst.runs[i].flits()) {
                if (flit.type == coding::flit_type::data) {
                    take(flit);
                }
            }
        }
        report_loss(burst.lost_after);
    }

    std::uint64_t received() const { return received_; }
    std::uint64_t accounted() const { return received_ + reported_; }
    std::uint64_t reported() const { return reported_; }        ///< flits said to be lost
    std::uint64_t silent() const { return silent_; }            ///< missing, and nobody said so
    std::uint64_t understated() const { return understated_; }  ///< missing beyond what was said
    std::uint64_t repeated() const { return repeated_; }        ///< doubled or out of order
    std::uint64_t changed() const { return changed_; }          ///< with wrong contents

private:
    void report_loss(std::uint64_t flits) {
        reported_ += flits;
        told_ += flits;
    }
    void take(const coding::flit& flit) {
        std::uint64_t number = 0;
        std::memcpy(&number, flit.payload.data(), sizeof number);
        const auto expected = numbered_source::flit_of(seed_, number);
        if (flit.payload != expected.payload || flit.length != expected.length) {
            ++changed_;
            return;
        }
        if (number < next_) {
            ++repeated_;
            return;
        }
        const std::uint64_t missing = number - next_;
        if (missing > 0 && told_ == 0) {
            silent_ += missing;
        }
        understated_ += missing > told_ ? missing - told_ : 0;
        told_ = 0;
        next_ = number + 1;
        ++received_;
    }

    std::uint64_t seed_;
    std::uint64_t next_ = 0, received_ = 0, reported_ = 0, silent_ = 0, repeated_ = 0, changed_ = 0;
    std::uint64_t understated_ = 0;
    std::uint64_t told_ = 0;  ///< reported since the last flit
};

}  // namespace luxlane::test
