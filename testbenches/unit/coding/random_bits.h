#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

/// Random material for the tests of this folder, all from seeds that the tests name.
namespace luxlane::coding::testing {

using generator = std::mt19937_64;

/// `count` random 10-bit symbols.
inline std::vector<std::uint16_t> random_symbols(std::size_t count, generator& random) {
    std::vector<std::uint16_t> symbols(count);
    for (auto& symbol : symbols) {
        symbol = static_cast<std::uint16_t>(random() & 0x3FF);
    }
    return symbols;
}

/// `count` random words.
inline std::vector<std::uint64_t> random_words(std::size_t count, generator& random) {
    std::vector<std::uint64_t> words(count);
    for (auto& word : words) {
        word = random();
    }
    return words;
}

/// `count` different numbers below `limit`, in random order.
inline std::vector<std::size_t> random_subset(std::size_t count, std::size_t limit,
                                              generator& random) {
    std::vector<std::size_t> all(limit);
    std::iota(all.begin(), all.end(), std::size_t{0});
    std::shuffle(all.begin(), all.end(), random);
    all.resize(count);
    return all;
}

}  // namespace luxlane::coding::testing
