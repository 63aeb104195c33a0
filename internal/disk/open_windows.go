package disk

// noWait is for systems that keep pipes elsewhere than in folders.
const noWait = 0
