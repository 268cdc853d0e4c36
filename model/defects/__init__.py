"""Known-bad stores: a checker that lets one of them pass is not to be believed."""
