#include "models/serdes_phy/payload_format.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "models/coding/fec_interleave.h"
#include "models/coding/stripe.h"

namespace luxlane::wide_link {
namespace {

/// Counts, lane by lane, in how many symbols of one codeword a lane has a part.
class touched_symbols {
public:
    explicit touched_symbols(std::uint32_t lanes) : last_(lanes), count_(lanes) {}

    void begin() { std::fill(count_.begin(), count_.end(), 0u); }
    /// `symbol` is not 0 and not the same for two symbols of a codeword.
    void add(std::size_t lane, std::uint64_t symbol) {
        count_[lane] += last_[lane] == symbol ? 0u : 1u;
        last_[lane] = symbol;
    }
    std::uint32_t most() const { return *std::max_element(count_.begin(), count_.end()); }

private:
    std::vector<std::uint64_t> last_;  ///< [lane] the symbol counted last
    std::vector<std::uint32_t> count_;
};

}  // namespace

std::uint32_t bridged_lanes(const payload_format& format, std::uint32_t data_lanes) {
    if (format.correctable() == 0) {
        return 0;
    }
    const coding::striping striping(data_lanes, format.gearbox);
    const std::uint32_t set = format.codeword_symbols() * format.interleave;
    // Where a set of codewords begins in a row decides which symbols share a lane; after this many
    // sets it begins there again. By how much that row is turned only renames the lanes.
    const std::uint32_t places = data_lanes / std::gcd(set, data_lanes);
    touched_symbols touched(data_lanes);
    std::uint32_t most = 0;
    for (std::uint64_t place = 0; place < places && most <= format.correctable(); ++place) {
        for (std::uint32_t codeword = 0; codeword < format.interleave; ++codeword) {
            touched.begin();
            for (std::uint64_t i = codeword; i < set; i += format.interleave) {
                const std::uint64_t index = place * set + i;
                for (unsigned bit = 0; bit < 10; ++bit) {
                    touched.add(striping.place_of({index, bit}).lane, index + 1);
                }
            }
            most = std::max(most, touched.most());
        }
    }
    return format.correctable() / most;
}

}  // namespace luxlane::wide_link
