"""Many processes on one store on a real disk, killed at random for minutes; a judge of what each of them saw."""
