package manager

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/faults"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/links"
	"networkmngr/internal/strictjson"
)

var (
	// errGeneration means that the faults have changed since a client has read them.
	errGeneration = errors.New("the faults have changed")
	// errIfMatch is an errGeneration of a client that has said so in If-Match.
	errIfMatch = fmt.Errorf("%w", errGeneration)
	// errNoPartition means that there is no partition of a name.
	errNoPartition = errors.New("there is no such partition")
)

// faultsBody is the most bytes that a state of the faults may have.
const faultsBody = 1 << 20

// generation is the parameter of checkGeneration.
var generation = []string{"generation"}

// edit makes of what is asked what somebody wants instead.
type edit func(now faults.State, members []faults.Member, at time.Time) (faults.State, error)

// handleSetFaults takes the whole of what is asked.
func (m *Manager) handleSetFaults(c *gin.Context) error {
	var wanted faults.State
	if err := readFaults(c, &wanted); err != nil {
		return err
	}
	return m.editFaults(c, func(faults.State, []faults.Member, time.Time) (faults.State, error) { return wanted, nil }, nil)
}

// handlePartition cuts groups of nodes off from each other.
func (m *Manager) handlePartition(c *gin.Context) error {
	var wanted faults.Partition
	if err := readFaults(c, &wanted); err != nil {
		return err
	}
	return m.editFaults(c, func(now faults.State, members []faults.Member, at time.Time) (faults.State, error) {
		p, err := wanted.Settle(members, now.Regions, at)
		return now.With(p), err
	}, nil)
}

// handleHeal joins what was cut.
func (m *Manager) handleHeal(c *gin.Context) error {
	var wanted api.Heal
	if err := httpserver.DecodeIfAny(c, &wanted); err != nil {
		return err
	}
	return m.editFaults(c, func(now faults.State, _ []faults.Member, _ time.Time) (faults.State, error) {
		healed, found := now.Healed(wanted.Name)
		if wanted.Name != "" && !found {
			return now, fmt.Errorf("%w: %.80q; GET /network/faults, or networkmngr faults, lists those that there are", errNoPartition, wanted.Name)
		}
		return healed, nil
	}, wanted.Reconnect)
}

// handleSetLinks has rules for links come to those that there are.
func (m *Manager) handleSetLinks(c *gin.Context) error {
	var wanted linkRules
	if err := readFaults(c, &wanted); err != nil {
		return err
	}
	return m.editFaults(c, func(now faults.State, members []faults.Member, at time.Time) (faults.State, error) {
		asked := faults.State{Links: wanted}
		if len(wanted) == 1 {
			rule, err := wanted[0].Settle(members, now.Regions, at)
			return now.WithLinks(rule), err
		}
		asked.Regions = now.Regions
		asked, err := asked.Settle(members, at)
		return now.WithLinks(asked.Links...), err
	}, nil)
}

// linkRules are a list, or one alone.
type linkRules []faults.Rule

// UnmarshalJSON reads either.
func (r *linkRules) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '[' {
		return strictjson.Unmarshal(text, (*[]faults.Rule)(r))
	}
	*r = make(linkRules, 1)
	return strictjson.Unmarshal(text, &(*r)[0])
}

// readFaults reads a body. One that is JSON and says what there is not breaks a rule, as
// one does that names a node which there is not.
func readFaults(c *gin.Context, v any) error {
	text, err := httpserver.Body(c)
	if err != nil {
		return err
	}
	err = strictjson.Unmarshal(text, v)
	if err != nil && json.Valid(text) {
		return fmt.Errorf("%w: %s", faults.ErrState, placed(err))
	}
	return err
}

// key is the first part of an error of strictjson, as long as it is that of a path.
var key = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([a-z0-9_-]+): `) })

// placed has an error of strictjson, "links: 1: to: …", say where it is as others of the
// faults do: "links[1].to: …".
func placed(err error) string {
	text, path := strings.ReplaceAll(err.Error(), strictjson.ErrMalformed.Error()+": ", ""), "" // a part that reads itself says so again
	for part := key().FindStringSubmatch(text); part != nil; part = key().FindStringSubmatch(text) {
		if _, err := strconv.Atoi(part[1]); err == nil {
			path += "[" + part[1] + "]"
		} else {
			path += "." + part[1]
		}
		text = text[len(part[0]):]
	}
	if path == "" {
		return text
	}
	return strings.TrimPrefix(path, ".") + ": " + text
}

// editFaults changes what is asked, unless the client has seen another generation, and
// answers with how it is then.
func (m *Manager) editFaults(c *gin.Context, edit edit, reconnect *bool) error {
	ctx := c.Request.Context()
	release, err := m.change(ctx)
	if err != nil {
		return err
	}
	defer release()
	asked, at, members := m.linkFaults.asked(), time.Now(), m.faultMembers()
	if err := checkGeneration(c, asked.Generation); err != nil {
		return err
	}
	ahead := m.aheadOfLab(at)
	now := asked.Desired.Shifted(ahead)
	next, err := edit(now.After(at), members, at)
	if err == nil {
		next, err = next.Settle(members, at)
	}
	if err != nil {
		return err
	}
	done := faults.Changed(now, next, members, at)
	has, err := m.changeFaults(ctx, next.Shifted(-ahead), reconnect)
	if err != nil {
		return err
	}
	m.watcher.settle()
	return m.answerFaults(c, cmp.Or(done, "nothing has changed"), has)
}

// aheadOfLab is by how much a moment of the machine's, in which people speak of the ends of
// faults, is ahead of the lab's time, in which they are kept.
func (m *Manager) aheadOfLab(at time.Time) time.Duration { return at.Sub(m.clock.read().Time(at)) }

// changeFaults has it that next is asked, and returns what nodes have then, by name. If it
// is asked already, it is given to those nodes that do not have it.
func (m *Manager) changeFaults(ctx context.Context, next faults.State, reconnect *bool) (map[string]api.AppliedFaults, error) {
	if next.Equal(m.linkFaults.asked().Desired) {
		m.syncFaults(ctx, m.running()...)
		return m.askFaults(ctx), nil
	}
	change := faultsChange{next: next, why: events.FaultsAsked, reconnect: next.Reconnects()}
	if reconnect != nil {
		change.reconnect = *reconnect
	}
	return m.applyFaults(ctx, change)
}

// checkGeneration refuses a client that has seen another generation than there is, if it
// says which.
func checkGeneration(c *gin.Context, generation uint64) error {
	now := strconv.FormatUint(generation, 10)
	if match := c.GetHeader("If-Match"); match != "" && match != "*" && strings.Trim(match, `"`) != now {
		return fmt.Errorf("%w: If-Match is %.64s, want \"%s\"; GET /network/faults says how they are", errIfMatch, match, now)
	}
	if seen, given := c.GetQuery("generation"); given && seen != now {
		return fmt.Errorf("%w: generation is %.64q, want %s; GET /network/faults says how they are", errGeneration, seen, now)
	}
	return nil
}

