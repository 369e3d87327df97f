#include "platform/config/quantity.h"

#include <catch2/catch.hpp>
#include <stdexcept>

using luxlane::config::format_quantity;
using luxlane::config::parse_quantity;

TEST_CASE("quantities take SI prefixes before their unit") {
    CHECK(parse_quantity("10", "m") == 10.0);
    CHECK(parse_quantity(" 10 m ", "m") == 10.0);
    CHECK(parse_quantity("10mm", "m") == Approx(0.010));
    CHECK(parse_quantity("100us", "s") == Approx(1e-4));
    CHECK(parse_quantity("100 µs", "s") == Approx(1e-4));
    CHECK(parse_quantity("2.125 Gbit/s", "bit/s") == Approx(2.125e9));
    CHECK(parse_quantity("2.125Gb/s", "bit/s") == Approx(2.125e9));
    CHECK(parse_quantity("2Gbps", "bit/s") == Approx(2e9));
    CHECK(parse_quantity("-7 dB", "dB") == -7.0);
    CHECK(parse_quantity("3e-12", "s/m") == Approx(3e-12));
    CHECK(parse_quantity("42", "1") == 42.0);
}

TEST_CASE("a wrong unit or no number is refused with what would be right") {
    CHECK_THROWS_WITH(parse_quantity("10 s", "m"),
                      Catch::Contains("unit 's'") && Catch::Contains("a number in m"));
    CHECK_THROWS_WITH(parse_quantity("ten", "m"), Catch::Contains("'ten' is not a number in m"));
    CHECK_THROWS_WITH(parse_quantity("3 kdB", "dB"), Catch::Contains("unit 'kdB'"));
    CHECK_THROWS_WITH(parse_quantity("3 m", "1"), Catch::Contains("a number without unit"));
    CHECK_THROWS_AS(parse_quantity("", "m"), std::invalid_argument);
}

TEST_CASE("quantities print with the prefix that leaves one to three digits") {
    CHECK(format_quantity(1.7e-6, "s") == "1.7 us");
    CHECK(format_quantity(0.25, "W") == "250 mW");
    CHECK(format_quantity(2.125e9, "bit/s") == "2.125 Gbit/s");
    CHECK(format_quantity(10.0, "m") == "10 m");
    CHECK(format_quantity(60e-15, "F") == "60 fF");
    CHECK(format_quantity(0.0, "s") == "0 s");
    CHECK(format_quantity(-7.0, "dB") == "-7 dB");
    CHECK(format_quantity(3e-12, "s/m") == "3e-12 s/m");
}
