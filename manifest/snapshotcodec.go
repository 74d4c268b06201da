package manifest

import "fmt"

// MaxSnapshotBytes is the largest snapshot object that is read.
const MaxSnapshotBytes = 256 << 20

// DecodeSnapshot reads a snapshot object and validates it. What lies in file lists it cannot see: whoever reads those calls Validate
// with their files before using a key of them. Errors as of Decode.
func DecodeSnapshot(b []byte) (*Snapshot, error) {
	if len(b) > MaxSnapshotBytes {
		return nil, fmt.Errorf("decode snapshot: %w: %d bytes, at most %d are read", ErrTooLarge, len(b), MaxSnapshotBytes)
	}
	if err := checkHead(b, "", Format); err != nil {
		return nil, fmt.Errorf("decode snapshot: %w", err)
	}
	s := new(Snapshot)
	if err := decodeWhole(b, s); err != nil {
		return nil, fmt.Errorf("decode snapshot: %w", refuse(RuleJSON, "%v", err))
	}
	if err := s.validateSelf(); err != nil {
		return nil, fmt.Errorf("decode snapshot: %w", err)
	}
	return s, nil
}

// Encode is the one text of a snapshot, with a line feed at the end. A snapshot that DecodeSnapshot would refuse is not encoded.
func (s *Snapshot) Encode() ([]byte, error) {
	if err := s.validateSelf(); err != nil {
		return nil, fmt.Errorf("encode snapshot: %w", err)
	}
	b, err := encodeWhole(s)
	if err != nil {
		return nil, fmt.Errorf("encode snapshot: %w", err)
	}
	if len(b) >= MaxSnapshotBytes {
		return nil, fmt.Errorf("encode snapshot: %w: %d bytes, at most %d can be read", ErrTooLarge, len(b), MaxSnapshotBytes)
	}
	return append(b, '\n'), nil
}
