package manifest

import (
	"fmt"
	"slices"
)

// Types are the types of the partition values of the spec's fields, for a schema that has their source columns.
func (p PartitionSpec) Types(s Schema) []Type {
	out := make([]Type, len(p.Fields))
	for i, f := range p.Fields {
		source, _ := s.top(f.SourceID)
		t, err := f.Parsed()
		if err != nil {
			continue // the type Invalid: a spec that Validate refuses
		}
		out[i] = t.Result(source.Type)
	}
	return out
}

// Specs are all partition specs that files of the version have, by id: its own and the older ones.
func (s *Snapshot) Specs() []PartitionSpec {
	out := append(slices.Clip(s.OlderSpecs), s.Spec)
	slices.SortFunc(out, func(a, b PartitionSpec) int { return a.ID - b.ID })
	return out
}

// OlderSpecs are the specs, beside own, with which files were written; known are those to choose from. ErrInvalid if a file has another.
func OlderSpecs(own PartitionSpec, files []File, known []PartitionSpec) ([]PartitionSpec, error) {
	used := make(map[int]bool)
	for i := range files {
		used[files[i].SpecID] = true
	}
	delete(used, own.ID)
	var out []PartitionSpec
	for _, p := range known {
		if used[p.ID] {
			out = append(out, p)
			delete(used, p.ID)
		}
	}
	for id := range used {
		return nil, fmt.Errorf("older specs: %w", refuse(RuleOlderSpecs, "files have spec %d, which is not known", id))
	}
	slices.SortFunc(out, func(a, b PartitionSpec) int { return a.ID - b.ID })
	return out, nil
}
