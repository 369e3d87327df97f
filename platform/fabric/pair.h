#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <systemc>
#include <vector>

#include "models/riscv/elf.h"
#include "platform/board/board.h"
#include "platform/config/configuration.h"
#include "platform/report/report.h"
#include "platform/workload/gradients.h"

namespace luxlane {

/// How a run came to its end.
enum class run_end : std::uint8_t { both_ended, out_of_time, interrupted };

/// Two boards, joined by one cable with a bundle for each direction, and what happens to them: the
/// job in their memories, the faults, and the report.
class pair : public sc_core::sc_module {
public:
    board a, b;

    /// `gradients` may be null: then the firmware brings the link up and ends.
    pair(const sc_core::sc_module_name& name, const config::configuration& values,
         const workload::gradient_set* gradients);

    /// The same program on both boards.
    void load(const riscv::elf_image& program, const std::string& name);

    /// Runs until both boards have ended, or simulated time runs out, or `stop` becomes true.
    run_end run(const std::atomic<bool>& stop);

    /// What the run found out; compares the sums with the host's reference.
    report::run_report report(run_end end);

    /// True while both PHYs carry traffic.
    bool link_is_up() const { return up_[0] && up_[1]; }

private:
    void check_waveforms() const;
    void connect();
    void place_job(board& target, unsigned index);
    void link_changed(unsigned index, link_state state, const sc_core::sc_time& at);
    void plan_events();
    void apply(const config::fault& fault);
    void begin_power();
    void board_ended();
    void apply_events();
    bool all_ended() const;

    report::link_report link_report_of(const board& from, board& to, unsigned direction) const;
    report::collective_report check_sums();
    report::energy_report energy_report_of() const;
    std::string verdict(run_end end, const report::run_report& report) const;

    struct power_mark {
        double at_s = 0.0;
        std::vector<device::energy_part> energy;
    };

    const config::configuration values_;
    const workload::gradient_set* gradients_;
    std::array<board*, 2> boards_;
    std::array<bool, 2> up_{};
    std::array<double, 2> up_time_s_{};  ///< of each board's receiver, first time
    bool came_up_ = false;
    sc_core::sc_time lookahead_;  ///< of each board to the other
    sc_core::sc_time link_up_;    ///< when both were up for the first time
    /// What the configuration asks for at a moment after LINK UP.
    struct event {
        double after_link_up_s;
        std::string text;
        std::function<void()> act;
    };
    std::vector<event> events_;  ///< by time
    std::size_t next_event_ = 0;
    sc_core::sc_event due_;
    sc_core::sc_event power_;
    power_mark power_begin_;  ///< at link_up_
};

}  // namespace luxlane
