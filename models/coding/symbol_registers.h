#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

/// Sixteen 10-bit symbols in one register (GCC and Clang vector types: no instruction set named),
/// and the ways in which this room reorders them.
namespace luxlane::coding {

using symbol_register = std::uint16_t __attribute__((vector_size(32)));

inline constexpr std::size_t register_symbols = 16;

/// An order of a register's elements, or of two registers' together, the second's counted behind
/// the first's.
template <int... places>
struct order {};

/// The same order, `by` elements further on.
template <int by, int... places>
constexpr order<places + by...> moved(order<places...>) {
    return {};
}

template <class vector, int... places>
inline vector shuffle(vector first, vector second, order<places...>) {
    return __builtin_shufflevector(first, second, places...);
}

template <class vector, int... places>
inline vector shuffle(vector all, order<places...> as) {
    return shuffle(all, all, as);
}

inline symbol_register load_symbols(const std::uint16_t* from) {
    symbol_register v;
    std::memcpy(&v, from, sizeof v);
    return v;
}

inline void store_symbols(symbol_register v, std::uint16_t* to) { std::memcpy(to, &v, sizeof v); }

/// Symbols 0, 2, 4, ... of 32 in two registers.
inline symbol_register even_symbols(symbol_register low, symbol_register high) {
    return shuffle(low, high, order<0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30>());
}

/// Symbols 1, 3, 5, ... of 32 in two registers.
inline symbol_register odd_symbols(symbol_register low, symbol_register high) {
    return shuffle(low, high, order<1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31>());
}

/// Two registers' symbols in turns: the inverse of even_symbols and odd_symbols.
inline std::array<symbol_register, 2> alternate(symbol_register first, symbol_register second) {
    constexpr order<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23> low;
    return {shuffle(first, second, low), shuffle(first, second, moved<8>(low))};
}

}  // namespace luxlane::coding
