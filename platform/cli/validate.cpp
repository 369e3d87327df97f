#include <fmt/format.h>

#include "models/dsp/validation.h"
#include "platform/cli/command.h"

namespace luxlane::cli {

int validate(bool markdown) {
    const auto rows = dsp::validate();
    if (markdown) {
        fmt::print(
            "| row | use | quantity | published | model | unit | verdict | source |\n"
            "|---|---|---|---|---|---|---|---|\n");
    }
    bool all_near = true;
    for (const auto& row : rows) {
        if (markdown) {
            fmt::print("| {} | {} | {} | {} | {:.3g} | {} | {} | {} |\n", row.id, row.use,
                       row.quantity, row.published, row.model, row.unit, row.verdict(), row.source);
        } else {
            fmt::print("{:<6} {:<10} {:<44} published {:<16} model {:<10.3g} {:<10} {}\n", row.id,
                       row.use, row.quantity, row.published, row.model, row.unit, row.verdict());
        }
        all_near = all_near && row.verdict() != "off";
    }
    return all_near ? success : failed;
}

}  // namespace luxlane::cli
