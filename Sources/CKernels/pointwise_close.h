// Ends one compilation of a BODY: the names are free for the next instruction set.
#undef LANES
#undef V
#undef vf
#undef vi
