package protocol

// maxReannounced is how many transactions are told of again with a Ping.
const maxReannounced = 512

// reannounce tells a peer once more of a part of what is pending, the next part each
// time: an announcement may have vanished on a bad line, or come when there was
// no room for it. A peer with which nothing was exchanged yet hears of all.
func (e *Engine) reannounce(p *peer) {
	if !p.offered {
		e.tellPool(p)
		return
	}
	ids := e.pendingIDs()
	if len(ids) == 0 {
		return
	}
	if p.reannounced >= len(ids) {
		p.reannounced = 0
	}
	part := ids[p.reannounced:min(len(ids), p.reannounced+maxReannounced)]
	p.reannounced += len(part)
	if pending := e.stillPending(part); len(pending) > 0 {
		e.sendHaveShort(p, false, pending)
	}
}
