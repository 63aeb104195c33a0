package manager

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/faults"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/links"
	"networkmngr/internal/manager/linkfaults"
	"networkmngr/internal/strictjson"
)

var (
	// errGeneration means that the faults have changed since a client has read them.
	errGeneration = errors.New("the faults have changed")
	// errIfMatch is an errGeneration of a client that has said so in If-Match.
	errIfMatch = fmt.Errorf("%w", errGeneration)
)

// faultsBody is the most bytes that a state of the faults may have.
const faultsBody = 1 << 20

// generation is the parameter of checkGeneration.
var generation = []string{"generation"}

// handleSetFaults takes the whole of what is asked.
func (m *Manager) handleSetFaults(c *gin.Context) error {
	var wanted faults.State
	if err := readFaults(c, &wanted); err != nil {
		return err
	}
	return m.editFaults(c, linkfaults.Whole(wanted), nil)
}

// handlePartition cuts groups of nodes off from each other.
func (m *Manager) handlePartition(c *gin.Context) error {
	var wanted faults.Partition
	if err := readFaults(c, &wanted); err != nil {
		return err
	}
	return m.editFaults(c, linkfaults.Partition(wanted), nil)
}

// handleHeal joins what was cut.
func (m *Manager) handleHeal(c *gin.Context) error {
	var wanted api.Heal
	if err := httpserver.DecodeIfAny(c, &wanted); err != nil {
		return err
	}
	return m.editFaults(c, linkfaults.Heal(wanted.Name), wanted.Reconnect)
}

// handleSetLinks has rules for links come to those that there are.
func (m *Manager) handleSetLinks(c *gin.Context) error {
	var wanted linkRules
	if err := readFaults(c, &wanted); err != nil {
		return err
	}
	return m.editFaults(c, linkfaults.Rules(wanted), nil)
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
func (m *Manager) editFaults(c *gin.Context, edit linkfaults.Edit, reconnect *bool) error {
	seen := func(generation uint64) error { return checkGeneration(c, generation) }
	now, err := m.links.Edit(c.Request.Context(), seen, edit, reconnect)
	if err != nil {
		return err
	}
	m.stream.Settle()
	return answerFaults(c, now)
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
	return answerFaults(c, m.links.Now(c.Request.Context()))
}

func answerFaults(c *gin.Context, now api.NetworkFaults) error {
	c.Header("ETag", strconv.Quote(strconv.FormatUint(now.Generation, 10)))
	return httpserver.Answer(c, http.StatusOK, now)
}

// handleLinks answers with what is asked of links, and what they achieve.
func (m *Manager) handleLinks(c *gin.Context) error {
	only := ""
	if reference, given := c.GetQuery("node"); given {
		target, err := m.find(reference)
		if err != nil {
			return err
		}
		only = target.Name()
	}
	return httpserver.Answer(c, http.StatusOK, m.links.Links(c.Request.Context(), only))
}

// handlePresets answers with the names that faults may have.
func (m *Manager) handlePresets(c *gin.Context) error {
	answer := api.Presets{Tables: links.Tables()}
	for _, name := range links.PresetNames() {
		answer.Presets = append(answer.Presets, api.Preset{Name: name, Link: links.Presets()[name]})
	}
	return httpserver.Answer(c, http.StatusOK, answer)
}
