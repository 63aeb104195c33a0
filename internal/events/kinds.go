package events

import (
	"encoding/json"
	"maps"
	"slices"
)

// kind reads the data of one type.
type kind struct {
	verbose bool
	decode  func([]byte) (Data, error)
}

// kinds holds every type that there is.
var kinds = make(map[Type]kind)

// register makes D known. A verbose kind is told only while somebody asks for it.
func register[D Data](verbose bool) {
	var zero D
	kinds[zero.Type()] = kind{verbose: verbose, decode: func(text []byte) (Data, error) {
		var data D
		err := json.Unmarshal(text, &data)
		return data, err
	}}
}

func decode(t Type, text []byte) (Data, error) {
	k, known := kinds[t]
	if !known {
		return Unknown{Of: t, JSON: slices.Clone(text)}, nil
	}
	return k.decode(text)
}

// Types lists every type by name.
func Types() []Type { return slices.Sorted(maps.Keys(kinds)) }

// Known reports whether there is such a type.
func Known(t Type) bool {
	_, known := kinds[t]
	return known
}

// Verbose reports whether events of a type are so many that they are told only
// while somebody asks for that type.
func Verbose(t Type) bool { return kinds[t].verbose }

func init() {
	for _, quiet := range []func(bool){
		register[NodeUp], register[NodeDown], register[NodePaused], register[NodeResumed],
		register[NodeSilent], register[NodeAnswering], register[MachineChanged],
		register[PeerLinked], register[PeerLost], register[PeerBanned],
		register[BlockMined], register[BlocksWithheld], register[BlocksPublished], register[BlocksAbandoned], register[BlockHeard], register[BlockReceived], register[BlockConnected],
		register[BlockDisconnected], register[BlockRefused], register[BlockTooNew],
		register[BlockInvalidated], register[BlockReconsidered],
		register[TipMoved], register[Reorg], register[Mempool], register[TransactionSubmitted],
		register[MiningStarted], register[MiningStopped], register[MiningChanged], register[MiningResult],
		register[NetworkStarting], register[Notice], register[NetworkUp], register[NetworkDown], register[NetworkChanged],
		register[NetworkPaused], register[NetworkResumed], register[ClockChanged],
		register[FaultsChanged],
		register[Gap], register[Bookmark],
	} {
		quiet(false)
	}
	for _, verbose := range []func(bool){
		register[TransactionAccepted], register[TransactionRefused],
		register[TransactionIncluded], register[TransactionReturned], register[Stats],
	} {
		verbose(true)
	}
}
