#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace luxlane::workload {

/// The user's mistake: the text names file and line and says what would be right.
struct workload_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// One tensor of a model; the tensors of a table lie one behind the other.
struct tensor {
    std::string name;
    std::string kind;  ///< what it is in the model: convolution, scale, bias ...
    std::vector<std::uint64_t> shape;
    std::uint64_t elements = 0;
    std::uint64_t offset = 0;  ///< elements before it
};

/// The table of a model's tensors: `resnet50`, which is built in, or the path of a CSV file with
/// the columns name, kind, shape (as 64x3x7x7) and elements, one tensor a line; lines that begin
/// with # are comments. Throws workload_error.
std::vector<tensor> read_tensor_table(const std::string& name_or_file);

/// The same from text; `name` stands for the file in messages.
std::vector<tensor> parse_tensor_table(const std::string& text, const std::string& name);

}  // namespace luxlane::workload
