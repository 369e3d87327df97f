#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/validation/published.h"

namespace luxlane::validation {

/// What the models say to one row, and how that was asked of them.
struct prediction {
    value_range model;  ///< in the row's unit; equal where the model gives one number
    std::string text;   ///< instead, where the row is text
    std::string basis;  ///< which model, with what
};

/// Asks the models for the row's quantity under the row's condition; nothing if no model covers it.
/// The row's published value is not looked at, but for ranges whose ends belong to named
/// conditions.
std::optional<prediction> predict(const published_row& row);

/// One published figure beside the model's.
struct validated_row {
    published_row published;
    std::optional<prediction> model;

    /// How far the model is from the figure: 0.1 for ten per cent above, 0 inside a range or bound.
    /// Nothing for text and for rows without model.
    std::optional<double> distance() const;
    /// "pass", or how far off: "14 % above"; peers: "x 0.21"; "no model".
    std::string verdict() const;
    bool passes() const;
};

/// Every row, in order.
std::vector<validated_row> validate(std::span<const published_row> rows);

}  // namespace luxlane::validation
