"""A brute-force enumerator of crash states, and the toy recoveries that are run on every one of them."""
