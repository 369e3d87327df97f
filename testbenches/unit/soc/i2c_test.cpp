#include "models/soc/i2c_opencores.h"
#include "models/soc/tmp102.h"
#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/soc/soc_bench.h"

using namespace luxlane;
using luxlane::test::advance;
using luxlane::test::fresh_simulation;
using luxlane::test::ns;
using luxlane::test::us;

namespace {

// The OpenCores I2C-Master Core specification, rev. 0.9, chapter 3.
constexpr unsigned prerlo = 0;
constexpr unsigned prerhi = 1;
constexpr unsigned ctr = 2;
constexpr unsigned txr = 3;
constexpr unsigned rxr = 3;
constexpr unsigned cr = 4;
constexpr unsigned sr = 4;
constexpr unsigned sta = 0x80;
constexpr unsigned sto = 0x40;
constexpr unsigned rd = 0x20;
constexpr unsigned wr = 0x10;
constexpr unsigned nack = 0x08;
constexpr unsigned iack = 0x01;
constexpr unsigned rxack = 0x80;
constexpr unsigned busy = 0x40;
constexpr unsigned lost = 0x20;
constexpr unsigned tip = 0x02;
constexpr unsigned flag = 0x01;

struct i2c_bench : test::device_bench<soc::i2c_opencores> {
    double celsius = 23.5;
    soc::tmp102 sensor{0x48, [this] { return celsius; }};

    i2c_bench() {
        device.attach(sensor);
        advance(ns(1));
        // 50 MHz / (5 x (99 + 1)) = 100 kHz.
        bus.write8(prerlo, 99);
        bus.write8(prerhi, 0);
        bus.write8(ctr, 0xc0);
    }
    unsigned command(unsigned bits) {
        bus.write8(cr, bits);
        advance(us(120));
        const unsigned status = bus.read8(sr);
        bus.write8(cr, iack);
        return status;
    }
    unsigned transmit(unsigned byte, unsigned bits) {
        bus.write8(txr, byte);
        return command(bits | wr);
    }
    unsigned read_register(unsigned pointer) {
        transmit(0x90, sta);
        transmit(pointer, 0);
        transmit(0x91, sta);
        command(rd);
        const unsigned high = bus.read8(rxr);
        command(rd | nack | sto);
        return high << 8 | bus.read8(rxr);
    }
    void write_register(unsigned pointer, unsigned value) {
        transmit(0x90, sta);
        transmit(pointer, 0);
        transmit(value >> 8, 0);
        transmit(value & 0xff, sto);
    }
};

}  // namespace

TEST_CASE("an I2C transfer takes nine bits of the prescaled clock and ends with an interrupt") {
    fresh_simulation([] {
        i2c_bench b;
        b.bus.write8(txr, 0x90);
        b.bus.write8(cr, sta | wr);
        CHECK(b.bus.read8(sr) == tip);
        // A start condition and nine bits at 100 kHz.
        advance(us(99.9));
        CHECK(b.bus.read8(sr) == tip);
        CHECK_FALSE(b.device.irq.level());
        advance(us(0.1));
        CHECK(b.bus.read8(sr) == (busy | flag));
        CHECK(b.device.irq.level());
        b.bus.write8(ctr, 0x80);
        CHECK_FALSE(b.device.irq.level());
        b.bus.write8(ctr, 0xc0);
        b.bus.write8(cr, iack);
        CHECK(b.bus.read8(sr) == busy);
        CHECK_FALSE(b.device.irq.level());
        b.bus.write8(cr, sto);
        CHECK((b.bus.read8(sr) & tip) == 0);
        advance(us(10));
        CHECK(b.bus.read8(sr) == flag);
    });
}

TEST_CASE("an address that nobody has is not acknowledged, and reads are ones") {
    fresh_simulation([] {
        i2c_bench b;
        CHECK((b.transmit(0x92, sta) & rxack) != 0);
        CHECK((b.transmit(0x00, 0) & rxack) != 0);
        b.command(sto);
        b.transmit(0x93, sta);
        b.command(rd | nack | sto);
        CHECK(b.bus.read8(rxr) == 0xff);
        CHECK((b.transmit(0x90, sta) & rxack) == 0);
    });
}

TEST_CASE("a held bus loses arbitration") {
    fresh_simulation([] {
        i2c_bench b;
        b.device.hold_bus(true);
        const unsigned status = b.transmit(0x90, sta);
        CHECK((status & lost) != 0);
        CHECK((status & flag) != 0);
        CHECK((status & busy) == 0);
        b.device.hold_bus(false);
        CHECK(b.transmit(0x90, sta) == (busy | flag));
    });
}

