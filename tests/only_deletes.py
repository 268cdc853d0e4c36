"""The store's target with few cases of failures: those of one delete."""

from dataclasses import replace

from model.failures import failure_cases
from scenarios.sessions import target as whole

target = replace(
    whole,
    failure_cases=lambda: [each for each in failure_cases(whole, "") if "delete('b')" in each.name],
)
