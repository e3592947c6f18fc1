// the one executable
