package bootstrap

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"

	"networkmngr/internal/certificate"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/netgroup"
)

// Whoever introduces a node has this program connect to an address of his choice. So that
// nobody uses that to look around where he has no way in himself, an address is asked only
// if it can be reached from where he is, a group of strangers has a share of the questions,
// and all of them are told the same of whatever is no node.

// check is ask for somebody who introduces a node, when there is room for one question
// more. This machine waits for that; a group of strangers that has its share gets ErrRate.
func (s *Service) check(ctx context.Context, from httpserver.Origin, address string) (Introduction, error) {
	teller := netgroup.Teller(netip.Prefix(from).Addr())
	if from != (httpserver.Origin{}) {
		party := s.partyOf(from)
		if !s.shares.Acquire(party) {
			return Introduction{}, ErrRate
		}
		defer s.shares.Release(party)
		return s.ask(ctx, teller, address)
	}
	select {
	case s.checks <- struct{}{}:
		defer func() { <-s.checks }()
		return s.ask(ctx, teller, address)
	case <-ctx.Done():
		return Introduction{}, ctx.Err()
	}
}

// partyOf is what counts as one stranger: all that are of one group of addresses.
func (s *Service) partyOf(from httpserver.Origin) httpserver.Origin {
	network := netip.Prefix(from)
	group, err := netip.ParsePrefix(string(s.groups.OfIP(network.Addr())))
	if err != nil || group.Bits() > network.Bits() {
		return from // it is exempt
	}
	return httpserver.Origin(group)
}

// hidden is an error as whoever introduces a node may know it: strangers not what there is
// at an address in the place of a node.
func (s *Service) hidden(from httpserver.Origin, address string, err error) error {
	refusal := Refusal(err)
	if from == (httpserver.Origin{}) || refusal == nil || refusal.Status != http.StatusUnprocessableEntity {
		return err
	}
	s.log.Debug("nobody is known by an introduction", "address", address, "error", err)
	return fmt.Errorf("%w: %s", ErrUnreachable, address)
}

// newAsking makes a client for questions at addresses of which somebody with a reach has
// told. It keeps no connection, which once in ten seconds is not worth.
func newAsking(trust *certificate.Trust, teller netgroup.Reach) *http.Client {
	dialer := net.Dialer{Control: teller.Control}
	return httpclient.NewHTTP(trust, &http.Transport{DisableKeepAlives: true, DialContext: dialer.DialContext})
}
