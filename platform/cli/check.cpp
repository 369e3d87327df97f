#include <fmt/format.h>

#include "models/riscv/elf.h"
#include "platform/cli/command.h"
#include "platform/config/reader.h"
#include "platform/workload/tensor_table.h"

namespace luxlane::cli {

int check(const std::string& file) {
    const auto values = config::read_file(file);
    try {
        if (values.collective.enabled) {
            workload::read_tensor_table(values.collective.workload);
        }
        if (!values.firmware.empty()) {
            riscv::load_elf(values.firmware);
        }
    } catch (const workload::workload_error& error) {
        throw config::configuration_error(fmt::format("{}: {}", file, error.what()));
    } catch (const riscv::elf_error& error) {
        throw config::configuration_error(fmt::format("{}: {}", file, error.what()));
    }
    fmt::print("{}: valid: {} data + {} spare lanes, {} fault(s)\n", file, values.link.data_lanes,
               values.link.spare_lanes, values.faults.size());
    return success;
}

}  // namespace luxlane::cli
