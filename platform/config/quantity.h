#pragma once

#include <string>
#include <string_view>

namespace luxlane::config {

/// Reads a number with an optional unit, e.g. "10 m", "2.125Gb/s", "100us", into SI units of
/// `unit`. A bare number is taken in `unit`. SI prefixes f..T are understood before m, s, bit/s
/// (also b/s, bps), B, B/s, Hz, A, W, F, ohm, S, J and rad (also deg); dB, K and compound units are
/// written as they are. std::invalid_argument says what was found and what would be right.
double parse_quantity(std::string_view text, std::string_view unit);

/// `value`, or the end of the range that it misses by rounding alone: 60 nm is not quite 60e-9.
double snapped(double value, double minimum, double maximum);

/// The value with an SI prefix and its unit, four significant digits: 1.7e-6, "s" -> "1.7 us".
std::string format_quantity(double value, std::string_view unit);

}  // namespace luxlane::config
