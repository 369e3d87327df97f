#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <catch2/catch.hpp>
#include <deque>
#include <random>
#include <systemc>
#include <vector>

#include "models/serdes_phy/serdes_phy.h"
#include "registers/serdes_phy.h"
#include "testbenches/unit/serdes_phy/test_channel.h"

namespace luxlane::test {

namespace regs = registers::serdes_phy;

/// What stands on the host side of one PHY: registers by name, a source and a sink of flits.
class phy_host : public sc_core::sc_module {
public:
    tlm_utils::simple_initiator_socket<phy_host> bus;
    payload_initiator_socket<flit_protocol> flits_out;
    payload_target_socket<flit_protocol> flits_in;

    std::deque<coding::flit> to_send;
    std::vector<coding::flit> received;
    std::uint64_t lost = 0;
    sc_core::sc_time last_arrival;
    sc_core::sc_time last_sent;

    explicit phy_host(const sc_core::sc_module_name& name)
        : sc_core::sc_module(name), bus("bus"), flits_out("flits_out"), flits_in("flits_in") {
        flits_out.on_ready([this](sc_core::sc_time) { push(); });
        flits_in.on_transport([this](flit_burst& burst, sc_core::sc_time&) {
            for (const auto count : burst.lost_before) {
                lost += count;
            }
            lost += burst.lost_after;
            for (const auto& run : burst.runs) {
                const auto flits = run.flits();
                received.insert(received.end(), flits.begin(), flits.end());
            }
            last_arrival = sc_core::sc_time_stamp();
            last_sent = burst.sent;
        });
    }

    std::uint32_t read(regs::reg reg, std::uint32_t element = 0) {
        std::uint32_t value = 0;
        access(tlm::TLM_READ_COMMAND, offset(reg, element), value);
        return value;
    }
    void write(regs::reg reg, std::uint32_t value) {
        access(tlm::TLM_WRITE_COMMAND, offset(reg, 0), value);
    }
    /// Every register as a debugger reads it.
    std::vector<std::uint32_t> debug_dump() {
        std::vector<std::uint32_t> values;
        for (const auto& description : regs::map.registers) {
            const bool readable = description.access != register_access::write_only;
            for (std::uint32_t i = 0; readable && i < description.count; ++i) {
                tlm::tlm_generic_payload transaction;
                std::uint32_t value = 0;
                transaction.set_command(tlm::TLM_READ_COMMAND);
                transaction.set_address(description.offset + std::uint64_t{i} * description.stride);
                transaction.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
                transaction.set_data_length(4);
                transaction.set_streaming_width(4);
                REQUIRE(bus->transport_dbg(transaction) == 4);
                values.push_back(value);
            }
        }
        return values;
    }
    template <class Value>
    Value get(const register_field<Value>& field) {
        return field.decode(read(static_cast<regs::reg>(field.reg)));
    }
    /// A 64-bit counter, as of now.
    std::uint64_t counter(regs::reg low) {
        write(regs::reg::snapshot, 1);
        const auto high = static_cast<regs::reg>(static_cast<unsigned>(low) + 1);
        return read(low) | std::uint64_t{read(high)} << 32;
    }
    std::uint32_t lane_status(unsigned lane) {
        write(regs::reg::lane_select, lane);
        return read(regs::reg::lane_status);
    }
    void map(regs::reg reg, unsigned logical, unsigned physical) {
        write(regs::reg::map_select, logical);
        write(reg, physical);
    }
    lane_state state_of(unsigned lane) {
        return static_cast<lane_state>(regs::lane_status::state.decode(lane_status(lane)));
    }
    link_state link() { return static_cast<link_state>(get(regs::status::link_state)); }

