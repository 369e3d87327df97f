#include "models/host_serdes/pattern_path.h"

#include <span>

#include "models/coding/pattern_checker.h"
#include "models/coding/pattern_generator.h"

namespace luxlane::host {

std::optional<std::uint64_t> lock_symbols(const pattern_path& path,
                                          const std::function<lane_errors&(unsigned)>& errors_of,
                                          std::uint64_t first) {
    if (path.hops.empty()) {
        return std::nullopt;
    }
    const unsigned bits = path.hops.front().sent.bits_per_symbol();
    std::vector<std::uint64_t> words(LOCK_SYMBOLS * bits / 64);
    coding::pattern_generator(path.generator).fill(words);
    std::vector<symbol_error> wrong;
    for (const auto& hop : path.hops) {
        encode(hop.sent, words);
        decode(hop.received, words);
        wrong.clear();
        if (hop.lane) {
            errors_of(*hop.lane).draw(first, LOCK_SYMBOLS, wrong);
        }
        for (const auto& error : wrong) {
            const std::uint64_t bit = (error.symbol - first) * bits;
            words[bit / 64] ^= std::uint64_t{error.bits} << bit % 64;
        }
    }
    coding::pattern_checker checker(path.checker);
    for (std::size_t word = 0; word < words.size(); ++word) {
        checker.check(std::span(words).subspan(word, 1));
        if (checker.locked()) {
            return (word + 1) * 64 / bits;
        }
    }
    return std::nullopt;
}

}  // namespace luxlane::host
