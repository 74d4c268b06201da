package manifest

import "testing"

func BenchmarkDecode(b *testing.B) {
	k := newMaker(b)
	for i := range 60 {
		k.publish(string(rune('a'+i%26)) + string(rune('a'+i/26)))
	}
	text := encoded(b, k.m)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Decode(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	k := newMaker(b)
	for i := range 60 {
		k.publish(string(rune('a'+i%26)) + string(rune('a'+i/26)))
	}
	b.SetBytes(int64(len(encoded(b, k.m))))
	for b.Loop() {
		encoded(b, k.m)
	}
}
