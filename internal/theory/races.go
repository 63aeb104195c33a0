package theory

// Found is a block with the one that it stands on, and whoever found it.
type Found[H, M comparable] struct {
	Hash, Previous H
	Miner          M
}

// Races counts the blocks that others than a miner have found on one of several blocks of
// the same parent, of which the miner has found some and others some; and of these blocks
// those that stand on the miner's. Their share is the gamma of [SelfishShare], measured.
func Races[H, M comparable](blocks []Found[H, M], miner M) (races, own int) {
	miners := make(map[H]M, len(blocks))
	parents := make(map[H]H, len(blocks))
	on := make(map[H]struct{ own, others int }, len(blocks)) // a parent
	for _, b := range blocks {
		miners[b.Hash], parents[b.Hash] = b.Miner, b.Previous
		count := on[b.Previous]
		if b.Miner == miner {
			count.own++
		} else {
			count.others++
		}
		on[b.Previous] = count
	}
	for _, b := range blocks {
		below, known := parents[b.Previous]
		if b.Miner == miner || !known || on[below].own == 0 || on[below].others == 0 {
			continue
		}
		races++
		if miners[b.Previous] == miner {
			own++
		}
	}
	return races, own
}
