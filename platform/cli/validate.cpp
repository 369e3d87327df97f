#include <fmt/format.h>

#include <memory>

#include "models/dsp/validation.h"
#include "platform/cli/command.h"

namespace luxlane::cli {

void add_validate(CLI::App& app, int& status) {
    auto* command = app.add_subcommand("validate", "The models beside published figures");
    auto markdown = std::make_shared<bool>(false);
    command->add_flag("--markdown", *markdown, "as a table for the documentation");
    command->callback([markdown, &status] {
        const auto rows = dsp::validate();
        if (*markdown) {
            fmt::print(
                "| row | use | quantity | published | model | unit | verdict | source |\n"
                "|---|---|---|---|---|---|---|---|\n");
        }
        bool all_near = true;
        for (const auto& row : rows) {
            if (*markdown) {
                fmt::print("| {} | {} | {} | {} | {:.3g} | {} | {} | {} |\n", row.id, row.use,
                           row.quantity, row.published, row.model, row.unit, row.verdict(),
                           row.source);
            } else {
                fmt::print("{:<6} {:<10} {:<44} published {:<16} model {:<10.3g} {:<10} {}\n",
                           row.id, row.use, row.quantity, row.published, row.model, row.unit,
                           row.verdict());
            }
            all_near = all_near && row.verdict() != "off";
        }
        status = all_near ? success : failed;
    });
}

}  // namespace luxlane::cli
