package report

import (
	"networkmngr/internal/theory"
	"networkmngr/internal/types"
)

// attacks measures the gamma of each node that has withheld blocks. A block whose parent is
// not known was in no race that is.
func (f *Fold) attacks() []Attack {
	var blocks []theory.Found[types.Hash, *node]
	withheld := make(map[*node]bool)
	for _, h := range f.found {
		if h.previous != (types.Hash{}) {
			blocks = append(blocks, theory.Found[types.Hash, *node]{Hash: h.Hash, Previous: h.previous, Miner: h.finder})
		}
		if h.withheld {
			withheld[h.finder] = true
		}
	}
	list := []Attack{}
	for _, n := range f.byName() {
		if withheld[n] {
			list = append(list, newAttack(n.name, blocks, n))
		}
	}
	return list
}

func newAttack(name string, blocks []theory.Found[types.Hash, *node], n *node) Attack {
	a := Attack{Name: name}
	a.Races, a.On = theory.Races(blocks, n)
	a.Within = theory.Wilson(a.On, a.Races)
	if a.Races > 0 {
		a.Gamma = new(float64(a.On) / float64(a.Races))
	}
	return a
}