// handleFaults answers with what is asked, and what nodes have of it.
func (m *Manager) handleFaults(c *gin.Context) error {
	asked := m.linkFaults.asked()
	is := faults.Changed(faults.State{}, asked.Desired, m.faultMembers(), m.clock.read().Time(time.Now()))
	return m.answerFaults(c, cmp.Or(is, "no faults are set"), m.askFaults(c.Request.Context()))
}

// answerFaults answers with what is asked, what of it does not do what it says, and what each
// node has of it, by name.
func (m *Manager) answerFaults(c *gin.Context, message string, has map[string]api.AppliedFaults) error {
	asked := m.linkFaults.asked()
	message = also(message, faults.TooFast(asked.Desired), m.bridges())
	answer := api.NetworkFaults{Message: message, Generation: asked.Generation, Desired: asked.Desired.Shifted(m.aheadOfLab(time.Now())), Applied: []api.AppliedFaults{}, Pending: []string{}}
	for _, c := range m.nodes() {
		applied, known := has[c.Name()]
		if known {
			answer.Applied = append(answer.Applied, applied)
		}
		if !known || applied.Generation != asked.Generation {
			answer.Pending = append(answer.Pending, c.Name())
		}
	}
	c.Header("ETag", strconv.Quote(strconv.FormatUint(asked.Generation, 10)))
	return httpserver.Answer(c, http.StatusOK, answer)
}

// also is a message with what there is beside it.
func also(message string, others ...string) string {
	for _, other := range others {
		if other != "" {
			message += "; " + other
		}
	}
	return message
}

// bridges says which nodes link the sides of a partition; empty for none.
func (m *Manager) bridges() string {
	if len(m.linkFaults.asked().Desired.Partitions) == 0 { // or else each addition would plan for all nodes anew
		return ""
	}
	planned := m.linkFaults.plan(m.faultMembers())
	return faults.Bridges(planned.asked.Desired, planned.members, planned.plan)
}

// askFaults asks all nodes that answer what they have, within bounds.
func (m *Manager) askFaults(ctx context.Context) map[string]api.AppliedFaults {
	ctx, cancel := context.WithTimeout(ctx, m.limits.look)
	defer cancel()
	nodes := m.running()
	answers := make([]*api.LinkFaults, len(nodes))
	_ = each(ctx, len(nodes), func(ctx context.Context, i int) error {
		ctx, cancel := nodes[i].whileAnswering(ctx)
		defer cancel()
		if answer, err := nodes[i].client.Faults(ctx); err == nil {
			answers[i] = &answer
		}
		return nil // who does not answer is named as such
	})
	return appliedBy(nodes, answers, len(m.peerIDs())-1)
}

// appliedBy says, by name, what nodes have that have answered, of which each has so many
// peers.
func appliedBy(nodes []node, answers []*api.LinkFaults, peers int) map[string]api.AppliedFaults {
	has := make(map[string]api.AppliedFaults)
	for i, answer := range answers {
		if name := nodes[i].Name(); answer != nil {
			has[name] = api.AppliedFaults{Node: name, Generation: answer.Generation, Links: faulty(*answer, peers)}
		}
	}
	return has
}

// faulty counts the links with a fault of a node that has so many peers.
func faulty(f api.LinkFaults, peers int) (count int) {
	for _, row := range f.Links {
		if !row.Link.IsZero() {
			count++
		}
	}
	if !f.Others.IsZero() {
		count += max(0, peers-len(f.Links))
	}
	return count
}

// handlePresets answers with the names that faults may have.
func (m *Manager) handlePresets(c *gin.Context) error {
	answer := api.Presets{Tables: links.Tables()}
	for _, name := range links.PresetNames() {
		answer.Presets = append(answer.Presets, api.Preset{Name: name, Link: links.Presets()[name]})
	}
	return httpserver.Answer(c, http.StatusOK, answer)
}