TEST_CASE("commands of a disabled controller and during a transfer are ignored") {
    fresh_simulation([] {
        test::captured_log log;
        i2c_bench b;
        b.bus.write8(ctr, 0);
        CHECK(b.transmit(0x90, sta) == 0);
        b.bus.write8(ctr, 0x80);
        b.bus.write8(txr, 0x90);
        b.bus.write8(cr, sta | wr);
        b.bus.write8(cr, rd);
        CHECK(log.count("command during a transfer: ignored") == 1);
        b.bus.write8(ctr, 0);
        advance(us(200));
        CHECK(b.bus.read8(sr) == 0);
        b.bus.write8(ctr, 0x80);
        // A start without a transfer does nothing in the core.
        CHECK(b.command(sta) == 0);
    });
}

TEST_CASE("the controller resets twice as well as once, in the middle of a transfer") {
    fresh_simulation([] {
        i2c_bench b;
        b.bus.write8(txr, 0x90);
        b.bus.write8(cr, sta | wr);
        advance(us(50));
        for (int again = 0; again < 2; ++again) {
            b.device.reset();
            CHECK(b.bus.read8(sr) == 0);
            CHECK(b.bus.read8(ctr) == 0);
            CHECK(b.bus.read8(prerlo) == 0xff);
        }
        advance(us(200));
        CHECK(b.bus.read8(sr) == 0);
        soc::tmp102 twin(0x48, [] { return 0.0; });
        CHECK_THROWS_AS(b.device.attach(twin), std::invalid_argument);
    });
}

TEST_CASE("the TMP102 has its documented registers") {
    fresh_simulation([] {
        i2c_bench b;
        CHECK(b.read_register(1) == 0x60a0);
        CHECK(b.read_register(2) == 0x4b00);
        CHECK(b.read_register(3) == 0x5000);
        b.write_register(0, 0x1234);
        CHECK(b.read_register(0) == 0x1780);
        b.write_register(3, 0x3200);
        CHECK(b.read_register(3) == 0x3200);
        b.sensor.reset();
        CHECK(b.read_register(3) == 0x5000);
    });
}

TEST_CASE("the TMP102's temperatures are those of the datasheet's tables") {
    // SBOS397, 12-bit and 13-bit temperature data formats (the latter with bit 0 set).
    struct row {
        double celsius;
        unsigned normal;
        unsigned extended;
    };
    const row rows[] = {{127.9375, 0x7ff0, 0x3ff9}, {100, 0x6400, 0x3201}, {25, 0x1900, 0x0c81},
                        {0.25, 0x0040, 0x0021},     {0, 0x0000, 0x0001},   {-0.25, 0xffc0, 0xffe1},
                        {-25, 0xe700, 0xf381},      {-55, 0xc900, 0xe481}, {150, 0x7ff0, 0x4b01}};
    fresh_simulation([&rows] {
        i2c_bench b;
        for (const auto& r : rows) {
            INFO(r.celsius);
            b.celsius = r.celsius;
            b.write_register(1, 0x60a0);
            CHECK(b.read_register(0) == r.normal);
            b.write_register(1, 0x60b0);
            CHECK(b.read_register(0) == r.extended);
        }
    });
}

TEST_CASE("the TMP102's alert has hysteresis, polarity and a fault queue") {
    fresh_simulation([] {
        i2c_bench b;
        b.celsius = 80;
        b.read_register(0);
        CHECK(b.sensor.alert());
        CHECK(b.read_register(1) == 0x6080);
        b.celsius = 75;
        b.read_register(0);
        CHECK(b.sensor.alert());
        b.celsius = 74.9;
        b.read_register(0);
        CHECK_FALSE(b.sensor.alert());
        // Active high, two consecutive faults.
        b.write_register(1, 0x6ca0);
        CHECK(b.read_register(1) == 0x6c80);
        b.celsius = 90;
        b.read_register(0);
        CHECK(b.read_register(1) == 0x6c80);
        b.read_register(0);
        CHECK(b.read_register(1) == 0x6ca0);
    });
}

TEST_CASE("a TMP102 in shutdown converts only when asked") {
    fresh_simulation([] {
        i2c_bench b;
        b.write_register(1, 0x61a0);
        b.celsius = 50;
        CHECK(b.read_register(0) == 0x0000);
        b.write_register(1, 0xe1a0);
        CHECK(b.read_register(0) == 0x3200);
        b.celsius = 60;
        CHECK(b.read_register(0) == 0x3200);
        CHECK((b.read_register(1) & 0x8000) != 0);
        CHECK_THROWS_AS(soc::tmp102(0x50, [] { return 0.0; }), std::invalid_argument);
    });
}
