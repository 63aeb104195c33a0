package news

import (
	"testing"

	"networkmngr/internal/events"
)

func TestFaultsOnLinks(t *testing.T) {
	r := read(t, 2)
	cut, whole := events.Faults{Cut: 2}, events.Faults{}
	r.network(events.FaultsChanged{Why: events.FaultsAsked, Done: "n0 | n1 are cut apart", Faults: cut})
	r.network(events.FaultsChanged{Why: events.FaultsAsked, Done: "healed", Faults: whole})
	r.network(events.FaultsChanged{Why: events.FaultsAsked, Done: "links all to all: 3g", Faults: events.Faults{Shaped: 2}})
	r.network(events.FaultsChanged{Why: events.FaultsOver, Done: "healed", Faults: whole})
	r.network(events.FaultsChanged{Why: events.FaultsResumed, Done: "n0 | n1 are cut apart", Faults: cut})
	r.requireSaid("? n0 | n1 are cut apart", "+ healed", "? links all to all: 3g",
		"+ healed, as the time for it is over", "! as before: n0 | n1 are cut apart")
}
