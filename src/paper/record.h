/* The records of the evidence that tell of reports. Only for this folder. */
#pragma once
#include "paper/material.h"

/* These bytes are the report of `m`, for whom `wish` says. */
MUST_USE bool record_drawn(const struct material *m, const struct paper_wish *wish,
                           struct str bytes, struct error *err);
