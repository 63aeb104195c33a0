package bootstrap

import _ "embed" // the description

// Description is what GET /openapi.yaml answers: every route in OpenAPI 3.1.
//
//go:embed openapi.yaml
var Description []byte
