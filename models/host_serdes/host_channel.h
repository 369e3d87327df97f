#pragma once

#include <array>
#include <complex>
#include <cstdint>

#include "models/dsp/sampled_channel.h"
#include "models/host_serdes/host_serdes_config.h"
#include "models/photonics/extraction.h"

namespace luxlane::host {

/// Taps of the transmit equaliser in 1/64: x[k] = sum_i tap_i v[k - i], i = -3 .. 1.
struct transmit_taps {
    static constexpr int ONE = 64;
    std::int8_t pre3 = 0, pre2 = 0, pre1 = 0, main = ONE, post1 = 0;

    /// The driver's peak is shared: the magnitudes sum to at most ONE, the main tap is not
    /// negative.
    bool legal() const;
    bool operator==(const transmit_taps&) const = default;
};

/// What a transmitter sends, as far as the channel's response depends on it.
struct transmit_setting {
    transmit_taps taps;
    double amplitude_v = 0.8;  ///< differential, peak to peak, of taps that sum to ONE
    bool operator==(const transmit_setting&) const = default;
};

inline constexpr unsigned CTLE_CODES = 16;
inline constexpr unsigned GAIN_CODES = 32;

/// Loss of the trace at `frequency_hz`, dB, positive: rest + skin share growing as sqrt(f) +
/// dielectric share growing as f, through `loss_db` at `loss_frequency_hz`.
double trace_loss_db(const host_trace& trace, double frequency_hz);

/// Response of the trace without its flight time. The phase that belongs to the loss is that of the
/// transmission line of IEEE Std 802.3 93A.1.2.3: a1 (1 + j) sqrt(f) and a2 (1 - (2j/pi) ln f) f,
/// f in GHz. Reflections of packages and connectors are left out.
std::complex<double> trace_response(const host_trace& trace, double frequency_hz);

/// Continuous-time equaliser of IEEE Std 802.3 93A.1.4.3 and 120G: unity gain at high frequencies
/// below its poles, `code` (0 .. 15) steps of loss at rest. Zero and first pole at symbol rate /
/// 2.5, second pole at the symbol rate, low-frequency pair at symbol rate / 80.
std::complex<double> ctle_response(const host_receiver& receiver, unsigned code,
                                   double symbol_rate_bd, double frequency_hz);

/// A lane from the transmitter's symbols to the receiver's gain stage, in volts per volt of
/// transmitted swing, sixteen samples a symbol on a circle of `SYMBOLS` symbols.
class lane_pulse {
public:
    static constexpr std::size_t SYMBOLS = 128;
    static constexpr std::size_t SAMPLES = SYMBOLS * photonics::PHASES;

    /// `excess_loss_db` at the trace's loss frequency, beyond its own.
    lane_pulse(const host_serdes_settings& settings, const transmit_taps& taps, unsigned ctle_code,
               double excess_loss_db);

    std::size_t peak() const { return peak_; }
    double gain(std::size_t sample) const { return gain_[sample % SAMPLES]; }

    /// Noise and crosstalk before the gain stage, V^2, and the correlation of it 1 .. 4 symbols
    /// apart.
    double noise_v2() const { return noise_v2_; }
    const std::array<double, dsp::NOISE_LAGS>& noise_correlation() const { return correlation_; }

    /// Symbol-spaced taps and their neighbourhood where sample `main` is the main cursor, over the
    /// transmitted swing.
    photonics::phase_response phases(std::size_t main) const;

private:
    void integrate_noise(const host_serdes_settings& settings, unsigned ctle_code);

    std::array<double, SAMPLES> gain_{};
    std::size_t peak_ = 0;
    double noise_v2_ = 0.0;
    std::array<double, dsp::NOISE_LAGS> correlation_{};
};

}  // namespace luxlane::host
