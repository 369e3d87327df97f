#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "models/coding/flit.h"

namespace luxlane::coding {

/// Flits `begin` <= i < `end` of one immutable chunk, in order of sending. Copying a run shares the
/// chunk: flits move between blocks, and wait for their acknowledgement, without their payload
/// being copied. `chunk` may be null only if the run is empty.
struct flit_run {
    std::shared_ptr<const std::vector<flit>> chunk;
    std::size_t begin = 0;
    std::size_t end = 0;

    std::size_t size() const { return end - begin; }
    bool empty() const { return begin == end; }
    std::span<const flit> flits() const {
        return empty() ? std::span<const flit>() : std::span(*chunk).subspan(begin, size());
    }
    /// Flits `first` <= i < `last`, counted from this run's first. Caller keeps them inside.
    flit_run part(std::size_t first, std::size_t last) const {
        return {chunk, begin + first, begin + last};
    }
};

}  // namespace luxlane::coding
