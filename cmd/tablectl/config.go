package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// configFile is the layer of a file: global flags by their names, and those of a verb below the verb.
//
//	endpoint-url: http://localhost:9000
//	publish:
//	  validate: footer
type configFile struct {
	path   string
	global map[string]*yaml.Node
	verbs  map[string]map[string]*yaml.Node
}

// readConfig reads a file and refuses what no command knows.
func readConfig(path string, root *cobra.Command) (*configFile, error) {
	top, err := readYAML(path)
	if err != nil {
		return nil, err
	}
	c := &configFile{path: path, global: map[string]*yaml.Node{}, verbs: map[string]map[string]*yaml.Node{}}
	return c, eachKey(path, top, func(key, value *yaml.Node) error {
		if root.PersistentFlags().Lookup(key.Value) != nil {
			c.global[key.Value] = value
			return nil
		}
		for _, verb := range root.Commands() {
			if verb.Name() == key.Value {
				return c.addVerb(verb, value)
			}
		}
		return unknownKey(path, key, "no global flag and no verb is called so")
	})
}

func (c *configFile) addVerb(verb *cobra.Command, section *yaml.Node) error {
	flags := map[string]*yaml.Node{}
	c.verbs[verb.Name()] = flags
	return eachKey(c.path, section, func(key, value *yaml.Node) error {
		if verb.LocalNonPersistentFlags().Lookup(key.Value) == nil || key.Value == "help" {
			return unknownKey(c.path, key, verb.Name()+" has no such flag of its own")
		}
		flags[key.Value] = value
		return nil
	})
}

func (c *configFile) values(verb string, f *pflag.Flag) ([]string, string) {
	node, ok := c.verbs[verb][f.Name]
	if !ok {
		if node, ok = c.global[f.Name]; !ok {
			return nil, ""
		}
	}
	where := fmt.Sprintf("%s:%d: %s", c.path, node.Line, f.Name)
	switch node.Kind {
	case yaml.SequenceNode, yaml.MappingNode:
		return flatten(node), where
	default:
		return []string{node.Value}, where
	}
}

// flatten gives the elements of a list, or the pairs of a mapping as name=value.
func flatten(node *yaml.Node) []string {
	var out []string
	if node.Kind == yaml.SequenceNode {
		for _, n := range node.Content {
			out = append(out, n.Value)
		}
		return out
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		out = append(out, node.Content[i].Value+"="+node.Content[i+1].Value)
	}
	return out
}

// readYAML reads a file that holds one mapping, or nothing (then the node is nil).
func readYAML(path string) (*yaml.Node, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	return doc.Content[0], nil
}

// eachKey walks a mapping. Nil is an empty one.
func eachKey(path string, m *yaml.Node, do func(key, value *yaml.Node) error) error {
	if m == nil || m.Kind == yaml.ScalarNode && m.Tag == "!!null" {
		return nil
	}
	if m.Kind != yaml.MappingNode {
		return fmt.Errorf("%s:%d: expected names and values", path, m.Line)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(m.Content); i += 2 {
		key := m.Content[i]
		if seen[key.Value] {
			return fmt.Errorf("%s:%d: %q stands here twice", path, key.Line, key.Value)
		}
		seen[key.Value] = true
		if err := do(key, m.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func unknownKey(path string, key *yaml.Node, why string) error {
	return fmt.Errorf("%s:%d: unknown key %q: %s", path, key.Line, key.Value, why)
}
