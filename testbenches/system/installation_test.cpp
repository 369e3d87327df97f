#include <catch2/catch.hpp>
#include <string>

#include "testbenches/system/program.h"

namespace luxlane::test {

TEST_CASE("what cmake --install puts in place works from there") {
    const scratch_directory directory;
    const auto prefix = directory.path() / "usr";
    const auto installed = run_program(
        {LUXLANE_CMAKE, "--install", LUXLANE_BUILD, "--prefix", prefix.string()}, directory);
    INFO(installed.err);
    REQUIRE(installed.status == 0);
    const auto share = prefix / "share/luxlane";
    for (const auto& file :
         {prefix / "bin/luxlane", share / "firmware/collective.elf", share / "firmware/hello.elf",
          share / "examples/pair.toml", share / "examples/faults.toml",
          share / "examples/resnet50.csv", share / "luxlane-board.svd",
          prefix / "share/doc/luxlane/report.md", prefix / "include/luxlane/job.h"}) {
        INFO(file);
        CHECK(std::filesystem::is_regular_file(file));
    }
    // Guests of the tests are nobody's firmware.
    CHECK_FALSE(std::filesystem::exists(share / "firmware/spin.elf"));

    SECTION("the program finds its firmware and its examples") {
        const auto run = run_program(joined(joined({(prefix / "bin/luxlane").string(), "run",
                                                    (share / "examples/pair.toml").string()},
                                                   small_link(directory)),
                                            {"--uart", "none"}),
                                     directory);
        INFO(run.err);
        CHECK(run.status == 0);
        CHECK(run.out.find("verdict: pass") != std::string::npos);
    }

    SECTION("a device model compiles against the installed headers") {
        const auto include = prefix / "include/luxlane";
        directory.write("model.cpp",
                        "#include \"models/common/device.h\"\n"
                        "#include \"models/photonics/led.h\"\n"
                        "#include \"models/serdes_phy/serdes_phy.h\"\n"
                        "#include \"platform/fabric/pair.h\"\n"
                        "#include \"registers/accelerator.h\"\n"
                        "#include \"firmware/include/luxlane/job.h\"\n"
                        "static_assert(luxlane::registers::accelerator::base == 0x10025000);\n");
        const auto compiled =
            run_program({LUXLANE_CXX, "-std=c++20", "-march=x86-64-v3", "-DSC_CPLUSPLUS=201703L",
                         "-DSC_INCLUDE_DYNAMIC_PROCESSES", "-fsyntax-only", "-I" + include.string(),
                         "model.cpp"},
                        directory);
        INFO(compiled.err);
        CHECK(compiled.status == 0);
    }

    SECTION("a driver compiles against the installed register headers") {
        const auto include = prefix / "include/luxlane";
        directory.write("driver.c",
                        "#include \"regs/accelerator.h\"\n"
                        "#include \"firmware/drivers/dif_accelerator.h\"\n"
                        "_Static_assert(ACCELERATOR_BASE == 0x10025000, \"base\");\n");
        const auto compiled = run_program(
            {LUXLANE_RISCV_GCC, "--specs=picolibc.specs", "-misa-spec=2.2", "-march=rv64imac",
             "-mabi=lp64", "-mcmodel=medany", "-fsyntax-only", "-I" + include.string(),
             "-I" + (include / "firmware").string(), "driver.c"},
            directory);
        INFO(compiled.err);
        CHECK(compiled.status == 0);
    }
}

}  // namespace luxlane::test
