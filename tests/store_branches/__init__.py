"""Which lines and branches of the store the campaigns reach by themselves, and why the rest is not reached.

A line that no campaign runs has been checked by nobody, however many unit tests run it.  So whatever is missed has its
reason in `reasons.toml`, or it fails.
"""
