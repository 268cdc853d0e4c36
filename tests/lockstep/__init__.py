"""The store and its reference model in lockstep, on three kernels."""
