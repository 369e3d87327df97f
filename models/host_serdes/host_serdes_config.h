#pragma once

#include <cstdint>

#include "models/dsp/statistical_eye.h"
#include "models/photonics/lane_parameters.h"

namespace luxlane {

// Figures of IEEE Std 802.3ck are quoted from memory.

/// Printed circuit board, connector and packages between accelerator and module.
/// Loss over frequency: rest + skin effect (root of f) + dielectric (f).
struct host_trace {
    double loss_db = 16.0;  ///< bump to bump at `loss_frequency_hz`; IEEE Std 802.3ck, Annex 120G
    double loss_frequency_hz = 26.5625e9;  ///< Nyquist of 53.125 GBd
    double rest_loss_db = 0.5;             ///< at rest; assumption: resistance and contacts
    double skin_share = 0.45;       ///< of what the rest leaves; assumption: low-loss laminate
    double crosstalk_rms_v = 1e-3;  ///< at the receiver's input; assumption: neighbour pairs
    /// Signal over reflections of packages and connectors that come too late for any tap;
    /// assumption: leaves a 16 dB lane at some 1e-8, as healthy lanes report.
    double signal_to_reflections_db = 24.0;
};

/// Transmitter, as the reference transmitter of 802.3ck's channel operating margin.
struct host_transmitter {
    double transition_time_s = 7.5e-12;  ///< 20 % to 80 %; 802.3ck
    double signal_to_noise_db = 32.5;    ///< 802.3ck, SNR_TX
    double level_mismatch = 0.95;        ///< ratio of PAM4's smallest step; 802.3ck, R_LM
    double maximum_amplitude_v = 1.0;    ///< differential, peak to peak; assumption
};

/// Receiver: noise filter, continuous-time equaliser, variable gain, slicers, clock recovery.
struct host_receiver {
    double noise_density_v2_per_hz = 4.1e-17;  ///< one-sided, at the input; 802.3ck C2M, eta_0
    double noise_bandwidth_per_baud = 0.75;    ///< fourth-order Butterworth; 802.3ck, f_r / f_b
    double peaking_step_db = 1.0;              ///< of one CTLE code, 16 codes; assumption
    double low_peaking_step_db = 0.2;  ///< the same below 1/80 of the symbol rate; assumption
    double gain_step_db = 0.75;        ///< of one gain code, 32 codes from 0 dB; assumption
    double full_scale_v = 0.25;        ///< of the slicers, each way; assumption
    double slicer_noise_v = 2e-3;      ///< rms, behind the gain; assumption
    unsigned feed_forward_taps = 1;    ///< 1, 3 or 5; 802.3ck C2M's reference has none
    dsp::sampling_jitter jitter = {.random_ui = 0.01,
                                   .sinusoidal_ui = 0.02};  ///< 802.3ck, sigma_RJ and A_DD
    double signal_threshold_v = 20e-3;  ///< swing at the input below which the signal is lost
    double minimum_q = 1.5;             ///< eye opening over noise at which the clock locks
    double lock_time_s = 10e-6;         ///< of the clock recovery; assumption
    double adapt_time_s = 5e-3;   ///< link training takes 5 .. 50 ms; assumption: firmware-less
    double clock_offset = 50e-6;  ///< of a clock recovery that runs free; 802.3: 100 ppm
};

/// The electrical interface between accelerator and PHY: 800GAUI-8 by default, any symbol rate and
/// either line code by these values. Where they come from also stands in platform/config, for
/// `luxlane describe`.
struct host_serdes_settings {
    unsigned lanes = 8;               ///< in each direction, 1 .. 16
    double lane_rate_bps = 106.25e9;  ///< 2e9 .. 212.5e9
    photonics::modulation format = photonics::modulation::pam4;
    double reference_clock_hz = 156.25e6;
    double pll_lock_time_s = 100e-6;
    double latency_s = 15e-9;         ///< one way; assumption: 30 cm at 6 ns/m, 13 ns of pipeline
    double lane_loss_sigma_db = 0.5;  ///< lanes differ in length; assumption
    host_trace trace;
    host_transmitter transmitter;
    host_receiver receiver;

    unsigned bits_per_symbol() const { return format == photonics::modulation::pam4 ? 2 : 1; }
    double symbol_rate_bd() const { return lane_rate_bps / bits_per_symbol(); }
};

/// Of one board: `direction` tells the two ends of a cable apart.
struct host_serdes_config : host_serdes_settings {
    std::uint64_t seed = 1;
    std::uint32_t direction = 0;
};

}  // namespace luxlane
