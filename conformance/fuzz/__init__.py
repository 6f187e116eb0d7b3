"""Fuzzing: letters that are valid and letters that are damaged, made by Hypothesis, given to a DMS or to an axis."""
