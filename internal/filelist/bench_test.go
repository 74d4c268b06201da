package filelist

import "testing"

func BenchmarkEncode(b *testing.B) {
	in := files(MaxFiles, 10)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Encode(in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	list, err := Encode(files(MaxFiles, 10))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(list); err != nil {
			b.Fatal(err)
		}
	}
}
