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
        std::array<unsigned, 4> side{};  ///< where that lane is: 0 above, 1 left, 2 right, 3 below
        std::size_t count = 0;

        constexpr void add(unsigned which, unsigned at) {
            lane[count] = which;
            side[count++] = at;
        }

        const unsigned* begin() const { return lane.data(); }
        const unsigned* end() const { return lane.data() + count; }
    };

    /// The side on which `lane` lies for the neighbour on its side `side`.
    static constexpr unsigned opposite(unsigned side) { return 3 - side; }

    /// The up to four lanes one pitch away, whose light reaches `lane`.
    constexpr neighbour_list neighbours(unsigned lane) const {
        neighbour_list found;
        const unsigned column = lane % columns;
        if (lane >= columns) {
            found.add(lane - columns, 0);
        }
        if (column > 0) {
            found.add(lane - 1, 1);
        }
        if (column + 1 < columns && lane + 1 < lanes) {
            found.add(lane + 1, 2);
        }
        if (lane + columns < lanes) {
            found.add(lane + columns, 3);
        }
        return found;
    }
};

}  // namespace luxlane
