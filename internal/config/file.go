package config

import (
	"bytes"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/spf13/viper"
	"go.yaml.in/yaml/v3"

	"networkmngr/internal/strictjson"
)

// fileTypes are the extensions of settings files.
var fileTypes = []string{".yaml", ".yml", ".toml", ".json"}

// formats reads settings files so that no two readers see two values in one.
type formats struct{ viper.DecoderRegistry }

func newFormats() formats { return formats{viper.NewCodecRegistry()} }

// Decoder returns what reads files of a format; see [viper.DecoderRegistry].
func (f formats) Decoder(format string) (viper.Decoder, error) {
	switch strings.ToLower(format) {
	case "json":
		return strict(readJSON), nil
	case "yaml", "yml":
		return strict(readYAML), nil
	}
	usual, err := f.DecoderRegistry.Decoder(format)
	if err != nil {
		return nil, err
	}
	return strict(usual.Decode), nil
}

// strict reads a file whose keys are as settings are called, without a byte order
// mark. Viper does not tell upper from lower case, so that two keys could be one.
type strict func(text []byte, into map[string]any) error

// Decode reads a file; see [viper.Decoder].
func (read strict) Decode(text []byte, into map[string]any) error {
	if err := read(bytes.TrimPrefix(text, []byte("\uFEFF")), into); err != nil {
		return err
	}
	for key := range into {
		if name := strings.ToLower(key); name != key {
			return fmt.Errorf("key %q: want %q", key, name)
		}
	}
	return nil
}

func readJSON(text []byte, into map[string]any) error {
	var settings map[string]any
	err := strictjson.Unmarshal(text, &settings)
	maps.Copy(into, settings)
	return err
}

// readYAML takes whole numbers as they are written: for YAML, 010 is eight, for flags
// and people it is ten.
func readYAML(text []byte, into map[string]any) error {
	var nodes map[string]yaml.Node
	if err := yaml.Unmarshal(text, &nodes); err != nil {
		return err
	}
	for key, node := range nodes {
		value, err := valueOf(&node)
		if err != nil {
			return err
		}
		into[key] = value
	}
	return nil
}

func valueOf(node *yaml.Node) (value any, err error) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.ShortTag() != "!!int" {
		err = node.Decode(&value)
		return value, err
	}
	if number, err := strconv.Atoi(node.Value); err == nil {
		return number, nil
	}
	return node.Value, nil
}
