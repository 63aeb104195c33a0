package server

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/mining"
	"networkmngr/internal/mining/strategy"
)

func (s *Server) mining(c *gin.Context) error {
	return httpserver.Answer(c, http.StatusOK, s.miningForm(""))
}

func (s *Server) setMining(c *gin.Context) error {
	var change api.MiningChange
	if err := httpserver.Decode(c, &change); err != nil {
		return err
	}
	check, err := httpserver.Bool(c, "check")
	if err != nil {
		return err
	}
	s.setting.Lock()
	defer s.setting.Unlock()
	settings, _ := s.node.Mining()
	if settings, err = s.changedMining(settings, change); err != nil {
		return err
	}
	if check {
		return httpserver.Answer(c, http.StatusOK, s.miningForm("nothing has changed; once this is set, "+describeMining(settings)))
	}
	if change.Strategy != nil && settings.Strategy.Name == strategy.DoubleSpend {
		err = s.attack(settings, *change.Strategy)
	} else {
		err = s.node.SetMining(settings)
	}
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, s.miningForm(describeMining(settings)))
}

// changedMining are the settings after a change, but for the transfers of a double spend
// that it begins.
func (s *Server) changedMining(now mining.Settings, change api.MiningChange) (next mining.Settings, err error) {
	next = changedSchedule(now, change)
	if change.Strategy != nil {
		if next.Strategy, err = s.strategyOf(*change.Strategy); err != nil {
			return now, err
		}
	}
	return next, next.Validate()
}

func changedSchedule(s mining.Settings, change api.MiningChange) mining.Settings {
	if change.Mode != nil {
		s.Mode, s.Interval, s.Blocks = mining.Mode(*change.Mode), 0, 0
	}
	replace(&s.Interval, change.Interval)
	replace(&s.Blocks, change.Blocks)
	replace(&s.Threads, change.Threads)
	replace(&s.Hashrate, change.Hashrate)
	replace(&s.Paced, change.Paced)
	return s
}

// replace sets what was given.
func replace[T any](field *T, given *T) {
	if given != nil {
		*field = *given
	}
}

func (s *Server) miningForm(message string) api.Mining {
	settings, achieved := s.node.Mining()
	return api.Mining{
		Message: message,
		Settings: api.MiningSettings{
			Mode: string(settings.Mode), Interval: settings.Interval, Blocks: settings.Blocks,
			Threads: settings.Threads, Hashrate: settings.Hashrate, Paced: settings.Paced,
		},
		Strategy:  s.strategyForm(),
		Searching: achieved.Searching, Solver: settings.Power.Name(),
		Hashrate: achieved.Hashrate, Hashes: achieved.Hashes, Blocks: achieved.Blocks,
	}
}

// describeMining says in words when a node mines.
func describeMining(s mining.Settings) string {
	text := map[mining.Mode]string{
		mining.Off:        "the node does not mine",
		mining.Demand:     "the node mines when it is asked for a block",
		mining.Interval:   fmt.Sprintf("the node mines a block every %v seconds", s.Interval),
		mining.Pending:    "the node mines while transfers are pending",
		mining.Continuous: "the node mines without pause",
	}[s.Mode]
	if s.Blocks > 0 {
		text += fmt.Sprintf(", until it has mined %d", s.Blocks)
	}
	if name := s.Strategy.Normal().Name; name != strategy.Honest {
		text += fmt.Sprintf("; its strategy is %s", name)
	}
	return text
}
