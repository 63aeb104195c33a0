package server

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/core"
	"networkmngr/internal/httpserver"
)

// The tables of addresses.
const (
	newTable   = "new"
	triedTable = "tried"
)

// listedShares is how many groups or sources are told of.
const listedShares = 50

// addressTables tells what the tables of addresses hold, by group and source.
func (s *Server) addressTables(c *gin.Context) error {
	table := c.Query("table")
	if table != "" && table != newTable && table != triedTable {
		return fmt.Errorf("%w: table is %.64q, want %s or %s", httpserver.ErrMalformed, table, newTable, triedTable)
	}
	all := s.node.Addresses()
	answer := api.Addresses{Places: []api.AddressPlace{}}
	for _, row := range all {
		if row.Tried {
			answer.Tried++
		} else {
			answer.New++
		}
	}
	slices.SortFunc(all, byPlace)
	fit := slices.DeleteFunc(all, func(row core.AddressRow) bool { return !fits(c, row) })
	part, err := page(c, fit)
	if err != nil {
		return err
	}
	answer.Count = len(fit)
	answer.Groups = shares(fit, func(row core.AddressRow) string { return string(row.Group) })
	answer.Sources = shares(fit, sourceName)
	for _, row := range part {
		answer.Places = append(answer.Places, placeForm(row))
	}
	return httpserver.Answer(c, http.StatusOK, answer)
}

// byPlace orders places: tried first, then by bucket and slot.
func byPlace(a, b core.AddressRow) int {
	return cmp.Or(cmp.Compare(tableOf(b), tableOf(a)), cmp.Compare(a.Bucket, b.Bucket), cmp.Compare(a.Slot, b.Slot))
}

// fits reports whether a place is one that ?table=, ?group= and ?source= ask for.
func fits(c *gin.Context, row core.AddressRow) bool {
	group, byGroup := c.GetQuery("group")
	source, bySource := c.GetQuery("source")
	table := c.Query("table")
	return (table == "" || table == tableOf(row)) && (!byGroup || group == string(row.Group)) &&
		(!bySource || source == sourceName(row) || source == row.Source.Node.String())
}

func tableOf(row core.AddressRow) string {
	if row.Tried {
		return triedTable
	}
	return newTable
}

// sourceName is what counts as one source: a group, as ids cost nothing, or else the node.
func sourceName(row core.AddressRow) string {
	return cmp.Or(string(row.Source.Group), row.Source.Node.String())
}

// shares counts places by a name, those that have most first.
func shares(rows []core.AddressRow, name func(core.AddressRow) string) []api.AddressShare {
	by := make(map[string]*api.AddressShare)
	for _, row := range rows {
		of := by[name(row)]
		if of == nil {
			of = &api.AddressShare{Name: name(row)}
			by[of.Name] = of
		}
		if row.Tried {
			of.Tried++
		} else {
			of.New++
		}
	}
	list := make([]api.AddressShare, 0, len(by))
	for _, of := range by {
		of.Share = float64(of.New+of.Tried) / float64(len(rows))
		list = append(list, *of)
	}
	slices.SortFunc(list, func(a, b api.AddressShare) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Name, b.Name))
	})
	return list[:min(len(list), listedShares)]
}

func placeForm(row core.AddressRow) api.AddressPlace {
	return api.AddressPlace{
		ID: row.Node, Address: row.Address, Table: tableOf(row), Bucket: row.Bucket, Slot: row.Slot, Group: string(row.Group),
		Source: row.Source.Node, SourceGroup: string(row.Source.Group), Attempts: row.Attempts,
		LastTry: timeOrNever(row.LastTry), LastSuccess: timeOrNever(row.LastSuccess),
	}
}

func timeOrNever(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return new(at.UTC())
}
