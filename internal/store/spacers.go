package store

import "networkmngr/internal/chain"

// spacedSize is from how many bytes on a block has spacers, which take up to two pages of
// the file.
const spacedSize = 64 << 10

// putSpacers puts empty rows behind a large block, so that the next block comes into a leaf
// of the tree without this one. The library writes a changed leaf anew as a whole, and splits
// none of four rows or fewer, whatever their size: without spacers each of the next two
// commits would write the block again.
func (t *transaction) putSpacers(at chain.Ref) error {
	for _, kind := range []byte(spacerKinds) {
		if err := t.put(t.blocks, blockKey(at, kind), nil); err != nil {
			return err
		}
	}
	return nil
}

// removeSpacers removes those of a block, if it has any.
func (t *transaction) removeSpacers(at chain.Ref) error {
	for _, kind := range []byte(spacerKinds) {
		if err := t.remove(t.blocks, blockKey(at, kind)); err != nil {
			return err
		}
	}
	return nil
}
