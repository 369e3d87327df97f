#pragma once

#include <cstddef>
#include <vector>

#include "models/photonics/lane_parameters.h"
#include "models/photonics/spot.h"

namespace luxlane::photonics {

/// How the image of the bundle's far end lies on the photodiode array. x runs along a row to the
/// right, y upwards; rotation is about the array's centre, counter-clockwise, applied before the
/// shift.
struct array_alignment {
    double lateral_x_m = 0.0;
    double lateral_y_m = 0.0;
    double rotation_rad = 0.0;
    double axial_m = 0.0;              ///< distance from the plane of best focus, either side
    double magnification_error = 0.0;  ///< image scale - 1

    bool operator==(const array_alignment&) const = default;
};

/// Lanes on a grid, row by row from the top: lane l in row l / columns, column l % columns. The
/// last row may be incomplete.
struct array_geometry {
    std::size_t lanes = 460;
    std::size_t columns = 22;
    double pitch_m = 50e-6;
    double half_aperture_m = 20e-6;  ///< half the width of a square photodiode
    double spot_radius_m = 15e-6;    ///< 1/e^2, in focus
    /// Sine of the angle to the light's 1/e^2 edge: how fast a spot grows out of focus.
    double divergence_na = 0.2;  ///< assumption: the fibre's aperture, imaged 1:1
    /// More loss of the grid's outermost ring. MOSAIC (secondary): edge cores lose about 1 dB more
    /// and stay unused, so lanes are not laid on them: 0.
    double edge_loss_db = 0.0;
    array_alignment alignment = {};

    std::size_t rows() const { return (lanes + columns - 1) / columns; }
};

/// The geometry that the nominal lane's pitch, aperture and spot span.
array_geometry geometry_of(const lane_parameters& nominal, std::size_t lanes, std::size_t columns,
                           const array_alignment& alignment);

/// std::out_of_range naming the member, its value and its range when one lies outside (or is NaN).
void check(const array_geometry& array);

/// Where one lane's light goes; parts of what its spot brings to the grid, which sum to 1.
struct lane_landing {
    double offset_x_m, offset_y_m;  ///< of the spot from the centre of the lane's photodiode
    double radius_m;                ///< of the spot, 1/e^2
    double own;                     ///< on the lane's photodiode
    double neighbours;              ///< on the up to eight photodiodes around it
    double farther;                 ///< on the array's other photodiodes
    double gaps;                    ///< beside the photodiodes, within the array's outline
    double outside;                 ///< beyond the outline, half a pitch around the grid
    double loss_db;  ///< of `own`, and of the outermost ring; infinite where no light lands
};

/// The landing of each lane, [lane]. Throws as `check`. Exact products of error functions.
std::vector<lane_landing> landings(const array_geometry& array);

/// One entry of the crosstalk matrix: part of the row's light that falls on `lane`'s photodiode.
struct landed_part {
    std::size_t lane;
    double part;
};

/// Row l: where lane l's light falls, itself and its up to eight neighbours, by ascending lane.
/// Throws as `check`.
std::vector<std::vector<landed_part>> crosstalk_matrix(const array_geometry& array);

/// The array's lanes, [lane]: `nominal` with its spot's radius set, offsets and the outermost
/// ring's loss added. A spot beyond a lane's parameters, 1 mm off or wide, stays at their limit: no
/// photodiode sees it. Throws as `check`.
std::vector<lane_parameters> place(const array_geometry& array, const lane_parameters& nominal);

}  // namespace luxlane::photonics
