#include <unistd.h>
#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

namespace {

struct outcome {
    int status;
    std::string output;
};

outcome run(const std::string& command) {
    outcome result{};
    FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    std::array<char, 512> buffer{};
    while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
        result.output += buffer.data();
    }
    result.status = WEXITSTATUS(pclose(pipe));
    return result;
}

/// The example map with `from` replaced by `to`, checked by the generator.
outcome check_with(const std::string& from, const std::string& to) {
    std::ifstream in(EXAMPLE_SVD);
    std::stringstream text;
    text << in.rdbuf();
    std::string map = text.str();
    const auto at = map.find(from);
    REQUIRE(at != std::string::npos);
    map.replace(at, from.size(), to);
    const std::string file = "/tmp/luxlane-svd-" + std::to_string(getpid()) + ".svd";
    std::ofstream(file) << map;
    const auto result = run(std::string(SVDGEN) + " check " + file);
    std::remove(file.c_str());
    return result;
}

void refuses(const std::string& from, const std::string& to, const std::string& reason) {
    const auto result = check_with(from, to);
    CHECK(result.status == 2);
    INFO(result.output);
    CHECK(result.output.find(reason) != std::string::npos);
    CHECK(result.output.find(".svd: ") != std::string::npos);
}

}  // namespace

TEST_CASE("the generator accepts the example") {
    CHECK(run(std::string(SVDGEN) + " check " EXAMPLE_SVD).status == 0);
}

TEST_CASE("the generator names file and element of what it refuses") {
    refuses("<addressOffset>4<", "<addressOffset>0<", "example.CONTROL: overlaps ID");
    refuses("[5:4]", "[33:32]", "example.CONTROL.MODE: bits 33..32 lie outside");
    refuses("[5:4]", "[4:0]", "example.CONTROL.MODE: overlaps another field");
    refuses("<description>Identity</description>", "", "example.ID: has no <description>");
    refuses("<resetValue>0x454c5058</resetValue>", "", "example.ID: has no <resetValue>");
    refuses("<description>Enable</description>", "",
            "example.CONTROL.ENABLE: has no <description>");
    refuses("<name>FLAGS</name>", "<name>ID</name>", "example.ID: is defined twice");
    refuses("<addressOffset>16<", "<addressOffset>20<", "not a multiple of its size");
    refuses("<addressOffset>0x40<", "<addressOffset>0xf0<", "beyond the address block");
    refuses("oneToClear", "onceToClear", "'onceToClear'; known:");
    refuses("<value>1</value>", "<value>4</value>", "value 4 does not fit the field");
    refuses("</peripherals>", "", "not well-formed XML");
    refuses("0x00000010<", "0x00000002<", "sets bits that no field describes");
}

TEST_CASE("the board's map refuses overlapping devices") {
    const auto result =
        run(std::string(SVDGEN) + " board b /tmp/luxlane-none.svd " EXAMPLE_SVD " " EXAMPLE_SVD);
    CHECK(result.status == 2);
    CHECK(result.output.find("overlaps example") != std::string::npos);
}
