#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/workload/tensor_table.h"

namespace luxlane::workload {

/// The gradients of one training step of a model on each board, as bfloat16, and what their sum
/// must be. Values are normal deviates from a counter-based stream: they depend on seed, board and
/// position alone. Every tensor has its own standard deviation: gradient norms of layers are taken
/// to be of the same order, 0.1 within a factor of about two (assumption), so a large tensor has
/// small elements.
class gradient_set {
public:
    /// `boards` 1..65536, else std::invalid_argument.
    gradient_set(std::vector<tensor> tensors, std::uint64_t seed, unsigned boards = 2);

    const std::vector<tensor>& tensors() const { return tensors_; }
    std::uint64_t elements() const;

    /// All gradients of one board, tensor behind tensor. std::out_of_range for a board that is not.
    std::vector<std::uint16_t> values(unsigned board) const;

    /// Standard deviation of a tensor's elements; the same on all boards.
    double deviation(std::size_t tensor) const;

    /// The sums over all boards, added in the order of their numbers (for two, the order makes no
    /// difference), each addition rounded to bfloat16 as the accelerator does.
    std::vector<std::uint16_t> reference_sums() const;

    /// Where `found` first differs from `expected`, with tensor, index and both values; nothing if
    /// they agree bit for bit. std::invalid_argument unless both have elements() elements.
    std::optional<std::string> first_difference(std::span<const std::uint16_t> expected,
                                                std::span<const std::uint16_t> found) const;

private:
    std::vector<tensor> tensors_;
    std::uint64_t seed_;
    unsigned boards_;
};

/// The gradients of `resnet50` or of a tensor table's CSV file. Throws workload_error.
gradient_set load(const std::string& name_or_file, std::uint64_t seed);

}  // namespace luxlane::workload
