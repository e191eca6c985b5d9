#include "identity/challenge.h"
