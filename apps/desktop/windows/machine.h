/* What Windows tells of this machine: programs, windows, displays, devices. */
#pragma once
#include "app_core/facts.h"

void machine_look(const char *data_folder, struct facts *ret);
