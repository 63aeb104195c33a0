package protocol

import (
	"errors"
	"slices"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/recent"
	"networkmngr/internal/types"
)

const (
	tellTooNewAfter = 10 * time.Second // between two headers from the future that are told of, at least
	maxTooNew       = 64               // headers from the future that were told of last
)

// tooNew is which headers from the future were told of.
type tooNew struct {
	told  recent.Map[types.Hash, struct{}]
	again time.Time // when another one may be
}

// noteTooNew tells of the header that is from the future, unless it was told of, or another
// one just now: whoever mines many of them fills no log.
func (e *Engine) noteTooNew(p *peer, headers []types.Header, err error) {
	var at *chain.BlockError
	if !errors.As(err, &at) || e.now.Before(e.tooNew.again) {
		return
	}
	if _, told := e.tooNew.told.Get(at.ID); told {
		return
	}
	i := slices.IndexFunc(headers, func(h types.Header) bool { return h.Hash() == at.ID })
	e.tooNew.told.Add(at.ID, struct{}{})
	e.tooNew.again = e.now.Add(tellTooNewAfter)
	e.do(TooNew{Block: at.Ref, Header: headers[i], From: p.id})
}
