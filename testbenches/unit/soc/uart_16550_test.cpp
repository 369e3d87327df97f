#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>

#include "models/soc/uart_16550.h"
#include "models/soc/uart_tcp_backend.h"
#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/soc/soc_bench.h"

using namespace luxlane;
using luxlane::test::advance;
using luxlane::test::fresh_simulation;
using luxlane::test::ns;
using luxlane::test::us;

namespace {

// Offsets and bits of the PC16550D's datasheet (National Semiconductor, June 1995, table II).
constexpr unsigned data = 0;
constexpr unsigned ier = 1;
constexpr unsigned iir = 2;
constexpr unsigned fcr = 2;
constexpr unsigned lcr = 3;
constexpr unsigned mcr = 4;
constexpr unsigned lsr = 5;
constexpr unsigned msr = 6;
constexpr unsigned scr = 7;
constexpr unsigned ready = 0x01;
constexpr unsigned overrun = 0x02;
constexpr unsigned empty = 0x60;

soc::uart_16550_config timed() {
    soc::uart_16550_config options;
    options.line_timing = true;
    return options;
}

struct uart_bench : test::device_bench<soc::uart_16550> {
    std::shared_ptr<soc::uart_memory_backend> host;

    explicit uart_bench(const soc::uart_16550_config& options = {}, bool input = false)
        : test::device_bench<soc::uart_16550>(options),
          host(std::make_shared<soc::uart_memory_backend>(input)) {
        device.attach(host);
        advance(ns(1));
    }
    /// 8N1 at 115200 baud from 3.6864 MHz: divisor 2, a character takes 86.8 us.
    void set_format() {
        bus.write8(lcr, 0x83);
        bus.write8(0, 2);
        bus.write8(1, 0);
        bus.write8(lcr, 0x03);
    }
    void receive(const std::string& text) {
        for (const char c : text) {
            device.receive(static_cast<std::uint8_t>(c));
        }
    }
};

}  // namespace

TEST_CASE("the UART sends at once without line timing") {
    fresh_simulation([] {
        uart_bench b;
        b.set_format();
        for (const char c : std::string("LuxLane\n")) {
            CHECK((b.bus.read8(lsr) & empty) == empty);
            b.bus.write8(data, static_cast<unsigned char>(c));
        }
        CHECK(b.host->sent() == "LuxLane\n");
    });
}

TEST_CASE("the divisor latch hides behind DLAB") {
    fresh_simulation([] {
        test::captured_log log;
        uart_bench b;
        b.bus.write8(ier, 0x0f);
        b.bus.write8(lcr, 0x80);
        b.bus.write8(0, 0x34);
        b.bus.write8(1, 0x12);
        CHECK(b.bus.read8(0) == 0x34);
        CHECK(b.bus.read8(1) == 0x12);
        b.bus.write8(lcr, 0x03);
        CHECK(b.bus.read8(ier) == 0x0f);
        CHECK(b.bus.read8(data) == 0);
        CHECK(b.host->sent().empty());
        b.bus.write8(scr, 0xa5);
        CHECK(b.bus.read8(scr) == 0xa5);
        b.bus.read32(0);
        CHECK(b.bus.response == tlm::TLM_BURST_ERROR_RESPONSE);
        b.bus.read8(8);
        CHECK(b.bus.response == tlm::TLM_ADDRESS_ERROR_RESPONSE);
    });
}

TEST_CASE("characters take their time on the line") {
    fresh_simulation([] {
        uart_bench b(timed());
        b.set_format();
        b.bus.write8(fcr, 0x01);
        b.bus.write8(data, 'a');
        // The first one has moved to the line, so that the holding register is empty again.
        CHECK((b.bus.read8(lsr) & empty) == 0x20);
        b.bus.write8(data, 'b');
        CHECK((b.bus.read8(lsr) & empty) == 0x00);
        advance(us(86.8));
        CHECK(b.host->sent().empty());
        advance(us(0.1));
        CHECK(b.host->sent() == "a");
        CHECK((b.bus.read8(lsr) & empty) == 0x20);
        advance(us(86.9));
        CHECK(b.host->sent() == "ab");
        CHECK((b.bus.read8(lsr) & empty) == 0x60);
    });
}

TEST_CASE("a divisor of zero stops the baud generator until it is set") {
    fresh_simulation([] {
        uart_bench b(timed());
        b.bus.write8(lcr, 0x83);
        b.bus.write8(0, 0);
        b.bus.write8(lcr, 0x03);
        b.bus.write8(data, 'x');
        advance(us(100000));
        CHECK(b.host->sent().empty());
        b.set_format();
        advance(us(87));
        CHECK(b.host->sent() == "x");
    });
}

