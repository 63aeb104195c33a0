package server

import (
	"time"

	"networkmngr/internal/httpserver"
)

// Routes are those of a server.
func (s *Server) Routes() []httpserver.Route { return s.routes() }

// SetFarewell is how long those who listen have for the closing handshake.
func (s *Server) SetFarewell(within time.Duration) { s.listeners.farewell = within }

// SetHearTime is how long the rest of a message of theirs may take.
func (s *Server) SetHearTime(within time.Duration) { s.listeners.hearTime = within }
