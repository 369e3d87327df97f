#include "platform/workload/gradients.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "models/common/normal.h"
#include "models/common/random.h"
#include "platform/workload/bf16.h"

namespace luxlane::workload {
namespace {

/// Purposes of the random streams, distinct from those of the models.
constexpr std::uint32_t value_purpose = 0x47524144;      // "GRAD"
constexpr std::uint32_t deviation_purpose = 0x47524E4D;  // "GRNM"

constexpr double gradient_norm = 0.1;
constexpr double norm_spread = 0.7;  // standard deviation of the norm's natural logarithm

}  // namespace

gradient_set::gradient_set(std::vector<tensor> tensors, std::uint64_t seed, unsigned boards)
    : tensors_(std::move(tensors)), seed_(seed), boards_(boards) {
    if (boards == 0 || boards > 65536) {
        throw std::invalid_argument("gradient_set: " + std::to_string(boards) + " boards");
    }
}

std::uint64_t gradient_set::elements() const {
    return tensors_.empty() ? 0 : tensors_.back().offset + tensors_.back().elements;
}

double gradient_set::deviation(std::size_t tensor) const {
    const double spread = gaussian({seed_, 0, deviation_purpose}, tensor);
    return gradient_norm * portable_exp(norm_spread * spread) /
           std::sqrt(static_cast<double>(tensors_.at(tensor).elements));
}

std::vector<std::uint16_t> gradient_set::values(unsigned board) const {
    if (board >= boards_) {
        throw std::out_of_range("gradient_set: no board " + std::to_string(board));
    }
    const stream_key key{seed_, board, value_purpose};
    std::vector<std::uint16_t> out(elements());
    std::array<float, 4096> deviates;
    for (std::size_t t = 0; t < tensors_.size(); ++t) {
        const auto factor = static_cast<float>(deviation(t));
        const std::uint64_t end = tensors_[t].offset + tensors_[t].elements;
        for (std::uint64_t at = tensors_[t].offset; at < end;) {
            // Blocks end at multiples of their size: the generator is fastest from there.
            const std::uint64_t count = std::min(end - at, deviates.size() - at % deviates.size());
            const auto block = std::span(deviates).first(count);
            fill_gaussian(block, key, at);
            scale_to_bf16(std::span(out).subspan(at, count), block, factor);
            at += count;
        }
    }
    return out;
}

std::vector<std::uint16_t> gradient_set::reference_sums() const {
    auto sums = values(0);
    for (unsigned board = 1; board < boards_; ++board) {
        add_reference(sums, values(board));
    }
    return sums;
}

std::optional<std::string> gradient_set::first_difference(
    std::span<const std::uint16_t> expected, std::span<const std::uint16_t> found) const {
    if (expected.size() != elements() || found.size() != elements()) {
        throw std::invalid_argument("gradient_set: comparison of other sizes");
    }
    const auto [at, other] = std::mismatch(expected.begin(), expected.end(), found.begin());
    if (at == expected.end()) {
        return std::nullopt;
    }
    const auto index = static_cast<std::uint64_t>(at - expected.begin());
    const auto behind =
        std::upper_bound(tensors_.begin(), tensors_.end(), index,
                         [](std::uint64_t i, const tensor& t) { return i < t.offset; });
    const tensor& where = *(behind - 1);
    return fmt::format("tensor {}, element {}: {:g} ({:#06x}) instead of {:g} ({:#06x})",
                       where.name, index - where.offset, from_bf16(*other), *other, from_bf16(*at),
                       *at);
}

gradient_set load(const std::string& name_or_file, std::uint64_t seed) {
    return {read_tensor_table(name_or_file), seed};
}

}  // namespace luxlane::workload
