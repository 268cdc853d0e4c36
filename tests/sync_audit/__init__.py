"""The sync audit: what each fsync and each O_EXCL of the store is there for, found by leaving it out."""
