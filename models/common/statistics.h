#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace luxlane {

/// One observable figure of a block: its name below the block, its unit ("1" for counts), its
/// value.
struct statistic {
    std::string name;
    std::string unit;
    std::function<double()> value;
};

/// The figures of one block, read whenever somebody asks; nothing is stored twice.
class statistics {
public:
    void add(std::string name, std::string unit, std::function<double()> value) {
        entries_.push_back({std::move(name), std::move(unit), std::move(value)});
    }
    const std::vector<statistic>& entries() const { return entries_; }

private:
    std::vector<statistic> entries_;
};

}  // namespace luxlane
