#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/common/settling_period.h"
#include "models/common/standard_device.h"
#include "models/dsp/symbol_kernel.h"
#include "models/dsp/waveform_array.h"
#include "models/pd_array/gain_steps.h"
#include "models/pd_array/pd_array_config.h"
#include "models/photonics/lane_parameters.h"
#include "models/photonics/lane_response.h"
#include "models/transport/frame_sockets.h"
#include "models/transport/lane_channel.h"
#include "models/transport/lane_frame.h"
#include "models/transport/stream_purpose.h"

namespace luxlane {

/// Photodiode and transimpedance amplifier array of one receiver.
/// Modelled: responsivity and noise with their spreads, gain steps of the amplifier, baseline
/// wander by the offset loop, electrical crosstalk between neighbours and supply noise (both
/// through the responses), power monitor with its converter's resolution and end of scale, loss of
/// signal. Not modelled: overload of the amplifier (a gain step costs noise, and gains nothing
/// yet), transients of the offset loop when light comes or goes, crosstalk beyond adjacent lanes.
/// Timing: a frame passes without delay; new settings are effective `settling_time_s` after the
/// first register write that changed them, and an empty frame then tells the stages behind.
class pd_array : public standard_device {
public:
    payload_target_socket<lane_protocol> in;      ///< light: line bits with their optics
    payload_initiator_socket<lane_protocol> out;  ///< the same with responses, or samples

    pd_array(const sc_core::sc_module_name& name, const pd_array_config& config);

    std::vector<energy_part> energy() const override;

    /// Average optical power on a lane's photodiode, W; 0 while the lane is disabled.
    double received_power_w(unsigned lane) const;

protected:
    void on_reset() override;
    void on_control(const register_write& write) override;

private:
    struct lane_settings {
        bool enabled = false;
        std::uint8_t gain = 0;
        bool operator==(const lane_settings&) const = default;
    };
    /// Mutable state beside the registers.
    struct state {
        std::vector<lane_settings> programmed;
        std::vector<lane_settings> effective;  ///< block disabled: every lane disabled
        std::shared_ptr<const lane_frame::optics_table> optics;
        std::shared_ptr<const lane_frame::response_table> responses;
        std::vector<std::uint8_t> lost;  ///< [lane] loss of signal
        std::uint64_t frames = 0;
        std::uint64_t los_events = 0;
        double energy_j = 0.0;  ///< up to `counted_to`
        sc_core::sc_time counted_to;
    };
    /// What manufacture made of one lane.
    struct individuality {
        double responsivity_factor;
        double noise_factor;
    };
    /// A lane's response to light that it had before: faults come and go, and extraction is dear.
    struct earlier_response {
        photonics::lane_parameters received;
        photonics::lane_response response;
        photonics::phase_response phases;
    };
    /// A lane's symbol kernel, made when first needed for a response table.
    struct symbol_lane {
        dsp::symbol_kernel kernel;
        lane_grid::neighbour_list neighbours;
    };

    /// The symbols of one lane around a block, as the kernels want them; NRZ has no high plane.
    struct lane_planes {
        std::vector<std::uint64_t> low, high;
        dsp::framed_symbols view() const { return {low, high}; }
    };

    void map_registers();
    void receive(lane_frame& frame, sc_core::sc_time& delay);
    void apply_settings();
    void update_responses(std::shared_ptr<const lane_frame::optics_table> optics,
                          const std::vector<lane_settings>& settings);
    photonics::lane_parameters received(unsigned lane, const photonics::lane_parameters& light,
                                        const lane_settings& settings) const;
    void update_loss_of_signal();
    void frame_symbols(const lane_frame& frame, unsigned lane, lane_planes& out);
    void render_symbols(lane_frame& frame);
    void render_waveform(lane_frame& frame);
    dsp::waveform_array make_waveform_array(stream_purpose noise) const;
    void account_power();
    double power_w() const;

    const pd_array_config config_;
    const lane_grid grid_;
    const std::array<gain_step, GAIN_STEPS> gain_steps_;  ///< [code]
    std::vector<individuality> individual_;               ///< [lane]
    state state_;
    std::vector<photonics::lane_parameters> received_;      ///< [lane], behind state_.responses
    std::vector<std::optional<earlier_response>> earlier_;  ///< [lane], the last lit one
    std::vector<std::optional<symbol_lane>> symbol_lanes_;  ///< [lane], of state_.responses
    /// Of state_.responses, for the payload's and the overhead's streams of noise.
    std::array<std::optional<dsp::waveform_array>, 2> waveforms_;
    // Buffers of one frame, kept from one to the next.
    std::vector<std::uint64_t> framed_bits_;
    lane_planes own_;
    std::array<lane_planes, dsp::MAX_NEIGHBOURS> others_;
    std::vector<float> rendered_;
    std::vector<std::uint8_t> symbols_;
    settling_period update_;
};

}  // namespace luxlane
