#include "models/dsp/validation.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <string>

#include "models/dsp/error_law.h"

using namespace luxlane::dsp;

namespace {

const validation_row& row(const std::vector<validation_row>& rows, std::string_view id) {
    for (const validation_row& candidate : rows)
        if (candidate.id == id)
            return candidate;
    FAIL("no row " << id);
    return rows.front();
}

}  // namespace

TEST_CASE("Every row passes, calibrated or not", "[validation]") {
    for (const validation_row& r : validate()) {
        INFO(r.id << ' ' << r.quantity << ": published " << r.published << ", model " << r.model);
        CHECK(r.verdict() == "pass");
    }
}

TEST_CASE("Every row has its source among the vectors", "[validation]") {
    std::ifstream file(LUXLANE_VECTORS "/published.csv");
    REQUIRE(file);
    std::set<std::string> known;
    for (std::string line; std::getline(file, line);) {
        const std::size_t comma = line.find(',');
        known.insert(line.substr(0, line.find(',', comma + 1)));  // identifier and use
    }
    for (const validation_row& r : validate())
        CHECK(known.count(std::string(r.id) + ',' + std::string(r.use)) == 1);
}

TEST_CASE("Verdicts", "[validation]") {
    validation_row r{"", "", "", "", "", "", 2.0, 4.0, 3.0};
    CHECK(r.verdict() == "pass");
    r.model = 7.0;
    CHECK(r.verdict() == "trend");
    r.model = 9.0;
    CHECK(r.verdict() == "off");
    r = {"", "", "", "", "", "", -85.0, -83.0, -84.0};
    CHECK(r.verdict() == "pass");
    r.model = -100.0;
    CHECK(r.verdict() == "trend");
    r.model = 84.0;
    CHECK(r.verdict() == "off");
}

TEST_CASE("Reach and rate cost errors; 2 Gb/s over 10 m leaves margin", "[validation]") {
    double last = 0.0;
    for (const double length_m : {1.0, 10.0, 20.0, 30.0, 40.0}) {
        const double ber = nominal_ber(length_m, 2e9);
        CHECK(ber > last);
        last = ber;
    }
    CHECK(nominal_ber(10.0, 4e9) > nominal_ber(10.0, 2e9));
    CHECK(nominal_ber(10.0, 2e9) < 1e-12);
    CHECK(row(validate(), "M-2").model == nominal_ber(20.0, 2e9));
}