TEST_CASE("the transmitter interrupt is latched until IIR is read or THR is written") {
    fresh_simulation([] {
        uart_bench b(timed());
        b.set_format();
        b.bus.write8(fcr, 0x01);
        CHECK(b.bus.read8(iir) == 0xc1);
        b.bus.write8(ier, 0x02);
        CHECK(b.device.irq.level());
        CHECK(b.bus.debug_read(iir, 1) == 0xc2);
        CHECK(b.bus.read8(iir) == 0xc2);
        CHECK(b.bus.read8(iir) == 0xc1);
        CHECK_FALSE(b.device.irq.level());
        b.bus.write8(ier, 0x00);
        b.bus.write8(ier, 0x02);
        CHECK(b.device.irq.level());
        b.bus.write8(data, '1');
        CHECK(b.device.irq.level());
        b.bus.write8(data, '2');
        CHECK_FALSE(b.device.irq.level());
        advance(us(87));
        CHECK(b.device.irq.level());
    });
}

TEST_CASE("a full transmitter loses a character and warns") {
    fresh_simulation([] {
        test::captured_log log;
        uart_bench b(timed());
        b.set_format();
        b.bus.write8(fcr, 0x01);
        b.bus.pc = 0x80000040;
        for (unsigned i = 0; i < 18; ++i) {
            b.bus.write8(data, 'a' + i);
        }
        CHECK(log.count("a character is lost (pc 0x80000040)") == 1);
        advance(us(2000));
        CHECK(b.host->sent() == "abcdefghijklmnopr");
    });
}

TEST_CASE("the receiver interrupts at its trigger level") {
    for (const auto& [code, level] : {std::pair{0u, 1u}, {1u, 4u}, {2u, 8u}, {3u, 14u}}) {
        fresh_simulation([code = code, level = level] {
            uart_bench b;
            b.set_format();
            b.bus.write8(fcr, 0x01 | code << 6);
            b.bus.write8(ier, 0x01);
            b.receive(std::string(level - 1, 'x'));
            CHECK_FALSE(b.device.irq.level());
            b.receive("y");
            CHECK(b.device.irq.level());
            CHECK(b.bus.read8(iir) == 0xc4);
            b.bus.read8(data);
            CHECK_FALSE(b.device.irq.level());
        });
    }
}

TEST_CASE("characters below the trigger level time out after four character times") {
    fresh_simulation([] {
        uart_bench b;
        b.set_format();
        b.bus.write8(fcr, 0x81);
        b.bus.write8(ier, 0x01);
        b.receive("ab");
        // 4 x 10 bits at 115200 baud: 347.2 us.
        advance(us(347.1));
        CHECK_FALSE(b.device.irq.level());
        CHECK(b.bus.read8(iir) == 0xc1);
        advance(us(0.2));
        CHECK(b.device.irq.level());
        CHECK(b.bus.read8(iir) == 0xcc);
        CHECK(b.bus.read8(data) == 'a');
        CHECK_FALSE(b.device.irq.level());
        advance(us(347.3));
        CHECK(b.device.irq.level());
        CHECK(b.bus.read8(data) == 'b');
        advance(us(1000));
        CHECK_FALSE(b.device.irq.level());
        CHECK(b.bus.read8(lsr) == 0x60);
    });
}

TEST_CASE("a debug read of the data register pops nothing") {
    fresh_simulation([] {
        uart_bench b;
        b.bus.write8(fcr, 0x01);
        b.receive("hi");
        CHECK(b.bus.debug_read(data, 1) == 'h');
        CHECK(b.bus.debug_read(data, 1) == 'h');
        CHECK(b.bus.read8(data) == 'h');
        CHECK(b.bus.read8(data) == 'i');
        CHECK((b.bus.read8(lsr) & ready) == 0);
    });
}

TEST_CASE("an overrun keeps the FIFO, but overwrites the buffer without FIFO") {
    fresh_simulation([] {
        uart_bench b;
        b.bus.write8(fcr, 0x01);
        b.bus.write8(ier, 0x05);
        b.receive("0123456789abcdefg");
        CHECK(b.bus.read8(iir) == 0xc6);
        CHECK(b.bus.debug_read(lsr, 1) == 0x63);
        CHECK(b.bus.read8(lsr) == (empty | overrun | ready));
        CHECK(b.bus.read8(lsr) == (empty | ready));
        CHECK(b.bus.read8(iir) == 0xc4);
        CHECK(b.bus.read8(data) == '0');
        b.bus.write8(fcr, 0x03);
        CHECK((b.bus.read8(lsr) & ready) == 0);
        b.bus.write8(fcr, 0x00);
        CHECK(b.bus.read8(iir) == 0x01);
        b.receive("xy");
        CHECK((b.bus.read8(lsr) & overrun) != 0);
        CHECK(b.bus.read8(data) == 'y');
        CHECK((b.bus.read8(lsr) & ready) == 0);
    });
}

TEST_CASE("interrupt causes come in the datasheet's order of priority") {
    fresh_simulation([] {
        uart_bench b;
        b.bus.write8(fcr, 0x01);
        b.bus.write8(mcr, 0x10);
        b.bus.write8(ier, 0x0f);
        b.receive("0123456789abcdefg");
        CHECK(b.bus.read8(iir) == 0xc6);
        b.bus.read8(lsr);
        CHECK(b.bus.read8(iir) == 0xc4);
        b.bus.write8(fcr, 0x03);
        CHECK(b.bus.read8(iir) == 0xc2);
        CHECK(b.bus.read8(iir) == 0xc0);
        b.bus.read8(msr);
        CHECK(b.bus.read8(iir) == 0xc1);
        CHECK_FALSE(b.device.irq.level());
    });
}