    /// Hands `count` random data flits to the PHY, as fast as it takes them; returns them.
    std::vector<coding::flit> queue(std::size_t count, std::uint64_t seed) {
        std::mt19937_64 random(seed);
        std::vector<coding::flit> flits(count);
        for (std::size_t i = 0; i < count; ++i) {
            auto& flit = flits[i];
            flit.type = coding::flit_type::data;
            flit.sequence = static_cast<std::uint16_t>(i);
            flit.tag = static_cast<std::uint16_t>(seed);
            flit.length = static_cast<std::uint8_t>(random() % 241);
            for (auto& byte : flit.payload) {
                byte = static_cast<std::uint8_t>(random());
            }
        }
        to_send.insert(to_send.end(), flits.begin(), flits.end());
        push();
        return flits;
    }
    void push() {
        while (!to_send.empty()) {
            const auto count = std::min<std::ptrdiff_t>(512, std::ssize(to_send));
            flit_burst burst;
            burst.runs.push_back({std::make_shared<const std::vector<coding::flit>>(
                                      to_send.begin(), to_send.begin() + count),
                                  0, static_cast<std::size_t>(count)});
            auto delay = sc_core::SC_ZERO_TIME;
            flits_out.send(burst, delay);
            const auto taken = static_cast<std::ptrdiff_t>(burst.accepted);
            to_send.erase(to_send.begin(), to_send.begin() + taken);
            if (taken < count) {
                return;
            }
        }
    }

private:
    static std::uint64_t offset(regs::reg reg, std::uint32_t element) {
        const auto& description = regs::map.registers[static_cast<std::size_t>(reg)];
        return description.offset + std::uint64_t{element} * description.stride;
    }
    void access(tlm::tlm_command command, std::uint64_t offset, std::uint32_t& value) {
        tlm::tlm_generic_payload transaction;
        transaction.set_command(command);
        transaction.set_address(offset);
        transaction.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
        transaction.set_data_length(4);
        transaction.set_streaming_width(4);
        auto delay = sc_core::SC_ZERO_TIME;
        bus->b_transport(transaction, delay);
        REQUIRE(transaction.get_response_status() == tlm::TLM_OK_RESPONSE);
    }
};

/// Two PHYs back to back, without link-layer retry unless their configurations say otherwise.
struct phy_bench {
    static serdes_phy_config configuration(unsigned data, unsigned physical,
                                           std::uint32_t direction) {
        serdes_phy_config config;
        config.data_lanes = data;
        config.physical_lanes = physical;
        // 850 Gb/s of coded payload, whatever the number of lanes.
        config.lane_rate_bps = 850e9 / data;
        config.direction = direction;
        // What the line loses shall show.
        config.retry.enable = false;
        return config;
    }

    phy_host host_a{"host_a"};
    phy_host host_b{"host_b"};
    serdes_phy a;
    serdes_phy b;
    test_channel ab;
    test_channel ba;
    phy_host* hosts[2] = {&host_a, &host_b};

    explicit phy_bench(unsigned data = 400, unsigned physical = 460)
        : phy_bench(configuration(data, physical, 0), configuration(data, physical, 1)) {}

    phy_bench(const serdes_phy_config& config_a, const serdes_phy_config& config_b)
        : a("a", config_a),
          b("b", config_b),
          ab("ab", config_a.physical_lanes, 50e-9),
          ba("ba", config_b.physical_lanes, 50e-9) {
        connect(host_a, a, ab, ba);
        connect(host_b, b, ba, ab);
    }

    /// Two PHYs with retry as `settings` say.
    explicit phy_bench(const wide_link::retry_settings& settings, unsigned data = 400,
                       unsigned physical = 460)
        : phy_bench(with_retry(configuration(data, physical, 0), settings),
                    with_retry(configuration(data, physical, 1), settings)) {}

    static serdes_phy_config with_retry(serdes_phy_config config,
                                        const wide_link::retry_settings& settings) {
        config.retry = settings;
        return config;
    }

    static void run_us(double us) { sc_core::sc_start(us, sc_core::SC_US); }

    /// Runs until `done`, in steps of a microsecond; false after `limit_us`.
    template <class Done>
    static bool run_until(Done done, double limit_us) {
        for (double t = 0; t < limit_us; t += 1.0) {
            if (done()) {
                return true;
            }
            run_us(1.0);
        }
        return done();
    }

    void power_up() {
        for (auto* host : hosts) {
            host->write(regs::reg::control, 0xD);  // ENABLE, TX_ENABLE, RX_ENABLE
        }
        for (auto* host : hosts) {
            host->write(regs::reg::lane_select, 0xFFFF);
            host->write(regs::reg::lane_control, 1);
        }
    }
    bool align() {
        return run_until(
            [&] {
                return host_a.get(regs::status::rx_aligned) && host_b.get(regs::status::rx_aligned);
            },
            200.0);
    }
    void deskew_and_enable() {
        for (auto* host : hosts) {
            host->write(regs::reg::control, 0x2D);  // + DESKEW
        }
        for (auto* host : hosts) {
            REQUIRE(host->link() == link_state::deskew);
            host->write(regs::reg::control, 0x1D);  // + LINK_ENABLE
        }
    }
    void bring_up() {
        power_up();
        REQUIRE(align());
        deskew_and_enable();
        REQUIRE(host_a.link() == link_state::up);
        REQUIRE(host_b.link() == link_state::up);
    }

private:
    static void connect(phy_host& host, serdes_phy& phy, test_channel& out, test_channel& back) {
        host.bus.bind(phy.registers);
        host.flits_out.bind(phy.flits_in);
        phy.flits_out.bind(host.flits_in);
        phy.lanes_out.bind(out.in);
        back.out.bind(phy.lanes_in);
        phy.lane_locked = [&back](unsigned lane) { return back.locked(lane); };
        phy.lane_ber = [&back](unsigned lane) { return back.ber(lane); };
        back.on_changed_errors = [&phy] { phy.lanes_changed(sc_core::sc_time_stamp()); };
    }
};

}  // namespace luxlane::test
