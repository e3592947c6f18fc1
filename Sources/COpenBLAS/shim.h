#include <cblas.h>

/* Declared here too: not every cblas.h that Debian's alternatives offer has OpenBLAS's own calls. */
void openblas_set_num_threads(int num_threads);
char *openblas_get_corename(void);
