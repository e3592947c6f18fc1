#pragma once

#if __has_include("attention.h")
#include "attention.h"
#endif
#if __has_include("products.h")
#include "products.h"
#endif
#if __has_include("pointwise.h")
#include "pointwise.h"
#endif
#include "fingerprint.h"
#include "weights.h"