TEST_CASE("loop-back returns characters and modem outputs") {
    fresh_simulation([] {
        uart_bench b;
        CHECK(b.bus.read8(msr) == 0xb0);
        b.bus.write8(mcr, 0x10);
        // The peer's CTS, DSR and DCD have gone; RI was never there.
        CHECK(b.bus.read8(msr) == 0x0b);
        CHECK(b.bus.read8(msr) == 0x00);
        b.bus.write8(mcr, 0x12);
        CHECK(b.bus.debug_read(msr, 1) == 0x11);
        CHECK(b.bus.read8(msr) == 0x11);
        b.bus.write8(mcr, 0x15);
        CHECK(b.bus.read8(msr) == 0x63);
        b.bus.write8(mcr, 0x18);
        CHECK(b.bus.read8(msr) == 0x8e);
        b.bus.write8(lcr, 0x02);
        b.bus.write8(data, 0xff);
        CHECK(b.bus.read8(data) == 0x7f);
        CHECK(b.host->sent().empty());
    });
}

TEST_CASE("a back end with input is polled, as fast as the FIFO takes it") {
    fresh_simulation([] {
        uart_bench b({}, true);
        b.set_format();
        b.bus.write8(fcr, 0x01);
        b.host->feed("0123456789abcdefXYZ");
        advance(us(99));
        CHECK((b.bus.read8(lsr) & ready) == 0);
        advance(us(1));
        std::string got;
        while ((b.bus.read8(lsr) & ready) != 0) {
            got += static_cast<char>(b.bus.read8(data));
        }
        CHECK(got == "0123456789abcdef");
        advance(us(100));
        CHECK(b.bus.read8(data) == 'X');
    });
}

TEST_CASE("the UART resets twice as well as once") {
    fresh_simulation([] {
        uart_bench b(timed());
        b.set_format();
        b.bus.write8(fcr, 0x01);
        b.bus.write8(ier, 0x0f);
        b.bus.write8(data, 'a');
        b.receive("z");
        b.bus.write8(lcr, 0x80);
        for (int again = 0; again < 2; ++again) {
            b.device.reset();
            CHECK_FALSE(b.device.irq.level());
            CHECK(b.bus.read8(lsr) == 0x60);
            CHECK(b.bus.read8(iir) == 0x01);
            CHECK(b.bus.read8(ier) == 0x00);
            CHECK(b.bus.read8(lcr) == 0x00);
        }
        advance(us(1000));
        CHECK(b.host->sent().empty());
    });
}

TEST_CASE("a write of reserved bits warns once per program counter") {
    fresh_simulation([] {
        test::captured_log log;
        uart_bench b;
        b.bus.pc = 0x80001000;
        b.bus.write8(ier, 0xf1);
        b.bus.write8(ier, 0xf1);
        CHECK(b.bus.response == tlm::TLM_OK_RESPONSE);
        CHECK(b.bus.read8(ier) == 0x01);
        CHECK(log.count("device: write of 0xf1 to register IER sets reserved bits 0xf0: ignored "
                        "(pc 0x80001000)") == 1);
        b.bus.pc = 0x80001004;
        b.bus.write8(ier, 0xf1);
        CHECK(log.count("reserved bits") == 2);
        b.bus.write8(lcr, 0x40);
        CHECK(log.count("which this model does not implement") == 1);
    });
}

TEST_CASE("a file receives what is sent; a path that cannot be written is an error") {
    const auto path = std::filesystem::temp_directory_path() /
                      ("luxlane_uart_" + std::to_string(getpid()) + ".txt");
    {
        soc::uart_file_backend file(path.string());
        for (const char c : std::string("boot\n")) {
            file.put(static_cast<std::uint8_t>(c));
        }
        CHECK_FALSE(file.has_input());
        CHECK_FALSE(file.get().has_value());
    }
    std::ifstream back(path);
    std::string line;
    std::getline(back, line);
    CHECK(line == "boot");
    std::filesystem::remove(path);
    CHECK_THROWS_AS(soc::uart_file_backend("/nonexistent/uart.txt"), std::system_error);
}

TEST_CASE("a TCP client gets what was sent before it came, and can type") {
    soc::uart_tcp_backend server(0);
    server.put('h');
    server.put('i');
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(client >= 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CHECK_FALSE(server.get().has_value());
    char greeting[2] = {};
    REQUIRE(recv(client, greeting, 2, MSG_WAITALL) == 2);
    CHECK(std::string(greeting, 2) == "hi");
    REQUIRE(send(client, "ok", 2, 0) == 2);
    std::string got;
    for (int i = 0; i < 1000 && got.size() < 2; ++i) {
        if (const auto character = server.get()) {
            got += static_cast<char>(*character);
        } else {
            usleep(1000);
        }
    }
    CHECK(got == "ok");
    close(client);
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(server.get().has_value());
    }
    CHECK_THROWS(soc::uart_tcp_backend(server.port()));
}
