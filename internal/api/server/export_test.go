package server

import "networkmngr/internal/httpserver"

// Routes are those of a server.
func (s *Server) Routes() []httpserver.Route { return s.routes() }
