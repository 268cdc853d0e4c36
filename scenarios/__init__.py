"""What binds the store to its checker: targets, cases, lessons, defects."""
