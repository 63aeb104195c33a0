package openapi_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"networkmngr/internal/api/server"
	"networkmngr/internal/manager"
)

// own are the forms that both APIs have, each its own.
var own = map[string]bool{"State": true, "TipNow": true, "Error": true, "HTTPAddress": true, "Overview": true, "Validation": true, "Health": true}

func schemas(t *testing.T, description []byte) map[string]any {
	var parsed struct {
		Components struct{ Schemas map[string]any }
	}
	require.NoError(t, yaml.Unmarshal(description, &parsed))
	require.NotEmpty(t, parsed.Components.Schemas)
	return parsed.Components.Schemas
}

// What the manager passes on of nodes has the form that they give it.
func TestFormsOfBothAPIsAreTheSame(t *testing.T) {
	ofNodes := schemas(t, server.Description)
	for name, form := range schemas(t, manager.Description) {
		if of, both := ofNodes[name]; both && !own[name] {
			require.Equal(t, bare(of), bare(form), name)
		}
	}
}

// bare is a schema without what it says to people.
func bare(schema any) any {
	switch schema := schema.(type) {
	case map[string]any:
		kept := make(map[string]any)
		for key, value := range schema {
			if _, isText := value.(string); key != "examples" && (key != "description" || !isText) {
				kept[key] = bare(value)
			}
		}
		return kept
	case []any:
		kept := make([]any, len(schema))
		for i, value := range schema {
			kept[i] = bare(value)
		}
		return kept
	}
	return schema
}
