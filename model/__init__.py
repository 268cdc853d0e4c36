"""The model checker: reference model, simulated computer, persistence rules, explorers, judge, reports."""
