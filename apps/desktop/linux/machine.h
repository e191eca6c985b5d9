/* What /proc and /sys tell of this machine and of this user's programs. */
#pragma once
#include "app_core/facts.h"

/* Fills programs, virtual_machine, remote, os, memory, disk and battery of *ret. */
void machine_look(const char *data_folder, struct facts *ret);
/* The program of a process, as facts name it; "" when it has gone. */
void machine_program(int64_t pid, char *ret, size_t size);
