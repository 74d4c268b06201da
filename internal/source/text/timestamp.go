package text

// ParseTimestamp reads YYYY-MM-DD, or that with [ T]HH:MM[:SS[.ffffff]] behind it, as microseconds since 1970. A time zone is ErrZone.
func ParseTimestamp(b []byte) (int64, error) {
	us, zone, err := instant(b)
	if err == nil && zone {
		return 0, ErrZone
	}
	return us, err
}

// ParseTimestampTZ reads the same followed by Z or an offset (+hh, +hhmm, +hh:mm), as an instant in UTC. No zone is ErrNoZone.
func ParseTimestampTZ(b []byte) (int64, error) {
	us, zone, err := instant(b)
	if err == nil && !zone {
		return 0, ErrNoZone
	}
	return us, err
}

func instant(b []byte) (us int64, zone bool, err error) {
	if !dateShape(b) {
		return 0, false, ErrSyntax
	}
	d, err := ParseDate(b[:10])
	us, b = int64(d)*microsPerDay, b[10:]
	if len(b) == 0 {
		return us, false, err
	}
	if b[0] != ' ' && b[0] != 'T' && b[0] != 't' {
		return 0, false, ErrSyntax
	}
	clock, b, clockErr := timeOfDay(b[1:])
	if clockErr != nil {
		return 0, false, clockErr
	}
	offset, zone, ok := zoneOffset(b)
	if !ok {
		return 0, false, ErrSyntax
	}
	return us + clock - offset, zone, err
}

// timeOfDay reads HH:MM[:SS[.fraction]] in microseconds and returns what follows.
func timeOfDay(b []byte) (us int64, rest []byte, err error) {
	h, ok1 := two(b, 0)
	m, ok2 := two(b, 3)
	if !ok1 || !ok2 || b[2] != ':' {
		return 0, nil, ErrSyntax
	}
	s := 0
	if b = b[5:]; len(b) > 0 && b[0] == ':' {
		var ok bool
		if s, ok = two(b, 1); !ok {
			return 0, nil, ErrSyntax
		}
		b = b[3:]
		if len(b) > 0 && b[0] == '.' {
			frac, tail := digits(b[1:])
			if us, err = micros(frac); err != nil {
				return 0, nil, err
			}
			b = tail
		}
	}
	if h > 23 || m > 59 || s > 59 {
		return 0, nil, ErrNoDate
	}
	return us + int64(h*3600+m*60+s)*microsPerSecond, b, nil
}

// micros reads the digits of a fraction of a second.
func micros(frac []byte) (int64, error) {
	if len(frac) == 0 {
		return 0, ErrSyntax
	}
	var v int64
	for i, c := range frac {
		if i < 6 {
			v = v*10 + int64(c-'0')
		} else if c != '0' {
			return 0, ErrMicros
		}
	}
	for i := len(frac); i < 6; i++ {
		v *= 10
	}
	return v, nil
}

// zoneOffset reads nothing, Z, +hh, +hhmm or +hh:mm, in microseconds to subtract.
func zoneOffset(b []byte) (us int64, zone, ok bool) {
	switch {
	case len(b) == 0:
		return 0, false, true
	case len(b) == 1 && (b[0] == 'Z' || b[0] == 'z'):
		return 0, true, true
	case b[0] != '+' && b[0] != '-':
		return 0, false, false
	}
	h, ok := two(b, 1)
	if !ok || h > 18 {
		return 0, false, false
	}
	m := 0
	switch {
	case len(b) == 3:
	case len(b) == 5:
		m, ok = two(b, 3)
	case len(b) == 6 && b[3] == ':':
		m, ok = two(b, 4)
	default:
		return 0, false, false
	}
	if !ok || m > 59 {
		return 0, false, false
	}
	us = int64(h*3600+m*60) * microsPerSecond
	if b[0] == '-' {
		us = -us
	}
	return us, true, true
}

// two reads two digits at i.
func two(b []byte, i int) (int, bool) {
	if len(b) < i+2 || b[i]-'0' > 9 || b[i+1]-'0' > 9 {
		return 0, false
	}
	return int(b[i]-'0')*10 + int(b[i+1]-'0'), true
}

// ClockWord reads HH:MM:SS from a word, the first character in the lowest byte, as microseconds of the day.
func ClockWord(w uint64) (int64, bool) {
	x := w ^ 0x30303a30303a3030
	if (x+0x76767f76767f7676|x)&highs != 0 {
		return 0, false
	}
	h := int64(x&0xff)*10 + int64(x>>8&0xff)
	m := int64(x>>24&0xff)*10 + int64(x>>32&0xff)
	s := int64(x>>48&0xff)*10 + int64(x>>56)
	if h > 23 || m > 59 || s > 59 {
		return 0, false
	}
	return (h*3600 + m*60 + s) * microsPerSecond, true
}
