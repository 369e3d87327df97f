#pragma once

#include <array>
#include <cstddef>

namespace luxlane {

/// Lanes stand on a near-square grid in the image plane, row by row: lane l in column l % columns.
struct lane_grid {
    unsigned lanes = 0;
    unsigned columns = 1;

    /// The smallest square that holds `lanes`; its last rows may be incomplete or empty.
    static constexpr lane_grid of(unsigned lanes) {
        unsigned columns = 1;
        while (columns * columns < lanes) {
            ++columns;
        }
        return {lanes, columns};
    }

    struct neighbour_list {
        std::array<unsigned, 4> lane{};
        std::size_t count = 0;

        const unsigned* begin() const { return lane.data(); }
        const unsigned* end() const { return lane.data() + count; }
    };

    /// The up to four lanes one pitch away, whose light reaches `lane`.
    constexpr neighbour_list neighbours(unsigned lane) const {
        neighbour_list found;
        const unsigned column = lane % columns;
        if (lane >= columns) {
            found.lane[found.count++] = lane - columns;
        }
        if (column > 0) {
            found.lane[found.count++] = lane - 1;
        }
        if (column + 1 < columns && lane + 1 < lanes) {
            found.lane[found.count++] = lane + 1;
        }
        if (lane + columns < lanes) {
            found.lane[found.count++] = lane + columns;
        }
        return found;
    }
};

}  // namespace luxlane
