"""The lessons: one TOML file each, and the small programs that they are played with."""
