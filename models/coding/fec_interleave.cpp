#include "models/coding/fec_interleave.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <string>

#include "models/coding/symbol_registers.h"

namespace luxlane::coding {
namespace {

template <std::size_t ways>
using registers = std::array<symbol_register, ways>;

registers<2> dealt(const registers<2>& in) {
    return {even_symbols(in[0], in[1]), odd_symbols(in[0], in[1])};
}

registers<4> dealt(const registers<4>& in) {
    const registers<2> rows02 =
        dealt(registers<2>{even_symbols(in[0], in[1]), even_symbols(in[2], in[3])});
    const registers<2> rows13 =
        dealt(registers<2>{odd_symbols(in[0], in[1]), odd_symbols(in[2], in[3])});
    return {rows02[0], rows13[0], rows02[1], rows13[1]};
}

registers<2> woven(const registers<2>& in) { return alternate(in[0], in[1]); }

registers<4> woven(const registers<4>& in) {
    const registers<2> rows02 = alternate(in[0], in[2]);
    const registers<2> rows13 = alternate(in[1], in[3]);
    const registers<2> low = alternate(rows02[0], rows13[0]);
    const registers<2> high = alternate(rows02[1], rows13[1]);
    return {low[0], low[1], high[0], high[1]};
}

template <std::size_t ways>
void deal(std::span<const std::uint16_t> stream, std::uint16_t* rows, std::size_t stride) {
    const std::size_t each = stream.size() / ways;
    std::size_t s = 0;
    for (; s + register_symbols <= each; s += register_symbols) {
        registers<ways> block;
        std::memcpy(block.data(), stream.data() + s * ways, sizeof block);
        const registers<ways> row = dealt(block);
        for (std::size_t w = 0; w < ways; ++w) {
            std::memcpy(rows + w * stride + s, &row[w], sizeof row[w]);
        }
    }
    for (; s < each; ++s) {
        for (std::size_t w = 0; w < ways; ++w) {
            rows[w * stride + s] = stream[s * ways + w];
        }
    }
}

template <std::size_t ways>
void weave(const std::uint16_t* rows, std::size_t stride, std::span<std::uint16_t> stream) {
    const std::size_t each = stream.size() / ways;
    std::size_t s = 0;
    for (; s + register_symbols <= each; s += register_symbols) {
        registers<ways> row;
        for (std::size_t w = 0; w < ways; ++w) {
            std::memcpy(&row[w], rows + w * stride + s, sizeof row[w]);
        }
        const registers<ways> block = woven(row);
        std::memcpy(stream.data() + s * ways, block.data(), sizeof block);
    }
    for (; s < each; ++s) {
        for (std::size_t w = 0; w < ways; ++w) {
            stream[s * ways + w] = rows[w * stride + s];
        }
    }
}

void require_shape(std::size_t stream, std::size_t ways, std::size_t rows, std::size_t stride) {
    const bool known = ways == 1 || ways == 2 || ways == 4;
    if (!known || stream % ways != 0 || (ways > 1 && stream / ways > stride) ||
        (ways - 1) * stride + stream / ways > rows) {
        throw std::invalid_argument("interleave: " + std::to_string(stream) + " symbols and " +
                                    std::to_string(ways) + " rows of " + std::to_string(stride));
    }
}

}  // namespace

void deal_symbols(std::span<const std::uint16_t> stream, std::size_t ways,
                  std::span<std::uint16_t> rows, std::size_t stride) {
    require_shape(stream.size(), ways, rows.size(), stride);
    if (ways == 4) {
        deal<4>(stream, rows.data(), stride);
    } else if (ways == 2) {
        deal<2>(stream, rows.data(), stride);
    } else {
        std::copy(stream.begin(), stream.end(), rows.begin());
    }
}

void weave_symbols(std::span<const std::uint16_t> rows, std::size_t stride, std::size_t ways,
                   std::span<std::uint16_t> stream) {
    require_shape(stream.size(), ways, rows.size(), stride);
    if (ways == 4) {
        weave<4>(rows.data(), stride, stream);
    } else if (ways == 2) {
        weave<2>(rows.data(), stride, stream);
    } else {
        std::copy_n(rows.begin(), stream.size(), stream.begin());
    }
}

}  // namespace luxlane::coding
