"""Census files of schools and LAs, as their systems write them for DfE: read, never recorded."""
