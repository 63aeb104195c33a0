//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"networkmngr/internal/events"
	"networkmngr/internal/report"
	"networkmngr/internal/types"
)

// mined is a block, and the node that found it.
type mined struct {
	events.BlockMined
	node string
}

// story asks a network's manager for its report.
func (n *network) story(ctx context.Context) (told report.Report, err error) {
	answer, err := n.read(ctx, "/report?format=json")
	if err != nil {
		return told, err
	}
	defer answer.Close()
	return told, json.NewDecoder(answer).Decode(&told)
}

// read asks the manager for something; the body is to be closed.
func (n *network) read(ctx context.Context, path string) (io.ReadCloser, error) {
	url := fmt.Sprintf("http://127.0.0.1:%d%s", n.first-1, path)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, fmt.Errorf("GET %s: %s", url, answer.Status)
	}
	return answer.Body, nil
}

// mined are all blocks that nodes have found, in the order in which the manager heard of
// them.
func (n *network) mined(ctx context.Context) (list []mined, err error) {
	const page = 1000
	query := url.Values{"types": {string(events.BlockMined{}.Type())}, "from": {"start"}, "limit": {strconv.Itoa(page)}}
	for {
		part, err := n.manager().EventPage(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, text := range part.Events {
			record, err := events.ParseRecord(text)
			if err != nil {
				return nil, err
			}
			if data, ok := record.Data.(events.BlockMined); ok {
				list = append(list, mined{data, record.Node})
			}
		}
		if len(part.Events) < page {
			return list, nil
		}
		query.Set("from", strconv.FormatUint(part.Next, 10))
	}
}

// mainChain is which of the blocks the chain of a tip is made of, lowest first.
func mainChain(blocks []mined, tip types.Hash) (chain []mined) {
	byHash := make(map[types.Hash]mined, len(blocks))
	for _, b := range blocks {
		byHash[b.Hash] = b
	}
	for b, known := byHash[tip]; known; b, known = byHash[b.Previous] {
		chain = append(chain, b)
	}
	slices.Reverse(chain)
	return chain
}
