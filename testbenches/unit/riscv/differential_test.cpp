// The hart against Debian's qemu-system-riscv64: the same program, then the same memory.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "testbenches/unit/riscv/machine.h"
#include "testbenches/unit/riscv/random_program.h"

using namespace luxlane::riscv;

namespace {

constexpr size_t ram_bytes = 16 << 20;

/// Runs the program on QEMU, whose RAM is a file; returns the compared part of it.
std::vector<uint8_t> run_on_qemu(const random_program& program, const std::string& name) {
    const std::string path = std::string(LUXLANE_BUILD) + "/riscv_differential_" + name + ".ram";
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(program.image.data()),
               static_cast<std::streamsize>(program.image.size()));
    std::filesystem::resize_file(path, ram_bytes);
    const std::string command =
        "timeout 60 " LUXLANE_QEMU
        " -M virt,memory-backend=ram -m 16 -bios none -display none -monitor none -serial none"
        " -cpu rv64,f=off,d=off,h=off,zba=off,zbb=off,zbc=off,zbs=off"
        " -object memory-backend-file,id=ram,size=16M,share=on,mem-path=" +
        path;
    REQUIRE(std::system(command.c_str()) == 0);
    std::vector<uint8_t> memory(program_layout::compared_bytes);
    std::ifstream(path, std::ios::binary)
        .read(reinterpret_cast<char*>(memory.data()), static_cast<std::streamsize>(memory.size()));
    std::filesystem::remove(path);
    return memory;
}

struct outcome {
    std::vector<uint8_t> memory;
    uint64_t executed;
};

outcome run_on_hart(const random_program& program, uint64_t slice, bool direct) {
    machine board(ram_bytes, direct);
    std::memcpy(board.ram.data(), program.image.data(), program.image.size());
    hart core(0, board);
    board.on_device = [&](uint64_t, bool) { core.request_halt(); };
    uint64_t executed = 0;
    while (!board.finished && executed < 100'000'000) {
        executed += core.run(slice).executed;
    }
    REQUIRE(board.finished);
    outcome result{std::vector<uint8_t>(program_layout::compared_bytes), executed};
    std::memcpy(result.memory.data(), board.ram.data(), result.memory.size());
    return result;
}

uint64_t signature(const std::vector<uint8_t>& memory, uint64_t index) {
    uint64_t value;
    std::memcpy(&value, &memory[program_layout::signature - program_layout::ram_base + 8 * index],
                8);
    return value;
}

/// Both memories are equal; if not, the failure shows the first piece that differed.
void compare(const random_program& program, const std::vector<uint8_t>& ours,
             const std::vector<uint8_t>& reference) {
    const size_t pieces = program.piece_at.size() - 1;
    const uint64_t per_round = pieces + 1;  // the first entry is made before the first piece
    for (uint64_t i = 0; i < program.rounds * per_round; ++i) {
        if (signature(ours, i) != signature(reference, i)) {
            const uint64_t piece = i % per_round;
            FAIL("round " << i / per_round << ", piece " << piece << ": "
                          << (piece == 0 ? "before the first piece"
                                         : program.piece_text(piece - 1)));
        }
    }
    CHECK((ours == reference));
}

void check_against_qemu(const random_program& program, const std::string& name) {
    if (std::string(LUXLANE_QEMU).empty()) {
        WARN("not compared: qemu-system-riscv64 was not found at configuration");
        return;
    }
    compare(program, run_on_hart(program, 1'000'000, true).memory, run_on_qemu(program, name));
}

}  // namespace

TEST_CASE("random programs leave the same memory as on QEMU") {
    const uint64_t seed = GENERATE(1u, 2u);
    const random_program program = make_random_program(seed, 1500, 64, 4);
    check_against_qemu(program, "random");
}

TEST_CASE("every 16-bit encoding does the same as on QEMU") {
    check_against_qemu(make_compressed_sweep(), "compressed");
}

TEST_CASE("random 32-bit encodings do the same as on QEMU") {
    check_against_qemu(make_encoding_sweep(3, 30'000), "encodings");
}

TEST_CASE("random programs do not depend on slices or on direct memory") {
    const random_program program = make_random_program(4, 300, 64, 2);
    const outcome whole = run_on_hart(program, 1'000'000, true);
    for (const uint64_t slice : {1u, 7u, 100u}) {
        const outcome sliced = run_on_hart(program, slice, true);
        CHECK(sliced.executed == whole.executed);
        CHECK((sliced.memory == whole.memory));
    }
    const outcome indirect = run_on_hart(program, 1'000'000, false);
    CHECK(indirect.executed == whole.executed);
    CHECK((indirect.memory == whole.memory));
}
