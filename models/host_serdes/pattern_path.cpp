#include "models/host_serdes/pattern_path.h"

#include <span>
#include <utility>

namespace luxlane::host {

namespace {

/// Any phase far from the long run of zeros that would please a checker of any pattern.
constexpr std::uint32_t SEED = 0x5A5A6D2B;

/// Bits of a lane in the order they are sent.
class bit_row {
public:
    explicit bit_row(std::vector<std::uint64_t> words) : words_(std::move(words)) {}

    unsigned take(std::uint64_t symbol, unsigned bits) const {
        const std::uint64_t first = symbol * bits;
        return static_cast<unsigned>(words_[first / 64] >> first % 64) & ((1u << bits) - 1);
    }
    void put(std::uint64_t symbol, unsigned bits, unsigned value) {
        const std::uint64_t first = symbol * bits;
        const std::uint64_t mask = std::uint64_t{(1u << bits) - 1} << first % 64;
        words_[first / 64] =
            (words_[first / 64] & ~mask) | (std::uint64_t{value} << first % 64 & mask);
    }
    std::vector<std::uint64_t>& words() { return words_; }

private:
    std::vector<std::uint64_t> words_;
};

void invert(std::vector<std::uint64_t>& words) {
    for (auto& word : words) {
        word = ~word;
    }
}

}  // namespace

std::optional<std::uint64_t> lock_symbols(const pattern_path& path,
                                          const std::function<lane_errors&(unsigned)>& errors_of,
                                          std::uint64_t first) {
    if (path.hops.empty()) {
        return std::nullopt;
    }
    const unsigned bits = path.hops.front().sent.bits_per_symbol();
    bit_row row(std::vector<std::uint64_t>(LOCK_SYMBOLS * bits / 64));
    coding::prbs_generator(path.generator.kind, SEED).fill(row.words());
    if (path.generator.inverted) {
        invert(row.words());
    }
    std::vector<symbol_error> wrong;
    for (const auto& hop : path.hops) {
        line_encoder encoder(hop.sent);
        line_decoder decoder(hop.received);
        for (std::uint64_t k = 0; k < LOCK_SYMBOLS; ++k) {
            row.put(k, bits, decoder.bits(encoder.symbol(row.take(k, bits))));
        }
        wrong.clear();
        if (hop.lane) {
            errors_of(*hop.lane).draw(first, LOCK_SYMBOLS, wrong);
        }
        for (const auto& error : wrong) {
            const std::uint64_t k = error.symbol - first;
            row.put(k, bits, row.take(k, bits) ^ error.bits);
        }
    }
    if (path.checker.inverted) {
        invert(row.words());
    }
    coding::prbs_checker checker(path.checker.kind);
    for (std::size_t word = 0; word < row.words().size(); ++word) {
        checker.check(std::span(row.words()).subspan(word, 1));
        if (checker.locked()) {
            return (word + 1) * 64 / bits;
        }
    }
    return std::nullopt;
}

}  // namespace luxlane::host
